"""`:resolve` from this machine: at a server, by the system, and what a router says when it fails."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from dns_update.routeros.machine.resolving import resolved as resolved_by
from dns_update.routeros.remarks import Failure
from dns_update.transport.blocking import BlockingTransport
from tests.support.command import access, given

if TYPE_CHECKING:
    from lab import NameServer


def resolved(name: str, server: str, kind: str) -> str:
    return resolved_by(name, server, kind, BlockingTransport())


@pytest.fixture
def name(bind: NameServer, unique_name: str) -> str:
    given(*access(bind), f"name={unique_name}", "address=192.0.2.7,2001:db8::7", "ttl=60")
    return f"{unique_name}.example.com"


@pytest.mark.parametrize(("kind", "address"), [("", "192.0.2.7"), ("ipv4", "192.0.2.7"), ("ipv6", "2001:db8::7")])
def test_a_server_is_asked_for_a_family(kind: str, address: str, bind: NameServer, name: str) -> None:
    assert resolved(name, f"{bind.host}:{bind.port}", kind) == address


def test_without_an_ipv4_address_the_ipv6_one_is_the_answer(bind: NameServer, unique_name: str) -> None:
    given(*access(bind), f"name={unique_name}", "address=2001:db8::7", "ttl=60")
    assert resolved(f"{unique_name}.example.com", f"{bind.host}:{bind.port}", "") == "2001:db8::7"


def test_an_alias_is_followed(bind: NameServer, name: str) -> None:
    given(*access(bind), f"name=alias-{name.partition('.')[0]}", "type=CNAME", f"value={name}", "ttl=60")
    assert resolved(f"alias-{name}", f"{bind.host}:{bind.port}", "") == "192.0.2.7"


@pytest.mark.parametrize(
    ("name", "server", "text"),
    [
        ("none.example.com", "{bind}", "failure: dns name does not exist"),
        ("example.com", "{bind}", "failure: dns name does not exist"),
        ("example.org", "{bind}", "failure: dns server failure"),
        ("example.com", "127.0.0.1:1", "failure: dns server failure"),
        ("example.com", "no..host", "invalid value for argument"),
        ("a..b", "{bind}", "invalid value for argument"),
        ("a..b", "", "failure: dns name does not exist"),
    ],
)
def test_a_failure_has_the_routers_text(name: str, server: str, text: str, bind: NameServer) -> None:
    with pytest.raises(Failure, match=text):
        resolved(name, server.format(bind=f"{bind.host}:{bind.port}"), "")


@pytest.mark.parametrize(
    ("number", "text"),
    [(socket.EAI_AGAIN, "failure: dns server failure"), (socket.EAI_NONAME, "failure: dns name does not exist")],
)
def test_the_system_s_failures_are_those_of_a_router(number: int, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(number, "no")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(Failure, match=text):
        resolved("example.com", "", "")


def test_the_system_is_asked_without_a_server() -> None:
    assert resolved("localhost", "", "ipv4") == "127.0.0.1"
