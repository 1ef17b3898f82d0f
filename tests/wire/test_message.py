import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import dns.update
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.errors import MalformedMessage, UsageError
from dns_update.message import MAX_MESSAGE_OCTETS, Message, Question, encode_record
from dns_update.rr.record import Record
from dns_update.update import Update
from dns_update.wire.codes import Flag, Opcode, Rcode, RRClass, RRType
from dns_update.wire.name import ROOT, Name
from tests.strategies import ZONE, names, names_in_zone, records, u16
from tests.wire.oracle import assert_reads_the_same, assert_same

HOME = Name.from_text("home.example.com")
TSIG = Record(Name.from_text("key"), RRType.TSIG, RRClass.ANY, 0, b"as it came")
NOTE = Record(HOME, 65280, RRClass.IN, 60, b"note")
HEADER_OCTETS = 12

UPDATE_OCTETS = bytes.fromhex(
    "1234 2800 0001 0001 0002 0000"  # ID, opcode UPDATE, counts
    "07 6578616d706c65 03 636f6d 00 0006 0001"  # example.com. SOA IN: the zone
    "04 686f6d65 c00c 00ff 00ff 00000000 0000"  # home in use
    "c01d 0001 00ff 00000000 0000"  # home A: delete the RRset
    "c01d 0001 0001 0000012c 0004 c0000201"  # home 300 A 192.0.2.1
)
UPDATE = Update("example.com").require_present("home").replace("home", 300, "A", "192.0.2.1").to_message()

# A response with a pointer in the rdata of every type that can have one.
REPLY_OCTETS = bytes.fromhex(
    "1234 8580 0001 0007 0000 0000"
    "07 6578616d706c65 03 636f6d 00 00ff 0001"
    "c00c 0002 0001 0000012c 0005 02 6e73 c00c"
    "c00c 0005 0001 0000012c 0002 c00c"
    "c00c 000c 0001 0000012c 0002 c014"
    "c00c 000f 0001 0000012c 0006 000a 01 6d c00c"
    "c00c 0021 0001 0000012c 000a 0001 0002 13c4 01 73 c014"
    "c00c 0006 0001 0000012c 001a 02 6e73 c00c 00 00000001 00000002 00000003 00000004 00000005"
    "c00c 0010 0001 0000012c 0003 02 c00c"
)


def with_counts(*counts: int) -> bytes:
    return bytes.fromhex("0001 8000") + b"".join(count.to_bytes(2) for count in counts)


def message_with(*, answer: tuple[Record, ...] = (), additional: tuple[Record, ...] = ()) -> bytes:
    return Message(opcode=Opcode.QUERY, question=(), answer=answer, additional=additional, flags=Flag.QR).encode()


messages = st.builds(
    Message,
    message_id=u16,
    opcode=st.integers(0, 15),
    rcode=st.integers(0, 15),
    flags=u16.map(lambda word: word & ~0x780F),
    question=st.lists(st.builds(Question, names_in_zone, u16, u16), max_size=2).map(tuple),
    answer=st.lists(records, max_size=3).map(tuple),
    authority=st.lists(records, max_size=3).map(tuple),
    additional=st.lists(records.filter(lambda record: record.rrtype != RRType.OPT), max_size=3).map(tuple),
)


def test_an_update_has_the_octets_of_rfc_2136() -> None:
    assert UPDATE.encode(0x1234) == UPDATE_OCTETS


def test_the_octets_of_an_update_are_read() -> None:
    message = Message.decode(UPDATE_OCTETS)
    assert message == Message(
        opcode=Opcode.UPDATE,
        question=(Question(ZONE, RRType.SOA, RRClass.IN),),
        answer=(Record(HOME, RRType.ANY, RRClass.ANY, 0, b""),),
        authority=(
            Record(HOME, RRType.A, RRClass.ANY, 0, b""),
            Record(HOME, RRType.A, RRClass.IN, 300, b"\xc0\x00\x02\x01"),
        ),
        message_id=0x1234,
    )
    assert not message.is_response
    assert message.signature is None


