"""Batches of wishes that go in one message, how they are halved, and how large they may be."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Generic, TypeAlias, TypeVar

from dns_update.bulk import MIN_MESSAGE_OCTETS, Wish
from dns_update.bulk.packing import PackedUpdate, Packer

T = TypeVar("T")


class BatchOf(Generic[T]):
    """Wishes that go in one message; a wish is whatever its sender must know of it.

    `tries` counts how often it was sent, `refusals` how often it was sent again after a refusal. `is_alone` asks that
    nothing else is sent. `may_be_done` says that it may have been carried out before, by a message without an answer or
    an earlier run.
    """

    __slots__ = ("conditions", "counts", "is_alone", "may_be_done", "octets", "parts", "refusals", "tries", "wishes")

    def __init__(self, *, may_be_done: bool = False) -> None:
        """Start without wishes."""
        self.wishes: list[T] = []
        self.parts: list[bytes] = []
        self.counts: list[int] = []
        self.conditions: list[bytes] = []  # empty if a wish has none
        self.octets = 0
        self.tries = 0
        self.refusals = 0
        self.is_alone = False
        self.may_be_done = may_be_done

    def add(self, wish: T, octets: bytes, count: int, condition: bytes = b"") -> None:
        """Add a wish with its packed records and prerequisite."""
        self.wishes.append(wish)
        self.parts.append(octets)
        self.counts.append(count)
        self.conditions.append(condition)
        self.octets += len(octets) + len(condition)

    def halves(self) -> tuple[BatchOf[T], BatchOf[T]]:
        """Return two batches with half of the wishes each; the order is kept."""
        middle = len(self.wishes) // 2
        return self._of(range(middle)), self._of(range(middle, len(self.wishes)))

    def without(self, wishes: Container[T]) -> BatchOf[T]:
        """Return a batch without some of the wishes, of which it is known whether they were carried out."""
        left = self._of([number for number, wish in enumerate(self.wishes) if wish not in wishes])
        left.may_be_done = False
        return left

    def message(self, packer: Packer) -> PackedUpdate:
        """Return the update to send."""
        return packer.message(self.parts, sum(self.counts), list(filter(None, self.conditions)))

    def _of(self, numbers: Iterable[int]) -> BatchOf[T]:
        part = BatchOf[T](may_be_done=self.may_be_done)
        for number in numbers:
            part.add(self.wishes[number], self.parts[number], self.counts[number], self.conditions[number])
        part.is_alone = self.is_alone
        return part


Batch: TypeAlias = BatchOf[Wish]


class SizeLimit:
    """The largest message that the server takes, as far as it is known.

    FORMERR, or a connection that the server closes without an answer, may mean that a message was too large: then the
    limit is half of it. If the same names fail alone as well, it was not the size, and the limit is as before.
    """

    def __init__(self, octets: int) -> None:
        """Start with the limit that the user has set."""
        self.octets = octets
        self._before = octets

    def too_large(self, octets: int) -> None:
        """Record that a message of so many octets may have been too large."""
        self.octets = max(MIN_MESSAGE_OCTETS, min(self.octets, octets // 2))

    def not_the_size(self) -> None:
        """Record that a message of one name failed as well."""
        self.octets = self._before


class Window:
    """How many messages may be in flight: one more for each answer, half as many after a failure."""

    def __init__(self, most: int) -> None:
        """Start with one: a server that does not answer has got one message only."""
        self.size = 1
        self._most = most

    def answered(self) -> None:
        """Record an answer other than SERVFAIL."""
        self.size = min(self.size + 1, self._most)

    def failed(self) -> None:
        """Record SERVFAIL, or that no answer came."""
        self.size = max(1, self.size // 2)
