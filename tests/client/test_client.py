"""The public names, and Client as a context manager."""

import base64
import ipaddress
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dns_update
from dns_update import (
    AsyncClient,
    Client,
    InvalidText,
    Key,
    Name,
    Outcome,
    PermissionDenied,
    Policy,
    Update,
    UsageError,
    errors,
)
from dns_update.transport.memory import MemoryTransport
from lab import Bind, LabKey, NameServer
from tests.client.servers import key_of
from tests.support.peer import Relay, Silent


def requests(client: Client, label: str) -> Outcome:
    client.send(Update("example.com").delete_name(label).add(label, 300, "TXT", "hello"))
    return client.set(f"{label}.example.com", "203.0.113.45", zone="example.com", ttl=300, verify=False)


def test_within_a_context_a_signed_client_keeps_its_socket(bind: NameServer, unique_name: str) -> None:
    with Relay(bind) as relay:
        with Client(relay.address, key=key_of(bind.keys[0])) as client:
            requests(client, unique_name)
        assert len(relay.client_ports) == 2
        assert len(set(relay.client_ports)) == 1


def test_without_a_context_each_message_has_a_port_of_its_own(bind: NameServer, unique_name: str) -> None:
    with Relay(bind) as relay:
        requests(Client(relay.address, key=key_of(bind.keys[0])), unique_name)
        assert len(set(relay.client_ports)) == 2


def test_an_unsigned_client_never_keeps_its_socket(bind: NameServer) -> None:
    with Relay(bind) as relay, Client(relay.address) as client:
        client.show("ns", "A", "AAAA", zone="example.com")
        assert len(set(relay.client_ports)) == 2


def test_a_client_can_be_used_after_it_was_closed(bind: NameServer, unique_name: str) -> None:
    client = Client(f"{bind.host}:{bind.port}", key=key_of(bind.keys[0]))
    with client:
        requests(client, unique_name)
    requests(client, unique_name)


def test_every_error_is_exported() -> None:
    tree = [name for name, value in vars(errors).items() if isinstance(value, type)]
    assert {name for name in tree if not hasattr(dns_update, name)} == set()


def test_every_name_that_is_listed_is_there() -> None:
    public = [name for name in dir(dns_update) if not name.startswith("_")]
    assert {"AsyncClient", "Client", "Key", "Outcome", "Update"} <= set(public)
    for name in public:
        getattr(dns_update, name)


def test_the_package_lists_its_public_names_and_no_other() -> None:
    listed = dir(dns_update)
    assert listed == sorted(listed)
    assert [name for name in listed if name.startswith("_")] == ["__version__"]
    assert not {"TYPE_CHECKING", "annotations", "client", "errors"} & set(listed)
    assert all(isinstance(getattr(dns_update, name), type) for name in listed if name != "__version__")


def test_an_import_of_everything_brings_the_public_names() -> None:
    imported: dict[str, object] = {}
    exec("from dns_update import *", imported)  # noqa: S102 - a star is allowed nowhere else
    assert sorted(name for name in imported if not name.startswith("__")) == sorted(dns_update.__all__)
    assert sorted([*dns_update.__all__, "__version__"]) == dir(dns_update)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        dns_update.no_such_name  # noqa: B018


def test_importing_the_package_loads_nothing_else() -> None:
    check = "import sys, dns_update; print([m for m in sys.modules if m.startswith('dns_update.')])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_international_names_are_sent_in_their_ascii_form(bind: NameServer) -> None:
    client = Client(f"{bind.host}:{bind.port}", key=key_of(bind.keys[0]))
    outcome = client.set("Bücher.例え", "192.0.2.1", zone="example.com", ttl=60)
    assert str(outcome.name) == "xn--bcher-kva.xn--r8jz45g.example.com"


def test_a_key_says_nothing_of_its_secret() -> None:
    assert "c2VjcmV0" not in repr(Key.from_secret("ddns-key", "c2VjcmV0", "hmac-sha256"))


# Names as values


@pytest.mark.parametrize("zone", ["example.com", Name.from_text("example.com"), None], ids=["text", "Name", "none"])
def test_a_name_may_be_a_value_with_and_without_a_zone(
    zone: Name | str | None, bind: NameServer, unique_name: str
) -> None:
    client = Client(f"{bind.host}:{bind.port}", key=key_of(bind.keys[0]))
    name = Name.from_text(f"{unique_name}.example.com")
    assert client.set(name, "192.0.2.1", zone=zone, ttl=60).name == name
    shown = client.show(name, zone=zone)
    assert [record.data_text() for record in shown.after or ()] == ["192.0.2.1"]
    assert client.delete(name, zone=zone).after == ()


