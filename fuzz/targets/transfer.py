"""The messages of a zone transfer: only records of the zone are returned, and no more than were sent."""

from dns_update.exchange import Policy
from dns_update.message import Message
from dns_update.rr.record import Record
from dns_update.transfer import Transfer
from dns_update.wire.codes import Flag, RRClass, RRType
from dns_update.wire.framing import Deframer, frame
from dns_update.wire.name import Name
from fuzz.expect import expect

ZONE = Name.from_text("example.com")
_ID = 0x1234


def _soa(serial: int) -> Record:
    return Record.from_text(f"example.com. 60 SOA ns.example.com. admin.example.com. {serial} 1 1 1 1")


def _stream(*parts: tuple[Record, ...]) -> bytes:
    messages = [Message(opcode=0, question=(), answer=part, flags=Flag.QR).encode(_ID) for part in parts]
    return b"".join(map(frame, messages))


_HOST = Record.from_text("a.example.com. 60 A 192.0.2.1")
SEEDS = (
    b"\0" + _stream((_soa(3), _HOST), (_HOST, _soa(3))),
    b"\1" + _stream((_soa(3), _soa(1), _HOST), (_soa(2), _soa(2), _soa(3), _HOST, _soa(3))),
    b"\1" + _stream((_soa(3),), (_HOST, _soa(3))),
    b"\1" + _stream((_soa(1),)),
)


def check(data: bytes) -> None:
    """Feed a transfer, whole or incremental, and look at what it returns."""
    since = 1 if data[:1] == b"\1" else None
    transfer = Transfer(ZONE, RRClass.IN, since, key=None, policy=Policy(), server="the server")
    transfer.start(wall=0, message_id=_ID)
    sent = 0
    for octets in Deframer().feed(data[1:]):
        if transfer.is_complete:
            return
        records = transfer.receive(octets, wall=0)
        sent += len(Message.decode(octets).answer)
        expect("no record is outside the zone", holds=all(record.name.is_within(ZONE) for record in records))
        expect("no more records are returned than were sent", holds=transfer.records <= sent)
        _expect_classes(records, is_whole=since is None)
    if transfer.is_complete and transfer.records:
        expect("the last record is not returned", holds=transfer.records < sent)


def _expect_classes(records: list[Record], *, is_whole: bool) -> None:
    classes = {record.rrclass for record in records}
    expect("a whole zone loses nothing", holds=classes <= {RRClass.IN} or not is_whole)
    expect("a record is lost or gained", holds=classes <= {RRClass.IN, RRClass.NONE})
    expect("SOA records are the zone's", holds=all(r.name == ZONE for r in records if r.rrtype == RRType.SOA))
