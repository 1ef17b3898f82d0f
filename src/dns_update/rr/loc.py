"""LOC rdata: where a host is, and how precisely that is known (RFC 1876)."""

from __future__ import annotations

from dns_update.errors import InvalidText, quoted
from dns_update.rr.field_kinds import Field, need, rest
from dns_update.rr.scanner import Scanner, number
from dns_update.wire.codes import decimal
from dns_update.wire.cursor import Cursor

_MAX_LATITUDE = 90
_MAX_LONGITUDE = 180
_MAX_MINUTES = 59
_EQUATOR = _MERIDIAN = 1 << 31
_MS_IN_MINUTE = 60_000
_MS_DIGITS = 3
_CM_DIGITS = 2
_SEA_LEVEL = 10_000_000  # centimetres above the reference of altitudes
_MAX_ALTITUDE = (1 << 32) - 1 - _SEA_LEVEL
_MAX_METRES = 90_000_000  # 9e9 cm, the largest number with a mantissa and an exponent of one digit
_DEFAULTS = ("1m", "10000m", "10m")  # size, horizontal and vertical precision (section 3)
_DEFAULT_OCTETS = b"\x12\x16\x13"  # the same
_MAX_DIGIT = 9


def _location(fields: Scanner) -> bytes:
    """Read latitude, longitude, altitude, and size and precisions if they are there; raises InvalidText."""
    latitude = _EQUATOR + _angle(fields, _MAX_LATITUDE, {"N": 1, "S": -1})
    longitude = _MERIDIAN + _angle(fields, _MAX_LONGITUDE, {"E": 1, "W": -1})
    altitude = _SEA_LEVEL + _altitude(fields.word())
    sizes = [_size(default if fields.is_at_end else fields.word()) for default in _DEFAULTS]
    return b"\0" + bytes(sizes) + b"".join(part.to_bytes(4) for part in (latitude, longitude, altitude))


def _angle(fields: Scanner, most: int, signs: dict[str, int]) -> int:
    """Read degrees, optional minutes and seconds, and the hemisphere; return thousandths of a second of arc."""
    angle = fields.number(most) * 60 * _MS_IN_MINUTE
    word = fields.word()
    if word not in signs:
        angle += number(word, _MAX_MINUTES) * _MS_IN_MINUTE
        word = fields.word()
        if word not in signs:
            angle += _milliseconds(word)
            word = fields.word()
    if word not in signs:
        raise InvalidText(f"{quoted(word)} is not one of {', '.join(signs)}")
    if angle > most * 60 * _MS_IN_MINUTE:
        raise InvalidText(f"an angle of more than {most} degrees")
    return signs[word] * angle


def _milliseconds(word: str) -> int:
    thousandths = _fixed(word, _MS_DIGITS)
    if thousandths >= _MS_IN_MINUTE:
        raise InvalidText(f"{quoted(word)} is more than 59.999 seconds")
    return thousandths


def _altitude(word: str) -> int:
    unsigned = word.removeprefix("-")
    altitude = _fixed((unsigned if unsigned != word else word.removeprefix("+")).removesuffix("m"), _CM_DIGITS)
    altitude = -altitude if unsigned != word else altitude
    if not -_SEA_LEVEL <= altitude <= _MAX_ALTITUDE:
        raise InvalidText(f"{quoted(word)} is not an altitude from -100000m to 42849672.95m")
    return altitude


def _size(word: str) -> int:
    """Return a length in centimetres as its first digit and a power of ten (section 2)."""
    centimetres = _fixed(word.removesuffix("m"), _CM_DIGITS)
    if centimetres // 100 > _MAX_METRES:
        raise InvalidText(f"{quoted(word)} is more than {_MAX_METRES}m")
    digits = str(centimetres)
    return int(digits[0]) << 4 | len(digits) - 1


def _fixed(word: str, places: int) -> int:
    """Return a decimal number with up to `places` decimal places, times ten to the power of `places`."""
    whole, _, fraction = word.partition(".")
    digits = whole + fraction.ljust(places, "0")
    value = decimal(digits, 10**12)  # more than any part of a location can be
    if value is None or len(fraction) > places or not (whole or fraction):
        raise InvalidText(f"{quoted(word)} is not a number with up to {places} decimal places")
    return value


def _location_text(cursor: Cursor) -> str | None:
    if cursor.u8():  # a future version, whose octets are unknown
        rest(cursor)
        return None
    sizes = cursor.take(len(_DEFAULTS))
    latitude = _angle_text(cursor.u32() - _EQUATOR, _MAX_LATITUDE, "NS")
    longitude = _angle_text(cursor.u32() - _MERIDIAN, _MAX_LONGITUDE, "EW")
    text = f"{latitude} {longitude} {_metres_text(cursor.u32() - _SEA_LEVEL)}"
    texts = [_metres_text(_centimetres(size)) for size in sizes]
    return text if sizes == _DEFAULT_OCTETS else " ".join([text, *texts])


def _angle_text(angle: int, most: int, hemispheres: str) -> str:
    need(holds=abs(angle) <= most * 60 * _MS_IN_MINUTE, what=f"an angle of more than {most} degrees")
    minutes, milliseconds = divmod(abs(angle), _MS_IN_MINUTE)
    degrees, minutes = divmod(minutes, 60)
    seconds, milliseconds = divmod(milliseconds, 1000)
    return f"{degrees} {minutes} {seconds}.{milliseconds:03} {hemispheres[angle < 0]}"


def _centimetres(size: int) -> int:
    """Return the length that a first digit and a power of ten mean; 0 is 0, other first digits are 1 to 9."""
    digit, power = size >> 4, size & 0xF
    need(holds=not size or (0 < digit <= _MAX_DIGIT and power <= _MAX_DIGIT), what=f"{size:#04x} as a size")
    return digit * int(10**power)


def _metres_text(centimetres: int) -> str:
    sign = "-" if centimetres < 0 else ""
    return f"{sign}{abs(centimetres) // 100}.{abs(centimetres) % 100:02}m"


LAYOUTS = {"LOC": (Field(_location, _location_text),)}
