"""A server of DNS over QUIC, made of aioquic, in front of a real BIND: faults can be injected, updates are carried out.

It hands each message to BIND over TCP as it is, and BIND's answer back.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.asyncio.server import QuicServer, serve
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from aioquic.quic.events import HandshakeCompleted, QuicEvent, StreamDataReceived

from dns_update.wire.framing import Deframer, frame
from lab.bind import Bind
from lab.certificates import Authority, Certificate
from lab.key import LabKey
from lab.port import IPV4
from tests.support.tls import EXPIRED, HOST, RIGHT, WANTS_OURS, WITHOUT_NAMES, SecureBind

OF_HTTP, CLOSES, RESETS, CUTS, SILENT, WITH_ID, BUSY, WANTS_ANY, ALERTS, ALERTS_ODDLY = (
    *("of-http", "closes", "resets", "cuts", "silent", "with-id", "busy", "wants-any", "alerts", "alerts-oddly"),
)
"""Ports with faults: another protocol (ALPN); the connection is closed, or the stream, once a message has come; the
answer is cut short, or does not come, or has an ID; the server has too much to do, or wants a certificate, or sends an
alert of TLS, a known one or another."""
_TOO_BUSY = 4  # RFC 9250, section 8.4
_REFUSED, _WANTED = 0x100 + 48, 0x100 + 116  # alerts: unknown_ca, certificate_required
_INTERNAL_ERROR, _NO_ALERT = 0x100 + 80, 0x100 + 200


@dataclass
class Seen:
    """What a port has seen: the names of its clients' connections, and the octets of messages."""

    connections: list[bool] = field(default_factory=list)
    """Whether each went on with an earlier session."""
    messages: list[bytes] = field(default_factory=list)
    early: int = 0
    """Connections that sent early data."""


@dataclass(frozen=True)
class DoqBind(SecureBind):
    """A running server that also tells what its ports have seen."""

    seen: Mapping[str, Seen]


class _Protocol(QuicConnectionProtocol):
    """One connection of a client."""

    def __init__(self, quic: QuicConnection, bind: Bind, fault: str, seen: Seen) -> None:
        super().__init__(quic)
        self._bind = bind
        self._fault = fault
        self._seen = seen
        self._streams: dict[int, Deframer] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def quic_event_received(self, event: QuicEvent) -> None:
        if isinstance(event, HandshakeCompleted):
            self._seen.connections.append(event.session_resumed)
            self._seen.early += event.early_data_accepted
        if isinstance(event, StreamDataReceived):
            for message in self._streams.setdefault(event.stream_id, Deframer()).feed(event.data):
                self._seen.messages.append(message)
                task = asyncio.get_running_loop().create_task(self._answer(event.stream_id, message))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _answer(self, stream: int, message: bytes) -> None:
        if self._fault in _FAULTS:
            _FAULTS[self._fault](self._quic, stream)
        elif self._fault != SILENT:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection(IPV4, self._bind.port)
                writer.write(frame(message))
                answers = [await _message(reader)]
                if message[2] >> 3 & 15 == 0 and b"\0\xfc\0\1" in message:  # a zone transfer: until nothing more comes
                    with suppress(TimeoutError):
                        while True:
                            answers.append(await asyncio.wait_for(_message(reader), 0.2))
                writer.close()
                for answer in answers:
                    self._quic.send_stream_data(stream, frame(answer), end_stream=answer is answers[-1])
        self.transmit()


async def _message(reader: asyncio.StreamReader) -> bytes:
    return await reader.readexactly(int.from_bytes(await reader.readexactly(2)))


_FAULTS: Mapping[str, Callable[[QuicConnection, int], None]] = {
    CLOSES: lambda quic, _stream: quic.close(),
    BUSY: lambda quic, _stream: quic.close(error_code=_TOO_BUSY),
    WANTS_OURS: lambda quic, _stream: quic.close(error_code=_REFUSED, frame_type=6),
    WANTS_ANY: lambda quic, _stream: quic.close(error_code=_WANTED, frame_type=6),
    ALERTS: lambda quic, _stream: quic.close(error_code=_INTERNAL_ERROR, frame_type=6),
    ALERTS_ODDLY: lambda quic, _stream: quic.close(error_code=_NO_ALERT, frame_type=6),
    RESETS: lambda quic, stream: quic.reset_stream(stream, 1),
    CUTS: lambda quic, stream: quic.send_stream_data(stream, b"\0\x0cabc", end_stream=True),
    WITH_ID: lambda quic, stream: quic.send_stream_data(stream, b"\0\x0c\0\1" + bytes(10), end_stream=True),
}


class _Server:
    """Ports of DNS over QUIC, served by a thread of its own."""

    def __init__(self, bind: Bind, certificates: Mapping[str, Certificate]) -> None:
        self.seen = {name: Seen() for name in certificates}
        self.ports: dict[str, int] = {}
        self._bind = bind
        self._certificates = certificates
        self._loop = asyncio.new_event_loop()
        self._servers: list[QuicServer] = []
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        for name, certificate in self._certificates.items():
            asyncio.run_coroutine_threadsafe(self._listen(name, certificate), self._loop).result()
        return self

    def __exit__(self, *_reason: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self, name: str, certificate: Certificate) -> None:
        configuration = QuicConfiguration(is_client=False, alpn_protocols=["h3" if name == OF_HTTP else "doq"])
        configuration.load_cert_chain(certificate.certificate, certificate.key)
        tickets: dict[bytes, Any] = {}
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as claim:
            claim.bind((IPV4, 0))
            port = claim.getsockname()[1]
        self._servers.append(
            await serve(
                IPV4,
                port,
                configuration=configuration,
                create_protocol=lambda quic, **_more: _Protocol(quic, self._bind, name, self.seen[name]),
                session_ticket_fetcher=lambda label: tickets.pop(label, None),
                session_ticket_handler=lambda ticket: tickets.__setitem__(ticket.ticket, ticket),
            )
        )
        self.ports[name] = port

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        await asyncio.sleep(0)


@contextmanager
def doq_bind(directory: Path) -> Iterator[DoqBind]:
    """Start a server; BIND's own port speaks no QUIC."""
    (other := directory / "other").mkdir(parents=True)
    authority = Authority(directory)
    right = authority.certificate(HOST)
    certificates = {
        **dict.fromkeys((RIGHT, WANTS_OURS, OF_HTTP, CLOSES, RESETS, CUTS, SILENT, WITH_ID, BUSY, WANTS_ANY), right),
        **dict.fromkeys((ALERTS, ALERTS_ODDLY), right),
        EXPIRED: authority.certificate("expired.example.com", expired=True),
        WITHOUT_NAMES: authority.certificate("nameless.example.com", ""),
    }
    key = LabKey.generate()
    with ExitStack() as stack:
        server = stack.enter_context(Bind(directory / "server", keys=[key]))
        doq = stack.enter_context(_Server(server, certificates))
        yield DoqBind(
            transport="quic",
            server=server,
            ports=doq.ports,
            seen=doq.seen,
            key=key,
            key_file=key.write(directory / "ddns.key"),
            authority=authority.root,
            certificate=right,
            ours=authority.certificate("client.example.com", usage="clientAuth"),
            ours_of_nobody=Authority(other).certificate("client.example.com", usage="clientAuth"),
        )
