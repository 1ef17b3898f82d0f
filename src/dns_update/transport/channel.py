"""The connections of a pipeline."""

from __future__ import annotations

from dns_update.exchange import TCP
from dns_update.transport import Endpoint, Local
from dns_update.transport.demux import send_shared
from dns_update.transport.tcp import Stream
from dns_update.transport.udp import Datagrams


class Channel:
    """A connection by `transport`, which several exchanges may use if it `is_shared`.

    `is_used` says that a message was sent on it. An error ends the exchanges that are pending on it. A TCP connection
    ends with them; a UDP socket can be used again.
    """

    __slots__ = ("connection", "is_shared", "is_used", "transport")

    def __init__(self, connection: Datagrams | Stream, transport: str, *, is_shared: bool) -> None:
        self.connection = connection
        self.transport = transport
        self.is_shared = is_shared
        self.is_used = False

    def send(self, octets: bytes, deadline: float) -> OSError | None:
        """Send a message, by `deadline` on the monotonic clock; return the error of an earlier datagram.

        Raises OSError for an error of this message.
        """
        if self.transport == TCP:
            self.connection.send(octets, deadline)
            return None
        return send_shared(lambda: self.connection.send(octets, deadline))


def open_channel(endpoint: Endpoint, local: Local, transport: str, deadline: float, *, is_shared: bool) -> Channel:
    """Return a connection from `local` to a server, which has until `deadline` to accept it; raises OSError."""
    connection: Datagrams | Stream
    if transport == TCP:
        from dns_update.transport.tcp import open_stream  # most runs need no stream

        connection = open_stream(endpoint, local, deadline)
    else:
        from dns_update.transport.udp import open_datagrams  # as above

        connection = open_datagrams(endpoint, local)
    return Channel(connection, transport, is_shared=is_shared)
