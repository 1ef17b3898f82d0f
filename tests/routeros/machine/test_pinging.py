"""Echo requests and TCP connections, in a network namespace."""

from __future__ import annotations

import socket

import pytest

from dns_update.routeros.machine import pinging
from dns_update.routeros.machine.pinging import can_connect, pings_answered
from dns_update.routeros.remarks import Failure


@pytest.mark.usefixtures("has_namespaces")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_host_that_is_there_answers_each_request(host: str) -> None:
    assert pings_answered(host, 2) == 2


@pytest.mark.usefixtures("has_namespaces")
def test_no_answer_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pinging, "_checksum", lambda _octets: 1)  # the kernel drops a request with a wrong one
    monkeypatch.setattr(pinging, "ANSWER_SECONDS", 0.05)
    real = socket.socket

    def raw_only(family: int, kind: int, protocol: int) -> socket.socket:
        if kind == socket.SOCK_DGRAM:
            raise PermissionError
        return real(family, kind, protocol)

    monkeypatch.setattr(socket, "socket", raw_only)
    assert pings_answered("127.0.0.1", 1) == 0


def test_a_name_that_does_not_exist_is_told() -> None:
    with pytest.raises(Failure, match="dns name does not exist"):
        pings_answered("a..b", 1)


def test_a_user_who_may_not_ping_is_told_how(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> socket.socket:
        raise PermissionError

    monkeypatch.setattr(socket, "socket", refused)
    with pytest.raises(Failure, match="ping_group_range"):
        pings_answered("127.0.0.1", 1)


def test_a_connection_shows_whether_a_port_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert can_connect("127.0.0.1", port, 5.0)
    assert not can_connect("127.0.0.1", port, 5.0)
    assert not can_connect("a..b", port, 5.0)
