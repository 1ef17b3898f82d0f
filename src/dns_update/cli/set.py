"""`dns-update set`: make a name have exactly these addresses, or this data."""

from __future__ import annotations

from dns_update.cli import conclude
from dns_update.cli.request import client_of, given_data, name_of
from dns_update.errors import UsageError
from dns_update.routeros import parse
from dns_update.wire.codes import RRType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def run(words: Sequence[str]) -> int:
    """Carry out the command with the properties in `words`, and return the exit status."""
    options = parse(words, "set")
    name = name_of(options, "set")
    client = client_of(options)
    data = given_data(options)
    if options.ttl == 0:  # RouterOS's rule: the entry is deleted, whatever it points at
        outcome = client.delete(
            name,
            dict.fromkeys(data or (RRType.A, RRType.AAAA), ()),
            zone=options.zone,
            require=options.require,
            verify=options.verify,
            rrclass=options.rrclass,
        )
        return conclude(outcome, "set", as_json=options.json)
    if not any(data.values()):
        raise UsageError("set needs address=, or type= and value=", hint="for example: address=203.0.113.45")
    outcome = client.set(
        name,
        data,
        zone=options.zone,
        ttl=options.ttl,
        require=options.require,
        verify=options.verify,
        rrclass=options.rrclass,
    )
    return conclude(outcome, "set", as_json=options.json)
