"""TKEY: how a context is negotiated with a server (RFC 2930, mode 3; RFC 3645, section 3). No I/O; time is an argument.

```
negotiation = Negotiation(context, name)
message = negotiation.first(now=wall_clock)
while message is not None:
    ... send it unsigned, get the answer ...
    message = negotiation.take(answer, its octets, now=wall_clock)
... negotiation.key signs ...
```

What the two sides say is made by the context, which also says when they agree. The server's last answer is signed with
the new context, and proves that the server has got the same one.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.auth.gss import ContextKey
from dns_update.auth.tsig import verify
from dns_update.message import Message, Question
from dns_update.rr.record import Record
from dns_update.value import Value
from dns_update.wire.codes import Opcode, Rcode, RRClass, rcode_to_text, rrtype_from_text, tsig_error_to_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from dns_update.auth.gss import Context

    class InitiatedContext(Context, Protocol):
        """A context of which this side is the initiator."""

        @property
        def is_complete(self) -> bool:
            """Whether both sides agree."""

        @property
        def target(self) -> str:
            """The principal of the server."""

        def step(self, token: bytes) -> bytes:
            """Take what the server said, nothing at first; return what to answer, nothing at the end.

            Raises KerberosError.
            """


TKEY = rrtype_from_text("TKEY")
GSS_MODE = 3  # RFC 2930, section 4.3
MAX_ROUNDS = 10  # of one negotiation; Kerberos needs one
_ALGORITHM = Name((b"gss-tsig",))
_U32 = 0xFFFFFFFF
_NO_GSS = (Rcode.REFUSED, Rcode.NOTIMP, Rcode.FORMERR, Rcode.NOTAUTH, Rcode.NXDOMAIN, Rcode.SERVFAIL)


class Tkey(Value):
    """The rdata of a TKEY record (RFC 2930, section 2); times in seconds since 1970."""

    algorithm: Name
    inception: int
    expiration: int
    mode: int
    error: int
    key: bytes
    other: bytes = b""

    @classmethod
    def from_rdata(cls, rdata: bytes) -> Tkey:
        """Read a TKEY record's rdata; raises MalformedMessage."""
        cursor = Cursor(rdata)
        algorithm, inception, expiration = cursor.name(), cursor.u32(), cursor.u32()
        mode, error = cursor.u16(), cursor.u16()
        key = cursor.take(cursor.u16())
        other = cursor.take(cursor.u16())
        cursor.finish()
        return cls(algorithm, inception, expiration, mode, error, key, other)

    def to_rdata(self) -> bytes:
        """Return the octets of the rdata."""
        return b"".join((
            self.algorithm.to_wire(),
            (self.inception & _U32).to_bytes(4),
            (self.expiration & _U32).to_bytes(4),
            self.mode.to_bytes(2),
            self.error.to_bytes(2),
            len(self.key).to_bytes(2) + self.key,
            len(self.other).to_bytes(2) + self.other,
        ))  # fmt: skip

    @property
    def seconds(self) -> int:
        """For how long the server keeps the context, by its own clock."""
        return self.expiration - self.inception & _U32


class Negotiation:
    """The state of one negotiation; the module's docstring says how to drive it."""

    def __init__(self, context: InitiatedContext, name: Name, server: object = "the server") -> None:
        """Prepare to agree on a key of this name, which the server must not know yet.

        Errors name the server as `str(server)`.
        """
        self.key = ContextKey(name, context)
        self.seconds = 0  # for how long the server keeps the context; 0 if it does not say
        self._context = context
        self._name = name
        self._server = server
        self._rounds = 0

    def first(self, *, now: int) -> Message:
        """Return the first query; raises KerberosError."""
        return self._query(self._context.step(b""), now)

    def take(self, answer: Message, octets: bytes, *, now: int) -> Message | None:
        """Take the server's answer; return the next query, or None at the end.

        `octets` are those of the answer. Raises KerberosError if the server does not agree, ReplyNotTrusted if its
        answer does not prove that it is the right one.
        """
        tkey = self._tkey_in(answer)
        token = b"" if self._context.is_complete and not tkey.key else self._context.step(tkey.key)
        if token:
            return self._query(token, now)
        if not self._context.is_complete:
            raise self._failed("the negotiation has ended without agreement")
        self._verify(answer, octets, now)
        self.seconds = tkey.seconds
        return None

    def _verify(self, answer: Message, octets: bytes, now: int) -> None:
        """Raise an error if the last answer does not prove that the server has the same context."""
        try:
            verify(octets, answer, self.key, b"", now)
        except errors.ReplyNotTrusted as error:
            if error.cause == errors.causes.SIGNED_AT_ANOTHER_TIME:
                raise self._failed(f"{self._server}: {error.text}", errors.causes.CLOCK_SKEW) from None
            raise errors.ReplyNotTrusted(
                f"{self._server} answered to TKEY, but {error.text}",
                hint="check that nothing on the way changes messages, and which server answers at this address",
                endpoint=self._server,
                cause=error.cause,
            ) from None

    def _query(self, token: bytes, now: int) -> Message:
        self._rounds += 1
        if self._rounds > MAX_ROUNDS:
            raise self._failed(f"the server does not agree after {MAX_ROUNDS} rounds")
        rdata = Tkey(_ALGORITHM, now, now, GSS_MODE, 0, token).to_rdata()
        record = Record(self._name, TKEY, RRClass.ANY, 0, rdata)
        return Message(opcode=Opcode.QUERY, question=(Question(self._name, TKEY, RRClass.ANY),), additional=(record,))

    def _tkey_in(self, answer: Message) -> Tkey:
        """Return the server's TKEY record; raises KerberosError if it has none, or says no in it."""
        if answer.rcode != Rcode.NOERROR:
            cause = errors.causes.NO_GSS if answer.rcode in _NO_GSS else errors.causes.TKEY_REFUSED
            raise self._refused(rcode_to_text(answer.rcode), cause, rcode=answer.rcode)
        for record in (*answer.answer, *answer.additional):
            if record.rrtype == TKEY and record.name == self._name:
                break
        else:
            raise self._failed(f"{self._server} answered TKEY without such a record", errors.causes.NO_GSS)
        try:
            tkey = Tkey.from_rdata(record.rdata)
        except errors.MalformedMessage:
            raise self._failed(f"the TKEY record of {self._server} is malformed") from None
        if tkey.error:
            cause = _CAUSES.get(tkey.error, errors.causes.TKEY_REFUSED)
            raise self._refused(tsig_error_to_text(tkey.error), cause, rcode=answer.rcode, tkey_error=tkey.error)
        return tkey

    def _refused(self, code: str, cause: str, *, rcode: int, tkey_error: int = 0) -> errors.KerberosError:
        error = self._failed(f"{self._server} answered {code} to TKEY", cause)
        error.rcode, error.tkey_error = rcode, tkey_error
        return error

    def _failed(self, text: str, cause: str = errors.causes.TKEY_REFUSED) -> errors.KerberosError:
        from dns_update.errors.kerberos import kerberos_error  # only when something is wrong

        return kerberos_error(text, cause, target=self._context.target, endpoint=self._server)


_CAUSES = {
    Rcode.BADKEY: errors.causes.TICKET_REFUSED,
    Rcode.BADSIG: errors.causes.TICKET_REFUSED,
    Rcode.BADTIME: errors.causes.CLOCK_SKEW,
    Rcode.BADMODE: errors.causes.NO_GSS,
    Rcode.BADALG: errors.causes.NO_GSS,
    Rcode.BADNAME: errors.causes.TKEY_NAME_TAKEN,
}
