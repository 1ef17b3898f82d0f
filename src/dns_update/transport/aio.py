"""UDP, TCP, TLS and QUIC in an asyncio loop: for a program that does other things at the same time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from socket import SOCK_DGRAM, socket

from dns_update.exchange import QUIC, TCP, UDP, Exchange, Reply, Transmission, UnverifiedReply
from dns_update.rr.record import Record
from dns_update.transport import LARGEST_READ, Endpoint, random_id, seconds_left
from dns_update.transport.demux import Demux, Pending, may_have_arrived, send_shared
from dns_update.transport.failures import failure_of, is_broken_off, may_repeat
from dns_update.transport.sockets import addresses_found, check_source, connect_address, family_of, new_socket
from dns_update.transport.stream_aio import TcpSocket, TlsSocket
from dns_update.transport.tls_peers import TlsPeers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.auth.tls_settings import TlsSettings
    from dns_update.exchange import TransportName
    from dns_update.transfer import Transfer
    from dns_update.transport.quic_aio import QuicSocket

# What is read at once before the loop does other work, even from a server that sends without pause.
_DATAGRAM_OCTETS = 1 << 16  # of all datagrams together
_DATAGRAM_COST = 512  # octets added to each one's own; all answers to an agent still fit into one read


class AsyncioTransport:
    """Carries exchanges over sockets of their own, a new one for each attempt, unless `keep_open` was called.

    A connection by TLS or QUIC is kept in any case, for one exchange after the other. Several exchanges may be under
    way; cancelling one `carry` does not affect the others. Only signed exchanges ever share a UDP socket: to forge an
    answer to those takes more than guessing the port.
    """

    def __init__(self, local_address: str | None = None) -> None:
        """Send from `local_address` if given; raises UsageError if this machine does not have it."""
        self.local_address = local_address
        self._keeps_open = False
        self._shared: dict[tuple[str, int], _SharedSocket] = {}  # by address and port
        self._kept: dict[tuple[TransportName, Endpoint, TlsSettings | None], TlsSocket | QuicSocket] = {}
        self._peers = TlsPeers()
        if local_address is not None:
            check_source(local_address)

    def keep_open(self) -> None:
        """Keep, from now on, one UDP socket for each server, until `close`."""
        self._keeps_open = True

    def renew(self) -> None:
        """Open new sockets from now on: the kept ones may be bound to an address that is gone."""
        while self._shared:
            self._shared.popitem()[1].retire()
        while self._kept:
            self._kept.popitem()[1].close()

    def close(self) -> None:
        """Close the kept sockets, and keep none from now on."""
        self._keeps_open = False
        self.renew()

    async def carry(self, exchange: Exchange, endpoint: Endpoint) -> Reply | UnverifiedReply:
        """Carry an exchange to its end and return its result; raises NoResponse."""
        while True:
            shared = self._shared_socket(exchange, endpoint)
            message_id = shared.free_id() if shared is not None else random_id()
            attempt = exchange.next(now=time.monotonic(), wall=int(time.time()), message_id=message_id)
            if attempt is None:
                return exchange.settled
            if shared is not None and attempt.transport == UDP:
                await shared.attempt(exchange, attempt, message_id)
            else:
                await self._attempt_alone(exchange, attempt, endpoint)
            if exchange.result is not None:
                return exchange.result

    async def transfer(self, transfer: Transfer, endpoint: Endpoint) -> AsyncIterator[list[Record]]:
        """Carry a zone transfer: yield the records of each message, and close the connection at the end.

        Raises NoResponse, and what `transfer.receive` raises.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + transfer.patience
        stream: TcpSocket | QuicSocket | None = None
        try:
            stream = self._stream(endpoint, transfer.transport, transfer.tls)
            async with asyncio.timeout_at(deadline):
                await stream.open(endpoint)
                await stream.send(transfer.start(wall=int(time.time()), message_id=random_id()))
            while not transfer.is_complete:
                async with asyncio.timeout_at(deadline):
                    messages = await stream.receive()
                for message in messages:
                    yield transfer.receive(message, wall=int(time.time()))
                    if transfer.is_complete:
                        return
                    deadline = loop.time() + transfer.patience
                await asyncio.sleep(0)  # `sock_recv` does not yield to the loop if data is there
        except TimeoutError as error:
            raise transfer.broken() from error
        except OSError as error:
            raise transfer.broken(*failure_of(error, transfer.transport)) from error
        finally:
            if stream is not None:
                stream.close()

    @staticmethod
    def clock() -> float:
        """Return the seconds on the monotonic clock."""
        return time.monotonic()

    async def pause(self, seconds: float) -> None:
        """Wait for so many seconds."""
        await asyncio.sleep(seconds)

    async def resolve(self, host: str) -> tuple[str, ...]:
        """Return the IP addresses of a host name that can be reached from the local address; raises OSError."""
        family = family_of(self.local_address)
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host.encode(), None, family=family, type=SOCK_DGRAM)
        except RuntimeError as error:  # no thread is left for the system's resolver
            raise OSError(str(error)) from error
        addresses = addresses_found(found)
        self._peers.resolved(host, addresses)
        return addresses

    def _shared_socket(self, exchange: Exchange, endpoint: Endpoint) -> _SharedSocket | None:
        """Return the socket that the exchange may share; None if it needs one of its own."""
        if not (self._keeps_open and exchange.is_signed and exchange.transport == UDP):
            return None
        place = endpoint.address, endpoint.port
        shared = self._shared.get(place)
        if shared is None or shared.is_retired:
            try:
                shared = _SharedSocket(self._new_socket(endpoint, is_tcp=False), endpoint)
            except OSError:
                return None  # the attempt on its own socket will report the error
            self._shared[place] = shared
        return shared

    def _new_socket(self, endpoint: Endpoint, *, is_tcp: bool) -> socket:
        """Return a socket of the class that asyncio needs; raises OSError."""
        plain = new_socket((self.local_address, 0), is_ipv6=endpoint.is_ipv6, is_tcp=is_tcp)
        return socket(plain.family, plain.type, fileno=plain.detach())

    async def _attempt_alone(self, exchange: Exchange, attempt: Transmission, endpoint: Endpoint) -> None:
        kept = self._idle((attempt.transport, endpoint, attempt.tls))
        try:
            async with asyncio.timeout_at(attempt.deadline):
                if attempt.transport == UDP:
                    await self._attempt_by_datagrams(exchange, attempt, endpoint)
                else:
                    await self._attempt_by_stream(exchange, attempt, endpoint, kept)
        except TimeoutError:
            pass  # the exchange sees from the time that nothing came
        except OSError as error:
            exchange.lost(
                *failure_of(error, attempt.transport),
                may_have_arrived=is_broken_off(error),
                may_repeat=may_repeat(error, attempt.transport, was_kept=kept is not None),
            )

    async def _attempt_by_datagrams(self, exchange: Exchange, attempt: Transmission, endpoint: Endpoint) -> None:
        """Send one attempt and hand over what comes, until the exchange needs no more; raises OSError."""
        loop = asyncio.get_running_loop()
        with self._new_socket(endpoint, is_tcp=False) as connection:
            connection.setblocking(False)  # noqa: FBT003 - the standard library's signature
            await loop.sock_connect(connection, connect_address(endpoint))
            await loop.sock_sendall(connection, attempt.octets)
            while exchange.listening:
                exchange.receive(await loop.sock_recv(connection, LARGEST_READ), wall=int(time.time()))
                seconds_left(attempt.deadline)
                await asyncio.sleep(0)  # `sock_recv` does not yield to the loop if data is there

    async def _attempt_by_stream(
        self, exchange: Exchange, attempt: Transmission, endpoint: Endpoint, kept: TlsSocket | QuicSocket | None
    ) -> None:
        """Do the same on a connection: one that was kept, or a new one. It is kept afterwards if it is encrypted."""
        place = attempt.transport, endpoint, attempt.tls
        stream: TcpSocket | QuicSocket | None = kept
        is_kept = False
        try:
            if stream is None:
                stream = self._stream(endpoint, attempt.transport, attempt.tls)
                await stream.open(endpoint)
            await stream.send(attempt.octets)
            while exchange.listening:
                for message in await stream.receive():
                    exchange.receive(message, wall=int(time.time()))
                    if not exchange.listening:
                        break
                    seconds_left(attempt.deadline)
                await asyncio.sleep(0)  # `sock_recv` does not yield to the loop if data is there
            if not isinstance(stream, TcpSocket) or isinstance(stream, TlsSocket):
                is_kept = self._kept.setdefault(place, stream) is stream
        finally:
            if stream is not None and not is_kept:
                stream.close()

    def _stream(self, endpoint: Endpoint, transport: TransportName, tls: TlsSettings | None) -> TcpSocket | QuicSocket:
        """Return a connection that is not open yet.

        Raises OSError; UsageError for files of TLS that cannot be used, or if the library for QUIC is missing.
        """
        if transport == TCP:
            return TcpSocket(self._new_socket(endpoint, is_tcp=True))
        if transport == QUIC:
            link = self._peers.link(endpoint, tls, time.monotonic())
            from dns_update.transport.quic_aio import QuicSocket  # with aioquic, which `link` has loaded

            return QuicSocket(self._new_socket(endpoint, is_tcp=False), link)
        layer = self._peers.connection(endpoint, tls)
        return TlsSocket(self._new_socket(endpoint, is_tcp=True), layer)

    def _idle(self, place: tuple[TransportName, Endpoint, TlsSettings | None]) -> TlsSocket | QuicSocket | None:
        """Return a kept connection that can be used, if there is one."""
        stream = self._kept.pop(place, None)
        if stream is not None and stream.is_idle:
            return stream
        if stream is not None:
            stream.close()
        return None


