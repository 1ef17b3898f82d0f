"""Peers that send without pause: every deadline still holds, and other work goes on."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
from typing import TYPE_CHECKING, Literal

import pytest

from dns_update import AsyncClient, Client, NoResponse, Policy
from dns_update.auth import Key
from dns_update.exchange import TCP, UDP, Exchange
from dns_update.transport import Endpoint
from dns_update.transport.aio import AsyncioTransport
from dns_update.transport.blocking import BlockingTransport
from dns_update.transport.pipeline import Pipeline
from dns_update.transport.udp import Datagrams
from dns_update.update import Update
from dns_update.wire.framing import frame
from lab import NameServer, dig
from tests.client.servers import key_of
from tests.support.command import COMMAND
from tests.support.flood import OCTETS, Flood
from tests.transport.peers import IPV4, SECONDS, TcpPeer, UdpPeer, answer

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = Key("ddns-key", b"0123456789abcdef", "hmac-sha256")
both = pytest.mark.parametrize("transport", [TCP, UDP])
keys = pytest.mark.parametrize("key", [None, KEY], ids=["unsigned", "signed"])


def hasty(transport: Literal["udp", "tcp"]) -> Policy:
    return Policy(timeout=0.1, retries=1, transport=transport)


def exchange(policy: Policy, key: Key | None = None) -> Exchange:
    return Exchange(Update("example.com").replace("home", 300, "A", "192.0.2.1").to_message(), key, policy, "the peer")


@both
def test_a_flood_ends_no_later_than_the_deadline(transport: Literal["udp", "tcp"]) -> None:
    with Flood(transport) as flood, pytest.raises(NoResponse):
        Client(flood.address, policy=hasty(transport)).set("home", "192.0.2.1", zone="example.com", ttl=60)


@both
@keys
def test_a_flood_ends_no_later_than_the_deadline_of_a_pipeline(
    transport: Literal["udp", "tcp"], key: Key | None
) -> None:
    with Flood(transport) as flood:
        pipeline = Pipeline(BlockingTransport(), Endpoint(IPV4, flood.port))
        flights = [pipeline.start(exchange(hasty(transport), key)) for _ in range(5)]
        for flight in flights:
            with pytest.raises(NoResponse):
                pipeline.wait(flight)
        pipeline.close()


@pytest.mark.parametrize("option", ["-v", "-d"])
def test_a_flood_ends_no_later_than_the_deadline_of_nsupdate(option: str) -> None:
    """`-v` sends by TCP; a message of more than 512 octets goes by TCP, too, and `-d` not through a pipeline."""
    records = "".join(f"update add home.example.com 60 A 192.0.2.{number}\n" for number in range(50))
    with Flood(TCP) as flood:
        done = subprocess.run(
            [COMMAND.with_name("dns-nsupdate"), option, "-t", "1", "-u", "1", "-r", "0"],
            input=f"server {IPV4} {flood.port}\nzone example.com\n{records}send\n",
            text=True,
            capture_output=True,
            check=False,
        )
    assert done.returncode == 2
    assert "timed out" in done.stderr


@both
@pytest.mark.parametrize("requests", [1, 20])
def test_a_flood_ends_no_later_than_the_deadline_within_a_loop(transport: Literal["udp", "tcp"], requests: int) -> None:
    async def work(address: str) -> None:
        client = AsyncClient(address, policy=hasty(transport))
        sets = [client.set("home", "192.0.2.1", zone="example.com", ttl=60) for _ in range(requests)]
        assert {type(error) for error in await asyncio.gather(*sets, return_exceptions=True)} == {NoResponse}

    with Flood(transport) as flood:
        asyncio.run(work(flood.address))


@both
def test_a_flood_stops_nothing_else_in_the_loop(
    transport: Literal["udp", "tcp"], bind: NameServer, unique_name: str
) -> None:
    """The flood may last for an hour; meanwhile a name is set elsewhere, and the flooded request is not waited for."""

    async def work(address: str) -> None:
        flooded = AsyncClient(address, policy=Policy(timeout=3600, transport=transport))
        endless = [asyncio.create_task(flooded.show("home", "A", zone="example.com")) for _ in range(5)]
        other = AsyncClient(f"{bind.host}:{bind.port}", key=key_of(bind.keys[0]))
        await other.set(unique_name, "192.0.2.1", zone="example.com", ttl=60)
        for task in endless:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    with Flood(transport) as flood:
        asyncio.run(work(flood.address))
    assert dig(bind, f"{unique_name}.example.com", "A")


@keys
def test_datagrams_without_end_hold_up_no_pipeline(key: Key | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A datagram is always there, faster than any process can send one."""
    monkeypatch.setattr(Datagrams, "take", lambda _datagrams: [OCTETS[UDP]])
    with UdpPeer(lambda _number, _octets: [OCTETS[UDP]]) as peer:
        pipeline = Pipeline(BlockingTransport(), peer.endpoint)
        flights = [pipeline.start(exchange(hasty(UDP), key)) for _ in range(5)]
        for flight in flights:
            with pytest.raises(NoResponse):
                pipeline.wait(flight)
        pipeline.close()


class Inexhaustible(socket.socket):
    """A UDP socket from which something can always be read."""

    def recv(self, _octets: int, _flags: int = 0) -> bytes:
        return OCTETS[UDP]


@pytest.fixture
def inexhaustible(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """Return a server with an endless flood of datagrams for an asyncio loop: the socket is always readable."""
    monkeypatch.setattr("dns_update.transport.aio.socket", Inexhaustible)
    with UdpPeer(lambda _number, _octets: [OCTETS[UDP]]) as peer:
        yield peer.endpoint


@keys
def test_datagrams_without_end_stop_no_loop(inexhaustible: Endpoint, key: Key | None) -> None:
    """Those of signed exchanges share a socket."""

    async def work() -> None:
        transport = AsyncioTransport()
        transport.keep_open()
        carried = [transport.carry(exchange(hasty(UDP), key), inexhaustible) for _ in range(5)]
        assert {type(error) for error in await asyncio.gather(*carried, return_exceptions=True)} == {NoResponse}
        transport.close()

    asyncio.run(work())


# An answer in time counts, whatever came with it.


def test_what_follows_an_answer_at_once_is_not_taken_for_it() -> None:
    heard: list[bytes] = []

    def script(connection: socket.socket, request: bytes) -> None:
        connection.sendall(frame(b"before") + frame(answer(request)) + frame(b"behind"))

    with TcpPeer(script) as peer:
        policy = Policy(timeout=SECONDS, retries=0, transport=TCP)
        transport = BlockingTransport(
            trace=lambda how, _where, _by, octets: heard.append(octets) if how == "received" else None
        )
        transport.carry(exchange(policy), peer.endpoint)
    assert heard[0] == b"before"
    assert heard[-1][2] & 0x80, "the last one is the answer"
