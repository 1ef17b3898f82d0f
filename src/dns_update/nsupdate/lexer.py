"""Splits a line of the nsupdate language into words; reads those that are record types and classes, as BIND does."""

from __future__ import annotations

from dns_update.errors import InvalidText
from dns_update.wire.codes import rrclass_from_text, rrtype_from_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_BLANKS = " \t"
_MOST_WORDS = 64  # remembered at once: a script has few, but one with mistakes could have any number
_CLASS_NAMES = {"CHAOS": "CH", "HESIOD": "HS"}  # BIND's other names


class Lexer:
    """Splits one line; `rest` is the part that has not been read yet.

    Only blanks and tabs have a meaning: they separate words. There are no quotes and no escapes. The only comments are
    lines whose first word begins with a semicolon. Rdata, the remainder of a line, has its own rules.
    """

    __slots__ = ("_has_tabs", "rest")

    def __init__(self, line: str) -> None:
        """Accept a line with or without a line end; as in nsupdate, a carriage return also ends the line."""
        self.rest = line.lstrip("\r\n").partition("\n")[0].partition("\r")[0]
        self._has_tabs = "\t" in self.rest

    def word(self) -> str:
        """Return the next word; empty at the end of the line."""
        start = self.rest.lstrip(_BLANKS)
        word, _, self.rest = start.partition(" ")
        if self._has_tabs:
            word = word.partition("\t")[0]
            self.rest = start[len(word) :]
        return word

    def remainder(self) -> str:
        """Return the part that has not been read, without the blanks around it."""
        remainder, self.rest = self.rest.strip(_BLANKS), ""
        return remainder


class _Numbers(dict[str, int | None]):
    """The number of each word; None if it has none. Each is looked up once, because a script repeats its words."""

    def __init__(self, look_up: Callable[[str], int | None]) -> None:
        self._look_up = look_up

    def __missing__(self, word: str) -> int | None:
        if len(self) >= _MOST_WORDS:
            self.clear()
        number = self[word] = self._look_up(word)
        return number


def _class_of(word: str) -> int | None:
    if word.upper() == "RESERVED0":
        return 0
    try:
        return rrclass_from_text(_CLASS_NAMES.get(word.upper(), _without_zeros(word, "CLASS")))
    except InvalidText:
        return None


def _type_of(word: str) -> int | None:
    try:
        return rrtype_from_text(_without_zeros(word, "TYPE"))
    except InvalidText:
        return None


def _without_zeros(word: str, prefix: str) -> str:
    """Return TYPEn or CLASSn without leading zeros, which BIND accepts; return any other word unchanged."""
    digits = word[len(prefix) :]
    if word[: len(prefix)].upper() == prefix and digits.isdecimal() and digits.isascii():
        return f"{prefix}{digits.lstrip('0') or '0'}"
    return word


CLASSES = _Numbers(_class_of)
TYPES = _Numbers(_type_of)
