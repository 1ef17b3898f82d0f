"""A lost answer: an update that was carried out is not reported as a failure."""

from collections.abc import Callable, Iterable
from typing import Literal

import pytest

from dns_update.auth import Key
from dns_update.auth.tsig import Tsig, sign
from dns_update.client import Client
from dns_update.errors import NameExists, NameNotFound, NoResponse, ReplyNotTrusted
from dns_update.exchange import Policy
from dns_update.message import Message
from dns_update.transport.memory import MemoryTransport, SentMessage
from dns_update.wire.codes import Rcode, RRType
from dns_update.wire.name import Name
from lab import NameServer, dig
from tests.client.replies import ADDRESS, SOA, Answer, Scripted, record, reply, said, silent
from tests.client.servers import client_of
from tests.support.peer import Relay, is_update

ZONE = Name.from_text("example.com")
SERVERS = ["bind", "knot", "powerdns"]
PATIENT = Policy(timeout=1.0, retries=3)
"""The first answer is lost on purpose; those that follow must come even on a slow machine."""


def losing_first(lost: Callable[[bytes], bool]) -> Callable[[bytes, bytes], Iterable[bytes]]:
    """Return a hook that drops the answer to the first request for which `lost` holds."""
    dropped: list[bytes] = []

    def hook(request: bytes, answer: bytes) -> Iterable[bytes]:
        if lost(request) and not dropped:
            dropped.append(answer)
            return ()
        return (answer,)

    return hook


def updates(relay: Relay) -> list[bytes]:
    return [request for request in relay.requests if is_update(request)]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_require_absent_succeeds_although_the_first_answer_was_lost(server: NameServer, unique_name: str) -> None:
    with Relay(server, losing_first(is_update)) as relay:
        client = client_of(server, relay.address, policy=PATIENT)
        outcome = client.set(unique_name, ADDRESS, zone=ZONE, ttl=60, require="absent")
        assert len(updates(relay)) >= 2
    assert outcome.verified
    assert dig(server, f"{unique_name}.example.com", "A") == [f"{unique_name}.example.com. 60 IN A 192.0.2.1"]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_deleting_what_must_exist_succeeds_although_the_first_answer_was_lost(
    server: NameServer, unique_name: str
) -> None:
    client_of(server).set(unique_name, ADDRESS, zone=ZONE, ttl=60)
    with Relay(server, losing_first(is_update)) as relay:
        client = client_of(server, relay.address, policy=PATIENT)
        assert client.delete(unique_name, rrtype="A", zone=ZONE, require="existing").verified
        assert len(updates(relay)) >= 2


def test_what_stood_before_is_still_told_after_a_lost_answer(bind: NameServer, unique_name: str) -> None:
    client_of(bind).set(unique_name, "192.0.2.7", zone=ZONE, ttl=60)
    with Relay(bind, losing_first(is_update)) as relay:
        client = client_of(bind, relay.address, policy=PATIENT)
        with pytest.raises(NameExists):
            client.set(unique_name, ADDRESS, zone=ZONE, ttl=60, require="absent")


def test_what_was_not_there_is_still_told_after_a_lost_answer(bind: NameServer, unique_name: str) -> None:
    with Relay(bind, losing_first(is_update)) as relay:
        client = client_of(bind, relay.address, policy=PATIENT)
        with pytest.raises(NameNotFound):
            client.set(unique_name, ADDRESS, zone=ZONE, ttl=60, require="existing")


def test_every_try_is_a_fresh_message(bind: NameServer, unique_name: str) -> None:
    with Relay(bind, losing_first(is_update)) as relay:
        client_of(bind, relay.address, policy=PATIENT).set(unique_name, ADDRESS, zone=ZONE, ttl=60)
        first, second = [Message.decode(request) for request in updates(relay)][:2]
    assert first.message_id != second.message_id
    assert first.signature is not None
    assert second.signature is not None
    assert first.signature.record.rdata != second.signature.record.rdata
    assert first.authority == second.authority


