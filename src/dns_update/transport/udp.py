"""Messages over connected UDP sockets: each is a datagram."""

from __future__ import annotations

from dns_update.transport import LARGEST_READ, Endpoint, Local, seconds_left
from dns_update.transport.sockets import Socket, connected_socket


class Datagrams:
    """A connected UDP socket. Every call may raise the error that an ICMP message reported for an earlier datagram."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Socket) -> None:
        self._connection = connection

    def fileno(self) -> int:
        """Return the descriptor, for `select.poll`."""
        return self._connection.fileno()

    def send(self, octets: bytes, deadline: float) -> None:
        """Send a datagram; raises OSError, a TimeoutError if a slow link has no room for it by `deadline`."""
        self._connection.settimeout(seconds_left(deadline))
        self._connection.send(octets)

    def receive(self, deadline: float) -> list[bytes]:
        """Wait for a datagram and return it; raises OSError, a TimeoutError at `deadline`."""
        self._connection.settimeout(seconds_left(deadline))
        return [self._connection.recv(LARGEST_READ)]

    def take(self) -> list[bytes]:
        """Return a datagram that has arrived; raises BlockingIOError if there is none, and OSError."""
        self._connection.settimeout(0)
        return [self._connection.recv(LARGEST_READ)]

    def close(self) -> None:
        """Close the socket, if it is open."""
        self._connection.close()

    def __del__(self) -> None:
        """Close the socket of a transport that was not closed."""
        self.close()


def open_datagrams(endpoint: Endpoint, local: Local) -> Datagrams:
    """Return a UDP socket from `local` to a server; raises OSError."""
    return Datagrams(connected_socket(endpoint, local, None, is_tcp=False))
