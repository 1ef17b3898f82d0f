"""Many exchanges at once over one UDP socket: for bulk, where to wait for each answer in turn would take the time.

Only signed exchanges may share a socket. Its port stays the same, so that a forger has time to find it; but whoever
finds it cannot forge a signature. The socket is connected: the kernel keeps away datagrams from other addresses. Which
exchange a datagram is for, its message ID says, and of those that are under way no two are equal.

Each exchange goes on by its own rules and deadlines, as though it were alone. One that has to go on over TCP (its
message is too long, an answer is truncated or not to be believed) is carried to its end at once, by the transport;
what comes for the others meanwhile waits in the socket, and is read before any of them is given up for late.

An ICMP error says that a datagram could not be delivered, but not which. It ends every exchange that was under way and
whose answer is not there yet.
"""

from __future__ import annotations

import os
import select
import socket
import time

from dns_update.errors import NoAnswer
from dns_update.exchange import TCP, UDP
from dns_update.transport.blocking import LARGEST_READ, reason_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from dns_update.exchange import Attempt, Exchange, Reply, UnverifiedReply
    from dns_update.transport import Endpoint
    from dns_update.transport.blocking import BlockingTransport, Trace


class Flight:
    """An exchange that a pipeline carries; `octets` is the last datagram that came for it."""

    __slots__ = ("deadline", "exchange", "failure", "message_id", "octets")

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.message_id = 0  # of the attempt under way
        self.deadline = 0.0  # the same, on the monotonic clock
        self.failure: NoAnswer | None = None
        self.octets = b""

    @property
    def is_over(self) -> bool:
        """Whether there is a result, or it is certain that none will come."""
        return self.exchange.result is not None or self.failure is not None


class Pipeline:
    """Carries signed exchanges to one server, as many at once as were started.

    `start` sends and returns; `wait` returns the result of one, whatever the order in which the answers come. A server
    may drop silently what it has no room for (BIND takes 100 updates at once), and a socket's buffer is finite: it is
    for the caller to bound how many are under way.
    """

    def __init__(self, transport: BlockingTransport, endpoint: Endpoint, trace: Trace | None = None) -> None:
        """Prepare to send to `endpoint` from where `transport` sends from; `trace` is told of each datagram, as there.

        What goes on over TCP, the transport's own trace is told of.
        """
        self.endpoint = endpoint
        self._transport = transport
        self._trace = trace
        self._flights: dict[int, Flight] = {}  # by message ID; in the order in which they were sent
        self._socket: socket.socket | None = None
        self._readable = select.poll()

    def start(self, exchange: Exchange) -> Flight:
        """Send an exchange's first attempt; return what `wait` takes.

        Raises ValueError for an exchange without a key, and UsageError for a message that cannot be encoded.
        """
        if not exchange.is_signed:
            raise ValueError("only signed exchanges may share a socket")
        flight = Flight(exchange)
        self._go_on(flight)
        return flight

    def wait(self, flight: Flight) -> Reply | UnverifiedReply:
        """Take an exchange to its end, the others as far as they come meanwhile; raises NoAnswer."""
        while not flight.is_over:
            if not self._hear():
                self._wait_for_datagram()
        if flight.failure is not None:
            raise flight.failure
        return flight.exchange.settled

    def drain(self) -> None:
        """Take all that is under way to its end; `wait` tells what came of each."""
        while self._flights:
            if not self._hear():
                self._wait_for_datagram()

    def close(self) -> None:
        """Close the socket. What is still under way gets no answer."""
        if self._socket is not None:
            self._readable.unregister(self._socket)
            self._socket.close()
            self._socket = None

    def _go_on(self, flight: Flight) -> None:
        """Send the next attempt of an exchange, if one is left."""
        message_id = self._free_id()
        try:
            attempt = flight.exchange.next(now=time.monotonic(), wall=int(time.time()), message_id=message_id)
            if attempt is not None:
                self._attempt(flight, attempt, message_id)
        except NoAnswer as error:
            flight.failure = error

    def _attempt(self, flight: Flight, attempt: Attempt, message_id: int) -> None:
        if attempt.transport == TCP:
            self._transport.carry(flight.exchange, self.endpoint, attempt)
            return
        flight.message_id = message_id
        flight.deadline = attempt.deadline
        try:
            error = self._send(attempt.octets)
        except OSError as own:
            flight.exchange.lost(reason_of(own, UDP))
            self._go_on(flight)
            return
        before = tuple(self._flights.values()) if error is not None else ()
        self._flights[message_id] = flight
        if error is not None:
            self._lose(before, error)

    def _send(self, octets: bytes) -> OSError | None:
        """Send a datagram; return the error that an earlier one met, and raise OSError for one of its own.

        The kernel reports an ICMP error at the socket's next call, and does then not do what that was called for.
        """
        connection = self._socket
        if connection is None:
            connection = self._socket = self._transport.open_datagrams(self.endpoint)
            self._readable.register(connection, select.POLLIN)
        earlier = None
        try:
            connection.send(octets)
        except OSError as error:
            if not self._flights:
                raise
            connection.send(octets)
            earlier = error
        if self._trace is not None:
            self._trace("sent", self.endpoint, UDP, octets)
        return earlier

    def _hear(self) -> bool:
        """Take one datagram, or one error, if there is any."""
        if self._socket is None:
            return False
        try:
            octets = self._socket.recv(LARGEST_READ, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError as error:
            self._lose(tuple(self._flights.values()), error)
            return True
        if self._trace is not None:
            self._trace("received", self.endpoint, UDP, octets)
        flight = self._flights.get(int.from_bytes(octets[:2]))
        if flight is not None:
            flight.exchange.receive(octets, wall=int(time.time()))
            if not flight.exchange.listening:
                del self._flights[flight.message_id]
                flight.octets = octets
                if flight.exchange.result is None:
                    self._go_on(flight)
        return True

    def _wait_for_datagram(self) -> None:
        """Wait until a datagram is there, or go on with the exchanges whose deadline has passed."""
        now = time.monotonic()
        late = [flight for flight in self._flights.values() if flight.deadline <= now]
        for flight in late:
            del self._flights[flight.message_id]
        for flight in late:
            self._go_on(flight)  # it sees by its clock that nothing came
        if not late:
            first = min(flight.deadline for flight in self._flights.values())
            self._readable.poll((first - now) * 1000 + 1)  # at least a millisecond, so as not to come too early

    def _lose(self, flights: Iterable[Flight], error: OSError) -> None:
        """End exchanges, the network having failed them, but for those whose answers are there already."""
        while self._hear():
            pass
        for flight in flights:
            if not flight.is_over:
                self._flights.pop(flight.message_id, None)
                flight.exchange.lost(reason_of(error, UDP), may_have_arrived=True)
                self._go_on(flight)

    def _free_id(self) -> int:
        while True:
            message_id = int.from_bytes(os.urandom(2))
            if message_id not in self._flights:
                return message_id
