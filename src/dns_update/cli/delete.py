"""`dns-update delete`: remove an address, a record, an RRset or a whole name."""

from __future__ import annotations

from dns_update.cli.change import conclude_changed, is_compared
from dns_update.cli.request import client_of, data_of, options_of
from dns_update.cli.result import Advised
from dns_update.cli.target import target_of
from dns_update.client import Client
from dns_update.client.locate import RdataByType, Target
from dns_update.client.outcome import SUCCESS, Outcome
from dns_update.client.requests import delete_rdata
from dns_update.client.transaction import Request
from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import ALL, Options
from dns_update.rr.record import rdata_to_text
from dns_update.wire.codes import rrtype_to_text


def run(line: CommandLine) -> int:
    """Carry out a command line, and return the exit status; raises DnsUpdateError."""
    options = options_of(line, "delete")
    target = target_of(options, "delete")
    client = client_of(options)
    data = data_of(options, target, allow_private=True)  # a private address may well be removed
    return carry_out(client, options, target, data, "delete")


def carry_out(client: Client, options: Options, target: Target, data: RdataByType, command: str) -> int:
    """Remove the records in `data`, and return the exit status."""
    request = _request(options, target, data)
    if options.to == ALL:
        from dns_update.cli.all_servers import change_all  # only if it is asked for

        return change_all(client, command, options, target, data, request)
    with Advised(client, options, target, data, "delete"):
        outcome = client.run(request)
    return conclude_changed(client, outcome, command, options, data, _done(outcome, data, target))


def _request(options: Options, target: Target, data: RdataByType) -> Request[Outcome]:
    if options.ptr:
        from dns_update.cli.pairs import deletion  # only if it is asked for

        return deletion(options, target, data)
    return lambda transaction: delete_rdata(
        transaction,
        target,
        data,
        require=options.require,
        verify=bool(options.verify),
        compare=is_compared(options),
        dry_run=options.dry_run,
    )


def _done(outcome: Outcome, data: RdataByType, target: Target) -> str:
    """Return what was done, where this is not a list of the records that went."""
    if outcome.changed is False:
        return _nothing_done(outcome, data, target)
    # A server may show only some of them (RFC 8482).
    return f"{SUCCESS}: {outcome.name} deleted" if outcome.changed and not data else ""


def _nothing_done(outcome: Outcome, data: RdataByType, target: Target) -> str:
    records = [
        f"{rrtype_to_text(rrtype)} {rdata_to_text(rrtype, value, target.rrclass)}"
        for rrtype, values in data.items()
        for value in values
    ]
    absent = records or [f"{rrtype_to_text(rrtype)} record" for rrtype in data] or ["record"]
    return f"unchanged: {outcome.name} has no {' and no '.join(absent)}"
