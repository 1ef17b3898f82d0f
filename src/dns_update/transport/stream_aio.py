"""Messages over one TCP or TLS connection in an asyncio loop; without asyncio's own TLS, which resumes no session."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from dns_update.auth.tls_settings import HANDSHAKE_SECONDS
from dns_update.transport import LARGEST_READ, Endpoint
from dns_update.transport.sockets import acknowledge_at_once, connect_address
from dns_update.wire.framing import Deframer, frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from socket import socket

    from dns_update.transport.tls import TlsConnection

_OCTETS = 1 << 14  # read at once before the loop does other work: at worst a few thousand messages, some milliseconds


class TcpSocket:
    """A TCP connection to a server, made by `open`; one exchange at a time uses it."""

    def __init__(self, connection: socket) -> None:
        """Take a socket that is not connected yet."""
        self._socket = connection
        self._deframer = Deframer()
        connection.setblocking(False)  # noqa: FBT003 - the standard library's signature

    async def open(self, endpoint: Endpoint) -> None:
        """Connect; raises OSError."""
        await asyncio.get_running_loop().sock_connect(self._socket, connect_address(endpoint))

    async def send(self, octets: bytes) -> None:
        """Send a message; raises OSError."""
        await asyncio.get_running_loop().sock_sendall(self._socket, frame(octets))

    async def receive(self) -> list[bytes]:
        """Wait for octets, and return the messages that they complete; raises OSError."""
        octets = await asyncio.get_running_loop().sock_recv(self._socket, _OCTETS)
        if not octets:
            raise ConnectionResetError("the server closed the connection")
        return self._deframer.feed(octets)

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


class TlsSocket(TcpSocket):
    """The same with TLS."""

    def __init__(self, connection: socket, tls: TlsConnection) -> None:
        """Take a socket that is not connected yet, and what is to be on it."""
        super().__init__(connection)
        self._tls = tls

    async def open(self, endpoint: Endpoint) -> None:
        """Connect, and carry out the handshake; raises OSError, and TlsFailure if the server is not the right one."""
        await super().open(endpoint)
        loop, tls = asyncio.get_running_loop(), self._tls
        try:
            async with asyncio.timeout_at(time.monotonic() + HANDSHAKE_SECONDS):
                while not tls.is_established:
                    await loop.sock_sendall(self._socket, tls.outgoing())
                    tls.receive(await loop.sock_recv(self._socket, LARGEST_READ))
                    await asyncio.sleep(0)  # `sock_recv` does not yield to the loop if data is there
        except TimeoutError:
            raise tls.timed_out() from None
        except (ConnectionResetError, BrokenPipeError):
            raise tls.closed() from None
        except OSError:
            with suppress(OSError):
                self._socket.send(tls.outgoing())  # the alert, which tells the server why
            raise

    async def send(self, octets: bytes) -> None:
        """Send a message, after the last part of the handshake; raises OSError."""
        await asyncio.get_running_loop().sock_sendall(self._socket, self._tls.sealed(frame(octets)))
        acknowledge_at_once(self._socket)

    async def receive(self) -> list[bytes]:
        """Wait for octets, and return the messages that they complete; raises OSError."""
        return self._deframer.feed(self._tls.receive(await asyncio.get_running_loop().sock_recv(self._socket, _OCTETS)))

    @property
    def is_idle(self) -> bool:
        """Whether it is open, and nothing came that nobody has asked for: a server ends a connection not used."""
        try:
            for _ in range(2):  # tickets of TLS, and then nothing; a server must not keep us reading
                if self._tls.receive(self._socket.recv(LARGEST_READ)):
                    break
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False
