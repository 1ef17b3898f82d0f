"""`dns-update add`: add addresses, or other data, to what a name has."""

from __future__ import annotations

from dns_update import errors
from dns_update.cli.request import Advised, check_data, client_of, conclude, data_of, options_of, target_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.commandline.line import CommandLine


def run(line: CommandLine) -> int:
    """Carry out a command line, and return the exit status; raises DnsUpdateError.

    The name is also read before the update, to know what it changes.
    """
    options = options_of(line, "add")
    target = target_of(options, "add")
    client = client_of(options)
    if options.ttl == 0:
        raise errors.UsageError(
            "ttl=0 deletes with set, and add deletes nothing", hint="leave ttl= out, or use dns-update delete"
        )
    data = data_of(options, target, allow_private=options.allow_private)
    check_data(data, "add")
    with Advised(client, options, target, data, "add"):
        outcome = client.add(
            target.name,
            *[value for values in data.values() for value in values],
            rrtype=options.rrtype,
            zone=target.zone,
            ttl=options.ttl,
            require=options.require,
            verify=options.verify,
            compare=options.verify,
            check_names=options.check_names,
            dry_run=options.dry_run,
            rrclass=target.rrclass,
        )
    return conclude(outcome, "add", options)
