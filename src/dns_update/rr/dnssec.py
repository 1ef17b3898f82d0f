"""DNSSEC's rdata other than keys: digests, signatures, proofs of non-existence, and lists of types."""

from __future__ import annotations

from dns_update.errors import InvalidText, quoted
from dns_update.rr.embedded_names import uncompressed_name
from dns_update.rr.field_kinds import (
    NAME,
    RRTYPE,
    U8,
    U16,
    U32,
    Field,
    base64_text,
    need,
    number_field,
    rest,
    rrtype_octets,
    take_string,
)
from dns_update.rr.key_records import algorithm, check_private, checked_text, digest_field
from dns_update.rr.scanner import Scanner, number, unhex
from dns_update.wire.codes import decimal, rrtype_from_text, rrtype_to_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_U8, _U32 = 0xFF, 0xFFFFFFFF

_DIGESTS = {"SHA-1": 1, "SHA1": 1, "SHA-256": 2, "SHA256": 2, "GOST": 3, "SHA-384": 4, "SHA384": 4}
_HASHES = {"SHA-1": 1}  # of NSEC3 (RFC 5155, section 11)
_SCHEMES = {"NOTIFY": 1}  # of DSYNC (RFC 9859, section 6.2)
_EPOCH = 1970
_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# The octets of digests and hashes, by their numbers; others may have any number.
_DIGEST_OCTETS = {1: 20, 2: 32, 4: 48}
_ZONE_DIGEST_OCTETS = {1: 48, 2: 64}
_HASH_OCTETS = {1: 20}
_LEAST_ZONE_DIGEST = 12  # RFC 8976, section 2.2.4
_MAX_SALT_OCTETS = 255
_MAX_HASH_OCTETS = 39  # as many as fit into a label, in Base32
_MAX_WINDOW_OCTETS = 32
_BASE32HEX = "0123456789abcdefghijklmnopqrstuv"


def _salt(fields: Scanner) -> bytes:
    """Read a salt in hexadecimal digits; `-` is an empty one (RFC 5155, section 3.3)."""
    word = fields.word()
    octets = b"" if word == "-" else unhex(word)
    if len(octets) > _MAX_SALT_OCTETS:
        raise InvalidText(f"a salt of {len(octets)} octets; at most {_MAX_SALT_OCTETS} are allowed")
    return b"%c%b" % (len(octets), octets)


def _salt_text(cursor: Cursor) -> str:
    return take_string(cursor).hex() or "-"


def _hash_algorithm(fields: Scanner) -> bytes:
    """Read the algorithm by which names are hashed."""
    return fields.mnemonic(_HASHES, _U8).to_bytes(1)


def _proof(fields: Scanner) -> bytes:
    """Read an NSEC3 record (RFC 5155, section 3.3)."""
    kind = _hash_algorithm(fields)
    head = kind + fields.u8() + fields.u16() + _salt(fields)
    return head + _next_hash(kind[0], fields) + _types(fields)


def _proof_text(cursor: Cursor) -> str:
    kind, flags, iterations, salt = cursor.u8(), cursor.u8(), cursor.u16(), _salt_text(cursor)
    octets = take_string(cursor)
    need(holds=_is_hash(kind, octets), what=f"a hashed name of {len(octets)} octets")
    return f"{kind} {flags} {iterations} {salt} {_base32(octets)} {_types_text(cursor)}".rstrip()


