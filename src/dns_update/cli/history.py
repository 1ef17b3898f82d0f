"""`dns-update history`: what the agent has ever attempted."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence

from dns_update.agent.output.history import HistoryRow, read_history
from dns_update.cli import put
from dns_update.cli.table import lined_up
from dns_update.commandline.line import CommandLine

LINES_AT_ONCE = 500  # aligned with each other; a longer table is printed piece by piece

NOTHING = "-"
UNKNOWN = "?"
WANTED = "WANTED "  # before data that an attempt without success should have made
_HEADINGS = ("WHEN", "NAME", "BEFORE", "AFTER", "SERVER", "KEY", "TOOK", "OUTCOME")


def run(line: CommandLine) -> int:
    """Carry out a command line, and return the exit status; raises UsageError."""
    options = line.options("history")
    since = None if options.since is None else time.time() - options.since
    attempts = read_history(options.file, name=options.known_name, since=since, limit=options.limit)
    for text in object_texts(options.file, attempts) if options.json else table_texts(attempts):
        put(text)
    return 0


def table_texts(attempts: Iterable[HistoryRow]) -> Iterator[str]:
    """Yield a table of attempts, piece by piece: later pieces are at least as wide as earlier ones."""
    widths = [0] * (len(_HEADINGS) - 1)
    rows: list[tuple[str, ...]] = [_HEADINGS]
    is_empty = True
    for attempt in attempts:
        is_empty = False
        rows.append(_row(attempt))
        if len(rows) >= LINES_AT_ONCE:
            yield _text(rows, widths)
            rows = []
    if rows and not is_empty:
        yield _text(rows, widths)


def object_texts(path: str, attempts: Iterable[HistoryRow]) -> Iterator[str]:
    """Yield one JSON object, piece by piece: a history may be larger than memory."""
    # Read the first row before anything is printed: if the file cannot be read, the error is printed instead.
    source = iter(attempts)
    first = next(source, None)
    head = json.dumps({"command": "history", "status": "ok", "exit_status": 0, "file": path, "attempts": []}, indent=2)
    yield head.removesuffix("]\n}")
    if first is not None:
        yield f"\n    {json.dumps(_fields(first))}"
        for attempt in source:
            yield f",\n    {json.dumps(_fields(attempt))}"
        yield "\n  "
    yield "]\n}\n"


def _row(attempt: HistoryRow) -> tuple[str, ...]:
    return (
        time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(attempt.when)),
        attempt.name,
        UNKNOWN if attempt.before is None else attempt.before or NOTHING,
        f"{'' if attempt.is_ok else WANTED}{attempt.after or NOTHING}",
        attempt.server or "-",
        attempt.key_name or "-",
        f"{attempt.seconds:.3f} s",
        attempt.outcome if attempt.is_ok else f"{attempt.outcome}: {attempt.message}",
    )


def _text(rows: Sequence[tuple[str, ...]], widths: list[int]) -> str:
    return "".join(f"{line}\n" for line in lined_up(rows, widths))


def _fields(attempt: HistoryRow) -> dict[str, object]:
    """Return an attempt for JSON: null for what is not known, such as the data after a failure."""
    fields: dict[str, object] = {name: getattr(attempt, name) for name in type(attempt).__fields__}
    result = {"after": attempt.after, "wanted": None} if attempt.is_ok else {"after": None, "wanted": attempt.after}
    return fields | result | {"server": attempt.server or None}
