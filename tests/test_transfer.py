"""One zone transfer, without a network: what its messages may be, and what they may not."""

import itertools
import time
from collections.abc import Iterable, Sequence

import dns.message
import dns.rdatatype
import dns.rrset
import dns.tsig
import dns.tsigkeyring
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update import Key, LocalError, MalformedMessage, Name, Policy, Record, ReplyNotTrusted
from dns_update.auth.tsig import MAX_UNSIGNED
from dns_update.exchange import Reply, UnverifiedReply
from dns_update.message import Message
from dns_update.transfer import Transfer
from dns_update.wire.codes import Flag, Rcode, RRClass, RRType

ZONE = Name.from_text("example.com")
KEY = Key("ddns-key", b"0123456789abcdef0123456789abcdef", "hmac-sha256")
THEIR_KEY = dns.tsig.Key("ddns-key", KEY.secret, "hmac-sha256")
MESSAGE_ID = 0x1234


def soa(serial: int) -> Record:
    return Record.from_text(f"example.com. 3600 SOA ns.example.com. admin.example.com. {serial} 3600 900 604800 300")


def host(number: int) -> Record:
    return Record.from_text(f"host-{number}.example.com. 300 A 192.0.2.{number % 256}")


def lost(record: Record) -> Record:
    return Record(record.name, record.rrtype, RRClass.NONE, record.ttl, record.rdata)


def transfer(since: int | None = None, key: Key | None = None) -> tuple[Transfer, bytes]:
    """Return a transfer that has been started, and its request."""
    started = Transfer(ZONE, RRClass.IN, since, key=key, policy=Policy(), server="the server")
    return started, started.start(wall=int(time.time()), message_id=MESSAGE_ID)


def message(
    records: Iterable[Record],
    *,
    asked: Message | None = None,
    rcode: int = 0,
    message_id: int = MESSAGE_ID,
    flags: int = Flag.QR,
) -> bytes:
    question = () if asked is None else asked.question
    return Message(opcode=0, question=question, answer=tuple(records), flags=flags, rcode=rcode).encode(message_id)


def received(parts: Sequence[Iterable[Record]], since: int | None = None) -> list[Record]:
    """Return what an unsigned transfer gives for the records of each message; it must be complete."""
    started, _request = transfer(since)
    found = [record for part in parts for record in started.receive(message(part), wall=0)]
    assert started.is_complete
    assert started.records == len(found)
    return found


# What is asked


@pytest.mark.parametrize("since", [None, 0, 1, 4294967295])
def test_the_request_is_what_dnspython_reads_as_one(since: int | None) -> None:
    _started, request = transfer(since)
    theirs = dns.message.from_wire(request)
    assert theirs.question[0].rdtype == (dns.rdatatype.AXFR if since is None else dns.rdatatype.IXFR)
    assert [rrset[0].serial for rrset in theirs.authority] == ([] if since is None else [since])


def test_a_signed_request_is_verified_by_dnspython() -> None:
    _started, request = transfer(key=KEY)
    assert dns.message.from_wire(request, keyring={THEIR_KEY.name: THEIR_KEY}).had_tsig


def test_a_clock_before_1970_cannot_sign() -> None:
    started = Transfer(ZONE, RRClass.IN, None, key=KEY, policy=Policy(), server="the server")
    with pytest.raises(LocalError, match="before 1970"):
        started.start(wall=-1, message_id=MESSAGE_ID)


# Whole zones


def test_the_soa_record_comes_first_and_once() -> None:
    records = [soa(1), *map(host, range(10))]
    assert received([[*records, soa(1)]]) == records


@given(st.integers(0, 30), st.lists(st.integers(1, 31), max_size=8))
def test_it_does_not_matter_how_records_are_spread_over_messages(count: int, cuts: list[int]) -> None:
    stream = [soa(1), *map(host, range(count)), soa(1)]
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    parts = [stream[start:end] for start, end in itertools.pairwise(places)]
    assert received(parts) == stream[:-1]


