"""Programs that this process runs, and ends whatever happens to it."""
