"""What the zone has, before and after an update: NOERROR does not mean applied.

BIND answers NOERROR and ignores an A beside a CNAME, a lower SOA serial, the removal of the last NS, and more. So the
requested records are compared with those that the same server then serves.

A server that also has the zone below answers from that one. Then an update with prerequisites and without changes (RFC
2136, section 2.4) asks what the zone itself has: it goes to the zone that it names, and changes nothing.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.record import Record, rdata_to_text
from dns_update.update import Update
from dns_update.wire.codes import KEPT_BY_SERVER, Rcode, RRType, rrtype_to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from dns_update.client.locate import RdataByType
    from dns_update.client.lookup import Records, ZoneView
    from dns_update.client.plan import Desired
    from dns_update.client.steps import Steps


async def current(view: ZoneView, rrtypes: Iterable[int]) -> tuple[Records | None, dict[int, int]]:
    """Return the records of these types, and the TTL for each type that is kept when the user gives none.

    The records are None if they are below a delegation or in a zone below, and are not all shown. The TTL is that of
    the current RRset; if there is none, that of the zone's SOA record, which is queried by name: in a negative answer,
    its TTL is cut to the negative TTL (RFC 2308, section 3).
    """
    from dns_update.client.wildcards import own_records  # what was not read before is read back without

    before, unshown = await own_records(view, rrtypes)
    ttls = {record.rrtype: record.ttl for record in before}  # an RRset's records have one TTL (RFC 2181, 5.2)
    missing = [rrtype for rrtype in rrtypes if rrtype not in ttls]
    if missing:
        ttls |= dict.fromkeys(missing, await zone_ttl(view))
    return (before if unshown is None else None), ttls


async def zone_ttl(view: ZoneView) -> int:
    """Return the TTL, in seconds, of the zone's SOA record; raises ZoneNotFound if the server has none."""
    soa = await view.read(RRType.SOA, view.target.zone)
    if not soa:
        raise view.no_zone()
    return soa[0].ttl


async def shown(view: ZoneView, rrtypes: Collection[int]) -> Records | None:
    """Return the records of these types; None if the server does not show them: an update needs no right to read.

    Raises NoResponse: a server that is silent now gets no update.
    """
    from dns_update.client.wildcards import own_records  # as above

    try:
        records, unshown = await own_records(view, rrtypes)
    except errors.NoResponse:
        raise
    except errors.DnsUpdateError:
        return None
    if unshown is not None:
        return () if await _holds_none_of(view, rrtypes) else None
    return tuple([record for record in records if record.rrtype in rrtypes or RRType.ANY in rrtypes])


async def check_existing(view: ZoneView, data: RdataByType) -> None:
    """Raise NameNotFound for a value that is not there: no prerequisite can require one value among others."""
    from dns_update.client.wildcards import own  # as above

    for rrtype, values in data.items():
        if not values:
            continue
        records = await own(view, rrtype, _of_type(rrtype, await view.read(rrtype)))
        existing = _canonical(view, rrtype, [record.rdata for record in records])
        for value in values:
            if canonical_rdata(rrtype, value, view.target.rrclass) not in existing:
                text = f"{rrtype_to_text(rrtype)} {rdata_to_text(rrtype, value, view.target.rrclass)}"
                raise errors.NameNotFound(
                    f"{view.target.owner} {text} does not exist at {view.endpoint}",
                    hint=errors.Hint("leave {require:existing} out to go on anyway"),
                    endpoint=view.endpoint,
                    rcode=Rcode.NXRRSET,
                )


def _of_type(rrtype: int, records: Records) -> Records:
    """Return the records of one type, or all for ANY, without a CNAME that the server shows instead."""
    return records if rrtype == RRType.ANY else tuple([record for record in records if record.rrtype == rrtype])


async def after_set(view: ZoneView, data: RdataByType, ttls: Mapping[int, int], *, only_adds: bool = False) -> Records:
    """Return the records of the types in `data`; raises NotApplied unless they are those of `data`.

    With `only_adds`, there may be others beside those of `data`.
    """
    after: dict[Record, None] = {}
    for rrtype, values in data.items():
        try:
            records, reply = await view.look(rrtype)
        except errors.ZoneNotFound as error:
            confirmed = await _confirmed(view, rrtype, values, ttls[rrtype], error, only_adds=only_adds)
            after |= dict.fromkeys(confirmed)
            continue
        rrset = [record for record in records if record.rrtype == rrtype]
        wanted, there = _canonical(view, rrtype, values), _canonical(view, rrtype, [record.rdata for record in rrset])
        if not (wanted <= there if only_adds else wanted == there):
            from dns_update.client.obstacles import not_applied  # only when something is wrong

            raise await not_applied(view, rrtype, records, reply.message)
        after |= dict.fromkeys(rrset)
        _note_ttl(view, rrtype, rrset, ttls[rrtype])
    return tuple(after)


def _note_ttl(view: ZoneView, rrtype: int, rrset: Iterable[Record], desired: int) -> None:
    for ttl in {record.ttl for record in rrset} - {desired}:
        view.transaction.notes.append(f"{rrtype_to_text(rrtype)}: the server has TTL {ttl}, not {desired}")


