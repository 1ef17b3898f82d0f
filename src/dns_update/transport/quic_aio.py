"""Messages over one QUIC connection in an asyncio loop."""

from __future__ import annotations

import asyncio
import time

from dns_update.auth.tls_settings import HANDSHAKE_SECONDS
from dns_update.transport import LARGEST_READ, Endpoint
from dns_update.transport.quic import QuicLink
from dns_update.transport.quic_socket import close, flush
from dns_update.transport.sockets import connect_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from socket import socket


class QuicSocket:
    """A QUIC connection to a server, made by `open`; one exchange at a time uses it."""

    def __init__(self, connection: socket, link: QuicLink) -> None:
        """Take a UDP socket that is not connected yet, and what is to be on it."""
        self._socket = connection
        self._link = link
        connection.setblocking(False)  # noqa: FBT003 - the standard library's signature

    async def open(self, endpoint: Endpoint) -> None:
        """Connect, and carry out the handshake; raises OSError, and TlsFailure if the server is not the right one."""
        await asyncio.get_running_loop().sock_connect(self._socket, connect_address(endpoint))
        try:
            async with asyncio.timeout_at(time.monotonic() + HANDSHAKE_SECONDS):
                while not self._link.is_established:
                    await self._step()
        except TimeoutError:
            raise self._link.timed_out() from None

    async def send(self, octets: bytes) -> None:
        """Send a message, after the last part of the handshake; raises OSError."""
        self._link.ask(octets, time.monotonic())
        flush(self._socket, self._link)

    async def receive(self) -> list[bytes]:
        """Wait for datagrams, and return the messages that they complete; raises OSError."""
        while True:
            messages = await self._step()
            if messages:
                return messages

    def close(self) -> None:
        """Tell the server, and close the socket."""
        close(self._socket, self._link)

    @property
    def is_idle(self) -> bool:
        """Whether it is open, and the server was heard of lately."""
        if not self._link.may_be_used_again(time.monotonic()):
            return False
        try:
            while True:
                self._link.receive(self._socket.recv(LARGEST_READ), time.monotonic())
        except BlockingIOError:
            return True
        except OSError:
            return False

    async def _step(self) -> list[bytes]:
        """Send what is to be sent, and wait for a datagram, but not past the link's timer."""
        flush(self._socket, self._link)
        loop = asyncio.get_running_loop()
        datagram = b""
        try:
            async with asyncio.timeout_at(self._link.timer) as wait:
                datagram = await loop.sock_recv(self._socket, LARGEST_READ)
        except TimeoutError:
            if not wait.expired():
                raise
        except OSError as error:
            raise self._link.failure_of(error) from None
        await asyncio.sleep(0)  # `sock_recv` does not yield to the loop if data is there
        now = time.monotonic()
        return self._link.receive(datagram, now) if datagram else self._link.expired(now)
