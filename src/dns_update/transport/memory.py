"""A scripted replacement for the network: it keeps what was sent, and a script says what comes back.

It is for tests of anything that uses a transport, and for faults that no real server shows on request. Time passes
only if the script lets an attempt reach its deadline, or in `pause`, and nothing really waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from dns_update.errors.causes import CONNECTION_RESET, NETWORK_ERROR
from dns_update.exchange import TCP, Exchange, Reply, Transmission, TransportName, UnverifiedReply
from dns_update.rr.record import Record
from dns_update.transfer import Transfer
from dns_update.transport import Endpoint
from dns_update.transport.failures import failure_of
from dns_update.value import Value

Responder = Callable[["SentMessage"], "Iterable[bytes] | OSError | str"]


class SentMessage(Value):
    """One message that was sent: where to, by `udp` or `tcp`, and its octets."""

    endpoint: Endpoint
    transport: TransportName
    octets: bytes


class MemoryTransport:
    """Carries exchanges to a script.

    `script` is called with every message sent. It returns the messages that come back, in this order (none: the
    attempt reaches its deadline), or why the network failed: an OSError that a socket would raise, or a text for any
    other reason.
    """

    def __init__(
        self, script: Responder, *, wall: int = 1_800_000_000, hosts: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        """Start with the wall clock at `wall` seconds since 1970, the monotonic one at 0, and message IDs at 1.

        `hosts` has the addresses of host names.
        """
        self.sent: list[SentMessage] = []
        self.now = 0.0
        self._script = script
        self._hosts = hosts or {}
        self._wall_at_start = wall

    @property
    def wall(self) -> int:
        """The wall clock, in whole seconds since 1970."""
        return self._wall_at_start + int(self.now)

    def carry(self, exchange: Exchange, endpoint: Endpoint) -> Reply | UnverifiedReply:
        """Carry an exchange to its end and return its result; raises NoResponse."""
        while (attempt := exchange.next(now=self.now, wall=self.wall, message_id=len(self.sent) + 1)) is not None:
            self._attempt(exchange, attempt, endpoint)
        return exchange.settled

    def transfer(self, transfer: Transfer, endpoint: Endpoint) -> Iterator[list[Record]]:
        """Carry a zone transfer: yield the records of each message of the script, then let the connection end."""
        request = transfer.start(wall=self.wall, message_id=len(self.sent) + 1)
        self.sent.append(SentMessage(endpoint, TCP, request))
        answer = self._script(self.sent[-1])
        if isinstance(answer, OSError):
            raise transfer.broken(*failure_of(answer, TCP))
        if isinstance(answer, str):
            raise transfer.broken(answer, NETWORK_ERROR)
        for octets in answer:
            yield transfer.receive(octets, wall=self.wall)
            if transfer.is_complete:
                return
        raise transfer.broken("the server closed the connection", CONNECTION_RESET)

    def keep_open(self) -> None:
        """Do nothing: there are no sockets."""

    def close(self) -> None:
        """Do nothing, like `keep_open`."""

    def clock(self) -> float:
        """Return the seconds on the monotonic clock."""
        return self.now

    def pause(self, seconds: float) -> None:
        """Move the clock on, without waiting."""
        self.now += seconds

    def resolve(self, host: str) -> tuple[str, ...]:
        """Return the addresses of a host name; raises OSError if it has none."""
        if host not in self._hosts:
            raise OSError(0, "Name or service not known")
        return self._hosts[host]

    def _attempt(self, exchange: Exchange, attempt: Transmission, endpoint: Endpoint) -> None:
        self.sent.append(SentMessage(endpoint, attempt.transport, attempt.octets))
        answer = self._script(self.sent[-1])
        if isinstance(answer, OSError):
            exchange.lost(*failure_of(answer, attempt.transport))
            return
        if isinstance(answer, str):
            exchange.lost(answer, NETWORK_ERROR)
            return
        for octets in answer:
            if exchange.listening:
                exchange.receive(octets, wall=self.wall)
        if exchange.listening:
            self.now = attempt.deadline
