"""`dns-update show`: what the authoritative server holds now."""

from __future__ import annotations

from dns_update.cli import talk
from dns_update.cli.request import ADDRESS_TYPES, client_of, options_of
from dns_update.cli.result import Advised, conclude
from dns_update.cli.target import target_of
from dns_update.commandline.line import CommandLine
from dns_update.wire.codes import rrtype_to_text


def run(line: CommandLine) -> int:
    """Carry out a command line, and return the exit status; raises DnsUpdateError."""
    options = options_of(line, "show")
    target = target_of(options, "show")
    rrtypes = ADDRESS_TYPES if options.rrtype is None else (options.rrtype,)
    client = client_of(options)
    with Advised(client, options, target, {}, "show"):
        outcome = client.show(target.name, *rrtypes, zone=target.zone, rrclass=target.rrclass)
    if not outcome.after and not options.json and not options.quiet:
        talk(f"{outcome.name} has no {' or '.join(map(rrtype_to_text, rrtypes))} record")
    return conclude(outcome, "show", options)