def test_a_query_has_the_octets_of_rfc_1035() -> None:
    octets = bytes.fromhex("0007 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 0006 0001")
    assert Message.query(ZONE, RRType.SOA, flags=Flag.RD).encode(7) == octets


def test_the_header_is_read() -> None:
    message = Message.decode(bytes.fromhex("abcd ae05 0000 0000 0000 0000"))
    assert (message.message_id, message.opcode, message.rcode) == (0xABCD, Opcode.UPDATE, Rcode.REFUSED)
    assert message.is_response
    assert message.is_truncated
    assert message.is_authoritative
    plain = Message.decode(bytes.fromhex("abcd 0000 0000 0000 0000 0000"))
    assert not plain.is_response
    assert not plain.is_truncated
    assert not plain.is_authoritative


def test_a_message_keeps_its_own_id_unless_another_is_given() -> None:
    message = Message(opcode=Opcode.QUERY, question=(), message_id=5)
    assert message.encode()[:2] == b"\0\5"
    assert message.encode(6)[:2] == b"\0\6"
    assert message.encode(0)[:2] == b"\0\0"
    assert message.message_id == 5


def test_names_outside_the_zone_are_not_compressed() -> None:
    other = Record(Name.from_text("a.example.org"), 65280, RRClass.IN, 0, b"")
    trap = Record(Name((b"a\x07example\x03com",)), 65280, RRClass.IN, 0, b"")
    message = Message(opcode=Opcode.UPDATE, question=(Question(ZONE, 6),), authority=(other, trap))
    octets = message.encode()
    assert octets.endswith(encode_record(other) + encode_record(trap))
    assert Message.decode(octets) == message


def test_the_case_of_a_name_is_kept() -> None:
    record = Record(Name.from_text("Home.EXAMPLE.com"), 65280, RRClass.IN, 0, b"")
    message = Message.decode(Message(opcode=Opcode.UPDATE, question=(Question(ZONE, 6),), authority=(record,)).encode())
    assert message.authority[0].name.to_text() == "Home.EXAMPLE.com."


def test_an_owner_is_compressed_against_an_equal_one_that_a_pointer_can_reach() -> None:
    names = [Name.from_text(text) for text in ("Home.example.com", "home.example.com", "home.example.com", "a.org")]
    far = Record(ZONE, 65280, RRClass.IN, 0, bytes(0x4000))
    changes = tuple(Record(name, 65280, RRClass.IN, 0, b"") for name in names)
    message = Message(opcode=Opcode.UPDATE, question=(Question(ZONE, 6),), authority=(*changes, far, *changes[3:] * 2))
    octets = message.encode()
    assert octets.count(b"\4home\xc0\x0c") == octets.count(b"\4Home\xc0\x0c") == 1
    assert octets.count(b"\1a\3org\0") == 1  # the later ones point to it
    assert Message.decode(octets) == message


def test_an_owner_out_of_reach_is_written_again() -> None:
    far = Record(ZONE, 65280, RRClass.IN, 0, bytes(0x4000))
    home = Record(Name.from_text("home.example.com"), 65280, RRClass.IN, 0, b"")
    message = Message(opcode=Opcode.UPDATE, question=(Question(ZONE, 6),), authority=(far, home, home))
    assert message.encode().count(b"\4home\xc0\x0c") == 2
    assert Message.decode(message.encode()) == message


def test_the_root_zone_needs_no_compression() -> None:
    message = Message(opcode=Opcode.UPDATE, question=(Question(ROOT, 6),), authority=(NOTE,))
    assert Message.decode(message.encode()) == message


@given(messages)
def test_a_message_survives_the_wire(message: Message) -> None:
    assert Message.decode(message.encode()) == message


@given(messages, st.binary(min_size=1, max_size=3))
def test_trailing_octets_are_malformed(message: Message, spare: bytes) -> None:
    with pytest.raises(MalformedMessage, match="too many"):
        Message.decode(message.encode() + spare)


@pytest.mark.parametrize("octets", [UPDATE_OCTETS, REPLY_OCTETS, message_with(answer=(NOTE,), additional=(NOTE, TSIG))])
def test_every_beginning_of_a_message_is_malformed(octets: bytes) -> None:
    Message.decode(octets)
    for length in range(len(octets)):
        with pytest.raises(MalformedMessage):
            Message.decode(octets[:length])


