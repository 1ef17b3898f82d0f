"""Transaction signatures: made for requests, verified on replies (RFC 8945).

The MAC covers, in this order: the request's MAC with its length (in a reply only), the message as it was before the
TSIG record was added, and the TSIG record's own fields, names in lower case and uncompressed (section 4.3). A reply is
verified in the order key, MAC, time (section 5.2): nothing in a message with a wrong MAC is trusted, not even its time.
"""

from __future__ import annotations

import hmac

from dns_update import errors
from dns_update.auth import Key
from dns_update.message import MAX_MESSAGE_OCTETS, Message, encode_record
from dns_update.rr.record import Record
from dns_update.value import Value
from dns_update.wire.codes import MAX_U16, Rcode, RRClass, RRType, tsig_error_to_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

FUDGE = 300  # seconds that the two clocks may differ (RFC 8945, section 10)
TIME_OCTETS = 6
MAX_UNSIGNED = 99  # messages in a row (RFC 8945, section 5.3.1)

_CLASS_ANY_AND_TTL_0 = RRClass.ANY.to_bytes(2) + (0).to_bytes(4)
_ARCOUNT = slice(10, 12)  # where the header counts the additional records
_ID_OCTETS = 2
_TIMERS_OCTETS = 8  # time signed and fudge
_TAIL_OCTETS = 6  # original ID, error and the length of the other data


class Tsig(Value):
    """The rdata of a TSIG record (RFC 8945, section 4.2); times in seconds since 1970."""

    algorithm: Name
    time_signed: int
    fudge: int
    mac: bytes
    original_id: int
    error: int = 0
    other: bytes = b""

    @classmethod
    def from_rdata(cls, rdata: bytes, expected: Name | None = None, written: bytes = b"") -> Tsig:
        """Read a TSIG record's rdata; raises MalformedMessage.

        If the rdata begins with `written`, the octets of the `expected` algorithm's name, that name is not read again.
        """
        if expected is not None and rdata.startswith(written):
            cursor, algorithm = Cursor(rdata, len(written)), expected
        else:
            cursor = Cursor(rdata)
            algorithm = cursor.name()
        head = int.from_bytes(cursor.take(_TIMERS_OCTETS + 2))
        mac = cursor.take(head & MAX_U16)
        tail = int.from_bytes(cursor.take(_TAIL_OCTETS))
        other = cursor.take(tail & MAX_U16)
        cursor.finish()
        return cls(algorithm, head >> 32, head >> 16 & MAX_U16, mac, tail >> 32, tail >> 16 & MAX_U16, other)

    def to_rdata(self) -> bytes:
        """Return the octets of the rdata."""
        timers, error = _timers(self.time_signed, self.fudge), _error(self.error, self.other)
        return _rdata(self.algorithm.to_canonical_wire(), timers, self.mac, self.original_id.to_bytes(2), error)

    @property
    def server_time(self) -> int | None:
        """The server's clock, which a BADTIME error carries (RFC 8945, section 5.2.3); None for anything else."""
        if self.error == Rcode.BADTIME and len(self.other) == TIME_OCTETS:
            return int.from_bytes(self.other)
        return None


def sign(  # noqa: PLR0913 - what a signature depends on
    octets: bytes,
    key: Key,
    *,
    time_signed: int,
    fudge: int = FUDGE,
    request_mac: bytes = b"",
    error: int = 0,
    other: bytes = b"",
) -> tuple[bytes, bytes]:
    """Return a message with a TSIG record added, and the MAC in that record.

    `octets` is an encoded message without one, `time_signed` the wall clock in whole seconds since 1970, `fudge` the
    seconds by which another clock may differ. To sign a reply, give the `request_mac` of its request. Raises UsageError
    if that makes the message too long.
    """
    signer = _signer_of(key)
    timers, trailer = _timers(time_signed, fudge), _error(error, other)
    mac = signer.mac((octets,), timers, trailer, request_mac)[: key.algorithm.mac_octets]
    rdata = _rdata(signer.algorithm, timers, mac, octets[:_ID_OCTETS], trailer)
    record = signer.record_start, len(rdata).to_bytes(2), rdata
    signed = b"".join((octets[: _ARCOUNT.start], _arcount(octets, +1), octets[_ARCOUNT.stop :], *record))
    if len(signed) > MAX_MESSAGE_OCTETS:
        raise errors.UsageError(
            f"this makes a message of {len(signed)} octets, signed; at most {MAX_MESSAGE_OCTETS} are allowed",
            hint="send it in several updates",
        )
    return signed, mac


