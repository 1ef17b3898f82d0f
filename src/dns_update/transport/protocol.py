"""What a client asks of its transport: fit one of these to bring your own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from dns_update.exchange import Exchange, Reply, UnverifiedReply
    from dns_update.transport import Endpoint


class Transport(Protocol):
    """What `Client(transport=...)` takes: it moves octets, waits for them, and decides nothing.

    Any object with these methods fits; it need not be a subclass. `BlockingTransport` and `MemoryTransport` do.
    A `Client` that threads share calls it from each of them.
    """

    def carry(self, exchange: Exchange, endpoint: Endpoint) -> Reply | UnverifiedReply:
        """Carry an exchange with the server at `endpoint` to its end, and return `exchange.settled`.

        `exchange.next` gives attempts until it returns None: send the octets of each, by `udp` or `tcp` as it says (TCP
        has two octets of length before each message), and hand every message that comes to `exchange.receive`, while
        the exchange is `listening` and the deadline of the attempt has not passed. Where the network fails, say so by
        `exchange.lost`; where the time is over, do nothing. Take `now` from `clock`, and a `message_id` that cannot be
        guessed. Let the NoResponse pass that `exchange.next` raises.
        """

    def resolve(self, host: str) -> tuple[str, ...]:
        """Return the IP addresses of a host name, as texts; raise OSError if there are none."""

    def pause(self, seconds: float) -> None:
        """Let time pass."""

    def clock(self) -> float:
        """Return the seconds on a clock that never goes back."""

    def keep_open(self) -> None:
        """Keep sockets open from one exchange to the next, from now on, if that makes sense: a `with` begins."""

    def close(self) -> None:
        """Close what was kept open; the transport may be used again afterwards."""


class AsyncTransport(Protocol):
    """What `AsyncClient(transport=...)` takes: the same within an asyncio loop.

    Any object with these methods fits; `AsyncioTransport` does. Several exchanges may be under way at once, and `carry`
    may be cancelled.
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
        """Keep sockets open from one exchange to the next, from now on, if that makes sense: an `async with` begins."""

    def close(self) -> None:
        """Close what was kept open; the transport may be used again afterwards."""
