"""A peer in its own process that sends to every client that has sent to it, and never pauses."""

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from lab.port import IPV4

OCTETS = {"tcp": b"\0\2ab" * 20_000, "udp": b"ab"}
"""The messages that it sends, by transport; none of them answers a request."""

_LARGEST = 65535
_IN_A_ROW = 50  # datagrams to each client before the next is looked for
_SECONDS = 120.0  # after which it ends in any case; no test waits for that


class Flood:
    """Listens at `port` of 127.0.0.1 by `transport`, "tcp" or "udp"; leaving the context ends it."""

    def __init__(self, transport: str, prefix: Sequence[str] = ()) -> None:
        self.transport = transport
        self._command = [*prefix, sys.executable, "-m", __name__, transport]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        is_over = self._process.poll() is not None
        self._process.kill()
        self._process.communicate()
        assert not is_over, "it ended before the test did, which it may have held up"

    @property
    def address(self) -> str:
        """What `dns-server` takes."""
        return f"{IPV4}:{self.port}"


def _pour(listener: socket.socket, octets: bytes) -> None:
    while True:
        connection, _client = listener.accept()
        threading.Thread(target=_pour_into, args=(connection, octets), daemon=True).start()


def _pour_into(connection: socket.socket, octets: bytes) -> None:
    with connection:
        try:
            while True:
                connection.sendall(octets)
        except OSError:
            pass  # the other side has had enough


def _spray(socket_: socket.socket, octets: bytes) -> None:
    clients = {socket_.recvfrom(_LARGEST)[1]}
    socket_.settimeout(0)
    while True:
        for client in tuple(clients):
            try:
                for _ in range(_IN_A_ROW):
                    socket_.sendto(octets, client)
            except OSError:
                pass  # it is gone, or slower than we are
        with contextlib.suppress(OSError):
            clients.add(socket_.recvfrom(_LARGEST)[1])


def _main() -> None:
    transport = sys.argv[1]
    kind, send = (socket.SOCK_STREAM, _pour) if transport == "tcp" else (socket.SOCK_DGRAM, _spray)
    with socket.socket(socket.AF_INET, kind) as listener:
        listener.bind((IPV4, 0))
        if transport == "tcp":
            listener.listen()
        threading.Thread(target=send, args=(listener, OCTETS[transport]), daemon=True).start()
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        threading.Event().wait(_SECONDS)


if __name__ == "__main__":
    _main()