async def after_delete(view: ZoneView, data: RdataByType) -> Records:
    """Return what remains of these RRsets (of the name, if `data` is empty); raises NotApplied for deleted records."""
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
            if record.rrtype not in KEPT_BY_SERVER
            and (not values or not gone.isdisjoint(_canonical(view, rrtype, [record.rdata])))
        ]
        if too_much:
            from dns_update.client.wildcards import wildcard_of  # as above

            wildcard = await wildcard_of(view, rrtype, too_much)
            if wildcard is None:
                from dns_update.client.obstacles import not_applied  # as above

                raise await not_applied(view, rrtype, records, reply.message)
            view.transaction.notes.append(f"{view.target.owner} is gone; the wildcard {wildcard} now answers for it")
            continue
        left |= dict.fromkeys(records)
    return tuple(left)


def look(view: ZoneView, rrtypes: Sequence[int]) -> Steps[Records]:
    """Return the records of these types that the server holds at the name, or the CNAME that it has instead.

    Raises ZoneNotFound if it has no authority for the name, and any other Refusal or CommunicationError.
    """
    return view.read(rrtypes[0]) if len(rrtypes) == 1 else _look_at_each(view, rrtypes)


async def _look_at_each(view: ZoneView, rrtypes: Sequence[int]) -> Records:
    found: dict[Record, None] = {}  # a CNAME comes with each type
    for rrtype in rrtypes:
        found |= dict.fromkeys(await view.read(rrtype))
    return tuple(found)


def is_told_by_prerequisites(desired: Desired, error: errors.ZoneNotFound) -> bool:
    """Return whether prerequisites can check a name that the server does not show.

    `error` says why it does not: it answers from a zone below. Prerequisites compare whole RRsets, so they cannot check
    those that are shared with other owners.
    """
    return bool(error.zone_below) and not desired.owner and not desired.only_adds


async def confirmed(view: ZoneView, desired: Desired, ttl: int) -> Records | None:
    """Return the records of such a name if they are as desired, None if not.

    The records returned get `ttl`, in seconds: prerequisites do not show it.
    """
    try:
        return await after_set(view, desired.data, dict.fromkeys(desired.types, ttl))
    except errors.NotApplied:
        return None


async def holds(view: ZoneView, rrtype: int, values: Iterable[bytes]) -> bool:
    """Return whether the zone has exactly this RRset, or none of this type if there are no values.

    It asks by a prerequisite, which does not compare TTLs. Raises the error if the server refuses to answer.
    """
    owner, update = view.target.owner, Update(view.target.zone, rrclass=view.target.rrclass)
    if rrtype == RRType.ANY:
        update = update.require_absent(owner)
    elif values:
        update = update.require_rrset_equal(owner, rrtype, *values)
    else:
        update = update.require_no_rrset(owner, rrtype)
    unmet = (Rcode.NXDOMAIN, Rcode.YXDOMAIN, Rcode.NXRRSET, Rcode.YXRRSET)
    reply = await view.transaction.ask_for(view.update_endpoint, update.to_message(), *unmet)
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


async def _confirmed(  # noqa: PLR0913 - what was asked for, and how
    view: ZoneView,
    rrtype: int,
    values: tuple[bytes, ...],
    ttl: int,
    error: errors.ZoneNotFound,
    *,
    only_adds: bool,
) -> Records:
    """Return the records that the zone itself has, although the server does not show them; raises NotApplied.

    `error` says why the server does not; it is raised if the reason is not a zone below. With `only_adds`, there may be
    other records beside these; then no prerequisite can show whether these are there, and `error` is raised, too.
    """
    if not error.is_delegated:
        raise error
    from dns_update.client.hidden import hidden_below  # only for a zone below

    hidden = await hidden_below(view, rrtype, error) if values else None
    if hidden is not None:
        raise hidden
    if not await holds(view, rrtype, values):
        raise error if only_adds else _not_confirmed(view, rrtype, error)
    _note_confirmed(view, error)
    return tuple([Record(view.target.owner, rrtype, view.target.rrclass, ttl, value) for value in values])


async def _confirm_removal(view: ZoneView, rrtype: int, values: tuple[bytes, ...], error: errors.ZoneNotFound) -> None:
    """Check that the zone itself no longer has these values, or anything of the type; raises as `_confirmed` does.

    No prerequisite can show whether it still has some of the values beside others.
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
        f"{view.noerror} {view.target.owner} {rrtype_to_text(rrtype)} is not as asked in {view.target.zone}",
        hint=error.hint,
        endpoint=view.endpoint,
    )


def _note_confirmed(view: ZoneView, error: errors.ZoneNotFound) -> None:
    """Note why a query may not show what was set."""
    template = "{told}; a prerequisite (RFC 2136, section 2.4) shows that {above} itself is as asked"
    if error.zone_below:
        template += "; to change what is served there, give {zone:{below}}"
    note = errors.Hint(template, told=error.text, above=view.target.zone, below=error.zone_below)
    if note not in view.transaction.notes:
        view.transaction.notes.append(note)


def _canonical(view: ZoneView, rrtype: int, values: Iterable[bytes]) -> set[bytes]:
    return {canonical_rdata(rrtype, value, view.target.rrclass) for value in values}
