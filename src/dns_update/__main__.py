"""`python -m dns_update` is the command `dns-update`."""

from dns_update.cli import run_and_exit

run_and_exit()
