"""The end of a script in braces, or of a command, found without reading it."""

from __future__ import annotations

import re

_STEP = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*(?:"|\Z))'
    r"|(?P<begin>(?:^|[\n;{\[])(?=[ \t\r]*#))"
    r"|(?P<open>\{)"
    r"|(?P<close>\})",
    re.DOTALL,
)
_BRACE = re.compile(r'(?P<string>"(?:[^"\\]|\\.)*(?:"|\Z))|\\[ \t\r]*\n|[{}\n]', re.DOTALL)
_COMMENT = re.compile(r"(?P<opening>\{?)[^#]*#(?:\\[ \t\r]*\n|[^\n])*")


def end_of_braces(text: str, begin: int) -> int | None:
    """Return the offset of the brace that closes the one at `begin`; None if there is none.

    Braces in strings and comments do not count.
    """
    depth, at = 0, begin
    while (step := _STEP.search(text, at)) is not None:
        at = step.end()
        if step.lastgroup == "begin":
            depth += step[0] == "{"
            comment = _COMMENT.match(text, at)
            at = at if comment is None else comment.end()
        elif step.lastgroup == "open":
            depth += 1
        elif step.lastgroup == "close":
            depth -= 1
            if not depth:
                return step.start()
    return None


def end_of_command(text: str, begin: int) -> int | None:
    """Return the offset of the line end that closes a command that cannot be read; None if its braces are not even."""
    depth = 0
    for step in _BRACE.finditer(text, begin):
        depth += {"{": 1, "}": -1}.get(step[0], 0)
        if depth < 0:
            return None
        if step[0] == "\n" and not depth:
            return step.start()
    return None if depth else len(text)
