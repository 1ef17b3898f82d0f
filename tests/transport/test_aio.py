"""Sockets that signed exchanges share in an asyncio loop, and their errors."""

import asyncio
import os
import socket
from collections.abc import Coroutine
from typing import Any

from dns_update.errors import NoResponse, causes
from dns_update.exchange import Exchange, Reply
from dns_update.transport import Endpoint
from dns_update.transport.aio import AsyncioTransport
from tests.transport.peers import IPV4, SECONDS, UdpPeer, deaf
from tests.transport.test_pipeline import exchange, signed


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, SECONDS))


async def carried(transport: AsyncioTransport, server: Endpoint, *exchanges: Exchange) -> list[object]:
    return await asyncio.gather(*[transport.carry(one, server) for one in exchanges], return_exceptions=True)


def sockets() -> int:
    """Return how many sockets this process has."""
    links = []
    for descriptor in os.listdir("/proc/self/fd"):  # noqa: PTH208 - a name is all that is wanted
        try:
            links.append(os.readlink(f"/proc/self/fd/{descriptor}"))  # noqa: PTH115
        except FileNotFoundError:  # the descriptor of the listing itself is gone
            continue
    return sum(link.startswith("socket:") for link in links)


def test_an_unreachable_port_ends_all_that_are_pending_and_the_next_have_another_socket() -> None:
    async def work() -> None:
        transport = AsyncioTransport()
        transport.keep_open()
        before = sockets()
        with deaf(socket.SOCK_DGRAM) as endpoint:
            for error in await carried(transport, endpoint, exchange("a"), exchange("b"), exchange("c")):
                assert isinstance(error, NoResponse)
                assert error.cause == causes.PORT_UNREACHABLE
                assert "1 try by UDP" in error.text
        assert sockets() == before + 1  # the next one
        with UdpPeer(lambda _number, octets: [signed(octets)], port=endpoint.port):
            replies = await carried(transport, endpoint, exchange("a"), exchange("b"))
        assert all(isinstance(reply, Reply) for reply in replies)
        transport.close()

    run(work())


def test_one_that_is_refused_alone_has_not_arrived() -> None:
    async def work() -> None:
        transport = AsyncioTransport()
        transport.keep_open()
        with deaf(socket.SOCK_DGRAM) as endpoint:
            (error,) = await carried(transport, endpoint, exchange())
        assert isinstance(error, NoResponse)
        assert not error.may_have_arrived
        transport.close()

    run(work())


def test_one_that_is_refused_while_others_are_pending_may_have_arrived() -> None:
    """The server has got the first one, and stops: it is unknown which of the two was refused."""

    async def work() -> None:
        loop = asyncio.get_running_loop()
        transport = AsyncioTransport()
        transport.keep_open()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind((IPV4, 0))
            server.setblocking(False)  # noqa: FBT003 - the standard library's signature
            endpoint = Endpoint(*server.getsockname())
            first = asyncio.ensure_future(transport.carry(exchange("a"), endpoint))
            await loop.sock_recv(server, 512)
        errors = await asyncio.gather(first, transport.carry(exchange("b"), endpoint), return_exceptions=True)
        assert [error.may_have_arrived for error in errors if isinstance(error, NoResponse)] == [True, True]
        transport.close()

    run(work())


def test_an_error_that_concerns_no_one_leaves_the_socket_in_use() -> None:
    async def work() -> None:
        with UdpPeer(lambda _number, octets: [signed(octets)]) as peer:
            transport = AsyncioTransport()
            transport.keep_open()
            await carried(transport, peer.endpoint, exchange())
            shared = transport._shared[peer.endpoint.address, peer.endpoint.port]  # noqa: SLF001 - no call reaches it
            shared._lose([], ConnectionRefusedError())  # noqa: SLF001 - what an ICMP error does that comes late
            await carried(transport, peer.endpoint, exchange())
            assert len(peer.clients) == 2
            assert len(set(peer.clients)) == 1
            transport.close()

    run(work())


def test_a_server_that_cannot_be_connected_to_is_one_failure_and_leaves_nothing_open() -> None:
    """A loopback address has no route to any other address, whether a socket is shared or not."""

    async def work() -> None:
        transport = AsyncioTransport("127.0.0.1")
        transport.keep_open()
        before = sockets()
        (error,) = await carried(transport, Endpoint("192.0.2.1"), exchange())
        assert isinstance(error, NoResponse)
        assert "(1 try by UDP" in error.text
        assert not error.may_have_arrived
        assert sockets() == before
        transport.close()

    run(work())


def test_after_renewing_what_is_pending_goes_on_and_what_is_next_has_another_socket() -> None:
    async def work() -> None:
        release = asyncio.Event()
        loop = asyncio.get_running_loop()
        requests: list[bytes] = []

        def script(number: int, octets: bytes) -> list[bytes]:
            requests.append(octets)
            loop.call_soon_threadsafe(release.set)
            return [] if number == 1 else [signed(octets)]

        with UdpPeer(script) as peer:
            transport = AsyncioTransport()
            transport.keep_open()
            first = asyncio.ensure_future(transport.carry(exchange("a"), peer.endpoint))
            await release.wait()
            transport.renew()
            (second,) = await carried(transport, peer.endpoint, exchange("b"))
            assert isinstance(second, Reply)
            peer.send_from_here(signed(requests[0]), peer.clients[0])
            assert isinstance(await first, Reply)
            assert len(set(peer.clients)) == 2
            transport.close()

    run(work())
