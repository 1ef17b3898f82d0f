"""`Client.add` adds to an RRset, keeps its TTL, and replaces nothing."""

import asyncio

import pytest

from dns_update import AsyncClient, NameExists, NoResponse, NotApplied, Outcome, UsageError
from dns_update.exchange import Policy
from dns_update.update import Update
from lab import NameServer, dig
from lab.versions import knot_keeps_ttls
from tests.client.servers import client_of, key_of
from tests.support.peer import Relay, Silent, is_update

SERVERS = ["bind", "knot", "powerdns"]
_IMPATIENT = Policy(timeout=0.2, retries=0)


def data(server: NameServer, name: str, rrtype: str) -> list[str]:
    parts = [line.split(maxsplit=4) for line in dig(server, name, rrtype)]
    return sorted(f"{part[1]} {part[4]}" for part in parts)


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_values_are_added_and_the_ttl_is_kept(server: NameServer, unique_name: str) -> None:
    client, name = client_of(server), f"{unique_name}.example.com"
    client.set(name, "one", rrtype="TXT", ttl=77)
    outcome = client.add(name, "two", "three", rrtype="TXT")
    assert (outcome.changed, outcome.verified, outcome.notes) == (True, True, ())
    assert data(server, name, "TXT") == ['77 "one"', '77 "three"', '77 "two"']
    assert client.add(name, "two", rrtype="TXT").changed is False


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_a_new_rrset_gets_the_ttl_of_the_zone(server: NameServer, unique_name: str) -> None:
    outcome = client_of(server).add(f"{unique_name}.example.com", "192.0.2.1", "2001:db8::1")
    assert (outcome.before, outcome.changed) == ((), True)
    assert data(server, f"{unique_name}.example.com", "A") == ["3600 192.0.2.1"]
    assert data(server, f"{unique_name}.example.com", "AAAA") == ["3600 2001:db8::1"]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_a_ttl_that_is_asked_for_is_that_of_the_whole_rrset_and_is_noted(server: NameServer, unique_name: str) -> None:
    client, name = client_of(server), f"{unique_name}.example.com"
    client.set(name, "192.0.2.1", ttl=60)
    outcome = client.add(name, "192.0.2.2", ttl=90, compare=True)
    assert data(server, name, "A") == ["90 192.0.2.1", "90 192.0.2.2"]
    assert outcome.notes == (
        "A: the TTL of all records was 60 and is now 90: an RRset has one TTL (RFC 2181, section 5.2)",
    )


