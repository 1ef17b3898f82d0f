"""Master files (RFC 1035, section 5): $ORIGIN, $TTL, comments, brackets, and owners that are left out."""

from __future__ import annotations

from collections.abc import Sequence

from dns_update import errors
from dns_update.bulk import Wish
from dns_update.bulk.fields import Fields
from dns_update.errors import quoted
from dns_update.rr.presentation import rdata_of_line
from dns_update.wire.codes import RR_CLASSES, RRClass, RRType, rrclass_from_text
from dns_update.wire.inet import parse_ipv4, parse_ipv6
from dns_update.wire.name import Name

MOST_LINES = 1000  # of one record in brackets: a bracket that is never closed must not collect the whole file
_BLANKS = " \t"
_NOT_HERE = {
    "$INCLUDE": "give each file to apply by itself",
    "$GENERATE": "named-compilezone writes its records in full",
}


class MasterFileReader:
    """Makes wishes of lines."""

    def __init__(self, fields: Fields) -> None:
        """Start before the first line; the zone of `fields`, if known, is the first origin."""
        self._fields = fields
        self._zone = fields.zone
        self._origin = fields.zone
        self._ttl = fields.ttl
        self._last_ttl: int | None = None
        self._owner: Name | None = None
        self._pieces: list[str] = []  # of a record in brackets
        self._depth = 0
        self._first_line = 0

    def read(self, text: str, line: int) -> Sequence[Wish]:
        """Return the wish of a line, if a record ends there; raises InvalidText."""
        if not self._depth:
            self._pieces, self._first_line = [], line
        try:
            piece, self._depth = _without_comment(text, self._depth)
        except errors.InvalidText:
            self._depth = 0
            raise
        self._pieces.append(piece)
        if self._depth:
            if len(self._pieces) > MOST_LINES:
                self._depth = 0
                raise errors.InvalidText(f"the bracket of line {self._first_line} is not closed")
            return ()
        whole = self._pieces[0] if len(self._pieces) == 1 else " ".join(self._pieces)
        return self._record(whole) if whole.strip() else ()

    def finish(self) -> Sequence[Wish]:
        """Raise InvalidText if a record is not whole."""
        if self._depth:
            raise errors.InvalidText(f"the bracket of line {self._first_line} is not closed")
        return ()

    def _record(self, text: str) -> Sequence[Wish]:
        if text[0] == "$":
            self._directive(text)
            return ()
        rest = text
        if text[0] not in _BLANKS:
            word, rest = _next(text)
            self._owner = self._name(word)
        owner = self._owner
        if owner is None:
            raise errors.InvalidText("the first record has no owner name")
        ttl, rrtype, data = self._head(rest)
        if rrtype == RRType.SOA:
            self._zone = owner
            self._ttl = ttl if self._ttl is None else self._ttl
        if self._zone is not None and not owner.is_within(self._zone):
            raise errors.InvalidText(f"{owner} is not in {self._zone}", hint="give the zone that holds the name")
        values = () if not data and self._fields.deletes else (self._rdata(rrtype, data),)
        wish = self._fields.wish(owner.to_wire(), self._zone, rrtype, ttl, values, self._first_line)
        return (self._fields.checked(wish),)

    def _head(self, rest: str) -> tuple[int | None, int, str]:
        """Return TTL, type and data; TTL and class may be left out, and change places. Raises InvalidText."""
        ttl = None
        has_class = False
        word, rest = _next(rest)
        while word:
            if ttl is None and word[0].isdecimal():
                ttl = self._fields.ttl_of(word)
            elif not has_class and (word.upper() in RR_CLASSES or word.upper().startswith("CLASS")):
                has_class = True
                if rrclass_from_text(word) != RRClass.IN:
                    raise errors.InvalidText(f"the class is {word}, and only IN is sent from a file")
            else:
                break
            word, rest = _next(rest)
        if not word:
            raise errors.InvalidText("there is no type", hint="a record is NAME TTL CLASS TYPE DATA")
        if ttl is None:
            ttl = self._ttl if self._ttl is not None else self._last_ttl  # RFC 2308, section 4; RFC 1035, section 5.1
        else:
            self._last_ttl = ttl
        return ttl, self._fields.type_of(word), rest

    def _rdata(self, rrtype: int, data: str) -> bytes:
        if rrtype == RRType.A and data[:1] != "\\":
            return parse_ipv4(data)
        if rrtype == RRType.AAAA and data[:1] != "\\":
            return parse_ipv6(data)
        return rdata_of_line(rrtype, data, RRClass.IN, self._name)

    def _name(self, text: str) -> Name:
        if self._origin is None and not text.endswith("."):
            raise errors.InvalidText(
                f"{quoted(text)} is relative, and there is no $ORIGIN", hint="give zone=, or write the name in full"
            )
        return Name.from_text(text, self._origin)

    def _directive(self, text: str) -> None:
        word, rest = _next(text)
        name = word.upper()
        if name == "$ORIGIN":
            self._origin = self._name(rest)
        elif name == "$TTL":
            self._ttl = self._fields.ttl_of(rest)
        elif name in _NOT_HERE:
            raise errors.InvalidText(f"{word} is not read here", hint=_NOT_HERE[name])
        else:
            raise errors.InvalidText(f"{quoted(word)} is not known", hint="$ORIGIN and $TTL are")


def _next(text: str) -> tuple[str, str]:
    """Return the next word, and what follows it."""
    words = text.split(maxsplit=1)
    return (words[0], words[1].rstrip() if len(words) > 1 else "") if words else ("", "")


def _without_comment(text: str, depth: int) -> tuple[str, int]:
    """Return a line without its comment and with blanks for brackets, and how many brackets are open after it.

    Raises InvalidText.
    """
    if not depth and not any(character in text for character in ';()"\\'):
        return text, 0
    kept: list[str] = []
    is_quoted = False
    position = 0
    while position < len(text):
        character = text[position]
        if character == "\\":
            kept.append(text[position : position + 2])
            position += 2
            continue
        position += 1
        if character == '"':
            is_quoted = not is_quoted
        elif not is_quoted:
            if character == ";":
                break
            depth += {"(": 1, ")": -1}.get(character, 0)
            if depth < 0:
                raise errors.InvalidText("there is a closing bracket without an opening one")
            character = " " if character in "()" else character
        kept.append(character)
    if is_quoted:
        raise errors.InvalidText("a quote is not closed on its line")
    return "".join(kept), depth
