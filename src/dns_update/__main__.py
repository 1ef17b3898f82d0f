"""`python -m dns_update` is the command `dns-update`."""

try:
    from dns_update.cli import run_and_exit

    run_and_exit()
except KeyboardInterrupt:  # as in the script that is installed
    raise SystemExit(130) from None
