"""A line of the nsupdate language, from which words are taken one after the other."""

from __future__ import annotations

_BLANKS = " \t"


class Lexer:
    """Takes one line apart; `rest` is what has not been read yet.

    Blanks and tabs separate words, and nothing else has a meaning: there are no quotes, no escapes, and no comments
    except a whole line whose first word begins with a semicolon. Rdata, the remainder of a line, has its own rules.
    """

    __slots__ = ("_has_tabs", "rest")

    def __init__(self, line: str) -> None:
        """Take a line with or without its end; as in nsupdate, it ends at a carriage return within it, too."""
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
        """Return everything that has not been read, without the blanks around it."""
        remainder, self.rest = self.rest.strip(_BLANKS), ""
        return remainder
