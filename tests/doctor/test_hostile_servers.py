"""Servers that lie, break off, or send nonsense: no diagnosis takes longer than it may, and none fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pytest

from dns_update.auth import Key
from dns_update.client import Client
from dns_update.doctor.diagnosis import Case, Diagnosis, diagnose
from dns_update.doctor.diagnosis_texts import sentences_of
from dns_update.doctor.questions import SECONDS, Questions
from dns_update.errors import DnsUpdateError, KeyRejected, NoResponse, PermissionDenied, ReplyNotTrusted, ServerFailure
from dns_update.message import Message
from dns_update.rr.record import Record
from dns_update.transport.memory import MemoryTransport, SentMessage
from dns_update.update import Update
from dns_update.wire.codes import Opcode, Rcode, RRClass, RRType
from dns_update.wire.name import Name
from tests.client.replies import HOME, SOA, ZONE, record, reply
from tests.doctor.seen import FIRST

KEY = Key("home", b"0" * 32, "hmac-sha256")
CHANGES = Update(ZONE).replace(HOME, 300, "A", "192.0.2.1").changes
VERSION = Name.from_text("version.bind")
Answers = Callable[[Message, int], Iterable[bytes]]

ERRORS: Sequence[DnsUpdateError] = (
    PermissionDenied("refused", endpoint=FIRST),
    KeyRejected("BADKEY", tsig_error=Rcode.BADKEY, endpoint=FIRST),
    ReplyNotTrusted("unsigned", endpoint=FIRST, claimed_rcode=Rcode.REFUSED),
    ServerFailure("SERVFAIL", endpoint=FIRST, rcode=Rcode.SERVFAIL),
    NoResponse("silent", endpoint=FIRST),
)


def usual(message: Message) -> bytes:
    """Answer as a server does that has the zone, and refuses updates."""
    asked = message.question[0]
    if message.opcode == Opcode.UPDATE:
        return reply(message, Rcode.REFUSED)
    if asked.name == ZONE and asked.rrtype == RRType.SOA:
        return reply(message, answer=(SOA,))
    return reply(message, Rcode.NXDOMAIN, authority=(SOA,))


def silent_after_the_first(message: Message, number: int) -> Iterable[bytes]:
    return (usual(message),) if number == 1 else ()


def silent_to_updates(message: Message, _number: int) -> Iterable[bytes]:
    return () if message.opcode == Opcode.UPDATE else (usual(message),)


def address_of_two_octets(message: Message, _number: int) -> Iterable[bytes]:
    asked = message.question[0]
    if asked.rrtype in (RRType.A, RRType.AAAA):
        return (reply(message, answer=(Record(asked.name, asked.rrtype, RRClass.IN, 1, b"\x01\x02"),)),)
    return (usual(message),)


def name_server_of_octets(message: Message, _number: int) -> Iterable[bytes]:
    cut = Record(ZONE, RRType.NS, RRClass.IN, 1, b"\xc0\xff")
    return (reply(message, authority=(cut,)).replace(b"\x84", b"\x80", 1),)


def version_with_commands(message: Message, _number: int) -> Iterable[bytes]:
    text = b"\xff\x1b[2J\nPowerDNS " + b"9" * 300
    if message.question[0].name == VERSION:
        return (reply(message, answer=(Record(VERSION, RRType.TXT, RRClass.CH, 0, text),)),)
    return (usual(message),)


def version_without_octets(message: Message, _number: int) -> Iterable[bytes]:
    if message.question[0].name == VERSION:
        return (reply(message, answer=(Record(VERSION, RRType.TXT, RRClass.CH, 0, b""),)),)
    return (usual(message),)


def primary_is_the_root(message: Message, _number: int) -> Iterable[bytes]:
    root = record("example.com", RRType.SOA, ". . 1 1 1 1 1")
    if message.question[0].rrtype == RRType.SOA and message.opcode == Opcode.QUERY:
        return (reply(message, answer=(root,)),)
    return (usual(message),)


def zone_is_the_root(message: Message, _number: int) -> Iterable[bytes]:
    return (reply(message, Rcode.NXDOMAIN, authority=(SOA._replace(name=Name(())),)),)


def nonsense(message: Message, _number: int) -> Iterable[bytes]:
    return (message.message_id.to_bytes(2) + b"\x84" + bytes(range(40)),)


def everything_is_done(message: Message, _number: int) -> Iterable[bytes]:
    return (reply(message),)


def floods(message: Message, _number: int) -> Iterable[bytes]:
    wrong = usual(message)[2:]
    return [number.to_bytes(2) + wrong for number in range(message.message_id + 1, message.message_id + 300)]


HOSTILE: Sequence[Answers] = (
    silent_after_the_first,
    silent_to_updates,
    address_of_two_octets,
    name_server_of_octets,
    version_with_commands,
    version_without_octets,
    primary_is_the_root,
    zone_is_the_root,
    nonsense,
    everything_is_done,
    floods,
)


def diagnosed(answers: Answers, error: DnsUpdateError, key: Key | None) -> tuple[Diagnosis | None, MemoryTransport]:
    """Look for the cause of an error at a server that answers like this."""

    def script(sent: SentMessage) -> Iterable[bytes]:
        return answers(Message.decode(sent.octets), len(memory.sent))

    memory = MemoryTransport(script)
    client = Client(str(FIRST), key=key, transport=memory)
    questions = Questions(FIRST, RRClass.IN, memory.wall)
    found = client.run(lambda _transaction: diagnose(questions, Case(HOME, ZONE, key, CHANGES), error))
    return found, memory


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("key", [KEY, None], ids=["key", "no key"])
@pytest.mark.parametrize("answers", HOSTILE, ids=lambda answers: answers.__name__)
def test_no_server_holds_up_a_diagnosis(answers: Answers, key: Key | None, error: DnsUpdateError) -> None:
    found, memory = diagnosed(answers, error, key)
    assert memory.now <= SECONDS
    assert len(memory.sent) <= 60
    for sentence in sentences_of(found) if found is not None else ():
        assert str(sentence).isprintable()


def test_a_key_that_is_not_answered_is_not_said_to_be_accepted() -> None:
    def silent_to_signatures(message: Message, _number: int) -> Iterable[bytes]:
        return () if message.signature is not None else (usual(message),)

    error = KeyRejected("BADKEY", tsig_error=Rcode.BADKEY, endpoint=FIRST)
    found, _memory = diagnosed(silent_to_signatures, error, KEY)
    assert found is None


def test_a_server_that_limits_its_rate_is_asked_by_tcp() -> None:
    def first_two(message: Message, number: int) -> Iterable[bytes]:
        is_by_tcp = memory.sent[-1].transport == "tcp"
        return (usual(message),) if is_by_tcp or number <= 2 else ()

    memory = MemoryTransport(lambda sent: first_two(Message.decode(sent.octets), len(memory.sent)))
    client = Client(str(FIRST), transport=memory)
    questions = Questions(FIRST, RRClass.IN, memory.wall)
    names = [Name.from_text(f"n{number}.example.com") for number in range(5)]

    async def ask_all() -> list[bool]:
        return [(await questions.soa(name)).is_silent for name in names]

    assert client.run(lambda _transaction: ask_all()) == [False] * 5
    assert [sent.transport for sent in memory.sent] == ["udp"] * 3 + ["tcp"] * 3


def test_a_server_that_is_slow_and_loses_answers_ends_the_questions_and_not_the_error() -> None:
    """Each question about the key costs a timeout by UDP and one by TCP, until the time is over."""

    def silent_after_four(message: Message, number: int) -> Iterable[bytes]:
        if message.opcode == Opcode.QUERY and number > 4:
            return ()
        rejected = reply(message, Rcode.NOTAUTH) if message.signature is not None else usual(message)
        return (rejected,)

    error = KeyRejected("BADKEY", tsig_error=Rcode.BADKEY, endpoint=FIRST)
    found, memory = diagnosed(silent_after_four, error, KEY)
    assert found is None
    assert len(memory.sent) > 4
    assert memory.now <= SECONDS
