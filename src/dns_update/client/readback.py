"""What the zone holds, before an update and after it: NOERROR does not mean applied.

BIND answers NOERROR and ignores an A beside a CNAME, a lower SOA serial, the removal of the last NS, and more. So what
was asked for is compared with what the same server then serves.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.update import Update
from dns_update.wire.codes import Rcode, RRType, rrtype_to_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.message import Message
from dns_update.wire.name import Name
from dns_update.wire.record import canonical_rdata, rdata_to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dns_update.client.dialogue import Records, Site, Steps
    from dns_update.wire.record import Record

    Data = Mapping[int, tuple[bytes, ...]]

# Records that a signing server keeps beside the others by itself: RRSIG, NSEC.
_KEPT_BY_SERVER = (46, 47)

_GUARDED_AT_APEX = {
    RRType.SOA: (
        "a zone keeps its SOA record, and a SOA record with a serial that is not higher is left out (RFC 2136, "
        "sections 3.4.2.2 to 3.4.2.4)"
    ),
    RRType.NS: "a zone keeps its last name server (RFC 2136, section 3.4.2.4)",
    RRType.DS: "DS records stand in the parent zone",
}


def standing(site: Site, rrtypes: Iterable[int]) -> Steps[tuple[Records, dict[int, int]]]:
    """Return the records of these types, and the TTL for each type that is kept when the user gives none.

    That is the TTL of the RRset that stands; where none does, the TTL of the zone's SOA record, asked for by name: in a
    negative answer it is cut to the negative TTL (RFC 2308, section 3).
    """
    before: dict[Record, None] = {}
    ttls: dict[int, int] = {}
    for rrtype in rrtypes:
        records = yield from _own(site, rrtype, (yield from _read_if_shown(site, rrtype)))
        before |= dict.fromkeys(records)
        ttls |= {record.rrtype: record.ttl for record in records}  # an RRset's records have one TTL (RFC 2181, 5.2)
    missing = [rrtype for rrtype in rrtypes if rrtype not in ttls]
    if missing:
        ttls |= dict.fromkeys(missing, (yield from zone_ttl(site)))
    return tuple(before), ttls


def zone_ttl(site: Site) -> Steps[int]:
    """Return the TTL, in seconds, of the zone's SOA record; raises ZoneNotFound if the server has none."""
    soa = yield from site.read(RRType.SOA, site.place.zone)
    if not soa:
        raise errors.ZoneNotFound(
            f"{site.endpoint} has no SOA record for {site.place.zone}: that is no zone of its own there",
            hint="zone= must be a zone that this server holds, not a name inside one",
            server=str(site.endpoint),
        )
    return soa[0].ttl


def _read_if_shown(site: Site, rrtype: int) -> Steps[Records]:
    """Return the records of a type; none if they lie below a delegation, which the server does not show."""
    try:
        return (yield from site.read(rrtype))
    except errors.ZoneNotFound as error:
        if not error.is_delegated:
            raise
        return ()


def shown(site: Site, rrtypes: Iterable[int]) -> Steps[Records | None]:
    """Return the records of these types; None if the server does not show them, for an update needs no right to read.

    Raises NoAnswer: a server that is silent now gets no update.
    """
    found: dict[Record, None] = {}
    try:
        for rrtype in rrtypes:
            records = _of_type(rrtype, (yield from site.read(rrtype)))
            found |= dict.fromkeys((yield from _own(site, rrtype, records)))
    except errors.NoAnswer:
        raise
    except errors.DnsUpdateError:
        return None
    return tuple(found)


def _of_type(rrtype: int, records: Records) -> Records:
    """Return the records of one type, or all for ANY, without a CNAME that the server shows in their place."""
    return records if rrtype == RRType.ANY else tuple([record for record in records if record.rrtype == rrtype])


def after_set(site: Site, data: Data, ttls: Mapping[int, int]) -> Steps[Records]:
    """Return the records of these types; raises NotApplied unless they are what `data` says."""
    after: dict[Record, None] = {}
    for rrtype, values in data.items():
        records, reply = yield from site.look(rrtype)
        stands = [record for record in records if record.rrtype == rrtype]
        if _canonical(site, rrtype, values) != _canonical(site, rrtype, [record.rdata for record in stands]):
            raise (yield from not_applied(site, rrtype, records, reply.message))
        after |= dict.fromkeys(stands)
        for ttl in {record.ttl for record in stands} - {ttls[rrtype]}:
            site.dialogue.notes.append(f"{rrtype_to_text(rrtype)}: the server holds TTL {ttl}, not {ttls[rrtype]}")
    return tuple(after)


