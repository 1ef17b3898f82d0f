"""Peers that are not name servers: one that never answers, and a relay that loses or alters answers."""

import socket
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from dns_update.message import Message
from dns_update.wire.codes import Opcode
from lab import NameServer
from lab.port import IPV4

_LARGEST = 65535
_DEADLINE = 20  # seconds after which what is awaited will never come


class Silent:
    """Listens on one port for UDP and TCP, and never answers."""

    def __init__(self) -> None:
        while True:
            self._stream = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            self._stream.bind((IPV4, 0))
            self.port: int = self._stream.getsockname()[1]
            self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                self._datagrams.bind((IPV4, self.port))
            except OSError:  # the other protocol's port is taken
                self.close()
                continue
            self._stream.listen()
            return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def address(self) -> str:
        """What `dns-server` takes."""
        return f"{IPV4}:{self.port}"

    @property
    def is_untouched(self) -> bool:
        """Whether no client has sent or connected since the last call; drops what has arrived."""
        return not self._has_datagram() and not self._has_connection()

    def wait_for_datagram(self) -> bytes:
        """Return the next datagram, once it has arrived; raise TimeoutError if none does."""
        self._datagrams.settimeout(_DEADLINE)
        return self._datagrams.recv(_LARGEST)

    def close(self) -> None:
        """Release the port."""
        self._stream.close()
        self._datagrams.close()

    def _has_datagram(self) -> bool:
        self._datagrams.settimeout(0)
        try:
            self._datagrams.recv(_LARGEST)
        except BlockingIOError:
            return False
        return True

    def _has_connection(self) -> bool:
        self._stream.settimeout(0)
        try:
            self._stream.accept()[0].close()
        except BlockingIOError:
            return False
        return True


Hook = Callable[[bytes, bytes], Iterable[bytes]]
"""Given a request and the server's answer to it, returns what the client gets."""


class Relay:
    """Forwards datagrams to a server; `hook` decides what happens to its answers."""

    def __init__(self, server: NameServer, hook: Hook = lambda _request, answer: (answer,)) -> None:
        self.requests: list[bytes] = []
        self.clients: list[str] = []
        self.client_ports: list[int] = []
        self._server = (server.host, server.port)
        self._hook = hook
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((IPV4, 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", (IPV4, self.port))
        self._thread.join()
        self._socket.close()

    @property
    def address(self) -> str:
        """What `dns-server` takes."""
        return f"{IPV4}:{self.port}"

    def _run(self) -> None:
        while True:
            request, client = self._socket.recvfrom(_LARGEST)
            if not request:
                return
            self.requests.append(request)
            self.clients.append(client[0])
            self.client_ports.append(client[1])
            for answer in self._hook(request, self._ask(request)):
                self._socket.sendto(answer, client)

    def _ask(self, request: bytes) -> bytes:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
            connection.settimeout(_DEADLINE)
            connection.connect(self._server)
            connection.send(request)
            return connection.recv(_LARGEST)


def is_update(message: bytes) -> bool:
    """Return whether a message's opcode is UPDATE (RFC 2136, section 2.2)."""
    return message[2] >> 3 & 0xF == 5


def closed_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens, for UDP or TCP.

    Port 1 (tcpmux) is below the range from which the kernel assigns ports, and no test has a server there.
    """
    return 1


def stripped(_request: bytes, answer: bytes) -> Iterable[bytes]:
    """Remove the authority and additional sections from the answer to a query, and so also its signature."""
    message = Message.decode(answer)
    if message.opcode != Opcode.QUERY:
        return (answer,)
    bare = Message(
        opcode=message.opcode,
        question=message.question,
        answer=message.answer,
        flags=message.flags,
        rcode=message.rcode,
    )
    return (bare.encode(message.message_id),)