@pytest.mark.parametrize(
    ("stream", "wrong"),
    [
        ([host(1), soa(1)], "does not begin with the zone's SOA record"),
        ([soa(1), host(1), soa(2)], "ends with another SOA record than it begins with"),
        ([soa(1), soa(1), host(1)], "has records after its end"),
        ([soa(1), Record.from_text("www.example.net. 60 A 192.0.2.1")], "'www.example.net', which is not in the zone"),
        ([soa(1), Record.from_text("www.example.com. 60 CH TXT x")], "'www.example.com', which is not in the zone"),
        (
            [Record(Name.from_text("sub.example.com"), RRType.SOA, 1, 60, soa(1).rdata)],
            "'sub.example.com', which is not the",
        ),
        ([Record(ZONE, RRType.SOA, 1, 60, b"\0\0\0\0")], "it ends at 39"),
    ],
)
def test_what_is_not_this_zone_is_refused(stream: list[Record], wrong: str) -> None:
    started, _request = transfer()
    with pytest.raises(MalformedMessage, match=wrong):
        started.receive(message(stream), wall=0)


@pytest.mark.parametrize(
    "octets",
    [
        message([soa(1)], message_id=MESSAGE_ID + 1),
        message([soa(1)], flags=0),
        message([soa(1)], asked=Message.query(ZONE, RRType.SOA)),
        message([]),
        b"short",
    ],
    ids=["another ID", "a request", "another question", "no records", "not a message"],
)
def test_what_is_not_a_message_of_this_transfer_is_refused(octets: bytes) -> None:
    started, _request = transfer()
    with pytest.raises(MalformedMessage):
        started.receive(octets, wall=0)


@pytest.mark.parametrize("rcode", [Rcode.REFUSED, Rcode.NOTAUTH, Rcode.SERVFAIL])
def test_a_refusal_ends_it_also_in_the_middle(rcode: int) -> None:
    for before in ([], [soa(1), host(1)]):
        started, _request = transfer()
        if before:
            started.receive(message(before), wall=0)
        assert started.receive(message([], asked=started.message, rcode=rcode), wall=0) == []
        assert started.is_complete
        assert isinstance(started.refused, Reply)
        assert started.refused.message.rcode == rcode


# Changes

CHANGES = [
    [soa(1), host(1), soa(2), host(2)],
    [soa(2), soa(3), host(3), host(4)],
    [soa(3), host(2), host(3), soa(4)],
]


def test_what_each_version_loses_and_gains_is_told_apart() -> None:
    expected = [
        lost(soa(1)), lost(host(1)), soa(2), host(2),
        lost(soa(2)), soa(3), host(3), host(4),
        lost(soa(3)), lost(host(2)), lost(host(3)), soa(4),
    ]  # fmt: skip
    stream = [soa(4), *(record for change in CHANGES for record in change), soa(4)]
    assert received([stream], since=1) == expected
    assert received([[record] for record in stream], since=1) == expected


@pytest.mark.parametrize("newest", [5, 4, 2147483653])
def test_nothing_comes_if_the_known_version_is_the_newest(newest: int) -> None:
    assert received([[soa(newest)]], since=5) == []


def test_serial_numbers_begin_again_after_the_highest() -> None:
    stream = [soa(1), soa(4294967295), host(1), soa(1), host(2), soa(1)]
    assert received([stream], since=4294967295) == [lost(soa(4294967295)), lost(host(1)), soa(1), host(2)]


@pytest.mark.parametrize("others", [[], [host(1), host(2)]])
def test_a_server_may_send_the_whole_zone_instead(others: list[Record]) -> None:
    assert received([[soa(9), *others, soa(9)]], since=1) == [soa(9), *others]
    assert received([[record] for record in (soa(9), *others, soa(9))], since=1) == [soa(9), *others]


@pytest.mark.parametrize(
    ("stream", "wrong"),
    [
        ([soa(4), soa(2)], "ends with another SOA record than it begins with"),
        ([soa(4), soa(1), soa(1)], "goes from serial number 1 to 1"),
        ([soa(4), soa(1), soa(5)], "goes from serial number 1 to 5"),
        ([soa(4), soa(1), soa(2), soa(3)], "goes on from serial number 3, after 2"),
        ([soa(4), soa(1), soa(4), host(1), soa(3)], "ends with another SOA record"),
        ([soa(4), soa(1), soa(4), soa(4), host(1)], "has records after its end"),
    ],
)
def test_changes_that_do_not_lead_to_the_newest_version_are_refused(stream: list[Record], wrong: str) -> None:
    started, _request = transfer(since=1)
    with pytest.raises(MalformedMessage, match=wrong):
        started.receive(message(stream), wall=0)


# Signatures, made by dnspython


