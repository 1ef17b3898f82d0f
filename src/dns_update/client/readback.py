"""What the zone holds, before an update and after it: NOERROR does not mean applied.

BIND answers NOERROR and ignores an A beside a CNAME, a lower SOA serial, the removal of the last NS, and more. So what
was asked for is compared with what the same server then serves.

A server that has the zone below, too, answers from that one. Then what the zone itself holds is asked by an update that
has prerequisites and no changes (RFC 2136, section 2.4): that goes to the zone that it names, and alters nothing.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.message import Message
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.record import Record, rdata_to_text
from dns_update.update import Update
from dns_update.wire.codes import Rcode, RRType, rrtype_to_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dns_update.client.lookup import Records, ZoneView

    RdataByType = Mapping[int, tuple[bytes, ...]]

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


async def current(view: ZoneView, rrtypes: Iterable[int]) -> tuple[Records | None, dict[int, int]]:
    """Return the records of these types, and the TTL for each type that is kept when the user gives none.

    The records are None if they lie below a delegation or in a zone below, and are not all shown. The TTL is that of
    the RRset that stands; where none does, of the zone's SOA record, asked for by name: in a negative answer it is cut
    to the negative TTL (RFC 2308, section 3).
    """
    before: dict[Record, None] = {}
    ttls: dict[int, int] = {}
    is_shown = True
    for rrtype in rrtypes:
        try:
            records = await _own(view, rrtype, await view.read(rrtype))
        except errors.ZoneNotFound as error:
            if not error.is_delegated:
                raise
            is_shown = False
            continue
        before |= dict.fromkeys(records)
        ttls |= {record.rrtype: record.ttl for record in records}  # an RRset's records have one TTL (RFC 2181, 5.2)
    missing = [rrtype for rrtype in rrtypes if rrtype not in ttls]
    if missing:
        ttls |= dict.fromkeys(missing, await zone_ttl(view))
    return (tuple(before) if is_shown else None), ttls


async def zone_ttl(view: ZoneView) -> int:
    """Return the TTL, in seconds, of the zone's SOA record; raises ZoneNotFound if the server has none."""
    soa = await view.read(RRType.SOA, view.target.zone)
    if not soa:
        raise view.no_zone()
    return soa[0].ttl


async def shown(view: ZoneView, rrtypes: Iterable[int]) -> Records | None:
    """Return the records of these types; None if the server does not show them, for an update needs no right to read.

    Raises NoResponse: a server that is silent now gets no update.
    """
    found: dict[Record, None] = {}
    try:
        for rrtype in rrtypes:
            records = _of_type(rrtype, await view.read(rrtype))
            found |= dict.fromkeys(await _own(view, rrtype, records))
    except errors.NoResponse:
        raise
    except errors.ZoneNotFound as error:
        is_absent = error.is_delegated and await _holds_none_of(view, rrtypes)
        return () if is_absent else None
    except errors.DnsUpdateError:
        return None
    return tuple(found)


async def check_existing(view: ZoneView, data: RdataByType) -> None:
    """Raise NameNotFound for a value that is not there, for no prerequisite speaks of one among others."""
    for rrtype, values in data.items():
        if not values:
            continue
        records = await _own(view, rrtype, _of_type(rrtype, await view.read(rrtype)))
        stands = _canonical(view, rrtype, [record.rdata for record in records])
        for value in values:
            if canonical_rdata(rrtype, value, view.target.rrclass) not in stands:
                text = f"{rrtype_to_text(rrtype)} {rdata_to_text(rrtype, value, view.target.rrclass)}"
                raise errors.NameNotFound(
                    f"{view.target.owner} {text} does not exist at {view.endpoint}",
                    hint=errors.Hint("leave {require:existing} out to go on all the same"),
                    endpoint=view.endpoint,
                    rcode=Rcode.NXRRSET,
                )


def _of_type(rrtype: int, records: Records) -> Records:
    """Return the records of one type, or all for ANY, without a CNAME that the server shows in their place."""
    return records if rrtype == RRType.ANY else tuple([record for record in records if record.rrtype == rrtype])


