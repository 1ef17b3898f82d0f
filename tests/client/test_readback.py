"""What is read back: differences that count, those that do not, and a read-back that is not possible."""

from pathlib import Path

import pytest

from dns_update.client import Client
from dns_update.errors import NotApplied, ZoneNotFound
from dns_update.transport.memory import MemoryTransport
from dns_update.wire.codes import Rcode, RRType
from dns_update.wire.message import Message
from lab import Bind, LabKey, Zone
from tests.client.replies import ADDRESS, SOA, ZONE, Answer, Scripted, record, reply, said, silent
from tests.client.servers import client_of

SERVER = "192.0.2.53"


def client(script: Scripted) -> Client:
    return Client(SERVER, transport=MemoryTransport(script))


@pytest.mark.parametrize(
    "query", [silent, said(Rcode.SERVFAIL), said(Rcode.REFUSED)], ids=["silence", "SERVFAIL", "REFUSED"]
)
@pytest.mark.parametrize("command", ["set", "delete"])
def test_a_read_back_that_is_not_possible_is_a_success_with_a_note(query: Answer, command: str) -> None:
    requester = client(Scripted(said(Rcode.NOERROR), query))
    if command == "set":
        outcome = requester.set("home", ADDRESS, zone=ZONE, ttl=60)
    else:
        outcome = requester.delete("home", ADDRESS, zone=ZONE)
    assert not outcome.verified
    assert outcome.after is None
    assert len(outcome.notes) == 1
    assert outcome.notes[0].startswith("it could not be read back: ")
    assert SERVER in outcome.notes[0]


def test_the_wanted_records_in_any_order_are_verified() -> None:
    answer = (record("home.example.com", RRType.A, "192.0.2.2"), record("HOME.example.com", RRType.A, "192.0.2.1"))
    script = Scripted(said(Rcode.NOERROR), said(Rcode.NOERROR, *answer))
    outcome = client(script).set("home", ADDRESS, "192.0.2.2", zone=ZONE, ttl=60)
    assert outcome.verified
    assert outcome.notes == ()


@pytest.mark.parametrize(
    "answer",
    [
        (),
        (record("home.example.com", RRType.A, "192.0.2.2"),),
        (record("home.example.com", RRType.A, "192.0.2.1"), record("home.example.com", RRType.A, "192.0.2.2")),
        (record("home.example.com", RRType.CNAME, "other.example.com."), record("other.example.com", 1, "192.0.2.1")),
    ],
    ids=["nothing", "another", "too-many", "cname"],
)
def test_other_records_are_not_what_was_asked(answer: tuple[object, ...]) -> None:
    script = Scripted(said(Rcode.NOERROR), said(Rcode.NOERROR, *answer))  # type: ignore[arg-type]
    with pytest.raises(NotApplied):
        client(script).set("home", ADDRESS, zone=ZONE, ttl=60)


@pytest.mark.parametrize(
    "to_any", [silent, said(Rcode.REFUSED), said(Rcode.NOTIMP)], ids=["silence", "REFUSED", "NOTIMP"]
)
def test_an_rrset_that_is_not_there_is_told_even_if_the_server_tells_nothing_more(to_any: Answer) -> None:
    def query(request: Message) -> bytes | None:
        return to_any(request) if request.question[0].rrtype == RRType.ANY else reply(request)

    with pytest.raises(NotApplied, match=r"home\.example\.com A is not as asked"):
        client(Scripted(said(Rcode.NOERROR), query)).set("home", ADDRESS, zone=ZONE, ttl=60)


@pytest.mark.parametrize("to_wildcard", [silent, said(Rcode.SERVFAIL)], ids=["silence", "SERVFAIL"])
def test_what_was_not_deleted_is_told_even_if_no_wildcard_can_be_looked_for(to_wildcard: Answer) -> None:
    def query(request: Message) -> bytes | None:
        if request.question[0].name.labels[0] == b"*":
            return to_wildcard(request)
        return reply(request, answer=(record("home.example.com", RRType.A, "192.0.2.1"),))

    with pytest.raises(NotApplied):
        client(Scripted(said(Rcode.NOERROR), query)).delete("home", ADDRESS, zone=ZONE)


def test_records_that_a_signing_server_keeps_are_no_hindrance_to_a_delete() -> None:
    kept = record("home.example.com", 47, "next.example.com. A RRSIG NSEC")
    script = Scripted(said(Rcode.NOERROR), said(Rcode.NOERROR, kept))
    outcome = client(script).delete("home", zone=ZONE)
    assert outcome.verified


def test_another_ttl_than_asked_is_noted_and_no_failure() -> None:
    script = Scripted(said(Rcode.NOERROR), said(Rcode.NOERROR, record("home.example.com", RRType.A, "192.0.2.1", 30)))
    outcome = client(script).set("home", ADDRESS, zone=ZONE, ttl=60)
    assert outcome.verified
    assert outcome.notes == ("A: the server holds TTL 30, not 60",)


def test_a_ttl_that_bind_cuts_to_its_maximum_is_noted(tmp_path: Path) -> None:
    zone = Zone("example.com", ttl=300, extra="max-zone-ttl 600;")
    with Bind(tmp_path / "server", zones=[zone], keys=[LabKey.generate()]) as server:
        outcome = client_of(server).set("home", ADDRESS, zone=ZONE, ttl=86400)
    assert outcome.verified
    assert outcome.notes == ("A: the server holds TTL 600, not 86400",)


def test_the_ttl_comes_from_the_soa_record_and_not_from_a_negative_answer() -> None:
    def query(request: Message) -> bytes:
        if request.question[0].rrtype == RRType.SOA:
            return reply(request, answer=(SOA,))
        negative = record("example.com", RRType.SOA, "ns.example.com. h.example.com. 1 2 3 4 5", 5)
        return reply(request, Rcode.NXDOMAIN, authority=(negative,))

    script = Scripted(said(Rcode.NOERROR), query)
    client(script).set("home", ADDRESS, zone=ZONE, verify=False)
    assert [change.ttl for change in script.updates[0].authority] == [0, 3600]


def test_a_zone_without_a_soa_record_is_none() -> None:
    script = Scripted(said(Rcode.NOERROR), said(Rcode.NOERROR))
    with pytest.raises(ZoneNotFound):
        client(script).set("home", ADDRESS, zone=ZONE)
    assert script.updates == []


def test_a_set_is_one_message_with_a_delete_and_adds_for_each_family() -> None:
    script = Scripted(said(Rcode.NOERROR), silent)
    client(script).set("home", ADDRESS, "192.0.2.2", bytes(15) + b"\1", zone=ZONE, ttl=60, verify=False)
    (update,) = script.updates
    assert [(change.rrtype, change.rrclass, change.ttl) for change in update.authority] == [
        (RRType.A, 255, 0), (RRType.A, 1, 60), (RRType.A, 1, 60), (RRType.AAAA, 255, 0), (RRType.AAAA, 1, 60),
    ]  # fmt: skip
