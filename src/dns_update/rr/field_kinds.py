"""The kinds of fields that many record types share: each is read from text and written as text.

A type's layout is its fields in their order. Octets are checked when they are written as text: those that have a text,
or are known to have none, are those that BIND accepts from the wire.
"""

from __future__ import annotations

import binascii

from dns_update import errors
from dns_update.rr.embedded_names import uncompressed_name
from dns_update.rr.scanner import Scanner
from dns_update.value import Value
from dns_update.wire.codes import MAX_U16, decimal, rrtype_from_text, rrtype_to_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS, format_address, parse_ipv4, parse_ipv6

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PRINTABLE = range(0x20, 0x7F)
_ESCAPED = b'"\\'


class Field(Value):
    """One field of a layout, as two functions.

    `from_text` takes the field from a line and returns its octets; it raises InvalidText. `to_text` takes the octets
    and returns the text, or None for valid octets that have no text; it raises MalformedMessage.
    """

    from_text: Callable[[Scanner], bytes]
    to_text: Callable[[Cursor], str | None]


def quoted_string(octets: bytes) -> str:
    r"""Return octets in quotes, with the escapes `\"`, `\\` and `\DDD` (RFC 1035, section 5.1)."""
    return f'"{"".join(map(_character, octets))}"'


def rest(cursor: Cursor, least: int = 0) -> bytes:
    """Take all octets that are left; raises MalformedMessage if fewer than `least` are left."""
    return cursor.take(max(cursor.remaining, least))


def base64_text(octets: bytes) -> str:
    """Return octets in Base64."""
    return binascii.b2a_base64(octets, newline=False).decode("ascii")


def take_string(cursor: Cursor) -> bytes:
    """Take a character-string and return it without its length."""
    return cursor.take(cursor.u8())


def rrtype_octets(fields: Scanner) -> bytes:
    """Read a record type, as a mnemonic, as TYPEn or as a number."""
    word = fields.word()
    number = decimal(word, MAX_U16)
    return (rrtype_from_text(word) if number is None else number).to_bytes(2)


def number_field(octets: int, mnemonics: Mapping[str, int]) -> Field:
    """Return a field of so many octets whose text is a mnemonic, or a number if there is none."""
    names = {number: name for name, number in mnemonics.items()}

    def to_text(cursor: Cursor) -> str:
        number = int.from_bytes(cursor.take(octets))
        return names.get(number, str(number))

    return Field(lambda fields: fields.mnemonic(mnemonics, 256**octets - 1).to_bytes(octets), to_text)


def _character(octet: int) -> str:
    if octet in _ESCAPED:
        return f"\\{octet:c}"
    return chr(octet) if octet in _PRINTABLE else f"\\{octet:03d}"


def _strings(cursor: Cursor) -> str:
    strings = [quoted_string(take_string(cursor))]
    while cursor.remaining:
        strings.append(quoted_string(take_string(cursor)))
    return " ".join(strings)


NAME = Field(Scanner.name, lambda cursor: uncompressed_name(cursor).to_text())
U8 = Field(Scanner.u8, lambda cursor: str(cursor.u8()))
U16 = Field(Scanner.u16, lambda cursor: str(cursor.u16()))
U32 = Field(Scanner.u32, lambda cursor: str(cursor.u32()))
STRING = Field(Scanner.string, lambda cursor: quoted_string(take_string(cursor)))
STRINGS = Field(Scanner.strings, _strings)
LONG_STRING = Field(Scanner.long_string, lambda cursor: quoted_string(rest(cursor)))
HEX = Field(Scanner.hex, lambda cursor: rest(cursor, 1).hex())
BASE64 = Field(Scanner.base64, lambda cursor: base64_text(rest(cursor, 1)))
IPV4 = Field(lambda fields: parse_ipv4(fields.word()), lambda cursor: format_address(cursor.take(IPV4_OCTETS)))
IPV6 = Field(lambda fields: parse_ipv6(fields.word()), lambda cursor: format_address(cursor.take(IPV6_OCTETS)))
RRTYPE = Field(rrtype_octets, lambda cursor: rrtype_to_text(cursor.u16()))


def need(*, holds: bool, what: str) -> None:
    """Raise MalformedMessage, with the text `what`, unless a condition holds."""
    if not holds:
        raise errors.MalformedMessage(what)
