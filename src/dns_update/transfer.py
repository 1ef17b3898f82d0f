"""One zone transfer, whole (AXFR, RFC 5936) or incremental (IXFR, RFC 1995). No I/O; time is an argument.

The caller moves the octets, over one TCP connection:

```
transfer = Transfer(zone, rrclass, since, key=key, policy=policy, server=endpoint)
... send transfer.start(wall=wall_clock, message_id=random_id) ...
while not transfer.is_complete:
    records = transfer.receive(the next message, within transfer.patience, wall=wall_clock)
    ... or, where the network failed: raise transfer.broken("connection reset", CONNECTION_RESET)
if transfer.refused is not None: ... the server said no ...
```

A whole transfer is the zone's SOA record, all others, and the SOA record again. An incremental one begins and ends with
the SOA record, too; between them, each version has the old SOA record, what it loses, the new SOA record, and what it
gains. A server may answer with the whole zone instead. What a version loses is returned with class NONE, as an update
deletes it (RFC 2136, section 2.5.4).

If the request was signed, so is the first message, the last, and at least one of a hundred (RFC 8945, section 5.3.1).
No record is returned before a signature has covered it. Until then the messages are kept as octets: that is at most
99 times 64 KiB, and all that is ever kept.
"""

from __future__ import annotations

from copy import copy

from dns_update import errors
from dns_update.auth import Key
from dns_update.auth.tsig import AnswerVerifier, sign
from dns_update.errors import quoted
from dns_update.exchange import (
    IN_TIME,
    QUIC,
    TCP,
    Policy,
    Reply,
    TransportName,
    UnverifiedReply,
    claimed_tsig_error,
    clock_before_1970,
)
from dns_update.message import Message
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.record import Record, soa_serial
from dns_update.wire.codes import Opcode, Rcode, RRClass, RRType
from dns_update.wire.name import Name

MAX_SERIAL = 0xFFFFFFFF
_HALF = 1 << 31

_FIRST, _SECOND, _WHOLE, _LOSING, _GAINING = range(5)


class Transfer:
    """The state of one transfer; the module's docstring says how to drive it."""

    def __init__(  # noqa: PLR0913 - what a transfer depends on
        self, zone: Name, rrclass: int, since: int | None, *, key: Key | None, policy: Policy, server: object
    ) -> None:
        """Prepare to ask for what has changed since the version with serial number `since`; for the zone, if None.

        Errors name the server as `str(server)`.
        """
        self.patience = policy.patience  # seconds for each message
        self.transport: TransportName = policy.transport if policy.is_encrypted else TCP
        self.tls = policy.tls
        self.message = _request(zone, rrclass, since)
        self.refused: Reply | UnverifiedReply | None = None
        self.records = 0  # how many were returned
        # No answer is signed by SIG(0); and no server lets a Kerberos principal transfer a zone.
        self._key = key if key is not None and key.is_shared and not key.is_negotiated else None
        self._server = server
        self._message_id = 0
        self._verifier: AnswerVerifier | None = None
        self._contents = _Contents(zone, rrclass, since)
        self._ahead = self._contents  # a copy that has also read what is kept
        self._kept: list[bytes] = []  # messages that no signature has covered yet
        self._has_begun = False

    @property
    def is_complete(self) -> bool:
        """Whether the transfer has ended: with its last record, or because it was refused."""
        return self._contents.is_complete or self.refused is not None

    @property
    def progress(self) -> str:
        """How many records were returned, in words."""
        return f"{self.records:,} record{'' if self.records == 1 else 's'}"

    def start(self, *, wall: int, message_id: int) -> bytes:
        """Return the request's octets; `wall` and `message_id` are those of `Exchange.next`. Raises LocalError."""
        self._message_id = 0 if self.transport == QUIC else message_id  # RFC 9250, section 4.2.1
        octets = self.message.encode(self._message_id)
        if self._key is not None:
            if wall < 0:
                raise clock_before_1970(wall)
            octets, mac = sign(octets, self._key, time_signed=wall)
            self._verifier = AnswerVerifier(self._key, mac)
        return octets

    def receive(self, octets: bytes, *, wall: int) -> list[Record]:
        """Take the next message, and return the records that can be trusted now.

        Raises MalformedMessage for what is not a part of this transfer, ReplyNotTrusted for a signature that is
        missing or wrong.
        """
        message = self._matched(octets)
        tsig = None
        if self._verifier is not None:
            try:
                tsig = self._verifier.take(octets, message, wall)
            except errors.ReplyNotTrusted as error:
                if self._has_begun:
                    raise
                self._has_begun = True
                claimed = claimed_tsig_error(message)
                self.refused = UnverifiedReply(message.rcode, claimed, error.cause, error.text, 1)
                return []
        self._has_begun = True
        if message.rcode != Rcode.NOERROR or (tsig is not None and tsig.error):
            self.refused = Reply(message, tsig, self.transport, 1)
            return []
        if self._verifier is not None and tsig is None:
            self._keep(octets, message)
            return []
        return self._released(message)

    def broken(self, reason: str = IN_TIME, cause: str = errors.causes.TIMED_OUT) -> errors.NoResponse:
        """Return the error for a connection that failed, or on which no message came in time."""
        where = f" in the middle of the transfer, after {self.progress}" if self._has_begun else ""
        return errors.NoResponse(
            f"{reason}{where}",
            reason=reason,
            cause=cause,
            endpoint=self._server,
            hint="check that the server allows transfers by TCP, and that nothing on the way ends the connection",
        )

    def _matched(self, octets: bytes) -> Message:
        """Return the next message of the transfer: a later one may have no question (RFC 5936, section 2.2.2)."""
        message = Message.decode(octets)
        is_ours = message.message_id == self._message_id and message.is_response and message.opcode == Opcode.QUERY
        if not is_ours or (message.question and message.question != self.message.question):
            raise errors.MalformedMessage("a message that is not an answer to the request for a transfer")
        if not message.answer and message.rcode == Rcode.NOERROR:
            raise errors.MalformedMessage("a message of a transfer without records")
        return message

    def _keep(self, octets: bytes, message: Message) -> None:
        """Keep a message until a signature covers it; the last one must have its own."""
        if not self._kept:
            self._ahead = copy(self._contents)
        self._kept.append(octets)
        self._ahead.read(message)
        if self._ahead.is_complete:
            raise errors.ReplyNotTrusted(
                "the last message of the transfer is not signed", cause=errors.causes.NOT_SIGNED
            )

    def _released(self, message: Message) -> list[Record]:
        records = [record for octets in self._kept for record in self._contents.read(Message.decode(octets))]
        self._kept = []
        records += self._contents.read(message)
        self.records += len(records)
        return records


