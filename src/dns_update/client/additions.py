"""Adding to RRsets (RFC 2136, section 2.5.1): what the name has before, and what it cannot get beside that."""

from __future__ import annotations

from dns_update import errors
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.record import Record, rdata_to_text
from dns_update.wire.codes import SINGLE_RECORD_TYPES, RRType, rrtype_to_text
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dns_update.client.locate import RdataByType
    from dns_update.client.lookup import Records, ZoneView
    from dns_update.update import Update


def refuse_types(data: RdataByType) -> None:
    """Raise UsageError for a type of which every zone has one record already."""
    if RRType.SOA in data:
        raise errors.UsageError("a zone has one SOA record, so none can be added", hint="use set to replace it")


async def before_addition(
    view: ZoneView, data: RdataByType, ttl: int | None, *, compare: bool
) -> tuple[Records | None, dict[int, int]]:
    """Return the records before an addition, None if they are not read or not shown, and the TTL for each type.

    Raises NotApplied if the name is an alias, or has another record of a type that it can have only once.
    """
    if ttl is None:
        from dns_update.client.readback import current  # not needed if a TTL is given

        found, ttls = await current(view, data)
    else:
        is_read = compare or not data.keys().isdisjoint(SINGLE_RECORD_TYPES)
        found, ttls = (await _shown(view, data) if is_read else None), dict.fromkeys(data, ttl)
    if found is None:
        return None, ttls
    await _refuse_conflict(view, data, found)
    return tuple([record for record in found if record.rrtype in data]), ttls


async def _shown(view: ZoneView, rrtypes: Iterable[int]) -> Records | None:
    """Return the records of these types, and a CNAME; None if the server does not show them: no update needs that."""
    from dns_update.client.wildcards import own_records  # most requests do without

    try:
        found, unshown = await own_records(view, rrtypes)
    except errors.NoResponse:
        raise
    except errors.DnsUpdateError:
        return None
    return found if unshown is None else None


async def _refuse_conflict(view: ZoneView, data: RdataByType, found: Records) -> None:
    for record in found:
        if record.rrtype == RRType.CNAME and RRType.CNAME not in data:
            from dns_update.client.obstacles import would_not_apply  # only when something is wrong

            raise await would_not_apply(view, next(iter(data)), found)
        if record.rrtype in data and record.rrtype in SINGLE_RECORD_TYPES:
            _refuse_second(view, record, data[record.rrtype])


def _refuse_second(view: ZoneView, record: Record, values: tuple[bytes, ...]) -> None:
    """Raise NotApplied unless the record has one of these values: a server would replace it."""
    rrtype, rrclass = record.rrtype, record.rrclass
    if canonical_rdata(rrtype, record.rdata, rrclass) in {canonical_rdata(rrtype, v, rrclass) for v in values}:
        return
    name = rrtype_to_text(rrtype)
    raise errors.NotApplied(
        f"{record.name} has {name} {rdata_to_text(rrtype, record.rdata, rrclass)} at {view.endpoint}, and a name has "
        f"one {name} record; nothing was sent",
        hint="use set to replace it",
        endpoint=view.endpoint,
    )


def with_additions(
    owner: Name, update: Update, data: RdataByType, ttls: Mapping[int, int], before: Records | None
) -> Update:
    """Return the update that also adds these values, each in the case of letters that it has already.

    To PowerDNS, a name in other letters is another value, which it would add beside the first.
    """
    there = {(r.rrtype, canonical_rdata(r.rrtype, r.rdata, r.rrclass)): r.rdata for r in before or ()}
    for rrtype, values in data.items():
        equal = [there.get((rrtype, canonical_rdata(rrtype, value, update.rrclass)), value) for value in values]
        update = update.add(owner, ttls[rrtype], rrtype, *equal)
    return update


def if_unchanged(owner: Name, update: Update, data: RdataByType, before: Records | None) -> Update:
    """Return the update on the condition that a record which it would replace is still as it was read."""
    for rrtype in [rrtype for rrtype in data if rrtype in SINGLE_RECORD_TYPES]:
        there = [record.rdata for record in before or () if record.rrtype == rrtype]
        update = update.require_rrset_equal(owner, rrtype, *there) if there else update.require_no_rrset(owner, rrtype)
    return update


def note_ttls(view: ZoneView, before: Records | None, after: Records | None) -> None:
    """Note each RRset whose TTL is another one than before the addition: it is that of all its records."""
    old = {record.rrtype: record.ttl for record in before or ()}
    for rrtype, ttl in {record.rrtype: record.ttl for record in after or ()}.items():
        if old.get(rrtype, ttl) != ttl:
            view.transaction.notes.append(
                f"{rrtype_to_text(rrtype)}: the TTL of all records was {old[rrtype]} and is now {ttl}: an RRset has "
                "one TTL (RFC 2181, section 5.2)"
            )
