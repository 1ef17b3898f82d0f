"""Causes that no server on loopback shows: other ports and addresses, a line that loses, Active Directory."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from dns_update.auth import Key
from dns_update.client import Client
from dns_update.doctor.diagnosis import Case, Diagnosis, diagnose, diagnosis_of, only_host
from dns_update.doctor.diagnosis_texts import sentences_of
from dns_update.doctor.questions import Questions
from dns_update.doctor.server_kind import ServerKind
from dns_update.errors import DnsUpdateError, NoResponse, NotApplied, PermissionDenied, ServerFailure
from dns_update.errors.causes import HOST_UNREACHABLE
from dns_update.message import Message
from dns_update.rr.record import Record
from dns_update.transport import Endpoint, Server
from dns_update.transport.memory import MemoryTransport, SentMessage
from dns_update.update import Update
from dns_update.wire.codes import Flag, Opcode, Rcode, RRClass, RRType
from dns_update.wire.name import Name
from tests.client.replies import HOME, SOA, ZONE, reply

SERVER, PRIMARY = Endpoint("192.0.2.53"), Endpoint("192.0.2.77")
CHANGES = Update(ZONE).replace(HOME, 300, "A", "192.0.2.1").changes
VERSION = Name.from_text("version.bind")
NS = Name.from_text("ns.example.com")
REFUSED = PermissionDenied("refused", endpoint=SERVER, rcode=Rcode.REFUSED)
Answers = Callable[[SentMessage, Message], Iterable[bytes]]


def usual(message: Message, version: bytes = b"9.18.49", primary: bytes = bytes([192, 0, 2, 77])) -> bytes:
    """Answer as a server that has the zone, refuses updates, and knows the address of the zone's primary."""
    asked = message.question[0]
    if message.opcode == Opcode.UPDATE:  # without the AA bit, which only PowerDNS sets here
        refused = Message(opcode=Opcode.UPDATE, question=message.question, flags=Flag.QR, rcode=Rcode.REFUSED)
        return refused.encode(message.message_id)
    if asked.name == VERSION:
        text = bytes([len(version)]) + version
        return reply(message, answer=(Record(VERSION, RRType.TXT, RRClass.CH, 0, text),))
    if asked.name == ZONE and asked.rrtype == RRType.SOA:
        return reply(message, answer=(SOA._replace(rdata=NS.to_wire() * 2 + bytes(20)),))
    if asked.name == NS and asked.rrtype == RRType.A:
        return reply(message, answer=(Record(NS, RRType.A, RRClass.IN, 1, primary),))
    return reply(message, Rcode.NXDOMAIN, authority=(SOA,))


def diagnosed(
    answers: Answers, error: DnsUpdateError, endpoint: Endpoint = SERVER, key: Key | None = None
) -> Diagnosis | None:
    memory = MemoryTransport(lambda sent: answers(sent, Message.decode(sent.octets)))
    questions = Questions(endpoint, RRClass.IN, memory.wall)
    client = Client(str(endpoint), transport=memory)
    return client.run(lambda _transaction: diagnose(questions, Case(HOME, ZONE, key, CHANGES), error))


def cause(found: Diagnosis | None) -> str:
    return "" if found is None else found.cause


def test_a_server_at_the_usual_port_is_named() -> None:
    other = Endpoint("192.0.2.53", 5353)

    def answers(sent: SentMessage, message: Message) -> Iterable[bytes]:
        return (usual(message),) if sent.endpoint == SERVER else ()

    found = diagnosed(answers, NoResponse("silent", endpoint=other), other)
    assert cause(found) == "wrong-port"
    assert found is not None
    assert found.details["usual"] == SERVER


def test_a_line_that_lost_a_message_is_told() -> None:
    def answers(sent: SentMessage, message: Message) -> Iterable[bytes]:
        return () if sent.transport == "tcp" else (usual(message),)

    assert cause(diagnosed(answers, NoResponse("silent", endpoint=SERVER))) == "silent-once"


def test_a_server_that_is_silent_in_every_way_is_told_as_such() -> None:
    assert cause(diagnosed(lambda _sent, _message: (), NoResponse("silent", endpoint=SERVER))) == "silent"


@pytest.mark.parametrize(
    ("servers", "how"),
    [
        ((), "the zone's primary by its SOA record"),
        ((Server("ns.example.com"),), "ns.example.com"),
        ((Server("192.0.2.53"),), ""),
        ((Server("ns.example.com"), Server("192.0.2.53")), ""),
    ],
)
def test_how_a_server_was_found_is_told(servers: tuple[Server, ...], how: str) -> None:
    case = Case(HOME, ZONE, None, host=only_host(servers))
    found = diagnosis_of(Questions(SERVER, RRClass.IN, 0), case, ServerKind(""), "silent")
    assert found.details["named"] == (f" ({how})" if how else "")


@pytest.mark.parametrize("code", ["host-unreachable", "network-unreachable"])
def test_an_answer_of_the_network_is_told_as_such(code: str) -> None:
    error = NoResponse("no route to host", endpoint=SERVER, cause=code)
    assert cause(diagnosed(lambda _sent, _message: (), error)) == code


def test_a_server_that_answers_by_tcp_is_not_said_to_be_unreachable() -> None:
    def answers(sent: SentMessage, message: Message) -> Iterable[bytes]:
        return (usual(message),) if sent.transport == "tcp" else ()

    error = NoResponse("no route to host", endpoint=SERVER, cause=HOST_UNREACHABLE)
    assert cause(diagnosed(answers, error)) == "udp-filtered"


