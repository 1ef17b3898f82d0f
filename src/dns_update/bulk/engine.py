"""Hands each wish to the sender of its zone, and the outcomes to the caller as they come."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator

from dns_update import errors
from dns_update.bulk import FAILED, NOT_TRIED, BulkOptions, BulkOutcome, Wish
from dns_update.bulk.access import BulkAccess
from dns_update.bulk.sender import Sender
from dns_update.wire.name import Name

MOST_ZONES = 16  # that are open at the same time: each has a connection, and up to a window of messages in memory

BulkAccessOf = Callable[[Wish], BulkAccess]
"""Returns the access to the zone of a wish, the same one for each wish of the zone; raises DnsUpdateError."""


def applied(
    wishes: Iterable[Wish], access_of: BulkAccessOf, options: BulkOptions, is_stopped: Callable[[], bool] = bool
) -> Generator[BulkOutcome, None, None]:
    """Carry out wishes; yield an outcome for each, in the order in which they become known.

    After `is_stopped` returns True, nothing more is sent; the wishes that are left get the outcome `not-tried`. Closing
    the iterator closes the sockets. The wishes are taken one after the other, and not kept longer than is needed.
    """
    senders: dict[Name, Sender] = {}  # the one that was used last is the last
    last: BulkAccess | None = None
    sender: Sender | None = None
    rest = iter(wishes)
    try:
        for wish in rest:
            if is_stopped():
                yield from _stopped(senders, wish, rest)
                return
            try:
                access = access_of(wish)
            except errors.DnsUpdateError as error:
                yield BulkOutcome(wish, FAILED, error)
                continue
            if access is not last or sender is None:
                sender, last = _sender_of(senders, access, options, is_stopped), access
                yield from _closed(senders, MOST_ZONES)
            yield from sender.offer(wish)
        for each in senders.values():
            yield from each.stop() if is_stopped() else each.finish()
    finally:
        for each in senders.values():
            each.close()


def _sender_of(
    senders: dict[Name, Sender], access: BulkAccess, options: BulkOptions, is_stopped: Callable[[], bool]
) -> Sender:
    sender = senders.pop(access.zone, None)
    if sender is None:
        sender = Sender(access, options, is_stopped)
    senders[access.zone] = sender
    return sender


def _closed(senders: dict[Name, Sender], most: int) -> Iterator[BulkOutcome]:
    """Finish the senders that were not used for the longest time, so that at most `most` are open."""
    while len(senders) > most:
        zone = next(iter(senders))
        sender = senders.pop(zone)
        try:
            yield from sender.finish()
        finally:
            sender.close()


def _stopped(senders: dict[Name, Sender], wish: Wish, rest: Iterator[Wish]) -> Iterator[BulkOutcome]:
    for sender in senders.values():
        yield from sender.stop()
    yield BulkOutcome(wish, NOT_TRIED)
    for other in rest:
        yield BulkOutcome(other, NOT_TRIED)
