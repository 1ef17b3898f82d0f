"""A relay in front of a server on loopback that delays datagrams, like a network over a distance."""

import select
import socket
import subprocess
import sys
import time
from collections import deque
from types import TracebackType
from typing import Self

from lab.port import IPV4

_LARGEST = 65535


class Delay:
    """A relay in a process of its own; a context manager that starts and stops it. `port` is where it listens."""

    def __init__(self, server_port: int, milliseconds: float) -> None:
        """Pass datagrams on to `server_port`; a round trip takes `milliseconds`."""
        self.port = 0
        self._command = [sys.executable, "-m", "lab.delay", str(server_port), str(milliseconds / 2e3)]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self._process.stdout is not None:
            self.port = int(self._process.stdout.readline())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.communicate()  # closing its standard input ends it


def main() -> None:
    """Relay until standard input ends. Arguments: the server's port, seconds to wait in each direction."""
    server_port, seconds = int(sys.argv[1]), float(sys.argv[2])
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as near,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far,
    ):
        near.bind((IPV4, 0))
        far.connect((IPV4, server_port))
        print(near.getsockname()[1], flush=True)
        _relay(near, far, seconds)


def _relay(near: socket.socket, far: socket.socket, seconds: float) -> None:
    clients: dict[bytes, tuple[str, int]] = {}  # by message ID
    waiting: deque[tuple[float, socket.socket, bytes]] = deque()  # until when, and where it came from
    while True:
        left = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        readable, _, _ = select.select([near, far, sys.stdin], [], [], left)
        if sys.stdin in readable:
            return
        for source in (near, far):
            if source not in readable:
                continue
            octets, client = source.recvfrom(_LARGEST)
            if source is near:
                clients[octets[:2]] = client
            waiting.append((time.monotonic() + seconds, source, octets))
        while waiting and waiting[0][0] <= time.monotonic():
            _, source, octets = waiting.popleft()
            if source is near:
                far.send(octets)
            elif octets[:2] in clients:
                near.sendto(octets, clients.pop(octets[:2]))


if __name__ == "__main__":
    main()
