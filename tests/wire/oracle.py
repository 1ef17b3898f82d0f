"""What dnspython reads and writes, as our own messages."""

from collections.abc import Iterable

import dns.message
import dns.name
import dns.rdata
import dns.rrset

from dns_update.message import Message, Question
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.record import Record
from dns_update.wire.name import Name


def name_of(theirs: dns.name.Name) -> Name:
    """Return dnspython's absolute name as ours."""
    return Name(theirs.labels[:-1])


def records_of(section: Iterable[dns.rrset.RRset]) -> list[Record]:
    """Return a section's RRsets, each record on its own, with the classes of updates as they are on the wire."""
    records = []
    for rrset in section:
        rrclass = rrset.deleting if rrset.deleting is not None else rrset.rdclass
        datas: list[dns.rdata.Rdata | None] = list(rrset) or [None]
        for data in datas:
            rdata = (data.to_wire() or b"") if data is not None else b""
            ttl = rrset.ttl if data is not None else 0
            records.append(Record(name_of(rrset.name), int(rrset.rdtype), int(rrclass), ttl, rdata))
    return records


def questions_of(message: dns.message.Message) -> tuple[Question, ...]:
    """Return the question section, which in an update is the zone."""
    return tuple(Question(name_of(q.name), int(q.rdtype), int(q.rdclass)) for q in message.sections[0])


def assert_reads_the_same(octets: bytes) -> None:
    """Assert that dnspython reads the octets, of a message without signature, as we read them."""
    theirs = dns.message.from_wire(octets, one_rr_per_rrset=True)
    assert_same(Message.decode(octets), theirs)


def assert_same(ours: Message, theirs: dns.message.Message) -> None:
    """Assert that two messages are equal, except for the order of records within a section.

    The case of letters in names is ignored, too: dnspython compresses a name against one in another case.
    """
    assert ours.message_id == theirs.id
    assert ours.opcode == int(theirs.opcode())
    assert ours.rcode == int(theirs.rcode())
    assert ours.flags == int(theirs.flags) & ~0x780F  # opcode and rcode
    assert ours.question == questions_of(theirs)
    for own, other in zip((ours.answer, ours.authority, ours.additional), theirs.sections[1:], strict=True):
        assert sorted(map(_canonical, own)) == sorted(map(_canonical, records_of(other)))


def _canonical(record: Record) -> tuple[tuple[bytes, ...], int, int, int, bytes]:
    rdata = canonical_rdata(record.rrtype, record.rdata)
    return record.name.folded, record.rrtype, record.rrclass, record.ttl, rdata