class Signer:
    """Signs the answers to one request as dnspython does; between them it may leave some out."""

    def __init__(self, request: bytes) -> None:
        self._request_mac = dns.message.from_wire(request, keyring={THEIR_KEY.name: THEIR_KEY}).mac or b""
        self._context: object = None

    def signed(self, octets: bytes) -> bytes:
        answer = dns.message.from_wire(octets)
        answer.use_tsig(THEIR_KEY)
        answer.request_mac = self._request_mac
        wire = answer.to_wire(multi=True, tsig_ctx=self._context)
        assert wire is not None
        self._context = answer.tsig_ctx
        return wire

    def left_out(self, octets: bytes) -> bytes:
        assert isinstance(self._context, dns.tsig.HMACTSig)
        self._context.update(octets)  # type: ignore[no-untyped-call]
        return octets


PARTS = [[soa(1), host(1)], [host(2)], [host(3)], [host(4), soa(1)]]


@pytest.mark.parametrize("unsigned", [(), (1,), (2,), (1, 2)])
def test_every_record_is_covered_by_a_signature_before_it_is_given(unsigned: tuple[int, ...]) -> None:
    started, request = transfer(key=KEY)
    signer = Signer(request)
    given_at = []
    for number, part in enumerate(PARTS):
        octets = signer.left_out(message(part)) if number in unsigned else signer.signed(message(part))
        given_at.append(started.receive(octets, wall=int(time.time())))
    assert [record for records in given_at for record in records] == [soa(1), *map(host, range(1, 5))]
    assert [number for number, records in enumerate(given_at) if not records] == [*unsigned]
    assert started.is_complete


@pytest.mark.parametrize("flipped", range(4))
def test_a_message_that_was_changed_on_the_way_is_not_trusted(flipped: int) -> None:
    started, request = transfer(key=KEY)
    signer = Signer(request)
    octets = [signer.signed(message(part)) for part in PARTS[:1]]
    octets += [signer.left_out(message(PARTS[1])), signer.left_out(message(PARTS[2])), signer.signed(message(PARTS[3]))]
    octets[flipped] = octets[flipped].replace(b"host-", b"hosT-")
    if not flipped:
        assert started.receive(octets[0], wall=int(time.time())) == []
        assert isinstance(started.refused, UnverifiedReply)
        return
    assert started.receive(octets[0], wall=int(time.time())) == [soa(1), host(1)]
    assert [started.receive(part, wall=int(time.time())) for part in octets[1:3]] == [[], []]
    with pytest.raises(ReplyNotTrusted, match="its signature is wrong"):
        started.receive(octets[3], wall=int(time.time()))
    assert not started.is_complete


def test_the_last_message_must_be_signed() -> None:
    started, request = transfer(key=KEY)
    signer = Signer(request)
    started.receive(signer.signed(message(PARTS[0])), wall=int(time.time()))
    assert started.receive(message(PARTS[1]), wall=int(time.time())) == []
    with pytest.raises(ReplyNotTrusted, match="the last message of the transfer is not signed"):
        started.receive(message([soa(1)]), wall=int(time.time()))


def test_the_first_message_must_be_signed() -> None:
    started, _request = transfer(key=KEY)
    assert started.receive(message(PARTS[0]), wall=int(time.time())) == []
    assert isinstance(started.refused, UnverifiedReply)
    assert started.refused.reason == "it is not signed"


def test_one_of_a_hundred_messages_must_be_signed() -> None:
    started, request = transfer(key=KEY)
    signer = Signer(request)
    now = int(time.time())
    started.receive(signer.signed(message([soa(1)])), wall=now)
    for turn in range(2):
        for number in range(MAX_UNSIGNED):
            assert started.receive(signer.left_out(message([host(number)])), wall=now) == [], turn
        assert len(started.receive(signer.signed(message([host(99)])), wall=now)) == MAX_UNSIGNED + 1
    for number in range(MAX_UNSIGNED):
        started.receive(message([host(number)]), wall=now)
    with pytest.raises(ReplyNotTrusted, match="100 messages in a row are not signed"):
        started.receive(message([host(1)]), wall=now)


def test_a_signature_from_another_time_is_not_trusted() -> None:
    started, request = transfer(key=KEY)
    signer = Signer(request)
    started.receive(signer.signed(message(PARTS[0])), wall=int(time.time()))
    with pytest.raises(ReplyNotTrusted, match="its signing time is"):
        started.receive(signer.signed(message(PARTS[1])), wall=int(time.time()) + 1000)