def after_delete(site: Site, data: Data) -> Steps[Records]:
    """Return what is left of these RRsets (of the whole name, if `data` is empty); raises NotApplied if too much is."""
    left: dict[Record, None] = {}
    for rrtype, values in (data or {RRType.ANY: ()}).items():
        everything, reply = yield from site.look(rrtype)
        records = _of_type(rrtype, everything)
        gone = _canonical(site, rrtype, values)
        too_much = [
            record
            for record in records
            if record.rrtype not in _KEPT_BY_SERVER
            and (not values or not gone.isdisjoint(_canonical(site, rrtype, [record.rdata])))
        ]
        if too_much:
            wildcard = yield from _wildcard_behind(site, rrtype, too_much)
            if wildcard is None:
                raise (yield from not_applied(site, rrtype, records, reply.message))
            site.dialogue.notes.append(f"{site.place.owner} is gone; the wildcard {wildcard} now answers for it")
            continue
        left |= dict.fromkeys(records)
    return tuple(left)


def _read_if_possible(site: Site, rrtype: int, owner: Name | None = None) -> Steps[Records]:
    """Return records that only serve to tell more; none if they cannot be had."""
    try:
        return (yield from site.read(rrtype, owner))
    except errors.DnsUpdateError:
        return ()


def _own(site: Site, rrtype: int, records: Records) -> Steps[Records]:
    """Return what a query for `rrtype` brought, if it stands at the name; none if a wildcard made it up (RFC 4592).

    What the wildcard beside the name holds, or what another one further up makes up for it, cannot be told from the
    name's own records. If it is the same, TTL and all, the server is asked by a prerequisite: those know no wildcards.
    """
    owner, zone = site.place.owner, site.place.zone
    if not records or owner == zone or owner.labels[0] == b"*":
        return records
    beside = yield from _read_if_possible(site, rrtype, Name((b"*", *owner.parent.labels)))
    if {(r.rrtype, r.ttl, r.rdata) for r in beside} != {(r.rrtype, r.ttl, r.rdata) for r in records}:
        return records
    update = Update(zone, rrclass=site.place.rrclass)
    update = update.require_present(owner) if rrtype == RRType.ANY else update.require_rrset(owner, records[0].rrtype)
    reply = yield from site.dialogue.ask(site.endpoint, update.to_message())
    return () if reply.message.rcode in (Rcode.NXDOMAIN, Rcode.NXRRSET) else records


def _canonical(site: Site, rrtype: int, values: Iterable[bytes]) -> set[bytes]:
    return {canonical_rdata(rrtype, value, site.place.rrclass) for value in values}


def _wildcard_behind(site: Site, rrtype: int, records: list[Record]) -> Steps[Name | None]:
    """Return the wildcard from which a server made these records up (RFC 4592), if there is one."""
    ancestor = site.place.owner
    while ancestor != site.place.zone and ancestor.labels:
        ancestor = ancestor.parent
        wildcard = Name((b"*", *ancestor.labels))
        source = yield from _read_if_possible(site, rrtype, wildcard)
        if source and {(r.rrtype, r.rdata) for r in source} >= {(r.rrtype, r.rdata) for r in records}:
            return wildcard
    return None


def not_applied(site: Site, rrtype: int, records: Records, message: Message | None = None) -> Steps[errors.NotApplied]:
    """Say what stands at the name instead of what was asked for.

    `records` are those that the answer `message` to a query for `rrtype` shows; it is asked for where it is left out.
    """
    if message is None:
        message = yield from _answer_if_possible(site, rrtype)
    stands = yield from _own_if_possible(site, rrtype, records)
    if not stands:
        stands = yield from _own_if_possible(site, RRType.ANY, (yield from _read_if_possible(site, RRType.ANY)))
    stands = tuple([record for record in stands if record.rrtype not in _KEPT_BY_SERVER])
    texts = [f"{rrtype_to_text(r.rrtype)} {rdata_to_text(r.rrtype, r.rdata, r.rrclass)}" for r in stands]
    instead = f"there stands {', '.join(texts)}" if texts else "there stands nothing"
    remedy = _way_elsewhere(site, message) or (yield from _remedy(site, rrtype, stands))
    return errors.NotApplied(
        f"{site.endpoint} said NOERROR, but {site.place.owner} {rrtype_to_text(rrtype)} is not as asked: {instead}",
        hint=remedy or "the server's log may say why; a secondary that forwards updates shows them only later",
        server=str(site.endpoint),
        may_come=not remedy,
    )


