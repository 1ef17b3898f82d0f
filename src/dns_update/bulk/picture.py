"""What a server has of the names of some wishes, and what a transfer of the zone or of its changes shows of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dns_update.bulk import Wish
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.record import Record, soa_serial
from dns_update.value import Value
from dns_update.wire.codes import KEPT_BY_SERVER, RRClass, RRType
from dns_update.wire.name import Name, encode_labels

_ADDRESS_TYPES = (RRType.A, RRType.AAAA)
MOST_TAILS = 1_000  # names above others whose wire form is kept
_NO_VALUES: tuple[Any, ...] = (0,)  # a TTL, and nothing after it


class Found(Value):
    """The records of a wish's name and type, as a server shows them: TTL in seconds, and rdata in canonical form.

    If the type is ANY, each value has the two octets of its type before it.
    """

    ttl: int
    values: frozenset[bytes]


NOTHING = Found(0, frozenset())


def is_as_desired(wish: Wish, found: Found, rrclass: int = RRClass.IN) -> bool:
    """Return whether what was found is what the wish asks for; TTLs are not compared."""
    wanted = _canonical_values(wish, rrclass)
    if wish.adds:
        return wanted <= found.values
    if not wish.deletes:
        return wanted == found.values
    return not (wanted & found.values if wanted else found.values)


def canonical(rrtype: int, rdata: bytes, rrclass: int) -> bytes:
    """Return rdata in canonical form; most is addresses, which have only one."""
    return rdata if rrtype in _ADDRESS_TYPES else canonical_rdata(rrtype, rdata, rrclass)


def _canonical_values(wish: Wish, rrclass: int) -> frozenset[bytes]:
    if wish.rrtype in _ADDRESS_TYPES:
        return frozenset(wish.values)
    return frozenset([canonical(wish.rrtype, value, rrclass) for value in wish.values])


def has_ttl(wish: Wish, found: Found) -> bool:
    """Return whether the records have the TTL that the wish asks for, if it does."""
    return wish.deletes or wish.ttl is None or wish.ttl == found.ttl


class Picture:
    """What the records of a transfer show of the names of wishes; `serial` is that of the version it ends with.

    The changes after the version `since` show a wish only if they make the RRset what it asks for: a part that was
    there before is in no change. A server may send the whole zone instead, which shows everything.
    """

    def __init__(self, wishes: Iterable[Wish], rrclass: int, since: int | None) -> None:
        """Start before the first record."""
        self.is_whole = since is None
        self.serial = since or 0
        self._has_begun = self.is_whole
        self._rrclass = rrclass
        self._wanted = {(wish.owner.lower(), wish.rrtype) for wish in wishes}
        self._types = {rrtype for _owner, rrtype in self._wanted}
        self._shown: dict[tuple[bytes, int], tuple[Any, ...]] = {}  # the TTL in seconds, and then each value
        self._lost: set[tuple[bytes, int]] = set()
        self._tails: dict[tuple[bytes, ...], bytes] = {}

    def take(self, record: Record) -> None:
        """Take the next record."""
        is_lost = record.rrclass == RRClass.NONE
        if not self._has_begun:
            self._has_begun = True
            self.is_whole = not is_lost
        rrtype = record.rrtype
        if rrtype == RRType.SOA and not is_lost:
            self.serial = soa_serial(record.rdata)
        if rrtype not in self._types and RRType.ANY not in self._types:
            return
        owner = self._wire_of(record.name)
        value = canonical(rrtype, record.rdata, self._rrclass)
        if (owner, rrtype) in self._wanted:
            self._note((owner, rrtype), record.ttl, value, is_lost=is_lost)
        if (owner, RRType.ANY) in self._wanted and rrtype not in KEPT_BY_SERVER:
            self._note((owner, RRType.ANY), record.ttl, rrtype.to_bytes(2) + value, is_lost=is_lost)

    def shows(self, wish: Wish) -> bool:
        """Return whether it is seen that the server has what a wish asks for."""
        key = wish.owner.lower(), wish.rrtype
        shown = self._shown.get(key, _NO_VALUES)
        if wish.adds:
            return _canonical_values(wish, self._rrclass) <= frozenset(shown[1:])
        if not wish.deletes:
            if wish.rrtype in _ADDRESS_TYPES and len(wish.values) == 1:  # most are such
                return shown[1:] == wish.values
            # Of the zone itself, a server keeps an NS record that it was told to remove (RFC 2136, 3.4.2.4).
            may_be_more = wish.rrtype == RRType.NS and not self.is_whole
            return not may_be_more and frozenset(shown[1:]) == _canonical_values(wish, self._rrclass)
        if self.is_whole:
            return is_as_desired(wish, self.found_of(wish)[1], self._rrclass)
        # An RRset is removed as a whole; of a name or of single values, others may be left.
        return not wish.values and wish.rrtype != RRType.ANY and key in self._lost and len(shown) == 1

    def found_of(self, wish: Wish) -> tuple[Wish, Found]:
        """Return a wish with what was shown of it."""
        shown = self._shown.get((wish.owner.lower(), wish.rrtype))
        return wish, NOTHING if shown is None else Found(shown[0], frozenset(shown[1:]))

    def _wire_of(self, name: Name) -> bytes:
        """Return the canonical wire form of a name; most names have the one above them in common."""
        above = name.labels[1:]
        tail = self._tails.get(above)
        if tail is None:
            if len(self._tails) >= MOST_TAILS:
                self._tails.clear()
            tail = self._tails[above] = Name(above).to_canonical_wire()
        return encode_labels(name.labels[:1]).lower() + tail

    def _note(self, key: tuple[bytes, int], ttl: int, value: bytes, *, is_lost: bool) -> None:
        """Add or remove a value; most RRsets have one, and a tuple is the smallest that holds it."""
        before = self._shown.get(key)
        if is_lost:
            self._lost.add(key)
            if before is not None and value in before[1:]:
                self._shown[key] = (ttl, *[each for each in before[1:] if each != value])
        else:
            self._shown[key] = (ttl, value) if before is None or len(before) == 1 else (*before, value)