@pytest.mark.parametrize("name", ["home", "home.example.org"])
def test_a_name_as_a_value_is_a_full_one(name: str) -> None:
    with Silent() as peer:
        client = Client(peer.address)
        for act in (client.set, client.delete, client.show):
            arguments = ["192.0.2.1"] if act == client.set else []
            with pytest.raises(UsageError, match=f"{name} is not in example.com"):
                act(Name.from_text(name), *arguments, zone="example.com")
        assert peer.is_untouched


def test_a_name_as_a_value_of_one_label_says_too_little_without_a_zone() -> None:
    with Silent() as peer:
        with pytest.raises(UsageError, match="'home' is not a full name"):
            Client(peer.address).show(Name.from_text("home"))
        assert peer.is_untouched


# The address to send from


@pytest.mark.parametrize("own", ["127.0.0.1", "127.0.0.2"])
def test_messages_leave_from_the_local_address(own: str, bind: NameServer, unique_name: str) -> None:
    with Relay(bind) as relay:
        requests(Client(relay.address, key=key_of(bind.keys[0]), local_address=own), unique_name)
        assert set(relay.clients) == {own}


@pytest.mark.parametrize("client", [Client, AsyncClient])
@pytest.mark.parametrize("address", ["192.0.2.200", "2001:db8::200"])
def test_a_local_address_that_is_not_ours_is_refused(client: type[Client | AsyncClient], address: str) -> None:
    with pytest.raises(UsageError, match=f"cannot send from {address}") as caught:
        client("127.0.0.1", local_address=address)
    assert "this machine" in caught.value.hint


# Wrong arguments are reported before anything is sent

WRONG: list[tuple[Callable[[Client], object], str]] = [
    (lambda client: client.set("home", zone="example.com"), "no value is given"),
    (lambda client: client.set("home", rrtype="TXT", zone="example.com"), "no value is given"),
    (
        lambda client: client.set("home", "192.0.2.1", zone="example.com", require="exists"),  # type: ignore[arg-type]
        "require cannot be 'exists'",
    ),
    (
        lambda client: client.delete("home", zone="example.com", require="exist"),  # type: ignore[arg-type]
        "require cannot be 'exist'",
    ),
    (
        lambda client: client.delete("home", zone="example.com", require="absent"),  # type: ignore[arg-type]
        "records that must be absent cannot be deleted",
    ),
    (lambda client: client.delete("@", zone="example.com"), "would remove every record at example.com"),
    (lambda client: client.set("home", b"x", rrtype=0, zone="example.com"), "0 is not a record type"),
    (lambda client: client.set("home", b"x", rrtype=70000, zone="example.com"), "70000 is not a record type"),
    (lambda client: client.set("home", b"x", rrtype=-1, zone="example.com"), "-1 is not a record type"),
    (lambda client: client.delete("home", rrtype=70000, zone="example.com"), "70000 is not a record type"),
    (lambda client: client.show("home", 0, zone="example.com"), "0 is not a record type"),
    (lambda client: client.show("home", "A", 70000, zone="example.com"), "70000 is not a record type"),
    (lambda client: client.set("home", "x", rrtype="TXTT", zone="example.com"), "unknown record type 'TXTT'"),
    (lambda client: client.set("home", b"x", rrtype="ANY", zone="example.com"), "no RRsets of type ANY in a zone"),
    (lambda client: client.set("home", b"x", rrtype=250, zone="example.com"), "no RRsets of type TSIG in a zone"),
    (lambda client: client.delete("home", rrtype="ANY", zone="example.com"), "no RRsets of type ANY in a zone"),
    (lambda client: client.set("home", b"abc", zone="example.com"), "an address has 4 or 16 octets, not 3"),
    (lambda client: client.set("home", "192.0.2.1", zone="example.com", ttl=-1), "the TTL -1 is not within"),
    (lambda client: client.set("home", "192.0.2.1", zone="example.com", ttl=2**31), "the TTL 2147483648 is not within"),
    *(
        (lambda client, c=rrclass: client.show("home", zone="example.com", rrclass=c), f"{rrclass} is not the class")
        for rrclass in (0, 254, 255, -1, 70000)
    ),
    *(
        (
            lambda client, t=rrtype, v=values: client.set("home", *v, rrtype=t, zone="example.com"),
            f"has one {rrtype} record",
        )
        for rrtype, values in {
            "CNAME": ("a.example.com.", "b.example.com."),
            "DNAME": ("a.example.com.", "b.example.com."),
            "SOA": ("a. b. 1 2 3 4 5", "a. b. 2 2 3 4 5"),
        }.items()
    ),
]


