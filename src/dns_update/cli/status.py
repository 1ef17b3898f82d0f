"""`dns-update status`: what the agent is doing."""

from __future__ import annotations

import time
from collections.abc import Iterable

from dns_update.cli import put
from dns_update.cli.status_answer import answer_of, exit_status, records_named
from dns_update.cli.status_text import details, overview, reload_lines
from dns_update.commandline.line import CommandLine
from dns_update.errors import one_line


def run(line: CommandLine) -> int:
    """Carry out a command line, and return the exit status; raises UsageError and NoResponse."""
    options = line.options("status")
    if options.watch:
        from dns_update.cli.watch import run_watch  # only if it is asked for

        return run_watch(options)
    answer = answer_of(options.socket)
    if options.known_name is not None:
        answer = {**answer, "records": records_named(options.known_name, answer["records"])}
    status = exit_status(answer["records"], answer["agent"]["last_reload_error"])
    if options.json:
        from dns_update.cli.as_json import head, object_text  # only if it is asked for

        put(object_text(head("status", status) | answer))
    elif options.known_name is not None:
        _put_lines([line for record in answer["records"] for line in details(record, time.time())])
        _put_lines(reload_lines(answer["agent"]))
    else:
        _put_lines(overview(answer, time.time(), is_all=options.all))
    return status


def _put_lines(lines: Iterable[str]) -> None:
    """Print lines without control characters: the answer may contain some that command the terminal."""
    put("".join(f"{one_line(line)}\n" for line in lines))
