"""UDP and TCP within an asyncio loop: what a program needs that does other things meanwhile."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from typing import TYPE_CHECKING

from dns_update.exchange import TCP
from dns_update.transport.blocking import LARGEST_READ, new_socket, reason_of
from dns_update.wire.framing import Deframer, frame

if TYPE_CHECKING:
    from dns_update.exchange import Attempt, Exchange, Reply, UnverifiedReply
    from dns_update.transport import Endpoint


class AsyncioTransport:
    """Carries exchanges over sockets of their own, a new one for each attempt; several exchanges may be under way.

    Cancelling `carry` closes its socket and leaves the others alone.
    """

    def __init__(self, local_address: str | None = None) -> None:
        """Send from `local_address` if given; raises UsageError if it is none of this machine's."""
        self._local_address = local_address
        if local_address is not None:
            new_socket((local_address, 0), is_ipv6=":" in local_address, is_tcp=False).close()

    async def carry(self, exchange: Exchange, endpoint: Endpoint) -> Reply | UnverifiedReply:
        """Take an exchange to its end and return its result; raises NoAnswer."""
        while attempt := exchange.next(
            now=time.monotonic(), wall=int(time.time()), message_id=int.from_bytes(os.urandom(2))
        ):
            try:
                async with asyncio.timeout(attempt.deadline - time.monotonic()):
                    await self._attempt(exchange, attempt, endpoint)
            except TimeoutError:
                pass  # the exchange sees by its clock that nothing came
            except OSError as error:
                exchange.lost(reason_of(error, attempt.transport))
        return exchange.settled

    async def resolve(self, host: str) -> tuple[str, ...]:
        """Return the IP addresses of a host name that can be reached from the local address; raises OSError."""
        family = socket.AF_UNSPEC
        if self._local_address is not None:
            family = socket.AF_INET6 if ":" in self._local_address else socket.AF_INET
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, None, family=family, type=socket.SOCK_DGRAM)
        return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))

    async def _attempt(self, exchange: Exchange, attempt: Attempt, endpoint: Endpoint) -> None:
        """Send one attempt and hand over what comes, until the exchange has heard enough; raises OSError."""
        loop = asyncio.get_running_loop()
        is_tcp = attempt.transport == TCP
        with new_socket((self._local_address, 0), is_ipv6=endpoint.is_ipv6, is_tcp=is_tcp) as connection:
            connection.setblocking(False)  # noqa: FBT003 - the standard library's signature
            await loop.sock_connect(connection, (endpoint.address, endpoint.port))
            await loop.sock_sendall(connection, frame(attempt.octets) if is_tcp else attempt.octets)
            deframer = Deframer()
            while exchange.listening:
                octets = await loop.sock_recv(connection, LARGEST_READ)
                if is_tcp and not octets:
                    raise ConnectionResetError("the server closed the connection")
                for message in deframer.feed(octets) if is_tcp else [octets]:
                    if exchange.listening:
                        exchange.receive(message, wall=int(time.time()))
