"""A TCP relay in front of a server that does something at a certain octet: the point of a fault, without waiting."""

import selectors
import socket
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

_LARGEST_READ = 512  # octets: small, so that faults happen within messages
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time: closing sends RST


class Relay:
    """Passes octets to a server's port and back. After so many octets from clients, it calls `act` in its thread."""

    def __init__(self, port: int) -> None:
        """Listen on a port of its own, `port` of this object, for the server's `port`."""
        self._server_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._selector = selectors.DefaultSelector()
        self._left: float = float("inf")
        self._act: Callable[[], None] = self.reset
        self._is_open = True
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._run)

    def at(self, octets: int, act: Callable[[], None]) -> None:
        """Call `act`, once, after so many further octets from clients."""
        self._act, self._left = act, octets

    def reset(self) -> None:
        """Reset all connections."""
        for key in list(self._selector.get_map().values()):
            if key.data is not None:
                self._close(key.fileobj)

    def __enter__(self) -> Self:
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False
        self._wake.send(b"x")
        self._thread.join()
        self.reset()
        for each in (self._listener, self._selector, self._wake, self._woken):
            each.close()

    def _run(self) -> None:
        while self._is_open:
            for key, _events in self._selector.select():
                if key.fileobj is self._listener:
                    self._accept()
                elif key.data is not None:
                    self._pass_on(key.fileobj, *key.data)

    def _accept(self) -> None:
        client, _address = self._listener.accept()
        try:
            server = socket.create_connection(("127.0.0.1", self._server_port))
        except OSError:  # it is being restarted: the client sees a connection that ends at once
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            client.close()
            return
        self._selector.register(client, selectors.EVENT_READ, (server, True))
        self._selector.register(server, selectors.EVENT_READ, (client, False))

    def _pass_on(self, source: object, target: socket.socket, is_from_client: bool) -> None:
        assert isinstance(source, socket.socket)
        if source.fileno() < 0:  # closed by the fault that another event of the same turn has caused
            return
        try:
            octets = source.recv(_LARGEST_READ)
            if octets:
                target.sendall(octets)
        except OSError:
            octets = b""
        if not octets:
            self._close(source)
        elif is_from_client:
            self._left -= len(octets)
            if self._left <= 0:
                self._left = float("inf")
                self._act()

    def _close(self, either: object) -> None:
        """Reset both sides of a connection."""
        assert isinstance(either, socket.socket)
        if either.fileno() < 0:  # its other side was closed before
            return
        other, _is_from_client = self._selector.get_key(either).data
        for each in (either, other):
            self._selector.unregister(each)
            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            each.close()
