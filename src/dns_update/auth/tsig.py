"""Transaction signatures: made for requests, verified on replies (RFC 8945).

The MAC covers, in this order: the request's MAC with its length (in a reply only), the message as it was before the
TSIG record was added, and the TSIG record's own fields, names in lower case and uncompressed (section 4.3). A reply is
verified in the order key, MAC, time (section 5.2): nothing of a message with a wrong MAC is believed, its time neither.
"""

from __future__ import annotations

import hmac

from dns_update.errors import MalformedMessage, ReplyNotTrusted, UsageError
from dns_update.value import Value
from dns_update.wire.codes import Rcode, RRClass, RRType, rcode_to_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.message import MAX_MESSAGE_OCTETS, Message, encode_record
from dns_update.wire.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.auth import Key
    from dns_update.wire.name import Name

FUDGE = 300  # seconds that the two clocks may differ (RFC 8945, section 10)
TIME_OCTETS = 6

_CLASS_ANY_AND_TTL_0 = RRClass.ANY.to_bytes(2) + (0).to_bytes(4)
_ARCOUNT = slice(10, 12)  # where the header counts the additional records
_ID_OCTETS = 2


class Tsig(Value):
    """The rdata of a TSIG record (RFC 8945, section 4.2); times in seconds since 1970."""

    __slots__ = ("algorithm", "error", "fudge", "mac", "original_id", "other", "time_signed")
    algorithm: Name
    time_signed: int
    fudge: int
    mac: bytes
    original_id: int
    error: int
    other: bytes

    def __init__(  # noqa: PLR0913, PLR0917 - the fields of the RFC
        self,
        algorithm: Name,
        time_signed: int,
        fudge: int,
        mac: bytes,
        original_id: int,
        error: int = 0,
        other: bytes = b"",
    ) -> None:
        self._fill(
            algorithm=algorithm,
            time_signed=time_signed,
            fudge=fudge,
            mac=mac,
            original_id=original_id,
            error=error,
            other=other,
        )

    @classmethod
    def from_rdata(cls, rdata: bytes) -> Tsig:
        """Read a TSIG record's rdata; raises MalformedMessage."""
        cursor = Cursor(rdata)
        algorithm = cursor.name()
        time_signed = cursor.u48()
        fudge = cursor.u16()
        mac = cursor.take(cursor.u16())
        original_id = cursor.u16()
        error = cursor.u16()
        other = cursor.take(cursor.u16())
        cursor.finish()
        return cls(algorithm, time_signed, fudge, mac, original_id, error, other)

    def to_rdata(self) -> bytes:
        """Return the octets of the rdata."""
        return b"".join(
            (
                self.algorithm.to_canonical_wire(),
                self.time_signed.to_bytes(TIME_OCTETS),
                self.fudge.to_bytes(2),
                len(self.mac).to_bytes(2),
                self.mac,
                self.original_id.to_bytes(2),
                self.error.to_bytes(2),
                len(self.other).to_bytes(2),
                self.other,
            )
        )

    @property
    def server_time(self) -> int | None:
        """The server's clock, which a BADTIME error carries (RFC 8945, section 5.2.3); None elsewhere."""
        if self.error == Rcode.BADTIME and len(self.other) == TIME_OCTETS:
            return int.from_bytes(self.other)
        return None


def sign(  # noqa: PLR0913 - what a signature depends on
    octets: bytes,
    key: Key,
    *,
    time_signed: int,
    request_mac: bytes = b"",
    error: int = 0,
    other: bytes = b"",
) -> tuple[bytes, bytes]:
    """Return a message with a TSIG record behind it, and the MAC in that record.

    `octets` is an encoded message without one, `time_signed` the wall clock in whole seconds since 1970. To sign a
    reply, give the `request_mac` that it answers. Raises UsageError if that makes the message too long.
    """
    own_id = int.from_bytes(octets[:_ID_OCTETS])
    unsigned = Tsig(key.algorithm.wire_name, time_signed, FUDGE, b"", own_id, error, other)
    mac = _mac(octets, key, unsigned, request_mac)[: key.algorithm.mac_octets]
    tsig = Tsig(key.algorithm.wire_name, time_signed, FUDGE, mac, own_id, error, other)
    record = Record(key.name, RRType.TSIG, RRClass.ANY, 0, tsig.to_rdata())
    signed = _with_arcount(octets, +1) + encode_record(record)
    if len(signed) > MAX_MESSAGE_OCTETS:
        raise UsageError(
            f"this makes a message of {len(signed)} octets, signed; at most {MAX_MESSAGE_OCTETS} are allowed",
            hint="send it in several updates",
        )
    return signed, mac


def verify(octets: bytes, message: Message, key: Key, request_mac: bytes, now: int) -> Tsig:
    """Return the TSIG of a reply if it proves that the holder of `key` answered the request with `request_mac`.

    `message` is what `octets` decode to; `now` is the wall clock in whole seconds since 1970. Raises ReplyNotTrusted,
    whose text says why (RFC 8945, section 5.3).
    """
    signature = message.signature
    if signature is None:
        raise ReplyNotTrusted("it is not signed")
    try:
        tsig = Tsig.from_rdata(signature.record.rdata)
    except MalformedMessage as error:
        raise ReplyNotTrusted("its TSIG record is malformed") from error
    if (signature.record.rrclass, signature.record.ttl) != (RRClass.ANY, 0):  # RFC 8945, section 4.2
        raise ReplyNotTrusted("its TSIG record is malformed")
    if signature.record.name != key.name or tsig.algorithm != key.algorithm.wire_name:
        raise ReplyNotTrusted(f"it is signed with key {signature.record.name}, algorithm {tsig.algorithm}")
    if not tsig.mac:
        raise ReplyNotTrusted(f"it says {rcode_to_text(tsig.error)} without a signature")
    unsigned = _with_arcount(tsig.original_id.to_bytes(2) + octets[_ID_OCTETS : signature.offset], -1)
    whole = _mac(unsigned, key, tsig, request_mac)
    # A longer MAC than we send is welcome, a shorter one is not (RFC 8945, section 5.2.2.1).
    enough = key.algorithm.mac_octets <= len(tsig.mac) <= len(whole)
    if not enough or not hmac.compare_digest(whole[: len(tsig.mac)], tsig.mac):
        raise ReplyNotTrusted("its signature is wrong")
    if abs(now - tsig.time_signed) > tsig.fudge:
        raise ReplyNotTrusted(f"it was signed {abs(now - tsig.time_signed)} s from now")
    return tsig


def _mac(octets: bytes, key: Key, tsig: Tsig, request_mac: bytes) -> bytes:
    """Return the whole MAC over a message without TSIG record and over `tsig`'s fields (RFC 8945, section 4.3)."""
    covered = b"".join(
        (
            len(request_mac).to_bytes(2) + request_mac if request_mac else b"",
            octets,
            key.name.to_canonical_wire(),
            _CLASS_ANY_AND_TTL_0,
            tsig.algorithm.to_canonical_wire(),
            tsig.time_signed.to_bytes(TIME_OCTETS),
            tsig.fudge.to_bytes(2),
            tsig.error.to_bytes(2),
            len(tsig.other).to_bytes(2),
            tsig.other,
        )
    )
    return hmac.digest(key.secret, covered, key.algorithm.digest)


def _with_arcount(octets: bytes, change: int) -> bytes:
    """Return a message with its count of additional records changed."""
    count = int.from_bytes(octets[_ARCOUNT]) + change
    return octets[: _ARCOUNT.start] + count.to_bytes(2) + octets[_ARCOUNT.stop :]
