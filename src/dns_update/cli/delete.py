"""`dns-update delete`: remove an address, an RRset or a whole name."""

from __future__ import annotations

from dns_update.cli import conclude
from dns_update.cli.request import client_of, given_data, name_of
from dns_update.routeros import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def run(words: Sequence[str]) -> int:
    """Carry out the command with the properties in `words`, and return the exit status."""
    options = parse(words, "delete")
    options.allow_private = True  # such an address may well be removed
    name = name_of(options, "delete")
    outcome = client_of(options).delete(
        name,
        given_data(options),
        zone=options.zone,
        require=options.require,
        verify=options.verify,
        rrclass=options.rrclass,
    )
    return conclude(outcome, "delete", as_json=options.json)
