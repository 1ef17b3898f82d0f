"""How far an update reaches: the names that it alters, and those on which its success depends."""

from __future__ import annotations

from dns_update.value import Value
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from dataclasses import KW_ONLY

    from dns_update.message import Message
    from dns_update.rr.record import Record

# Types whose records say nothing but about their own name. Others can hide names below theirs (NS, DNAME), or move the
# serial number or the signatures of a whole zone (SOA, DNSKEY, NSEC3PARAM). ANY is a whole name's deletion.
_SSHFP, _TLSA, _CAA = 44, 52, 257
_ORDINARY = frozenset(
    (
        *(RRType.A, RRType.AAAA, RRType.CNAME, RRType.PTR, RRType.TXT, RRType.SPF),
        *(_SSHFP, _TLSA, _CAA, RRType.MX, RRType.SRV, RRType.ANY),
    )
)
# Of these, an addition may be refused for what stands at the host that it names: BIND's check-integrity does so to MX,
# and SRV is like it. The octets before that host's name:
_HOST_AT = {RRType.MX: 2, RRType.SRV: 6}

_NO_NAMES: frozenset[Name] = frozenset()


class Reach(Value):
    """The names that a message alters, and those that it looks at; `is_alone` if there is no saying.

    A branch is a name right below the zone with all that stands below it: `branches` are those in which names are
    altered, `leans_on` those that must not be, meanwhile.
    """

    alters: frozenset[Name] = _NO_NAMES
    looks_at: frozenset[Name] = _NO_NAMES
    branches: frozenset[Name] = _NO_NAMES
    leans_on: frozenset[Name] = _NO_NAMES
    _: KW_ONLY
    is_alone: bool = False

    def clashes_with(self, other: Reach) -> bool:
        """Tell whether it matters which of the two comes first."""
        if self.is_alone or other.is_alone:
            return True
        return not (
            self.alters.isdisjoint(other.alters)
            and self.looks_at.isdisjoint(other.alters)
            and other.looks_at.isdisjoint(self.alters)
            and self.leans_on.isdisjoint(other.branches)
            and other.leans_on.isdisjoint(self.branches)
        )


ALONE = Reach(is_alone=True)


def reach_of(message: Message) -> Reach:
    """Return how far an update reaches."""
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
    leans_on = _NO_NAMES if types.isdisjoint(_HOST_AT) else _branches(_hosts_in(changes), zone)
    return Reach(alters, looks_at, _branches(alters, zone), leans_on)


def reach_of_search(name: Name) -> Reach:
    """Return how far the search for a name's zone reaches: its answer depends on what stands there and above."""
    looks_at = [name]
    while name.labels:
        name = name.parent
        looks_at.append(name)
    return Reach(looks_at=frozenset(looks_at))


def reach_of_all(reaches: Sequence[Reach]) -> Reach:
    """Return how far several sends reach together."""
    if len(reaches) == 1:
        return reaches[0]
    return Reach(
        _union([reach.alters for reach in reaches]),
        _union([reach.looks_at for reach in reaches]),
        _union([reach.branches for reach in reaches]),
        _union([reach.leans_on for reach in reaches]),
    )


def _union(sets: Iterable[frozenset[Name]]) -> frozenset[Name]:
    return frozenset([name for names in sets for name in names])


def _hosts_in(changes: Iterable[Record]) -> frozenset[Name]:
    """Return the hosts that additions name."""
    return frozenset(
        [
            Cursor(record.rdata, _HOST_AT[record.rrtype]).name()
            for record in changes
            if record.rrtype in _HOST_AT and record.rrclass not in (RRClass.ANY, RRClass.NONE)
        ]
    )


def _branches(names: frozenset[Name], zone: Name) -> frozenset[Name]:
    """Return the branches of a zone in which names stand.

    For a host that may have its address from a wildcard, it depends on its whole branch whether it has. A host
    elsewhere is none that the server looks at; and what alters the zone's own name goes alone.
    """
    depth = len(zone.labels) + 1
    if all(len(name.labels) == depth for name in names):
        return names
    return frozenset([Name(name.labels[-depth:]) for name in names])
