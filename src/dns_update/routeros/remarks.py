"""What there is to say of a script: a code, where it is, and a sentence; and the errors of reading and running one."""

from __future__ import annotations

from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Severity = Literal["error", "warning", "info"]


class Position(Value):
    """A line and a column, both counted from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line} column {self.column}"


class ScriptRemark(Value):
    """One thing to know about a script.

    `code` is for programs, e.g. "cut-three". `place` is in the script as it
    is stored, `file_place` in the file that it was read from. `text` says what is wrong, `hint` how to mend it.
    """

    code: str
    severity: Severity
    place: Position
    file_place: Position
    text: str
    hint: str = ""

    def __str__(self) -> str:
        mend = f"; {self.hint}" if self.hint else ""
        return f"line {self.file_place.line}, column {self.file_place.column}: {self.text}{mend}"


class ScriptSyntaxError(Exception):
    """A script that cannot be read, so nothing of it runs; `remark` is its first error, `hint` the mend.

    `line` and `column` count in the stored script, `file_place` in its file.
    """

    def __init__(self, remark: ScriptRemark) -> None:
        super().__init__(f"{remark.text} ({remark.file_place})")
        self.remark = remark
        self.hint = remark.hint
        self.line = remark.place.line
        self.column = remark.place.column
        self.file_place = remark.file_place


class ScriptError(Exception):
    """A script that ended with an error, which nothing in it caught.

    `message` is the router's text, `command` the command that failed, e.g. "/ip/address/get"; `line` and `column` count
    in the stored script, `file_place` in its file.
    """

    def __init__(self, message: str, command: str, place: Position, file_place: Position) -> None:
        super().__init__(f"{message} ({command}{'; ' * bool(command)}line {place.line})")
        self.message = message
        self.command = command
        self.line = place.line
        self.column = place.column
        self.file_place = file_place


class Failure(Exception):
    """A command failed, with the router's text for it; `on-error` catches it.

    The world of a script raises it, too. The evaluator adds where it happened.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.command = ""
        self.place: Position | None = None
        self.file_place: Position | None = None


class NoSuchItem(Failure):
    """A command for an item that its menu does not have."""

    def __init__(self) -> None:
        super().__init__("no such item")


class LimitReached(Failure):
    """A script went beyond a limit; `on-error` does not catch it."""
