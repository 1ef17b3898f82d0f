"""Wishes as octets of an update's records (RFC 2136, section 2.5), put together without a value for each record."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

from dns_update import errors
from dns_update.bulk import ANY, EXISTING, Wish
from dns_update.message import MAX_MESSAGE_OCTETS, Message, Question
from dns_update.rr.record import Record
from dns_update.wire.codes import MAX_U16, Opcode, RRClass, RRType
from dns_update.wire.name import Name

HEADER_OCTETS = 12
_POINTER_TO_ZONE = b"\xc0\x0c"  # the question's name starts after the header
_FIXED = struct.Struct(">HHIH")  # type, class, TTL and the length of the rdata (RFC 1035, section 3.2.1)
_OPCODE_SHIFT = 11
_OF_QUESTION = 4  # octets of its type and class
_OF_SIGNATURE = 400  # octets that a TSIG record may have: two names and a MAC of 64 octets


class PackedUpdate(Message, kw_only=True):
    """An update whose records are octets already: `body`, with `count` records, after `conditions` prerequisites."""

    body: bytes
    count: int
    conditions: int = 0

    @property
    def is_change(self) -> bool:
        """Whether it may change something."""
        return self.count > 0

    def encode(self, message_id: int | None = None) -> bytes:
        """Return the octets of the message; raises UsageError if there are more than 65,535."""
        zone = self.question[0]
        octets = HEADER_OCTETS + len(zone.name.to_wire()) + _OF_QUESTION + len(self.body)
        if octets > MAX_MESSAGE_OCTETS:
            raise errors.UsageError(
                f"this makes a message of {octets} octets; at most {MAX_MESSAGE_OCTETS} are allowed"
            )
        own_id = self.message_id if message_id is None else message_id
        head = struct.pack(">HHHHHH", own_id, Opcode.UPDATE << _OPCODE_SHIFT, 1, self.conditions, self.count, 0)
        return head + zone.name.to_wire() + struct.pack(">HH", zone.rrtype, zone.rrclass) + self.body

    @property
    def compressed(self) -> PackedUpdate:
        """The same update, with a pointer for each owner that came before, as `Message.encode` writes it."""
        octets = Message.decode(self.encode()).encode()
        return self._replace(body=octets[HEADER_OCTETS + len(self.question[0].name.to_wire()) + _OF_QUESTION :])


class Packer:
    """Packs the wishes of one zone."""

    def __init__(self, zone: Name, rrclass: int) -> None:
        """Prepare to pack names of `zone`."""
        self.zone = zone
        self._rrclass = rrclass
        self._wire = zone.to_wire()
        self._octets = len(self._wire)
        self._question = (Question(zone, RRType.SOA, rrclass),)
        self._rest = HEADER_OCTETS + self._octets + _OF_QUESTION + _OF_SIGNATURE

    def room(self, message_octets: int) -> int:
        """Return how many octets of records a message of so many octets has room for."""
        return message_octets - self._rest

    def packed(self, wish: Wish, ttl: int) -> tuple[bytes, int]:
        """Return the octets of a wish's records, with this TTL in seconds, and how many records they are."""
        owner, values = self._owner(wish.owner), wish.values
        rrtype = wish.rrtype
        rrclass = self._rrclass
        keeps_others = wish.adds or bool(wish.deletes and values)
        if len(values) == 1 and not (keeps_others or wish.deletes):  # nearly all wishes are such
            gone, fixed = _FIXED.pack(rrtype, RRClass.ANY, 0, 0), _FIXED.pack(rrtype, rrclass, ttl, len(values[0]))
            return b"".join((owner, gone, owner, fixed, values[0])), 2
        parts = [] if keeps_others else [owner, _FIXED.pack(rrtype, RRClass.ANY, 0, 0)]
        if wish.deletes:
            rrclass, ttl = RRClass.NONE, 0
        for value in values:
            parts += (owner, _FIXED.pack(rrtype, rrclass, ttl, len(value)), value)
        return b"".join(parts), len(values) + (not keeps_others)

    def packed_changes(self, changes: Iterable[Record]) -> tuple[bytes, int]:
        """Return the octets of the changes of an update, and how many records they are."""
        parts = []
        for change in changes:
            fixed = _FIXED.pack(change.rrtype, change.rrclass, change.ttl, len(change.rdata))
            parts.append(self._owner(change.name.to_wire()) + fixed + change.rdata)
        return b"".join(parts), len(parts)

    def condition(self, wish: Wish) -> bytes:
        """Return the octets of the prerequisite that a wish has, if any (RFC 2136, section 2.4)."""
        if wish.require == ANY:
            return b""
        rrclass = RRClass.ANY if wish.require == EXISTING else RRClass.NONE
        return self._owner(wish.owner) + _FIXED.pack(wish.rrtype, rrclass, 0, 0)

    def message(self, parts: list[bytes], count: int, conditions: Sequence[bytes] = ()) -> PackedUpdate:
        """Return the update with these records and prerequisites."""
        return PackedUpdate(
            opcode=Opcode.UPDATE,
            question=self._question,
            body=b"".join((*conditions, *parts)),
            count=count & MAX_U16,
            conditions=len(conditions),
        )

    def _owner(self, owner: bytes) -> bytes:
        if owner.endswith(self._wire) and self._octets > 1:  # of equal case only: the server sees what was written
            return owner[: -self._octets] + _POINTER_TO_ZONE
        return owner
