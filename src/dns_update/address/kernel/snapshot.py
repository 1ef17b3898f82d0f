"""The interfaces and addresses of this machine now, asked from the kernel once."""

from __future__ import annotations

import socket
from time import monotonic

from dns_update.address.kernel.dump import Dump
from dns_update.address.kernel.interfaces import Interfaces
from dns_update.errors import NoAddress
from dns_update.transport import seconds_left

_KERNEL = (0, 0)  # port and multicast groups; no other sender has port 0
_LISTINGS = 5  # how often the list is tried, if addresses change meanwhile; each takes microseconds
_KERNEL_SECONDS = 5  # in all; the kernel answers within microseconds, but other processes may send us datagrams, too
LARGEST_DATAGRAM = 1 << 16  # the kernel makes them of 32 KiB at most


def read_interfaces() -> Interfaces:
    """Return every interface and every address; no privilege is needed. Raises NoAddress if the kernel refuses."""
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
            deadline = monotonic() + _KERNEL_SECONDS
            kernel.bind((0, 0))
            dump = Dump(kernel.getsockname()[0], most_interruptions=_LISTINGS - 1)
            while dump.interfaces is None:
                kernel.settimeout(seconds_left(deadline))
                _go_on(kernel, dump)
    except TimeoutError as error:
        raise NoAddress(
            f"the kernel has not listed the addresses of this machine within {_KERNEL_SECONDS} s"
        ) from error
    except OSError as error:
        raise NoAddress(f"the kernel does not list addresses: {error.strerror or error}") from error
    if dump.is_doubtful:
        raise NoAddress(
            f"the addresses of this machine changed each of the {_LISTINGS} times that the kernel listed them",
            hint="try again once they have settled",
        )
    return dump.interfaces


def _go_on(kernel: socket.socket, dump: Dump) -> None:
    request = dump.request()
    if request is not None:
        kernel.sendto(request, _KERNEL)
    octets, sender = kernel.recvfrom(LARGEST_DATAGRAM)
    if sender == _KERNEL:
        dump.receive(octets, now=monotonic())
