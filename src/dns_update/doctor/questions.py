"""What the doctor asks a server after a failure: each answer is a value, silence too. Steps; nothing is changed."""

from __future__ import annotations

from dns_update.auth.tsig import FUDGE
from dns_update.client.probe import is_unmet, unmeetable
from dns_update.client.steps import Ask, ReadClock
from dns_update.errors import KerberosError, NoResponse, ReplyNotTrusted, ZoneNotFound
from dns_update.errors.causes import SIGNED_AT_ANOTHER_TIME
from dns_update.exchange import TCP, UDP, Policy, Reply
from dns_update.message import Message, Question
from dns_update.update import Update
from dns_update.value import Value
from dns_update.wire.codes import Flag, Opcode, RRType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from dns_update.auth import Key
    from dns_update.exchange import TransportName, UnverifiedReply
    from dns_update.rr.record import Record
    from dns_update.transport import Endpoint
    from dns_update.wire.name import Name

PATIENCE = 1.0  # seconds for one answer; a question is not repeated
_LESS = 0.3  # seconds for an answer of a server that has not answered before
SECONDS = 5.0  # for all questions together


class OutOfTime(Exception):
    """The time for questions is over."""


class Answer(Value, kw_only=True):
    """What came back: a message, an answer that cannot be trusted, or nothing.

    `rcode` is None if there was no answer, and `cause` is then why. An answer to a signed question is `is_trusted` if
    its signature is right; otherwise `tsig_error` is what it says of the key (RFC 8945, section 3), 0 if nothing.
    `seconds_ahead` is how far the server's clock is ahead of ours, None if it does not say.
    """

    rcode: int | None = None
    message: Message | None = None
    is_trusted: bool = False
    tsig_error: int = 0
    cause: str = ""
    seconds_ahead: int | None = None

    @property
    def is_silent(self) -> bool:
        """Whether nothing came."""
        return self.rcode is None

    @property
    def is_authoritative(self) -> bool:
        """Whether it has the AA bit (RFC 1035, section 4.1.1)."""
        return self.message is not None and self.message.is_authoritative

    @property
    def offers_recursion(self) -> bool:
        """Whether it has the RA bit: the server resolves names for us."""
        return self.message is not None and bool(self.message.flags & Flag.RA)

    @property
    def permits(self) -> bool:
        """Whether it shows, as the answer to a probe, that only the probe's own condition kept it from being done."""
        return self.is_trusted and self.rcode is not None and is_unmet(self.rcode)

    @property
    def accepts_key(self) -> bool:
        """Whether it shows, as the answer to a signed question, that the server accepts the key."""
        return self.is_trusted and not self.tsig_error

    @property
    def proves_key(self) -> bool:
        """Whether it shows that the server has the key of a signed question: its signature is right.

        The clocks may differ: a server looks at the MAC before it looks at the time (RFC 8945, section 5.2).
        """
        return self.is_trusted or self.cause == SIGNED_AT_ANOTHER_TIME

    def records(self, rrtype: int) -> tuple[Record, ...]:
        """Return the records of a type, in the answer or the authority section."""
        if self.message is None:
            return ()
        return tuple([r for r in self.message.answer + self.message.authority if r.rrtype == rrtype])

    def soa_above(self, name: Name) -> Record | None:
        """Return the SOA record of the zone that holds `name`, None if the answer does not have it."""
        return next((record for record in self.records(RRType.SOA) if name.is_within(record.name)), None)


