"""Which records a name has itself, and which a wildcard gave it (RFC 4592): in an answer both look alike."""

from __future__ import annotations

from dns_update import errors
from dns_update.client.lookup import Records, ZoneView
from dns_update.rr.record import Record
from dns_update.update import Update
from dns_update.wire.codes import Rcode, RRType
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


async def read_if_possible(view: ZoneView, rrtype: int, owner: Name | None = None) -> Records:
    """Return records that only make an explanation better; none if they cannot be read."""
    try:
        return await view.read(rrtype, owner)
    except errors.DnsUpdateError:
        return ()


async def own(view: ZoneView, rrtype: int, records: Records) -> Records:
    """Return the records of an answer to `rrtype` if the name has them; none if a wildcard has (RFC 4592).

    The records that a wildcard gives look like the name's own. If the wildcard beside the name has the same, with the
    same TTL, a prerequisite asks the server: wildcards do not count for those.
    """
    owner, zone = view.target.owner, view.target.zone
    if not records or owner == zone or owner.labels[0] == b"*":
        return records
    beside = await read_if_possible(view, rrtype, Name((b"*", *owner.parent.labels)))
    if {(r.rrtype, r.ttl, r.rdata) for r in beside} != {(r.rrtype, r.ttl, r.rdata) for r in records}:
        return records
    update = Update(zone, rrclass=view.target.rrclass)
    update = update.require_present(owner) if rrtype == RRType.ANY else update.require_rrset(owner, records[0].rrtype)
    reply = await view.transaction.ask(view.update_endpoint, update.to_message())
    return () if reply.message.rcode in (Rcode.NXDOMAIN, Rcode.NXRRSET) else records


async def own_records(view: ZoneView, rrtypes: Iterable[int]) -> tuple[Records, errors.ZoneNotFound | None]:
    """Return the records of these types that the name has itself, or its CNAME; and why some are not shown, if so.

    They are not if the name is below a delegation or in a zone below. Nothing is asked that an earlier answer tells: a
    name that does not exist has no records of any type, and one that has a record gets none from a wildcard (RFC 4592,
    section 2.2.1).
    """
    found: dict[Record, None] = {}
    unshown: errors.ZoneNotFound | None = None
    for rrtype in dict.fromkeys(rrtypes):
        try:
            answer, reply = await view.look(rrtype)
        except errors.ZoneNotFound as error:
            if not error.is_delegated:
                raise
            unshown = error
            continue
        records = answer if found else await own(view, rrtype, answer)
        if answer and not records:  # a wildcard made them, which it does only for a name that does not exist
            break
        found |= dict.fromkeys(records)
        if not answer and reply.message.rcode == Rcode.NXDOMAIN:
            break
    return tuple(found), unshown


async def own_if_possible(view: ZoneView, rrtype: int, records: Records) -> Records:
    """Return which of these records are the name's own; all of them, if the server does not tell."""
    try:
        return await own(view, rrtype, records)
    except errors.DnsUpdateError:
        return records


async def wildcard_of(view: ZoneView, rrtype: int, records: list[Record]) -> Name | None:
    """Return the wildcard of which a server made these records (RFC 4592), if there is one."""
    ancestor = view.target.owner
    while ancestor != view.target.zone and ancestor.labels:
        ancestor = ancestor.parent
        wildcard = Name((b"*", *ancestor.labels))
        source = await read_if_possible(view, rrtype, wildcard)
        if source and {(r.rrtype, r.rdata) for r in source} >= {(r.rrtype, r.rdata) for r in records}:
            return wildcard
    return None
