"""What the errors of sockets mean: to people, and for what was sent."""

from __future__ import annotations

from dns_update.exchange import TCP


class CannotSend(OSError):
    """Nothing can be sent from the address that the user chose; the text says why."""


def reason_of(error: OSError, transport: str) -> str:
    """Return, for people, why the network failed an attempt."""
    if isinstance(error, ConnectionRefusedError):
        return "connection refused" if transport == TCP else "port unreachable: nothing listens there"
    return str(error) if isinstance(error, CannotSend) else words_of(error)


def is_broken_off(error: OSError) -> bool:
    """Tell whether a connection ended that stood: what was sent before may have arrived."""
    return isinstance(error, ConnectionResetError | ConnectionAbortedError | BrokenPipeError)


def words_of(error: OSError) -> str:
    """Return what the system calls an error, as a part of a sentence."""
    return (error.strerror or str(error)).lower()
