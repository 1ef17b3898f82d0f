"""The public face, and Client as a context manager."""

import subprocess
import sys

import pytest

import dns_update
from dns_update import Client, Key, Outcome, Update, errors
from lab import NameServer
from tests.client.servers import key_of
from tests.support.peer import Relay


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