async def after_set(view: ZoneView, data: RdataByType, ttls: Mapping[int, int]) -> Records:
    """Return the records of these types; raises NotApplied unless they are what `data` says."""
    after: dict[Record, None] = {}
    for rrtype, values in data.items():
        try:
            records, reply = await view.look(rrtype)
        except errors.ZoneNotFound as error:
            after |= dict.fromkeys(await _confirmed(view, rrtype, values, ttls[rrtype], error))
            continue
        stands = [record for record in records if record.rrtype == rrtype]
        if _canonical(view, rrtype, values) != _canonical(view, rrtype, [record.rdata for record in stands]):
            raise await not_applied(view, rrtype, records, reply.message)
        after |= dict.fromkeys(stands)
        for ttl in {record.ttl for record in stands} - {ttls[rrtype]}:
            view.transaction.notes.append(f"{rrtype_to_text(rrtype)}: the server holds TTL {ttl}, not {ttls[rrtype]}")
    return tuple(after)


async def after_delete(view: ZoneView, data: RdataByType) -> Records:
    """Return what is left of these RRsets (of the whole name, if `data` is empty); raises NotApplied if too much is."""
    left: dict[Record, None] = {}
    for rrtype, values in (data or {RRType.ANY: ()}).items():
        try:
            everything, reply = await view.look(rrtype)
        except errors.ZoneNotFound as error:
            await _confirm_removal(view, rrtype, values, error)
            continue
        records = _of_type(rrtype, everything)
        gone = _canonical(view, rrtype, values)
        too_much = [
            record
            for record in records
            if record.rrtype not in _KEPT_BY_SERVER
            and (not values or not gone.isdisjoint(_canonical(view, rrtype, [record.rdata])))
        ]
        if too_much:
            wildcard = await _wildcard_behind(view, rrtype, too_much)
            if wildcard is None:
                raise await not_applied(view, rrtype, records, reply.message)
            view.transaction.notes.append(f"{view.target.owner} is gone; the wildcard {wildcard} now answers for it")
            continue
        left |= dict.fromkeys(records)
    return tuple(left)


async def holds(view: ZoneView, rrtype: int, values: Iterable[bytes]) -> bool:
    """Return whether the zone has exactly this RRset, or none of this type if there are no values.

    It is asked by a prerequisite; TTLs are left out of that. Raises the refusal of a server that does not say.
    """
    owner, update = view.target.owner, Update(view.target.zone, rrclass=view.target.rrclass)
    if rrtype == RRType.ANY:
        update = update.require_absent(owner)
    elif values:
        update = update.require_rrset_equal(owner, rrtype, *values)
    else:
        update = update.require_no_rrset(owner, rrtype)
    unmet = (Rcode.NXDOMAIN, Rcode.YXDOMAIN, Rcode.NXRRSET, Rcode.YXRRSET)
    reply = await view.transaction.ask_for(view.endpoint, update.to_message(), *unmet)
    return reply.message.rcode == Rcode.NOERROR


async def _holds_none_of(view: ZoneView, rrtypes: Iterable[int]) -> bool:
    """Return whether the zone has no record of these types; False if it cannot be asked."""
    try:
        for rrtype in rrtypes:
            if not await holds(view, rrtype, ()):
                return False
    except errors.DnsUpdateError:
        return False
    return True


async def _confirmed(
    view: ZoneView, rrtype: int, values: tuple[bytes, ...], ttl: int, error: errors.ZoneNotFound
) -> Records:
    """Return the records that the zone itself has, though the server does not show them; raises NotApplied.

    `error` is why the server does not; it is raised if it is another reason than a zone below.
    """
    if not error.is_delegated:
        raise error
    if not await holds(view, rrtype, values):
        raise _not_confirmed(view, rrtype, error)
    _note_confirmed(view, error)
    return tuple([Record(view.target.owner, rrtype, view.target.rrclass, ttl, value) for value in values])


