"""Scripted peers on loopback, each in a thread that waits for messages, and addresses where nothing answers."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import pytest

from dns_update.message import Message
from dns_update.transport import Endpoint
from dns_update.wire.codes import Flag
from dns_update.wire.framing import Deframer

IPV4 = "127.0.0.1"
IPV6 = "::1"
SECONDS = 30  # until a peer gives up; no test waits that long
_LARGEST = 65535
_WAKE_AGAIN = 0.05  # seconds; the last wake-up may have found the socket's buffer full of unread messages


def family_of(address: str) -> socket.AddressFamily:
    """Return the socket family of an address."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def answer(request: bytes, rcode: int = 0, flags: int = Flag.QR) -> bytes:
    """Return an unsigned answer to a request."""
    message = Message.decode(request)
    return Message(
        opcode=message.opcode, question=message.question, flags=flags, rcode=rcode, message_id=message.message_id
    ).encode()


class _Peer:
    """A thread around a socket; leaving the context ends it."""

    def __init__(self, sock: socket.socket, address: str, port: int) -> None:
        self._socket = sock
        self._socket.settimeout(SECONDS)
        if self._socket.type == socket.SOCK_STREAM:  # a port in TIME_WAIT is free enough
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((address, port))
        except OSError:
            self._socket.close()
            raise
        self.endpoint = Endpoint(address, self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._thread.is_alive():
            self._wake()
            self._thread.join(_WAKE_AGAIN)
        self._socket.close()

    def _run(self) -> None:
        raise NotImplementedError

    def _wake(self) -> None:
        raise NotImplementedError


class UdpPeer(_Peer):
    """Calls `script` with the number and the octets of each datagram, and sends back its answer or answers.

    `clients` has the address and port of each sender. A port that it picks is also kept free for a TcpPeer.
    """

    def __init__(self, script: Callable[[int, bytes], Iterable[bytes]], address: str = IPV4, port: int = 0) -> None:
        self._reservation = None if port else _reserved_for_tcp(address)
        number = port if self._reservation is None else self._reservation.getsockname()[1]
        super().__init__(socket.socket(family_of(address), socket.SOCK_DGRAM), address, number)
        self.clients: list[tuple[str, int]] = []
        self.script = script

    def send_from_here(self, octets: bytes, client: tuple[str, int]) -> None:
        """Send a datagram that is not an answer."""
        self._socket.sendto(octets, client)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        if self._reservation is not None:
            self._reservation.close()

    def _run(self) -> None:
        while True:
            octets, client = self._socket.recvfrom(_LARGEST)
            if not octets:
                return
            self.clients.append(client[:2])
            for reply in self.script(len(self.clients), octets):
                self._socket.sendto(reply, client)

    def _wake(self) -> None:
        with socket.socket(self._socket.family, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", (self.endpoint.address, self.endpoint.port))


class TcpPeer(_Peer):
    """Accepts one connection after the other, calls `script` with it and its first message, and closes it."""

    def __init__(self, script: Callable[[socket.socket, bytes], object], address: str = IPV4, port: int = 0) -> None:
        super().__init__(socket.socket(family_of(address), socket.SOCK_STREAM), address, port)
        self.clients: list[tuple[str, int]] = []
        self.script = script
        self._socket.listen()

    def _run(self) -> None:
        while True:
            connection, client = self._socket.accept()
            with connection:
                connection.settimeout(SECONDS)
                message = _first_message(connection)
                if message is None:
                    return
                self.clients.append(client[:2])
                self.script(connection, message)

    def _wake(self) -> None:
        socket.create_connection((self.endpoint.address, self.endpoint.port)).close()


def _reserved_for_tcp(address: str) -> socket.socket:
    """Return a socket that reserves a port, free for UDP and TCP, from programs that do not reuse addresses.

    It does not listen, so programs that reuse addresses can listen there.
    """
    while True:
        reservation = socket.socket(family_of(address), socket.SOCK_STREAM)
        reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reservation.bind((address, 0))
        try:
            with socket.socket(family_of(address), socket.SOCK_DGRAM) as probe:
                probe.bind(reservation.getsockname()[:2])
        except OSError:
            reservation.close()
            continue
        return reservation


def _first_message(connection: socket.socket) -> bytes | None:
    deframer = Deframer()
    while octets := connection.recv(_LARGEST):
        for message in deframer.feed(octets):
            return message
    return None


@contextmanager
def deaf(kind: socket.SocketKind, port: int = 0) -> Iterator[Endpoint]:
    """Hold a port of 127.0.0.1 at which datagrams are unreachable, or connections refused."""
    with socket.socket(socket.AF_INET, kind) as holder:
        if kind == socket.SOCK_STREAM:  # a port in TIME_WAIT is free enough
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((IPV4, port))
        if kind == socket.SOCK_DGRAM:
            holder.connect((IPV4, 9))  # from now on the kernel takes datagrams from there only
        yield Endpoint(IPV4, holder.getsockname()[1])


def has_ipv6_loopback() -> bool:
    """Return whether a socket can have the address ::1."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
            sock.bind((IPV6, 0))
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6_loopback(), reason="this machine has no IPv6 loopback address")
