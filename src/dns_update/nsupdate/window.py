"""Which updates may be under way at once, or share a message, without a script's noticing that each was a send alone.

The server may carry out what is under way in any order, so of two of them none may alter a name that the other alters
or looks at; and whatever could reach beyond a name of its own goes alone. Of an update that goes alone, everything
before it is settled first, and everything after it waits. `reach.py` says how far an update reaches.

Sends that wait for their turn go together, as many as fit into one datagram: for the server, a message costs more than
the records in it. A message is carried out as a whole or not at all (RFC 2136, section 3.7), so where such a one is
not, each of its sends is sent again, alone, and gets an answer of its own. What remains to be seen is the zone's serial
number, which rises once for each message. Prerequisites hold for a whole message, and are looked at before anything is
altered (section 3.2): as no send in a message touches a name of another one's, that is as good as each at its turn.
Sends about one name never share a message: of `add`, then `del`, nothing would be seen, not even a new serial number.

Both numbers grow as a TCP connection's window does, and shrink for a reason of their own. It starts with one message
under way, and with each answer there may be one more; so a server that does not answer has been sent one update, or, if
it stops answering in the middle of a script, as many as were under way: these may have been carried out although one
before them was not, which a script may notice. A message starts with one send, and with each that is carried out there
may be one more; where one is not, which costs a message more than the sends alone, it starts anew.

A server may fail one update for another's sake: Knot carries out together what came together, and answers SERVFAIL to
all. So SERVFAIL counts only where an update was alone; elsewhere it is sent once more, alone.
"""

from __future__ import annotations

from dns_update.message import FIXED_OCTETS, Message
from dns_update.nsupdate.footprint import reach_of_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from dns_update.auth import Key
    from dns_update.nsupdate.footprint import Reach
    from dns_update.rr.record import Record
    from dns_update.transport import Endpoint
    from dns_update.wire.name import Name

    Upstream: TypeAlias = tuple[Sequence[Endpoint], Key | None]

MOST = (
    32  # messages; BIND takes 100 updates at once from all its clients, and drops silently what is more (update-quota)
)


class Batch:
    """Sends that wait to go together, in one message."""

    def __init__(self, common: object, way: Upstream, most_octets: int, most_sends: int) -> None:
        """Begin an empty one.

        `common` is what all must agree in, `way` the servers and the key in it, `most_octets` the room for records.
        """
        self.messages: list[Message] = []
        self.common = common
        self.way = way
        self._reaches: list[Reach] = []
        self._names: set[Name] = set()
        self._leans = False
        self._octets_left = most_octets
        self._most_sends = most_sends

    @property
    def reach(self) -> Reach:
        """How far all of it reaches."""
        if len(self._reaches) == 1:
            return self._reaches[0]
        return reach_of_all(self._reaches)

    @property
    def is_full(self) -> bool:
        """Whether no other send may join."""
        return len(self.messages) >= self._most_sends or self._reaches[0].is_alone

    def takes(self, message: Message, reach: Reach, common: object) -> bool:
        """Take a send if it may go with the others and there is room; return whether it was taken."""
        zone = message.question[0].name
        octets = sum([_octets_of(record, zone) for record in message.answer + message.authority])
        names = reach.alters | reach.looks_at
        if self.messages and (
            self.is_full
            or reach.is_alone
            or octets > self._octets_left
            or common != self.common
            or not self._names.isdisjoint(names)
            or ((self._leans or reach.leans_on) and any(other.clashes_with(reach) for other in self._reaches))
        ):
            return False
        self.messages.append(message)
        self._reaches.append(reach)
        self._names |= names
        self._leans = self._leans or bool(reach.leans_on)
        self._octets_left -= octets
        return True

    def to_message(self) -> Message:
        """Return the one message that says what all of them say."""
        first = self.messages[0]
        if len(self.messages) == 1:
            return first
        return Message(
            opcode=first.opcode,
            question=first.question,
            answer=tuple([record for message in self.messages for record in message.answer]),
            authority=tuple([record for message in self.messages for record in message.authority]),
        )


def _octets_of(record: Record, zone: Name) -> int:
    """Return how long a record below the zone is in a message, where a pointer of two octets stands for the zone."""
    own = record.name.labels[: -len(zone.labels)] if zone.labels else record.name.labels
    return sum(map(len, own)) + len(own) + 2 + FIXED_OCTETS + len(record.rdata)


class Window:
    """Says what may join the messages that are under way, and how many sends the next one may have (`most_sends`).

    Each message has a `common`, what all have to agree in (server, key, zone and class), and its reach.
    """

    def __init__(self) -> None:
        self.most_sends = 1
        self._most_messages = 1
        self._common: object = None
        self._under_way: list[Reach] = []

    def admits(self, common: object, reach: Reach) -> bool:
        """Tell whether a message may be sent now."""
        if not self._under_way:
            return True
        is_open = len(self._under_way) < self._most_messages and common == self._common
        return is_open and not self.clashes_with(reach)

    def clashes_with(self, reach: Reach) -> bool:
        """Tell whether it matters what becomes of the messages that are under way."""
        return any(other.clashes_with(reach) for other in self._under_way)

    def enter(self, common: object, reach: Reach) -> None:
        """Take note that a message was sent."""
        self._common = common
        self._under_way.append(reach)

    def leave(self, *, was_answered: bool, was_carried_out: bool) -> None:
        """Take note that the message that was sent first is settled.

        `was_answered` tells whether the server gave a trusted answer that counts.
        """
        del self._under_way[0]
        self._most_messages = min(self._most_messages + 1, MOST) if was_answered else 1
        self.most_sends = self.most_sends + 1 if was_carried_out else 1
