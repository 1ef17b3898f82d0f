"""Finding the zone of a name from answers that the lab's servers do not give."""

from collections.abc import Mapping
from typing import Any

import pytest

from dns_update.client import Client
from dns_update.client.discovery import system_resolvers
from dns_update.errors import MalformedMessage, NoResponse, PermissionDenied, UsageError, ZoneNotFound
from dns_update.exchange import Exchange, Policy, Reply, UnverifiedReply
from dns_update.message import Message
from dns_update.rr.record import Record
from dns_update.transport import Endpoint, Server
from dns_update.transport.memory import MemoryTransport, SentMessage
from dns_update.wire.codes import Flag, Opcode, Rcode, RRClass, RRType
from dns_update.wire.name import Name
from tests.client.replies import ADDRESS, SOA, ZONE, Answer, Scripted, record, reply, said, silent

SERVER = "192.0.2.53"


def zone_found(query: Answer, name: str = "home.example.com") -> str:
    script = Scripted(said(Rcode.NOERROR), query)
    client = Client(SERVER, transport=MemoryTransport(script))
    return str(client.set(name, ADDRESS, ttl=60, verify=False).zone)


def at_names(answers: Mapping[str, tuple[tuple[Record, ...], tuple[Record, ...]]]) -> Answer:
    """Return a script with an answer and authority section for each name; REFUSED for any other name."""

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
    assert "give the zone by zone" in caught.value.hint
    assert script.updates == []
    assert len(script.queries) <= 5


RESOLVER = Server("192.0.2.200")


def through_resolvers(
    *resolvers: Server, hosts: dict[str, tuple[str, ...]] | None = None, soa: Record = SOA, port: int = 53
) -> tuple[Client, MemoryTransport]:
    """Return a client without servers; each resolver knows the zone, except 192.0.2.201, which is silent."""

    def script(sent: SentMessage) -> tuple[bytes, ...]:
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
    with pytest.raises(NoResponse, match=r"No answer from ns\.example\.com") as caught:
        client.set("home.example.com", ADDRESS, ttl=60)
    assert caught.value.hint.startswith("the SOA record of example.com names it as the primary")
    assert "give servers with the primary" in caught.value.hint


def test_a_server_given_without_an_address_is_not_blamed_on_the_soa_record() -> None:
    client = Client("ns.example.com", transport=MemoryTransport(Scripted(silent, silent)))
    with pytest.raises(NoResponse) as caught:
        client.set("home.example.com", ADDRESS, ttl=60)
    assert caught.value.hint == "check servers"


class UnspeakableTransport(MemoryTransport):
    """Its resolver refuses the name, as Python's refuses labels of more than 63 characters."""

    def resolve(self, host: str) -> tuple[str, ...]:
        raise UnicodeError(f"label too long: {len(host)}")


def test_a_host_that_the_resolver_cannot_take_has_no_address() -> None:
    client = Client("ns.example.com", transport=UnspeakableTransport(Scripted(silent, silent)))
    with pytest.raises(NoResponse, match="its address cannot be found: label too long"):
        client.show("home", zone=ZONE)


@pytest.mark.parametrize("zone", [None, ZONE], ids=["zone-found", "zone-given"])
def test_a_zone_whose_soa_record_names_no_primary_tells_the_way_out(zone: Name | None) -> None:
    nameless = record("example.com", RRType.SOA, ". h.example.com. 1 2 3 4 5")
    client, transport = through_resolvers(RESOLVER, soa=nameless)
    with pytest.raises(ZoneNotFound, match=r"the SOA record of example\.com names no primary") as caught:
        client.set("home.example.com", ADDRESS, zone=zone, ttl=60)
    assert "give servers with the server" in caught.value.hint
    assert {str(sent.endpoint) for sent in transport.sent} == {str(RESOLVER)}


def test_a_zone_whose_soa_record_names_no_primary_is_updated_where_the_user_says() -> None:
    nameless = record("example.com", RRType.SOA, ". h.example.com. 1 2 3 4 5")
    assert zone_found(said(Rcode.NOERROR, authority=(nameless,))) == "example.com"


# A server that sends a malformed SOA record

MALFORMED = Record(ZONE, RRType.SOA, RRClass.IN, 3600, b"")


