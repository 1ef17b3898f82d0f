"""UDP sockets as the C library makes them, called through ctypes: a third of what importing `socket` costs."""

from __future__ import annotations

import ctypes
import os
import sys

from dns_update.wire.inet import parse_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.transport import Endpoint

if sys.platform != "linux" or os.uname().machine.startswith("mips"):
    raise ImportError("these are the kernel's numbers on Linux, and not on MIPS")
_AF_INET = 2
_AF_INET6 = 10
_SOCK_DGRAM = 2

_LIBRARY = ctypes.CDLL(None, use_errno=True)


def connected(endpoint: Endpoint) -> int:
    """Return the descriptor of a new UDP socket, connected, not blocking, not inherited; raises OSError.

    The endpoint's address has no zone: to find its number takes more than this.
    """
    address, port = parse_address(endpoint.address), endpoint.port.to_bytes(2)
    if endpoint.is_ipv6:
        family, rest = _AF_INET6, port + bytes(4) + address + bytes(4)  # no flow, no zone (RFC 3493, section 3.3)
    else:
        family, rest = _AF_INET, port + address + bytes(8)
    place = family.to_bytes(2, sys.byteorder) + rest
    descriptor: int = _LIBRARY.socket(family, _SOCK_DGRAM | os.O_NONBLOCK | os.O_CLOEXEC, 0)
    if descriptor < 0:
        raise _last_error()
    if _LIBRARY.connect(descriptor, place, len(place)) < 0:
        error = _last_error()
        os.close(descriptor)
        raise error
    return descriptor


def _last_error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
