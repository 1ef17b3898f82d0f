"""A forwarder in front of a server, for UDP and TCP, that loses what a firewall would lose."""

import contextlib
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from lab import NameServer
from lab.port import IPV4, Port

_LARGEST = 65535
_DEADLINE = 20  # seconds after which what is awaited will never come


class Forwarder:
    """Forwards messages to a server, except those that `loses` names by transport ("udp", "tcp") and octets.

    `change` makes of a request and its answer what the client gets; `answers_from` is the address that datagrams come
    from, if it is another one than they were sent to.
    """

    def __init__(
        self,
        server: NameServer,
        loses: Callable[[str, bytes], bool],
        change: Callable[[bytes, bytes], bytes] = lambda _request, answer: answer,
        *,
        answers_from: str = IPV4,
    ) -> None:
        self._server = server.host, server.port
        self._loses = loses
        self._change = change
        self._answers_from = answers_from
        self._claim = Port.claim_any()
        self.port = self._claim.number
        self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._datagrams.bind((IPV4, self.port))
        self._stream = socket.create_server((IPV4, self.port))
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._run_udp, self._run_tcp)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for listening in (self._datagrams, self._stream):
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
        self._claim.release()

    @property
    def address(self) -> str:
        """What `dns-server` takes."""
        return f"{IPV4}:{self.port}"

    def _run_udp(self) -> None:
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere:
            elsewhere.bind((self._answers_from, 0))
            answering = self._datagrams if self._answers_from == IPV4 else elsewhere
            while True:
                request, client = self._datagrams.recvfrom(_LARGEST)
                if request and not self._loses("udp", request):
                    answering.sendto(self._change(request, self._ask(request)), client)

    def _run_tcp(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _client = self._stream.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            while framed := _framed(connection):
                if self._loses("tcp", framed[2:]):
                    connection.recv(1)  # until the client gives up
                    return
                with socket.create_connection(self._server, _DEADLINE) as server:
                    server.sendall(framed)
                    changed = self._change(framed[2:], _framed(server)[2:])
                    connection.sendall(len(changed).to_bytes(2) + changed)

    def _ask(self, request: bytes) -> bytes:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
            connection.settimeout(_DEADLINE)
            connection.connect(self._server)
            connection.send(request)
            return connection.recv(_LARGEST)


def _framed(connection: socket.socket) -> bytes:
    """Return the next message with its length before it, empty at the end."""
    length = _exactly(connection, 2)
    return length + _exactly(connection, int.from_bytes(length)) if length else b""


def _exactly(connection: socket.socket, count: int) -> bytes:
    octets = b""
    while len(octets) < count:
        more = connection.recv(count - len(octets))
        if not more:
            return b""
        octets += more
    return octets
