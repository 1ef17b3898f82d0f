"""`dns-update set`: make a name have exactly these addresses, or this data."""

from __future__ import annotations

from dns_update.cli.change import change
from dns_update.cli.request import ADDRESS_TYPES, client_of, data_of, options_of
from dns_update.cli.target import target_of
from dns_update.commandline.line import CommandLine


def run(line: CommandLine) -> int:
    """Carry out a command line, and return the exit status; raises DnsUpdateError."""
    options = options_of(line, "set")
    target = target_of(options, "set", is_routers=line.is_routers)
    client = client_of(options)
    data = data_of(options, target, allow_private=options.allow_private)
    if options.ttl == 0:  # RouterOS's rule: the entry is deleted, whatever it points at
        from dns_update.cli.delete import carry_out  # rarely needed

        return carry_out(client, options, target, dict.fromkeys(data or ADDRESS_TYPES, ()), "set")
    return change(client, "set", options, target, data)
