"""`dns-update set`: make a name have exactly these addresses, or this data."""

from __future__ import annotations

from dns_update.cli.request import (
    ADDRESS_TYPES,
    Advised,
    check_data,
    client_of,
    conclude,
    data_of,
    options_of,
    target_of,
)
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
    check_data(data, "set")
    with Advised(client, options, target, data, "set"):
        outcome = client.set(
            target.name,
            *[value for values in data.values() for value in values],
            rrtype=options.rrtype,
            zone=target.zone,
            ttl=options.ttl,
            require=options.require,
            verify=options.verify,
            compare=options.json and options.verify,  # the JSON object shows what has changed
            check_names=options.check_names,
            dry_run=options.dry_run,
            rrclass=target.rrclass,
        )
    return conclude(outcome, "set", options)
