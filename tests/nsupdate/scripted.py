"""A session on a scripted network, in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dns_update.message import Message
from dns_update.nsupdate.network import Network
from dns_update.nsupdate.options import NsupdateOptions
from dns_update.nsupdate.session import Session
from dns_update.nsupdate.talk import Talk
from dns_update.rr.record import Record
from dns_update.transport.memory import MemoryTransport, SentMessage
from dns_update.wire.codes import Flag, Opcode, RRType
from dns_update.wire.name import Name

if TYPE_CHECKING:
    from collections.abc import Callable

SOA = Name.from_text("ns.example.com").to_wire() + Name.from_text("a").to_wire() + bytes(20)


ZONE = Name.from_text("example.com")


class NetworkRun:
    """A session on a scripted network; `said` and `shown` have its output, `sent` its messages."""

    def __init__(self, script: Callable[[SentMessage], bytes | OSError], given: dict[str, str] | None = None) -> None:
        self.said: list[str] = []
        self.shown: list[str] = []
        self.sent: list[Message] = []
        self.at: list[str] = []
        self.how: list[str] = []
        self._script = script
        options = NsupdateOptions.from_letters(given or {})
        talk = Talk(self.shown.append, self.said.append, options.debug)
        self.session = Session(options, None, Network(options, talk.trace, self._open), talk)

    def _open(self, _address: str | None = None, _trace: object = None, **_local_port: int) -> MemoryTransport:
        hosts = {"ns.example.com": ("192.0.2.53", "2001:db8::53"), "two": ("192.0.2.1", "192.0.2.2")}
        return MemoryTransport(self._answer, hosts=hosts)

    def _answer(self, sent: SentMessage) -> list[bytes] | OSError:
        self.sent.append(Message.decode(sent.octets))
        self.at.append(f"{sent.endpoint.address}#{sent.endpoint.port}")
        self.how.append(sent.transport)
        came = self._script(sent)
        return came if isinstance(came, OSError) else [came] if came else []

    def take(self, *lines: str) -> int:
        for line in lines:
            self.session.take(line)
        return self.session.status


def reply(
    sent: SentMessage, rcode: int = 0, answer: tuple[Record, ...] = (), authority: tuple[Record, ...] = ()
) -> bytes:
    asked = Message.decode(sent.octets)
    return Message(
        opcode=asked.opcode,
        question=asked.question,
        answer=answer,
        authority=authority,
        flags=Flag.QR,
        rcode=rcode,
        message_id=asked.message_id,
    ).encode()


def soa(zone: Name = ZONE) -> Record:
    return Record(zone, RRType.SOA, 1, 60, SOA)


def well(sent: SentMessage) -> bytes:
    """Answer as a name server of example.com does."""
    if Message.decode(sent.octets).opcode == Opcode.UPDATE:
        return reply(sent)
    return reply(sent, authority=(soa(),))
