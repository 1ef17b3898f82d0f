"""UDP sockets, connected by the C library and used as files; for importing `socket` takes 11 ms of a command's 40.

A connected UDP socket needs no more than its making: `os.write` sends a datagram, `os.read` takes one, and both raise
what an ICMP message said of an earlier one.
"""

from __future__ import annotations

import os
import select
import sys

from dns_update.transport import LARGEST_READ, seconds_left
from dns_update.wire.inet import parse_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.transport import Endpoint, Local

_C_LIBRARY: ctypes.CDLL | None
try:
    import ctypes

    _C_LIBRARY = ctypes.CDLL(None, use_errno=True)
except (ImportError, OSError, MemoryError):  # Python was built without it, or statically, or may map no code
    _C_LIBRARY = None

# The kernel's numbers, on every Linux; but on MIPS, 2 is SOCK_STREAM.
_AF_INET = 2
_AF_INET6 = 10
_SOCK_DGRAM = 2
_HAS_THESE_NUMBERS = sys.platform == "linux" and not os.uname().machine.startswith("mips")


class Datagrams:
    """Messages over a connected UDP socket: each is a datagram."""

    __slots__ = ("_descriptor",)

    def __init__(self, descriptor: int) -> None:
        """Take the descriptor of a socket that does not block; it is closed with this."""
        self._descriptor = descriptor

    def send(self, octets: bytes, deadline: float) -> None:
        """Send a datagram; raises OSError, which may be about an earlier one, and TimeoutError at `deadline`."""
        while True:
            try:
                os.write(self._descriptor, octets)
            except BlockingIOError:  # too many of them wait for a slow link
                self._wait(select.POLLOUT, deadline)
            else:
                return

    def receive(self, deadline: float) -> list[bytes]:
        """Wait for a datagram and return it; raises OSError, a TimeoutError at `deadline`."""
        self._wait(select.POLLIN, deadline)
        try:
            return [os.read(self._descriptor, LARGEST_READ)]
        except BlockingIOError:  # its checksum was wrong, so it is gone
            return []

    def close(self) -> None:
        """Close the socket, if it is open."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __del__(self) -> None:
        """Close the socket of a transport that nobody closed."""
        self.close()

    def _wait(self, event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(self._descriptor, event)
        if not poll.poll(seconds_left(deadline) * 1000):
            raise TimeoutError


def open_datagrams(endpoint: Endpoint, local: Local, deadline: float) -> Datagrams:
    """Return a UDP socket from `local` to a server; raises OSError."""
    is_plain = local[0] is None and "%" not in endpoint.address
    if is_plain and _HAS_THESE_NUMBERS and _C_LIBRARY is not None:
        return Datagrams(_connected(endpoint, _C_LIBRARY))
    from dns_update.transport.sockets import connected_socket  # noqa: PLC0415 - dear, and seldom needed

    connection = connected_socket(endpoint, local, deadline, is_tcp=False)
    connection.settimeout(0)
    return Datagrams(connection.detach())


def _connected(endpoint: Endpoint, library: ctypes.CDLL) -> int:
    """Return the descriptor of a socket, made and connected by the C library; raises OSError."""
    address, port = parse_address(endpoint.address), endpoint.port.to_bytes(2)
    if endpoint.is_ipv6:
        family, rest = _AF_INET6, port + bytes(4) + address + bytes(4)  # no flow information, no zone (RFC 3493, 3.3)
    else:
        family, rest = _AF_INET, port + address + bytes(8)
    place = family.to_bytes(2, sys.byteorder) + rest
    descriptor: int = library.socket(family, _SOCK_DGRAM | os.O_NONBLOCK | os.O_CLOEXEC, 0)
    if descriptor < 0:
        raise _last_error()
    if library.connect(descriptor, place, len(place)) < 0:
        error = _last_error()
        os.close(descriptor)
        raise error
    return descriptor


def _last_error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
