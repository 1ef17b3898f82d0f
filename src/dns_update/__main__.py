"""`python -m dns_update` is the command `dns-update`."""

try:
    from dns_update.cli import run_and_exit

    run_and_exit()
except KeyboardInterrupt:  # as in the installed script
    raise SystemExit(130) from None