def asked_first(first: Answer, *servers: str, **arguments: Any) -> tuple[Client, list[str]]:  # noqa: ANN401
    """Return a client, and whom it asks: its first server, .53, gives this answer; .54 knows the zone."""
    asked: list[str] = []

    def script(sent: SentMessage) -> tuple[bytes, ...]:
        asked.append(str(sent.endpoint))
        request = Message.decode(sent.octets)
        if sent.endpoint.address == SERVER and request.opcode == Opcode.QUERY:
            octets = first(request)
            return () if octets is None else (octets,)
        return (reply(request, authority=(SOA,)),)

    hosts = {"ns.example.com": ("192.0.2.54",)}
    return Client(*servers, transport=MemoryTransport(script, hosts=hosts), **arguments), asked


def test_a_malformed_soa_record_is_that_servers_failure_and_it_is_named() -> None:
    client, _ = asked_first(said(Rcode.NOERROR, MALFORMED), SERVER)
    with pytest.raises(MalformedMessage, match=f"{SERVER} sent a malformed record") as caught:
        client.set("home.example.com", ADDRESS, ttl=60)
    assert (caught.value.server, caught.value.exit_status) == (SERVER, 9)


def test_behind_a_malformed_soa_record_the_next_server_is_asked() -> None:
    client, _ = asked_first(said(Rcode.NOERROR, MALFORMED), SERVER, "192.0.2.54")
    outcome = client.set("home.example.com", ADDRESS, ttl=60, verify=False)
    assert outcome.zone == ZONE
    assert [(type(failure), failure.server) for failure in outcome.failures] == [(MalformedMessage, SERVER)]


def test_behind_a_resolvers_malformed_soa_record_the_next_resolver_is_asked() -> None:
    resolvers = (Server(SERVER), Server("192.0.2.54"))
    client, asked = asked_first(said(Rcode.NOERROR, MALFORMED), resolvers=resolvers)
    assert client.set("home.example.com", ADDRESS, ttl=60, verify=False).zone == ZONE
    assert asked == [SERVER, "192.0.2.54", "192.0.2.54"]


# A silent server is waited for only once


def test_who_was_silent_when_asked_for_the_zone_is_not_asked_again() -> None:
    client, asked = asked_first(silent, SERVER, "192.0.2.54", policy=Policy(retries=2))
    outcome = client.set("home.example.com", ADDRESS, ttl=60, verify=False)
    assert asked == [SERVER, SERVER, SERVER, "192.0.2.54", "192.0.2.54"]
    assert [(type(failure), failure.server) for failure in outcome.failures] == [(NoResponse, SERVER)]


def test_all_silent_are_asked_once_and_told_once() -> None:
    silence = MemoryTransport(Scripted(silent, silent))
    client = Client(SERVER, "192.0.2.54", SERVER, transport=silence, policy=Policy(retries=0))
    with pytest.raises(NoResponse) as caught:
        client.set("home.example.com", ADDRESS, ttl=60)
    assert [str(sent.endpoint) for sent in silence.sent] == [SERVER, "192.0.2.54"]
    assert sorted([caught.value.server, *(failure.server for failure in caught.value.failures)]) == [
        SERVER,
        "192.0.2.54",
    ]


def test_a_silent_server_given_twice_is_told_once_beside_the_one_that_refused() -> None:
    def script(sent: SentMessage) -> tuple[bytes, ...]:
        silence = sent.endpoint.address == SERVER
        return () if silence else (reply(Message.decode(sent.octets), Rcode.REFUSED),)

    client = Client(SERVER, SERVER, "192.0.2.54", transport=MemoryTransport(script))
    with pytest.raises(PermissionDenied) as caught:
        client.set("home", ADDRESS, zone=ZONE, ttl=60)
    assert [failure.server for failure in caught.value.failures] == [SERVER]


def test_a_host_without_an_address_is_looked_for_once() -> None:
    client, _ = asked_first(silent, "nowhere.example.com", "192.0.2.54")
    outcome = client.set("home.example.com", ADDRESS, ttl=60, verify=False)
    assert [failure.server for failure in outcome.failures] == ["nowhere.example.com"]


def test_the_next_request_asks_a_silent_server_anew() -> None:
    client, asked = asked_first(silent, SERVER, "192.0.2.54", policy=Policy(retries=0))
    for _ in range(2):
        client.set("home.example.com", ADDRESS, ttl=60, verify=False)
    assert asked.count(SERVER) == 2


