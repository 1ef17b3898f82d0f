"""What is wrong, and what to do: examine servers, sources and names without changing anything, and give advice."""
