"""Rdata as the fields of a line, parted by blanks or quotes: how nsupdate reads what a zone file's reader would."""

from __future__ import annotations

from dns_update.errors import InvalidText
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.inet import parse_ipv4
from dns_update.wire.record import MAX_STRING_OCTETS, rdata_from_text

_TEXTS = (RRType.TXT, RRType.SPF)
_URI = 256
_RARE = (30, 31, 32, 34, 38, 40, 259)  # NXT, EID, NIMLOC, ATMA, A6, SINK, DOA
_BLANKS = " \t"
_MAX_OCTET = 255
_ESCAPE_DIGITS = 3
_MEANINGLESS_HERE = str.maketrans({mark: f"\\{mark}" for mark in ";()"})


def rdata_from_fields(rrtype: int, text: str, rrclass: int = RRClass.IN) -> bytes:
    r"""Return the octets of rdata whose fields are parted by blanks, with or without quotes.

    It differs from `rdata_from_text` in two points. Each field of a TXT or SPF record is a character-string of its
    own, so that `a b` is two. And a semicolon or a bracket is a character as any other: a line has no comments and
    no continuation. `\# LENGTH HEX` (RFC 3597, section 5) is taken for every type. Raises InvalidText.
    """
    text = text.strip(_BLANKS)
    if "\\#" in text and _is_generic(text):
        return rdata_from_text(rrtype, text, rrclass)
    if rrtype in _TEXTS:
        return b"".join(b"%c%b" % (len(string), string) for string in _strings(text))
    if rrtype == RRType.A and rrclass == RRClass.HS:  # BIND gives Hesiod the Internet's addresses
        return parse_ipv4(text)
    if rrtype in _RARE:
        from dns_update.wire.rare import rare_rdata  # noqa: PLC0415 - rare

        return rare_rdata(rrtype, text.split())
    if rrtype == _URI and not text.endswith('"'):  # RFC 7553, section 4.4
        raise InvalidText(f"{text!r} is not URI data: the target stands in quotes")
    return rdata_from_text(rrtype, _without_comments_and_groups(text), rrclass)


def _is_generic(text: str) -> bool:
    mark, *rest = text.split(None, 2)
    return mark == "\\#" and bool(rest) and rest[0].isdecimal()


def _strings(text: str) -> list[bytes]:
    """Return the character-strings that the fields are (RFC 1035, section 5.1)."""
    strings = []
    position = 0
    while position < len(text):
        if text[position] in _BLANKS:
            position += 1
            continue
        is_quoted = text[position] == '"'
        string, position = _string(text, position + is_quoted, '"' if is_quoted else _BLANKS)
        if is_quoted and text[position : position + 1] != '"':
            raise InvalidText("a quoted string has no end")
        position += is_quoted
        if len(string) > MAX_STRING_OCTETS:
            raise InvalidText(
                f"a string of {len(string)} octets; at most {MAX_STRING_OCTETS} are allowed",
                hint="part it by blanks or quotes",
            )
        strings.append(string)
    return strings


def _string(text: str, position: int, ends: str) -> tuple[bytes, int]:
    r"""Read up to one of `ends`, with `\DDD` and `\X`; return the octets and the position of the end."""
    octets = bytearray()
    while position < len(text) and text[position] not in ends:
        character = text[position]
        position += 1
        if character != "\\":
            # What is not UTF-8 in the input came in as surrogates, and leaves as the octets it was.
            octets += character.encode("utf-8", "surrogateescape")
            continue
        digits = text[position : position + _ESCAPE_DIGITS]
        if digits[:1].isdecimal():
            if not (len(digits) == _ESCAPE_DIGITS and digits.isascii() and digits.isdecimal()):
                raise InvalidText("a wrong escape", hint="\\DDD takes three digits, 000 to 255")
            if int(digits) > _MAX_OCTET:
                raise InvalidText("a wrong escape", hint="\\DDD takes three digits, 000 to 255")
            octets.append(int(digits))
            position += _ESCAPE_DIGITS
        elif digits:
            octets += digits[0].encode("utf-8", "surrogateescape")
            position += 1
        else:
            raise InvalidText("it ends within an escape", hint="\\\\ is a backslash")
    return bytes(octets), position


def _without_comments_and_groups(text: str) -> str:
    """Escape what a zone file's reader takes for a comment or a bracket, outside of quotes."""
    if ";" not in text and "(" not in text and ")" not in text:
        return text
    parts = []
    quoted = False
    position = 0
    while position < len(text):
        end = position + (2 if text[position] == "\\" else 1)
        part = text[position:end]
        quoted ^= part == '"'
        parts.append(part if quoted else part.translate(_MEANINGLESS_HERE) if len(part) == 1 else part)
        position = end
    return "".join(parts)
