"""`dns-update add`: add addresses, or other data, to what a name has."""

from __future__ import annotations

from dns_update import errors
from dns_update.cli.change import change
from dns_update.cli.request import client_of, data_of, options_of
from dns_update.cli.target import target_of
from dns_update.commandline.line import CommandLine


def run(line: CommandLine) -> int:
    """Carry out a command line, and return the exit status; raises DnsUpdateError."""
    options = options_of(line, "add")
    target = target_of(options, "add")
    client = client_of(options)
    if options.ttl == 0:
        raise errors.UsageError(
            "ttl=0 deletes with set, and add deletes nothing", hint="leave ttl= out, or use dns-update delete"
        )
    data = data_of(options, target, allow_private=options.allow_private)
    return change(client, "add", options, target, data)
