"""Many exchanges with one server at once: for bulk updates, where waiting for each answer in turn takes too long.

Over UDP, signed exchanges share a socket. Its port stays the same, so a forger has time to find it, but that does not
help to forge a signature. An unsigned exchange has a socket of its own for each attempt, and a forger must guess
each port. Each socket is connected: the kernel drops datagrams from other addresses. Over TCP, TLS and QUIC all share
a connection (RFC 7766, section 6.2.1.1). demux.py says which exchange a message is for.

Each exchange follows its own rules and deadlines, as if it were alone. One that began by UDP and must go on by TCP
(an answer is truncated or not trusted) is carried to its end at once, by the transport. What arrives for the others
meanwhile waits in their sockets, and is read before any of them counts as late.

An ICMP error ends every exchange that is pending on its socket and whose answer has not come yet. So does the end of a
TCP connection. A server may end a connection after any answer, and that is not the fault of the exchanges after it
(RFC 7766, section 6.2.4): `was_cut_off` marks these. From then on each exchange has a connection of its own.
"""

from __future__ import annotations

import select
import time

from dns_update.errors import NoResponse
from dns_update.exchange import QUIC, UDP, Exchange, Reply, Transmission, TransportName, UnverifiedReply
from dns_update.transport import LONGEST_WAIT, Endpoint
from dns_update.transport.blocking import BlockingTransport
from dns_update.transport.demux import Demux, Pending, may_have_arrived, send_shared
from dns_update.transport.failures import failure_of, is_broken_off
from dns_update.transport.udp import Datagrams

REST_SECONDS = 0.1  # to read what came before a deadline or an error; a socket's buffer takes a few milliseconds
FRESH = 1.0  # seconds that a message may wait after it is signed and before it is sent; servers allow 300

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.transport.quic_socket import QuicChannel
    from dns_update.transport.tcp import Stream


class Channel:
    """A connection by `transport`, which several exchanges may use if it `is_shared`.

    `is_used` says that a message was sent on it. An error ends the exchanges that are pending on it. A TCP connection
    ends with them; a UDP socket can be used again.
    """

    __slots__ = ("connection", "is_shared", "is_used", "transport")

    def __init__(
        self, connection: Datagrams | Stream | QuicChannel, transport: TransportName, *, is_shared: bool
    ) -> None:
        self.connection = connection
        self.transport = transport
        self.is_shared = is_shared
        self.is_used = False

    def send(self, octets: bytes, deadline: float) -> OSError | None:
        """Send a message, by `deadline` on the monotonic clock; return the error of an earlier datagram.

        Raises OSError for an error of this message.
        """
        if self.transport == UDP:
            return send_shared(lambda: self.connection.send(octets, deadline))
        self.connection.send(octets, deadline)
        return None


