"""Many exchanges on one socket, without I/O: which of them a message is for, and what an error means for them.

A message's ID says which exchange it is for; no two pending exchanges have the same ID.

An ICMP error says that a datagram could not be delivered, but not which one. The kernel reports it at the next call on
the socket, and that call then does nothing else. It concerns every exchange that is pending on the socket.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from dns_update.exchange import Exchange

    P = TypeVar("P", bound="Pending")

_RANDOM_OCTETS = 512  # per request: to ask the kernel for each ID takes longer


class Pending:
    """An exchange whose attempt is under way: the ID of its message, and until when it waits for an answer."""

    __slots__ = ("deadline", "exchange", "message_id")

    def __init__(self, exchange: Exchange, message_id: int, deadline: float = 0.0) -> None:
        self.exchange = exchange
        self.message_id = message_id
        self.deadline = deadline

    def receive(self, octets: bytes, *, wall: int) -> bool:
        """Give the exchange a message that arrived; return whether it needs no other one."""
        if self.exchange.listening:
            self.exchange.receive(octets, wall=wall)
        return not self.exchange.listening


class Demux(dict[int, "P"]):
    """The pending exchanges, by message ID, in the order in which they were sent."""

    __slots__ = ("_ids", "_random")

    def __init__(self, random: Callable[[int], bytes] = os.urandom) -> None:
        """Start with none; `random` returns as many random octets as it is asked for."""
        super().__init__()
        self._random = random
        self._ids: Iterator[int] = iter(())

    def free_id(self) -> int:
        """Return a random ID that no pending exchange has."""
        while True:
            for message_id in self._ids:
                if message_id not in self:
                    return message_id
            self._ids = iter(memoryview(self._random(_RANDOM_OCTETS)).cast("H"))

    def enter(self, pending: P) -> None:
        """Add an exchange: it waits for the answer to an attempt."""
        self[pending.message_id] = pending

    def leave(self, pending: P) -> bool:
        """Remove an exchange; return whether it was there."""
        if self.get(pending.message_id) is not pending:
            return False
        del self[pending.message_id]
        return True

    def find(self, octets: bytes) -> P | None:
        """Return the exchange that a message is for; None if there is none."""
        return self.get(int.from_bytes(octets[:2]))

    def first_deadline(self) -> float | None:
        """Return the earliest deadline; None if none is pending."""
        return min([pending.deadline for pending in self.values()], default=None)

    def late(self, now: float) -> list[P]:
        """Return the exchanges whose deadline has passed at `now`."""
        return [pending for pending in self.values() if pending.deadline <= now]


def send_shared(send: Callable[[], object]) -> OSError | None:
    """Send a datagram; return the error of an earlier one. Raises OSError for an error of this one."""
    try:
        send()
    except OSError as error:
        send()
        return error
    return None


def may_have_arrived(error: OSError, *, is_alone: bool) -> bool:
    """Return whether a message may have arrived although its socket reports an error.

    If nothing listens, nothing arrives; but if others are pending too, the refused datagram may be one of theirs.
    """
    return not (is_alone and isinstance(error, ConnectionRefusedError))
