"""`dns-update show`: what the authoritative server holds now."""

from __future__ import annotations

from dns_update.cli import conclude, talk
from dns_update.cli.request import client_of, target_of
from dns_update.client.requests import show_records
from dns_update.wire.codes import RRType, rrtype_to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.routeros import Line

_ADDRESSES = (RRType.A, RRType.AAAA)


def run(line: Line) -> int:
    """Carry out the command with the properties in `line`, and return the exit status."""
    options = line.options("show")
    target = target_of(options, "show")
    rrtypes = _ADDRESSES if options.type is None else (options.type,)
    outcome = client_of(options).run(lambda d: show_records(d, target, rrtypes))
    if not outcome.after and not options.json:
        talk(f"{outcome.name} has no {' or '.join(map(rrtype_to_text, rrtypes))} record")
    return conclude(outcome, "show", as_json=options.json)