class Flight(Pending):
    """An exchange that a pipeline carries, or will carry; `octets` is the last message that came for it.

    `was_cut_off` says that it has no answer because its connection, which carried others before, has ended.
    """

    __slots__ = ("channel", "failure", "first", "follows", "octets", "ready_at", "was_cut_off")

    def __init__(self, exchange: Exchange, message_id: int) -> None:
        """Encode and sign its first message; raises UsageError if it cannot be encoded."""
        super().__init__(exchange, message_id)
        self.ready_at = time.monotonic()
        self.first = exchange.next(now=self.ready_at, wall=int(time.time()), message_id=message_id)
        self.channel: Channel | None = None  # of the attempt under way
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

    `start` sends and returns; `wait` returns the result of one; answers may come in any order. For an exchange that
    must wait for others, `Flight` does the work that can be done meanwhile, and `launch` sends it. A server silently
    drops what it has no room for (BIND takes 100 updates at once), and a socket's buffer is finite: the caller limits
    how many are under way.
    """

    def __init__(self, transport: BlockingTransport, endpoint: Endpoint, source: str | None = None) -> None:
        """Prepare to send to `endpoint` from the address `source`, as `transport` does (None: the kernel's choice)."""
        self.endpoint = endpoint
        self._transport = transport
        self._source = source
        self._flights: Demux[Flight] = Demux()
        self._channels: dict[int, Channel] = {}  # by file descriptor
        self._shared: dict[str, Channel] = {}  # by transport
        self._shares_streams = True
        self._readable = select.poll()

    def start(self, exchange: Exchange) -> Flight:
        """Send an exchange's first message; return what `wait` takes.

        Raises UsageError for a message that cannot be encoded.
        """
        flight = Flight(exchange, self._flights.free_id())
        self.launch(flight)
        return flight

    def launch(self, flight: Flight) -> bool:
        """Send the first message of a flight; return False, and do nothing, if it is too late for that.

        It is too late if it has waited too long, or if another one has its ID by now: then make another flight.
        """
        first = flight.first
        if first is not None and first.transport == QUIC:
            self._make_room()
        waited = time.monotonic() - flight.ready_at
        if waited > FRESH or flight.message_id in self._flights:
            return False
        if first is not None:
            attempt = first._replace(deadline=first.deadline + waited)
            self._send(flight, attempt, flight.message_id)
        return True

    def wait(self, flight: Flight) -> Reply | UnverifiedReply:
        """Carry an exchange to its end, and the others as far as possible meanwhile; raises NoResponse."""
        while not flight.is_over:
            self._listen()
        if flight.failure is not None:
            raise flight.failure
        return flight.exchange.settled

    def drain(self) -> None:
        """Carry all exchanges under way to their ends; `wait` returns the result of each."""
        while self._flights:
            self._listen()

    def close(self) -> None:
        """Close the sockets. Exchanges still under way get no answer."""
        for channel in tuple(self._channels.values()):
            self._close(channel)

    def _make_room(self) -> None:
        """Wait until fewer messages are under way than a server can cope with by QUIC."""
        from dns_update.transport.quic import MOST_STREAMS

        while len(self._flights) >= MOST_STREAMS:
            self._listen()

    def _go_on(self, flight: Flight) -> None:
        """Send the next attempt of an exchange, if one is left."""
        message_id = self._flights.free_id()
        try:
            attempt = flight.exchange.next(now=time.monotonic(), wall=int(time.time()), message_id=message_id)
            if attempt is not None:
                self._send(flight, attempt, message_id)
        except NoResponse as error:
            flight.failure = error

    def _send(self, flight: Flight, attempt: Transmission, message_id: int) -> None:
        if attempt.transport != UDP and flight.channel is not None:
            self._transport.carry(flight.exchange, self.endpoint, attempt)
            return
        try:
            channel = self._channel_for(flight, attempt)
        except OSError as error:
            self._end(flight, error, attempt.transport)
            return
        self._enter(flight, channel, attempt, message_id)
        try:
            earlier = channel.send(attempt.octets, attempt.deadline)
        except OSError as error:
            others = self._flights_on(channel, other_than=flight)
            self._end(flight, error, attempt.transport, arrived=is_broken_off(error))
            if attempt.transport != UDP:
                self._lose(channel, others, error)
            return
        channel.is_used = True
        if earlier is not None:
            self._lose(channel, self._flights_on(channel, other_than=flight), earlier)

    def _channel_for(self, flight: Flight, attempt: Transmission) -> Channel:
        """Return the shared channel of the attempt's transport, or a new one where there may be none."""
        is_shared = flight.exchange.is_signed if attempt.transport == UDP else self._shares_streams
        channel = self._shared.get(attempt.transport) if is_shared else None
        if channel is not None and channel.connection.is_spent and not self._is_busy(channel):
            self._close(channel)
            channel = None
        if channel is None:
            local = (self._source, 0)
            connection = self._transport.open(self.endpoint, local, attempt)
            channel = Channel(connection, attempt.transport, is_shared=is_shared)
            self._readable.register(channel.connection, select.POLLIN)
            self._channels[channel.connection.fileno()] = channel
            if is_shared:
                self._shared[attempt.transport] = channel
        return channel

    def _enter(self, flight: Flight, channel: Channel, attempt: Transmission, message_id: int) -> None:
        flight.channel = channel
        flight.follows = channel.is_used
        flight.message_id = message_id
        flight.deadline = attempt.deadline
        self._flights.enter(flight)

    def _leave(self, flight: Flight) -> None:
        """Stop waiting for an answer to the attempt that is under way."""
        channel = flight.channel
        if self._flights.leave(flight) and channel is not None and not channel.is_shared:
            self._close(channel)

    def _flights_on(self, channel: Channel, *, other_than: Flight | None = None) -> list[Flight]:
        return [flight for flight in self._flights.values() if flight.channel is channel and flight is not other_than]

    def _is_busy(self, channel: Channel) -> bool:
        """Return whether any exchange is pending on a channel."""
        return any(flight.channel is channel for flight in self._flights.values())

    def _close(self, channel: Channel) -> None:
        if self._channels.pop(channel.connection.fileno(), None) is not None:
            self._readable.unregister(channel.connection)
            channel.connection.close()
        if self._shared.get(channel.transport) is channel:
            del self._shared[channel.transport]

    def _listen(self) -> None:
        """Take what arrives until the first deadline, and go on with the exchanges that are late."""
        first = self._flights.first_deadline()
        if first is None:
            raise RuntimeError("nothing is under way")
        timer = min([channel.connection.timer for channel in self._channels.values()], default=first)
        # At least a millisecond, to not wake up too early.
        left = min(max(min(first, timer) - time.monotonic(), 0), LONGEST_WAIT)
        ready = [descriptor for descriptor, _event in self._readable.poll(left * 1000 + 1)]
        if timer <= time.monotonic():
            ready += [number for number, channel in self._channels.items() if number not in ready]
        for descriptor in ready:
            channel = self._channels.get(descriptor)
            if channel is not None:
                self._hear(channel)
        if first <= time.monotonic():
            self._go_on_with_the_late()

    def _go_on_with_the_late(self) -> None:
        """Go on with the exchanges that are late, except those whose answers have already come."""
        late = self._flights.late(time.monotonic())
        for channel in {flight.channel for flight in late if flight.channel is not None}:
            until = time.monotonic() + REST_SECONDS
            while self._is_busy(channel) and self._hear(channel) and time.monotonic() < until:
                pass
        late = self._flights.late(time.monotonic())
        for flight in late:
            self._leave(flight)
        for flight in late:
            self._go_on(flight)  # it sees from the time that nothing came

    def _hear(self, channel: Channel) -> bool:
        """Take what is there, or an error; return whether anything was."""
        try:
            messages = channel.connection.take()
        except BlockingIOError:
            return False
        except OSError as error:
            self._lose(channel, self._flights_on(channel), error)
            return True
        for octets in messages:
            self._take(channel, octets)
        return True

    def _hear_the_rest(self, channel: Channel) -> None:
        """Take what came before an error."""
        until = time.monotonic() + REST_SECONDS
        while self._is_busy(channel) and time.monotonic() < until:
            try:
                messages = channel.connection.take()
            except BlockingIOError:
                return
            except OSError:
                if channel.transport != UDP:
                    return
                continue  # each ICMP error is reported once
            for octets in messages:
                self._take(channel, octets)

    def _take(self, channel: Channel, octets: bytes) -> None:
        flight = self._flights.find(octets)
        if flight is None or flight.channel is not channel:  # an answer counts only on the socket of its question
            return
        if flight.receive(octets, wall=int(time.time())):
            self._leave(flight)
            flight.octets = octets
            if flight.exchange.result is None:
                self._go_on(flight)

    def _lose(self, channel: Channel, flights: list[Flight], error: OSError) -> None:
        """End exchanges whose channel had an error, except those whose answers have already come."""
        arrived = may_have_arrived(error, is_alone=len(flights) == 1)
        self._hear_the_rest(channel)
        if channel.transport != UDP:
            self._close(channel)
        for flight in flights:
            if not flight.is_over:
                self._end(flight, error, channel.transport, arrived=arrived)

    def _end(self, flight: Flight, error: OSError, transport: TransportName, *, arrived: bool = False) -> None:
        """End an exchange that the network failed; `arrived` says that its message may have arrived."""
        self._leave(flight)
        if transport != UDP and flight.follows:
            flight.was_cut_off = True
            self._shares_streams = False
        if not isinstance(error, TimeoutError):  # otherwise it sees from the time that nothing came
            flight.exchange.lost(*failure_of(error, transport), may_have_arrived=arrived)
        self._go_on(flight)
