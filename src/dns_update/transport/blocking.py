"""UDP and TCP with blocking sockets: what a command that does one thing needs."""

from __future__ import annotations

import os
import socket
import time

from dns_update.errors import UsageError
from dns_update.exchange import TCP, UDP
from dns_update.transport import check_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from dns_update.exchange import Attempt, Exchange, Reply, UnverifiedReply
    from dns_update.transport import Endpoint

    Trace = Callable[[str, Endpoint, str, bytes], None]

LARGEST_READ = 65535  # the largest datagram, and as good a piece of a stream as any


class BlockingTransport:
    """Carries exchanges over sockets of their own, a new one for each attempt, unless it was told to keep them.

    A new socket has a new source port, which a forger must guess; and it is connected, so that the kernel keeps away
    datagrams from other addresses and reports ICMP errors at once. Only the UDP sockets of signed exchanges are ever
    kept: whoever guesses their port cannot forge a signature.

    Threads may share one. A kept socket is used by one of them at a time; the others open their own meanwhile.
    """

    def __init__(self, local_address: str | None = None, trace: Trace | None = None, *, local_port: int = 0) -> None:
        """Send from `local_address` if given, at `local_port` if not 0; tell `trace` of every message.

        `trace` is called with `"sent"` or `"received"`, the server's endpoint, `"udp"` or `"tcp"`, and the octets.
        Raises UsageError if `local_address` is none of this machine's, InvalidText if it is no address.
        """
        self._local = (local_address, local_port)
        self._trace = trace
        self._keeps_open = False
        # By address and port, and not by Endpoint: looking those up runs no Python code, so that another thread cannot
        # come in between.
        self._kept: dict[tuple[str, int], _Datagrams] = {}
        if local_address is not None:
            check_source(local_address, local_port)

    def keep_open(self) -> None:
        """Keep, from now on, one UDP socket for each server, until `close`."""
        self._keeps_open = True

    def close(self) -> None:
        """Close the sockets that were kept, and keep none from now on."""
        self._keeps_open = False
        for place in tuple(self._kept):
            self._close_kept(place)

    def carry(self, exchange: Exchange, endpoint: Endpoint, attempt: Attempt | None = None) -> Reply | UnverifiedReply:
        """Take an exchange to its end and return its result; raises NoAnswer.

        `attempt` is one that was taken from the exchange already and is not under way yet.
        """
        if attempt is None:
            attempt = _next(exchange)
        while attempt is not None:
            try:
                self._attempt(exchange, attempt, endpoint)
            except TimeoutError:
                pass  # the exchange sees by its clock that nothing came
            except OSError as error:
                exchange.lost(reason_of(error, attempt.transport), may_have_arrived=is_broken_off(error))
            attempt = _next(exchange)
        return exchange.settled

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)

    def resolve(self, host: str) -> tuple[str, ...]:
        """Return the IP addresses of a host name that can be reached from the local address; raises OSError."""
        family = socket.AF_UNSPEC
        if self._local[0] is not None:
            family = socket.AF_INET6 if ":" in self._local[0] else socket.AF_INET
        found = socket.getaddrinfo(host.encode(), None, family=family, type=socket.SOCK_DGRAM)
        return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))

    def _attempt(self, exchange: Exchange, attempt: Attempt, endpoint: Endpoint) -> None:
        """Send one attempt and hand over what comes, until the exchange has heard enough; raises OSError."""
        place = (endpoint.address, endpoint.port)
        kept = self._kept.pop(place, None) if attempt.transport == UDP else None
        channel = kept if kept is not None else self._open(attempt, endpoint)
        may_be_kept = False
        try:
            channel.send(attempt.octets)
            self._tell("sent", endpoint, attempt.transport, attempt.octets)
            while exchange.listening:
                channel.wait_until(attempt.deadline)
                for octets in channel.receive():
                    self._tell("received", endpoint, attempt.transport, octets)
                    if exchange.listening:
                        exchange.receive(octets, wall=int(time.time()))
            may_be_kept = self._keeps_open and exchange.is_signed
        finally:
            if may_be_kept and isinstance(channel, _Datagrams):
                self._keep(channel, place)
            else:
                channel.close()

    def _keep(self, channel: _Datagrams, place: tuple[str, int]) -> None:
        """Keep a socket for the next exchange, unless another thread's is kept already."""
        if self._kept.setdefault(place, channel) is not channel:
            channel.close()
        elif not self._keeps_open:  # `close` came in between, and may not have seen it
            self._close_kept(place)

    def _close_kept(self, place: tuple[str, int]) -> None:
        channel = self._kept.pop(place, None)
        if channel is not None:
            channel.close()

    def _open(self, attempt: Attempt, endpoint: Endpoint) -> _Datagrams | _Stream:
        is_tcp = attempt.transport == TCP
        connection = new_socket(self._local, is_ipv6=endpoint.is_ipv6, is_tcp=is_tcp)
        try:
            connection.settimeout(_left(attempt.deadline))
            connection.connect((endpoint.address, endpoint.port))
        except OSError:
            connection.close()
            raise
        return _Stream(connection) if is_tcp else _Datagrams(connection)

    def _tell(self, direction: str, endpoint: Endpoint, transport: str, octets: bytes) -> None:
        if self._trace is not None:
            self._trace(direction, endpoint, transport, octets)


