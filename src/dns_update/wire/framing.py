"""Messages on a byte stream: the 16-bit length before each (RFC 1035, section 4.2.2), fed piece by piece."""

from __future__ import annotations

LENGTH_OCTETS = 2


def frame(message: bytes) -> bytes:
    """Return a message of at most 65,535 octets with its length before it."""
    return len(message).to_bytes(LENGTH_OCTETS) + message


class Deframer:
    """Cuts a byte stream into messages; the stream may come in any pieces."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, octets: bytes) -> list[bytes]:
        """Take the next octets of the stream and return the messages that they complete, oldest first."""
        buffer = self._buffer
        buffer += octets
        messages = []
        while len(buffer) >= LENGTH_OCTETS:
            end = LENGTH_OCTETS + int.from_bytes(buffer[:LENGTH_OCTETS])
            if len(buffer) < end:
                break
            messages.append(bytes(buffer[LENGTH_OCTETS:end]))
            del buffer[:end]
        return messages

    @property
    def is_empty(self) -> bool:
        """Whether the stream is between two messages: only there may it end."""
        return not self._buffer
