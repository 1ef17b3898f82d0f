"""Name servers that answer with the asker's address: PowerDNS's `who`, and those that answer wrongly."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest

from dns_update.address import Resolver, find_addresses
from dns_update.address.resolver import SERVICES, AddressService, addresses_of_resolver
from dns_update.errors import NoAddress
from dns_update.message import Message
from dns_update.rr.record import Record
from dns_update.transport import Endpoint, Server
from dns_update.wire.codes import Flag, Rcode, RRClass, RRType
from dns_update.wire.name import Name
from lab import Namespace, PowerDns, Zone
from tests.address.inside import inside
from tests.address.world import found, machine_and_outside
from tests.support.peer import Silent, closed_port

ME = Name.from_text("me.example.com")
WHO = '"who:toString()"'
ZONES = (
    Zone("opendns.com", records=f"myip LUA A {WHO}\nmyip LUA AAAA {WHO}"),
    Zone("l.google.com", records=f"o-o.myaddr LUA TXT {WHO}"),
    Zone(
        "example.com",
        records=f"me LUA A {WHO}\nme LUA AAAA {WHO}\nme-too LUA TXT {WHO}\nalias CNAME me\n"
        "two A 1.2.3.4\ntwo A 1.2.3.5\nones A 1.2.3.4\nempty TXT x\nother A 1.2.3.4",
    ),
)
WELL_KNOWN = tuple(address for service in SERVICES for address in service.addresses)


def power_dns(directory: Path, namespace: Namespace, *zones: Zone) -> PowerDns:
    options = "local-address=0.0.0.0, ::\nenable-lua-records=yes"
    return PowerDns(directory, zones=zones, namespace=namespace, port=53, options=options)


@pytest.fixture(scope="module")
def machine(has_namespaces: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Namespace]:  # noqa: ARG001
    """Return a namespace with all the well-known servers outside of it, as far as PowerDNS can play them."""
    directory = tmp_path_factory.mktemp("outside")
    with machine_and_outside(*WELL_KNOWN) as (namespace, outside), power_dns(directory, outside, *ZONES):
        yield namespace


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("dns:", ["9.8.7.6", "2600:9::6"]),
        ("dns:/ipv4", ["9.8.7.6"]),
        ("dns:/ipv6", ["2600:9::6"]),
        ("dns:me.example.com@9.8.7.1", ["9.8.7.6"]),
        ("dns:me.example.com@2600:9::1", ["2600:9::6"]),
        ("dns:me.example.com@[2600:9::1]:53/ipv6", ["2600:9::6"]),
        ("dns:me-too.example.com@9.8.7.1/txt", ["9.8.7.6"]),
        ("dns:me-too.example.com@2600:9::1/txt", ["2600:9::6"]),
        ("dns:alias.example.com@9.8.7.1", ["9.8.7.6"]),
    ],
)
def test_a_server_that_knows_the_asker_is_asked(machine: Namespace, text: str, addresses: list[str]) -> None:
    assert found(machine, text) == addresses


@pytest.mark.parametrize("zone", ZONES[:2], ids=["OpenDNS", "Google"])
@pytest.mark.parametrize(("text", "address"), [("dns:/ipv4", "9.8.7.6"), ("dns:/ipv6", "2600:9::6")])
def test_one_of_the_well_known_servers_is_enough(
    has_namespaces: None,  # noqa: ARG001 - it skips
    zone: Zone,
    text: str,
    address: str,
    tmp_path: Path,
) -> None:
    with machine_and_outside(*WELL_KNOWN) as (namespace, outside), power_dns(tmp_path, outside, zone):
        assert found(namespace, text) == [address]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("dns:two.example.com@9.8.7.1", "the answer has 2 such records"),
        ("dns:empty.example.com@9.8.7.1", "the answer has 0 such records"),
        ("dns:empty.example.com@9.8.7.1/txt", "the answer is not an IPv4 address"),
        ("dns:none.example.com@9.8.7.1", "the answer is NXDOMAIN"),
        ("dns:me.example.net@9.8.7.1", "the answer is REFUSED"),
    ],
)
def test_what_is_no_single_address_is_refused(machine: Namespace, text: str, reason: str) -> None:
    with pytest.raises(NoAddress) as caught:
        found(machine, text)
    source = text.removesuffix("/txt")
    assert caught.value.text == f"{source} gave no address: over IPv4: {reason} (9.8.7.1)"


def test_without_a_network_each_family_has_its_reason(namespace: Namespace) -> None:
    with pytest.raises(NoAddress) as caught:
        found(namespace, "dns:")
    ipv4, ipv6 = (", ".join(service.addresses[family] for service in SERVICES) for family in (0, 1))
    unreachable = "network is unreachable"
    assert caught.value.text == (
        f"dns: gave no address: over IPv4: {unreachable} ({ipv4}); over IPv6: {unreachable} ({ipv6})"
    )


def test_a_server_without_addresses_of_a_family_cannot_be_asked_over_it(machine: Namespace) -> None:
    with pytest.raises(NoAddress) as caught:
        inside(machine, lambda: addresses_of_resolver(Resolver(ME, Server("localhost", closed_port()), octets=4)))
    assert "port unreachable: nothing listens there (127.0.0.1:1)" in caught.value.text
    with pytest.raises(NoAddress) as caught:
        addresses_of_resolver(Resolver(ME, Server("none.invalid")))
    assert caught.value.text.startswith("dns:me.example.com@none.invalid gave no address: over IPv4: none.invalid: ")


class Answering:
    """A name server with a test's answers; it listens on one family, at a port of its own."""

    def __init__(self, *answers: Callable[[Message], Message]) -> None:
        self.asked: list[Message] = []
        self.ports: set[int] = set()
        self._answers = answers
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    @property
    def port(self) -> int:
        number: int = self._socket.getsockname()[1]
        return number

    @property
    def source(self) -> Resolver:
        return Resolver(ME, Server("127.0.0.1", self.port), octets=4)

    def _run(self) -> None:
        while octets := (came := self._socket.recvfrom(65535))[0]:
            query = Message.decode(octets)
            self.asked.append(query)
            self.ports.add(came[1][1])
            for answer in self._answers:
                self._socket.sendto(answer(query).encode(), came[1])


