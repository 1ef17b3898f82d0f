"""Scripts for MemoryTransport: a simple server, and its answers."""

from collections.abc import Callable, Iterable

from dns_update.message import Message, Question
from dns_update.rr.record import Record, rdata_from_text
from dns_update.transport.memory import SentMessage
from dns_update.wire.codes import Flag, Opcode, Rcode, RRClass, RRType
from dns_update.wire.name import Name

ZONE = Name.from_text("example.com")
HOME = Name.from_text("home.example.com")
ADDRESS = bytes([192, 0, 2, 1])

Answer = Callable[[Message], bytes | None]


def record(name: str, rrtype: int, text: str, ttl: int = 60) -> Record:
    return Record(Name.from_text(name), rrtype, RRClass.IN, ttl, rdata_from_text(rrtype, text))


SOA = record("example.com", RRType.SOA, "ns.example.com. hostmaster.example.com. 1 3600 900 604800 300", 3600)

NS = record("example.com", RRType.NS, "ns.example.com.", 3600)  # in the authority section, it shows the zone


def reply(
    request: Message, rcode: int = Rcode.NOERROR, answer: Iterable[Record] = (), authority: Iterable[Record] = ()
) -> bytes:
    """Return the octets of an authoritative server's answer to a request."""
    message = Message(
        opcode=request.opcode,
        question=request.question,
        answer=tuple(answer),
        authority=tuple(authority),
        flags=Flag.QR | Flag.AA,
        rcode=rcode,
    )
    return message.encode(request.message_id)


class Scripted:
    """A script that answers updates with one function, queries with another; None means no answer."""

    def __init__(self, update: Answer, query: Answer) -> None:
        self.updates: list[Message] = []
        self.queries: list[Question] = []
        self._update = update
        self._query = query

    def __call__(self, sent: SentMessage) -> Iterable[bytes]:
        message = Message.decode(sent.octets)
        if message.opcode == Opcode.UPDATE:
            self.updates.append(message)
            octets = self._update(message)
        else:
            self.queries += message.question
            octets = self._query(message)
        return () if octets is None else (octets,)


def said(rcode: int, *answer: Record, authority: Iterable[Record] = ()) -> Answer:
    """Return a function that always gives this answer."""
    return lambda request: reply(request, rcode, answer, authority)


def silent(_request: Message) -> None:
    """Answer nothing."""
