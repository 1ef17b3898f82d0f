"""What errors of sockets mean: their words and causes, and whether a message may have arrived."""

from __future__ import annotations

import errno

from dns_update.errors import causes
from dns_update.exchange import TCP, TransportName
from dns_update.transport.sockets import CannotSend, words_of

_CAUSES = {
    errno.ECONNRESET: causes.CONNECTION_RESET,
    errno.ENETUNREACH: causes.NETWORK_UNREACHABLE,
    errno.EHOSTUNREACH: causes.HOST_UNREACHABLE,
}


def failure_of(error: OSError, transport: TransportName) -> tuple[str, str]:
    """Return why the network failed an attempt: in words for people, and as a code of `errors.causes`."""
    if isinstance(error, ConnectionRefusedError) and transport == TCP:
        return "connection refused", causes.CONNECTION_REFUSED
    if isinstance(error, ConnectionRefusedError):
        return "port unreachable: nothing listens there", causes.PORT_UNREACHABLE
    if isinstance(error, CannotSend):
        return str(error), causes.CANNOT_SEND_FROM
    return words_of(error), _CAUSES.get(error.errno or 0, causes.NETWORK_ERROR)


def is_broken_off(error: OSError) -> bool:
    """Return whether an established connection ended: what was sent before may have arrived."""
    return isinstance(error, ConnectionResetError | ConnectionAbortedError | BrokenPipeError)
