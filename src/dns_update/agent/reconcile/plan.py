"""What to change: the records that are desired, compared with those that stand. Pure.

Without an owner, a type's RRset belongs to the agent: it shall be exactly what is desired. With one, several agents
share the name. Each keeps a TXT record there, its claim, that lists what it has published:

    dns-update owner=router-1 203.0.113.45 2001:db8::1

An agent adds its own addresses, and removes only what its own claim lists and no other claim does. That the claims are
still those that were read is a prerequisite of the update (RFC 2136, section 2.4.2), so that of two agents at work at
once one is told to look again. So is an agent whose own older update comes late: for that the claims are read before
the addresses, and so are no newer than these.

An RRset has one TTL (RFC 2181, section 5.2). Where others have claimed a part of it, the one that stands is
everybody's: if each insisted on his own, they would undo each other's work for ever.
"""

from __future__ import annotations

from dns_update.errors import InvalidText
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.record import rdata_from_text
from dns_update.update import Update
from dns_update.value import Value
from dns_update.wire.codes import RRType
from dns_update.wire.inet import IPV4_OCTETS, format_address, parse_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from dataclasses import KW_ONLY

    from dns_update.client.locate import LocatedTarget, RdataByType
    from dns_update.client.lookup import Records
    from dns_update.rr.record import Record

_CLAIM = "dns-update owner="


class Desired(Value):
    """What shall stand at a name: rdata by type (none: the RRset shall go); the TTL, if one is set; the owner, if any.

    `ttl` in seconds; None keeps the one that stands. An `owner` is for addresses only. With `only_adds`, more may stand
    than is desired: nothing is removed.
    """

    data: RdataByType
    ttl: int | None = None
    owner: str = ""
    _: KW_ONLY
    only_adds: bool = False

    @property
    def rrtypes(self) -> tuple[int, ...]:
        """The types to look at before a plan can be made, in the order in which to ask: the claims first."""
        return (RRType.TXT, *self.data) if self.owner else tuple(self.data)

    @property
    def with_any_ttl(self) -> Desired:
        """The same, content with the TTLs that stand."""
        return self if self.ttl is None else Desired(self.data, None, self.owner, only_adds=self.only_adds)


def plan(place: LocatedTarget, desired: Desired, current: Records, new_ttl: int) -> Update | None:
    """Return the update that makes a name right; None if it is right.

    `current` are the records of the desired types as the server holds them; `new_ttl` is the TTL, in seconds, where
    none is set and none stands.
    """
    stage = _Stage(place, desired, current, new_ttl)
    if desired.owner:
        update = _claimed(stage)
    elif all(map(stage.is_right, desired.data)):  # as it is with thousands of names
        return None
    else:
        update = _exclusive(stage)
    return update if update.changes else None


class _Stage:
    """The records that stand, sorted by type, and the TTL that each type is to have."""

    def __init__(self, place: LocatedTarget, desired: Desired, current: Records, new_ttl: int) -> None:
        self.place = place
        self.desired = desired
        self._current = current
        self._new_ttl = new_ttl

    def records(self, rrtype: int) -> Sequence[Record]:
        return [record for record in self._current if record.rrtype == rrtype]

    def ttl(self, rrtype: int, *, is_shared: bool = False) -> int:
        """Return the TTL that is set, if one is, or that stands; if the RRset `is_shared`, the other way round."""
        set_one = self.desired.ttl
        if set_one is not None and not is_shared:
            return set_one
        otherwise = self._new_ttl if set_one is None else set_one
        return next((record.ttl for record in self.records(rrtype)), otherwise)

    def is_right(self, rrtype: int) -> bool:
        """Tell whether the RRset is as desired, TTL included."""
        ttl, values = self.ttl(rrtype), self.desired.data[rrtype]
        stands = []
        for record in self._current:  # not by `records`: this is asked of thousands of names that are right
            if record.rrtype == rrtype:
                if record.ttl != ttl:
                    return False
                stands.append(record.rdata)
        return stands == [*values] or self.canonical(rrtype, stands) == self.canonical(rrtype, values)

    def canonical(self, rrtype: int, values: Iterable[bytes]) -> set[bytes]:
        return {canonical_rdata(rrtype, value, self.place.rrclass) for value in values}