class _Channel:
    """A connected socket, and how messages stand on it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def wait_until(self, deadline: float) -> None:
        """Let the next `receive` wait until `deadline` on the monotonic clock; raises TimeoutError behind it."""
        self._connection.settimeout(_left(deadline))

    def close(self) -> None:
        self._connection.close()


class _Datagrams(_Channel):
    """Messages over UDP: each is a datagram."""

    def send(self, octets: bytes) -> None:
        self._connection.send(octets)

    def receive(self) -> list[bytes]:
        return [self._connection.recv(LARGEST_READ)]


class _Stream(_Channel):
    """Messages over TCP: each has its length before it."""

    def __init__(self, connection: socket.socket) -> None:
        from dns_update.wire.framing import Deframer  # noqa: PLC0415 - most exchanges need no stream

        super().__init__(connection)
        self._deframer = Deframer()

    def send(self, octets: bytes) -> None:
        from dns_update.wire.framing import frame  # noqa: PLC0415 - as above

        self._connection.sendall(frame(octets))

    def receive(self) -> list[bytes]:
        octets = self._connection.recv(LARGEST_READ)
        if not octets:
            raise ConnectionResetError("the server closed the connection")
        return self._deframer.feed(octets)


class CannotSend(OSError):
    """Nothing can be sent from the address that the user chose; the text says why."""


def new_socket(local: tuple[str | None, int], *, is_ipv6: bool, is_tcp: bool) -> socket.socket:
    """Return a socket that sends from `local`, an address and a port (None: the kernel's choice).

    Raises OSError. It is for the server's attempt to fail then, and for the next server to be tried.
    """
    address, port = local
    if address is not None and (":" in address) != is_ipv6:
        raise CannotSend(f"cannot send to an {'IPv6' if is_ipv6 else 'IPv4'} server from {address}")
    connection = socket.socket(
        socket.AF_INET6 if is_ipv6 else socket.AF_INET, socket.SOCK_STREAM if is_tcp else socket.SOCK_DGRAM
    )
    if address is not None:
        try:
            connection.bind((address, port))
        except OSError as error:
            connection.close()
            raise CannotSend(f"cannot send from {address}: {_words_of(error)}") from error
    return connection


def check_source(address: str, port: int = 0) -> None:
    """Raise UsageError unless messages can be sent from `address`, at `port` if it is not 0."""
    check_address(address)
    try:
        new_socket((address, port), is_ipv6=":" in address, is_tcp=False).close()
    except OSError as error:
        text = str(error) if isinstance(error, CannotSend) else f"cannot send from {address}: {_words_of(error)}"
        raise UsageError(text, hint="it must be an address of this machine") from error


def _left(deadline: float) -> float:
    """Return the seconds until a deadline; raises TimeoutError behind it."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _next(exchange: Exchange) -> Attempt | None:
    message_id = int.from_bytes(os.urandom(2))
    return exchange.next(now=time.monotonic(), wall=int(time.time()), message_id=message_id)


def reason_of(error: OSError, transport: str) -> str:
    """Return, for people, why the network failed an attempt."""
    if isinstance(error, ConnectionRefusedError):
        return "connection refused" if transport == TCP else "port unreachable: nothing listens there"
    return str(error) if isinstance(error, CannotSend) else _words_of(error)


def is_broken_off(error: OSError) -> bool:
    """Tell whether a connection ended that stood: what was sent before may have arrived."""
    return isinstance(error, ConnectionResetError | ConnectionAbortedError | BrokenPipeError)


def _words_of(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
