"""The agent: keeps names right, all the time, as its configuration says."""
