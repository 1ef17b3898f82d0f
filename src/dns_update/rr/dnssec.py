"""The fields of DNSSEC's rdata, and of what is like it: keys, digests, signatures, lists of types."""

from __future__ import annotations

from dns_update.errors import InvalidText, MalformedMessage, quoted
from dns_update.rr.scanner import Scanner, number, unhex
from dns_update.wire.codes import decimal, rrtype_from_text
from dns_update.wire.cursor import Cursor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_U8, _U16, _U32 = 0xFF, 0xFFFF, 0xFFFFFFFF

_ALGORITHMS = {
    "RSAMD5": 1, "DH": 2, "DSA": 3, "RSASHA1": 5, "NSEC3DSA": 6, "NSEC3RSASHA1": 7, "RSASHA256": 8, "RSASHA512": 10,
    "ECCGOST": 12, "ECDSA256": 13, "ECDSAP256SHA256": 13, "ECDSA384": 14, "ECDSAP384SHA384": 14, "ED25519": 15,
    "ED448": 16, "INDIRECT": 252, "PRIVATEDNS": 253, "PRIVATEOID": 254,
}  # fmt: skip
_DIGESTS = {"SHA-1": 1, "SHA1": 1, "SHA-256": 2, "SHA256": 2, "GOST": 3, "SHA-384": 4, "SHA384": 4}
_HASHES = {"SHA-1": 1}  # of NSEC3 (RFC 5155, section 11)
_PROTOCOLS = {"NONE": 0, "TLS": 1, "EMAIL": 2, "DNSSEC": 3, "IPSEC": 4, "ALL": 255}  # of keys (RFC 2535, section 7.1)
_FLAGS = {
    "NOCONF": 0x4000, "NOAUTH": 0x8000, "NOKEY": 0xC000, "FLAG2": 0x2000, "EXTEND": 0x1000, "FLAG4": 0x0800,
    "FLAG5": 0x0400, "USER": 0, "ZONE": 0x0100, "HOST": 0x0200, "NTYP3": 0x0300, "FLAG8": 0x0080, "FLAG9": 0x0040,
    "FLAG10": 0x0020, "FLAG11": 0x0010, "KSK": 0x0001, **{f"SIG{bits}": bits for bits in range(16)},
}  # fmt: skip
_EPOCH = 1970
_SIGNATURE_ALGORITHM, _LABELS, _SIGNER = 2, 3, 18  # where they are in a signature's octets
_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_NO_KEY = 0xC000  # RFC 2535, section 3.1.2: both bits set, there is no key
_MAX_FLAG_DIGITS = 12
_KEY_ALGORITHM, _KEY_HEAD = 3, 4  # where the algorithm is in a key's octets, and the key
_DIGEST_KIND, _DIGEST_HEAD = 3, 4  # where a DS record has the kind of its digest, and the digest
_OBJECT_IDENTIFIER = 6  # DER's tag
_LONG_FORM = 0x80  # lengths from here on are written otherwise; no algorithm has so long an identifier
_CONTINUES = 0x80  # the bit that says that a number of an object identifier goes on in the next octet