def test_an_update_carried_out_at_an_address_that_never_answers_is_not_held_against_the_next(
    bind: NameServer, unique_name: str
) -> None:
    with Relay(bind, lambda request, answer: () if is_update(request) else (answer,)) as relay:
        impatient = Policy(timeout=0.3, retries=0)
        client = client_of(bind, relay.address, f"{bind.host}:{bind.port}", policy=impatient)
        outcome = client.set(unique_name, ADDRESS, zone=ZONE, ttl=60, require="absent")
    assert outcome.verified


def test_all_answers_lost_is_no_answer(bind: NameServer, unique_name: str) -> None:
    with Relay(bind, lambda _request, _answer: ()) as relay:
        client = client_of(bind, relay.address, policy=Policy(timeout=0.1, retries=2))
        with pytest.raises(NoResponse, match="3 tries"):
            client.set(unique_name, ADDRESS, zone=ZONE, ttl=60)
        assert len(relay.requests) == 3


# The next server says that a condition does not hold: is that the effect of an earlier try?

Script = Callable[[SentMessage], Iterable[bytes] | str]

FIRST, SECOND = "192.0.2.1", "192.0.2.2"
WANTED = record("home.example.com", RRType.A, "192.0.2.1")
OTHER = record("home.example.com", RRType.A, "192.0.2.7")
KEY = Key("ddns-key", b"0123456789abcdef", "hmac-sha256")
WALL = 1_800_000_000


def holding(standing: Iterable[object] = (WANTED,), rcode: int = Rcode.YXDOMAIN) -> Scripted:
    """Return a server that refuses updates with this rcode, and has these records."""

    def query(request: Message) -> bytes:
        soa = request.question[0].rrtype == RRType.SOA
        return reply(request, answer=(SOA,) if soa else standing)  # type: ignore[arg-type]

    return Scripted(said(rcode), query)


def client_at(first: Script | None, second: Script, key: Key | None = None) -> Client:
    """Return a client of two servers; if the first has no script, its host name has no address."""

    def script(sent: SentMessage) -> Iterable[bytes] | str:
        return first(sent) if first is not None and sent.endpoint.address == FIRST else second(sent)

    transport = MemoryTransport(script, wall=WALL)
    return Client(FIRST if first is not None else "nowhere.example", SECOND, key=key, transport=transport)


def unreachable(_sent: SentMessage) -> str:
    return "port unreachable"


def signing(script: Script) -> Script:
    """Let a server sign its answers."""

    def signed(sent: SentMessage) -> Iterable[bytes]:
        request = Message.decode(sent.octets)
        assert request.signature is not None
        mac = Tsig.from_rdata(request.signature.record.rdata).mac
        return [sign(octets, KEY, time_signed=WALL, request_mac=mac)[0] for octets in map(_octets, script(sent))]

    return signed


def _octets(came: bytes | str) -> bytes:
    assert isinstance(came, bytes)
    return came


def test_what_an_unreachable_server_cannot_have_done_is_not_taken_for_our_own_work() -> None:
    client = client_at(unreachable, holding())
    with pytest.raises(NameExists) as caught:
        client.set("home", ADDRESS, zone=ZONE, ttl=60, require="absent")
    assert [failure.server for failure in caught.value.failures] == [FIRST]


def test_what_a_host_without_an_address_cannot_have_done_is_not_taken_for_our_own_work() -> None:
    client = client_at(None, holding())
    with pytest.raises(NameExists):
        client.set("home", ADDRESS, zone=ZONE, ttl=60, require="absent")


def test_what_a_silent_server_may_have_done_is_success_if_all_stands_as_wanted() -> None:
    outcome = client_at(Scripted(silent, silent), holding()).set("home", ADDRESS, zone=ZONE, ttl=60, require="absent")
    assert outcome.verified
    assert outcome.rcode == Rcode.YXDOMAIN
    assert [failure.server for failure in outcome.failures] == [FIRST]
    (note,) = outcome.notes
    assert note.startswith("an earlier try had no answer, and this one got YXDOMAIN; but the records are as desired")


