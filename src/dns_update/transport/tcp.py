"""Messages over TCP connections: each has its length before it."""

from __future__ import annotations

from dns_update.transport import LARGEST_READ, Endpoint, Local, seconds_left
from dns_update.transport.sockets import Socket, connected_socket
from dns_update.transport.udp import Connection
from dns_update.wire.framing import Deframer, frame


class Stream(Connection):
    """A TCP connection to a server."""

    def __init__(self, connection: Socket) -> None:
        super().__init__(connection)
        self._deframer = Deframer()

    def send(self, octets: bytes, deadline: float) -> None:
        """Send a message; raises OSError, a TimeoutError if the other side has not taken it by `deadline`."""
        self._connection.settimeout(seconds_left(deadline))
        self._connection.sendall(frame(octets))

    def _read(self) -> list[bytes]:
        octets = self._connection.recv(LARGEST_READ)
        if not octets:
            raise ConnectionResetError("the server closed the connection")
        return self._deframer.feed(octets)


def open_stream(endpoint: Endpoint, local: Local, deadline: float) -> Stream:
    """Return a TCP connection to a server, which has until `deadline` to accept it; raises OSError."""
    return Stream(connected_socket(endpoint, local, deadline, is_tcp=True))