def test_a_ttl_that_a_server_keeps_is_noted_as_such(knot: NameServer, unique_name: str) -> None:
    client, name = client_of(knot), f"{unique_name}.example.com"
    client.set(name, "192.0.2.1", ttl=60)
    outcome = client.add(name, "192.0.2.1", ttl=90, compare=True)
    there = data(knot, name, "A")
    assert there in (["60 192.0.2.1"], ["90 192.0.2.1"])
    assert (outcome.notes == ("A: the server has TTL 60, not 90",)) == (there == ["60 192.0.2.1"])
    assert there == ["60 192.0.2.1"] or not knot_keeps_ttls()


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize("ttl", [None, 60])
def test_nothing_is_sent_beside_an_alias(server: NameServer, ttl: int | None, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    client_of(server).set(name, "other.example.com", rrtype="CNAME", ttl=60)
    with Relay(server) as relay:
        client = client_of(server, relay.address)
        with pytest.raises(NotApplied, match=r"has CNAME other\.example\.com\.; nothing was sent") as caught:
            client.add(name, "192.0.2.1", ttl=ttl, compare=True)
        assert not any(map(is_update, relay.requests))
    assert "is an alias of other.example.com" in caught.value.hint


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize("rrtype", ["CNAME", "DNAME"])
def test_a_second_record_of_a_type_with_one_is_refused_and_the_same_is_unchanged(
    server: NameServer, rrtype: str, unique_name: str
) -> None:
    client, name = client_of(server), f"{unique_name}.example.com"
    client.add(name, "one.example.net", rrtype=rrtype, ttl=60)
    assert client.add(name, "ONE.example.net", rrtype=rrtype, ttl=60, compare=True).changed is False
    with pytest.raises(NotApplied, match=f"has {rrtype} one.example.net. at .*a name has one {rrtype} record"):
        client.add(name, "two.example.net", rrtype=rrtype, ttl=60, verify=False)
    assert data(server, name, rrtype) == ["60 one.example.net."]


def test_a_cname_that_another_program_adds_meanwhile_is_not_replaced(bind: NameServer, unique_name: str) -> None:
    other = client_of(bind)

    def meanwhile(request: bytes, answer: bytes) -> tuple[bytes]:
        if not is_update(request):
            other.send(Update("example.com").add(unique_name, 60, "CNAME", "theirs.example.net."))
        return (answer,)

    with Relay(bind, meanwhile) as relay, pytest.raises(NameExists) as caught:
        client_of(bind, relay.address).add(unique_name, "ours.example.net", rrtype="CNAME", zone="example.com", ttl=60)
    assert "another program" in caught.value.hint
    assert data(bind, f"{unique_name}.example.com", "CNAME") == ["60 theirs.example.net."]


def test_an_addition_needs_no_right_to_read(bind: NameServer, unique_name: str) -> None:
    def refusing(request: bytes, answer: bytes) -> tuple[bytes]:
        return (answer,) if is_update(request) else (request[:2] + b"\x84\x05" + request[4:],)

    name = f"{unique_name}.example.com"
    with Relay(bind, refusing) as relay:
        outcome = client_of(bind, relay.address, policy=_IMPATIENT).add(
            name, "192.0.2.1", zone="example.com", ttl=60, compare=True
        )
    assert (outcome.before, outcome.after, outcome.changed) == (None, None, None)
    assert data(bind, name, "A") == ["60 192.0.2.1"]


def test_a_server_that_is_silent_before_gets_no_update(bind: NameServer, unique_name: str) -> None:
    with Relay(bind, lambda _request, _answer: ()) as relay:
        client = client_of(bind, relay.address, policy=_IMPATIENT)
        with pytest.raises(NoResponse):
            client.add(unique_name, "192.0.2.1", zone="example.com", ttl=60, compare=True)
    assert not any(map(is_update, relay.requests))


def test_what_a_server_ignores_without_having_been_read_is_an_error_afterwards(
    bind: NameServer, unique_name: str
) -> None:
    client, name = client_of(bind), f"{unique_name}.example.com"
    client.set(name, "other.example.net", rrtype="CNAME", ttl=60)
    with pytest.raises(NotApplied, match=r"said NOERROR, but .* the server has CNAME other\.example\.net"):
        client.add(name, "192.0.2.1", ttl=60)


def test_a_zone_gets_no_second_soa_record() -> None:
    with Silent() as peer:
        client = AsyncClient(peer.address)
        with pytest.raises(UsageError, match="one SOA record, so none can be added"):
            asyncio.run(client.add("@", "ns. root. 1 1 1 1 1", rrtype="SOA", zone="example.com", ttl=60))
        assert peer.is_untouched


def test_without_verification_and_with_a_ttl_it_is_one_message(bind: NameServer, unique_name: str) -> None:
    with Relay(bind) as relay:
        outcome = client_of(bind, relay.address).add(unique_name, "192.0.2.1", zone="example.com", ttl=60, verify=False)
        assert list(map(is_update, relay.requests)) == [True]
    assert (outcome.before, outcome.after, outcome.changed) == (None, None, None)


def test_what_an_earlier_try_added_is_not_called_unchanged(bind: NameServer, unique_name: str) -> None:
    """The first server adds it, and its answer is lost; at the second one it is there already."""
    name = f"{unique_name}.example.com"
    client_of(bind).set(name, "192.0.2.1", ttl=60)
    with Relay(bind, lambda request, answer: () if is_update(request) else (answer,)) as relay:
        client = client_of(bind, relay.address, f"{bind.host}:{bind.port}", policy=_IMPATIENT)
        outcome = client.add(name, "192.0.2.2", zone="example.com")
        replaced = client.set(name, "192.0.2.3", zone="example.com")
    assert (outcome.changed, replaced.changed) == (True, True)
    assert data(bind, name, "A") == ["60 192.0.2.3"]


def test_an_async_client_adds_several_at_once(bind: NameServer, unique_name: str) -> None:
    name = f"_acme-challenge.{unique_name}.example.com"

    async def add_both() -> list[Outcome]:
        async with AsyncClient(f"{bind.host}:{bind.port}", key=key_of(bind.keys[0])) as client:
            steps = [client.add(name, token, rrtype="TXT", zone="example.com", ttl=60) for token in ("a", "b")]
            return await asyncio.gather(*steps)

    assert [outcome.verified for outcome in asyncio.run(add_both())] == [True, True]
    assert data(bind, name, "TXT") == ['60 "a"', '60 "b"']
