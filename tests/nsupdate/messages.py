"""Updates of the zone example.com, for tests of which updates may go together."""

from __future__ import annotations

from dns_update.message import Message, Question
from dns_update.nsupdate.footprint import Footprint
from dns_update.rr.record import Record
from dns_update.wire.codes import Opcode, RRClass, RRType
from dns_update.wire.name import Name

ZONE = Name.from_text("example.com")


def update(*records: Record, prerequisites: tuple[Record, ...] = (), additional: tuple[Record, ...] = ()) -> Message:
    """Return an update with these changes."""
    return Message(
        opcode=Opcode.UPDATE,
        question=(Question(ZONE, RRType.SOA),),
        answer=prerequisites,
        authority=records,
        additional=additional,
    )


def record(owner: str, rrtype: int = RRType.A, rrclass: int = RRClass.IN, rdata: bytes = b"") -> Record:
    """Return a record; by default without data."""
    return Record(Name.from_text(owner), rrtype, rrclass, 60, rdata)


def exchanger_of(owner: str, host: str, rrclass: int = RRClass.IN) -> Record:
    """Return an MX record."""
    return record(owner, RRType.MX, rrclass, b"\0\5" + Name.from_text(host).to_wire())


def names(*texts: str) -> frozenset[Name]:
    """Return names."""
    return frozenset(map(Name.from_text, texts))


def altering(*texts: str) -> Footprint:
    """Return the footprint of an update that alters names directly below the zone."""
    return Footprint(names(*texts), branches=names(*texts))