def _answer_if_possible(site: Site, rrtype: int) -> Steps[Message | None]:
    try:
        _records, reply = yield from site.look(rrtype)
    except errors.DnsUpdateError:
        return None
    return reply.message


def _own_if_possible(site: Site, rrtype: int, records: Records) -> Steps[Records]:
    """Return what of these records stands at the name; all of them, if that cannot be told."""
    try:
        return (yield from _own(site, rrtype, records))
    except errors.DnsUpdateError:
        return records


def _way_elsewhere(site: Site, message: Message | None) -> str:
    """Say that an answer speaks for another place than the one that was meant; empty if it does not."""
    if message is None:
        return ""
    owner, zone = site.place.owner, site.place.zone
    for record in message.answer:
        if record.rrtype == RRType.DNAME and record.name != owner and owner.is_within(record.name):
            return f"the DNAME at {record.name} hides all names below it"
    for record in message.authority:
        is_below = record.name != zone and record.name.is_within(zone) and owner.is_within(record.name)
        if message.is_authoritative and record.rrtype in (RRType.SOA, RRType.NS) and is_below:
            child = record.name
            return (
                f"the name lies in {child}, a zone of its own on this server: give zone={child}; "
                f"glue in {zone} is not shown, and cannot be read back"
            )
    return ""


def _remedy(site: Site, rrtype: int, stands: Records) -> Steps[str]:
    """Say what to do against a reason that can be seen; empty if none can."""
    place, types = site.place, {record.rrtype for record in stands}
    conflict = yield from _beside_cname(site, rrtype, stands)
    if conflict:
        return conflict
    if place.owner == place.zone and rrtype in _GUARDED_AT_APEX:
        return _GUARDED_AT_APEX[rrtype]
    if rrtype == RRType.DS and types.isdisjoint((RRType.DS, RRType.NS)):
        return f"DS records stand only beside the NS records of a delegation: see that {place.owner} has some"
    return ""


def _beside_cname(site: Site, rrtype: int, stands: Records) -> Steps[str]:
    """Say what to do where a CNAME would be beside other records (RFC 1034, section 3.6.2); empty if none would.

    An alias may be meant so (an ACME challenge's is), and the records beside it may be needed: to remove what is there
    is never the first advice.
    """
    place = site.place
    delete = f"dns-update delete name={place.owner.relative_to(place.zone)} zone={place.zone}"
    alias = next((record for record in stands if record.rrtype == RRType.CNAME), None)
    if rrtype != RRType.CNAME and alias is not None:
        target = Cursor(alias.rdata).name()
        zone = yield from _zone_of(site, target)
        where = f"the zone {zone}" if zone is not None else "the zone that holds it"
        return (
            f"nothing can stand beside a CNAME: {place.owner} is an alias of {target}, so change {target}, in {where}; "
            f"only if the alias is not wanted, remove it: {delete} type=CNAME"
        )
    if rrtype != RRType.CNAME or all(record.rrtype == RRType.CNAME for record in stands):
        return ""
    if place.owner == place.zone:
        return "a CNAME cannot stand beside other records, and a zone's own name always has some: SOA and NS"
    return (
        "a CNAME cannot stand beside other records; choose another name for it, or, only if none of them is needed, "
        f"remove them all: {delete}"
    )


def _zone_of(site: Site, name: Name) -> Steps[Name | None]:
    """Return the zone that holds a name, if the same server does; None if it does not say."""
    try:
        reply = yield from site.dialogue.ask(site.endpoint, Message.query(name, RRType.SOA, site.place.rrclass))
    except errors.DnsUpdateError:
        return None
    message = reply.message
    zones = [r.name for r in message.answer + message.authority if r.rrtype == RRType.SOA and name.is_within(r.name)]
    return zones[0] if zones and message.is_authoritative else None


def explain_refusal(site: Site, update: Update, refusal: errors.PermissionDenied) -> Steps[None]:
    """Put first in a refusal's hint what PowerDNS refuses, and BIND and Knot ignore: a CNAME beside other records."""
    added = [r.rrtype for r in update.changes if r.name == site.place.owner and r.rrclass == site.place.rrclass]
    for rrtype in dict.fromkeys(added):
        asked = RRType.ANY if rrtype == RRType.CNAME else rrtype
        stands = yield from _own_if_possible(site, asked, (yield from _read_if_possible(site, asked)))
        stands = tuple([record for record in stands if record.rrtype not in _KEPT_BY_SERVER])
        conflict = yield from _beside_cname(site, rrtype, stands)
        if conflict:
            refusal.hint = (
                "PowerDNS refuses a record beside a CNAME (on another server, it is the key that may not do this): "
                f"{conflict}"
            )
            return