@pytest.mark.parametrize(("act", "says"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_argument_is_told_and_nothing_is_sent(act: Callable[[Client], object], says: str) -> None:
    with Silent() as peer:
        with pytest.raises(UsageError, match=re.escape(says)):
            act(Client(peer.address, policy=Policy(timeout=0.1, retries=0)))
        assert peer.is_untouched


def test_one_cname_given_twice_is_one(bind: NameServer, unique_name: str) -> None:
    client = Client(f"{bind.host}:{bind.port}", key=key_of(bind.keys[0]))
    outcome = client.set(unique_name, *["ns.example.com."] * 2, rrtype="CNAME", zone="example.com", ttl=60)
    assert len(outcome.after or ()) == 1


@pytest.mark.parametrize("client", [Client, AsyncClient])
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"port": 0}, "0 is not a port"),
        ({"port": 65536}, "65536 is not a port"),
        ({"port": 70000}, "70000 is not a port"),
        ({"port": -1}, "-1 is not a port"),
        ({"resolvers": ()}, "resolvers is empty"),
    ],
    ids=str,
)
def test_a_client_that_could_ask_nobody_is_refused(
    client: type[Client | AsyncClient], arguments: dict[str, Any], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        client("ns.example.com", **arguments)


@pytest.mark.parametrize("server", ["", ".", "ns:0", "fe80::1"])
def test_a_server_that_is_none_is_refused(server: str) -> None:
    with pytest.raises(InvalidText):
        Client("192.0.2.1", server)


# Notes and failures on the way


def test_an_error_keeps_what_was_found_out_before_it(tmp_path: Path) -> None:
    typed = "dGVzdC1zZWNyZXQtMTIz"  # Base64, but the server uses it as raw text
    key = LabKey("reader", "hmac-sha256", base64.b64encode(typed.encode()).decode())
    with Bind(tmp_path / "server", readonly_keys=[key], keys=[LabKey.generate()], listen_v6=False) as server:
        client = Client(f"{server.host}:{server.port}", key=Key.from_secret("reader", typed, "hmac-sha256"))
        with pytest.raises(PermissionDenied) as caught:
            client.set("home", "192.0.2.1", zone="example.com", ttl=60)
    (note,) = caught.value.notes
    assert 'encoding="text"' in note


def test_a_local_address_beside_a_transport_of_ones_own_is_refused() -> None:
    with pytest.raises(UsageError, match="local_address and transport are both given"):
        Client("192.0.2.1", local_address="127.0.0.1", transport=MemoryTransport(lambda _sent: []))


def test_a_wrong_ttl_is_told_before_anybody_is_asked() -> None:
    transport = MemoryTransport(lambda _sent: "nobody is to be asked")
    with pytest.raises(UsageError, match="the TTL -1 is not within"):
        Client("192.0.2.1", transport=transport).set("home.example.com", "192.0.2.5", ttl=-1)
    assert not transport.sent


def test_addresses_of_the_standard_library_are_addresses(bind: NameServer, unique_name: str) -> None:
    client = Client(f"{bind.host}:{bind.port}", key=key_of(bind.keys[0]))
    addresses = (ipaddress.ip_address("192.0.2.7"), ipaddress.ip_address("2001:db8::7"))
    outcome = client.set(unique_name, *addresses, zone="example.com", ttl=60)
    assert {record.rdata for record in outcome.after or ()} == {address.packed for address in addresses}


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda client: client.set("x", 5, zone="example.com"), "an address is a text, octets or"),
        (lambda client: client.set("x", b"123", zone="example.com", rrtype="A"), "A rdata has 4 octets, not 3"),
        (lambda client: client.set("x", 5, zone="example.com", rrtype="A"), "a value is a text or octets, not int"),
        (lambda client: client.set("x", "192.0.2.1", zone="example.com", ttl="5"), "a TTL is a number of seconds"),
        (lambda client: client.set("x", "192.0.2.1", zone="example.com", ttl=True), "a TTL is a number of seconds"),
        (lambda client: client.send(None), "an Update can be sent, not NoneType"),
        (lambda _client: Client(5), "a server is a Server or a text, not int"),  # type: ignore[arg-type]
        (lambda _client: Update("example.com").add("x", 5, "AAAA", b"1234"), "AAAA rdata has 16 octets, not 4"),
    ],
)
def test_a_value_of_the_wrong_type_is_told_before_anything_is_sent(call: Callable[[Any], object], says: str) -> None:
    transport = MemoryTransport(lambda _sent: "nobody is to be asked")
    with pytest.raises(UsageError, match=says):
        call(Client("192.0.2.1", transport=transport))
    assert not transport.sent
