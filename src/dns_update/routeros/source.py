r"""A script's characters, and the place in the file that each of them comes from.

A script is stored in an export as `source={...}`, which is kept as it is, or as `source="..."`, a string in which
`\r\n`, `\"` and `\$` stand for other characters. A line may be broken by a backslash at its end.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from dns_update.routeros.remarks import Position, ScriptRemark
from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.routeros.remarks import Severity

JOINT = r"\\[ \t\r]*\n[ \t]*"
"""The pattern of a backslash at a line's end, with the blanks that begin the next line: all of it is left out."""

ESCAPES = {
    '"': '"',
    "\\": "\\",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "$": "$",
    "_": " ",
    "?": "?",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "v": "\v",
}

_PIECE = re.compile(rf"(?P<plain>[^\\]+)|(?P<joint>{JOINT})|\\(?P<hex>[0-9A-F]{{2}})|\\(?P<escape>.)|\\", re.DOTALL)


_PROMPT = re.compile(r"^\[[^\]\n@]*@[^\]\n]*\][ \t]*(?P<menu>[^>\n]*)>[ \t]*(?P<own>[/:{$\[#]?)", re.MULTILINE)
_CONTINUED = re.compile(r"(?<=\\\n)\\?\.\.\.[ \t]+|(?<=\\\r\n)\\?\.\.\.[ \t]+")


class Lines:
    """Where the lines of a text begin."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(end.end() for end in re.finditer("\n", text))]

    def place(self, offset: int) -> Position:
        """Return the line and column of a character."""
        line = bisect_right(self._starts, offset)
        return Position(line, offset - self._starts[line - 1] + 1)


class ScriptSource(Value):
    """The text of a script; `offsets` says for each character, and for the end, where it is in the file."""

    text: str
    lines: Lines
    file_lines: Lines
    offsets: Sequence[int]

    @classmethod
    def of_file(cls, text: str) -> ScriptSource:
        """Return a whole file as a source; the prompts of a console that it was copied from are read as paths."""
        lines = Lines(text)
        whole = cls(text, lines, lines, range(len(text) + 1))
        return _without_prompts(whole) if _PROMPT.search(text) else whole

    def place(self, at: int) -> Position:
        """Return the line and column of a character in this text."""
        return self.lines.place(at)

    def file_place(self, at: int) -> Position:
        """Return the line and column in the file of a character of this text."""
        return self.file_lines.place(self.offsets[at])

    def remark(self, code: str, at: int, text: str, *, severity: Severity = "warning", hint: str = "") -> ScriptRemark:
        """Return a remark on what begins at a character of this text."""
        return ScriptRemark(code, severity, self.place(at), self.file_place(at), text, hint)

    def between(self, start: int, end: int) -> ScriptSource:
        """Return a part of the text, kept as it is: what is between the braces of `source={...}`."""
        text = self.text[start:end]
        return ScriptSource(text, Lines(text), self.file_lines, self.offsets[start : end + 1])

    def decoded(self, start: int, end: int) -> ScriptSource:
        """Return what a part of the text means as the inside of a string: the script in `source="..."`."""
        characters: list[str] = []
        offsets = array("L")
        for text, at, advances in _decoded(self.text, start, end):
            characters.append(text)
            offsets.extend(self.offsets[at + index * advances] for index in range(len(text)))
        offsets.append(self.offsets[end])
        text = "".join(characters)
        return ScriptSource(text, Lines(text), self.file_lines, offsets)


def _decoded(text: str, start: int, end: int) -> Iterator[tuple[str, int, bool]]:
    """Yield pieces of a string's inside: what each means, where it begins, and whether each character has a place."""
    for piece in _PIECE.finditer(text, start, end):
        if piece.lastgroup == "plain":
            yield piece[0], piece.start(), True
        elif piece.lastgroup == "hex":
            yield character(piece["hex"]), piece.start(), False
        elif piece.lastgroup == "escape":
            yield ESCAPES.get(piece["escape"], piece["escape"]), piece.start(), False


def character(digits: str) -> str:
    """Return the octet of two hexadecimal digits as text; one beyond ASCII as a lone surrogate, part of a character."""
    return bytes([int(digits, 16)]).decode("utf-8", "surrogateescape")


def _without_prompts(whole: ScriptSource) -> ScriptSource:
    """Return a copy of a console without its prompts; that of a menu becomes the menu's path before the command."""
    pieces: list[tuple[int, int, str]] = []
    for prompt in _PROMPT.finditer(whole.text):
        menu = prompt["menu"].strip().strip("/")
        pieces.append((prompt.start(), prompt.start("own"), f"/{menu} " if menu and not prompt["own"] else ""))
    pieces += [(prompt.start(), prompt.end(), "") for prompt in _CONTINUED.finditer(whole.text)]
    texts: list[str] = []
    offsets = array("L")
    at = 0
    for start, end, instead in sorted(pieces):
        texts += [whole.text[at:start], instead]
        offsets.extend(range(at, start))
        offsets.extend([start] * len(instead))
        at = end
    texts.append(whole.text[at:])
    offsets.extend(range(at, len(whole.text) + 1))
    text = "".join(texts)
    return ScriptSource(text, Lines(text), whole.file_lines, offsets)
