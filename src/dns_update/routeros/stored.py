"""The end of a script in braces, found without reading it: what it says is only read when it runs."""

from __future__ import annotations

import re

_STEP = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*(?:"|\Z))'
    r"|(?P<begin>(?:^|[\n;{\[])(?=[ \t\r]*#))"
    r"|(?P<open>\{)"
    r"|(?P<close>\})",
    re.DOTALL,
)
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
