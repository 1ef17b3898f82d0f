"""What an update touches: the names that it alters, and the names that its success depends on."""

from __future__ import annotations

from dns_update.value import KW_ONLY, Value
from dns_update.wire.codes import RR_TYPES, RRClass, RRType
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dns_update.message import Message
    from dns_update.rr.record import Record

# Types whose records concern only their own name. Others can hide the names below theirs (NS, DNAME), or change
# the serial number or the signatures of a whole zone (SOA, DNSKEY, NSEC3PARAM). ANY deletes a whole name.
_ORDINARY = frozenset(
    (
        *(RRType.A, RRType.AAAA, RRType.CNAME, RRType.PTR, RRType.TXT, RRType.SPF, RRType.MX, RRType.SRV, RRType.ANY),
        *(RR_TYPES["SSHFP"], RR_TYPES["TLSA"], RR_TYPES["CAA"]),
    )
)
# The server may refuse an addition of these types because of the records of the host in the rdata: BIND's
# check-integrity does so for MX, and SRV is similar. The number counts the octets before the host's name.
_HOST_AT = {RRType.MX: 2, RRType.SRV: 6}

_NO_NAMES: frozenset[Name] = frozenset()


class Footprint(Value):
    """The names that a message alters, and those that it looks at; `is_alone` if these are not known.

    A branch is a name directly below the zone, with everything below that name. `branches` are those in which the
    message alters names; `depends_on` are those in which nothing may be altered at the same time.
    """

    alters: frozenset[Name] = _NO_NAMES
    looks_at: frozenset[Name] = _NO_NAMES
    branches: frozenset[Name] = _NO_NAMES
    depends_on: frozenset[Name] = _NO_NAMES
    _: KW_ONLY
    is_alone: bool = False

    def clashes_with(self, other: Footprint) -> bool:
        """Return whether the order of the two matters."""
        if self.is_alone or other.is_alone:
            return True
        return not (
            self.alters.isdisjoint(other.alters)
            and self.looks_at.isdisjoint(other.alters)
            and other.looks_at.isdisjoint(self.alters)
            and self.depends_on.isdisjoint(other.branches)
            and other.depends_on.isdisjoint(self.branches)
        )


ALONE = Footprint(is_alone=True)


def footprint_of(message: Message) -> Footprint:
    """Return the footprint of an update."""
    if message.additional:
        return ALONE
    prerequisites, changes = message.answer, message.authority
    types = {record.rrtype for record in prerequisites + changes}
    if not _ORDINARY.issuperset(types):
        return ALONE
    alters = frozenset([record.name for record in changes])
    looks_at = frozenset([record.name for record in prerequisites]) if prerequisites else _NO_NAMES
    zone = message.question[0].name
    for name in alters | looks_at:
        if name == zone or name.labels[:1] == (b"*",):
            return ALONE
    depends_on = _NO_NAMES if types.isdisjoint(_HOST_AT) else _branches(_hosts_in(changes), zone)
    return Footprint(alters, looks_at, _branches(alters, zone), depends_on)


def footprint_of_search(name: Name) -> Footprint:
    """Return the footprint of the search for a name's zone: its answer depends on this name and on all above it."""
    looks_at = [name]
    while name.labels:
        name = name.parent
        looks_at.append(name)
    return Footprint(looks_at=frozenset(looks_at))


def combined(footprints: Sequence[Footprint]) -> Footprint:
    """Return the footprint of several updates together; none of them may be `is_alone`."""
    if len(footprints) == 1:
        return footprints[0]
    return Footprint(
        _union([each.alters for each in footprints]),
        _union([each.looks_at for each in footprints]),
        _union([each.branches for each in footprints]),
        _union([each.depends_on for each in footprints]),
    )


def _union(sets: Iterable[frozenset[Name]]) -> frozenset[Name]:
    return frozenset([name for names in sets for name in names])


def _hosts_in(changes: Iterable[Record]) -> frozenset[Name]:
    """Return the hosts that additions name in their rdata."""
    return frozenset(
        [
            Cursor(record.rdata, _HOST_AT[record.rrtype]).name()
            for record in changes
            if record.rrtype in _HOST_AT and record.rrclass not in (RRClass.ANY, RRClass.NONE)
        ]
    )


def _branches(names: frozenset[Name], zone: Name) -> frozenset[Name]:
    """Return the branches of a zone that contain these names.

    A host may get its address from a wildcard; whether it does depends on its whole branch. The server does not check
    a host outside the zone, and an update of the zone's own name is sent alone.
    """
    depth = len(zone.labels) + 1
    if all(len(name.labels) == depth for name in names):
        return names
    return frozenset([Name(name.labels[-depth:]) for name in names])
