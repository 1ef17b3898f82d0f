"""An answer that is lost: what was carried out already is not taken for a failure."""

from collections.abc import Callable, Iterable

import pytest

from dns_update.errors import NameExists, NameNotFound, NoAnswer
from dns_update.exchange import Policy
from dns_update.wire.message import Message
from dns_update.wire.name import Name
from lab import NameServer, dig
from tests.client.replies import ADDRESS
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
        with pytest.raises(NoAnswer, match="3 tries"):
            client.set(unique_name, ADDRESS, zone=ZONE, ttl=60)
        assert len(relay.requests) == 3
