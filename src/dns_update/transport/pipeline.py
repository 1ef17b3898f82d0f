"""Many exchanges with one server at once: for bulk, where to wait for each answer in turn would take the time.

Over UDP, signed exchanges share a socket. Its port stays the same, so that a forger has time to find it; but whoever
finds it cannot forge a signature. An unsigned exchange has a socket of its own for each attempt, whose port must be
guessed anew. Each socket is connected: the kernel keeps away datagrams from other addresses. Over TCP all share a
connection (RFC 7766, section 6.2.1.1). Which exchange a message is for, its ID says, and of those that are under way no
two are equal.

Each exchange goes on by its own rules and deadlines, as though it were alone. One that has begun by UDP and has to go
on by TCP (an answer is truncated or not to be believed) is carried to its end at once, by the transport; what comes for
the others meanwhile waits in their sockets, and is read before any of them is given up for late.

An ICMP error says that a datagram could not be delivered, but not which. It ends every exchange that was under way on
that socket and whose answer is not there yet. So does the end of a TCP connection. There a server may end it after any
answer, and the exchanges behind that one are not to blame (RFC 7766, section 6.2.4): `was_cut_off` tells them. Further
ones then have a connection each.
"""

from __future__ import annotations

import os
import select
import time

from dns_update.errors import NoResponse
from dns_update.exchange import TCP, UDP, Attempt
from dns_update.transport import LONGEST_WAIT
from dns_update.transport.channel import open_channel
from dns_update.transport.failures import failure_of, is_broken_off

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from dns_update.exchange import Exchange, Reply, UnverifiedReply
    from dns_update.transport import Endpoint
    from dns_update.transport.blocking import BlockingTransport, Trace
    from dns_update.transport.channel import Channel


REST_SECONDS = 0.1  # for what came before a deadline or an error; a socket's buffer is read in a few milliseconds
FRESH = 1.0  # seconds for which a message may wait between its signature and its departure; servers allow for 300


class Flight:
    """An exchange that a pipeline carries, or is to carry; `octets` is the last message that came for it.

    `was_cut_off` tells that it has no answer because a connection ended that had carried others before.
    """

    __slots__ = (
        *("channel", "deadline", "exchange", "failure", "first", "follows", "message_id", "octets", "ready_at"),
        "was_cut_off",
    )

    def __init__(self, exchange: Exchange, message_id: int) -> None:
        """Make its first message, encoded and signed; raises UsageError if it cannot be encoded."""
        self.exchange = exchange
        self.message_id = message_id  # of the attempt under way
        self.ready_at = time.monotonic()
        self.first = exchange.next(now=self.ready_at, wall=int(time.time()), message_id=message_id)
        self.channel: Channel | None = None  # of the attempt under way
        self.deadline = 0.0  # the same, on the monotonic clock
        self.follows = False  # whether its channel had been used before
        self.failure: NoResponse | None = None
        self.octets = b""
        self.was_cut_off = False

    @property
    def is_over(self) -> bool:
        """Whether there is a result, or it is certain that none will come."""
        return self.exchange.result is not None or self.failure is not None


