"""RouterOS's syntax of a line of `/tool dns-update`: its prefix, its quotes, its expressions in brackets."""
