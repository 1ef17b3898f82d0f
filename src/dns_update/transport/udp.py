"""Messages over connected UDP sockets: each is a datagram."""

from __future__ import annotations

from dns_update.transport import LARGEST_READ, Endpoint, Local, seconds_left
from dns_update.transport.sockets import Socket, connected_socket


class Connection:
    """A connected socket, over which messages come and go; a subclass says how they are sent and read."""

    def __init__(self, connection: Socket) -> None:
        self._connection = connection

    @property
    def timer(self) -> float:
        """When `take` must be called though nothing has come, on the monotonic clock: never."""
        return float("inf")

    @property
    def is_spent(self) -> bool:
        """Whether a new connection must be made for what follows."""
        return False

    def fileno(self) -> int:
        """Return the descriptor, for `select.poll`."""
        return self._connection.fileno()

    def receive(self, deadline: float) -> list[bytes]:
        """Wait for octets and return the messages that they complete; raises OSError, a TimeoutError at `deadline`."""
        self._connection.settimeout(seconds_left(deadline))
        return self._read()

    def take(self) -> list[bytes]:
        """Return the messages that the arrived octets complete; raises BlockingIOError if nothing came, and OSError."""
        self._connection.settimeout(0)
        return self._read()

    def close(self) -> None:
        """Close the socket, if it is open."""
        self._connection.close()

    def _read(self) -> list[bytes]:
        return [self._connection.recv(LARGEST_READ)]


class Datagrams(Connection):
    """A connected UDP socket. Every call may raise the error that an ICMP message reported for an earlier datagram."""

    def send(self, octets: bytes, deadline: float) -> None:
        """Send a datagram; raises OSError, a TimeoutError if a slow link has no room for it by `deadline`."""
        self._connection.settimeout(seconds_left(deadline))
        self._connection.send(octets)

    def __del__(self) -> None:
        """Close the socket of a transport that was not closed."""
        self.close()


def open_datagrams(endpoint: Endpoint, local: Local) -> Datagrams:
    """Return a UDP socket from `local` to a server; raises OSError."""
    return Datagrams(connected_socket(endpoint, local, None, is_tcp=False))
