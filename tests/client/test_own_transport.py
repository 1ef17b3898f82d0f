"""Users' own transports: any object with the methods of a Transport or an AsyncTransport carries requests."""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from typing import TYPE_CHECKING

import pytest

from dns_update import AsyncClient, AsyncTransport, Client, NoResponse, Policy, Transport
from dns_update.transport.aio import AsyncioTransport
from dns_update.transport.blocking import BlockingTransport
from dns_update.transport.memory import MemoryTransport
from lab import NameServer, dig
from tests.client.servers import key_of

if TYPE_CHECKING:
    from dns_update import Endpoint
    from dns_update.exchange import Exchange, Reply, Transmission, UnverifiedReply

HOST = "ns.example.com"


class HomeMade:
    """UDP with only the standard library, and a resolver of one name."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.calls: list[str] = []
        self._address = address

    def carry(self, exchange: Exchange, endpoint: Endpoint) -> Reply | UnverifiedReply:
        self.calls.append("carry")
        while attempt := exchange.next(now=self.clock(), wall=int(time.time()), message_id=secrets.randbelow(1 << 16)):
            try:
                self._attempt(exchange, attempt, endpoint)
            except TimeoutError:
                continue
            except OSError as error:
                exchange.lost(str(error), "network-error")
        return exchange.settled

    def _attempt(self, exchange: Exchange, attempt: Transmission, endpoint: Endpoint) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
            connection.connect((endpoint.address, endpoint.port))
            connection.send(attempt.octets)
            while exchange.listening:
                connection.settimeout(attempt.deadline - self.clock())
                exchange.receive(connection.recv(65535), wall=int(time.time()))

    def resolve(self, host: str) -> tuple[str, ...]:
        self.calls.append(f"resolve {host}")
        if host != HOST:
            raise OSError(0, "no such host")
        return (self._address,)

    def pause(self, seconds: float) -> None:
        self.calls.append(f"pause {seconds}")

    def clock(self) -> float:
        return time.monotonic()

    def keep_open(self) -> None:
        self.calls.append("keep_open")

    def close(self) -> None:
        self.calls.append("close")


class HomeMadeAsync:
    """The same in a thread, for asyncio."""

    def __init__(self) -> None:
        self.plain = HomeMade()

    async def carry(self, exchange: Exchange, endpoint: Endpoint) -> Reply | UnverifiedReply:
        return await asyncio.to_thread(self.plain.carry, exchange, endpoint)

    async def resolve(self, host: str) -> tuple[str, ...]:
        return self.plain.resolve(host)

    async def pause(self, seconds: float) -> None:
        self.plain.pause(seconds)

    def clock(self) -> float:
        return self.plain.clock()

    def keep_open(self) -> None:
        self.plain.keep_open()

    def close(self) -> None:
        self.plain.close()


def test_a_client_uses_it_for_all_that_it_needs(bind: NameServer, unique_name: str) -> None:
    transport = HomeMade()
    with Client(HOST, port=bind.port, key=key_of(bind.keys[0]), transport=transport) as client:
        outcome = client.set(unique_name, "192.0.2.1", zone="example.com", ttl=60)
    assert outcome.verified
    assert dig(bind, f"{unique_name}.example.com", "A")
    assert transport.calls == ["keep_open", f"resolve {HOST}", "carry", "carry", "close"]


def test_an_async_client_does_so_too(bind: NameServer, unique_name: str) -> None:
    transport = HomeMadeAsync()

    async def work() -> None:
        async with AsyncClient(HOST, port=bind.port, key=key_of(bind.keys[0]), transport=transport) as client:
            await client.set(unique_name, "192.0.2.1", zone="example.com", ttl=60)

    asyncio.run(work())
    assert dig(bind, f"{unique_name}.example.com", "A")
    assert transport.plain.calls == ["keep_open", f"resolve {HOST}", "carry", "carry", "close"]


def test_what_its_network_does_is_the_clients_error() -> None:
    client = Client("203.0.113.1", policy=Policy(0.01, 0), transport=Unreachable())
    with pytest.raises(
        NoResponse, match=r"No answer from 203\.0\.113\.1: no way to 203\.0\.113\.1 by udp \(1 try by UDP"
    ):
        client.show("home", zone="example.com")
    client = Client("ns.elsewhere.example", transport=HomeMade())
    with pytest.raises(NoResponse, match="its address cannot be found: no such host"):
        client.show("home", zone="example.com")


class Unreachable(HomeMade):
    """A network that no message can pass."""

    def _attempt(self, exchange: Exchange, attempt: Transmission, endpoint: Endpoint) -> None:
        assert exchange.listening
        raise OSError(f"no way to {endpoint.address} by {attempt.transport}")


def test_those_of_the_package_fit() -> None:
    blocking: list[Transport] = [BlockingTransport(), MemoryTransport(lambda _sent: []), HomeMade()]  # mypy checks it
    within_a_loop: list[AsyncTransport] = [AsyncioTransport(), HomeMadeAsync()]
    for protocol, transports in ((Transport, blocking), (AsyncTransport, within_a_loop)):
        methods = [name for name in vars(protocol) if not name.startswith("_")]
        assert len(methods) == 6
        for transport in transports:
            assert all(callable(getattr(transport, name)) for name in methods)
