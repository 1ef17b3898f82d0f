"""Finding the zone of a name, in answers that the servers of the lab do not give."""

from collections.abc import Mapping

import pytest

from dns_update.client import Client
from dns_update.client.discovery import system_resolvers
from dns_update.errors import DnsUpdateError, NoAnswer, UsageError, ZoneNotFound
from dns_update.transport import Server
from dns_update.transport.memory import MemoryTransport, Sent
from dns_update.wire.codes import Flag, Rcode, RRType
from dns_update.wire.message import Message
from dns_update.wire.record import Record
from tests.client.replies import ADDRESS, SOA, ZONE, Answer, Scripted, record, reply, said, silent

SERVER = "192.0.2.53"


def zone_found(query: Answer, name: str = "home.example.com") -> str:
    script = Scripted(said(Rcode.NOERROR), query)
    client = Client(SERVER, transport=MemoryTransport(script))
    return str(client.set(name, ADDRESS, ttl=60, verify=False).zone)


def at_names(answers: Mapping[str, tuple[tuple[Record, ...], tuple[Record, ...]]]) -> Answer:
    """Answer by the name asked for: answer and authority section; REFUSED for any other."""

    def query(request: Message) -> bytes:
        found = answers.get(str(request.question[0].name))
        return reply(request, Rcode.REFUSED) if found is None else reply(request, Rcode.NOERROR, *found)

    return query


@pytest.mark.parametrize("rcode", [Rcode.NOERROR, Rcode.NXDOMAIN])
def test_the_soa_record_of_a_negative_answer_names_the_zone(rcode: int) -> None:
    assert zone_found(said(rcode, authority=(SOA,))) == "example.com"


def test_the_soa_record_of_a_positive_answer_names_the_zone() -> None:
    assert zone_found(said(Rcode.NOERROR, SOA), "example.com") == "example.com"


def test_an_alias_is_passed_by_and_its_targets_zone_is_not_taken() -> None:
    target = record("example.net", RRType.SOA, "ns.example.net. h.example.net. 1 2 3 4 5")
    alias = record("home.example.com", RRType.CNAME, "target.example.net.")
    answers = {"home.example.com": ((alias,), (target,)), "example.com": ((SOA,), ())}
    assert zone_found(at_names(answers)) == "example.com"


def test_an_alias_to_a_name_in_its_own_zone_is_passed_by_too() -> None:
    alias = record("a.b.example.com", RRType.CNAME, "home.example.com.")
    answers = {"a.b.example.com": ((alias,), (SOA,)), "b.example.com": ((), (SOA,))}
    assert zone_found(at_names(answers), "a.b.example.com") == "example.com"


def test_a_dname_is_passed_by() -> None:
    dname = record("b.example.com", RRType.DNAME, "example.net.")
    alias = record("a.b.example.com", RRType.CNAME, "a.example.net.")
    target = record("example.net", RRType.SOA, "ns.example.net. h.example.net. 1 2 3 4 5")
    answers = {"a.b.example.com": ((dname, alias), (target,)), "b.example.com": ((), (SOA,))}
    assert zone_found(at_names(answers), "a.b.example.com") == "example.com"


@pytest.mark.parametrize(
    "query",
    [
        said(Rcode.REFUSED),
        said(Rcode.SERVFAIL),
        said(Rcode.NOTIMP),
        said(Rcode.NOERROR),
        said(Rcode.NXDOMAIN),
        said(Rcode.NOERROR, authority=(record("sub.example.com", RRType.NS, "ns.sub.example.com."),)),
        said(Rcode.NOERROR, authority=(record("example.net", RRType.SOA, "ns.example.net. h.example.net. 1 2 3 4 5"),)),
        said(Rcode.NOERROR, record("home.example.com", RRType.CNAME, "home.example.com.")),
    ],
    ids=["REFUSED", "SERVFAIL", "NOTIMP", "empty", "NXDOMAIN", "referral", "foreign-soa", "alias-everywhere"],
)
def test_a_server_that_does_not_know_the_zone_is_named(query: Answer) -> None:
    script = Scripted(said(Rcode.NOERROR), query)
    client = Client(SERVER, transport=MemoryTransport(script))
    with pytest.raises(ZoneNotFound) as caught:
        client.set("home.sub.example.com", ADDRESS, ttl=60)
    assert SERVER in str(caught.value)
    assert "home.sub.example.com" in str(caught.value)
    assert "zone=" in caught.value.hint
    assert script.updates == []
    assert len(script.queries) <= 5


RESOLVER = Server("192.0.2.200")


