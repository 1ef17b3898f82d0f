"""`dns-update history`: what the agent has ever attempted."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence

from dns_update.agent.output.history import HistoryRow, read_history
from dns_update.cli import put
from dns_update.cli.table import lined_up
from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import Options
from dns_update.errors import UsageError, quoted

MOST_DRAWN = 100_000  # attempts, the newest ones: more would not fit into memory, or into a picture
LINES_AT_ONCE = 500  # aligned with each other; a longer table is printed piece by piece

NOTHING = "-"
UNKNOWN = "?"
WANTED = "WANTED "  # before data that an attempt without success should have made
_HEADINGS = ("WHEN", "NAME", "BEFORE", "AFTER", "SERVER", "KEY", "TOOK", "OUTCOME")


def run(line: CommandLine) -> int:
    """Carry out a command line, and return the exit status; raises UsageError."""
    options = line.options("history")
    since = None if options.since is None else time.time() - options.since
    if options.plot or options.svg is not None:
        _draw(options, since)
        return 0
    attempts = read_history(options.file, name=options.known_name, since=since, limit=options.limit)
    for text in object_texts(options.file, attempts) if options.json else table_texts(attempts):
        put(text)
    return 0


def _draw(options: Options, since: float | None) -> None:
    """Draw what a name had over time, on standard output, in a file, or both; raises UsageError."""
    import shutil  # as the modules below: only if it is asked for

    from dns_update.cli.plot import FANCY, plotted, svg_of
    from dns_update.cli.timeline import timelines

    if options.known_name is None:
        what = "plot" if options.plot else "svg"
        raise UsageError(f"{what}= is given without name=", hint="e.g. dns-update history name=home --plot")
    if options.json:
        raise UsageError("json= has no meaning with a picture", hint="without plot= and svg=, it prints the attempts")
    most = options.limit if "limit" in options.given else MOST_DRAWN
    attempts = read_history(options.file, name=options.known_name, since=since, limit=most)
    found = timelines(attempts, since, time.time())
    if not found:
        raise UsageError(f"there is no attempt of {quoted(options.known_name)}", hint="dns-update history lists all")
    if options.svg is not None:
        _write(options.svg, svg_of(found))
    if options.plot:
        width = shutil.get_terminal_size().columns
        is_fancy = _can_print(FANCY)
        put("\n".join("".join(f"{line}\n" for line in plotted(one, width, is_fancy=is_fancy)) for one in found))


def _can_print(text: str) -> bool:
    """Return whether standard output can represent a text."""
    try:
        text.encode(sys.stdout.encoding if sys.stdout is not None else "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _write(path: str, text: str) -> None:
    """Write a text file; raises UsageError."""
    from pathlib import Path  # for a picture only

    try:
        Path(path).write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise UsageError(f"svg=: cannot write {quoted(path)}: {reason}") from error


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
