"""`dns-update delete`: remove an address, an RRset or a whole name."""

from __future__ import annotations

from dns_update.cli import conclude
from dns_update.cli.request import client_of, given_data, target_of
from dns_update.client.requests import delete_records

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.routeros import Line


def run(line: Line) -> int:
    """Carry out the command with the properties in `line`, and return the exit status."""
    options = line.options("delete")
    options.allow_private = True  # such an address may well be removed
    target = target_of(options, "delete")
    client = client_of(options)
    data = given_data(options, target)
    require, verify, compare = options.require, options.verify, options.compare
    outcome = client.run(lambda d: delete_records(d, target, data, require=require, verify=verify, compare=compare))
    return conclude(outcome, "delete", as_json=options.json)
