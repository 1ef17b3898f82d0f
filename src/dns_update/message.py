"""DNS messages: a header and four sections, frozen, to octets and back (RFC 1035, section 4; RFC 2136, section 2)."""

from __future__ import annotations

from dns_update import errors
from dns_update.rr.embedded_names import COMPRESSIBLE, read_rdata
from dns_update.rr.record import Record
from dns_update.value import Value
from dns_update.wire.codes import MAX_U16, Flag, Opcode, RRClass, RRType
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name, encode_labels

MAX_MESSAGE_OCTETS = 65535  # the TCP length prefix has 16 bits (RFC 1035, section 4.2.2)

_HEADER_OCTETS = 12
FIXED_OCTETS = 10  # of a record: type, class, TTL and the length of the rdata (RFC 1035, section 3.2.1)
_MAX_U32 = 0xFFFFFFFF
_POINTER_TO_ZONE = b"\xc0\x0c"  # the first question's name always starts after the header's 12 octets
_POINTER_FLAG = 0xC000
_POINTERS_END = 0x4000  # a pointer has 14 bits
_OPCODE_SHIFT = 11
_OPCODE_MASK = 0xF
_RCODE_MASK = 0xF
_RCODE_BITS = 4  # of the header
_UPPER_RCODE_SHIFT = 24  # the others are the first 8 of an OPT record's TTL


class Question(Value):
    """One entry of the question section; in an update, the zone (RFC 2136, section 2.3)."""

    name: Name
    rrtype: int
    rrclass: int = RRClass.IN

    def __eq__(self, other: object) -> bool:
        """Compare as Value does, but faster: each reply's question is compared with its request's."""
        if not isinstance(other, Question):
            return NotImplemented
        return self.rrtype == other.rrtype and self.rrclass == other.rrclass and self.name == other.name

    __hash__ = Value.__hash__


class Signature(Value):
    """The TSIG record that ends a message, and the offset where its octets start."""

    record: Record
    offset: int


class Message(Value, kw_only=True):
    """A DNS message. In an update the four sections are zone, prerequisite, update and additional data.

    `flags` holds the header's second word without opcode and rcode. A message from the wire that ends with a TSIG
    record has it in `signature`, not in `additional`; it has not been verified. If the message has an OPT record, the
    upper 8 bits of `rcode` are from there (RFC 6891, section 6.1.3).
    """

    opcode: int
    question: tuple[Question, ...]
    answer: tuple[Record, ...] = ()
    authority: tuple[Record, ...] = ()
    additional: tuple[Record, ...] = ()
    flags: int = 0
    rcode: int = 0
    message_id: int = 0
    signature: Signature | None = None

    @classmethod
    def query(cls, name: Name, rrtype: int, rrclass: int = RRClass.IN, flags: int = 0) -> Message:
        """Return a query for one RRset; `flags=Flag.RD` asks a resolver to recurse."""
        return cls(opcode=Opcode.QUERY, question=(Question(name, rrtype, rrclass),), flags=flags)

    @property
    def is_change(self) -> bool:
        """Whether it is an update that may change something: one with prerequisites alone does not."""
        return self.opcode == Opcode.UPDATE and bool(self.authority)

    def encode(self, message_id: int | None = None) -> bytes:
        """Return the octets, without a signature and with `message_id` (0 to 65535) in place of the message's own.

        Owner names are compressed: against the first question's name, which in an update is the zone, and against
        owners that came before, as most servers and BIND's nsupdate do it. Raises UsageError if the message would have
        more than 65,535 octets.
        """
        zone = self.question[0].name.labels if self.question else ()
        body = bytearray()
        for q in self.question:
            body += q.name.to_wire() + (q.rrtype << 16 | q.rrclass).to_bytes(4)
        pointers: dict[tuple[bytes, ...], bytes] = {}
        for section in (self.answer, self.authority, self.additional):
            if section:
                _encode_records(section, zone, body, pointers)
        octets = _HEADER_OCTETS + len(body)
        if octets > MAX_MESSAGE_OCTETS:
            raise errors.UsageError(
                f"this makes a message of {octets} octets; at most {MAX_MESSAGE_OCTETS} are allowed",
                hint="send it in several updates",
            )
        own_id = self.message_id if message_id is None else message_id
        word = self.flags | self.opcode << _OPCODE_SHIFT | self.rcode & _RCODE_MASK
        counts = len(self.question) << 48 | len(self.answer) << 32 | len(self.authority) << 16 | len(self.additional)
        return (own_id << 16 | word).to_bytes(4) + counts.to_bytes(8) + bytes(body)

    @classmethod
    def decode(cls, octets: bytes, asked: Message | None = None, sent: bytes = b"") -> Message:
        """Read a whole message; raises MalformedMessage if it is cut off, overlong or breaks the rules of its form.

        `asked` is the request that this message may answer, and `sent` its first octets. If the question is the same,
        octet for octet, it is not read again: the two messages share it.
        """
        cursor = Cursor(octets)
        header = int.from_bytes(cursor.take(_HEADER_OCTETS))
        word = header >> 64 & MAX_U16
        questions = header >> 48 & MAX_U16
        if asked is not None and questions == 1 == len(asked.question) and _pass_question(cursor, asked, sent):
            question: tuple[Question, ...] = asked.question
        else:
            question = tuple([_decode_question(cursor) for _ in range(questions)])
        answers, authorities, additionals = header >> 32 & MAX_U16, header >> 16 & MAX_U16, header & MAX_U16
        records, offset = _decode_records(cursor, answers + authorities + additionals)
        cursor.finish()
        signature = None
        if records and records[-1].rrtype == RRType.TSIG:
            if not additionals:
                raise _misplaced_signature()
            signature = Signature(records.pop(), offset)
        before_additional = answers + authorities
        additional = tuple(records[before_additional:])
        return cls(
            message_id=header >> 80,
            opcode=word >> _OPCODE_SHIFT & _OPCODE_MASK,
            rcode=word & _RCODE_MASK | (_upper_rcode(additional) if additional else 0),
            flags=word & ~(_OPCODE_MASK << _OPCODE_SHIFT | _RCODE_MASK),
            question=question,
            answer=tuple(records[:answers]),
            authority=tuple(records[answers:before_additional]),
            additional=additional,
            signature=signature,
        )

    @property
    def is_response(self) -> bool:
        """Whether the QR bit is set."""
        return bool(self.flags & Flag.QR)

    @property
    def is_truncated(self) -> bool:
        """Whether the TC bit is set."""
        return bool(self.flags & Flag.TC)

    @property
    def is_authoritative(self) -> bool:
        """Whether the AA bit is set."""
        return bool(self.flags & Flag.AA)


