"""The agent's output: the log, the history, the control socket, hooks and systemd."""
