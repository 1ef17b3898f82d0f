"""Messages over a QUIC connection with a blocking UDP socket."""

from __future__ import annotations

import time
from contextlib import suppress

from dns_update.auth.tls_settings import HANDSHAKE_SECONDS
from dns_update.transport import LARGEST_READ, LONGEST_WAIT, Endpoint, Local, seconds_left
from dns_update.transport.quic import QuicLink
from dns_update.transport.sockets import Socket, connected_socket
from dns_update.transport.udp import Connection


class QuicChannel(Connection):
    """A QUIC connection to a server; several messages may be under way."""

    def __init__(self, connection: Socket, link: QuicLink) -> None:
        """Take a connected socket, and what is to be on it."""
        super().__init__(connection)
        self._link = link

    @property
    def timer(self) -> float:
        """When `take` must be called though nothing has come, on the monotonic clock."""
        return self._link.timer

    @property
    def is_spent(self) -> bool:
        """Whether a new connection must be made for what follows: a server limits the messages on one."""
        return self._link.is_spent

    def establish(self, until: float) -> None:
        """Carry out the handshake; raises OSError, a TimeoutError at `until`, TlsFailure if it is the wrong server."""
        while not self._link.is_established:
            self._step(until)

    def send(self, octets: bytes, deadline: float) -> None:
        """Send a message, after the last part of the handshake; raises OSError, a TimeoutError at `deadline`."""
        seconds_left(deadline)
        self._link.ask(octets, time.monotonic())
        flush(self._connection, self._link)

    def receive(self, deadline: float) -> list[bytes]:
        """Wait for datagrams and return the messages that they complete; raises OSError, TimeoutError at `deadline`."""
        while True:
            messages = self._step(deadline)
            if messages:
                return messages

    def take(self) -> list[bytes]:
        """Return the messages that an arrived datagram completes; raises BlockingIOError if none came, and OSError."""
        self._connection.settimeout(0)
        try:
            messages = self._read()
        except BlockingIOError:
            now = time.monotonic()
            if now < self._link.timer:
                raise
            messages = self._link.expired(now)
        if not messages:  # otherwise the next message acknowledges them
            flush(self._connection, self._link)
        return messages

    def close(self) -> None:
        """Tell the server, and close the socket, if it is open."""
        if self._connection.fileno() < 0:
            return
        close(self._connection, self._link)

    @property
    def is_idle(self) -> bool:
        """Whether it is open, and the server was heard of lately."""
        if not self._link.may_be_used_again(time.monotonic()):
            return False
        try:
            while True:
                self.take()
        except BlockingIOError:
            return True
        except OSError:
            return False

    def _step(self, deadline: float) -> list[bytes]:
        """Send what is to be sent, and wait for a datagram, but not past the link's timer or `deadline`."""
        flush(self._connection, self._link)
        now = time.monotonic()
        until = min(self._link.timer, deadline, now + LONGEST_WAIT)
        if now < until:
            self._connection.settimeout(until - now)
            with suppress(TimeoutError):
                return self._read()
        seconds_left(deadline)
        return self._link.expired(time.monotonic())

    def _read(self) -> list[bytes]:
        try:
            datagram = self._connection.recv(LARGEST_READ)
        except OSError as error:
            raise self._link.failure_of(error) from None
        return self._link.receive(datagram, time.monotonic())

    def __del__(self) -> None:
        """Close the connection of a transport that was not closed."""
        self.close()


def flush(connection: Socket, link: QuicLink) -> None:
    """Send the datagrams that are to be sent now, without waiting for room; raises OSError."""
    try:
        for datagram in link.outgoing(time.monotonic()):
            with suppress(BlockingIOError, TimeoutError):  # then it is lost, and sent again later
                connection.send(datagram)
    except OSError as error:
        raise link.failure_of(error) from None


def close(connection: Socket, link: QuicLink) -> None:
    """Tell the server that the connection ends, and close the socket."""
    with suppress(OSError):
        for datagram in link.close(time.monotonic()):
            connection.send(datagram)
    connection.close()


def open_quic(endpoint: Endpoint, local: Local, deadline: float, link: QuicLink) -> QuicChannel:
    """Return an established connection to a server, which has some seconds for it, but until `deadline` at most.

    Raises OSError: TlsFailure if the server is not the right one, or does not speak DNS over QUIC.
    """
    channel = QuicChannel(connected_socket(endpoint, local, None, is_tcp=False), link)
    try:
        channel.establish(min(time.monotonic() + HANDSHAKE_SECONDS, deadline))
    except TimeoutError:
        channel.close()
        raise link.timed_out() from None
    except OSError:
        channel.close()  # which tells the server why
        raise
    return channel
