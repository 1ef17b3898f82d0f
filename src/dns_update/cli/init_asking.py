"""Questions on a terminal: one line each, with a default; a wrong answer is said in one line, and asked again."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

from dns_update.cli import talk, terminal, write_talk
from dns_update.cli.typed import typed_line
from dns_update.errors import UsageError
from dns_update.errors.hints import COMMAND_LINE, rendered

T = TypeVar("T")


def can_ask() -> bool:
    """Return whether somebody sees a question, and can answer it."""
    return terminal.is_terminal(sys.stdin) and terminal.is_terminal(sys.stderr)


def ask(text: str, default: str, read: Callable[[str], T], *, shown: str = "") -> tuple[T, bool]:
    """Ask until the answer can be read; return what it means, and whether it is the default.

    Enter takes the default, which is in brackets; `shown` is written there instead of one that is empty. Raises
    UsageError at the end of the input, KeyboardInterrupt after Ctrl-C.
    """
    brackets = f" [{default or shown}]" if default or shown else ""
    while True:
        line = _line(f"dns-update: {text}{brackets}: ")
        if not line:
            write_talk("\n")
            raise UsageError("the input has ended; nothing was written", hint="init needs all answers")
        answer = line.strip() or default
        if not answer and not shown:
            talk("an answer is needed; Ctrl-C ends without writing anything")
            continue
        try:
            return read(answer), answer == default
        except UsageError as error:
            talk(f"{error}: {rendered(error.hint, COMMAND_LINE)}" if error.hint else str(error))


def agrees(question: str) -> bool:
    """Ask whether to do something; anything but yes, and the end of the input, is no."""
    return _line(f"dns-update: {question} [y/N] ").strip().lower() in ("y", "yes")


def goes_on(text: str) -> bool:
    """Wait for Enter; return False for any word, and at the end of the input."""
    return _line(f"dns-update: {text}: ") == "\n"


def _line(prompt: str) -> str:
    try:
        write_talk(prompt)
        return typed_line()
    except KeyboardInterrupt:
        write_talk("\n")  # what follows must not be in the line of the question
        raise
    except UnicodeDecodeError:
        raise UsageError("the answer is not text; nothing was written") from None
