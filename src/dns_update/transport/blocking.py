"""UDP and TCP with blocking sockets: what a command that does one thing needs."""

from __future__ import annotations

import os
import socket
import time

from dns_update.errors import UsageError
from dns_update.exchange import TCP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from dns_update.exchange import Attempt, Exchange, Reply, UnverifiedReply
    from dns_update.transport import Endpoint

    Trace = Callable[[str, Endpoint, str, bytes], None]

_LARGEST_READ = 65535  # the largest datagram, and as good a piece of a stream as any


class BlockingTransport:
    """Carries exchanges over sockets of their own, a new one for each attempt.

    A new socket has a new source port, which a forger must guess; and it is connected, so that the kernel keeps away
    datagrams from other addresses and reports ICMP errors at once.
    """

    def __init__(self, local_address: str | None = None, trace: Trace | None = None) -> None:
        """Send from `local_address` if given; tell `trace` of every message, sent and received.

        `trace` is called with `"sent"` or `"received"`, the server's endpoint, `"udp"` or `"tcp"`, and the octets.
        Raises UsageError if `local_address` is none of this machine's.
        """
        self._local_address = local_address
        self._trace = trace
        if local_address is not None:
            self._socket(is_ipv6=":" in local_address, is_tcp=False).close()

    def carry(self, exchange: Exchange, endpoint: Endpoint) -> Reply | UnverifiedReply:
        """Take an exchange to its end and return its result; raises NoAnswer."""
        while (
            attempt := exchange.next(now=time.monotonic(), wall=int(time.time()), message_id=_random_id())
        ) is not None:
            try:
                self._attempt(exchange, attempt, endpoint)
            except TimeoutError:
                pass  # the exchange sees by its clock that nothing came
            except OSError as error:
                exchange.lost(_reason(error, attempt.transport))
        return exchange.settled

    def resolve(self, host: str) -> tuple[str, ...]:
        """Return the IP addresses of a host name that can be reached from the local address; raises OSError."""
        family = socket.AF_UNSPEC
        if self._local_address is not None:
            family = socket.AF_INET6 if ":" in self._local_address else socket.AF_INET
        found = socket.getaddrinfo(host, None, family=family, type=socket.SOCK_DGRAM)
        return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))

    def _attempt(self, exchange: Exchange, attempt: Attempt, endpoint: Endpoint) -> None:
        """Send one attempt and hand over what comes, until the exchange has heard enough; raises OSError."""
        is_tcp = attempt.transport == TCP
        with self._socket(is_ipv6=endpoint.is_ipv6, is_tcp=is_tcp) as connection:
            connection.settimeout(_left(attempt))
            connection.connect((endpoint.address, endpoint.port))
            channel = _Stream(connection) if is_tcp else _Datagrams(connection)
            channel.send(attempt.octets)
            self._tell("sent", endpoint, attempt.transport, attempt.octets)
            while exchange.listening:
                connection.settimeout(_left(attempt))
                for octets in channel.receive():
                    self._tell("received", endpoint, attempt.transport, octets)
                    if exchange.listening:
                        exchange.receive(octets, wall=int(time.time()))

    def _socket(self, *, is_ipv6: bool, is_tcp: bool) -> socket.socket:
        family = socket.AF_INET6 if is_ipv6 else socket.AF_INET
        connection = socket.socket(family, socket.SOCK_STREAM if is_tcp else socket.SOCK_DGRAM)
        if self._local_address is not None:
            try:
                connection.bind((self._local_address, 0))
            except OSError as error:
                connection.close()
                raise UsageError(
                    f"cannot send from {self._local_address}: {(error.strerror or str(error)).lower()}",
                    hint="local-address takes an address that this machine has",
                ) from error
        return connection

    def _tell(self, direction: str, endpoint: Endpoint, transport: str, octets: bytes) -> None:
        if self._trace is not None:
            self._trace(direction, endpoint, transport, octets)


class _Datagrams:
    """Messages over UDP: each is a datagram."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def send(self, octets: bytes) -> None:
        self._connection.send(octets)

    def receive(self) -> list[bytes]:
        return [self._connection.recv(_LARGEST_READ)]


class _Stream:
    """Messages over TCP: each has its length before it."""

    def __init__(self, connection: socket.socket) -> None:
        from dns_update.wire.framing import Deframer  # noqa: PLC0415 - most exchanges need no stream

        self._connection = connection
        self._deframer = Deframer()

    def send(self, octets: bytes) -> None:
        from dns_update.wire.framing import frame  # noqa: PLC0415 - as above

        self._connection.sendall(frame(octets))

    def receive(self) -> list[bytes]:
        octets = self._connection.recv(_LARGEST_READ)
        if not octets:
            raise ConnectionResetError("the server closed the connection")
        return self._deframer.feed(octets)


def _left(attempt: Attempt) -> float:
    """Return the seconds until the attempt's deadline; raises TimeoutError behind it."""
    seconds = attempt.deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _random_id() -> int:
    return int.from_bytes(os.urandom(2))


def _reason(error: OSError, transport: str) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "connection refused" if transport == TCP else "port unreachable: nothing listens there"
    return (error.strerror or str(error)).lower()
