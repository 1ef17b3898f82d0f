r"""The fields of a line of rdata, taken one after the other.

Blanks and tabs separate fields. After a backslash a character has no special meaning, not even a blank. Quotes are
special only around a character-string; elsewhere, and within a field, they are characters like any other, and so are
semicolons and brackets. A character outside ASCII is its octets in UTF-8, or the octets as which it came in.
"""

from __future__ import annotations

import binascii

from dns_update import errors
from dns_update.errors import quoted
from dns_update.wire.codes import MAX_STRING_OCTETS, decimal
from dns_update.wire.name import ROOT, Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BLANKS = " \t"
_PRINTABLE = range(0x21, 0x7F)
_BACKSLASH = ord("\\")
_ESCAPE_DIGITS = 3
_MAX_OCTET = 255
_U8, _U16, _U32 = 0xFF, 0xFFFF, 0xFFFFFFFF


class Scanner:
    """The fields of a line. A method that takes a field raises InvalidText if none is left, or if its kind is wrong."""

    __slots__ = ("_name", "_position", "_text")

    def __init__(self, text: str, read_name: Callable[[str], Name] | None = None) -> None:
        """Start at the beginning of the text; `read_name` reads names instead of `octet_name`."""
        self._text = text
        self._position = 0
        self._name = read_name or octet_name

    @property
    def is_at_end(self) -> bool:
        """Return whether no field is left."""
        while self._text[self._position : self._position + 1] in (" ", "\t"):
            self._position += 1
        return self._position == len(self._text)

    @property
    def is_quoted(self) -> bool:
        """Return whether the next field begins with a quote."""
        return not self.is_at_end and self._text[self._position] == '"'

    def word(self) -> str:
        """Take a field as it is written."""
        self._need_a_field()
        start = position = self._position
        while position < len(self._text) and self._text[position] not in BLANKS:
            position += 2 if self._text[position] == "\\" else 1
        self._position = min(position, len(self._text))
        return self._text[start : self._position]

    def words(self) -> list[str]:
        """Take all fields that are left; there may be none."""
        words = []
        while not self.is_at_end:
            words.append(self.word())
        return words

    def pair(self) -> tuple[str, str]:
        """Take `KEY`, `KEY=VALUE` or `KEY="VALUE"`; return both as they are written, without the quotes."""
        self._need_a_field()
        start = self._position
        key, equals, _ = self._text[start:].partition("=")
        if not equals or any(blank in key for blank in BLANKS) or self._text[start + len(key) + 1 :][:1] != '"':
            key, _, value = self.word().partition("=")
            return key, value
        self._position = start + len(key) + 1
        begin = self._position + 1
        self.long_string()
        return key, self._text[begin : self._position - 1]

    def long_string(self) -> bytes:
        """Take a text, in quotes or without, of any length."""
        self._need_a_field()
        if not self.is_quoted:
            octets, self._position = unescape(self._text, self._position, BLANKS)
            return octets
        octets, end = unescape(self._text, self._position + 1, '"')
        if end == len(self._text):
            raise errors.InvalidText("a quoted string has no end")
        self._position = end + 1
        return octets

    def string(self) -> bytes:
        """Take a character-string, and return it with its length before it (RFC 1035, section 3.3)."""
        octets = self.long_string()
        if len(octets) > MAX_STRING_OCTETS:
            raise errors.InvalidText(
                f"a string of {len(octets)} octets; at most {MAX_STRING_OCTETS} are allowed",
                hint="split it by blanks or quotes",
            )
        return b"%c%b" % (len(octets), octets)

    def strings(self) -> bytes:
        """Take all fields that are left as character-strings, at least one."""
        strings = [self.string()]
        while not self.is_at_end:
            strings.append(self.string())
        return b"".join(strings)

    def name(self, *, may_be_quoted: bool = False) -> bytes:
        """Take a domain name and return it uncompressed.

        If it may not be quoted, BIND reads a quote as its first character, which no user means.
        """
        if not self.is_quoted:
            return self._name(self.word()).to_wire()
        if not may_be_quoted:
            raise errors.InvalidText("a name cannot be in quotes")
        start = self._position + 1
        self.long_string()
        return self._name(self._text[start : self._position - 1].replace(" ", "\\032")).to_wire()

    def number(self, highest: int) -> int:
        """Take a decimal number from 0 to `highest`."""
        return number(self.word(), highest)

    def u8(self) -> bytes:
        """Take a number of one octet."""
        return self.number(_U8).to_bytes(1)

    def u16(self) -> bytes:
        """Take a number of two octets."""
        return self.number(_U16).to_bytes(2)

    def u32(self) -> bytes:
        """Take a number of four octets."""
        return self.number(_U32).to_bytes(4)

    def mnemonic(self, numbers: Mapping[str, int], highest: int) -> int:
        """Take a mnemonic of the table, in any case, or a number."""
        word = self.word()
        return numbers[word.upper()] if word.upper() in numbers else number(word, highest)

    def hex(self, count: int | None = None) -> bytes:
        """Take all fields that are left as hexadecimal digits, of `count` octets or at least one."""
        self._need_a_field()
        octets = unhex("".join(self.words()))
        if count is not None and len(octets) != count:
            raise errors.InvalidText(f"{len(octets)} octets in hexadecimal digits; {count} are expected")
        return octets

    def base64(self) -> bytes:
        """Take all fields that are left as Base64; there must be one."""
        self._need_a_field()
        return unbase64("".join(self.words()))

    def finish(self) -> None:
        """Raise InvalidText if a field is left."""
        if not self.is_at_end:
            raise errors.InvalidText("extra input text")

    def _need_a_field(self) -> None:
        if self.is_at_end:
            raise errors.InvalidText("unexpected end of input")