def test_all_resolvers_silent_is_no_answer() -> None:
    client, _ = through_resolvers(Server("192.0.2.201"))
    with pytest.raises(NoResponse, match=r"No answer from 192\.0\.2\.201"):
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
        ("nameserver fe80::1%2\noptions timeout:1 attempts:2 rotate\nnameserver ::1\n", ["fe80::1%2", "::1"]),
        ("nameserver ns.example.com\nnameserver 192.0.2.1\n", ["192.0.2.1"]),
        ("nameserver 192.0.2.256\nnameserver 192.0.2.1:53\nnameserver 192.0.2.2\n", ["192.0.2.2"]),
        ("nameserver fe80::1\nnameserver fe80::1%\nnameserver [::1]\nnameserver 192.0.2.2\n", ["192.0.2.2"]),
        ("nameserver @\nnameserver .\nnameserver 192.0.2.1%lo\nnameserver \ufffd\nnameserver ::2", ["::2"]),
        ("nameservers 192.0.2.1\n  nameserver 192.0.2.2 192.0.2.3\nNAMESERVER 192.0.2.4\n", ["192.0.2.2"]),
        ("nameserver ns.example.com\nnameserver 192.0.2.256\n", ["127.0.0.1"]),
        ("nameserver\n", ["127.0.0.1"]),
        ("options edns0\n", ["127.0.0.1"]),
        ("\n\n", ["127.0.0.1"]),
        ("", ["127.0.0.1"]),
    ],
)
def test_the_systems_resolvers(text: str, hosts: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("etc") / "resolv.conf"
    path.write_text(text, encoding="utf-8")
    assert [server.host for server in system_resolvers(str(path))] == hosts


def test_resolv_conf_need_not_be_utf_8(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("etc") / "resolv.conf"
    path.write_bytes(b"# \xe4\xf6\xfc\nnameserver \xff\nnameserver 192.0.2.1\n")
    assert [server.host for server in system_resolvers(str(path))] == ["192.0.2.1"]


def test_a_resolv_conf_that_cannot_be_read_is_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("etc")
    with pytest.raises(UsageError, match=f"cannot read {path}: Is a directory"):
        system_resolvers(str(path))


def test_without_resolv_conf_the_local_host_is_asked(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert [server.host for server in system_resolvers(str(tmp_path_factory.mktemp("etc") / "none"))] == ["127.0.0.1"]


def test_a_silent_resolver_is_called_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dns_update.client.discovery.system_resolvers", lambda: (Server("192.0.2.99"),))
    clients = {
        "it is the resolver of /etc/resolv.conf, asked which zone holds home.example.com; ": Client(
            transport=MemoryTransport(Scripted(silent, silent))
        ),
        "it is the resolver that was named, ": Client(
            resolvers=(Server("192.0.2.99"),), transport=MemoryTransport(Scripted(silent, silent))
        ),
    }
    for beginning, client in clients.items():
        with pytest.raises(NoResponse) as caught:
            client.set("home.example.com", ADDRESS, ttl=60)
        assert caught.value.server == "192.0.2.99"
        assert caught.value.hint.startswith(beginning)
        assert caught.value.hint.endswith("give the zone by zone and its primary by servers")


# Answers without an SOA record: the names above are queried


@pytest.mark.parametrize("rcode", [Rcode.NOERROR, Rcode.NXDOMAIN])
def test_a_negative_answer_without_a_soa_record_is_passed_by(rcode: int) -> None:
    def query(request: Message) -> bytes:
        is_apex = request.question[0].name == ZONE
        return reply(request, Rcode.NOERROR if is_apex else rcode, (SOA,) if is_apex else ())

    assert zone_found(query, "a.b.example.com") == "example.com"


def test_the_ns_records_of_a_resolvers_negative_answer_are_no_referral() -> None:
    """RFC 2308, section 2.2: a resolver may leave out the SOA record but not the NS records."""

    def script(sent: SentMessage) -> tuple[bytes, ...]:
        request = Message.decode(sent.octets)
        is_apex = request.question[0].name == ZONE
        message = Message(
            opcode=Opcode.QUERY,
            question=request.question,
            answer=(SOA,) if is_apex else (),
            authority=() if is_apex else (record("example.com", RRType.NS, "ns.example.com."),),
            flags=Flag.QR | Flag.RD | Flag.RA,
        )
        return (message.encode(request.message_id),)

    transport = MemoryTransport(script, hosts={"ns.example.com": ("192.0.2.1",)})
    with pytest.raises(ZoneNotFound, match="without authority"):
        Client(resolvers=(RESOLVER,), transport=transport).show("home.example.com")
    assert [str(sent.endpoint) for sent in transport.sent] == ["192.0.2.200", "192.0.2.200", "192.0.2.1"]


def test_a_referral_is_not_passed_by_for_the_zone_that_refers() -> None:
    def query(request: Message) -> bytes:
        if request.question[0].name == ZONE:
            return reply(request, answer=(SOA,))
        referral = Message(
            opcode=Opcode.QUERY,
            question=request.question,
            authority=(record("sub.example.com", RRType.NS, "ns.example.net."),),
            flags=Flag.QR,
        )
        return referral.encode(request.message_id)

    with pytest.raises(ZoneNotFound, match="refers to other servers"):
        zone_found(query, "home.sub.example.com")


# Names that are not usable primaries


@pytest.mark.parametrize(
    "primary",
    [
        "0x7f000042.",
        "0X7F.0.0.0x42.",
        "127.1.",
        "2130706433.",
        "0177.0.0.1.",
        "a.b.0x.",
        r"127\.0\.0\.1.",
        r"a\032b.x.",
    ],
)
def test_a_primary_that_is_no_host_name_gets_nothing(primary: str) -> None:
    soa = record("example.com", RRType.SOA, f"{primary} h.example.com. 1 2 3 4 5")
    client, transport = through_resolvers(RESOLVER, soa=soa, hosts={primary.removesuffix("."): ("127.0.0.66",)})
    with pytest.raises(ZoneNotFound, match="as the primary, which is not a host to send updates to") as caught:
        client.set("home.example.com", ADDRESS, ttl=60)
    assert "give servers with the server" in caught.value.hint
    assert {str(sent.endpoint) for sent in transport.sent} == {str(RESOLVER)}


@pytest.mark.parametrize("primary", ["prisoner.iana.org", "Blackhole.AS112.arpa"])
def test_a_primary_that_only_swallows_what_leaks_out_gets_nothing(primary: str) -> None:
    """A public resolver gives this answer for 192.168.0.0/16 (RFC 7534)."""
    soa = record("168.192.in-addr.arpa", RRType.SOA, f"{primary}. hostmaster.root-servers.org. 1 2 3 4 5")
    client, transport = through_resolvers(RESOLVER, soa=soa, hosts={primary: ("192.0.2.1",)})
    with pytest.raises(ZoneNotFound, match="not a host to send updates to"):
        client.set("9.1.168.192.in-addr.arpa", "home.example.com.", rrtype="PTR", ttl=60)
    assert {str(sent.endpoint) for sent in transport.sent} == {str(RESOLVER)}


@pytest.mark.parametrize("primary", ["ns", "ns-1.0x7f.example", "my_server.local", "1.2.3.x4", "xn--bcher-kva.example"])
def test_a_primary_that_is_a_host_name_gets_the_update(primary: str) -> None:
    soa = record("example.com", RRType.SOA, f"{primary}. h.example.com. 1 2 3 4 5")
    client, transport = through_resolvers(RESOLVER, soa=soa, hosts={primary: ("192.0.2.1",)})
    client.set("home.example.com", ADDRESS, ttl=60, verify=False)
    assert str(transport.sent[-1].endpoint) == "192.0.2.1"


# The whole takes a limited time


class SlowTransport(MemoryTransport):
    """Each answer takes 0.8 s."""

    def carry(self, exchange: Exchange, endpoint: Endpoint) -> Reply | UnverifiedReply:
        self.now += 0.8
        return super().carry(exchange, endpoint)


@pytest.mark.parametrize("is_alias", [True, False], ids=["aliases", "empty"])
def test_a_name_of_many_slow_labels_is_not_looked_for_without_end(*, is_alias: bool) -> None:
    name = f"{'a.' * 120}lan"

    def script(sent: SentMessage) -> tuple[bytes, ...]:
        request = Message.decode(sent.octets)
        asked = request.question[0].name
        return (reply(request, answer=(record(str(asked), RRType.CNAME, f"x.{asked}"),) if is_alias else ()),)

    transport = SlowTransport(script)
    with pytest.raises(ZoneNotFound, match=r"did not say within 12 s") as caught:
        Client(SERVER, "192.0.2.54", transport=transport).set(name, ADDRESS)
    assert "give the zone by zone" in caught.value.hint
    assert transport.now < 2 * (12 + 2)
    assert {str(sent.endpoint) for sent in transport.sent} == {SERVER, "192.0.2.54"}


def test_the_limit_in_time_is_none_for_a_few_labels_with_little_patience() -> None:
    def script(sent: SentMessage) -> tuple[bytes, ...]:
        request = Message.decode(sent.octets)
        return (reply(request, answer=(SOA,) if request.question[0].name == ZONE else ()),)

    client = Client(SERVER, transport=SlowTransport(script), policy=Policy(timeout=0.1, retries=0))
    assert client.set("a.b.c.example.com", ADDRESS, ttl=60, verify=False).zone == ZONE