@pytest.mark.parametrize("standing", [(OTHER,), (WANTED, OTHER), ()], ids=["another", "more", "nothing"])
def test_what_a_silent_server_may_have_done_is_no_success_if_something_else_stands(standing: Iterable[object]) -> None:
    client = client_at(Scripted(silent, silent), holding(standing))
    with pytest.raises(NameExists) as caught:
        client.set("home", ADDRESS, zone=ZONE, ttl=60, require="absent")
    assert caught.value.notes == ()


@pytest.mark.parametrize("query", [silent, said(Rcode.SERVFAIL)], ids=["silence", "SERVFAIL"])
def test_what_a_silent_server_may_have_done_is_no_success_if_nobody_can_tell(query: Answer) -> None:
    client = client_at(Scripted(silent, silent), Scripted(said(Rcode.YXDOMAIN), query))
    with pytest.raises(NameExists):
        client.set("home", ADDRESS, zone=ZONE, ttl=60, require="absent")


@pytest.mark.parametrize("require", ["existing", "absent"])
def test_a_server_that_was_silent_to_a_mere_query_got_no_update(require: Literal["existing", "absent"]) -> None:
    first = Scripted(silent, silent)
    rcode = Rcode.YXDOMAIN if require == "absent" else Rcode.NXDOMAIN
    with pytest.raises((NameExists, NameNotFound)):
        client_at(first, holding(rcode=rcode)).set("home", ADDRESS, zone=ZONE, require=require)
    assert first.updates == []
    assert first.queries


def test_a_server_that_was_silent_when_asked_for_the_zone_got_no_update() -> None:
    first = Scripted(silent, silent)
    with pytest.raises(NameExists):
        client_at(first, holding()).set("home.example.com", ADDRESS, ttl=60, require="absent")
    assert first.updates == []


def test_what_was_noted_of_a_look_that_brought_nothing_is_not_told() -> None:
    standing = (record("home.example.com", RRType.A, "192.0.2.1", 30),)  # another TTL, and no AAAA
    client = client_at(Scripted(silent, silent), holding(standing))
    with pytest.raises(NameExists) as caught:
        client.set("home", ADDRESS, "2001:db8::1", zone=ZONE, ttl=60, require="absent")
    assert caught.value.notes == ()


def test_a_server_whose_answer_cannot_be_trusted_may_have_done_it() -> None:
    client = client_at(Scripted(said(Rcode.NOERROR), silent), signing(holding()), KEY)
    outcome = client.set("home", ADDRESS, zone=ZONE, ttl=60, require="absent")
    assert outcome.verified
    assert [type(failure) for failure in outcome.failures] == [ReplyNotTrusted]
    assert len(outcome.notes) == 1


def test_a_signed_refusal_before_it_says_that_nothing_was_done() -> None:
    client = client_at(signing(Scripted(said(Rcode.SERVFAIL), silent)), signing(holding()), KEY)
    with pytest.raises(NameExists):
        client.set("home", ADDRESS, zone=ZONE, ttl=60, require="absent")


def test_a_delete_that_a_silent_server_may_have_done_is_success_if_all_is_gone() -> None:
    second = holding(standing=(), rcode=Rcode.NXRRSET)
    client = client_at(Scripted(silent, silent), second)
    assert client.delete("home", rrtype="A", zone=ZONE, require="existing").verified
    with pytest.raises(NameNotFound):
        client_at(unreachable, second).delete("home", rrtype="A", zone=ZONE, require="existing")


def test_an_unreachable_server_and_a_real_one_that_holds_what_is_wanted(bind: NameServer, unique_name: str) -> None:
    own = f"{bind.host}:{bind.port}"
    client_of(bind).set(unique_name, ADDRESS, zone=ZONE, ttl=60)
    with pytest.raises(NameExists):
        client_of(bind, "127.0.0.1:1", own).set(unique_name, ADDRESS, zone=ZONE, ttl=60, require="absent")
