"""What errors of sockets mean: their words and causes, and whether a message may have arrived."""

from __future__ import annotations

import errno

from dns_update.errors import causes
from dns_update.exchange import ENCRYPTED, QUIC, UDP, TransportName
from dns_update.transport.sockets import CannotSend, words_of


class TlsFailure(OSError):
    """There is no connection by TLS or QUIC, or none any more; `cause` is one of `errors.causes`."""

    def __init__(self, text: str, cause: str, *, is_broken_off: bool = False, may_pass: bool = False) -> None:
        """Keep the text; `is_broken_off` says that what was sent before may have arrived.

        `may_pass` says that nothing was sent, and that the server may take a new connection.
        """
        super().__init__(text)
        self.cause = cause
        self.is_broken_off = is_broken_off
        self.may_pass = may_pass


_CAUSES = {
    errno.ECONNRESET: causes.CONNECTION_RESET,
    errno.ENETUNREACH: causes.NETWORK_UNREACHABLE,
    errno.EHOSTUNREACH: causes.HOST_UNREACHABLE,
}


def failure_of(error: OSError, transport: TransportName) -> tuple[str, str]:
    """Return why the network failed an attempt: in words for people, and as a code of `errors.causes`."""
    if isinstance(error, TlsFailure):
        return str(error), error.cause
    if isinstance(error, ConnectionRefusedError) and transport not in (UDP, QUIC):
        return "connection refused", causes.CONNECTION_REFUSED
    if isinstance(error, ConnectionRefusedError):
        return "port unreachable: nothing listens there", causes.PORT_UNREACHABLE
    if isinstance(error, CannotSend):
        return str(error), causes.CANNOT_SEND_FROM
    return words_of(error), _CAUSES.get(error.errno or 0, causes.NETWORK_ERROR)


def may_repeat(error: OSError, transport: TransportName, *, was_kept: bool) -> bool:
    """Return whether an attempt that failed is worth another one; `was_kept` is of its connection.

    A server may end a kept connection at any time (RFC 7766, section 6.2.4). Knot DNS 3.4 takes some new TLS
    connections for one that has just ended, and then the handshake fails at once.
    """
    if isinstance(error, TlsFailure) and error.may_pass:
        return True
    return was_kept and transport in ENCRYPTED and is_broken_off(error)


def is_broken_off(error: OSError) -> bool:
    """Return whether an established connection ended: what was sent before may have arrived."""
    if isinstance(error, TlsFailure):
        return error.is_broken_off
    return isinstance(error, ConnectionResetError | ConnectionAbortedError | BrokenPipeError)
