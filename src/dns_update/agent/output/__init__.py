"""What the agent tells others: the log, the history, the control socket, hooks and systemd."""
