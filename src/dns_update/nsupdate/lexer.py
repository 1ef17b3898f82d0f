"""A line of the nsupdate language, from which words are taken one after the other."""

from __future__ import annotations

_BLANKS = " \t"


class Line:
    """One line; `rest` is what has not been read yet.

    Words part on blanks and tabs, and nothing else has a meaning: there are no quotes, no escapes, and no comments but
    a whole line whose first mark is a semicolon. What rdata makes of its part of the line is another matter.
    """

    __slots__ = ("_has_tabs", "rest")

    def __init__(self, text: str) -> None:
        """Take a line with or without its end; what follows a carriage return within it does not count."""
        self.rest = text.lstrip("\r\n").partition("\n")[0].partition("\r")[0]
        self._has_tabs = "\t" in self.rest

    def word(self) -> str:
        """Return the next word; empty at the line's end."""
        start = self.rest.lstrip(_BLANKS)
        word, _, self.rest = start.partition(" ")
        if self._has_tabs:
            word = word.partition("\t")[0]
            self.rest = start[len(word) :]
        return word

    def remainder(self) -> str:
        """Return everything that has not been read, without the blanks around it."""
        remainder, self.rest = self.rest.strip(_BLANKS), ""
        return remainder
