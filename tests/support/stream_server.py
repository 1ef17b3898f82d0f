"""A server over TCP whose answers a test makes up, message by message."""

import contextlib
import itertools
import socket
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from dns_update.message import Message
from lab.port import IPV4

Script = Callable[[Message, bytes], Iterable[bytes]]
"""Given a request and its octets, yields what is sent, which may be more than a message, or a part of one."""

_DEADLINE = 20  # seconds after which what is awaited will never come


class StreamServer:
    """Answers each connection's one request by a script, and then closes it; `hung_up` says that a client did first."""

    def __init__(self, script: Script, *, stays: bool = False) -> None:
        """Answer by the script; a server that `stays` leaves the connection open, and sends nothing more."""
        self.requests: list[Message] = []
        self.hung_up = threading.Event()
        self._script = script
        self._stays = stays
        self._listener = socket.create_server((IPV4, 0))
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def address(self) -> str:
        """What `Client` takes."""
        return f"{IPV4}:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(_DEADLINE)
        self._listener.close()

    def _run(self) -> None:
        with contextlib.suppress(OSError):  # the end of the test
            for _ in itertools.count():
                connection, _client = self._listener.accept()
                with connection, connection.makefile("rb") as stream:
                    self._answer(connection, stream.read(int.from_bytes(stream.read(2))))

    def _answer(self, connection: socket.socket, request: bytes) -> None:
        self.requests.append(Message.decode(request))
        connection.settimeout(_DEADLINE)
        try:
            for octets in self._script(self.requests[-1], request):
                connection.sendall(octets)
            if self._stays and not connection.recv(1):
                self.hung_up.set()
        except (ConnectionError, BrokenPipeError):
            self.hung_up.set()


def framed(message: bytes) -> bytes:
    """Return a message as it goes over TCP."""
    return len(message).to_bytes(2) + message
