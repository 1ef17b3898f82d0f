"""DNS messages: a header and four sections, frozen, to octets and back (RFC 1035, section 4; RFC 2136, section 2)."""

from __future__ import annotations

from dns_update.errors import MalformedMessage, UsageError
from dns_update.value import Value
from dns_update.wire.codes import MAX_U16, Flag, Opcode, RRClass, RRType
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name, encode_labels
from dns_update.wire.record import Record, read_rdata

MAX_MESSAGE_OCTETS = 65535  # the TCP length prefix has 16 bits (RFC 1035, section 4.2.2)

_HEADER_OCTETS = 12
FIXED_OCTETS = 10  # of a record: type, class, TTL and the length of the rdata (RFC 1035, section 3.2.1)
_MAX_U32 = 0xFFFFFFFF
_POINTER_TO_ZONE = b"\xc0\x0c"  # the first question's name always starts behind the header's 12 octets
_OPCODE_SHIFT = 11
_OPCODE_MASK = 0xF
_RCODE_MASK = 0xF


class Question(Value):
    """One entry of the question section; in an update, the zone (RFC 2136, section 2.3)."""

    __slots__ = ("name", "rrclass", "rrtype")
    name: Name
    rrtype: int
    rrclass: int

    def __init__(self, name: Name, rrtype: int, rrclass: int = RRClass.IN) -> None:
        fill = object.__setattr__  # not _fill: see Message
        fill(self, "name", name)
        fill(self, "rrtype", rrtype)
        fill(self, "rrclass", rrclass)

    def __eq__(self, other: object) -> bool:
        """Compare as Value does, without gathering the fields: each reply's is compared with its request's."""
        if not isinstance(other, Question):
            return NotImplemented
        return self.rrtype == other.rrtype and self.rrclass == other.rrclass and self.name == other.name

    __hash__ = Value.__hash__


class Signature(Value):
    """The TSIG record that ends a message, and the offset where its octets start."""

    __slots__ = ("offset", "record")
    record: Record
    offset: int

    def __init__(self, record: Record, offset: int) -> None:
        fill = object.__setattr__  # not _fill: see Message
        fill(self, "record", record)
        fill(self, "offset", offset)