async def _confirm_removal(view: ZoneView, rrtype: int, values: tuple[bytes, ...], error: errors.ZoneNotFound) -> None:
    """See that the zone itself has these values no more, or nothing of the type; raises as `_confirmed` does.

    Whether it still has some of the values, and others beside them, no prerequisite tells.
    """
    if not error.is_delegated:
        raise error
    if not await holds(view, rrtype, ()):
        if values and not await holds(view, rrtype, values):
            raise error
        raise _not_confirmed(view, rrtype, error)
    _note_confirmed(view, error)


def _not_confirmed(view: ZoneView, rrtype: int, error: errors.ZoneNotFound) -> errors.NotApplied:
    return errors.NotApplied(
        f"{view.endpoint} said NOERROR, but {view.target.owner} {rrtype_to_text(rrtype)} is not as asked in "
        f"{view.target.zone}",
        hint=error.hint,
        endpoint=view.endpoint,
    )


def _note_confirmed(view: ZoneView, error: errors.ZoneNotFound) -> None:
    """Tell why there may be something else to be seen than what was set."""
    template = "{told}; that {above} itself is as asked, a prerequisite shows (RFC 2136, section 2.4)"
    if error.zone_below:
        template += "; to change what is served there, give {zone:{below}}"
    note = errors.Hint(template, told=error.text, above=view.target.zone, below=error.zone_below)
    if note not in view.transaction.notes:
        view.transaction.notes.append(note)


async def _read_if_possible(view: ZoneView, rrtype: int, owner: Name | None = None) -> Records:
    """Return records that only serve to tell more; none if they cannot be had."""
    try:
        return await view.read(rrtype, owner)
    except errors.DnsUpdateError:
        return ()


async def _own(view: ZoneView, rrtype: int, records: Records) -> Records:
    """Return what a query for `rrtype` brought, if it stands at the name; none if a wildcard made it up (RFC 4592).

    What the wildcard beside the name holds, or what another one further up makes up for it, cannot be told from the
    name's own records. If it is the same, TTL and all, the server is asked by a prerequisite: those know no wildcards.
    """
    owner, zone = view.target.owner, view.target.zone
    if not records or owner == zone or owner.labels[0] == b"*":
        return records
    beside = await _read_if_possible(view, rrtype, Name((b"*", *owner.parent.labels)))
    if {(r.rrtype, r.ttl, r.rdata) for r in beside} != {(r.rrtype, r.ttl, r.rdata) for r in records}:
        return records
    update = Update(zone, rrclass=view.target.rrclass)
    update = update.require_present(owner) if rrtype == RRType.ANY else update.require_rrset(owner, records[0].rrtype)
    reply = await view.transaction.ask(view.endpoint, update.to_message())
    return () if reply.message.rcode in (Rcode.NXDOMAIN, Rcode.NXRRSET) else records


def _canonical(view: ZoneView, rrtype: int, values: Iterable[bytes]) -> set[bytes]:
    return {canonical_rdata(rrtype, value, view.target.rrclass) for value in values}


async def _wildcard_behind(view: ZoneView, rrtype: int, records: list[Record]) -> Name | None:
    """Return the wildcard from which a server made these records up (RFC 4592), if there is one."""
    ancestor = view.target.owner
    while ancestor != view.target.zone and ancestor.labels:
        ancestor = ancestor.parent
        wildcard = Name((b"*", *ancestor.labels))
        source = await _read_if_possible(view, rrtype, wildcard)
        if source and {(r.rrtype, r.rdata) for r in source} >= {(r.rrtype, r.rdata) for r in records}:
            return wildcard
    return None


async def not_applied(
    view: ZoneView, rrtype: int, records: Records, message: Message | None = None
) -> errors.NotApplied:
    """Say what stands at the name instead of what was asked for.

    `records` are those that the answer `message` to a query for `rrtype` shows; it is asked for where it is left out.
    """
    if message is None:
        message = await _answer_if_possible(view, rrtype)
    stands = await _own_if_possible(view, rrtype, records)
    if not stands:
        stands = await _own_if_possible(view, RRType.ANY, await _read_if_possible(view, RRType.ANY))
    stands = tuple([record for record in stands if record.rrtype not in _KEPT_BY_SERVER])
    texts = [f"{rrtype_to_text(r.rrtype)} {rdata_to_text(r.rrtype, r.rdata, r.rrclass)}" for r in stands]
    instead = f"there stands {', '.join(texts)}" if texts else "there stands nothing"
    remedy = _way_elsewhere(view, message) or await _remedy(view, rrtype, stands)
    return errors.NotApplied(
        f"{view.endpoint} said NOERROR, but {view.target.owner} {rrtype_to_text(rrtype)} is not as asked: {instead}",
        hint=remedy or "the server's log may say why; a secondary that forwards updates shows them only later",
        endpoint=view.endpoint,
        may_come=not remedy,
    )