@pytest.mark.parametrize(
    ("version", "code"), [(b"PowerDNS Authoritative Server 4.9.1", "udp-stuck"), (b"9.18.49", "udp-filtered")]
)
def test_a_powerdns_that_is_silent_by_udp_alone_may_wait_for_its_database(version: bytes, code: str) -> None:
    def answers(sent: SentMessage, message: Message) -> Iterable[bytes]:
        return (usual(message, version),) if sent.transport == "tcp" else ()

    found = diagnosed(answers, NoResponse("silent", endpoint=SERVER))
    assert cause(found) == code
    assert found is not None
    assert ("lock" in sentences_of(found)[0]) is (code == "udp-stuck")


def test_a_server_that_is_silent_to_updates_and_offers_recursion_is_a_resolver() -> None:
    """So is Unbound from 1.20 on that hides its version."""

    def answers(_sent: SentMessage, message: Message) -> Iterable[bytes]:
        if message.opcode == Opcode.UPDATE:
            return ()
        if message.question[0].name == VERSION:
            return (reply(message, Rcode.REFUSED),)
        octets = bytearray(usual(message))
        octets[2] &= ~0x04  # AA
        octets[3] |= 0x80  # RA
        return (bytes(octets),)

    assert cause(diagnosed(answers, NoResponse("silent", endpoint=SERVER))) == "is-resolver-of-zone"


@pytest.mark.parametrize(("port", "says"), [(853, ", which is the port of DNS over TLS"), (5300, "")])
def test_the_port_of_another_protocol_is_named(port: int, says: str) -> None:
    other = Endpoint("192.0.2.53", port)

    def answers(sent: SentMessage, message: Message) -> Iterable[bytes]:
        return (usual(message),) if sent.endpoint == SERVER else ()

    found = diagnosed(answers, NoResponse("silent", endpoint=other), other)
    assert found is not None
    assert found.details["of_port"] == says


def test_another_primary_by_the_soa_record_is_a_possibility() -> None:
    def answers(sent: SentMessage, message: Message) -> Iterable[bytes]:
        return () if sent.endpoint.address == PRIMARY.address else (usual(message),)

    assert cause(diagnosed(answers, REFUSED)) == "perhaps-secondary"


def test_a_primary_for_which_no_time_is_left_does_not_hide_that_a_key_is_unknown() -> None:
    signed: list[SentMessage] = []

    def answers(sent: SentMessage, message: Message) -> Iterable[bytes]:
        if message.opcode == Opcode.QUERY and message.question[0].name == NS:
            return ()
        if message.signature is not None and sent.transport == "tcp":
            signed.append(sent)
            if len(signed) == 1:
                return ()
        if message.signature is not None:
            refused = Message(opcode=message.opcode, question=message.question, flags=Flag.QR, rcode=Rcode.REFUSED)
            return (refused.encode(message.message_id),)
        return (usual(message),)

    found = diagnosed(answers, REFUSED, key=Key("home", b"secret" * 4, "hmac-sha256"))
    assert cause(found) == "key-unknown"


@pytest.mark.parametrize("is_silent", [True, False])
def test_a_key_that_is_unknown_may_be_that_of_another_primary(is_silent: bool) -> None:
    def answers(sent: SentMessage, message: Message) -> Iterable[bytes]:
        if sent.endpoint.address == PRIMARY.address and is_silent:
            return ()
        if message.signature is not None:
            refused = Message(opcode=message.opcode, question=message.question, flags=Flag.QR, rcode=Rcode.REFUSED)
            return (refused.encode(message.message_id),)
        return (usual(message),)

    found = diagnosed(answers, REFUSED, key=Key("home", b"secret" * 4, "hmac-sha256"))
    assert cause(found) == "key-unknown"
    assert found is not None
    assert (
        f"If this is a secondary: by the zone's SOA record its primary is another server, {NS}"
        in sentences_of(found)[1]
    )


def test_a_change_that_was_passed_on_may_come() -> None:
    error = NotApplied("not as asked", endpoint=SERVER, may_come=True)
    assert cause(diagnosed(lambda _sent, message: (usual(message),), error)) == "not-forwarded-yet"


def test_a_change_that_the_primary_itself_left_out_has_no_cause() -> None:
    error = NotApplied("not as asked", endpoint=SERVER, may_come=True)
    own = bytes([192, 0, 2, 53])
    assert diagnosed(lambda _sent, message: (usual(message, primary=own),), error) is None


@pytest.mark.parametrize("version", [b"Microsoft DNS 10.0.17763", b"Microsoft DNS 6.1.7601 (1DB15D39)"])
def test_windows_wants_kerberos(version: bytes) -> None:
    own = bytes([192, 0, 2, 53])
    assert cause(diagnosed(lambda _sent, message: (usual(message, version, own),), REFUSED)) == "kerberos-only"


def test_a_failure_that_the_error_explains_is_not_asked_about() -> None:
    asked: list[SentMessage] = []

    def answers(sent: SentMessage, message: Message) -> Iterable[bytes]:
        asked.append(sent)
        return (usual(message),)

    assert diagnosed(answers, ServerFailure("it carries out everything", endpoint=SERVER)) is None
    assert diagnosed(answers, NotApplied("an alias is there", endpoint=SERVER)) is None
    assert asked == []
