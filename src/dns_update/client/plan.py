"""What to change: the desired RRsets, compared with the current ones. Pure.

Without an owner, the name's RRsets of these types belong to one agent: each must be exactly as desired. With an owner,
several agents share the name, and each publishes a claim there (see `claims`). An agent adds its own addresses, and
removes only those that its own claim lists and no other claim does.

A prerequisite of the update says that the claims are still those that were read (RFC 2136, section 2.4.2). So if two
agents change a name at once, one of them must read it again. The same happens to an agent whose own earlier update
arrives late: the claims are read before the addresses, so they are not newer than these.

An RRset has one TTL (RFC 2181, section 5.2). Where others have claimed a part of it, its current TTL is kept: if each
agent set its own, they would undo each other's changes without end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dns_update.client.claims import Claim, claims_in
from dns_update.client.locate import LocatedTarget, RdataByType
from dns_update.client.lookup import Records
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.record import Record
from dns_update.update import Update
from dns_update.value import Value
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.inet import IPV4_OCTETS
from dns_update.wire.name import Name

_TYPES: dict[tuple[int, ...], tuple[int, ...]] = {}  # each set of types that was ever desired, once


class Desired(Value):
    """The RRsets that a name should have: rdata by type (empty: no such RRset), with their TTL and perhaps an owner.

    `ttl` in seconds; None keeps the current one. An `owner` is for addresses only. With `only_adds` nothing is removed,
    so the name may have more than is desired.
    """

    types: tuple[int, ...]
    values: tuple[tuple[bytes, ...], ...]
    ttl: int | None
    owner: str
    only_adds: bool

    def __init__(self, data: RdataByType, ttl: int | None = None, owner: str = "", *, only_adds: bool = False) -> None:
        """Keep the data as two tuples: thousands of names have the same types, and a dict for each takes much more."""
        types = _TYPES.setdefault(tuple(data), tuple(data))
        self._store(types=types, values=tuple(data.values()), ttl=ttl, owner=owner, only_adds=only_adds)

    @property
    def rrsets(self) -> Iterable[tuple[int, tuple[bytes, ...]]]:
        """Each type with its rdata."""
        return zip(self.types, self.values, strict=True)

    @property
    def data(self) -> RdataByType:
        """The rdata by type."""
        return dict(self.rrsets)

    @property
    def rrtypes(self) -> tuple[int, ...]:
        """The types to read before a plan can be made, in the order in which to query them: the claims first."""
        return (RRType.TXT, *self.types) if self.owner else self.types

    def with_ttl(self, ttl: int | None) -> Desired:
        """Return the same with another TTL."""
        return self if self.ttl == ttl else self._replace(ttl=ttl)

    def are_exactly(self, records: Sequence[Record], ttl: int) -> bool:
        """Return whether a name with these records has exactly these RRsets, in this order and with this TTL."""
        current = [(record.rrtype, record.rrclass, record.ttl, record.rdata) for record in records]
        return current == [(rrtype, RRClass.IN, ttl, value) for rrtype, values in self.rrsets for value in values]

    def records(self, name: Name) -> tuple[Record, ...]:
        """Return the records of a name that has exactly these RRsets; they must have a TTL."""
        assert self.ttl is not None  # noqa: S101 - as the docstring says
        ttl = self.ttl
        return tuple([Record(name, rrtype, RRClass.IN, ttl, one) for rrtype, values in self.rrsets for one in values])


def plan(target: LocatedTarget, desired: Desired, current: Records, new_ttl: int) -> Update | None:
    """Return the update that gives a name its desired RRsets; None if it already has them.

    `current` are the records of these types that the server holds. `new_ttl`, in seconds, is for RRsets that have no
    TTL now, if no TTL is desired.
    """
    rrsets = _RRsets(target, desired, current, new_ttl)
    if desired.owner:
        update = _claimed(rrsets)
    elif all(map(rrsets.is_right, desired.types, desired.values)):  # the usual case, for thousands of names
        return None
    else:
        update = _exclusive(rrsets)
    return update if update.changes else None


def replacement(target: LocatedTarget, desired: Desired, ttl: int) -> Update:
    """Return the update that gives a name the desired RRsets, whatever it holds; `ttl` in seconds."""
    update = Update(target.zone, rrclass=target.rrclass)
    for rrtype, values in desired.rrsets:
        if values:
            update = update.replace(target.owner, ttl, rrtype, *values)
        else:
            update = update.delete_rrset(target.owner, rrtype)
    return update


class _RRsets(Value):
    """Desired and current RRsets of a name, side by side."""

    target: LocatedTarget
    desired: Desired
    current: Records
    new_ttl: int

    def records(self, rrtype: int) -> Sequence[Record]:
        return [record for record in self.current if record.rrtype == rrtype]

    def ttl(self, rrtype: int, *, is_shared: bool = False) -> int:
        """Return the desired TTL, or else the current one; if the RRset `is_shared`, the current one first."""
        desired = self.desired.ttl
        if desired is not None and not is_shared:
            return desired
        otherwise = self.new_ttl if desired is None else desired
        return next((record.ttl for record in self.records(rrtype)), otherwise)

    def is_right(self, rrtype: int, values: tuple[bytes, ...]) -> bool:
        """Return whether the RRset has these values, and the desired TTL."""
        ttl, current = self.ttl(rrtype), []
        for record in self.current:  # not by `records`, for speed: thousands of names are right
            if record.rrtype == rrtype:
                if record.ttl != ttl:
                    return False
                current.append(record.rdata)
        return current == [*values] or self.canonical(rrtype, current) == self.canonical(rrtype, values)

    def canonical(self, rrtype: int, values: Iterable[bytes]) -> set[bytes]:
        return {canonical_rdata(rrtype, value, self.target.rrclass) for value in values}


def _exclusive(rrsets: _RRsets) -> Update:
    target = rrsets.target
    update = Update(target.zone, rrclass=target.rrclass)
    for rrtype, values in rrsets.desired.rrsets:
        if rrsets.desired.only_adds:
            update = _own_addresses(rrsets, update, rrtype, set(), is_shared=False)
        elif rrsets.is_right(rrtype, values):
            continue
        elif values:
            update = update.replace(target.owner, rrsets.ttl(rrtype), rrtype, *values)
        else:
            update = update.delete_rrset(target.owner, rrtype)
    return update


def _claimed(rrsets: _RRsets) -> Update:
    target, owner = rrsets.target, rrsets.desired.owner
    texts = [record.rdata for record in rrsets.records(RRType.TXT)]
    claims = claims_in(texts)
    old_claim = [text for text, claim in claims if claim.owner == owner]
    published = {address for _text, claim in claims if claim.owner == owner for address in claim.addresses}
    of_others = {address for _text, claim in claims if claim.owner != owner for address in claim.addresses}
    desired = {address for values in rrsets.desired.values for address in values}
    # Addresses of a family about which nothing is known now stay claimed; so do all, if nothing may be removed.
    desired |= {a for a in published if rrsets.desired.only_adds or _rrtype(a) not in rrsets.desired.types}
    new_claim = [Claim(owner, frozenset(desired)).to_rdata()] if desired else []

    update = Update(target.zone, rrclass=target.rrclass)
    for rrtype in rrsets.desired.types:
        is_shared = any(_rrtype(address) == rrtype for address in of_others)
        update = _own_addresses(rrsets, update, rrtype, published - desired - of_others, is_shared=is_shared)
    if new_claim != old_claim:
        update = update.delete(target.owner, RRType.TXT, *old_claim) if old_claim else update
        ttl = rrsets.ttl(RRType.TXT, is_shared=bool(of_others))
        update = update.add(target.owner, ttl, RRType.TXT, *new_claim) if new_claim else update
    if texts:
        return update.require_rrset_equal(target.owner, RRType.TXT, *texts)
    return update.require_no_rrset(target.owner, RRType.TXT)


def _own_addresses(rrsets: _RRsets, update: Update, rrtype: int, stale: set[bytes], *, is_shared: bool) -> Update:
    """Add the addresses of a type that are missing, and remove its stale ones, whether they were read or not.

    No claim lists the stale ones any more, so they would never be removed later. An address with another TTL counts as
    missing, unless the RRset `is_shared` with others.
    """
    target, ttl = rrsets.target, rrsets.ttl(rrtype, is_shared=is_shared)
    current = {record.rdata: record.ttl for record in rrsets.records(rrtype)}
    gone = sorted(address for address in stale if _rrtype(address) == rrtype)
    right = current if is_shared else {address for address, its_ttl in current.items() if its_ttl == ttl}
    missing = [value for value in rrsets.desired.data[rrtype] if value not in right]
    update = update.delete(target.owner, rrtype, *gone) if gone else update
    return update.add(target.owner, ttl, rrtype, *missing) if missing else update


def _rrtype(address: bytes) -> int:
    return RRType.A if len(address) == IPV4_OCTETS else RRType.AAAA
