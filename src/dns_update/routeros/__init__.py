"""RouterOS's words: the properties of `/tool dns-update`, and the expressions found in its scripts."""
