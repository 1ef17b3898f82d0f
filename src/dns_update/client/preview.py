"""A dry run: the records that a name would have after an update that is not sent.

`applied` carries out an update as RFC 2136, section 3.4.2, tells a server to, on the records that the name has now.
What a server of that section would ignore is an error, as it is after an update that was sent.
"""

from __future__ import annotations

from collections.abc import Iterable

from dns_update.client.lookup import Records, ZoneView
from dns_update.client.outcome import Outcome, outcome_at
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.record import Record
from dns_update.update import Update
from dns_update.wire.codes import KEPT_BY_SERVER, RR_TYPES, SINGLE_RECORD_TYPES, Rcode, RRClass, RRType
from dns_update.wire.cursor import Cursor

_KEPT_AT_APEX = (RRType.SOA, RRType.NS)
_USUAL_TYPES = tuple([
    RR_TYPES[name]
    for name in (
        "A", "AAAA", "NS", "MX", "TXT", "SRV", "PTR", "CAA", "DS", "TLSA", "SSHFP", "SVCB", "HTTPS", "NAPTR", "LOC",
        "HINFO", "SPF", "DNAME", "CERT", "OPENPGPKEY", "SMIMEA", "URI",
    )
])  # fmt: skip
"""The types that a name may have beside the one that a server chose to show (RFC 8482)."""
_SERIALS = 1 << 32  # serial numbers are compared modulo this (RFC 1982)


async def previewed(view: ZoneView, update: Update) -> Outcome:
    """Return the outcome that an update of one name would have; it is not sent.

    Its prerequisites are asked for by a message without changes (section 2.4). Raises NotApplied if the server would
    ignore a change, and any other Refusal or CommunicationError.
    """
    if update.prerequisites:
        asked = Update(update.zone, rrclass=update.rrclass, prerequisites=update.prerequisites)
        await view.transaction.ask_for(view.update_endpoint, asked.to_message())
    types = {change.rrtype for change in update.changes}
    everything = await _concerned(view, update)
    if RRType.ANY in types:
        everything = await _completed(view, everything)
    after = applied(update, everything)
    ignored = _first_ignored(update, after)
    if ignored is not None:
        from dns_update.client.obstacles import would_not_apply  # only when something is wrong

        raise await would_not_apply(view, ignored.rrtype, everything)
    of_update = [record for record in everything if RRType.ANY in types or record.rrtype in types]
    after_update = [record for record in after if RRType.ANY in types or record.rrtype in types]
    return outcome_at(view, Rcode.NOERROR, tuple(of_update), tuple(after_update), dry_run=True)


async def _concerned(view: ZoneView, update: Update) -> Records:
    """Return the name's own records that decide what an update does, e.g. a CNAME beside which nothing can be added."""
    added = {change.rrtype for change in update.changes if change.rrclass == update.rrclass}
    return await _read(view, [RRType.ANY] if RRType.CNAME in added else [change.rrtype for change in update.changes])


async def _completed(view: ZoneView, shown: Records) -> Records:
    """Return all records of a name: a server may show only one RRset for ANY (RFC 8482), as Knot does."""
    types = {record.rrtype for record in shown}
    if len(types) != 1 or RRType.CNAME in types:
        return shown
    return await _read(view, _USUAL_TYPES if types <= {*_USUAL_TYPES} else (*types, *_USUAL_TYPES))


async def _read(view: ZoneView, rrtypes: Iterable[int]) -> Records:
    """Return the name's own records of these types, and a CNAME that it has instead."""
    from dns_update.client.wildcards import own_records  # most requests do without

    found, unshown = await own_records(view, rrtypes)
    if unshown is not None:
        raise unshown
    return tuple([record for record in found if record.rrtype not in KEPT_BY_SERVER])


def applied(update: Update, records: Records) -> Records:
    """Return the records of a name after the update's changes to it (sections 3.4.2.2 to 3.4.2.4)."""
    for change in update.changes:
        if change.rrclass == RRClass.ANY:
            records = _without_rrset(update, change, records)
        elif change.rrclass == RRClass.NONE:
            records = _without_record(update, change, records)
        else:
            records = _with_record(change, records)
    return records


def _without_rrset(update: Update, change: Record, records: Records) -> Records:
    kept = _KEPT_AT_APEX if change.name == update.zone else ()
    return tuple([r for r in records if change.rrtype not in (RRType.ANY, r.rrtype) or r.rrtype in kept])


def _without_record(update: Update, change: Record, records: Records) -> Records:
    """Return the records without one; a zone keeps its SOA record and its last NS record."""
    others = tuple([record for record in records if not _is_same(record, change)])
    is_last = change.name == update.zone and all(record.rrtype != change.rrtype for record in others)
    return records if is_last and change.rrtype in _KEPT_AT_APEX else others


def _with_record(change: Record, records: Records) -> Records:
    """Return the records with one more; all records of its type get its TTL (RFC 2181, section 5.2)."""
    is_alias = change.rrtype == RRType.CNAME
    if any((record.rrtype == RRType.CNAME) != is_alias for record in records):
        return records
    if change.rrtype == RRType.SOA and not any(_is_later(change, record) for record in records):
        return records
    is_single = change.rrtype in SINGLE_RECORD_TYPES
    others = [r for r in records if not _is_same(r, change) and not (is_single and r.rrtype == change.rrtype)]
    with_ttl = [
        Record(r.name, r.rrtype, r.rrclass, change.ttl, r.rdata) if r.rrtype == change.rrtype else r for r in others
    ]
    return (*with_ttl, change)


def _is_same(record: Record, change: Record) -> bool:
    """Return whether a record is the one that a change is about, whatever its TTL."""
    return record.rrtype == change.rrtype and _data(record) == _data(change, record.rrclass)


def _data(record: Record, rrclass: int | None = None) -> bytes:
    return canonical_rdata(record.rrtype, record.rdata, record.rrclass if rrclass is None else rrclass)


def _is_later(change: Record, record: Record) -> bool:
    """Return whether a SOA record has a higher serial than another one (RFC 1982)."""
    if record.rrtype != RRType.SOA:
        return False
    return 0 < (_serial(change) - _serial(record)) % _SERIALS < _SERIALS // 2


def _serial(soa: Record) -> int:
    cursor = Cursor(soa.rdata)
    cursor.name()
    cursor.name()
    return cursor.u32()


def _first_ignored(update: Update, after: Records) -> Record | None:
    """Return the first change that the records do not show; None if they show all."""
    for change in update.changes:
        if change.rrclass == update.rrclass:
            is_done = any(_is_same(record, change) for record in after)
        elif change.rrclass == RRClass.NONE:
            is_done = not any(_is_same(record, change) for record in after)
        else:
            is_done = _is_replaced(update, change) or all(record.rrtype != change.rrtype for record in after)
        if not is_done:
            return change
    return None


def _is_replaced(update: Update, change: Record) -> bool:
    """Return whether the update adds records of the type that a change deletes."""
    return any(other.rrtype == change.rrtype and other.rrclass == update.rrclass for other in update.changes)