def verify(octets: bytes, message: Message, key: Key, request_mac: bytes, now: int) -> Tsig:
    """Return the TSIG of a reply if it proves that the holder of `key` answered the request with `request_mac`.

    `message` is what `octets` decode to; `now` is the wall clock in whole seconds since 1970. Raises ReplyNotTrusted,
    whose text says why (RFC 8945, section 5.3).
    """
    signer = _signer_of(key)
    tsig = _tsig_of(message, key, signer)
    timers, trailer = _timers(tsig.time_signed, tsig.fudge), _error(tsig.error, tsig.other)
    signer.check(tsig.mac, _unsigned(octets, message, tsig), timers, trailer, request_mac)
    _check_time(tsig, now)
    return tsig


class AnswerVerifier:
    """Verifies the messages that answer one request over TCP; not each of them must be signed (RFC 8945, 5.3.1)."""

    def __init__(self, key: Key, request_mac: bytes) -> None:
        """Expect answers to the request with `request_mac`."""
        self._key = key
        signer = _signer_of(key)
        if not isinstance(signer, _HmacSigner):
            raise TypeError("transfers are signed by shared secrets only")
        self._signer = signer
        self._request_mac = request_mac
        self._hmac: hmac.HMAC | None = None  # over what came since the last signed message
        self._unsigned = 0  # how many messages that is

    def take(self, octets: bytes, message: Message, now: int) -> Tsig | None:
        """Return the TSIG of a signed message, which proves that it and all before it are the server's.

        Return None for a message that is not signed: the next signed one covers it. The first message must be signed,
        and so must one of each hundred. The arguments are those of `verify`; raises ReplyNotTrusted.
        """
        if self._hmac is None:
            tsig = verify(octets, message, self._key, self._request_mac, now)
        elif message.signature is None:
            self._unsigned += 1
            if self._unsigned > MAX_UNSIGNED:
                raise errors.ReplyNotTrusted(
                    f"{self._unsigned} messages in a row are not signed", cause=errors.causes.NOT_SIGNED
                )
            self._hmac.update(octets)
            return None
        else:
            tsig = _tsig_of(message, self._key, self._signer)
            timers = _timers(tsig.time_signed, tsig.fudge)
            self._hmac.update(b"".join((*_unsigned(octets, message, tsig), timers)))
            _check_mac(tsig.mac, self._hmac.digest(), self._key)
            _check_time(tsig, now)
        self._hmac = self._signer.after(tsig.mac)
        self._unsigned = 0
        return tsig


def _tsig_of(message: Message, key: Key, signer: Signer) -> Tsig:
    """Return what a message's TSIG record states if it is made with the key, which its MAC must prove."""
    if message.signature is None:
        raise errors.ReplyNotTrusted("it is not signed", cause=errors.causes.NOT_SIGNED)
    record, expected = message.signature.record, key.algorithm.wire_name
    try:
        tsig = Tsig.from_rdata(record.rdata, expected, signer.algorithm)
    except errors.MalformedMessage as error:
        raise errors.ReplyNotTrusted("its TSIG record is malformed", cause=errors.causes.MALFORMED_TSIG) from error
    if record.rrclass != RRClass.ANY or record.ttl:  # RFC 8945, section 4.2
        raise errors.ReplyNotTrusted("its TSIG record is malformed", cause=errors.causes.MALFORMED_TSIG)
    if record.name != key.name or (tsig.algorithm is not expected and tsig.algorithm != expected):
        raise errors.ReplyNotTrusted(
            f"it is signed with key {record.name}, algorithm {tsig.algorithm}", cause=errors.causes.WRONG_KEY
        )
    if not tsig.mac:
        raise errors.ReplyNotTrusted(
            f"it says {tsig_error_to_text(tsig.error)} without a signature", cause=errors.causes.NO_MAC
        )
    return tsig


def _unsigned(octets: bytes, message: Message, tsig: Tsig) -> tuple[bytes, ...]:
    """Return a message as it was before its TSIG record was added, in parts."""
    offset = message.signature.offset if message.signature is not None else len(octets)
    original_id, flags_and_counts = tsig.original_id.to_bytes(_ID_OCTETS), octets[_ID_OCTETS : _ARCOUNT.start]
    return original_id, flags_and_counts, _arcount(octets, -1), octets[_ARCOUNT.stop : offset]