async def _answer_if_possible(view: ZoneView, rrtype: int) -> Message | None:
    try:
        _records, reply = await view.look(rrtype)
    except errors.DnsUpdateError:
        return None
    return reply.message


async def _own_if_possible(view: ZoneView, rrtype: int, records: Records) -> Records:
    """Return what of these records stands at the name; all of them, if that cannot be told."""
    try:
        return await _own(view, rrtype, records)
    except errors.DnsUpdateError:
        return records


def _way_elsewhere(view: ZoneView, message: Message | None) -> str:
    """Say that an answer speaks for another place than the one that was meant; empty if it does not."""
    if message is None:
        return ""
    owner = view.target.owner
    for record in message.answer:
        if record.rrtype == RRType.DNAME and record.name != owner and owner.is_within(record.name):
            return f"the DNAME at {record.name} hides all names below it"
    return ""


async def _remedy(view: ZoneView, rrtype: int, stands: Records) -> str:
    """Say what to do against a reason that can be seen; empty if none can."""
    place, types = view.target, {record.rrtype for record in stands}
    conflict = await _beside_cname(view, rrtype, stands)
    if conflict:
        return conflict
    if place.owner == place.zone and rrtype in _GUARDED_AT_APEX:
        return _GUARDED_AT_APEX[rrtype]
    if rrtype == RRType.DS and types.isdisjoint((RRType.DS, RRType.NS)):
        return f"DS records stand only beside the NS records of a delegation: see that {place.owner} has some"
    return ""


async def _beside_cname(view: ZoneView, rrtype: int, stands: Records) -> str:
    """Say what to do where a CNAME would be beside other records (RFC 1034, section 3.6.2); empty if none would.

    An alias may be meant so (an ACME challenge's is), and the records beside it may be needed: to remove what is there
    is never the first advice.
    """
    place = view.target
    delete = f"dns-update delete name={place.owner.relative_to(place.zone)} zone={place.zone}"
    alias = next((record for record in stands if record.rrtype == RRType.CNAME), None)
    if rrtype != RRType.CNAME and alias is not None:
        target = Cursor(alias.rdata).name()
        zone = await _zone_of(view, target)
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


async def _zone_of(view: ZoneView, name: Name) -> Name | None:
    """Return the zone that holds a name, if the same server does; None if it does not say."""
    try:
        reply = await view.transaction.ask(view.endpoint, Message.query(name, RRType.SOA, view.target.rrclass))
    except errors.DnsUpdateError:
        return None
    message = reply.message
    zones = [r.name for r in message.answer + message.authority if r.rrtype == RRType.SOA and name.is_within(r.name)]
    return zones[0] if zones and message.is_authoritative else None


async def explain_refusal(view: ZoneView, update: Update, refusal: errors.PermissionDenied) -> None:
    """Put first in a refusal's hint what PowerDNS refuses, and BIND and Knot ignore: a CNAME beside other records."""
    added = [r.rrtype for r in update.changes if r.name == view.target.owner and r.rrclass == view.target.rrclass]
    for rrtype in dict.fromkeys(added):
        asked = RRType.ANY if rrtype == RRType.CNAME else rrtype
        stands = await _own_if_possible(view, asked, await _read_if_possible(view, asked))
        stands = tuple([record for record in stands if record.rrtype not in _KEPT_BY_SERVER])
        conflict = await _beside_cname(view, rrtype, stands)
        if conflict:
            refusal.hint = (
                "PowerDNS refuses a record beside a CNAME (on another server, it is the key that may not do this): "
                f"{conflict}"
            )
            return
