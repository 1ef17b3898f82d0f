"""Reading back: whether the server has what it said it had carried out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from dns_update import errors
from dns_update.bulk import Wish
from dns_update.bulk.access import BulkAccess
from dns_update.bulk.packing import Packer
from dns_update.bulk.picture import Found, is_as_desired
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.wire.codes import RRType

LEAST_WISHES = 2_000  # that are read back together, if there are so many
MOST_WISHES = 100_000  # that wait to be read back: they are kept in memory, with what the server shows of them
_FIRST_PAUSE = 0.05  # seconds before what may be late is read again; each further pause is twice as long
_LONGEST_PAUSE = 1.0
INTERVAL = 5.0  # seconds between two readings at least: each may be a transfer of the whole zone

ReadBack = Callable[[list[Wish]], Iterable[tuple[Wish, "Found | errors.DnsUpdateError | None"]]]


class Proof:
    """The wishes that were carried out and are not read back yet."""

    def __init__(self, access: BulkAccess) -> None:
        """Start without wishes."""
        self.wishes: list[Wish] = []
        self._access = access
        self._next = access.clock() + INTERVAL

    def add(self, wishes: list[Wish]) -> None:
        """Add wishes that were carried out."""
        self.wishes += wishes

    @property
    def is_due(self) -> bool:
        """Whether there are enough wishes to read them back."""
        count = len(self.wishes)
        return count >= MOST_WISHES or (count >= LEAST_WISHES and self._access.clock() >= self._next)

    def proven(
        self, read: ReadBack, again: ReadBack, patience: float
    ) -> Iterator[tuple[Wish, errors.DnsUpdateError | None]]:
        """Yield each wish with the reason why it is not as desired, None if it is.

        `read` reads all of them; what may just be late is read by `again`, for `patience` seconds. BIND with inline
        signing shows a change only once it is signed.
        """
        wishes, self.wishes = self.wishes, []
        started = self._access.clock()
        doubtful: deque[Wish] = deque()
        yield from self._settled(read(wishes), doubtful)
        until, pause = self._access.clock() + patience, _FIRST_PAUSE
        while doubtful:
            error = self._access.examine(doubtful[0])
            if isinstance(error, errors.NotApplied) and error.may_come and self._access.clock() < until:
                self._access.pause(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
                late, doubtful = list(doubtful), deque()
                yield from self._settled(again(late), doubtful)
            else:
                yield doubtful.popleft(), error
        now = self._access.clock()
        self._next = now + max(INTERVAL, 4 * (now - started))  # reading takes a fifth of the time at most

    def _settled(
        self, pairs: Iterable[tuple[Wish, Found | errors.DnsUpdateError | None]], doubtful: deque[Wish]
    ) -> Iterator[tuple[Wish, errors.DnsUpdateError | None]]:
        """Yield the wishes of which is known what became of them; add the others to a list."""
        for wish, found in pairs:
            if isinstance(found, errors.CommunicationError):
                yield wish, found
            elif found is None or (isinstance(found, Found) and is_as_desired(wish, found, self._access.rrclass)):
                yield wish, None
            else:
                doubtful.append(wish)


def ns_changes(packer: Packer, wish: Wish, found: Found, ttl: int) -> tuple[bytes, int]:
    """Return the packed records that give a zone these name servers.

    A server ignores the deletion of all of them together (RFC 2136, section 3.4.2.4): first come the new ones, then
    each that goes.
    """
    octets, count = packer.packed(wish, ttl)
    added = octets[len(octets) - _octets_of_values(packer, wish, ttl) :]
    desired = {canonical_rdata(RRType.NS, value) for value in wish.values}
    stale = tuple(sorted(found.values - desired))
    if not stale:
        return added, count - 1
    gone, more = packer.packed(wish._replace(values=stale, deletes=True), 0)
    return added + gone, count - 1 + more


def _octets_of_values(packer: Packer, wish: Wish, ttl: int) -> int:
    whole, _count = packer.packed(wish, ttl)
    without, _count = packer.packed(wish._replace(values=()), ttl)
    return len(whole) - len(without)
