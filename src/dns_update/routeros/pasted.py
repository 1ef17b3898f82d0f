r"""A whole line of a router's terminal in one text, as in quotes of the shell: parted into words as RouterOS does it.

Words part on blanks. Blanks within double quotes and brackets do not count, and a backslash at the end of a line joins
it to the next.
"""

from __future__ import annotations

import re

from dns_update.errors import UsageError

_BLANKS = " \t\r\n"
_JOINT = re.compile(r"\\[ \t\r]*\n[ \t]*")
_ESCAPE = re.compile(r"\\([0-9A-F]{2}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "_": " "}  # other characters stand for themselves
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_HEX_DIGITS = 2


def words_of_line(line: str) -> list[str]:
    """Return the words of a line; raises UsageError, which shows nothing of it, for there may be a secret in it."""
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
