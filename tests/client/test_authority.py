"""Only a server that holds the zone is trusted: an answer without authority may be from a cache, and out of date."""

from collections.abc import Iterator

import pytest

from dns_update.client import Client
from dns_update.errors import NameExists, ZoneNotFound
from dns_update.exchange import Exchange, Policy, Reply
from dns_update.message import Message
from dns_update.transport import Endpoint
from dns_update.transport.blocking import BlockingTransport
from dns_update.transport.memory import MemoryTransport
from dns_update.wire.codes import Flag, Rcode, RRType
from dns_update.wire.name import Name
from lab import Bind, NameServer, Zone
from tests.client.replies import ADDRESS, SOA, ZONE, Answer, Scripted, record, reply, said, silent
from tests.support.command import dns_update, key_file

SERVER = "192.0.2.53"
HOME = record("home.example.com", RRType.A, "192.0.2.1")


def without_authority(answer: Answer) -> Answer:
    """Clear the AA bit of a server's answers (RFC 1035, section 4.1.1)."""

    def cleared(request: Message) -> bytes | None:
        octets = answer(request)
        return None if octets is None else octets[:2] + bytes([octets[2] & ~(Flag.AA >> 8)]) + octets[3:]

    return cleared


def client(script: Scripted) -> Client:
    return Client(SERVER, transport=MemoryTransport(script))


@pytest.mark.parametrize(
    "query",
    [said(Rcode.NOERROR, HOME), said(Rcode.NOERROR), said(Rcode.NXDOMAIN)],
    ids=["records", "none", "NXDOMAIN"],
)
def test_show_believes_no_cache(query: Answer) -> None:
    with pytest.raises(ZoneNotFound, match=f"{SERVER} answers for home.example.com without authority") as caught:
        client(Scripted(silent, without_authority(query))).show("home", zone=ZONE)
    assert (caught.value.server, caught.value.exit_status) == (SERVER, 8)
    assert "servers must be" in caught.value.hint


@pytest.mark.parametrize("answer", [said(Rcode.NOERROR, HOME), said(Rcode.NOERROR, SOA)], ids=["standing", "SOA"])
def test_no_ttl_is_kept_that_a_cache_tells(answer: Answer) -> None:
    script = Scripted(said(Rcode.NOERROR), without_authority(answer))
    with pytest.raises(ZoneNotFound, match="without authority"):
        client(script).set("home", ADDRESS, zone=ZONE)
    assert script.updates == []


def test_a_ttl_is_not_taken_from_a_cached_soa_record_either() -> None:
    def query(request: Message) -> bytes | None:
        if request.question[0].rrtype == RRType.SOA:
            return without_authority(said(Rcode.NOERROR, SOA))(request)
        return reply(request)

    script = Scripted(said(Rcode.NOERROR), query)
    with pytest.raises(ZoneNotFound, match=r"answers for example\.com without authority"):
        client(script).set("home", ADDRESS, zone=ZONE)
    assert script.updates == []


@pytest.mark.parametrize("command", ["set", "delete"])
def test_what_a_cache_tells_verifies_nothing(command: str) -> None:
    requester = client(Scripted(said(Rcode.NOERROR), without_authority(said(Rcode.NOERROR, HOME))))
    if command == "set":
        outcome = requester.set("home", ADDRESS, zone=ZONE, ttl=60)
    else:
        outcome = requester.delete("home", "192.0.2.7", zone=ZONE)
    assert not outcome.verified
    (note,) = outcome.notes
    assert note.startswith("it could not be read back: Zone not found:")
    assert "without authority" in note


def test_what_a_cache_tells_is_no_proof_that_an_earlier_try_was_carried_out() -> None:
    answers = iter((silent, said(Rcode.YXDOMAIN)))

    def update(request: Message) -> bytes | None:
        return next(answers)(request)

    script = Scripted(update, without_authority(said(Rcode.NOERROR, HOME)))
    with pytest.raises(NameExists):
        client(script).set("home", ADDRESS, zone=ZONE, ttl=60, require="absent")
    assert len(script.updates) == 2


REFERRAL = without_authority(
    said(Rcode.NOERROR, authority=(record("sub.example.com", RRType.NS, "ns.sub.example.com."),))
)


def test_a_referral_below_the_zone_is_a_delegation_and_no_cache() -> None:
    with pytest.raises(ZoneNotFound, match="delegates and does not show") as caught:
        client(Scripted(silent, REFERRAL)).show("home.sub", zone=ZONE)
    assert caught.value.is_delegated
    shown = client(Scripted(silent, REFERRAL)).show("sub", "NS", zone=ZONE)
    assert [record.data_text() for record in shown.after or ()] == ["ns.sub.example.com."]


def test_a_referral_above_the_zone_is_no_delegation_of_it() -> None:
    upwards = without_authority(said(Rcode.NOERROR, authority=(record(".", RRType.NS, "a.root-servers.net."),)))
    with pytest.raises(ZoneNotFound, match="without authority"):
        client(Scripted(silent, upwards)).show("home", zone=ZONE)


class Resolver(Bind):
    """BIND as a resolver that forwards questions about example.com to a server that holds it."""

    def _configuration(self) -> str:
        return super()._configuration().replace("recursion no;", "recursion yes;")


@pytest.fixture(scope="module")
def resolver(bind: NameServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """Yield the resolver, with `ns.example.com` in its cache; its own zone only shows that it runs."""
    forwarded = f"zone example.com {{ type forward; forward only; forwarders {{ {bind.host} port {bind.port}; }}; }};"
    directory = tmp_path_factory.mktemp("resolver")
    with Resolver(directory, zones=[Zone("own.example")], extra=forwarded, listen_v6=False) as server:
        query = Message.query(Name.from_text("ns.example.com"), RRType.A, flags=Flag.RD)
        exchange = Exchange(query, None, Policy())
        answer = BlockingTransport().carry(exchange, Endpoint(server.host, server.port))
        assert isinstance(answer, Reply)
        assert [found.data_text() for found in answer.message.answer] == ["127.0.0.1"]
        yield server


@pytest.mark.parametrize("name", ["ns", "nobody"], ids=["cached", "not-cached"])
def test_show_does_not_print_what_a_resolver_has_cached(resolver: NameServer, name: str) -> None:
    result = dns_update("show", f"dns-server={resolver.host}:{resolver.port}", "zone=example.com", f"name={name}")
    assert (result.status, result.stdout) == (8, "")
    assert result.lines[0].startswith("Zone not found:")
    assert "without authority" in result.lines[0]
    assert "is a resolver" in result.cause


def test_a_resolver_is_passed_over_for_the_server_that_holds_the_zone(
    resolver: NameServer, bind: NameServer, unique_name: str
) -> None:
    servers = f"dns-server={resolver.host}:{resolver.port},{bind.host}:{bind.port}"
    result = dns_update(servers, "zone=example.com", f"name={unique_name}", "address=192.0.2.1", key_file(bind))
    assert result.status == 0, result.stderr
    assert dns_update("show", servers, "zone=example.com", f"name={unique_name}").stdout == (
        f"{unique_name}.example.com. 3600 IN A 192.0.2.1\n"
    )
