"""`exact=`: the names of a zone that match a pattern and are not in the file, which go; never more than a limit."""

from __future__ import annotations

from collections.abc import Container, Iterable

from dns_update import errors
from dns_update.bulk import Wish
from dns_update.bulk.patterns import WHOLE_ZONE, Pattern
from dns_update.rr.record import Record
from dns_update.value import Value
from dns_update.wire.codes import KEPT_BY_SERVER, RRType
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

_KEPT = (*KEPT_BY_SERVER, 50)  # NSEC3: its names are hashes, which the server makes
_SHOWN = 5  # names that an error lists


class Limit(Value):
    """The most names that may go: a number, or so many percent of those that match."""

    number: int
    is_percent: bool = False

    def of(self, matching: int) -> int:
        """Return how many of `matching` names may go."""
        return matching * self.number // 100 if self.is_percent else self.number

    def __str__(self) -> str:
        return f"{self.number}%" if self.is_percent else str(self.number)


class Surplus:
    """The names of zones that match a pattern and are not wished for."""

    def __init__(self, pattern: str) -> None:
        """Start with none."""
        self.wishes: list[Wish] = []
        self._pattern = pattern
        self._matching = 0

    def look(self, zone: Name, records: Iterable[Record], wished: Container[int]) -> None:
        """Take the records of a zone; `wished` has the hashes of the owners that stay, in lower case and wire form.

        The zone itself and the hosts that its own NS records name always stay: without them it could not be reached.
        """
        pattern = None if self._pattern == WHOLE_ZONE else Pattern(self._pattern, zone)
        names: dict[bytes, Name] = {}
        needed = {zone.to_canonical_wire()}
        for record in records:
            if record.rrtype in _KEPT:
                continue
            if record.rrtype == RRType.NS and record.name == zone:
                needed.add(Cursor(record.rdata).name().to_canonical_wire())
            if pattern is None or pattern.matches(record.name):
                names.setdefault(record.name.to_canonical_wire(), record.name)
        self._matching += len(names)
        self.wishes += [
            Wish(name.to_wire(), zone, RRType.ANY, None, (), deletes=True)
            for owner, name in names.items()
            if owner not in needed and hash(owner) not in wished
        ]

    def check(self, limit: Limit) -> None:
        """Raise UsageError if more names would go than the limit allows."""
        if len(self.wishes) <= limit.of(self._matching):
            return
        shown = ", ".join(str(wish.name) for wish in self.wishes[:_SHOWN])
        more = ", ..." if len(self.wishes) > _SHOWN else ""
        raise errors.UsageError(
            f"exact={self._pattern} would remove {len(self.wishes):,} of {self._matching:,} names, more than "
            f"max-delete={limit} allows; nothing was sent: {shown}{more}",
            hint=f"look at them by plan; if they should go, max-delete={len(self.wishes)}",
        )
