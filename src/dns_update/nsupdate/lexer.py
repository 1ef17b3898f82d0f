"""Splits a line of the nsupdate language into words, one after the other."""

from __future__ import annotations

_BLANKS = " \t"


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