def _exclusive(stage: _Stage) -> Update:
    place = stage.place
    update = Update(place.zone, rrclass=place.rrclass)
    for rrtype, values in stage.desired.data.items():
        if stage.desired.only_adds:
            update = _own_addresses(stage, update, rrtype, set(), is_shared=False)
        elif stage.is_right(rrtype):
            continue
        elif values:
            update = update.replace(place.owner, stage.ttl(rrtype), rrtype, *values)
        else:
            update = update.delete_rrset(place.owner, rrtype)
    return update


def _claimed(stage: _Stage) -> Update:
    place, owner = stage.place, stage.desired.owner
    texts = [record.rdata for record in stage.records(RRType.TXT)]
    claims = _claims(texts)
    old_claim = [text for text, claim in claims if claim.owner == owner]
    published = {address for _text, claim in claims if claim.owner == owner for address in claim.addresses}
    of_others = {address for _text, claim in claims if claim.owner != owner for address in claim.addresses}
    desired = {address for values in stage.desired.data.values() for address in values}
    # A family that nothing is known of now stays claimed as it was; so does everything, if nothing may be removed.
    desired |= {a for a in published if stage.desired.only_adds or _rrtype(a) not in stage.desired.data}
    new_claim = [_Claim(owner, frozenset(desired)).to_rdata()] if desired else []

    update = Update(place.zone, rrclass=place.rrclass)
    for rrtype in stage.desired.data:
        is_shared = any(_rrtype(address) == rrtype for address in of_others)
        update = _own_addresses(stage, update, rrtype, published - desired - of_others, is_shared=is_shared)
    if new_claim != old_claim:
        update = update.delete(place.owner, RRType.TXT, *old_claim) if old_claim else update
        ttl = stage.ttl(RRType.TXT, is_shared=bool(of_others))
        update = update.add(place.owner, ttl, RRType.TXT, *new_claim) if new_claim else update
    if texts:
        return update.require_rrset_equal(place.owner, RRType.TXT, *texts)
    return update.require_no_rrset(place.owner, RRType.TXT)


def is_shared(records: Records, owner: str) -> bool:
    """Tell whether somebody else than this owner has a claim among the records."""
    return any(claim.owner != owner for _text, claim in _claims(r.rdata for r in records if r.rrtype == RRType.TXT))


def _own_addresses(stage: _Stage, update: Update, rrtype: int, stale: set[bytes], *, is_shared: bool) -> Update:
    """Add the addresses of a type that are missing, and remove its stale ones, seen or not: no claim will list them.

    What stands with another TTL is missing, too, unless the RRset `is_shared` with others.
    """
    place, ttl = stage.place, stage.ttl(rrtype, is_shared=is_shared)
    stands = {record.rdata: record.ttl for record in stage.records(rrtype)}
    gone = sorted(address for address in stale if _rrtype(address) == rrtype)
    right = stands if is_shared else {address for address, stood in stands.items() if stood == ttl}
    missing = [value for value in stage.desired.data[rrtype] if value not in right]
    update = update.delete(place.owner, rrtype, *gone) if gone else update
    return update.add(place.owner, ttl, rrtype, *missing) if missing else update


def _rrtype(address: bytes) -> int:
    return RRType.A if len(address) == IPV4_OCTETS else RRType.AAAA


class _Claim(Value):
    """What an owner says that it has published."""

    owner: str
    addresses: frozenset[bytes]

    def to_rdata(self) -> bytes:
        words = [f"{_CLAIM}{self.owner}", *map(format_address, sorted(self.addresses, key=lambda a: (len(a), a)))]
        return rdata_from_text(RRType.TXT, " ".join(words))


def _claims(texts: Iterable[bytes]) -> list[tuple[bytes, _Claim]]:
    """Return those TXT records that are claims, and what they say."""
    return [(text, claim) for text in texts if (claim := _claim_from_rdata(text)) is not None]


def _claim_from_rdata(rdata: bytes) -> _Claim | None:
    """Return the claim that a TXT record is; None for any other."""
    text = _joined_strings(rdata)
    if not text.startswith(_CLAIM):
        return None
    owner, *words = text.removeprefix(_CLAIM).split(" ")
    try:
        return _Claim(owner, frozenset(map(parse_address, words)))
    except InvalidText:
        return None


def _joined_strings(rdata: bytes) -> str:
    parts = []
    position = 0
    while position < len(rdata):
        end = position + 1 + rdata[position]
        parts.append(rdata[position + 1 : end])
        position = end
    return b"".join(parts).decode(errors="replace")
