"""The connections of a pipeline, each with the exchanges that wait for answers on it."""

from __future__ import annotations

from dns_update.exchange import TCP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.transport import Endpoint, Local
    from dns_update.transport.pipeline import Flight
    from dns_update.transport.tcp import Stream
    from dns_update.transport.udp import Datagrams


class Channel:
    """A connection by `transport`.

    `flights` are the exchanges under way on it, by message ID, in the order in which they were sent. `is_shared` says
    that others may come. `is_used` tells whether any message was sent. An error ends the exchanges that are under way;
    a TCP connection, too, but not a UDP socket.
    """

    __slots__ = ("connection", "flights", "is_shared", "is_used", "transport")

    def __init__(self, connection: Datagrams | Stream, transport: str, *, is_shared: bool) -> None:
        self.connection = connection
        self.transport = transport
        self.flights: dict[int, Flight] = {}
        self.is_shared = is_shared
        self.is_used = False

    def send(self, octets: bytes, deadline: float) -> OSError | None:
        """Send a message, by `deadline` on the monotonic clock; return the error that an earlier datagram met.

        The kernel reports an ICMP error at a UDP socket's next call, and does then not do what that was called for.
        Raises OSError for one of this message's own.
        """
        earlier = None
        try:
            self.connection.send(octets, deadline)
        except OSError as error:
            if self.transport == TCP or not self.flights:
                raise
            self.connection.send(octets, deadline)
            earlier = error
        return earlier


def open_channel(endpoint: Endpoint, local: Local, transport: str, deadline: float, *, is_shared: bool) -> Channel:
    """Return a connection from `local` to a server, which has until `deadline` to take it; raises OSError."""
    connection: Datagrams | Stream
    if transport == TCP:
        from dns_update.transport.tcp import open_stream  # noqa: PLC0415 - most runs need no stream

        connection = open_stream(endpoint, local, deadline)
    else:
        from dns_update.transport.udp import open_datagrams  # noqa: PLC0415 - as above

        connection = open_datagrams(endpoint, local)
    return Channel(connection, transport, is_shared=is_shared)
