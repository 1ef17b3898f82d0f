"""The steps of a check, for people and as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TextIO

from dns_update.cli import put, terminal
from dns_update.cli.as_json import head, object_text
from dns_update.doctor.checklist import Mark, Step
from dns_update.errors import one_line
from dns_update.errors.hints import COMMAND_LINE, rendered

_MARKS: dict[Mark, str] = {"ok": "ok", "note": "note", "failed": "FAILED", "left out": "-"}
_COLORS: dict[Mark, str] = {"ok": "32", "note": "33", "failed": "1;31", "left out": "2"}
_MARK_WIDTH = 8
_TOPIC_WIDTH = 15


class CheckReport:
    """The result of a check: its steps, how many messages it sent, and the name that it was about."""

    def __init__(self, steps: Sequence[Step], messages: int, name: str) -> None:
        self._steps = steps
        self._messages = messages
        self._name = name
        self.exit_status = next((step.exit_status for step in steps if step.mark == "failed"), 0)

    def tell(self, *, quiet: bool) -> None:
        """Print each step, and what came of all; if it is to be `quiet`, only what is wrong."""
        shown = [step for step in self._steps if step.mark == "failed" or not quiet]
        lines = [line for step in shown for line in step_lines(step, sys.stdout)]
        if not quiet:
            lines += ["", self._summary()]
        put("".join(f"{line}\n" for line in lines))

    def put_json(self) -> None:
        """Print everything as one JSON object."""
        steps = [step_fields(step) for step in self._steps]
        fields = {"name": self._name or None, "steps": steps, "messages": self._messages}
        put(object_text(head("check", self.exit_status) | fields))

    def _summary(self) -> str:
        wrong = sum(step.mark == "failed" for step in self._steps)
        notes = sum(step.mark == "note" for step in self._steps)
        unknown = [step.unknown for step in self._steps if step.unknown]
        none = "nothing wrong was found" if unknown else "no step failed" if notes else "nothing is wrong"
        result = f"{wrong} {'step' if wrong == 1 else 'steps'} failed" if wrong else none
        noted = f", {notes} {'note' if notes == 1 else 'notes'}" if notes else ""
        sent = "1 message was" if self._messages == 1 else f"{self._messages} messages were"
        open_ = (
            f"\nwhat was tried is right; only an update shows {', and '.join(unknown)}" if unknown and not wrong else ""
        )
        return f"{result}{noted}; {sent} sent, and nothing was changed{open_}"


def step_lines(step: Step, stream: TextIO | None) -> Iterator[str]:
    """Yield the lines of a step for a stream: what was seen, why, and the next thing to do."""
    mark = f"{_MARKS[step.mark]:<{_MARK_WIDTH}}"
    if terminal.is_styled(stream):
        mark = f"\x1b[{_COLORS[step.mark]}m{mark}\x1b[0m"
    yield from _paragraph(f"{mark}{step.topic:<{_TOPIC_WIDTH}}", rendered(step.text, COMMAND_LINE), stream)
    indent = " " * (_MARK_WIDTH + _TOPIC_WIDTH)
    if step.explanation:
        yield from _paragraph(f"{indent}why: ", rendered(step.explanation, COMMAND_LINE), stream)
    if step.hint:
        yield from _paragraph(f"{indent}next: ", rendered(step.hint, COMMAND_LINE), stream)


def _paragraph(start: str, text: str, stream: TextIO | None) -> Iterator[str]:
    """Yield a text with its start; on a terminal in as many lines as it needs."""
    whole = one_line(text)
    indent = _MARK_WIDTH + _TOPIC_WIDTH
    width = terminal.width(stream) - indent
    parts = (
        wrap(whole, width, break_long_words=False, break_on_hyphens=False) if terminal.is_terminal(stream) else [whole]
    )
    yield start + (parts[0] if parts else "")
    yield from (" " * indent + part for part in parts[1:])


def step_fields(step: Step) -> dict[str, object]:
    """Return a step, for JSON."""
    return {
        "topic": step.topic,
        "mark": step.mark,
        "text": rendered(step.text, COMMAND_LINE),
        "explanation": rendered(step.explanation, COMMAND_LINE) or None,
        "hint": rendered(step.hint, COMMAND_LINE) or None,
        "cause": step.cause or None,
        "exit_status": step.exit_status,
    }
