"""The characters of a script, taken one after the other; what is wrong is told with its place."""

from __future__ import annotations

import re

from dns_update.routeros.remarks import ScriptRemark, ScriptSyntaxError
from dns_update.routeros.source import JOINT, ScriptSource

DEEPEST_NESTING = 40
"""Brackets within brackets. Scripts have some ten; each costs the parser some ten frames of Python's thousand."""

_BLANKS = re.compile(r"[ \t\r]*")
_BLANK_OR_JOINT = (" ", "\t", "\r", "\\")
_JOINED = re.compile(rf"[ \t\r]*{JOINT}")
_COMMENT = re.compile(rf"#(?:{JOINT}|[^\n])*")
_MORE_PARAMETERS = re.compile(r"\n[ \t]+(?=[A-Za-z-]+=)")
_EMPTY = re.compile(r"[ \t\r\n;]+")


class SourceScanner:
    """A position in a source."""

    def __init__(self, source: ScriptSource) -> None:
        self.source = source
        self.text = source.text
        self.at = 0
        self.remarks: list[ScriptRemark] = []
        self.hyphened: list[str] = []
        self._nesting = 0

    @property
    def next(self) -> str:
        """The next character; empty at the end."""
        return self.text[self.at : self.at + 1]

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Take what the pattern fits at the position."""
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def follows(self, text: str) -> bool:
        """Return whether a text is next."""
        return self.text.startswith(text, self.at)

    def skip_blanks(self) -> None:
        """Skip blanks and joined lines, and the comment that may begin after a joined line."""
        if self.text[self.at : self.at + 1] not in _BLANK_OR_JOINT:
            return
        while self.take(_JOINED):
            if self.next == "#":
                self.take(_COMMENT)
                # A router ends the command with the comment; what can only belong to it is read as it is meant.
                self.take(_MORE_PARAMETERS)
        self.take(_BLANKS)

    def skip_space(self) -> None:
        """Skip blanks and line ends, as within parentheses."""
        before = -1
        while before != self.at:
            before = self.at
            self.skip_blanks()
            if self.next == "\n":
                self.at += 1

    def skip_in_expression(self) -> None:
        """Skip blanks and line ends within parentheses, where a router wants the lines to be joined."""
        self.skip_blanks()
        if self.next == "\n":
            self.warn("router-would-refuse", self.at, "a line ends within parentheses", "end the line with a backslash")
            self.skip_space()

    def skip_to_command(self) -> None:
        """Skip to where the next command begins: empty lines, semicolons and comments."""
        before = -1
        while before != self.at:
            before = self.at
            self.take(_EMPTY)
            self.take(_JOINED)
            self.take(_COMMENT)

    def expect(self, text: str, what: str, hint: str = "") -> None:
        """Take a text; raises ScriptSyntaxError if it is not next."""
        if not self.follows(text):
            raise self.error(f"expected {what}", hint=hint)
        self.at += len(text)

    def enter(self) -> None:
        """Go one bracket deeper; raises ScriptSyntaxError if that is too deep."""
        self._nesting += 1
        if self._nesting > DEEPEST_NESTING:
            raise self.error(f"more than {DEEPEST_NESTING} brackets within each other")

    def leave(self) -> None:
        """Come out of a bracket."""
        self._nesting -= 1

    def forget_nesting(self) -> None:
        """Begin again outside of all brackets, after an error."""
        self._nesting = 0

    def error(self, text: str, *, at: int | None = None, hint: str = "", code: str = "syntax") -> ScriptSyntaxError:
        """Return the error at a place, which is the position unless it is given."""
        place = self.at if at is None else at
        words = f"syntax error: {text}, got {self._shown(place)}"
        return ScriptSyntaxError(self.source.remark(code, place, words, severity="error", hint=hint))

    def end_expected(self, hint: str, code: str = "syntax") -> ScriptSyntaxError:
        """Return the error for a command that goes on where it should end, in a router's words."""
        remark = self.source.remark(code, self.at, "expected end of command", severity="error", hint=hint)
        return ScriptSyntaxError(remark)

    def warn(self, code: str, at: int, text: str, hint: str = "") -> None:
        """Keep a remark on what is read as it is meant, though a router refuses it."""
        self.remarks.append(self.source.remark(code, at, text, hint=hint))

    def _shown(self, place: int) -> str:
        # One character only: what follows may be a secret.
        found = self.text[place : place + 1]
        names = {"": "the end of the script", "\n": "the end of the line", '"': "a quote"}
        return names.get(found) or (f"'{found}'" if found.isprintable() else f"the character U+{ord(found):04X}")
