"""RouterOS's own ways to write a line of `/tool dns-update`: its prefix, its quotes, its expressions in brackets."""
