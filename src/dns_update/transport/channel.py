"""The sockets of a pipeline: each carries messages, and knows which exchanges wait for answers on it."""

from __future__ import annotations

import socket
import time

from dns_update.exchange import TCP, UDP
from dns_update.transport import LARGEST_READ
from dns_update.transport.sockets import new_socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.transport import Endpoint
    from dns_update.transport.pipeline import Flight

_LEAST_WAIT = 0.001  # seconds; for a socket 0 means not to wait at all


class Channel:
    """A connected socket.

    `flights` are the exchanges under way on it, by message ID, in the order in which they were sent. `is_shared` says
    that others may come. `is_used` tells whether any message was sent.
    """

    __slots__ = ("connection", "flights", "is_shared", "is_used")
    transport: str

    def __init__(self, connection: socket.socket, *, is_shared: bool) -> None:
        self.connection = connection
        self.flights: dict[int, Flight] = {}
        self.is_shared = is_shared
        self.is_used = False

    def send(self, octets: bytes, deadline: float) -> OSError | None:
        """Send a message, by `deadline` on the monotonic clock; return the error that an earlier one met.

        Raises OSError for one of its own.
        """
        raise NotImplementedError

    def receive(self) -> list[bytes]:
        """Return the messages that are there now; raises BlockingIOError if there is nothing, and OSError."""
        raise NotImplementedError


class Datagrams(Channel):
    """Messages over UDP: each is a datagram. An error ends those that are under way, but not the socket."""

    __slots__ = ()
    transport = UDP

    def send(self, octets: bytes, deadline: float) -> OSError | None:  # noqa: ARG002 - a datagram leaves at once
        """Send a datagram.

        The kernel reports an ICMP error at the socket's next call, and does then not do what that was called for.
        """
        earlier = None
        try:
            self.connection.send(octets)
        except OSError as error:
            if not self.flights:
                raise
            self.connection.send(octets)
            earlier = error
        return earlier

    def receive(self) -> list[bytes]:
        """Return one datagram."""
        return [self.connection.recv(LARGEST_READ, socket.MSG_DONTWAIT)]


class Stream(Channel):
    """Messages over TCP: each has its length before it. An error, or the other side's end, ends the connection."""

    __slots__ = ("_deframer",)
    transport = TCP

    def __init__(self, connection: socket.socket, *, is_shared: bool) -> None:
        from dns_update.wire.framing import Deframer  # noqa: PLC0415 - most runs need no stream

        super().__init__(connection, is_shared=is_shared)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._deframer = Deframer()

    def send(self, octets: bytes, deadline: float) -> OSError | None:
        """Send a message; the other side may be slow to take it."""
        from dns_update.wire.framing import frame  # noqa: PLC0415 - as above

        self.connection.settimeout(_left(deadline))
        self.connection.sendall(frame(octets))
        self.connection.settimeout(None)
        return None

    def receive(self) -> list[bytes]:
        """Return the messages that the next octets complete."""
        octets = self.connection.recv(LARGEST_READ, socket.MSG_DONTWAIT)
        if not octets:
            raise ConnectionResetError("the server closed the connection")
        return self._deframer.feed(octets)


def open_datagrams(endpoint: Endpoint, source: str | None, *, is_shared: bool) -> Datagrams:
    """Return a UDP socket from the address `source` (None: the kernel's choice) to a server; raises OSError."""
    connection = new_socket((source, 0), is_ipv6=endpoint.is_ipv6, is_tcp=False)
    _connect(connection, endpoint)
    return Datagrams(connection, is_shared=is_shared)


def open_stream(endpoint: Endpoint, source: str | None, deadline: float, *, is_shared: bool) -> Stream:
    """Return a TCP connection, as `open_datagrams` does; `deadline` is for the server to take it."""
    connection = new_socket((source, 0), is_ipv6=endpoint.is_ipv6, is_tcp=True)
    connection.settimeout(_left(deadline))
    _connect(connection, endpoint)
    connection.settimeout(None)
    return Stream(connection, is_shared=is_shared)


def _connect(connection: socket.socket, endpoint: Endpoint) -> None:
    try:
        connection.connect((endpoint.address, endpoint.port))
    except OSError:
        connection.close()
        raise


def _left(deadline: float) -> float:
    return max(deadline - time.monotonic(), _LEAST_WAIT)