class _Contents:
    """What the next record of a transfer is: its place in the form that the RFCs give."""

    __slots__ = ("_first", "_rrclass", "_serial", "_since", "_state", "_zone", "is_complete")

    def __init__(self, zone: Name, rrclass: int, since: int | None) -> None:
        self.is_complete = False
        self._zone = zone
        self._rrclass = rrclass
        self._since = since
        self._first: Record | None = None  # the SOA record with which it begins and ends
        self._serial = 0  # of the version that has been reached
        self._state = _FIRST

    def read(self, message: Message) -> list[Record]:
        """Return the zone's records, or its changes, in a message; raises MalformedMessage."""
        records: list[Record] = []
        for record in message.answer:
            records += self._take(record)
        return records

    def _take(self, record: Record) -> tuple[Record, ...]:
        if self.is_complete:
            raise self._wrong("has records after its end")
        if record.rrclass != self._rrclass or not record.name.is_within(self._zone):
            raise self._wrong(f"has a record of {quoted(str(record.name))}, which is not in the zone")
        if record.rrtype == RRType.SOA:
            return self._take_soa(record)
        if self._state == _FIRST:
            raise self._wrong("does not begin with the zone's SOA record")
        if self._state == _SECOND:
            self._state = _WHOLE
            return (*self._soa, record)
        return (_lost(record) if self._state == _LOSING else record,)

    def _take_soa(self, record: Record) -> tuple[Record, ...]:
        serial = self._serial_of(record)
        if self._state == _FIRST:
            return self._begin(record, serial)
        if self._state == _WHOLE:
            return self._end(record)
        if self._state == _SECOND:
            return self._begin_changes(record, serial)
        if self._state == _LOSING:
            return self._begin_gains(record, serial)
        if self._serial == self._serial_of(*self._soa):
            return self._end(record)
        return self._begin_losses(record, serial)

    def _begin(self, record: Record, serial: int) -> tuple[Record, ...]:
        self._first = record
        if self._since is None:
            self._state = _WHOLE
            return (record,)
        self._state = _SECOND
        self._serial = self._since
        # One SOA record alone: the version is the newest there (RFC 1995, section 2).
        self.is_complete = not _is_newer(serial, self._since)
        return ()

    def _begin_changes(self, record: Record, serial: int) -> tuple[Record, ...]:
        if serial == self._since:
            return self._begin_losses(record, serial)
        return (*self._soa, *self._end(record))

    def _begin_losses(self, record: Record, serial: int) -> tuple[Record, ...]:
        if serial != self._serial:
            raise self._wrong(f"goes on from serial number {serial}, after {self._serial}")
        self._state = _LOSING
        return (_lost(record),)

    def _begin_gains(self, record: Record, serial: int) -> tuple[Record, ...]:
        if not _is_newer(serial, self._serial) or _is_newer(serial, self._serial_of(*self._soa)):
            raise self._wrong(f"goes from serial number {self._serial} to {serial}")
        self._serial = serial
        self._state = _GAINING
        return (record,)

    def _end(self, record: Record) -> tuple[Record, ...]:
        (first,) = self._soa
        if canonical_rdata(RRType.SOA, record.rdata) != canonical_rdata(RRType.SOA, first.rdata):
            raise self._wrong("ends with another SOA record than it begins with")
        self.is_complete = True
        return ()

    @property
    def _soa(self) -> tuple[Record, ...]:
        return () if self._first is None else (self._first,)

    def _serial_of(self, record: Record) -> int:
        if record.name != self._zone:
            raise self._wrong(f"has an SOA record of {quoted(str(record.name))}, which is not the zone's")
        return soa_serial(record.rdata)

    def _wrong(self, what: str) -> errors.MalformedMessage:
        return errors.MalformedMessage(f"the transfer of {self._zone} {what}")


def _request(zone: Name, rrclass: int, since: int | None) -> Message:
    """Return the query; that for changes has an SOA record with the serial number (RFC 1995, section 3)."""
    if since is None:
        return Message.query(zone, RRType.AXFR, rrclass)
    rdata = bytes(2) + since.to_bytes(4) + bytes(16)  # its names and the other numbers are not looked at
    query = Message.query(zone, RRType.IXFR, rrclass)
    authority = (Record(zone, RRType.SOA, rrclass, 0, rdata),)
    return Message(opcode=query.opcode, question=query.question, authority=authority)


def _is_newer(serial: int, other: int) -> bool:
    """Compare serial numbers, which begin again after the highest (RFC 1982, section 3.2)."""
    return 0 < (serial - other) % (MAX_SERIAL + 1) < _HALF


def _lost(record: Record) -> Record:
    return Record(record.name, record.rrtype, RRClass.NONE, record.ttl, record.rdata)