def answer(
    *rdata: bytes,
    rrtype: int = RRType.A,
    rrclass: int = RRClass.IN,
    rcode: int = Rcode.NOERROR,
    flags: int = 0,
    forged: bool = False,
) -> Callable[[Message], Message]:
    """Return a function that answers with these records; if forged, with another ID."""

    def made(query: Message) -> Message:
        return Message(
            opcode=query.opcode,
            question=query.question,
            answer=tuple(Record(query.question[0].name, rrtype, rrclass, 0, one) for one in rdata),
            flags=Flag.QR | flags,
            rcode=rcode,
            message_id=query.message_id ^ forged,
        )

    return made


def test_an_answer_with_another_id_is_passed_over() -> None:
    with Answering(answer(b"\6\6\6\6", forged=True), answer(b"\1\2\3\4")) as server:
        assert find_addresses([server.source], allow_private=False, log=pytest.fail) == (b"\1\2\3\4",)


def test_each_question_has_an_id_and_a_port_of_its_own() -> None:
    with Answering(answer(b"\1\2\3\4")) as server:
        for _ in range(8):
            addresses_of_resolver(server.source)
    assert len({query.message_id for query in server.asked}) > 1
    assert len(server.ports) > 1
    assert {query.flags for query in server.asked} == {Flag.RD}


def test_an_address_of_the_wrong_length_is_none() -> None:
    with Answering(answer(b"\1\2\3")) as server, pytest.raises(NoAddress, match="the answer is not an IPv4 address"):
        addresses_of_resolver(server.source)


def test_the_error_of_a_server_is_said() -> None:
    with Answering(answer(rcode=Rcode.SERVFAIL)) as server, pytest.raises(NoAddress, match="the answer is SERVFAIL"):
        addresses_of_resolver(server.source)


def test_a_private_address_is_refused_as_from_every_source() -> None:
    with Answering(answer(b"\x0a\0\0\1")) as server, pytest.raises(NoAddress, match=r"10\.0\.0\.1 \(private-use\)"):
        find_addresses([server.source], allow_private=False, log=pytest.fail)


def test_a_silent_server_is_asked_again_and_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dns_update.address.resolver._SECONDS", 0.05)
    with Silent() as peer, pytest.raises(NoAddress) as caught:
        addresses_of_resolver(Resolver(ME, Server("127.0.0.1", peer.port), octets=4))
    assert f"no answer in time (127.0.0.1:{peer.port})" in caught.value.text


def ask_instead_of(service: AddressService, server: Answering, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Ask this server as a well-known service is asked."""
    monkeypatch.setattr("dns_update.address.resolver.SERVICES", (service,))
    monkeypatch.setattr("dns_update.address.resolver._endpoints", lambda *_: [Endpoint("127.0.0.1", server.port)])
    addresses = addresses_of_resolver(Resolver(octets=4))
    assert server.asked[0].question[0].name == service.name
    return addresses


TEXT = b"\x071.2.3.4"


def test_an_answer_that_came_through_another_resolver_has_that_ones_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some networks redirect all traffic to port 53; Google's service would then see the redirecting resolver."""
    google = SERVICES[-1]
    with Answering(answer(TEXT, rrtype=RRType.TXT, flags=Flag.AA)) as server:
        assert ask_instead_of(google, server, monkeypatch) == [b"\1\2\3\4"]
    with (
        Answering(answer(TEXT, rrtype=RRType.TXT, flags=Flag.RA)) as server,
        pytest.raises(NoAddress, match="the answer is another resolver's"),
    ):
        ask_instead_of(google, server, monkeypatch)


def test_a_mapped_address_in_a_text_is_the_ipv4_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with Answering(answer(b"\x0e::ffff:1.2.3.4", rrtype=RRType.TXT, rrclass=RRClass.CH)) as server:
        assert ask_instead_of(SERVICES[0], server, monkeypatch) == [b"\1\2\3\4"]


def test_cloudflares_question_is_of_class_ch(monkeypatch: pytest.MonkeyPatch) -> None:
    with Answering(answer(TEXT, rrtype=RRType.TXT, rrclass=RRClass.CH)) as server:
        assert ask_instead_of(SERVICES[0], server, monkeypatch) == [b"\1\2\3\4"]
    question = server.asked[0].question[0]
    assert (str(question.name), question.rrtype, question.rrclass) == ("whoami.cloudflare", RRType.TXT, RRClass.CH)


@pytest.mark.parametrize("text", [b"", b"\x08" + TEXT[1:], TEXT + b"\x01x", b"\x06banana", b"\x04\xff\xff\xff\xff"])
def test_a_text_that_is_no_address_alone_is_none(text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        Answering(answer(text, rrtype=RRType.TXT, rrclass=RRClass.CH)) as server,
        pytest.raises(NoAddress, match="the answer is not an IPv4 address"),
    ):
        ask_instead_of(SERVICES[0], server, monkeypatch)
