"""`dns-update history`: what the agent ever attempted."""

from __future__ import annotations

import json
import time

from dns_update.agent.output.history import read_history
from dns_update.cli import put
from dns_update.cli.table import lined_up
from dns_update.cli.words import HELP, text_from, values_of
from dns_update.errors import InvalidText, quoted
from dns_update.routeros import path_from_text, ttl_from_text
from dns_update.wire.codes import decimal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dns_update.agent.output.history import HistoryRow

DEFAULT_FILE = "/var/lib/dns-update/history.db"
DEFAULT_LIMIT = 50  # lines: somewhat more than a screen
MAX_LIMIT = 10**12  # more rows than a disk holds; what is above is a slip
LINES_AT_ONCE = 500  # lined up with each other; what is longer than a screen is not waited for

HELP_TEXT = """\
dns-update history [PROPERTY=VALUE...]

Prints what the agent ever attempted, the newest last: when, name, data before and after, server, key, how long it took,
what came of it. It ends with status 0 whatever came of them, with 2 if the history cannot be read.

Properties (each also as --name value):
  name=NAME                           only of this name, in full or relative to its zone
  since=TIME                          only of the last TIME: seconds, or 10m, 1h, 1d, 2w
  limit=NUMBER|all                    the newest so many; 50 is the default
  file=PATH                           the file; /var/lib/dns-update/history.db is the default
  json=yes|no                         print the result as one JSON object on standard output

Examples:
  # what happened last
  dns-update history
  # all that was done to a name since yesterday
  dns-update history name=home.example.com since=1d limit=all
"""

_HEADINGS = ("WHEN", "NAME", "BEFORE", "AFTER", "SERVER", "KEY", "TOOK", "OUTCOME")


def run(words: Sequence[str]) -> int:
    """Carry out a command line, and return the exit status; raises UsageError."""
    if any(word in HELP for word in words):
        put(HELP_TEXT)
        return 0
    readers = {"name": text_from, "since": _seconds, "limit": _limit, "file": path_from_text}
    values = values_of("history", words, readers, ("json",))
    path = str(values.get("file", DEFAULT_FILE))
    name, seconds, limit = values.get("name"), values.get("since"), values.get("limit", DEFAULT_LIMIT)
    attempts = read_history(
        path,
        name=name if isinstance(name, str) else None,
        since=time.time() - seconds if isinstance(seconds, int) else None,
        limit=limit if isinstance(limit, int) else None,
    )
    for text in object_texts(path, attempts) if values.get("json") else table_texts(attempts):
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
    # The first before anything is printed: if the file cannot be read, there is another object to print.
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
    is_ok = attempt.outcome == "ok"
    return (
        time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(attempt.when)),
        attempt.name,
        attempt.before or "-",
        attempt.after or "-",
        attempt.server or "-",
        attempt.key_name or "-",
        f"{attempt.seconds:.3f} s",
        "ok" if is_ok else f"{attempt.outcome}: {attempt.message}",
    )


def _text(rows: Sequence[tuple[str, ...]], widths: list[int]) -> str:
    return "".join(f"{line}\n" for line in lined_up(rows, widths))


def _fields(attempt: HistoryRow) -> dict[str, object]:
    return {name: getattr(attempt, name) for name in type(attempt).__fields__}


def _seconds(text: str) -> int:
    try:
        return ttl_from_text(text)  # its form is that of every time here
    except InvalidText as error:
        raise InvalidText(f"{quoted(text)} is not a time", hint="seconds, or 10m, 1h, 1d, 2w") from error


def _limit(text: str) -> int | None:
    if text == "all":
        return None
    number = decimal(text, MAX_LIMIT)
    if not number:
        raise InvalidText(f"{quoted(text)} is not a number of attempts", hint=f"1 to {MAX_LIMIT}, or all")
    return number