class _PendingRequest(Pending):
    """An exchange on a shared socket; `done` is set when it needs no other message, or will get none."""

    __slots__ = ("done",)

    def __init__(self, exchange: Exchange, message_id: int, deadline: float, done: asyncio.Future[None]) -> None:
        super().__init__(exchange, message_id, deadline)
        self.done = done


class _SharedSocket:
    """A connected UDP socket for many exchanges at once; demux.py says which of them a datagram is for."""

    def __init__(self, connection: socket, endpoint: Endpoint) -> None:
        """Connect; raises OSError."""
        self.is_retired = False
        self._pending: Demux[_PendingRequest] = Demux()
        self._timer: asyncio.TimerHandle | None = None
        self._connection = connection
        try:
            connection.setblocking(False)  # noqa: FBT003 - the standard library's signature
            connection.connect(connect_address(endpoint))
        except OSError:
            connection.close()
            raise
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(connection, self._read)

    def free_id(self) -> int:
        """Return a message ID that no pending exchange has."""
        return self._pending.free_id()

    async def attempt(self, exchange: Exchange, attempt: Transmission, message_id: int) -> None:
        """Send one attempt and wait until the exchange needs no other message, or knows that the network failed it."""
        request = _PendingRequest(exchange, message_id, attempt.deadline, self._loop.create_future())
        self._pending.enter(request)
        if self._timer is None or attempt.deadline < self._timer.when():
            self._wake_at(attempt.deadline)
        try:
            earlier = send_shared(lambda: self._connection.send(attempt.octets))
            if earlier is not None:
                self._lose([other for other in self._pending.values() if other is not request], earlier)
            await request.done
        except OSError as error:
            self.is_retired = True
            exchange.lost(*failure_of(error, UDP), may_have_arrived=is_broken_off(error))
        finally:
            self._pending.leave(request)
            if self.is_retired:
                self.retire()

    def retire(self) -> None:
        """Take no more exchanges, and close the socket once none is pending."""
        self.is_retired = True
        if not self._pending and self._connection.fileno() >= 0:
            self._loop.remove_reader(self._connection)
            self._connection.close()
            if self._timer is not None:
                self._timer.cancel()

    def _wake_at(self, deadline: float) -> None:
        """Have the loop wake us at the first deadline: one timer for all, since few are ever needed."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(deadline, self._give_up_late)

    def _give_up_late(self) -> None:
        """End the attempts that are late; each exchange sees from the time that nothing came."""
        self._timer = None
        for request in self._pending.late(self._loop.time()):
            self.is_retired = True  # the next try starts with a new socket
            self._finish(request)
        first = self._pending.first_deadline()
        if first is not None:
            self._wake_at(first)

    def _read(self) -> None:
        """Hand over the datagrams that are there; the loop calls again if some are left."""
        room = _DATAGRAM_OCTETS
        try:
            while room > 0:
                octets = self._connection.recv(LARGEST_READ)
                room -= len(octets) + _DATAGRAM_COST
                request = self._pending.find(octets)
                if request is not None and request.receive(octets, wall=int(time.time())):
                    self._finish(request)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(list(self._pending.values()), error)

    def _lose(self, requests: list[_PendingRequest], error: OSError) -> None:
        """End the attempts that an error of the socket concerns."""
        if requests:
            self.is_retired = True
        arrived = may_have_arrived(error, is_alone=len(requests) == 1)
        for request in requests:
            request.exchange.lost(*failure_of(error, UDP), may_have_arrived=arrived)
            self._finish(request)

    def _finish(self, request: _PendingRequest) -> None:
        self._pending.leave(request)
        if not request.done.done():  # it may have been cancelled
            request.done.set_result(None)
