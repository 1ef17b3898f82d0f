"""The dialect of zone files (RFC 1035, section 5.1), all of a record's data in one text.

Brackets join several lines. A semicolon outside quotes would begin a comment, and is refused. A quote is special only
at the start of a string. Names may be international ones.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.errors import quoted
from dns_update.rr.presentation import is_generic, rdata_of_line
from dns_update.rr.scanner import BLANKS, unescape
from dns_update.wire.codes import MAX_STRING_OCTETS, RRType, utf8
from dns_update.wire.name import ROOT, Name

_TEXTS = (RRType.TXT, RRType.SPF)
_WITH_PAIRS = (64, 65)  # SVCB and HTTPS: there KEY="VALUE" is a field, too (RFC 9460, section 2.1)
_PARTING = (*BLANKS, "\n", "(", ")")
_BEFORE_DATA = "".join(_PARTING)


def rdata_from_zone_text(rrtype: int, text: str, rrclass: int) -> bytes:
    """Return the octets of rdata; see `rdata_from_text` for what is special. Raises InvalidText."""
    octets = utf8(text)
    start = text.lstrip(_BEFORE_DATA)
    if rrtype in _TEXTS and not start.startswith('"') and not is_generic(rrtype, start):
        return _one_text(octets)
    return rdata_of_line(rrtype, _line(rrtype, text), rrclass, _name)


def _one_text(octets: bytes) -> bytes:
    """Return a text as one or more character-strings."""
    chunks = [octets[i : i + MAX_STRING_OCTETS] for i in range(0, len(octets), MAX_STRING_OCTETS)] or [b""]
    return b"".join(b"%c%b" % (len(chunk), chunk) for chunk in chunks)


def _name(text: str) -> Name:
    if text == "@":  # without an origin it would be the root
        raise errors.InvalidText("@ is not a name here", hint="write the name in full, e.g. home.example.com.")
    return Name.from_text(text, ROOT)


def _line(rrtype: int, text: str) -> str:
    """Return a text on one line: its brackets, and the line ends within them, become blanks.

    Raises InvalidText if a reader of zone files would not see the rest of the text: at a semicolon outside quotes, or
    at the end of a line outside brackets.
    """
    pieces = []
    brackets = position = 0
    is_start = True  # of a field, where a quote begins a string
    while position < len(text):
        start, character = position, text[position]
        position = _end_of_piece(text, start, is_string=is_start and character == '"')
        piece = text[start:position]
        if "\n" in piece and not (brackets and piece == "\n"):
            raise errors.InvalidText(
                f"{quoted(text)} has more than one line", hint="give each record a value of its own"
            )
        if piece == ";":
            raise errors.InvalidText(
                f"{quoted(text)} has a semicolon, where a comment starts", hint='put the text in "quotes"'
            )
        brackets += {"(": 1, ")": -1}.get(piece, 0)
        if brackets < 0:
            break
        is_start = (
            (len(piece) > 1 and character == '"') or piece in _PARTING or (piece == "=" and rrtype in _WITH_PAIRS)
        )
        pieces.append(" " if piece in _PARTING else piece)
    if brackets:
        raise errors.InvalidText(f"{quoted(text)} has a bracket without its counterpart")
    return "".join(pieces)


def _end_of_piece(text: str, start: int, *, is_string: bool) -> int:
    """Return the end of a string in quotes, of an escaped character or of a plain one."""
    if is_string:
        _, end = unescape(text, start + 1, '"')
        return end + 1
    return start + (2 if text[start] == "\\" else 1)