class Pipeline:
    """Carries exchanges to one server, as many at once as were started.

    `start` sends and returns; `wait` returns the result of one, whatever the order in which the answers come. For one
    that has to wait for others, `Flight` does the work that can be done meanwhile, and `launch` sends it. A server may
    drop silently what it has no room for (BIND takes 100 updates at once), and a socket's buffer is finite: it is
    for the caller to bound how many are under way.
    """

    def __init__(
        self, transport: BlockingTransport, endpoint: Endpoint, trace: Trace | None = None, source: str | None = None
    ) -> None:
        """Prepare to send to `endpoint` from the address `source`, as `transport` does (None: the kernel's choice).

        `trace` is told of each message, as a transport's is; of what goes on over TCP, the transport's own.
        """
        self.endpoint = endpoint
        self._transport = transport
        self._trace = trace
        self._source = source
        self._flights: dict[int, Flight] = {}  # by message ID; in the order in which they were sent
        self._channels: dict[int, Channel] = {}  # by file descriptor
        self._shared: dict[str, Channel] = {}  # by transport
        self._shares_streams = True
        self._readable = select.poll()

    def start(self, exchange: Exchange) -> Flight:
        """Send an exchange's first message; return what `wait` takes.

        Raises UsageError for a message that cannot be encoded.
        """
        flight = Flight(exchange, self._free_id())
        self.launch(flight)
        return flight

    def launch(self, flight: Flight) -> bool:
        """Send the first message of a flight; return False, and do nothing, if it is too late for that.

        It has waited too long then, or its ID is another's by now: make another flight.
        """
        waited = time.monotonic() - flight.ready_at
        if waited > FRESH or flight.message_id in self._flights:
            return False
        first = flight.first
        if first is not None:
            attempt = Attempt(first.transport, first.octets, first.deadline + waited)
            self._send(flight, attempt, flight.message_id)
        return True

    def wait(self, flight: Flight) -> Reply | UnverifiedReply:
        """Take an exchange to its end, the others as far as they come meanwhile; raises NoResponse."""
        while not flight.is_over:
            self._listen()
        if flight.failure is not None:
            raise flight.failure
        return flight.exchange.settled

    def drain(self) -> None:
        """Take all that is under way to its end; `wait` tells what came of each."""
        while self._flights:
            self._listen()

    def close(self) -> None:
        """Close the sockets. What is still under way gets no answer."""
        for channel in tuple(self._channels.values()):
            self._close(channel)

    def _go_on(self, flight: Flight) -> None:
        """Send the next attempt of an exchange, if one is left."""
        message_id = self._free_id()
        try:
            attempt = flight.exchange.next(now=time.monotonic(), wall=int(time.time()), message_id=message_id)
            if attempt is not None:
                self._send(flight, attempt, message_id)
        except NoResponse as error:
            flight.failure = error

    def _send(self, flight: Flight, attempt: Attempt, message_id: int) -> None:
        if attempt.transport == TCP and flight.channel is not None:
            self._transport.carry(flight.exchange, self.endpoint, attempt)
            return
        try:
            channel = self._channel_for(flight, attempt)
        except OSError as error:
            self._end(flight, error, attempt.transport)
            return
        before = tuple(channel.flights.values())
        self._enter(flight, channel, attempt, message_id)
        try:
            earlier = channel.send(attempt.octets, attempt.deadline)
        except OSError as error:
            self._end(flight, error, attempt.transport, may_have_arrived=is_broken_off(error))
            if attempt.transport == TCP:
                self._lose(channel, before, error)
            return
        channel.is_used = True
        self._tell("sent", channel, attempt.octets)
        if earlier is not None:
            self._lose(channel, before, earlier)

    def _channel_for(self, flight: Flight, attempt: Attempt) -> Channel:
        """Return the shared channel of the attempt's transport, or a new one where there may be none."""
        is_shared = flight.exchange.is_signed if attempt.transport == UDP else self._shares_streams
        channel = self._shared.get(attempt.transport) if is_shared else None
        if channel is None:
            local = (self._source, 0)
            channel = open_channel(self.endpoint, local, attempt.transport, attempt.deadline, is_shared=is_shared)
            self._readable.register(channel.connection, select.POLLIN)
            self._channels[channel.connection.fileno()] = channel
            if is_shared:
                self._shared[attempt.transport] = channel
        return channel

    def _enter(self, flight: Flight, channel: Channel, attempt: Attempt, message_id: int) -> None:
        flight.channel = channel
        flight.follows = channel.is_used
        flight.message_id = message_id
        flight.deadline = attempt.deadline
        channel.flights[message_id] = self._flights[message_id] = flight

    def _leave(self, flight: Flight) -> None:
        """Wait no longer for an answer to the attempt that is under way."""
        channel = flight.channel
        if channel is None or channel.flights.pop(flight.message_id, None) is None:
            return
        del self._flights[flight.message_id]
        if not channel.is_shared:
            self._close(channel)

    def _close(self, channel: Channel) -> None:
        if self._channels.pop(channel.connection.fileno(), None) is not None:
            self._readable.unregister(channel.connection)
            channel.connection.close()
        if self._shared.get(channel.transport) is channel:
            del self._shared[channel.transport]

    def _listen(self) -> None:
        """Take what comes until the first deadline, and go on with those whose deadline is over."""
        first = min([flight.deadline for flight in self._flights.values()])
        # At least a millisecond, so as not to come too early.
        left = min(max(first - time.monotonic(), 0), LONGEST_WAIT)
        ready = self._readable.poll(left * 1000 + 1)
        for descriptor, _event in ready:
            channel = self._channels.get(descriptor)
            if channel is not None:
                self._hear(channel)
        if first <= time.monotonic():
            self._go_on_with_the_late()

    def _go_on_with_the_late(self) -> None:
        """Go on with the exchanges whose deadline is over, but for those whose answers are there already."""
        for channel in {flight.channel for flight in self._late() if flight.channel is not None}:
            until = time.monotonic() + REST_SECONDS
            while channel.flights and self._hear(channel) and time.monotonic() < until:
                pass
        late = self._late()
        for flight in late:
            self._leave(flight)
        for flight in late:
            self._go_on(flight)  # it sees by its clock that nothing came

    def _late(self) -> list[Flight]:
        now = time.monotonic()
        return [flight for flight in self._flights.values() if flight.deadline <= now]

    def _hear(self, channel: Channel) -> bool:
        """Take what is there, or an error; return whether anything was."""
        try:
            messages = channel.connection.take()
        except BlockingIOError:
            return False
        except OSError as error:
            self._lose(channel, tuple(channel.flights.values()), error)
            return True
        for octets in messages:
            self._take(channel, octets)
        return True

    def _hear_the_rest(self, channel: Channel) -> None:
        """Take what came before an error."""
        until = time.monotonic() + REST_SECONDS
        while channel.flights and time.monotonic() < until:
            try:
                messages = channel.connection.take()
            except BlockingIOError:
                return
            except OSError:
                if channel.transport == TCP:
                    return
                continue  # each ICMP error is told once
            for octets in messages:
                self._take(channel, octets)

    def _take(self, channel: Channel, octets: bytes) -> None:
        self._tell("received", channel, octets)
        flight = channel.flights.get(int.from_bytes(octets[:2]))
        if flight is None:
            return
        flight.exchange.receive(octets, wall=int(time.time()))
        if not flight.exchange.listening:
            self._leave(flight)
            flight.octets = octets
            if flight.exchange.result is None:
                self._go_on(flight)

    def _lose(self, channel: Channel, flights: Iterable[Flight], error: OSError) -> None:
        """End exchanges whose channel met an error, but for those whose answers are there already."""
        self._hear_the_rest(channel)
        if channel.transport == TCP:
            self._close(channel)
        for flight in flights:
            if not flight.is_over:
                self._end(flight, error, channel.transport, may_have_arrived=True)

    def _end(self, flight: Flight, error: OSError, transport: str, *, may_have_arrived: bool = False) -> None:
        """End an exchange that the network failed."""
        self._leave(flight)
        if transport == TCP and flight.follows:
            flight.was_cut_off = True
            self._shares_streams = False
        if not isinstance(error, TimeoutError):  # otherwise it sees by its clock that nothing came
            flight.exchange.lost(*failure_of(error, transport), may_have_arrived=may_have_arrived)
        self._go_on(flight)

    def _tell(self, direction: str, channel: Channel, octets: bytes) -> None:
        if self._trace is not None:
            self._trace(direction, self.endpoint, channel.transport, octets)

    def _free_id(self) -> int:
        while True:
            message_id = random_id()
            if message_id not in self._flights:
                return message_id


def random_id() -> int:
    """Return an ID for a message."""
    return int.from_bytes(os.urandom(2))
