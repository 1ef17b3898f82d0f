"""Which updates may be under way at once, or share a message, without a script's noticing that each was a send alone.

The server may carry out what is under way in any order, so no two of them may touch the same name; and whatever could
reach beyond a name of its own goes alone. Of an update that goes alone, everything before it is settled first, and
everything after it waits.

Sends that wait for their turn go together, as many as fit into one datagram: for the server, a message costs more than
the records in it. A message is carried out as a whole or not at all (RFC 2136, section 3.7), so where such a one is
not, each of its sends is sent again, alone, and gets an answer of its own. What remains to be seen is the zone's serial
number, which rises once for each message. Prerequisites hold for a whole message, so sends with any never share one.

The window opens as a TCP connection's does: it starts with one send, and grows by one message with each answer. So a
server that does not answer has been sent one update, or, if it stops answering in the middle of a script, as many as
were under way: these may have been carried out although one before them was not, which a script may notice.

A server may fail one update for another's sake: Knot carries out together what came together, and answers SERVFAIL to
all. So SERVFAIL counts only where an update was alone; elsewhere it is sent once more, alone.
"""

from __future__ import annotations

from dns_update.wire.codes import RRType
from dns_update.wire.message import FIXED_OCTETS, Message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dns_update.auth import Key
    from dns_update.transport import Endpoint
    from dns_update.wire.name import Name
    from dns_update.wire.record import Record

MOST = (
    32  # messages; BIND takes 100 updates at once from all its clients, and drops silently what is more (update-quota)
)

# Types whose records say nothing but about their own name. Others can hide names below theirs (NS, DNAME), stand for
# another (CNAME), move the serial number or the signatures of a whole zone (SOA, DNSKEY, NSEC3PARAM), or are refused
# for what stands at the host that they name (MX by BIND's check-integrity; SRV is like it). ANY is a whole name's
# deletion.
_SSHFP, _TLSA, _CAA = 44, 52, 257
_ORDINARY = frozenset(
    (
        *(RRType.A, RRType.AAAA, RRType.PTR, RRType.TXT, RRType.SPF),
        *(_SSHFP, _TLSA, _CAA, RRType.ANY),
    )
)


def names_of(message: Message) -> frozenset[Name] | None:
    """Return the names that an update looks at or alters; None if it must go alone."""
    if message.additional:
        return None
    records = message.answer + message.authority
    if not _ORDINARY.issuperset([record.rrtype for record in records]):
        return None
    names = frozenset([record.name for record in records])
    zone = message.question[0].name
    for name in names:
        if name == zone or name.labels[:1] == (b"*",):
            return None
    return names


class Batch:
    """Sends that wait to go together, in one message."""

    def __init__(self, common: object, way: tuple[Sequence[Endpoint], Key], most_octets: int) -> None:
        """Begin an empty one.

        `common` is what all must agree in, `way` the servers and the key in it, `most_octets` the room for records.
        """
        self.messages: list[Message] = []
        self.names: frozenset[Name] = frozenset()
        self.common = common
        self.way = way
        self._octets_left = most_octets

    def takes(self, message: Message, names: frozenset[Name], common: object) -> bool:
        """Take a send if it may go with the others and there is room; return whether it was taken."""
        octets = sum([_octets_of(record, message.question[0].name) for record in message.authority])
        if self.messages and (
            message.answer
            or self.messages[0].answer
            or octets > self._octets_left
            or common != self.common
            or not self.names.isdisjoint(names)
        ):
            return False
        self.messages.append(message)
        self.names |= names
        self._octets_left -= octets
        return True

    def to_message(self) -> Message:
        """Return the one message that says what all of them say."""
        first = self.messages[0]
        if len(self.messages) == 1:
            return first
        changes = tuple([record for message in self.messages for record in message.authority])
        return Message(opcode=first.opcode, question=first.question, authority=changes)


def _octets_of(record: Record, zone: Name) -> int:
    """Return how long a record below the zone is in a message, where a pointer of two octets stands for the zone."""
    own = record.name.labels[: -len(zone.labels)] if zone.labels else record.name.labels
    return sum(map(len, own)) + len(own) + 2 + FIXED_OCTETS + len(record.rdata)


class Window:
    """Says what may join the updates that are under way.

    Each of them has a `common`, what all have to agree in (server, key, zone and class), and the names that it touches.
    """

    def __init__(self) -> None:
        self._limit = 1
        self._common: object = None
        self._under_way: list[frozenset[Name]] = []
        self._names: set[Name] = set()

    @property
    def has_been_answered(self) -> bool:
        """Whether the server answers: only then are sends to go together."""
        return self._limit > 1

    def admits(self, common: object, names: frozenset[Name]) -> bool:
        """Tell whether an update may be sent now."""
        if not self._under_way:
            return True
        return len(self._under_way) < self._limit and common == self._common and self._names.isdisjoint(names)

    def enter(self, common: object, names: frozenset[Name]) -> None:
        """Take note that an update was sent."""
        self._common = common
        self._under_way.append(names)
        self._names |= names

    def leave(self, *, answered: bool) -> None:
        """Take note that the update that was sent first is settled, and whether the server gave a trusted answer."""
        self._names -= self._under_way.pop(0)
        self._limit = min(self._limit + 1, MOST) if answered else 1