class Message(Value):
    """A DNS message. In an update the four sections are zone, prerequisite, update and additional data.

    `flags` holds the header's second word without opcode and rcode. A message that came from the wire and ends with a
    TSIG record has it in `signature`, not in `additional`; nothing has been verified then.
    """

    __slots__ = ("additional", "answer", "authority", "flags", "message_id", "opcode", "question", "rcode", "signature")
    message_id: int
    opcode: int
    rcode: int
    flags: int
    question: tuple[Question, ...]
    answer: tuple[Record, ...]
    authority: tuple[Record, ...]
    additional: tuple[Record, ...]
    signature: Signature | None

    def __init__(  # noqa: PLR0913 - a message has this many parts
        self,
        *,
        opcode: int,
        question: tuple[Question, ...],
        answer: tuple[Record, ...] = (),
        authority: tuple[Record, ...] = (),
        additional: tuple[Record, ...] = (),
        flags: int = 0,
        rcode: int = 0,
        message_id: int = 0,
        signature: Signature | None = None,
    ) -> None:
        fill = object.__setattr__  # not _fill, which takes twice as long: bulk updates make two messages each
        fill(self, "message_id", message_id)
        fill(self, "opcode", opcode)
        fill(self, "rcode", rcode)
        fill(self, "flags", flags)
        fill(self, "question", question)
        fill(self, "answer", answer)
        fill(self, "authority", authority)
        fill(self, "additional", additional)
        fill(self, "signature", signature)

    @classmethod
    def query(cls, name: Name, rrtype: int, rrclass: int = RRClass.IN, flags: int = 0) -> Message:
        """Return a query for one RRset; `flags=Flag.RD` asks a resolver to recurse."""
        return cls(opcode=Opcode.QUERY, question=(Question(name, rrtype, rrclass),), flags=flags)

    def encode(self, message_id: int | None = None) -> bytes:
        """Return the octets, without a signature and with `message_id` (0 to 65535) in place of the message's own.

        Owner names below the first question's name, which in an update is the zone, are compressed against it. Raises
        UsageError if the message would have more than 65,535 octets.
        """
        zone = self.question[0].name.labels if self.question else ()
        sections = (self.answer, self.authority, self.additional)
        parts = [q.name.to_wire() + q.rrtype.to_bytes(2) + q.rrclass.to_bytes(2) for q in self.question]
        for section in sections:
            _encode_records(section, zone, parts)
        body = b"".join(parts)
        octets = _HEADER_OCTETS + len(body)
        if octets > MAX_MESSAGE_OCTETS:
            raise UsageError(
                f"this makes a message of {octets} octets; at most {MAX_MESSAGE_OCTETS} are allowed",
                hint="send it in several updates",
            )
        own_id = self.message_id if message_id is None else message_id
        word = self.flags | self.opcode << _OPCODE_SHIFT | self.rcode
        header = own_id << 16 | word
        for count in (len(self.question), *map(len, sections)):
            header = header << 16 | count
        return header.to_bytes(_HEADER_OCTETS) + body

    @classmethod
    def decode(cls, octets: bytes) -> Message:
        """Read a whole message; raises MalformedMessage if it is cut off, overlong or breaks the rules of its form."""
        cursor = Cursor(octets)
        header = int.from_bytes(cursor.take(_HEADER_OCTETS))
        word = header >> 64 & MAX_U16
        question = tuple([_decode_question(cursor) for _ in range(header >> 48 & MAX_U16)])
        answer = tuple([_decode_record(cursor) for _ in range(header >> 32 & MAX_U16)])
        authority = tuple([_decode_record(cursor) for _ in range(header >> 16 & MAX_U16)])
        additional, signature = _decode_additional(cursor, header & MAX_U16)
        for record in answer + authority + additional:
            if record.rrtype == RRType.TSIG:
                raise MalformedMessage("a TSIG record that is not the last of the message")  # RFC 8945, section 5.2
        cursor.finish()
        return cls(
            message_id=header >> 80,
            opcode=word >> _OPCODE_SHIFT & _OPCODE_MASK,
            rcode=word & _RCODE_MASK,
            flags=word & ~(_OPCODE_MASK << _OPCODE_SHIFT | _RCODE_MASK),
            question=question,
            answer=answer,
            authority=authority,
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


def _encode_records(records: tuple[Record, ...], zone: tuple[bytes, ...], parts: list[bytes]) -> None:
    """Append the records' octets, owner names compressed against `zone`.

    Only a suffix of equal octets is compressed, so that the server sees the letters' case that the caller wrote.
    """
    depth = len(zone)
    for record in records:
        labels = record.name.labels
        own = len(labels) - depth
        if depth and own >= 0 and labels[own:] == zone:
            owner = encode_labels(labels[:own]) + _POINTER_TO_ZONE
        else:
            owner = encode_labels(labels) + b"\0"
        parts.append(owner + _fixed_fields(record) + record.rdata)


def _decode_question(cursor: Cursor) -> Question:
    name = cursor.name()
    fixed = cursor.u32()
    return Question(name, fixed >> 16, fixed & MAX_U16)


def _decode_record(cursor: Cursor) -> Record:
    name = cursor.name()
    fixed = int.from_bytes(cursor.take(FIXED_OCTETS))
    rrtype, rrclass, ttl, length = fixed >> 64, fixed >> 48 & MAX_U16, fixed >> 16 & _MAX_U32, fixed & MAX_U16
    return Record(name, rrtype, rrclass, ttl, read_rdata(cursor, rrtype, length))


def _decode_additional(cursor: Cursor, count: int) -> tuple[tuple[Record, ...], Signature | None]:
    """Read the additional section and set a TSIG record at its end apart."""
    records = []
    offset = cursor.position
    for _ in range(count):
        offset = cursor.position
        records.append(_decode_record(cursor))
    if records and records[-1].rrtype == RRType.TSIG:
        return tuple(records[:-1]), Signature(records[-1], offset)
    return tuple(records), None
