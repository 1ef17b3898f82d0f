"""Set-ups of other programs, moved to the agent's configuration."""