def number(word: str, highest: int) -> int:
    """Return the number in a word, 0 to `highest`; raises InvalidText."""
    found = decimal(word, highest)
    if found is None:
        raise errors.InvalidText(f"{quoted(word)} is not a number from 0 to {highest}")
    return found


def unhex(digits: str) -> bytes:
    """Return the octets of hexadecimal digits."""
    try:
        return binascii.unhexlify(digits)
    except ValueError:  # UnicodeEncodeError is one, too
        raise errors.InvalidText("bad hex encoding") from None


def unbase64(text: str) -> bytes:
    """Return the octets of Base64 (RFC 4648, section 4), padded, and with no bits left over."""
    try:
        octets = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except ValueError:
        octets = b""
    if binascii.b2a_base64(octets, newline=False) != text.encode(errors="surrogateescape"):
        raise errors.InvalidText("bad base64 encoding")
    return octets


def octet_name(text: str) -> Name:
    """Return an absolute name; octets outside ASCII are used as they are, not as an international name."""
    if text.startswith("\\[") or ".\\[" in text:  # the bit-string labels of RFC 2673
        raise errors.InvalidText("bad label type")
    return Name.from_text(text if text.isascii() else escape_octets(text), ROOT)


def escape_octets(text: str) -> str:
    r"""Write all but printable ASCII as the `\DDD` of its octets; a backslash before such a character is ignored."""
    escaped: list[str] = []
    is_after_backslash = False
    for octet in text.encode("utf-8", "surrogateescape"):
        if octet in _PRINTABLE or octet == ord(" "):
            escaped.append(chr(octet))
        else:
            escaped.append(f"{octet:03d}" if is_after_backslash else f"\\{octet:03d}")
        is_after_backslash = octet == _BACKSLASH and not is_after_backslash
    return "".join(escaped)


def unescape(text: str, position: int, ends: str) -> tuple[bytes, int]:
    r"""Read up to one of `ends`, with `\DDD` and `\X`; return the octets and the position of the end."""
    octets = bytearray()
    while position < len(text) and text[position] not in ends:
        character = text[position]
        position += 1
        if character != "\\":
            octets += character.encode("utf-8", "surrogateescape")
            continue
        digits = text[position : position + _ESCAPE_DIGITS]
        if digits[:1].isascii() and digits[:1].isdecimal():
            octets.append(_octet(digits))
            position += _ESCAPE_DIGITS
        elif digits:
            octets += digits[0].encode("utf-8", "surrogateescape")
            position += 1
        else:
            raise errors.InvalidText("it ends within an escape", hint="\\\\ is a backslash")
    return bytes(octets), position


def _octet(digits: str) -> int:
    octet = decimal(digits, _MAX_OCTET)
    if len(digits) < _ESCAPE_DIGITS or octet is None:
        raise errors.InvalidText("a wrong escape", hint="\\DDD takes three digits, 000 to 255")
    return octet
