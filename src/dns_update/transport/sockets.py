"""Sockets of the standard library: how they are made, and TCP on them.

Importing `socket` takes 11 ms of a command's 40, so the shortest way does without (see `transport/datagrams.py`).
"""

from __future__ import annotations

import errno
import socket
import sys

from dns_update.errors import UsageError
from dns_update.transport import LARGEST_READ, check_address, seconds_left
from dns_update.transport.failures import CannotSend, words_of
from dns_update.wire.framing import Deframer, frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from dns_update.transport import Endpoint, Local


class Stream:
    """Messages over a TCP connection: each has its length before it."""

    def __init__(self, connection: socket.socket) -> None:
        """Take a connected socket; it is closed with this."""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._deframer = Deframer()

    def fileno(self) -> int:
        """Return the descriptor, for `select.poll`."""
        return self._connection.fileno()

    def send(self, octets: bytes, deadline: float) -> None:
        """Send a message; raises OSError, a TimeoutError if the other side has not taken it by `deadline`."""
        self._connection.settimeout(seconds_left(deadline))
        self._connection.sendall(frame(octets))

    def receive(self, deadline: float) -> list[bytes]:
        """Wait for octets and return the messages that they complete; raises OSError, a TimeoutError at `deadline`."""
        self._connection.settimeout(seconds_left(deadline))
        return self._read()

    def take(self) -> list[bytes]:
        """Return the messages that octets complete which are there; raises BlockingIOError if none are, and OSError."""
        self._connection.settimeout(0)
        return self._read()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _read(self) -> list[bytes]:
        octets = self._connection.recv(LARGEST_READ)
        if not octets:
            raise ConnectionResetError("the server closed the connection")
        return self._deframer.feed(octets)


def open_stream(endpoint: Endpoint, local: Local, deadline: float) -> Stream:
    """Return a TCP connection to a server, which has until `deadline` to take it; raises OSError."""
    return Stream(connected_socket(endpoint, local, seconds_left(deadline), is_tcp=True))


def connected_socket(endpoint: Endpoint, local: Local, seconds: float, *, is_tcp: bool) -> socket.socket:
    """Return a socket from `local` to a server, which has `seconds` to take a connection.

    That is the socket's timeout, too; with 0 it does not block. Raises OSError, a TimeoutError if that time is over.
    """
    connection = new_socket(local, is_ipv6=endpoint.is_ipv6, is_tcp=is_tcp)
    connection.settimeout(seconds)
    try:
        connection.connect(place_of(endpoint))
    except OSError:
        connection.close()
        raise
    return connection


def place_of(endpoint: Endpoint) -> tuple[str, int] | tuple[str, int, int, int]:
    """Return an endpoint as `connect` takes it, which wants the zone of an address beside it, as a number.

    Raises OSError if there is no such interface.
    """
    address, percent, zone = endpoint.address.partition("%")
    if not percent:
        return address, endpoint.port
    return address, endpoint.port, 0, int(zone) if zone.isdecimal() else _interface_index(zone)


def _interface_index(name: str) -> int:
    try:
        return socket.if_nametoindex(name)
    except OSError as error:  # whose number and words differ from one version of Python to another
        raise OSError(errno.ENODEV, "no such interface") from error


def addresses_found(places: Iterable[tuple[Any, ...]]) -> tuple[str, ...]:
    """Return the addresses in what `getaddrinfo` says, each once, with its zone (a number) where it has one."""
    texts = []
    for *_, (address, _port, *more) in places:
        zone = more[1] if more else 0
        texts.append(f"{address}%{zone}" if zone and "%" not in address else address)
    return tuple(dict.fromkeys(texts))


def new_socket(local: Local, *, is_ipv6: bool, is_tcp: bool) -> socket.socket:
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
            if is_tcp and port:
                _let_port_be_used_again(connection)
            connection.bind((address, port))
        except OSError as error:
            connection.close()
            raise CannotSend(f"cannot send from {address}: {words_of(error)}") from error
    return connection


def _let_port_be_used_again(connection: socket.socket) -> None:
    """Let the next connection have this one's port: after an ordinary end nobody could for a minute (TIME-WAIT)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Where the server is the same, too, the address alone is not enough: the connection must end without a trace. What
    # was sent is not lost by that, for whoever closes has the answer, or waits for it no longer.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, (1).to_bytes(4, sys.byteorder) + bytes(4))


def check_source(address: str, port: int = 0) -> None:
    """Raise UsageError unless messages can be sent from `address`, at `port` if it is not 0."""
    check_address(address)
    try:
        new_socket((address, port), is_ipv6=":" in address, is_tcp=False).close()
    except OSError as error:
        text = str(error) if isinstance(error, CannotSend) else f"cannot send from {address}: {words_of(error)}"
        raise UsageError(text, hint="it must be an address of this machine") from error
