"""The agent: keeps DNS names up to date, all the time, as its configuration says."""