def _check_mac(mac: bytes, whole: bytes, key: Key) -> None:
    """Raise ReplyNotTrusted for another MAC than the `whole` one or its beginning."""
    # A longer MAC than we send is accepted, a shorter one is not (RFC 8945, section 5.2.2.1).
    enough = key.algorithm.mac_octets <= len(mac) <= len(whole)
    if not enough or not hmac.compare_digest(whole[: len(mac)], mac):
        raise errors.ReplyNotTrusted("its signature is wrong", cause=errors.causes.WRONG_SIGNATURE)


def _check_time(tsig: Tsig, now: int) -> None:
    if abs(now - tsig.time_signed) > tsig.fudge:
        raise errors.ReplyNotTrusted(
            f"its signing time is {abs(now - tsig.time_signed)} s off", cause=errors.causes.SIGNED_AT_ANOTHER_TIME
        )


class Signer:
    """What all signatures of one key have in common, computed once: over many messages that halves the work."""

    __slots__ = ("_of_record", "algorithm", "key", "record_start")

    def __init__(self, key: Key) -> None:
        self.key = key
        self.algorithm = key.algorithm.wire_name.to_canonical_wire()
        # The TSIG record up to the length of its rdata.
        self.record_start = encode_record(Record(key.name, RRType.TSIG, RRClass.ANY, 0, b""))[:-2]
        self._of_record = key.name.to_canonical_wire() + _CLASS_ANY_AND_TTL_0 + self.algorithm

    def covered(self, unsigned: tuple[bytes, ...], timers: bytes, error: bytes, request_mac: bytes) -> bytes:
        """Return what is signed: a message without its TSIG record, in parts, and that record's fields (4.3)."""
        request = len(request_mac).to_bytes(2) if request_mac else b""
        return b"".join((request, request_mac, *unsigned, self._of_record, timers, error))

    def mac(self, unsigned: tuple[bytes, ...], timers: bytes, error: bytes, request_mac: bytes) -> bytes:
        """Return the whole MAC over what is signed."""
        raise NotImplementedError

    def check(self, mac: bytes, unsigned: tuple[bytes, ...], timers: bytes, error: bytes, request_mac: bytes) -> None:
        """Raise ReplyNotTrusted if this is not the MAC of a reply."""
        _check_mac(mac, self.mac(unsigned, timers, error, request_mac), self.key)


class _HmacSigner(Signer):
    """Signs by the secret that both sides have."""

    __slots__ = ("_hmac",)

    def __init__(self, key: Key) -> None:
        super().__init__(key)
        self._hmac = hmac.new(key.secret, digestmod=key.algorithm.digest)

    def mac(self, unsigned: tuple[bytes, ...], timers: bytes, error: bytes, request_mac: bytes) -> bytes:
        """Return the whole MAC over what is signed."""
        mac = self._hmac.copy()
        mac.update(self.covered(unsigned, timers, error, request_mac))
        return mac.digest()

    def after(self, mac: bytes) -> hmac.HMAC:
        """Return what the next signed answer to the same request begins with, the MAC of the one before (5.3.1)."""
        begun = self._hmac.copy()
        begun.update(len(mac).to_bytes(2) + mac)
        return begun


_MAX_SIGNERS = 16  # a process rarely uses more keys in turn
_signers: dict[int, Signer] = {}  # by the id() of a key, which is unique as long as the signer holds the key


def _signer_of(key: Key) -> Signer:
    signer = _signers.get(id(key))
    if signer is None:
        if len(_signers) >= _MAX_SIGNERS:
            _signers.clear()
        signer = _signers[id(key)] = _new_signer(key)
    return signer


def _new_signer(key: Key) -> Signer:
    if key.algorithm.is_gss:
        from dns_update.auth.gss import ContextSigner  # for these keys only

        return ContextSigner(key)
    return _HmacSigner(key)


def _timers(time_signed: int, fudge: int) -> bytes:
    return (time_signed << 16 | fudge).to_bytes(_TIMERS_OCTETS)


def _error(error: int, other: bytes) -> bytes:
    return (error << 16 | len(other)).to_bytes(4) + other


def _rdata(algorithm: bytes, timers: bytes, mac: bytes, original_id: bytes, error: bytes) -> bytes:
    return b"".join((algorithm, timers, len(mac).to_bytes(2), mac, original_id, error))


def _arcount(octets: bytes, change: int) -> bytes:
    """Return a message's count of additional records, plus `change`."""
    return (int.from_bytes(octets[_ARCOUNT]) + change).to_bytes(2)
