"""Wrong arguments: a wrong type is a UsageError of one clear line, and nothing is sent."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from dns_update import AsyncClient, Client, Endpoint, Key, Name, Policy, Server, Update, UsageError
from dns_update.transport.memory import MemoryTransport
from tests.client.servers import key_of

if TYPE_CHECKING:
    from dns_update.client.transaction import Transaction
    from lab import NameServer

Act = Callable[[], object]
UPDATE: Any = Update("example.com")
KIND: dict[str, Any] = {
    kind.__name__: kind for kind in (Client, AsyncClient, Endpoint, Key, Name, Policy, Server, Update)
}


def told(act: Act, says: str) -> UsageError:
    with pytest.raises(UsageError, match=re.escape(says)) as caught:
        act()
    assert "\n" not in str(caught.value)
    return caught.value


# Values made of others

WRONG: list[tuple[Act, str]] = [
    (lambda: KIND["Update"](5), "a domain name is a Name or a text, not int"),
    (lambda: KIND["Update"](b"example.com"), "a domain name is a Name or a text, not bytes"),
    (lambda: KIND["Update"](None), "a domain name is a Name or a text, not NoneType"),
    (lambda: Update("@"), "'@' is not a zone name here"),
    (lambda: KIND["Update"]("a", changes=[1]), "changes are a tuple of Records"),
    (lambda: KIND["Update"]("a", changes=(1,)), "changes are a tuple of Records"),
    (lambda: KIND["Update"]("a", changes=[]), "changes are a tuple of Records"),
    (lambda: KIND["Update"]("a", prerequisites=(1,)), "prerequisites are a tuple of Records"),
    (lambda: KIND["Update"]("a", rrclass=1.0), "a class is a number or a mnemonic, not float"),
    (lambda: Update("a", rrclass="ANY"), "ANY is not the class of a zone"),
    (lambda: Update("a", rrclass="XX"), "unknown class 'XX'"),
    (lambda: UPDATE.add(5, 5, "A", "192.0.2.1"), "a domain name is a Name or a text, not int"),
    (lambda: UPDATE.add("a", 5, "A", 5), "a value is a text or octets, not int"),
    (lambda: UPDATE.add("a", 5, "TXT", ipaddress.ip_address("3.65.66.67")), "a value is a text or octets"),
    (lambda: UPDATE.add("a", 5, None, "192.0.2.1"), "a type is a number or a mnemonic, not NoneType"),
    (lambda: UPDATE.delete_rrset("a", 1.5), "a type is a number or a mnemonic, not float"),
    (lambda: UPDATE.delete_name(b"a"), "a domain name is a Name or a text, not bytes"),
    (lambda: UPDATE.require_rrset("a", b"A"), "a type is a number or a mnemonic, not bytes"),
    (lambda: KIND["Policy"](1, 1.5), "retries is a whole number, not float"),
    (lambda: KIND["Policy"](1, "3"), "retries is a whole number, not str"),
    (lambda: KIND["Policy"]("3"), "a timeout is a number of seconds, not str"),
    (lambda: KIND["Policy"](None), "a timeout is a number of seconds, not NoneType"),
    (lambda: KIND["Policy"](transport=5), "'5' is not a transport"),
    (lambda: Endpoint("192.0.2.1", 0), "0 is not a port"),
    (lambda: Endpoint("x"), "'x' is not an IPv4 address"),
    (lambda: KIND["Endpoint"](5), "an address is a text, not int"),
    (lambda: KIND["Endpoint"]("192.0.2.1", "53"), "a port is a number, not str"),
    (lambda: KIND["Server"](5), "a host is a text, not int"),
    (lambda: KIND["Server"]("ns", None), "a port is a number, not NoneType"),
    (lambda: KIND["Server"].from_text(5), "a server is read from a text, not from int"),
    (lambda: KIND["Name"].from_text(5), "a domain name is a Name or a text, not int"),
    (lambda: KIND["Key"]("a", b"x", "hmac-sha256", reading=5), "a secret is read as base64 or text"),
    (lambda: KIND["Key"]("a", b"x", "hmac-sha256", other_reading=5), "the other reading is a Key, not int"),
    (lambda: KIND["Key"]("a", b"x", "hmac-sha256", predecessor="b"), "the predecessor is a Key, not str"),
    (lambda: KIND["Key"].from_file(5), "the key file is a path, not int"),
    (lambda: KIND["Key"].from_file(None), "the key file is a path, not NoneType"),
    (lambda: KIND["Key"].from_secret("a", "x", algorithm=5), "a key's algorithm is an Algorithm or a text"),
]


@pytest.mark.parametrize(("act", "says"), WRONG, ids=range(len(WRONG)))
def test_a_value_is_not_made_of_what_it_cannot_be(act: Act, says: str) -> None:
    told(act, says)


# Clients


@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"key": "abc"}, "key is a Key, not str"),
        ({"policy": {}}, "policy is a Policy, not dict"),
        ({"port": "53"}, "a port is a number, not str"),
        ({"resolvers": "127.0.0.1"}, "resolvers is a tuple of Servers"),
        ({"resolvers": ("127.0.0.1",)}, "resolvers is a tuple of Servers"),
        ({"resolvers": 5}, "resolvers is a tuple of Servers"),
        ({"local_address": 5}, "an address is a text, not int"),
        ({"local_address": "eth0"}, "'eth0' is not an IPv4 address"),
        ({"transport": "tcp"}, "transport is an object that carries messages, not str"),
        ({"log": "yes"}, "log is called with lines, and str cannot be called"),
    ],
    ids=str,
)
def test_a_client_is_not_made_of_what_it_cannot_be(kind: str, arguments: dict[str, Any], says: str) -> None:
    told(lambda: KIND[kind]("192.0.2.1", **arguments), says)


SENT: list[tuple[Callable[[Any], object], str]] = [
    (lambda client: client.set(5, "192.0.2.1", zone="example.com"), "a domain name is a Name or a text, not int"),
    (lambda client: client.set(5, "192.0.2.1"), "a domain name is a Name or a text, not int"),
    (lambda client: client.set("a", "192.0.2.1", zone=b"example.com"), "a domain name is a Name or a text, not bytes"),
    (lambda client: client.set("a", "192.0.2.1", zone="@"), "'@' is not a zone name here"),
    (lambda client: client.set("a", "192.0.2.1", zone="example.com", rrclass=b"IN"), "a class is a number or"),
    (lambda client: client.set("a", "x", zone="example.com", rrtype=1.5), "a type is a number or a mnemonic"),
    (lambda client: client.set("a", "x", zone="example.com", rrtype=255), "there are no RRsets of type ANY in a zone"),
    (lambda client: client.delete("a", zone="example.com", rrtype="ANY"), "there are no RRsets of type ANY in a zone"),
    (lambda client: client.delete("a.example.com", rrtype="ANY"), "there are no RRsets of type ANY in a zone"),
    (lambda client: client.show("a", "AXFR", zone="example.com"), "there are no RRsets of type AXFR in a zone"),
    (lambda client: client.show("a", 41, zone="example.com"), "there are no RRsets of type OPT in a zone"),
    (lambda client: client.show("a", 1.5, zone="example.com"), "a type is a number or a mnemonic, not float"),
]


@pytest.mark.parametrize(("act", "says"), SENT, ids=range(len(SENT)))
def test_a_request_for_what_cannot_be_is_not_sent(act: Callable[[Any], object], says: str) -> None:
    transport = MemoryTransport(lambda _sent: "nobody is to be asked")
    told(lambda: act(Client("192.0.2.1", transport=transport)), says)
    assert not transport.sent


@pytest.mark.parametrize(
    "act",
    [
        lambda client: client.set("a", ["192.0.2.1", "192.0.2.2"], zone="example.com"),
        lambda client: client.set("a", {"192.0.2.1"}, zone="example.com"),
        lambda client: client.set("a", ("x", "y"), rrtype="TXT", zone="example.com"),
        lambda client: client.delete("a", ["192.0.2.1"], zone="example.com"),
        lambda client: client.show("a", ["A", "AAAA"], zone="example.com"),
        lambda _client: UPDATE.add("a", 5, "A", ["192.0.2.1"]),
    ],
)
def test_who_gives_a_list_is_told_to_give_several_arguments(act: Callable[[Any], object]) -> None:
    transport = MemoryTransport(lambda _sent: "nobody is to be asked")
    error = told(lambda: act(Client("192.0.2.1", transport=transport)), ", not ")
    assert error.hint == "give several as arguments of their own: *values"


# What is accepted


def test_a_class_may_be_a_mnemonic(bind: NameServer, unique_name: str) -> None:
    client = Client(f"{bind.host}:{bind.port}", key=key_of(bind.keys[0]))
    outcome = client.set(unique_name, "192.0.2.1", zone="example.com", rrclass="in", ttl=60)
    assert [record.rrclass for record in outcome.after or ()] == [1]
    assert client.show(unique_name, zone="example.com", rrclass="IN").after == outcome.after
    assert Update("example.com", rrclass="CH").rrclass == 3


def test_addresses_of_the_standard_library_can_be_added_and_deleted(bind: NameServer, unique_name: str) -> None:
    addresses = (ipaddress.IPv4Address("192.0.2.7"), ipaddress.IPv6Address("2001:db8::7"))
    client = Client(f"{bind.host}:{bind.port}", key=key_of(bind.keys[0]))
    update = (
        Update("example.com").add(unique_name, 60, "A", addresses[0]).replace(unique_name, 60, "AAAA", addresses[1])
    )
    client.send(update)
    shown = client.show(unique_name, zone="example.com").after or ()
    assert {record.rdata for record in shown} == {address.packed for address in addresses}
    client.send(update.require_rrset_equal(unique_name, "A", addresses[0]).delete(unique_name, "A", addresses[0]))
    assert client.delete(unique_name, *addresses, zone="example.com").after == ()


def test_an_address_of_one_version_is_none_of_the_other() -> None:
    told(lambda: UPDATE.add("a", 5, "A", ipaddress.ip_address("::1")), "A rdata has 4 octets, not 16")


def test_a_result_of_any_kind_comes_out_of_a_request() -> None:
    async def request(_dialogue: Transaction) -> int:
        return 5

    assert Client("192.0.2.1").run(request) == 5
    assert asyncio.run(AsyncClient("192.0.2.1").run(request)) == 5