@pytest.mark.parametrize("octets", [UPDATE_OCTETS, REPLY_OCTETS])
@pytest.mark.parametrize("offset", [4, 6, 8, 10])
@pytest.mark.parametrize("change", [-1, 1, 255])
def test_a_count_that_lies_is_malformed(octets: bytes, offset: int, change: int) -> None:
    count = int.from_bytes(octets[offset : offset + 2]) + change
    if count < 0:
        count = 0xFFFF
    with pytest.raises(MalformedMessage):
        Message.decode(octets[:offset] + count.to_bytes(2) + octets[offset + 2 :])


@given(st.binary(max_size=200))
def test_any_octets_are_a_message_or_malformed(octets: bytes) -> None:
    try:
        Message.decode(octets)
    except MalformedMessage:
        pass
    else:
        assert len(octets) >= HEADER_OCTETS


@given(st.binary(max_size=120), st.lists(st.integers(0, 2), min_size=4, max_size=4))
def test_any_octets_behind_a_header_are_a_message_or_malformed(octets: bytes, counts: list[int]) -> None:
    try:
        message = Message.decode(with_counts(*counts) + octets)
    except MalformedMessage:
        return
    signatures = int(message.signature is not None)
    sections = (message.question, message.answer, message.authority, message.additional)
    assert [*map(len, sections[:3]), len(sections[3]) + signatures] == counts


@given(st.sampled_from([UPDATE_OCTETS, REPLY_OCTETS]), st.data())
def test_a_damaged_message_is_read_or_malformed(octets: bytes, data: st.DataObject) -> None:
    damaged = bytearray(octets)
    for _change in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        Message.decode(bytes(damaged))
    except MalformedMessage:
        return


def test_a_pointer_into_the_header_reads_what_stands_there_as_dnspython_does() -> None:
    octets = bytes.fromhex("0001 8000 0001 0000 0000 0000 c006 0001 0001")
    assert Message.decode(octets).question == (Question(ROOT, RRType.A),)
    assert_reads_the_same(octets)


def test_a_pointer_that_loops_is_malformed() -> None:
    with pytest.raises(MalformedMessage):
        Message.decode(with_counts(1, 0, 0, 0) + bytes.fromhex("01 61 c00c 0001 0001"))


def test_a_tsig_record_at_the_end_is_set_apart() -> None:
    octets = message_with(additional=(NOTE, TSIG))
    message = Message.decode(octets)
    assert message.additional == (NOTE,)
    assert message.signature is not None
    assert message.signature.record == TSIG
    assert octets[message.signature.offset :] == encode_record(TSIG)


@pytest.mark.parametrize(
    "octets",
    [
        message_with(additional=(TSIG, NOTE)),
        message_with(additional=(TSIG, TSIG)),
        message_with(answer=(TSIG,)),
        message_with(answer=(TSIG,), additional=(TSIG,)),
    ],
    ids=["before another", "twice", "as an answer", "as an answer too"],
)
def test_a_tsig_record_elsewhere_is_malformed(octets: bytes) -> None:
    with pytest.raises(MalformedMessage, match="TSIG"):
        Message.decode(octets)


def test_compressed_names_in_rdata_are_written_out() -> None:
    example, com = "07 6578616d706c65 03 636f6d 00", "03 636f6d 00"
    expected = [
        (RRType.NS, "02 6e73" + example),
        (RRType.CNAME, example),
        (RRType.PTR, com),
        (RRType.MX, "000a 01 6d" + example),
        (RRType.SRV, "0001 0002 13c4 01 73" + com),
        (RRType.SOA, "02 6e73" + example + "00 00000001 00000002 00000003 00000004 00000005"),
        (RRType.TXT, "02 c00c"),  # these octets are the text itself
    ]
    answer = Message.decode(REPLY_OCTETS).answer
    assert [(record.rrtype, record.rdata) for record in answer] == [(t, bytes.fromhex(r)) for t, r in expected]
    assert_reads_the_same(REPLY_OCTETS)


