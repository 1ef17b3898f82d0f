"""Programs that this process runs, and that end with it whatever happens."""