def through_resolvers(
    *resolvers: Server, hosts: dict[str, tuple[str, ...]] | None = None, soa: Record = SOA, port: int = 53
) -> tuple[Client, MemoryTransport]:
    """Return a client without servers; each resolver knows the zone, but for 192.0.2.201, which says nothing."""

    def script(sent: Sent) -> tuple[bytes, ...]:
        request = Message.decode(sent.octets)
        if sent.endpoint.address == "192.0.2.201":
            return ()
        return (reply(request, authority=(soa,) if request.question[0].rrtype == RRType.SOA else ()),)

    transport = MemoryTransport(script, hosts={"ns.example.com": ("192.0.2.1",)} if hosts is None else hosts)
    return Client(resolvers=resolvers, transport=transport, port=port), transport


def test_the_primary_of_the_soa_record_gets_the_update() -> None:
    client, transport = through_resolvers(RESOLVER)
    outcome = client.set("home.example.com", ADDRESS, ttl=60, verify=False)
    assert [str(sent.endpoint) for sent in transport.sent] == ["192.0.2.200", "192.0.2.1"]
    assert outcome.zone == ZONE
    assert Message.decode(transport.sent[0].octets).flags & Flag.RD


def test_the_port_given_is_the_primarys() -> None:
    client, transport = through_resolvers(RESOLVER, port=5353)
    client.set("home.example.com", ADDRESS, ttl=60, verify=False)
    assert [str(sent.endpoint) for sent in transport.sent] == ["192.0.2.200", "192.0.2.1:5353"]


def test_the_primary_is_looked_for_even_if_the_zone_is_given() -> None:
    client, transport = through_resolvers(RESOLVER)
    client.set("home", ADDRESS, zone=ZONE, ttl=60, verify=False)
    assert str(transport.sent[-1].endpoint) == "192.0.2.1"


def test_a_name_given_as_zone_that_is_none_is_told() -> None:
    client, _ = through_resolvers(RESOLVER)
    with pytest.raises(ZoneNotFound, match=r"is not a zone, but a name in example\.com"):
        client.set("x", ADDRESS, zone=ZONE.from_text("home.example.com"), ttl=60)


def test_the_next_resolver_is_asked_when_one_is_silent() -> None:
    client, _ = through_resolvers(Server("192.0.2.201"), RESOLVER)
    assert client.set("home.example.com", ADDRESS, ttl=60, verify=False).zone == ZONE


def test_a_primary_without_an_address_is_named() -> None:
    client, _ = through_resolvers(RESOLVER, hosts={})
    with pytest.raises(NoAnswer, match=r"No answer from ns\.example\.com"):
        client.set("home.example.com", ADDRESS, ttl=60)


def test_a_hidden_primary_without_a_name_is_an_error_of_ours_to_tell() -> None:
    nameless = record("example.com", RRType.SOA, ". h.example.com. 1 2 3 4 5")
    client, _ = through_resolvers(RESOLVER, soa=nameless)
    with pytest.raises(DnsUpdateError) as caught:
        client.set("home.example.com", ADDRESS, ttl=60)
    assert "dns-server" in caught.value.hint


def test_all_resolvers_silent_is_no_answer() -> None:
    client, _ = through_resolvers(Server("192.0.2.201"))
    with pytest.raises(NoAnswer, match=r"No answer from 192\.0\.2\.201"):
        client.set("home.example.com", ADDRESS, ttl=60)


@pytest.mark.parametrize("name", ["home", "home.", "@", "."])
def test_a_single_label_is_no_full_name(name: str) -> None:
    client = Client(SERVER, transport=MemoryTransport(Scripted(silent, silent)))
    with pytest.raises(UsageError):
        client.set(name, ADDRESS, ttl=60)


# resolv.conf


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("nameserver 192.0.2.1\n", ["192.0.2.1"]),
        ("nameserver 192.0.2.1\nnameserver 2001:db8::1\n", ["192.0.2.1", "2001:db8::1"]),
        ("# comment\n; another\nsearch example.com\nnameserver\t192.0.2.1 # first\noptions edns0\n", ["192.0.2.1"]),
        ("nameserver fe80::1%eth0\n", ["fe80::1%eth0"]),
        ("nameserver\n", ["127.0.0.1"]),
        ("", ["127.0.0.1"]),
    ],
)
def test_the_systems_resolvers(text: str, hosts: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("etc") / "resolv.conf"
    path.write_text(text, encoding="utf-8")
    assert [server.host for server in system_resolvers(str(path))] == hosts


def test_without_resolv_conf_the_local_host_is_asked(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert [server.host for server in system_resolvers(str(tmp_path_factory.mktemp("etc") / "none"))] == ["127.0.0.1"]
