r"""Rdata as a zone file has it (RFC 1035, section 5.1), all of it in one text.

Brackets hold together what has several lines, a semicolon outside of quotes would begin a comment and is refused, a
quote begins a string and is otherwise a character as any other, and names may be international ones.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.errors import quoted
from dns_update.rr.layouts import rdata_by_layout
from dns_update.rr.record import utf8
from dns_update.rr.scanner import BLANKS, unescape
from dns_update.wire.codes import MAX_STRING_OCTETS, RRType
from dns_update.wire.name import ROOT, Name

_TEXTS = (RRType.TXT, RRType.SPF)
_WITH_PAIRS = (64, 65)  # SVCB and HTTPS: there KEY="VALUE" is a field, too (RFC 9460, section 2.1)
_PARTING = (*BLANKS, "\n", "(", ")")
_BEFORE_DATA = "".join(_PARTING)


def rdata_from_zone_text(rrtype: int, text: str, rrclass: int) -> bytes:
    """Return the octets of rdata; see `rdata_from_text` for what is special. Raises InvalidText."""
    octets = utf8(text)
    is_generic = "\\#" in text and _is_generic(rrtype, text)
    if rrtype in _TEXTS and not is_generic and not text.lstrip(_BEFORE_DATA).startswith('"'):
        return _one_text(octets)
    line = _line(text, has_pairs=rrtype in _WITH_PAIRS)
    if is_generic:
        from dns_update.rr.generic import generic_rdata  # noqa: PLC0415 - rare

        return generic_rdata(rrtype, line, rrclass)
    rdata = rdata_by_layout(rrtype, line, rrclass, _name)
    if rdata is None:
        from dns_update.rr.with_dnspython import rdata_of  # noqa: PLC0415 - 70 ms, for seldom used types only

        for word in line.split():
            _check_no_origin(word)
        rdata = rdata_of(rrtype, line, rrclass)
    return rdata


def _is_generic(rrtype: int, text: str) -> bool:
    from dns_update.rr.generic import is_generic  # noqa: PLC0415 - rare

    return is_generic(rrtype, text.lstrip(_BEFORE_DATA))


def _one_text(octets: bytes) -> bytes:
    """Return a text as character-strings, as many as it needs."""
    chunks = [octets[i : i + MAX_STRING_OCTETS] for i in range(0, len(octets), MAX_STRING_OCTETS)] or [b""]
    return b"".join(b"%c%b" % (len(chunk), chunk) for chunk in chunks)


def _name(text: str) -> Name:
    _check_no_origin(text)
    return Name.from_text(text, ROOT)


def _check_no_origin(word: str) -> None:
    if word == "@":  # there is no origin, and it would be the root
        raise errors.InvalidText("@ is no name here", hint="write the name in full, as home.example.com.")


def _line(text: str, *, has_pairs: bool) -> str:
    """Return a text on one line: blanks stand for its brackets, and for the line ends within them.

    Raises InvalidText for what hides the rest of a text from a zone file's reader: a semicolon outside of quotes, the
    end of a line outside of brackets.
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
        is_start = (len(piece) > 1 and character == '"') or piece in _PARTING or (has_pairs and piece == "=")
        pieces.append(" " if piece in _PARTING else piece)
    if brackets:
        raise errors.InvalidText(f"{quoted(text)} has a bracket without the other one")
    return "".join(pieces)


def _end_of_piece(text: str, start: int, *, is_string: bool) -> int:
    """Return the end of a string in quotes, of an escaped character or of a plain one."""
    if is_string:
        _, end = unescape(text, start + 1, '"')
        return end + 1
    return start + (2 if text[start] == "\\" else 1)