@pytest.mark.parametrize(
    ("rrtype", "before", "after"),
    [(35, "0001 0002 01 75 00 00", ""), (24, "0001 05 01 00000001 00000002 00000003 0004", "aabb"), (30, "", "40")],
    ids=["NAPTR", "SIG", "NXT"],
)
def test_old_types_that_once_were_compressed_are_written_out(rrtype: int, before: str, after: str) -> None:
    """RFC 3597, section 4: receivers should also decompress these."""
    rdata = bytes.fromhex(before) + b"\xc0\x0c" + bytes.fromhex(after)
    question = ZONE.to_wire() + bytes.fromhex("0001 0001")
    fixed = rrtype.to_bytes(2) + bytes.fromhex("0001 00000000") + len(rdata).to_bytes(2)
    message = Message.decode(with_counts(1, 1, 0, 0) + question + b"\xc0\x0c" + fixed + rdata)
    assert message.answer[0].rdata == bytes.fromhex(before) + ZONE.to_wire() + bytes.fromhex(after)


@pytest.mark.parametrize(
    ("rrtype", "before"), [(RRType.SRV, "0001 0002 13c4"), (26, "0001 00"), (36, "0001")], ids=["SRV", "PX", "KX"]
)
@pytest.mark.parametrize(
    ("rrclass", "is_known"), [(RRClass.IN, True), (RRClass.NONE, True), (RRClass.CH, False), (65280, False)]
)
def test_a_type_of_class_in_alone_is_an_unknown_type_in_another_class(
    rrtype: int, before: str, rrclass: int, *, is_known: bool
) -> None:
    """RFC 3597, section 3 and 4: rdata of an unknown type is not decompressed. A deletion's class is NONE."""
    rdata = bytes.fromhex(before) + b"\xc0\x0c"
    question = ZONE.to_wire() + bytes.fromhex("0001 0001")
    fixed = rrtype.to_bytes(2) + rrclass.to_bytes(2) + bytes(4) + len(rdata).to_bytes(2)
    message = Message.decode(with_counts(1, 1, 0, 0) + question + b"\xc0\x0c" + fixed + rdata)
    assert message.answer[0].rdata == (bytes.fromhex(before) + ZONE.to_wire() if is_known else rdata)


@pytest.mark.parametrize(
    "rrtype", [RRType.NS, RRType.CNAME, RRType.PTR, RRType.DNAME, RRType.SOA, RRType.MX, RRType.SRV]
)
@pytest.mark.parametrize("change", [-1, 1])
def test_rdata_whose_length_disagrees_with_its_names_is_malformed(rrtype: int, change: int) -> None:
    octets_before = {RRType.MX: 2, RRType.SRV: 6}.get(rrtype, 0)
    octets_after = 20 if rrtype == RRType.SOA else 0
    names_in_rdata = 2 if rrtype == RRType.SOA else 1
    rdata = bytes(octets_before) + HOME.to_wire() * names_in_rdata + bytes(octets_after)
    fixed = HOME.to_wire() + rrtype.to_bytes(2) + bytes.fromhex("0001 00000000")

    def record(length: int, octets: bytes) -> bytes:
        return with_counts(0, 1, 0, 0) + fixed + length.to_bytes(2) + octets

    Message.decode(record(len(rdata), rdata))
    with pytest.raises(MalformedMessage):
        Message.decode(record(len(rdata) + change, (rdata + b"\0")[: len(rdata) + change]))


def test_unknown_types_are_kept_as_they_are() -> None:
    record = Record(HOME, 65280, 7, 2**32 - 1, b"\xc0\x0c\0\1")
    assert Message.decode(message_with(answer=(record,))).answer == (record,)


def test_the_largest_message_is_encoded() -> None:
    room = MAX_MESSAGE_OCTETS - len(message_with(answer=(Record(HOME, 65280, 1, 0, b""),)))
    octets = message_with(answer=(Record(HOME, 65280, 1, 0, bytes(room)),))
    assert len(octets) == MAX_MESSAGE_OCTETS
    assert len(Message.decode(octets).answer[0].rdata) == room
    with pytest.raises(UsageError, match="65536 octets; at most 65535"):
        message_with(answer=(Record(HOME, 65280, 1, 0, bytes(room + 1)),))


