"""What a zone has below a delegation, and no query shows: the server answers there from the zone below."""

from __future__ import annotations

from dns_update import errors
from dns_update.client.lookup import ZoneView
from dns_update.message import Message
from dns_update.wire.codes import RRType, rrtype_to_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name


async def hidden_below(view: ZoneView, rrtype: int, error: errors.ZoneNotFound) -> errors.NotApplied | None:
    """Return that no query shows data of this type, which an update gives to the zone; None if that is not so.

    `error` says that the server answers for the name from a zone below. What a zone itself has at and below such a cut
    is the delegation and the addresses of the name servers in it (RFC 1034, section 4.2.1); the rest is hidden.
    """
    if not error.zone_below:
        return None
    owner, below = view.target.owner, Name.from_text(error.zone_below)
    is_delegation = rrtype == RRType.NS and owner == below
    if is_delegation or (rrtype in (RRType.A, RRType.AAAA) and await _is_name_server(view, below)):
        return None
    return errors.NotApplied(
        f"{view.endpoint} does not show {owner} {rrtype_to_text(rrtype)}: the name lies in {below}, a zone of its own "
        "there, which answers from there",
        hint=errors.Hint(
            "give {zone:{below}}; a change of {above} is not seen at this name", below=below, above=view.target.zone
        ),
        endpoint=view.endpoint,
    )


async def _is_name_server(view: ZoneView, zone: Name) -> bool:
    """Return whether the name is that of a name server of a zone below."""
    message = (await view.transaction.ask(view.endpoint, Message.query(zone, RRType.NS, view.target.rrclass))).message
    return view.target.owner in [Cursor(record.rdata).name() for record in message.answer if record.rrtype == RRType.NS]
