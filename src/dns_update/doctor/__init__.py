"""What is wrong, and what to do: recognise the servers, try everything without changing it, find faults, advise."""
