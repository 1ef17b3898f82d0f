"""Hands each wish to the sender of its zone, and the outcomes to the caller as they come."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator

from dns_update import errors
from dns_update.bulk import FAILED, NOT_TRIED, BulkOptions, BulkOutcome, Wish
from dns_update.bulk.access import Access
from dns_update.bulk.sender import Sender
from dns_update.wire.name import Name

MOST_ZONES = 16  # that are open at the same time: each has a connection, and up to a window of messages in memory

AccessOf = Callable[[Wish], Access]
"""Returns the access to the zone of a wish, the same one for each wish of the zone; raises DnsUpdateError."""


def applied(
    wishes: Iterable[Wish], access_of: AccessOf, options: BulkOptions, is_stopped: Callable[[], bool] = bool
) -> Generator[BulkOutcome, None, None]:
    """Carry out wishes; yield an outcome for each, in the order in which they become known.

    After `is_stopped` returns True, nothing more is sent; the wishes that are left get the outcome `not-tried`. Closing
    the iterator closes the sockets. The wishes are taken one after the other, and not kept longer than is needed.
    """
    senders: dict[Name, Sender] = {}  # the one that was used last is the last
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
            yield from _sender_of(senders, access, options, is_stopped).offer(wish)
            yield from _closed(senders, MOST_ZONES)
        for sender in senders.values():
            yield from _stopped_sender(sender) if is_stopped() else sender.finish()
    finally:
        for sender in senders.values():
            sender.close()


def _sender_of(
    senders: dict[Name, Sender], access: Access, options: BulkOptions, is_stopped: Callable[[], bool]
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
        yield from _stopped_sender(sender)
    yield BulkOutcome(wish, NOT_TRIED)
    for other in rest:
        yield BulkOutcome(other, NOT_TRIED)


def _stopped_sender(sender: Sender) -> list[BulkOutcome]:
    return sender.stop()