def _next_hash(kind: int, fields: Scanner) -> bytes:
    """Read a hashed name in Base32 with the extended hexadecimal alphabet, unpadded (RFC 5155, section 3.3)."""
    word = fields.word().lower()
    if any(digit not in _BASE32HEX for digit in word) or len(word) % 8 in (1, 3, 6):
        raise InvalidText(f"{quoted(word)} is not a hashed name")
    bits = 0
    for digit in word:
        bits = bits << 5 | _BASE32HEX.index(digit)
    spare = len(word) * 5 % 8
    octets = (bits >> spare).to_bytes(len(word) * 5 // 8)
    if bits & ((1 << spare) - 1) or not _is_hash(kind, octets):
        raise InvalidText(f"{quoted(word)} is not a hashed name")
    return b"%c%b" % (len(octets), octets)


def _is_hash(kind: int, octets: bytes) -> bool:
    return len(octets) == _HASH_OCTETS.get(kind, len(octets)) and 0 < len(octets) <= _MAX_HASH_OCTETS


def _base32(octets: bytes) -> str:
    spare = -len(octets) * 8 % 5
    bits = int.from_bytes(octets) << spare
    digits = (len(octets) * 8 + spare) // 5
    return "".join(_BASE32HEX[bits >> 5 * i & 31] for i in reversed(range(digits)))


def _types(fields: Scanner) -> bytes:
    """Read types as bitmaps, one for each window of 256 types with any of them (RFC 4034, section 4.1.2)."""
    windows: dict[int, int] = {}
    for rrtype in map(rrtype_from_text, fields.words()):
        windows[rrtype >> 8] = windows.get(rrtype >> 8, 0) | 1 << (255 - (rrtype & 255))
    bitmaps = ((window, bits.to_bytes(32).rstrip(b"\0")) for window, bits in sorted(windows.items()))
    return b"".join(b"%c%c%b" % (window, len(bitmap), bitmap) for window, bitmap in bitmaps)


def _types_text(cursor: Cursor) -> str:
    types: list[int] = []
    last = -1
    while cursor.remaining:
        window, bitmap = cursor.u8(), take_string(cursor)
        need(holds=window > last, what="windows of types that are not in the order of their numbers")
        need(holds=0 < len(bitmap) <= _MAX_WINDOW_OCTETS, what=f"a bitmap of {len(bitmap)} octets")
        need(holds=bitmap[-1] > 0, what="a bitmap that ends with zeros")
        bits = int.from_bytes(bitmap.ljust(_MAX_WINDOW_OCTETS, b"\0"))
        types += [window << 8 | i for i in range(256) if bits >> 255 - i & 1]
        last = window
    return " ".join(map(rrtype_to_text, types))


def _some_types(fields: Scanner) -> bytes:
    """Read types as `_types` does, at least one."""
    if fields.is_at_end:
        raise InvalidText("an NSEC record has at least one type")
    return _types(fields)


def _some_types_text(cursor: Cursor) -> str:
    need(holds=cursor.remaining > 0, what="no types")
    return _types_text(cursor)


def _signed(fields: Scanner, time: Callable[[str], bytes]) -> bytes:
    """Read an RRSIG record (RFC 4034, section 3.2), or a SIG record (RFC 2535, section 4.5), by its form of times."""
    head = rrtype_octets(fields)
    kind, labels = algorithm(fields), fields.u8()
    head += kind + labels + fields.u32() + time(fields.word()) + time(fields.word()) + fields.u16()
    signer, octets = fields.name(), checked_text(fields, b"", lambda octets: check_private(kind[0], octets))
    if time is _time_or_seconds and len(Cursor(signer).name().labels) > labels[0]:
        raise InvalidText("the signer has more labels than the owner")
    return head + signer + octets


def _signature_text(cursor: Cursor) -> str:
    text, labels, signer = _signed_text(cursor)
    need(holds=len(signer.labels) <= labels, what="a signer with more labels than the owner")
    return text


def _signed_text(cursor: Cursor) -> tuple[str, int, Name]:
    """Return the text, the number of the owner's labels, and the signer."""
    covered, kind, labels, ttl = cursor.u16(), cursor.u8(), cursor.u8(), cursor.u32()
    expiration, inception, tag = _time_text(cursor.u32()), _time_text(cursor.u32()), cursor.u16()
    signer, octets = uncompressed_name(cursor), rest(cursor, 1)
    check_private(kind, octets)
    head = f"{rrtype_to_text(covered)} {kind} {labels} {ttl} {expiration} {inception} {tag}"
    return f"{head} {signer.to_text()} {base64_text(octets)}", labels, signer


def _time_or_seconds(word: str) -> bytes:
    return number(word, _U32).to_bytes(4) if len(word) <= len(str(_U32)) else _time(word)


def _time(word: str) -> bytes:
    """Return a time of the form YYYYMMDDHHmmSS, in UTC, as seconds modulo 2**32."""
    if decimal(word, 10**14) is None or len(word) != len("YYYYMMDDHHmmSS"):
        raise InvalidText(f"{quoted(word)} is not a time of the form YYYYMMDDHHmmSS")
    year, month, day = int(word[:4]), int(word[4:6]), int(word[6:8])
    hour, minute, second = int(word[8:10]), int(word[10:12]), int(word[12:])
    if not (1 <= month <= 12 and 1 <= day <= _days_of(month, year)):  # noqa: PLR2004 - months
        raise InvalidText(f"{quoted(word)} is not a day of the calendar")
    if hour > 23 or minute > 59 or second > 60:  # noqa: PLR2004 - of a day and an hour; a minute may have a leap second
        raise InvalidText(f"{quoted(word)} is not a time of day")
    days = _days_before(year) - _days_before(_EPOCH) + sum(_days_of(m, year) for m in range(1, month)) + day - 1
    return ((days * 24 + hour) * 3600 + minute * 60 + second & _U32).to_bytes(4)


def _time_text(seconds: int) -> str:
    days, second = divmod(seconds, 86400)
    year, month = _EPOCH, 1
    while days >= (length := _days_before(year + 1) - _days_before(year)):
        days -= length
        year += 1
    while days >= _days_of(month, year):
        days -= _days_of(month, year)
        month += 1
    return f"{year}{month:02}{days + 1:02}{second // 3600:02}{second // 60 % 60:02}{second % 60:02}"


def _days_before(year: int) -> int:
    """Return the days from the year 1 to a year, in the Gregorian calendar."""
    past = year - 1
    return past * 365 + past // 4 - past // 100 + past // 400


def _days_of(month: int, year: int) -> int:
    leap = month == 2 and _days_before(year + 1) - _days_before(year) == 366  # noqa: PLR2004 - February
    return _MONTHS[month - 1] + leap


_DS = (U16, Field(algorithm, U8.to_text), digest_field("digest", _DIGESTS, _DIGEST_OCTETS, least=1))
_TYPES = Field(_types, _types_text)
_HASH = Field(_hash_algorithm, U8.to_text)

LAYOUTS = {
    "DS": _DS,
    "CDS": _DS,
    "DLV": _DS,
    "TA": _DS,
    "RRSIG": (Field(lambda fields: _signed(fields, _time_or_seconds), _signature_text),),
    "SIG": (Field(lambda fields: _signed(fields, _time), lambda cursor: _signed_text(cursor)[0]),),
    "NSEC": (NAME, Field(_some_types, _some_types_text)),
    "NSEC3": (Field(_proof, _proof_text),),
    "NSEC3PARAM": (_HASH, U8, U16, Field(_salt, _salt_text)),
    "CSYNC": (U32, U16, _TYPES),
    "ZONEMD": (U32, U8, digest_field("digest", {}, _ZONE_DIGEST_OCTETS, _LEAST_ZONE_DIGEST)),
    "DSYNC": (RRTYPE, number_field(1, _SCHEMES), U16, NAME),
}
