r"""A line copied from a router: its prefix is removed, and it is split into words if it was pasted as one text.

RouterOS separates words at blanks. Blanks within double quotes and brackets do not count, and a backslash at the end of
a line joins it to the next.
"""

from __future__ import annotations

import re

from dns_update.errors import UsageError

PREFIX = ("/tool", "tool", "dns-update", "/tool/dns-update")
"""The words before a router's properties; any of them may be missing."""

_BLANKS = " \t\r\n"
_JOINT = re.compile(r"\\[ \t\r]*\n[ \t]*")
_ESCAPE = re.compile(r"\\([0-9A-F]{2}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "_": " "}  # any other character means itself
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_HEX_DIGITS = 2


def own_words(words: list[str]) -> tuple[list[str], bool]:
    """Return the words without the prefix, and whether it was there; raises UsageError.

    A line that was pasted in quotes, and so is one word, is split.
    """
    start = words[0].split(None, 1)
    if len(start) > 1 and start[0] in PREFIX:
        words = [*words_of_line(words[0]), *words[1:]]
    own = words
    while own and own[0] in PREFIX:
        own = own[1:]
    return own, len(own) < len(words)


def words_of_line(line: str) -> list[str]:
    """Return the words of a line; raises UsageError, which does not show the line: it may contain a secret."""
    line = _JOINT.sub("", line).strip(_BLANKS + ";")
    words = [""]
    brackets = position = 0
    while position < len(line):
        character = line[position]
        if character == '"':
            string = _STRING.match(line, position)
            if string is None:
                raise UsageError("a quote in the line is not closed")
            words[-1] += _ESCAPE.sub(_unescaped, string[1])
            position = string.end()
            continue
        position += 1
        brackets += {"[": 1, "]": -1}.get(character, 0)
        if brackets or character not in _BLANKS:
            words[-1] += character
        elif words[-1]:
            words.append("")
    if brackets:
        raise UsageError("a bracket in the line is not closed")
    return words


def _unescaped(escape: re.Match[str]) -> str:
    written = escape[1]
    return chr(int(written, 16)) if len(written) == _HEX_DIGITS else _ESCAPED.get(written, written)
