"""A machine with Linux as a router: the world of the scripts that `dns-update run` carries out."""
