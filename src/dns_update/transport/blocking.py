"""UDP, TCP, TLS and QUIC with blocking sockets, one exchange at a time: for a command that does one thing."""

from __future__ import annotations

import time

from dns_update.exchange import ENCRYPTED, QUIC, TCP, UDP, Exchange, Reply, Transmission, TransportName, UnverifiedReply
from dns_update.rr.record import Record
from dns_update.transport import Endpoint, random_id, seconds_left
from dns_update.transport.sockets import addresses_of_host, check_source
from dns_update.transport.udp import Datagrams, open_datagrams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from dns_update.auth.tls_settings import TlsSettings
    from dns_update.transfer import Transfer
    from dns_update.transport import Local
    from dns_update.transport.quic_socket import QuicChannel
    from dns_update.transport.tcp import Stream
    from dns_update.transport.tls_peers import TlsPeers
    from dns_update.transport.tls_stream import TlsStream

    _Place: TypeAlias = tuple[TransportName, Endpoint, TlsSettings | None]

Trace: TypeAlias = "Callable[[str, Endpoint, TransportName, bytes], None]"


class BlockingTransport:
    """Carries exchanges over sockets of their own, a new one for each attempt, unless `keep_open` was called.

    A connection by TLS or QUIC is kept in any case, since making one takes longer than an exchange.

    A new socket has a new source port, which a forger must guess. It is connected, so that the kernel drops datagrams
    from other addresses and reports ICMP errors at once. Only the UDP sockets of signed exchanges are ever
    kept: to forge an answer to those takes more than guessing the port.

    Threads may share a transport. One of them uses a kept socket at a time; the others open their own meanwhile.
    """

    def __init__(self, local_address: str | None = None, trace: Trace | None = None, *, local_port: int = 0) -> None:
        """Send from `local_address` if given, from `local_port` if not 0; call `trace` with every message.

        `trace` gets `"sent"` or `"received"`, the server's endpoint, `"udp"`, `"tcp"`, `"tls"` or `"quic"`, and the
        octets.
        Raises UsageError if this machine does not have `local_address`, InvalidText if it is not an address.
        """
        self._local = (local_address, local_port)
        self._trace = trace
        self._keeps_open = False
        # By address and port, not by Endpoint: their look-up runs no Python code, so another thread cannot run in
        # between.
        self._kept: dict[tuple[str, int], Datagrams] = {}
        self._kept_encrypted: dict[_Place, TlsStream | QuicChannel] = {}
        self._peers: TlsPeers | None = None
        if local_address is not None:
            check_source(local_address, local_port)

    @property
    def local_address(self) -> str | None:
        """The address to send from; None is the kernel's choice."""
        return self._local[0]

    def keep_open(self) -> None:
        """Keep, from now on, one UDP socket for each server, until `close`."""
        self._keeps_open = True

    def close(self) -> None:
        """Close the kept sockets, and keep none from now on."""
        self._keeps_open = False
        for place in tuple(self._kept):
            self._close_kept(place)
        while self._kept_encrypted:
            self._kept_encrypted.popitem()[1].close()

    def carry(
        self, exchange: Exchange, endpoint: Endpoint, attempt: Transmission | None = None
    ) -> Reply | UnverifiedReply:
        """Carry an exchange to its end and return its result; raises NoResponse.

        `attempt` is one that the exchange already gave and that was not sent yet.
        """
        if attempt is None:
            attempt = _next(exchange)
        while attempt is not None:
            kept = self._take_kept(attempt, endpoint)
            try:
                self._attempt(exchange, attempt, endpoint, kept)
            except TimeoutError:
                pass  # the exchange sees from the time that nothing came
            except OSError as error:
                from dns_update.transport.failures import failure_of, is_broken_off, may_repeat  # rarely needed

                exchange.lost(
                    *failure_of(error, attempt.transport),
                    may_have_arrived=is_broken_off(error),
                    may_repeat=may_repeat(error, attempt.transport, was_kept=kept is not None),
                )
            attempt = _next(exchange)
        return exchange.settled

    def transfer(self, transfer: Transfer, endpoint: Endpoint) -> Iterator[list[Record]]:
        """Carry a zone transfer: yield the records of each message, and close the connection at the end.

        Raises NoResponse, and what `transfer.receive` raises.
        """
        from contextlib import closing  # an update needs none of them

        from dns_update.transport.failures import failure_of

        deadline = time.monotonic() + transfer.patience
        attempt = Transmission(transfer.transport, b"", deadline, transfer.tls)
        try:
            with closing(self.open(endpoint, self._local, attempt)) as stream:
                request = transfer.start(wall=int(time.time()), message_id=random_id())
                stream.send(request, deadline)
                self._tell("sent", endpoint, transfer.transport, request)
                while not transfer.is_complete:
                    for octets in stream.receive(deadline):
                        self._tell("received", endpoint, transfer.transport, octets)
                        yield transfer.receive(octets, wall=int(time.time()))
                        if transfer.is_complete:
                            return
                        deadline = time.monotonic() + transfer.patience
        except TimeoutError as error:
            raise transfer.broken() from error
        except OSError as error:
            raise transfer.broken(*failure_of(error, transfer.transport)) from error

    @staticmethod
    def clock() -> float:
        """Return the seconds on the monotonic clock."""
        return time.monotonic()

    def pause(self, seconds: float) -> None:
        """Wait for so many seconds."""
        time.sleep(seconds)

    def resolve(self, host: str) -> tuple[str, ...]:
        """Return the IP addresses of a host name that can be reached from the local address; raises OSError."""
        addresses = addresses_of_host(host, self._local[0])
        self.peers.resolved(host, addresses)
        return addresses

    @property
    def peers(self) -> TlsPeers:
        """What is known of the servers that are spoken TLS or QUIC with."""
        if self._peers is None:
            from dns_update.transport.tls_peers import TlsPeers  # an address and UDP need it not

            self._peers = TlsPeers()
        return self._peers

    def open(self, endpoint: Endpoint, local: Local, attempt: Transmission) -> Datagrams | Stream | QuicChannel:
        """Return a connection from `local` to a server by the transport of an attempt, and until its deadline.

        Raises OSError; UsageError for files of TLS that cannot be used, or if the library for QUIC is missing.
        """
        if attempt.transport == UDP:
            return open_datagrams(endpoint, local)
        if attempt.transport == TCP:
            from dns_update.transport.tcp import open_stream  # most exchanges need no stream

            return open_stream(endpoint, local, attempt.deadline)
        if attempt.transport == QUIC:
            link = self.peers.link(endpoint, attempt.tls, time.monotonic())
            from dns_update.transport.quic_socket import open_quic  # with aioquic, which `link` has loaded

            return open_quic(endpoint, local, attempt.deadline, link)
        tls = self.peers.connection(endpoint, attempt.tls)
        from dns_update.transport.tls_stream import open_tls  # with OpenSSL, which `connection` has loaded

        return open_tls(endpoint, local, attempt.deadline, tls)

    def _take_kept(self, attempt: Transmission, endpoint: Endpoint) -> Datagrams | TlsStream | QuicChannel | None:
        """Return what an earlier exchange has left open for an attempt like this one; None if there is nothing."""
        if attempt.transport == UDP:
            return self._kept.pop((endpoint.address, endpoint.port), None)
        if attempt.transport in ENCRYPTED:
            return self._idle_encrypted((attempt.transport, endpoint, attempt.tls))
        return None

    def _attempt(
        self,
        exchange: Exchange,
        attempt: Transmission,
        endpoint: Endpoint,
        kept: Datagrams | TlsStream | QuicChannel | None,
    ) -> None:
        """Send one attempt and hand over what comes, until the exchange needs no more; raises OSError."""
        channel = kept if kept is not None else self.open(endpoint, self._local, attempt)
        may_be_kept = False
        try:
            channel.send(attempt.octets, attempt.deadline)
            self._tell("sent", endpoint, attempt.transport, attempt.octets)
            while exchange.listening:
                for octets in channel.receive(attempt.deadline):
                    self._tell("received", endpoint, attempt.transport, octets)
                    exchange.receive(octets, wall=int(time.time()))
                    if not exchange.listening:
                        break
                    seconds_left(attempt.deadline)
            may_be_kept = attempt.transport in ENCRYPTED or (
                attempt.transport == UDP and self._keeps_open and exchange.is_signed
            )
        finally:
            if not may_be_kept:
                channel.close()
            elif isinstance(channel, Datagrams):
                self._keep(channel, (endpoint.address, endpoint.port))
            else:
                self._keep_encrypted(channel, (attempt.transport, endpoint, attempt.tls))

    def _keep(self, channel: Datagrams, place: tuple[str, int]) -> None:
        """Keep a socket for the next exchange, unless one of another thread is already kept."""
        if self._kept.setdefault(place, channel) is not channel:
            channel.close()
        elif not self._keeps_open:  # `close` ran in between, and may not have seen it
            self._close_kept(place)

    def _close_kept(self, place: tuple[str, int]) -> None:
        channel = self._kept.pop(place, None)
        if channel is not None:
            channel.close()

    def _idle_encrypted(self, place: _Place) -> TlsStream | QuicChannel | None:
        """Return a kept connection that can be used, if there is one."""
        stream = self._kept_encrypted.pop(place, None)
        if stream is None or stream.is_idle:
            return stream
        stream.close()
        return None

    def _keep_encrypted(self, stream: Stream | QuicChannel, place: _Place) -> None:
        """Keep a connection for the next exchange, unless one of another thread is already kept."""
        if self._kept_encrypted.setdefault(place, stream) is not stream:  # type: ignore[arg-type]
            stream.close()

    def _tell(self, direction: str, endpoint: Endpoint, transport: TransportName, octets: bytes) -> None:
        if self._trace is not None:
            self._trace(direction, endpoint, transport, octets)


def _next(exchange: Exchange) -> Transmission | None:
    return exchange.next(now=time.monotonic(), wall=int(time.time()), message_id=random_id())
