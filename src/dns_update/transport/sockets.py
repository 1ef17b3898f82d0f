"""Sockets of the standard library: how they are made, TCP on them, and what their errors mean to people.

Importing `socket` takes 11 ms of a command's 40, so the shortest way does without (see `transport/datagrams.py`).
"""

from __future__ import annotations

import socket

from dns_update.errors import UsageError
from dns_update.exchange import TCP
from dns_update.transport import LARGEST_READ, check_address, seconds_left
from dns_update.wire.framing import Deframer, frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.transport import Endpoint, Local


class Stream:
    """Messages over a TCP connection: each has its length before it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._deframer = Deframer()

    def send(self, octets: bytes, deadline: float) -> None:
        """Send a message; raises OSError, a TimeoutError if the other side has not taken it by `deadline`."""
        self._connection.settimeout(seconds_left(deadline))
        self._connection.sendall(frame(octets))

    def receive(self, deadline: float) -> list[bytes]:
        """Wait for octets and return the messages that they complete; raises OSError, a TimeoutError at `deadline`."""
        self._connection.settimeout(seconds_left(deadline))
        octets = self._connection.recv(LARGEST_READ)
        if not octets:
            raise ConnectionResetError("the server closed the connection")
        return self._deframer.feed(octets)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def open_stream(endpoint: Endpoint, local: Local, deadline: float) -> Stream:
    """Return a TCP connection to a server, which has until `deadline` to take it; raises OSError."""
    return Stream(connected_socket(endpoint, local, deadline, is_tcp=True))


class CannotSend(OSError):
    """Nothing can be sent from the address that the user chose; the text says why."""


def connected_socket(endpoint: Endpoint, local: Local, deadline: float, *, is_tcp: bool) -> socket.socket:
    """Return a socket that is connected from `local` to a server; raises OSError, a TimeoutError at `deadline`."""
    connection = new_socket(local, is_ipv6=endpoint.is_ipv6, is_tcp=is_tcp)
    try:
        connection.settimeout(seconds_left(deadline))
        connection.connect((endpoint.address, endpoint.port))
    except OSError:
        connection.close()
        raise
    return connection


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
