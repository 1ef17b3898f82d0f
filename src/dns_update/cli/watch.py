"""`dns-update status --watch`: what changes while one looks; redrawn on a terminal, else a line for each change."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from dns_update.agent.output.answer_types import RecordStatus
from dns_update.agent.output.control import watch
from dns_update.cli import INTERRUPTED, put
from dns_update.cli.status_answer import checked, records_named
from dns_update.cli.status_text import data_text, details, overview
from dns_update.commandline.properties import Options
from dns_update.errors import one_line

RowKey: TypeAlias = tuple[str, int]
"""The name of a record, and how many records of this name come before it: the name may have several types."""

_HOME_AND_CLEAR = "\x1b[H\x1b[J"  # ECMA-48, CUP and ED


def run_watch(options: Options) -> int:
    """Show what the agent says until it ends or the user does; return the exit status.

    Raises NoResponse when the agent ends, and UsageError.
    """
    is_screen = sys.stdout is not None and sys.stdout.isatty() and not options.json
    show = _on_screen(options) if is_screen else _line_by_line(as_json=options.json)
    try:
        for answer in watch(options.socket):
            if answer is not None:
                answer = checked(answer, options.socket)  # noqa: PLW2901 - the same, but known to be right
                if options.known_name is not None:
                    answer["records"] = records_named(options.known_name, answer["records"])
            show(answer)
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _on_screen(options: Options) -> Callable[[Mapping[str, Any] | None], None]:
    """Return a function that draws the last answer over the one before; None: its times have changed."""
    last: list[Mapping[str, Any]] = []

    def show(answer: Mapping[str, Any] | None) -> None:
        last[:] = last if answer is None else [answer]
        width, height = shutil.get_terminal_size()
        lines = [one_line(line)[:width] for line in _screen(last[0], options, time.time())]
        put(_HOME_AND_CLEAR + "\n".join(lines[: height - 1]) + "\n")

    return show


def _screen(answer: Mapping[str, Any], options: Options, now: float) -> Iterator[str]:
    if options.known_name is None:
        yield from overview(answer, now, is_all=options.all)
    for record in answer["records"] if options.known_name is not None else ():
        yield from details(record, now)


def _line_by_line(*, as_json: bool) -> Callable[[Mapping[str, Any] | None], None]:
    """Return a function that prints each record that differs from the answer before."""
    told: dict[RowKey, object] = {}

    def show(answer: Mapping[str, Any] | None) -> None:
        if answer is None:
            return
        records = _keyed(answer["records"])
        for key in told.keys() - records.keys():
            del told[key]
            put(_gone(key[0], as_json=as_json))
        for key, record in records.items():
            facts = _facts(record)
            if told.get(key) != facts:
                told[key] = facts
                put(f"{json.dumps(record)}\n" if as_json else f"{one_line(_line(record, time.time()))}\n")

    return show


def _keyed(records: Sequence[RecordStatus]) -> dict[RowKey, RecordStatus]:
    keyed: dict[RowKey, RecordStatus] = {}
    counts: dict[str, int] = {}
    for record in records:
        place = counts.get(record["name"], 0)
        counts[record["name"]] = place + 1
        keyed[record["name"], place] = record
    return keyed


def _facts(record: RecordStatus) -> object:
    """Return what makes a record worth a line when it differs."""
    error = record["last_error"]
    published = [(one["server"], one["records"]) for one in record["published"]]
    return record["state"], record["wanted"], published, None if error is None else error["message"]


def _line(record: RecordStatus, now: float) -> str:
    error = record["last_error"]
    parts = [f"{one['server']} has {data_text(one['records'])}" for one in record["published"][:1]]
    parts += [f"should be {data_text(record['wanted'])}"] if record["state"] != "right" else []
    parts += [error["message"]] if error is not None else []
    return f"{_moment(now)} {record['name']} {record['state']}: {'; '.join(parts) or 'not compared yet'}"


def _gone(name: str, *, as_json: bool) -> str:
    if as_json:
        return f"{json.dumps({'name': name, 'state': 'gone'})}\n"
    return f"{one_line(f'{_moment(time.time())} {name} gone: no longer in the configuration')}\n"


def _moment(now: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(now))