class Questions:
    """Asks servers, and remembers each answer; all questions together take at most SECONDS."""

    def __init__(self, endpoint: Endpoint, rrclass: int, wall: float, policy: Policy | None = None) -> None:
        """Prepare to ask the server at `endpoint`; `wall` is the wall clock now, in seconds since 1970.

        If `policy` is one for TLS or QUIC, all questions to that server go by it. Set `has_answered` if the server is
        known to answer.
        """
        self._encrypted = policy if policy is not None and policy.is_encrypted else None
        self.endpoint = endpoint
        self.has_answered = False
        self.rrclass = rrclass
        self.asked = 0
        self._wall = wall
        self._started: float | None = None
        self._answers: dict[tuple[object, ...], Answer] = {}
        self._silent: set[tuple[Endpoint, TransportName]] = set()
        self._limited: set[Endpoint] = set()

    def in_clear(self) -> Questions:
        """Return questions to the same server without TLS or QUIC."""
        return Questions(self.endpoint, self.rrclass, self._wall)

    async def soa(  # noqa: PLR0913 - all but the name can be left out
        self,
        name: Name,
        key: Key | None = None,
        *,
        endpoint: Endpoint | None = None,
        flags: int = 0,
        fudge: int = FUDGE,
        ahead: int = 0,
        transport: TransportName = UDP,
    ) -> Answer:
        """Ask for the SOA record of a name; `fudge` and `ahead` are those of Ask."""
        query = Message.query(name, RRType.SOA, self.rrclass, flags)
        return await self.ask(query, key, endpoint=endpoint, transport=transport, fudge=fudge, ahead=ahead)

    async def records(self, name: Name, rrtype: int, key: Key | None = None, *, flags: int = 0) -> tuple[Record, ...]:
        """Return the records of a name that the server shows; without a key, to everybody."""
        answer = await self.ask(Message.query(name, rrtype, self.rrclass, flags), key)
        return tuple([record for record in answer.records(rrtype) if record.name == name])

    async def notify(self, zone: Name) -> Answer:
        """Tell the server that a zone has changed (NOTIFY, RFC 1996), which only its own primaries may.

        BIND takes it as a primary, and does nothing; as a secondary it refuses it from any other address.
        """
        question = (Question(zone, RRType.SOA, self.rrclass),)
        return await self.ask(Message(opcode=Opcode.NOTIFY, question=question, flags=Flag.AA))

    async def probe(
        self, zone: Name, key: Key | None, changes: Iterable[Record] = (), *, endpoint: Endpoint | None = None
    ) -> Answer:
        """Ask whether changes would be permitted, by an update that no server can carry out.

        Records are sent only after the server has shown, by the same update without any, that it obeys prerequisites,
        and that the zone is open at all.
        """
        changes = tuple(changes)
        if changes:
            empty = await self.probe(zone, key, endpoint=endpoint)
            if not empty.permits:
                return empty
        update = unmeetable(Update(zone, rrclass=self.rrclass, changes=changes))
        return await self.ask(update.to_message(), key, endpoint=endpoint)

    async def ask(  # noqa: PLR0913 - all but the message can be left out
        self,
        message: Message,
        key: Key | None = None,
        *,
        endpoint: Endpoint | None = None,
        transport: TransportName = UDP,
        fudge: int = FUDGE,
        ahead: int = 0,
    ) -> Answer:
        """Send a message and return what came back; raises OutOfTime."""
        at = self.endpoint if endpoint is None else endpoint
        question = at, message, key, transport, fudge, ahead
        if question not in self._answers:
            way = TCP if at in self._limited and message.opcode == Opcode.QUERY else transport
            answer = await self._asked(at, message, key, way, fudge, ahead)
            if answer.is_silent and way == UDP and self._may_be_limited(at, message):
                self._limited.add(at)
                answer = await self._asked(at, message, key, TCP, fudge, ahead)
            self._answers[question] = answer
        return self._answers[question]

    def _may_be_limited(self, at: Endpoint, message: Message) -> bool:
        """Return whether a server may limit the rate of its answers (RRL), which it does not by TCP.

        Then it has answered before, and is silent to a query.
        """
        if message.opcode != Opcode.QUERY:
            return False
        is_known = self.has_answered and at == self.endpoint
        return is_known or any(asked[0] == at and not answer.is_silent for asked, answer in self._answers.items())

    async def _asked(  # noqa: PLR0913, PLR0917 - what a question is
        self, at: Endpoint, message: Message, key: Key | None, transport: TransportName, fudge: int, ahead: int
    ) -> Answer:
        seconds = await self._seconds()
        self.asked += 1
        patience = _LESS if (at, transport) in self._silent else PATIENCE
        policy = Policy(patience, 0, transport)
        if self._encrypted is not None and at == self.endpoint:
            policy = self._encrypted._replace(timeout=patience, retries=0)
        try:
            reply = await Ask(at, message, key, policy=policy, fudge=fudge, ahead=ahead)
        except NoResponse as error:
            self._silent.add((at, transport))
            return Answer(cause=error.cause)
        except (KerberosError, ReplyNotTrusted, ZoneNotFound) as error:  # no key could be negotiated
            return Answer(cause=error.cause)
        return _seen(reply, self._wall + seconds)

    @property
    def encrypted_by(self) -> TransportName | None:
        """By which transport questions to the server go, if they are encrypted."""
        return None if self._encrypted is None else self._encrypted.transport

    async def _seconds(self) -> float:
        """Return the seconds since the first question; raises OutOfTime."""
        now = await ReadClock()
        if self._started is None:
            self._started = now
        if now - self._started > SECONDS - 2 * PATIENCE:  # an answer that cannot be trusted is asked for by TCP, too
            raise OutOfTime
        return now - self._started


def _seen(reply: Reply | UnverifiedReply, wall: float) -> Answer:
    if not isinstance(reply, Reply):
        return Answer(rcode=reply.rcode, tsig_error=reply.tsig_error, cause=reply.cause)
    message, tsig = reply.message, reply.tsig
    if tsig is None:
        return Answer(rcode=message.rcode, message=message, is_trusted=True)
    return Answer(
        rcode=message.rcode,
        message=message,
        is_trusted=True,
        tsig_error=tsig.error,
        seconds_ahead=round(tsig.time_signed - wall),
    )
