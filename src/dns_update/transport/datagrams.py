"""Connected UDP sockets, used as files: that needs no `socket`, whose import takes 11 ms of a command's 40.

`os.write` sends a datagram, `os.read` takes one, and both raise what an ICMP message said of an earlier one.
"""

from __future__ import annotations

import os
import select

from dns_update.transport import LARGEST_READ, seconds_left

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.transport import Endpoint, Local


class Datagrams:
    """Messages over a connected UDP socket: each is a datagram."""

    __slots__ = ("_descriptor",)

    def __init__(self, descriptor: int) -> None:
        """Take the descriptor of a socket that does not block; it is closed with this."""
        self._descriptor = descriptor

    def fileno(self) -> int:
        """Return the descriptor, for `select.poll`."""
        return self._descriptor

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
            return self.take()
        except BlockingIOError:  # its checksum was wrong, so it is gone
            return []

    def take(self) -> list[bytes]:
        """Return a datagram that is there; raises BlockingIOError if there is none, and OSError."""
        return [os.read(self._descriptor, LARGEST_READ)]

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


def open_datagrams(endpoint: Endpoint, local: Local) -> Datagrams:
    """Return a UDP socket from `local` to a server; raises OSError."""
    if local[0] is None and "%" not in endpoint.address:
        try:
            from dns_update.transport.libc import connected  # noqa: PLC0415 - not to be had everywhere
        except (ImportError, OSError, MemoryError):  # no ctypes, a static Python, or one that may map no code
            pass
        else:
            return Datagrams(connected(endpoint))
    from dns_update.transport.sockets import connected_socket  # noqa: PLC0415 - dear, and seldom needed

    return Datagrams(connected_socket(endpoint, local, 0, is_tcp=False).detach())
