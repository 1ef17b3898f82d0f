"""Which updates may be under way at once, or share a message, so that a script sees each send as if it was alone.

The server may carry out the updates under way in any order. So two updates may not be under way together if one alters
a name that the other alters or looks at. An update that may affect more than its own names is sent alone: everything
before it is settled first, and everything after it waits. `footprint.py` says what an update touches.

Sends that wait for their turn go together, as many as fit into one datagram: for the server, a message costs more than
the records in it. A message is carried out as a whole or not at all (RFC 2136, section 3.7). If it is not, each of its
sends is sent again, alone, and gets its own answer. The only visible difference is the zone's serial number, which
rises once for each message. Prerequisites apply to a whole message, and are checked before anything is altered
(section 3.2). No send in a message touches a name of another one, so the result is the same as one after the other.
Sends about one name never share a message: an `add` and then a `del` would cancel out, without a new serial number.

Two numbers grow like a TCP connection's window, and each has its own reason to be reset. The number of messages under
way starts at one, and each answer allows one more. So a server that does not answer has been sent only one update. If
it stops answering in the middle of a script, it has been sent as many as were under way, and a script may notice that
some of these were carried out although an earlier one was not. The number of sends in a message also starts at one,
and each message that is carried out allows one more. A message that is not carried out resets it to one, because it
costs one message more than its sends alone.

A server may fail one update because of another: Knot combines updates that arrive together, and answers SERVFAIL to
all. So SERVFAIL counts only if an update was alone; otherwise the update is sent once more, alone.
"""

from __future__ import annotations

from dns_update.message import FIXED_OCTETS, Message, Question
from dns_update.nsupdate.footprint import Footprint, combined
from dns_update.rr.record import Record
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from dns_update.auth import Key
    from dns_update.transport import Endpoint

# What all updates that are under way have in common: the servers, the key, and the zone.
SendDestination: TypeAlias = "tuple[Sequence[Endpoint], Key | None, Question]"

# BIND accepts 100 updates at once from all its clients, and silently drops the others (update-quota).
MOST_MESSAGES = 32


class SendBatch:
    """Sends that wait to go together, in one message to one destination."""

    def __init__(self, destination: SendDestination, most_octets: int, most_sends: int) -> None:
        """Begin without sends; their records may have `most_octets` together."""
        self.messages: list[Message] = []
        self.destination = destination
        self._footprints: list[Footprint] = []
        self._names: set[Name] = set()
        self._has_dependencies = False
        self._octets_left = most_octets
        self._most_sends = most_sends

    @property
    def footprint(self) -> Footprint:
        """The footprint of all sends together."""
        return combined(self._footprints)

    @property
    def is_full(self) -> bool:
        """Whether no other send may join."""
        return len(self.messages) >= self._most_sends or self._footprints[0].is_alone

    def takes(self, message: Message, footprint: Footprint, destination: SendDestination) -> bool:
        """Add a send if it may go with the others and there is room; return whether it was added."""
        zone = message.question[0].name
        octets = sum([_octets_of(record, zone) for record in message.answer + message.authority])
        names = footprint.alters | footprint.looks_at
        if self.messages and (
            self.is_full
            or footprint.is_alone
            or octets > self._octets_left
            or destination != self.destination
            or not self._names.isdisjoint(names)
            or self._clashes_with(footprint)
        ):
            return False
        self.messages.append(message)
        self._footprints.append(footprint)
        self._names |= names
        self._has_dependencies = self._has_dependencies or bool(footprint.depends_on)
        self._octets_left -= octets
        return True

    def to_message(self) -> Message:
        """Return one message with the records of all sends."""
        first = self.messages[0]
        if len(self.messages) == 1:
            return first
        return Message(
            opcode=first.opcode,
            question=first.question,
            answer=tuple([record for message in self.messages for record in message.answer]),
            authority=tuple([record for message in self.messages for record in message.authority]),
        )

    def _clashes_with(self, footprint: Footprint) -> bool:
        """Return whether the send and those here depend on each other's hosts; their own names are disjoint."""
        if not (self._has_dependencies or footprint.depends_on):
            return False
        return any(other.clashes_with(footprint) for other in self._footprints)


def _octets_of(record: Record, zone: Name) -> int:
    """Return the octets of a record in a message, where a pointer of two octets replaces the zone in its name."""
    own = record.name.labels[: -len(zone.labels)] if zone.labels else record.name.labels
    return sum(map(len, own)) + len(own) + 2 + FIXED_OCTETS + len(record.rdata)


class SendWindow:
    """Says which message may join those under way, and how many sends the next one may have (`most_sends`)."""

    def __init__(self) -> None:
        self.most_sends = 1
        self._most_messages = 1
        self._destination: SendDestination | None = None
        self._under_way: list[Footprint] = []

    def admits(self, destination: SendDestination, footprint: Footprint) -> bool:
        """Return whether a message may be sent now."""
        if not self._under_way:
            return True
        is_open = len(self._under_way) < self._most_messages and destination == self._destination
        return is_open and not self.clashes_with(footprint)

    def clashes_with(self, footprint: Footprint) -> bool:
        """Return whether the outcome of the messages under way matters to this one."""
        return any(other.clashes_with(footprint) for other in self._under_way)

    def enter(self, destination: SendDestination, footprint: Footprint) -> None:
        """Record that a message was sent."""
        self._destination = destination
        self._under_way.append(footprint)

    def leave(self, *, was_answered: bool, was_carried_out: bool) -> None:
        """Record that the earliest message under way is settled.

        `was_answered` says that the server gave a trusted answer, other than SERVFAIL.
        """
        del self._under_way[0]
        self._most_messages = min(self._most_messages + 1, MOST_MESSAGES) if was_answered else 1
        self.most_sends = self.most_sends + 1 if was_carried_out else 1
