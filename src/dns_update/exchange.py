"""One question to one server: match its answer, verify it, try again, fall back to TCP. No I/O; time is an argument.

The caller moves the octets. `next` says what to send, and how, until there is a result. The caller opens that
transport, sends, and hands over what arrives while the exchange is `listening` and the deadline has not passed:

```
exchange = Exchange(message, key, policy)
while (attempt := exchange.next(now=monotonic, wall=wall_clock, message_id=random_id)) is not None:
    ... open attempt.transport, send attempt.octets ...
    while exchange.listening and (octets := received before attempt.deadline):
        exchange.receive(octets, wall=wall_clock)
    ... or, where the network failed: exchange.lost("connection refused", CONNECTION_REFUSED)
return exchange.settled                                      # next raises NoResponse if there is no result
```

What counts as an answer: a message with another ID, opcode or question does not, and is ignored. If the request was
signed, only an answer with a valid signature is trusted (RFC 8945, section 5.3): anyone who can guess a port and an ID
can send an unsigned one. But a server that does not know our key cannot sign its refusal. So after an answer over UDP
that cannot be trusted, the exchange asks once more over TCP, where a third party cannot insert an answer: what comes
back there is from the server. If TCP fails, the exchange waits for a better datagram until the deadline, as if nothing
had come. Only then does the unverified answer become the result, which has a type of its own.

No answer to a request that is signed by SIG(0) is signed, so such an exchange goes by TCP, TLS or QUIC: there, a third
party on neither the machine nor the way cannot insert an answer. Queries with such a key are sent unsigned, as a server
would only have more to verify; their answers are as little proved as those to an update, and go the same way.

Every attempt is a new message with its own ID, time and signature; a late answer to an earlier one is ignored. Over
QUIC all messages have the ID 0, and are signed as such; the ID of an attempt only stands for its stream.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.auth import Key
from dns_update.auth.tsig import FUDGE, Tsig, sign, verify
from dns_update.errors import quoted
from dns_update.message import Message
from dns_update.value import Value
from dns_update.wire.codes import Opcode, Rcode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal, TypeAlias

    from dns_update.auth.tls_settings import TlsSettings

TransportName: TypeAlias = "Literal['udp', 'tcp', 'tls', 'quic']"

MAX_UDP_OCTETS = 512  # without EDNS (RFC 1035, section 4.2.1)
_MAX_START_OCTETS = 271  # the header's 12, a name's 255, type and class

_HINT = "check the server's address, that it runs, and that no firewall drops UDP and TCP to its port"

UDP: Final = "udp"
TCP: Final = "tcp"
TLS: Final = "tls"
QUIC: Final = "quic"
_TRANSPORTS = (UDP, TCP, TLS, QUIC)
ENCRYPTED = (TLS, QUIC)


class Policy(Value):
    """How to try: the seconds for each UDP try, how many tries follow the first, and `udp`, `tcp`, `tls` or `quic`.

    What starts by UDP goes on by TCP where it must. TCP and QUIC repeat what is lost by themselves. So over TCP, TLS
    and QUIC there is one try, as long as all the UDP tries together. `tls` are TlsSettings, for `transport="tls"` and
    `"quic"` only; None are the default ones: a certificate for the server's name, signed by somebody whom the system
    trusts.
    """

    timeout: float = 3.0
    retries: int = 3
    transport: TransportName = UDP
    tls: TlsSettings | None = None

    def __post_init__(self) -> None:
        """Raise UsageError for a value that is out of range or of a wrong type."""
        if self.transport not in _TRANSPORTS:
            hint = f"{', '.join(_TRANSPORTS[:-1])} or {_TRANSPORTS[-1]}"
            raise errors.UsageError(f"{quoted(str(self.transport))} is not a transport", hint=hint)
        if self.tls is not None and not self.is_encrypted:
            raise errors.UsageError(
                f"there are settings for TLS, and the transport is {self.transport}",
                hint=errors.Hint("{transport:tls} or {transport:quic}"),
            )
        if not isinstance(self.timeout, int | float):
            raise errors.UsageError(f"a timeout is a number of seconds, not {type(self.timeout).__name__}")
        if not isinstance(self.retries, int):
            raise errors.UsageError(f"retries is a whole number, not {type(self.retries).__name__}")
        if not 0 < self.timeout < float("inf"):  # not true of NaN either
            raise errors.UsageError(f"a timeout of {self.timeout} s", hint="seconds above 0")
        if self.retries < 0:
            raise errors.UsageError(f"{self.retries} retries", hint="0 or more")

    @property
    def patience(self) -> float:
        """The seconds for all the tries together."""
        return self.timeout * (1 + self.retries)

    @property
    def is_encrypted(self) -> bool:
        """Whether messages go by TLS or QUIC, to a server that proves who it is."""
        return self.transport in ENCRYPTED

    @property
    def in_clear(self) -> Policy:
        """The same for servers that are not those of the zone, e.g. a resolver: they need not speak TLS or QUIC."""
        return Policy(self.timeout, self.retries) if self.is_encrypted else self


class Transmission(Value):
    """What to do next: send `octets` by `transport`, and listen until `deadline` on the monotonic clock.

    `tls` says how the server is authenticated, if the transport is `tls` or `quic`. By `quic`, the first two octets are
    the attempt's own ID: send 0 in their place, and put them before the answer (RFC 9250, section 4.2.1).
    """

    transport: TransportName
    octets: bytes
    deadline: float
    tls: TlsSettings | None = None


class Reply(Value):
    """An answer that counts: matched to the request and, if that was signed, verified."""

    message: Message
    tsig: Tsig | None
    transport: TransportName
    tries: int
    octets: bytes = b""
    """Of the message, if it is signed and the request was not: then nothing was verified."""
    is_echo: bool = False
    """Whether it is a refusal that is not signed, but repeats the signature of the request (GSS-TSIG)."""


IN_TIME = "no answer in time"


class UnverifiedReply(Value):
    """An answer to a signed request that could not be verified, and why; do not act on anything in it.

    `tsig_error` is the error in an unsigned TSIG record, by which a server says that it does not accept the key (RFC
    8945, section 5.2); 0 if there is none. `cause` is one of `errors.causes`, `reason` the same in words.
    """

    rcode: int
    tsig_error: int
    cause: str
    reason: str
    tries: int


class Exchange:
    """The state of one question to one server; the module's docstring says how to drive it."""

    def __init__(  # noqa: PLR0913 - what an exchange depends on
        self,
        message: Message,
        key: Key | None,
        policy: Policy,
        server: object = "the server",
        *,
        fudge: int = FUDGE,
        ahead: int = 0,
    ) -> None:
        """Prepare to send `message`, signed with `key` if there is one; a key pair signs updates only.

        Errors name the server as `str(server)`. `fudge` is how many seconds the two clocks may differ (RFC 8945,
        section 5.2.3), `ahead` how many seconds are added to the wall clock for signatures.
        """
        self.result: Reply | UnverifiedReply | None = None
        self.listening = False
        self._message = message
        self._start = b""  # of the last attempt: its header and its question
        is_shared = key is None or key.is_shared
        self._key = key if is_shared else None
        self._pair = key if not is_shared and message.opcode == Opcode.UPDATE else None  # signs, and verifies nothing
        self._fudge = fudge
        self._ahead = ahead
        self._policy = policy
        self._server = server
        self._message_id = 0
        self._request_mac = b""
        self._started: float | None = None
        self._sent: dict[TransportName, int] = {UDP: 0, TCP: 0, TLS: 0, QUIC: 0}
        self._transport: TransportName = TCP if policy.transport == UDP and not is_shared else policy.transport
        self._udp_tries_left = 1 + policy.retries
        self._doubtful: UnverifiedReply | None = None
        self._confirming = False  # asking by TCP whether a doubtful datagram was the server's
        self._lost = ""  # why the network failed the last attempt, in words, and as a code
        self._cause = ""
        self._may_have_arrived = False
        self._may_repeat = True  # once, after an attempt whose connection failed
        self._is_repeating = False

    def next(self, *, now: float, wall: int, message_id: int) -> Transmission | None:
        """Return the next attempt, a fresh message; None when there is a `result`.

        `now` is the monotonic clock in seconds, `wall` the wall clock in whole seconds since 1970, `message_id` a
        random number below 65536. Raises NoResponse when no try is left and nothing came, or as soon as the network
        said that nothing will come; LocalError if the message is to be signed and the wall clock is before 1970.
        """
        if self._started is None:
            self._started = now
        elif self.result is None:
            self._end_attempt()
        is_spent = bool(self._lost) or self._udp_tries_left < 1
        self.listening = self.result is None and not is_spent
        if not self.listening:
            self.result = self.result or self._doubtful
            if self.result is None:
                raise self._no_answer(now)
            return None
        octets = (
            self._encode(message_id, wall) if self._transport != QUIC else self._encode_for_stream(message_id, wall)
        )
        if len(octets) > MAX_UDP_OCTETS and self._transport == UDP:
            self._transport = TCP
        self._sent[self._transport] += 1
        patient = self._transport != UDP and not self._confirming
        seconds = self._policy.patience if patient else self._policy.timeout
        return Transmission(self._transport, octets, now + seconds, self._policy.tls)

    def receive(self, octets: bytes, *, wall: int) -> None:
        """Take one message that came to the socket of the last attempt; `wall` is as for `next`.

        Afterwards the exchange either goes on `listening`, or `next` says what follows.
        """
        message = self._matched(octets)
        if message is None:
            return
        reply = self._verified(octets, message, wall)
        if isinstance(reply, UnverifiedReply) and self._transport == UDP:
            may_confirm = self._doubtful is None
            self._doubtful = reply
            self._confirming = may_confirm
            self.listening = not may_confirm
        elif message.is_truncated and self._transport == UDP:
            self._transport = TCP
            self.listening = False
        else:
            self.result = reply
            self.listening = False

    @property
    def is_signed(self) -> bool:
        """Whether the answers to this exchange must be signed."""
        return self._key is not None

    @property
    def transport(self) -> TransportName:
        """The transport of the next attempt, unless its message is too large for it."""
        return self._transport

    @property
    def settled(self) -> Reply | UnverifiedReply:
        """The result of an exchange whose `next` returned None."""
        if self.result is None:
            raise RuntimeError("the exchange has not ended: go on with next()")
        return self.result

    def lost(self, reason: str, cause: str, *, may_have_arrived: bool = False, may_repeat: bool = False) -> None:
        """Record that the network failed the last attempt; `reason` is for people, `cause` one of `errors.causes`.

        `may_have_arrived` says that the message was sent, and that the server may have got it. `may_repeat`
        says that one more attempt is worth it, on a new connection; there is only one such.
        """
        self._may_have_arrived |= may_have_arrived
        self.listening = False
        if may_repeat and self._may_repeat:
            self._may_repeat, self._is_repeating = False, True
        else:
            self._lost, self._cause = reason, cause

    def _end_attempt(self) -> None:
        """Choose the transport of the next attempt, after one that ended without a result."""
        if self._is_repeating:
            self._is_repeating = False
            return
        self._may_have_arrived |= not self._lost  # time ran out, or what came cannot be trusted
        if self._confirming:
            # A doubtful datagram came by UDP, so go to TCP; and back to UDP, if TCP gave no answer. The UDP try that
            # was broken off does not count.
            self._confirming = self._transport == UDP
            self._transport = TCP if self._confirming else UDP
            self._lost = self._cause = ""
        elif self._transport == UDP:
            self._udp_tries_left -= 1
        elif self.listening:
            self._lost = IN_TIME

    @property
    def _tries(self) -> int:
        return sum(self._sent.values())

    def _encode(self, message_id: int, wall: int) -> bytes:
        self._message_id = message_id
        octets = self._message.encode(message_id)
        self._start = octets[:_MAX_START_OCTETS]
        if (self._key is not None or self._pair is not None) and wall < 0:
            raise clock_before_1970(wall)
        if self._key is not None:
            octets, self._request_mac = sign(octets, self._key, time_signed=wall + self._ahead, fudge=self._fudge)
        elif self._pair is not None:
            from dns_update.auth import sig0  # for these keys only

            octets = sig0.sign(octets, self._pair, time_signed=wall + self._ahead, window=self._fudge)
        return octets

    def _encode_for_stream(self, message_id: int, wall: int) -> bytes:
        """Return the message for QUIC, which is signed with the ID 0; its first octets are the ID of the attempt."""
        octets = self._encode(0, wall)
        self._message_id = message_id
        return message_id.to_bytes(2) + octets[2:]

    def _matched(self, octets: bytes) -> Message | None:
        """Return the message if it answers the last attempt: its ID, its opcode, its question."""
        asked = self._message
        if int.from_bytes(octets[:2]) != self._message_id:  # first of all: it rejects most of what is not for us
            return None
        try:
            message = Message.decode(octets, asked, self._start)
        except errors.MalformedMessage:
            return None
        is_ours = message.is_response and message.opcode == asked.opcode
        # A server that did not read that far leaves the question out (RFC 2136, section 3.8).
        may_be_empty = message.opcode == Opcode.UPDATE or message.rcode != Rcode.NOERROR
        same_question = message.question == asked.question or (not message.question and may_be_empty)
        return message if is_ours and same_question else None

    def _verified(self, octets: bytes, message: Message, wall: int) -> Reply | UnverifiedReply:
        if self._key is None:
            unverified = b"" if message.signature is None else octets
            return Reply(message, None, self._transport, self._tries, unverified)
        try:
            tsig = verify(octets, message, self._key, self._request_mac, wall + self._ahead)
        except errors.ReplyNotTrusted as error:
            return UnverifiedReply(message.rcode, claimed_tsig_error(message), error.cause, error.text, self._tries)
        return Reply(message, tsig, self._transport, self._tries)

    def _no_answer(self, now: float) -> errors.NoResponse:
        seconds = now - self._started if self._started is not None else 0.0
        reason = self._lost or IN_TIME
        tries = [
            f"{count} {'try' if count == 1 else 'tries'} by {how.upper()}" for how, count in self._sent.items() if count
        ]
        kind, hint = errors.NoResponse, _HINT
        if self._transport in ENCRYPTED and self._lost:
            from dns_update.errors.tls import hint_of, is_about_trust  # only when something is wrong

            kind = errors.ServerNotTrusted if is_about_trust(self._cause) else errors.NoResponse
            is_closed = self._cause == errors.causes.PORT_UNREACHABLE  # of QUIC, which is over UDP
            hint = hint_of(errors.causes.NO_QUIC if is_closed else self._cause) or _HINT
        return kind(
            f"{reason} ({', '.join(tries)}, {seconds:.1f} s)",
            cause=self._cause or "timed-out",
            reason=reason,
            endpoint=self._server,
            hint=hint,
            may_have_arrived=self._may_have_arrived,
        )


def clock_before_1970(wall: int) -> errors.LocalError:
    """Return the error for a time that a signature cannot have: it counts from 1970 on (RFC 8945, section 4.2)."""
    from datetime import UTC, datetime, timedelta  # only when something is wrong

    set_to = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=wall)
    error = errors.LocalError(
        f"this machine's clock is at {set_to:%Y-%m-%d %H:%M} UTC; nothing was sent: a signature cannot have a "
        "time before 1970",
        hint="set this machine's clock, best by NTP",
    )
    error.exit_status = errors.ClocksDiffer.exit_status
    return error


def claimed_tsig_error(message: Message) -> int:
    """Return the error of an unsigned TSIG record, 0 if there is none: a server that rejects our key sends one."""
    if message.signature is None:
        return 0
    try:
        tsig = Tsig.from_rdata(message.signature.record.rdata)
    except errors.MalformedMessage:
        return 0
    return 0 if tsig.mac else tsig.error
