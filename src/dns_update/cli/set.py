"""`dns-update set`: make a name have exactly these addresses, or this data."""

from __future__ import annotations

from dns_update.cli import conclude
from dns_update.cli.request import client_of, given_data, target_of
from dns_update.client.requests import delete_records, set_records
from dns_update.errors import UsageError
from dns_update.wire.codes import RRType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.routeros import Line


def run(line: Line) -> int:
    """Carry out the command with the properties in `line`, and return the exit status."""
    options = line.options("set")
    target = target_of(options, "set")
    client = client_of(options)
    data = given_data(options, target)
    ttl, require, verify, compare = options.ttl, options.require, options.verify, options.compare
    if ttl == 0:  # RouterOS's rule: the entry is deleted, whatever it points at
        rrsets: dict[int, tuple[bytes, ...]] = dict.fromkeys(data or (RRType.A, RRType.AAAA), ())
        outcome = client.run(
            lambda d: delete_records(d, target, rrsets, require=require, verify=verify, compare=compare)
        )
    elif data and not any(data.values()):
        raise UsageError("type= is given without value=", hint="for example: type=TXT value=hello")
    elif not data:
        raise UsageError("set needs address=, or type= and value=", hint="for example: address=203.0.113.45")
    else:
        outcome = client.run(
            lambda d: set_records(d, target, data, ttl=ttl, require=require, verify=verify, compare=compare)
        )
    return conclude(outcome, "set", as_json=options.json)