def test_rdata_of_more_than_65535_octets_is_refused() -> None:
    with pytest.raises(UsageError, match="at most"):
        message_with(answer=(Record(HOME, 65280, 1, 0, bytes(70_000)),))


def test_more_than_65535_records_are_refused() -> None:
    with pytest.raises(UsageError, match="at most"):
        message_with(answer=(NOTE,) * 65_536)


def test_a_message_cannot_be_altered() -> None:
    with pytest.raises(AttributeError):
        UPDATE.rcode = 5  # type: ignore[misc]


values_of_type = st.one_of(
    st.tuples(st.just("A"), st.ip_addresses(v=4).map(str)),
    st.tuples(st.just("AAAA"), st.ip_addresses(v=6).map(str)),
    st.tuples(st.just("TXT"), st.text(alphabet="abc ;=", min_size=1, max_size=300)),
    st.tuples(st.just("MX"), st.tuples(u16, names).map(lambda v: f"{v[0]} {v[1].to_text()}")),
    st.tuples(st.just("SRV"), st.tuples(u16, u16, u16, names).map(lambda v: f"{v[0]} {v[1]} {v[2]} {v[3].to_text()}")),
    st.tuples(st.just("CNAME"), names.map(Name.to_text)),
    st.tuples(st.just("TYPE65280"), st.binary(max_size=20).map(lambda v: f"\\# {len(v)} {v.hex()}")),
)
steps = st.one_of(
    st.tuples(st.just("require_present"), names_in_zone),
    st.tuples(st.just("require_absent"), names_in_zone),
    st.tuples(st.just("delete_name"), names_in_zone),
    st.tuples(st.sampled_from(["require_rrset", "require_no_rrset", "delete_rrset"]), names_in_zone, values_of_type),
    st.tuples(st.sampled_from(["require_rrset_equal", "delete"]), names_in_zone, values_of_type),
    st.tuples(st.sampled_from(["add", "replace"]), names_in_zone, st.integers(0, 2**31 - 1), values_of_type),
)


@given(st.lists(steps, max_size=6))
def test_dnspython_reads_every_update_that_we_encode(chosen: list[tuple[str, *tuple[object, ...]]]) -> None:
    update = Update(ZONE)
    for method, *arguments in chosen:
        if isinstance(arguments[-1], tuple):
            arguments[-1:] = arguments[-1][:1] if method.endswith("rrset") else arguments[-1]
        update = getattr(update, method)(*arguments)
    octets = update.to_message().encode(77)
    theirs = dns.message.from_wire(octets, one_rr_per_rrset=True)
    assert isinstance(theirs, dns.update.UpdateMessage)
    assert_same(Message.decode(octets), theirs)
    assert len(theirs.prerequisite) == len(update.prerequisites)
    assert len(theirs.update) == len(update.changes)


@given(names, u16.filter(lambda n: n not in {0, 250, 251, 252}), st.sampled_from([0, int(Flag.RD), int(Flag.CD)]), u16)
def test_dnspython_reads_every_query_that_we_encode(name: Name, rrtype: int, flags: int, message_id: int) -> None:
    assert_reads_the_same(Message.query(name, rrtype, flags=flags).encode(message_id))


their_names = names_in_zone.map(lambda name: dns.name.Name([*name.labels, b""]))


@given(st.data())
def test_we_read_every_update_that_dnspython_encodes(data: st.DataObject) -> None:
    theirs = dns.update.UpdateMessage("example.com.", id=99)
    for _step in range(data.draw(st.integers(0, 6))):
        name = data.draw(their_names)
        rrtype, value = data.draw(values_of_type.filter(lambda v: v[0] != "TXT"))
        match data.draw(st.integers(0, 7)):
            case 0:
                theirs.present(name)
            case 1:
                theirs.present(name, rrtype)
            case 2:
                theirs.present(name, rrtype, value)
            case 3:
                theirs.absent(name)
            case 4:
                theirs.absent(name, rrtype)
            case 5:
                theirs.delete(name)
            case 6:
                theirs.delete(name, rrtype, value)
            case _:
                theirs.add(name, data.draw(st.integers(0, 2**31 - 1)), rrtype, value)
    assert_same(Message.decode(theirs.to_wire()), theirs)


