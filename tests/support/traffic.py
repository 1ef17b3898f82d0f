"""Traffic around an agent and its server: a reader that asks a thousand times a second, and a network with faults."""

import heapq
import itertools
import os
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self, TypeAlias

import dns.message
import dns.rdatatype

from lab import Namespace
from lab.port import IPV4
from tests.address.inside import inside

PORT = 53
_PERIOD = 0.001  # seconds between two questions of a Reader
_ANSWER_SECONDS = 0.1  # a server that was stopped does not answer; the reader goes on asking
_LARGEST = 65535
_TCP_PIECE = 1 << 16


class Reader:
    """Asks the server of a namespace for a name, by UDP, as often as it can, up to 1000 times a second.

    `seen` are the answers, each only if it differs from the one before: its data, sorted, with blanks between; "" if
    the name did not exist or had no data of the type. Questions without an answer are ignored.
    """

    def __init__(self, namespace: Namespace, name: str, rrtype: str = "A") -> None:
        self.seen: list[str] = []
        self.times: list[float] = []  # when each of them came, on the monotonic clock
        self.count = 0  # of answers
        self._query = dns.message.make_query(name, rrtype, flags=0).to_wire()[2:]
        self._rrtype = dns.rdatatype.from_text(rrtype)
        self._texts: dict[bytes, str] = {}
        self._socket = inside(namespace, lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self._socket.connect((IPV4, PORT))
        self._socket.settimeout(_ANSWER_SECONDS)
        self._first = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._first.wait(20), "the server does not answer the reader"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._socket.close()

    @property
    def never_missed_it(self) -> bool:
        """Whether there were answers, and all of them had data."""
        return self.count > 0 and "" not in self.seen

    def _run(self) -> None:
        for number in itertools.count(1):
            asked = time.monotonic()
            self._ask(number.to_bytes(8)[-2:])
            if self._stop.wait(max(asked + _PERIOD - time.monotonic(), 0)):
                break
        self._ask(b"\0\0")  # so that the last state is always seen

    def _ask(self, message_id: bytes) -> None:
        try:
            self._socket.send(message_id + self._query)
            while not (answer := self._socket.recv(_LARGEST)).startswith(message_id):
                pass
        except OSError:  # nothing listens, or no answer comes in time
            return
        self.count += 1
        text = self._text(answer[2:])
        if self.seen[-1:] != [text]:
            self.seen.append(text)
            self.times.append(time.monotonic())
        self._first.set()

    def _text(self, answer: bytes) -> str:
        if answer not in self._texts:
            message = dns.message.from_wire(b"\0\0" + answer)
            found = [str(rdata) for rrset in message.answer if rrset.rdtype == self._rrtype for rdata in rrset]
            self._texts[answer] = " ".join(sorted(found))
        return self._texts[answer]


Fate: TypeAlias = Callable[[bytes, bool], float | None]
"""Called with a message and whether it is an answer; returns the seconds until it is forwarded, or None to lose it."""


def unharmed(_message: bytes, _is_answer: bool) -> float | None:
    """Forward everything at once."""
    return 0.0


def lost(_message: bytes, _is_answer: bool) -> float | None:
    """Lose everything."""
    return None


def late(seconds: float) -> Fate:
    """Return the fate of a slow network: everything takes this number of seconds."""
    return lambda _message, _is_answer: seconds


class Network:
    """A network in front of the server of a namespace, at its own address and port there, for UDP and TCP.

    `fate` decides what happens to each datagram, or piece of a stream; it may be replaced at any time.
    """

    def __init__(self, namespace: Namespace, fate: Fate = unharmed, *, host: str = IPV4, port: int = 5300) -> None:
        self.fate = fate
        self.host = host
        self.port = port
        self._namespace = namespace
        self._selector = selectors.DefaultSelector()
        self._under_way: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = itertools.count()
        self._upstreams: dict[object, socket.socket] = {}
        self._open: list[socket.socket] = []
        self._waker, self._woken = os.pipe()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        datagrams = self._socket(socket.SOCK_DGRAM)
        datagrams.bind((self.host, self.port))
        streams = self._socket(socket.SOCK_STREAM)
        streams.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        streams.bind((self.host, self.port))
        streams.listen()
        self._watch(datagrams, lambda: self._request(datagrams))
        self._watch(streams, lambda: self._accept(streams))
        self._selector.register(self._waker, selectors.EVENT_READ)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._woken)
        self._thread.join()
        for one in self._open:
            one.close()
        self._selector.close()
        os.close(self._waker)

    @property
    def address(self) -> str:
        """The server's address, as a configuration has it."""
        return f"{self.host}:{self.port}"

    def _run(self) -> None:
        while True:
            seconds = self._under_way[0][0] - time.monotonic() if self._under_way else None
            for key, _events in self._selector.select(None if seconds is None else max(seconds, 0)):
                if key.data is None:
                    return
                key.data()
            while self._under_way and self._under_way[0][0] <= time.monotonic():
                heapq.heappop(self._under_way)[2]()

    def _socket(self, kind: socket.SocketKind) -> socket.socket:
        made = inside(self._namespace, lambda: socket.socket(socket.AF_INET, kind))
        self._open.append(made)
        return made

    def _watch(self, one: socket.socket, read: Callable[[], None]) -> None:
        self._selector.register(one, selectors.EVENT_READ, read)

    def _pass_on(self, octets: bytes, send: Callable[[bytes], object], *, is_answer: bool) -> bool:
        """Apply the fate to a message; return whether it is lost."""
        seconds = self.fate(octets, is_answer)
        if seconds is None:
            return True

        def do() -> None:
            with suppress(OSError):  # the other end is gone
                send(octets)

        heapq.heappush(self._under_way, (time.monotonic() + seconds, next(self._numbers), do))
        return False

    def _request(self, datagrams: socket.socket) -> None:
        octets, client = datagrams.recvfrom(_LARGEST)
        if client not in self._upstreams:
            upstream = self._upstreams[client] = self._socket(socket.SOCK_DGRAM)
            upstream.connect((IPV4, PORT))
            self._watch(upstream, lambda: self._answer(upstream, lambda answer: datagrams.sendto(answer, client)))
        self._pass_on(octets, self._upstreams[client].send, is_answer=False)

    def _answer(self, upstream: socket.socket, send: Callable[[bytes], object]) -> None:
        try:
            octets = upstream.recv(_LARGEST)
        except OSError:  # the server is not there
            return
        self._pass_on(octets, send, is_answer=True)

    def _accept(self, streams: socket.socket) -> None:
        client, _address = streams.accept()
        self._open.append(client)
        upstream = self._socket(socket.SOCK_STREAM)
        try:
            upstream.connect((IPV4, PORT))
        except OSError:
            client.close()
            return
        self._watch(client, lambda: self._piece(client, upstream, is_answer=False))
        self._watch(upstream, lambda: self._piece(upstream, client, is_answer=True))

    def _piece(self, source: socket.socket, sink: socket.socket, *, is_answer: bool) -> None:
        try:
            octets = source.recv(_TCP_PIECE)
        except OSError:
            octets = b""
        if octets and not self._pass_on(octets, sink.sendall, is_answer=is_answer):
            return
        for one in (source, sink):
            if one.fileno() >= 0 and one in {key.fileobj for key in self._selector.get_map().values()}:
                self._selector.unregister(one)
            one.close()


class Unlucky:
    """The fate of a network that loses the messages with these numbers, counted from 0, and no others."""

    def __init__(self, *numbers: int) -> None:
        self.count = 0
        self._numbers = numbers

    def __call__(self, _message: bytes, _is_answer: bool) -> float | None:
        self.count += 1
        return None if self.count - 1 in self._numbers else 0.0
