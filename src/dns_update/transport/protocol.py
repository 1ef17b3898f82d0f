"""What a client needs from its transport: an object of your own with these methods can be one."""

from __future__ import annotations

from typing import Protocol

from dns_update.exchange import Exchange, Reply, UnverifiedReply
from dns_update.transport import Endpoint


class Transport(Protocol):
    """What `Client(transport=...)` takes: it moves octets, waits for them, and decides nothing.

    Any object with these methods fits; it need not be a subclass. `BlockingTransport` and `MemoryTransport` are two.
    A `Client` that threads share calls it from each of them. For `Client.transfer` it also needs a method
    `transfer(transfer, endpoint)`, as `BlockingTransport` has it.
    """

    def carry(self, exchange: Exchange, endpoint: Endpoint) -> Reply | UnverifiedReply:
        """Carry an exchange with the server at `endpoint` to its end, and return `exchange.settled`.

        `exchange.next` gives attempts until it returns None. Send the octets of each by its transport, `udp` or `tcp`
        (over TCP, two octets of length come before each message). Hand every message that arrives to
        `exchange.receive`, while the exchange is `listening` and the deadline of the attempt has not passed. If the
        network fails, call `exchange.lost`; if the time is over, do nothing. Take `now` from `clock`, and a
        `message_id` that cannot be guessed. Do not catch the NoResponse that `exchange.next` raises.
        """

    def resolve(self, host: str) -> tuple[str, ...]:
        """Return the IP addresses of a host name, as texts; raise OSError if there are none."""

    def pause(self, seconds: float) -> None:
        """Let time pass."""

    def clock(self) -> float:
        """Return the seconds on a clock that never goes back."""

    def keep_open(self) -> None:
        """From now on keep sockets open between exchanges, if that makes sense: a `with` begins."""

    def close(self) -> None:
        """Close what was kept open; the transport may be used again afterwards."""


class AsyncTransport(Protocol):
    """What `AsyncClient(transport=...)` takes: the same within an asyncio loop.

    Any object with these methods fits; `AsyncioTransport` is one. Several exchanges may be under way at once, and
    `carry` may be cancelled.
    """

    async def carry(self, exchange: Exchange, endpoint: Endpoint) -> Reply | UnverifiedReply:
        """Carry an exchange with the server at `endpoint` to its end; see `Transport.carry`."""

    async def resolve(self, host: str) -> tuple[str, ...]:
        """Return the IP addresses of a host name, as texts; raise OSError if there are none."""

    async def pause(self, seconds: float) -> None:
        """Let time pass."""

    def clock(self) -> float:
        """Return the seconds on a clock that never goes back."""

    def keep_open(self) -> None:
        """From now on keep sockets open between exchanges, if that makes sense: an `async with` begins."""

    def close(self) -> None:
        """Close what was kept open; the transport may be used again afterwards."""
