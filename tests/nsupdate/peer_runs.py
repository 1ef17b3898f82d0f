"""A session whose server is a scripted peer on a socket, and scripts of many sends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dns_update.auth import Key
from dns_update.auth.tsig import Tsig, sign
from dns_update.message import Message
from dns_update.nsupdate.network import Network
from dns_update.nsupdate.options import NsupdateOptions
from dns_update.nsupdate.session import Session
from dns_update.nsupdate.talk import Talk
from dns_update.wire.codes import Flag
from tests.transport.peers import UdpPeer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

KEY = Key("ddns-key", b"0123456789abcdef", "hmac-sha256")


def answered(request: bytes, rcode: int = 0) -> bytes:
    """Return an answer; to a signed request, a signed one."""
    asked = Message.decode(request)
    reply = Message(
        opcode=asked.opcode, question=asked.question, flags=Flag.QR, rcode=rcode, message_id=asked.message_id
    )
    if asked.signature is None:
        return reply.encode()
    request_mac = Tsig.from_rdata(asked.signature.record.rdata).mac
    return sign(reply.encode(), KEY, time_signed=int(time.time()), request_mac=request_mac)[0]


class PeerRun:
    """A session whose server is a scripted peer; `said` has its output, and the number of requests before each."""

    def __init__(self, script: Callable[[int, bytes], Iterable[bytes]], given: dict[str, str] | None = None) -> None:
        self.said: list[tuple[int, str]] = []
        self._script = script
        self._settings = NsupdateOptions.from_letters(given or {})
        self._peer: UdpPeer | None = None

    def take(self, *lines: str, key: Key | None = KEY, zone: str = "zone example.com") -> int:
        """Carry out lines, settle, and return the status."""
        with UdpPeer(self._script) as peer:
            talk = Talk(print, lambda text: self.said.append((len(peer.clients), text)))
            network = Network(self._settings, talk.trace)
            session = Session(self._settings, key, network, talk)
            try:
                for line in (f"server 127.0.0.1 {peer.endpoint.port}", zone or ";", *lines):
                    session.take(line)
                session.settle()
            finally:
                network.close()
                self.ports = [port for _, port in peer.clients]
            return session.status


def sends(count: int) -> list[str]:
    return [line for number in range(count) for line in (f"add {number}.example.com 60 A 192.0.2.1", "send")]


def lone_sends(count: int) -> list[str]:
    """Return sends that share no message, because all look at one name."""
    return [f"prereq yxdomain all.example.com\n{line}" if line != "send" else line for line in sends(count)]


def sends_below(name: str, count: int) -> list[str]:
    return [line for number in range(count) for line in (f"add {number}.{name} 60 A 192.0.2.1", "send")]


def owners_in(requests: Iterable[bytes]) -> list[int]:
    """Return the numbers of the sends in requests."""
    return [int(change.name.labels[0]) for octets in requests for change in Message.decode(octets).authority]


def lines_of(texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in text.splitlines()]