def encode_record(record: Record) -> bytes:
    """Return one record's octets, uncompressed."""
    return record.name.to_wire() + _fixed_fields(record) + record.rdata


def _fixed_fields(record: Record) -> bytes:
    """Return type, class, TTL and the length of the rdata."""
    type_and_class = record.rrtype << 16 | record.rrclass
    return (type_and_class << 48 | record.ttl << 16 | len(record.rdata)).to_bytes(FIXED_OCTETS)


def _encode_records(
    records: tuple[Record, ...], zone: tuple[bytes, ...], body: bytearray, pointers: dict[tuple[bytes, ...], bytes]
) -> None:
    """Append the records' octets to what follows the header; `pointers` lead to the owners that are there already.

    Only equal octets are compressed, so that the server sees the letters' case that the caller wrote.
    """
    depth = len(zone)
    for record in records:
        labels = record.name.labels
        owner = pointers.get(labels)
        if owner is None:
            own, start = len(labels) - depth, _HEADER_OCTETS + len(body)
            if depth and own >= 0 and labels[own:] == zone:
                owner = encode_labels(labels[:own]) + _POINTER_TO_ZONE
            else:
                owner = encode_labels(labels) + b"\0"
            if start < _POINTERS_END and len(owner) > len(_POINTER_TO_ZONE):
                pointers[labels] = (_POINTER_FLAG | start).to_bytes(2)
        body += owner + _fixed_fields(record) + record.rdata


def _pass_question(cursor: Cursor, asked: Message, sent: bytes) -> bool:
    """Skip the question if it has the octets of the one that was asked; return whether it does."""
    name = asked.question[0].name
    octets = sum(map(len, name.labels)) + len(name.labels) + 5  # including the root, type and class
    return cursor.pass_over(sent[_HEADER_OCTETS : _HEADER_OCTETS + octets], name)


def _decode_question(cursor: Cursor) -> Question:
    name = cursor.name()
    fixed = cursor.u32()
    return Question(name, fixed >> 16, fixed & MAX_U16)


def _decode_records(cursor: Cursor, count: int) -> tuple[list[Record], int]:
    """Return the records of all sections, and the offset where the last one starts; only that may be a TSIG record."""
    records = []
    offset = cursor.position
    for following in range(count - 1, -1, -1):
        offset = cursor.position
        name = cursor.name()
        fixed = int.from_bytes(cursor.take(FIXED_OCTETS))
        rrtype, rrclass = fixed >> 64, fixed >> 48 & MAX_U16
        length = fixed & MAX_U16
        if following and rrtype == RRType.TSIG:
            raise _misplaced_signature()
        rdata = read_rdata(cursor, rrtype, length, rrclass) if rrtype in COMPRESSIBLE else cursor.take(length)
        records.append(Record(name, rrtype, rrclass, fixed >> 16 & _MAX_U32, rdata))
    return records, offset


def _upper_rcode(additional: tuple[Record, ...]) -> int:
    """Return the bits of the rcode that the header has no room for."""
    ttl = next((record.ttl for record in additional if record.rrtype == RRType.OPT), 0)
    return ttl >> _UPPER_RCODE_SHIFT << _RCODE_BITS


def _misplaced_signature() -> errors.MalformedMessage:
    return errors.MalformedMessage("a TSIG record that is not the last of the message")  # RFC 8945, section 5.2