# The octets of digests and hashes, by their numbers; of others there may be any number.
_DIGEST_OCTETS = {1: 20, 2: 32, 4: 48}
_FINGERPRINT_OCTETS = {1: 20, 2: 32}
_ZONE_DIGEST_OCTETS = {1: 48, 2: 64}
_LEAST_ZONE_DIGEST = 12  # RFC 8976, section 2.2.4
_MAX_HASH_OCTETS = 255  # what the octet before salts and hashed names can say
_BASE32HEX = {digit: value for value, digit in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUV")}


def algorithm(fields: Scanner) -> bytes:
    """Read the algorithm of a key or signature."""
    return fields.mnemonic(_ALGORITHMS, _U8).to_bytes(1)


def digest(fields: Scanner) -> bytes:
    """Read the kind of a digest, and as many octets as such a digest has."""
    kind = fields.mnemonic(_DIGESTS, _U8)
    return kind.to_bytes(1) + fields.hex(_DIGEST_OCTETS.get(kind))


def check_digest(rdata: bytes) -> None:
    """Raise InvalidText unless the rdata can be a DS record's, or one's of that form: of a known digest, all of it."""
    count = _DIGEST_OCTETS.get(int.from_bytes(rdata[_DIGEST_KIND:_DIGEST_HEAD]))
    octets = len(rdata) - _DIGEST_HEAD
    if octets <= 0 or octets < (count or 0):
        raise InvalidText("unexpected end of input")
    if count is not None and octets > count:
        raise InvalidText("extra input data")


def fingerprint(fields: Scanner) -> bytes:
    """Read the kind of a SSHFP record's fingerprint, and as many octets as it has (RFC 4255; RFC 6594)."""
    kind = fields.number(_U8)
    if kind not in _FINGERPRINT_OCTETS and fields.is_at_end:
        return kind.to_bytes(1)
    return kind.to_bytes(1) + fields.hex(_FINGERPRINT_OCTETS.get(kind))


def zone_digest(fields: Scanner) -> bytes:
    """Read the hash algorithm of a ZONEMD record, and as many octets as it makes (RFC 8976, section 2.2)."""
    kind = fields.number(_U8)
    octets = fields.hex(_ZONE_DIGEST_OCTETS.get(kind))
    if len(octets) < _LEAST_ZONE_DIGEST:
        raise InvalidText(f"a digest of {len(octets)} octets; {_LEAST_ZONE_DIGEST} are needed")
    return kind.to_bytes(1) + octets


def key(fields: Scanner) -> bytes:
    """Read flags, protocol, algorithm and key."""
    rdata = _key_head(fields) + fields.base64()
    check_key(rdata)
    return rdata


def key_or_none(fields: Scanner) -> bytes:
    """Read a KEY record, whose flags may say that there is no key (RFC 2535, section 3.1.2)."""
    head = _key_head(fields)
    if _has_no_key(head):
        return head
    rdata = head + fields.base64()
    check_key(rdata)
    return rdata


def check_key(rdata: bytes) -> None:
    """Raise InvalidText unless the octets of a key can follow the head of this rdata."""
    if len(rdata) <= _KEY_HEAD:
        raise InvalidText("unexpected end of input")
    _check_private(rdata[_KEY_ALGORITHM], rdata[_KEY_HEAD:])


def check_key_or_none(rdata: bytes) -> None:
    """Raise InvalidText unless the rdata can be a KEY record's: with a key, or, if its flags say so, without one."""
    if not _has_no_key(rdata):
        check_key(rdata)
    elif len(rdata) != _KEY_HEAD:
        raise InvalidText("extra input data" if len(rdata) > _KEY_HEAD else "unexpected end of input")


def check_resource_key(rdata: bytes) -> None:
    """Raise InvalidText unless the rdata can be a RKEY record's."""
    check_key(rdata)
    if rdata[:2] != b"\0\0":
        raise InvalidText("the flags of a RKEY record are 0")


def resource_key(fields: Scanner) -> bytes:
    """Read the key of a RKEY record."""
    rdata = key(fields)
    check_resource_key(rdata)
    return rdata


def _has_no_key(rdata: bytes) -> bool:
    return int.from_bytes(rdata[:2]) & _NO_KEY == _NO_KEY


def _check_private(number: int, octets: bytes) -> None:
    """Refuse a key or signature of a private algorithm without the algorithm's name before it (RFC 4034, A.1.1)."""
    if number == _ALGORITHMS["PRIVATEDNS"]:
        try:
            Cursor(octets).name()
        except MalformedMessage as error:
            raise InvalidText(f"no domain name of a private algorithm: {error.text}") from error
    elif number == _ALGORITHMS["PRIVATEOID"] and not _begins_with_object_identifier(octets):
        raise InvalidText("no object identifier of a private algorithm")


def _begins_with_object_identifier(octets: bytes) -> bool:
    """Return whether there is a length, and an object identifier of that length in DER (X.690, section 8.19)."""
    content = octets[3 : octets[0] + 1]
    starts = [content[i] for i in range(len(content)) if i == 0 or content[i - 1] < _CONTINUES]
    return (
        octets[:3] == bytes([len(content) + 2, _OBJECT_IDENTIFIER, len(content)])
        and 0 < len(content) < _LONG_FORM
        and content[-1] < _CONTINUES
        and _CONTINUES not in starts  # a number without leading zeros
    )


def _key_head(fields: Scanner) -> bytes:
    flags = _flags(fields.word())
    return flags.to_bytes(2) + fields.mnemonic(_PROTOCOLS, _U8).to_bytes(1) + algorithm(fields)


def _flags(word: str) -> int:
    if word[:1].isdecimal():
        return _flag_number(word)
    flags = 0
    for name in word.removesuffix("|").upper().split("|"):
        # The first flag that begins so: BIND takes any abbreviation.
        flag = next((bits for known, bits in _FLAGS.items() if known.startswith(name)), None)
        if flag is None:
            raise InvalidText(f"unknown flag {quoted(name)}")
        flags |= flag
    return flags


def _flag_number(word: str) -> int:
    """Return a number in decimal digits, or else in hexadecimal ones, with `0x` before them or without."""
    found = decimal(word, _U16)
    if found is None and word.isalnum():
        try:
            found = int(word, 16)
        except ValueError:
            found = None
    if found is None or found > _U16 or len(word) > _MAX_FLAG_DIGITS:
        raise InvalidText(f"{quoted(word)} are no flags")
    return found


def salt(fields: Scanner) -> bytes:
    """Read a salt in hexadecimal digits; `-` is none (RFC 5155, section 3.3)."""
    word = fields.word()
    octets = b"" if word == "-" else unhex(word)
    if len(octets) > _MAX_HASH_OCTETS:
        raise InvalidText(f"a salt of {len(octets)} octets; at most {_MAX_HASH_OCTETS} are allowed")
    return b"%c%b" % (len(octets), octets)


def hash_algorithm(fields: Scanner) -> bytes:
    """Read the algorithm that names are hashed by."""
    return fields.mnemonic(_HASHES, _U8).to_bytes(1)


def next_hash(fields: Scanner) -> bytes:
    """Read a hashed name in Base32 with the extended hexadecimal alphabet, unpadded (RFC 5155, section 3.3)."""
    word = fields.word().upper()
    if any(digit not in _BASE32HEX for digit in word) or len(word) % 8 in (1, 3, 6):
        raise InvalidText(f"{quoted(word)} is no hashed name")
    bits = 0
    for digit in word:
        bits = bits << 5 | _BASE32HEX[digit]
    spare = len(word) * 5 % 8
    octets = (bits >> spare).to_bytes(len(word) * 5 // 8)
    if bits & ((1 << spare) - 1) or len(octets) > _MAX_HASH_OCTETS:
        raise InvalidText(f"{quoted(word)} is no hashed name")
    return b"%c%b" % (len(octets), octets)


def types(fields: Scanner) -> bytes:
    """Read types as bitmaps, one for each window of 256 that has any (RFC 4034, section 4.1.2)."""
    windows: dict[int, int] = {}
    for rrtype in map(rrtype_from_text, fields.words()):
        windows[rrtype >> 8] = windows.get(rrtype >> 8, 0) | 1 << (255 - (rrtype & 255))
    bitmaps = ((window, bits.to_bytes(32).rstrip(b"\0")) for window, bits in sorted(windows.items()))
    return b"".join(b"%c%c%b" % (window, len(bitmap), bitmap) for window, bitmap in bitmaps)


def some_types(fields: Scanner) -> bytes:
    """Read types as `types` does, one at least."""
    if fields.is_at_end:
        raise InvalidText("a NSEC record has one type at least")
    return types(fields)


def signature(fields: Scanner) -> bytes:
    """Read a RRSIG record (RFC 4034, section 3.2); the owner has as many labels as its signer at least."""
    rdata = _signature(fields, _time_or_seconds)
    cursor = Cursor(rdata, _SIGNER)
    if len(cursor.name().labels) > rdata[_LABELS]:
        raise InvalidText("the signer has more labels than the owner")
    return rdata


def old_signature(fields: Scanner) -> bytes:
    """Read a SIG record (RFC 2535, section 4.5), whose times are not written as seconds."""
    return _signature(fields, signature_time)


def _signature(fields: Scanner, time: Callable[[str], bytes]) -> bytes:
    head = _covered(fields.word()) + algorithm(fields)
    labels = fields.u8()
    head += labels + fields.u32() + time(fields.word()) + time(fields.word()) + fields.u16() + fields.name()
    octets = fields.base64()
    _check_private(head[_SIGNATURE_ALGORITHM], octets)
    return head + octets


def _covered(word: str) -> bytes:
    found = decimal(word, _U16)
    return (rrtype_from_text(word) if found is None else found).to_bytes(2)


def _time_or_seconds(word: str) -> bytes:
    return number(word, _U32).to_bytes(4) if len(word) <= len(str(_U32)) else signature_time(word)


def signature_time(word: str) -> bytes:
    """Return a time of the form YYYYMMDDHHmmSS, in UTC, as seconds; years that 32 bits do not reach wrap around."""
    if decimal(word, 10**14) is None or len(word) != len("YYYYMMDDHHmmSS"):
        raise InvalidText(f"{quoted(word)} is not a time of the form YYYYMMDDHHmmSS")
    year, month, day = int(word[:4]), int(word[4:6]), int(word[6:8])
    hour, minute, second = int(word[8:10]), int(word[10:12]), int(word[12:])
    if not (1 <= month <= 12 and 1 <= day <= _days_of(month, year)):  # noqa: PLR2004 - months
        raise InvalidText(f"{quoted(word)} is on no day of the calendar")
    if hour > 23 or minute > 59 or second > 60:  # noqa: PLR2004 - of a day and an hour; a minute may have a leap second
        raise InvalidText(f"{quoted(word)} is at no time of a day")
    days = _days_before(year) - _days_before(_EPOCH) + sum(_days_of(m, year) for m in range(1, month)) + day - 1
    return ((days * 24 + hour) * 3600 + minute * 60 + second & _U32).to_bytes(4)


def _days_before(year: int) -> int:
    """Return the days from the year 1 to a year, in the Gregorian calendar."""
    past = year - 1
    return past * 365 + past // 4 - past // 100 + past // 400


def _days_of(month: int, year: int) -> int:
    leap = month == 2 and _days_before(year + 1) - _days_before(year) == 366  # noqa: PLR2004 - February
    return _MONTHS[month - 1] + leap