COMPRESSIBLE = [
    ("NS", "ns.example.com."),
    ("CNAME", "www.example.com."),
    ("PTR", "a.b.example.com."),
    ("DNAME", "other.example.com."),
    ("MX", "10 mail.example.com."),
    ("SRV", "0 5 5060 sip.example.com."),
    ("SOA", "ns.example.com. admin.example.com. 1 3600 900 604800 300"),
    ("RP", "admin.example.com. txt.example.com."),
    ("AFSDB", "1 afs.example.com."),
    ("RT", "1 rt.example.com."),
    ("KX", "1 kx.example.com."),
    ("PX", "1 a.example.com. b.example.com."),
    ("NAPTR", '1 2 "u" "s" "" home.example.com.'),
    ("TXT", '"c" "text"'),
    ("HTTPS", "1 svc.example.com. alpn=h2"),
    ("RRSIG", "A 8 2 300 20300101000000 20200101000000 1 example.com. AAAA"),
]


@given(st.lists(st.tuples(names_in_zone, st.sampled_from(COMPRESSIBLE), st.integers(0, 3)), max_size=8))
def test_we_read_every_response_that_dnspython_encodes(drawn: list[tuple[Name, tuple[str, str], int]]) -> None:
    query = dns.message.make_query("example.com.", "SOA", id=5)
    response = dns.message.make_response(query)
    response.set_rcode(dns.rcode.NXDOMAIN)
    response.flags |= dns.flags.AA
    for name, (rrtype, value), section in drawn:
        owner = dns.name.Name([*name.labels, b""])
        rrset = dns.rrset.from_text(owner, 300, "IN", rrtype, value)
        target = response.sections[1 + section % 3]
        if not any(other.full_match(rrset.name, rrset.rdclass, rrset.rdtype, rrset.covers) for other in target):
            target.append(rrset)
    assert_same(Message.decode(response.to_wire()), response)


@pytest.mark.parametrize("message", [Message.query(HOME, RRType.A), Update(ZONE).delete_name(HOME).to_message()])
def test_a_reply_shares_the_question_that_was_asked(message: Message) -> None:
    sent = message.encode(5)
    reply = Message.decode(sent, message, sent)
    assert reply == Message.decode(sent)
    assert reply.question is message.question


@pytest.mark.parametrize(
    "other",
    [
        Message.query(Name.from_text("HOME.example.com"), RRType.A),
        Message.query(HOME, RRType.AAAA),
        Message.query(HOME, RRType.A, RRClass.CH),
        Message.query(HOME.parent, RRType.A),
        Message(opcode=Opcode.QUERY, question=()),
        Message(opcode=Opcode.QUERY, question=(Question(HOME, RRType.A),) * 2),
    ],
)
def test_a_reply_keeps_a_question_that_was_not_asked(other: Message) -> None:
    asked = Message.query(HOME, RRType.A)
    assert Message.decode(other.encode(), asked, asked.encode()) == Message.decode(other.encode())
    assert Message.decode(asked.encode(), other, other.encode()) == asked
    assert Message.decode(asked.encode(), asked, b"") == asked


@given(st.data())
def test_a_damaged_reply_is_the_same_message_or_malformed_whatever_was_asked(data: st.DataObject) -> None:
    asked = Message.query(ZONE, RRType.ANY)
    damaged = bytearray(REPLY_OCTETS)
    damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    assert decoded(bytes(damaged), asked, asked.encode()) == decoded(bytes(damaged))


def decoded(octets: bytes, asked: Message | None = None, sent: bytes = b"") -> Message | None:
    """Return the message; None for a malformed one."""
    try:
        return Message.decode(octets, asked, sent)
    except MalformedMessage:
        return None


def test_a_question_equals_no_other_kind_of_thing() -> None:
    question = Message.query(Name.from_text("example.com"), RRType.A).question[0]
    assert question != ("example.com.", RRType.A)
    assert question != Message.query(Name.from_text("example.com"), RRType.AAAA).question[0]
