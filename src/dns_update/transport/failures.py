"""What the errors of sockets mean: to people, and for what was sent."""

from __future__ import annotations

from dns_update.exchange import TCP
from dns_update.transport.sockets import CannotSend, words_of


def reason_of(error: OSError, transport: str) -> str:
    """Return, for people, why the network failed an attempt."""
    if isinstance(error, ConnectionRefusedError):
        return "connection refused" if transport == TCP else "port unreachable: nothing listens there"
    return str(error) if isinstance(error, CannotSend) else words_of(error)


def is_broken_off(error: OSError) -> bool:
    """Return whether an established connection ended: what was sent before may have arrived."""
    return isinstance(error, ConnectionResetError | ConnectionAbortedError | BrokenPipeError)
