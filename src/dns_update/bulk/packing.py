"""Wishes as octets of an update's records (RFC 2136, section 2.5), put together without a value for each record."""

from __future__ import annotations

import struct

from dns_update import errors
from dns_update.bulk import Wish
from dns_update.message import MAX_MESSAGE_OCTETS, Message, Question
from dns_update.wire.codes import MAX_U16, Opcode, RRClass, RRType
from dns_update.wire.name import Name

HEADER_OCTETS = 12
_POINTER_TO_ZONE = b"\xc0\x0c"  # the question's name starts after the header
_FIXED = struct.Struct(">HHIH")  # type, class, TTL and the length of the rdata (RFC 1035, section 3.2.1)
_OPCODE_SHIFT = 11
_OF_QUESTION = 4  # octets of its type and class
_OF_SIGNATURE = 400  # octets that a TSIG record may have: two names and a MAC of 64 octets


class PackedUpdate(Message, kw_only=True):
    """An update whose records are octets already: `body`, with `count` records."""

    body: bytes
    count: int

    def encode(self, message_id: int | None = None) -> bytes:
        """Return the octets of the message; raises UsageError if there are more than 65,535."""
        zone = self.question[0]
        octets = HEADER_OCTETS + len(zone.name.to_wire()) + _OF_QUESTION + len(self.body)
        if octets > MAX_MESSAGE_OCTETS:
            raise errors.UsageError(
                f"this makes a message of {octets} octets; at most {MAX_MESSAGE_OCTETS} are allowed"
            )
        own_id = self.message_id if message_id is None else message_id
        head = struct.pack(">HHHHHH", own_id, Opcode.UPDATE << _OPCODE_SHIFT, 1, 0, self.count, 0)
        return head + zone.name.to_wire() + struct.pack(">HH", zone.rrtype, zone.rrclass) + self.body


class Packer:
    """Packs the wishes of one zone."""

    def __init__(self, zone: Name, rrclass: int) -> None:
        """Prepare to pack names of `zone`."""
        self.zone = zone
        self._rrclass = rrclass
        self._wire = zone.to_wire()
        self._octets = len(self._wire)
        self._question = (Question(zone, RRType.SOA, rrclass),)

    def room(self, message_octets: int) -> int:
        """Return how many octets of records a message of so many octets has room for."""
        return message_octets - HEADER_OCTETS - self._octets - _OF_QUESTION - _OF_SIGNATURE

    def packed(self, wish: Wish, ttl: int) -> tuple[bytes, int]:
        """Return the octets of a wish's records, with this TTL in seconds, and how many records they are."""
        owner = wish.owner
        if owner.endswith(self._wire) and self._octets > 1:  # of equal case only: the server sees what was written
            owner = owner[: -self._octets] + _POINTER_TO_ZONE
        rrtype = wish.rrtype
        if wish.deletes and wish.values:
            parts = []
            rrclass, ttl = RRClass.NONE, 0
        else:
            parts = [owner, _FIXED.pack(rrtype, RRClass.ANY, 0, 0)]
            rrclass = self._rrclass
        for value in wish.values:
            parts += (owner, _FIXED.pack(rrtype, rrclass, ttl, len(value)), value)
        count = len(wish.values) + (not (wish.deletes and wish.values))
        return b"".join(parts), count

    def message(self, parts: list[bytes], count: int) -> PackedUpdate:
        """Return the update with these records."""
        return PackedUpdate(opcode=Opcode.UPDATE, question=self._question, body=b"".join(parts), count=count & MAX_U16)
