"""`dns-update refresh`: have the agent look at everything now."""

from __future__ import annotations

from dns_update.agent.output.control import ask
from dns_update.cli import put, talk
from dns_update.cli.status_answer import answer_of, records_named
from dns_update.commandline.line import CommandLine
from dns_update.errors import UsageError


def run(line: CommandLine) -> int:
    """Carry out a command line, and return the exit status; raises UsageError and NoResponse."""
    options = line.options("refresh")
    names: list[str | None] = [None]
    if options.known_name is not None:
        records = records_named(options.known_name, answer_of(options.socket)["records"])
        names = list(dict.fromkeys(record["name"] for record in records))
    count = sum(_refreshed(options.socket, name) for name in names)
    if options.json:
        from dns_update.cli.as_json import head, object_text  # only if it is asked for

        put(object_text(head("refresh") | {"refreshed": count}))
    else:
        what = "1 name" if count == 1 else f"{count:,} names"
        talk(f"the agent checks {what} now; dns-update status shows the result")
    return 0


def _refreshed(path: str, name: str | None) -> int:
    """Have the agent check a name, or all; return how many records are checked."""
    answer = ask(path, "refresh") if name is None else ask(path, "refresh", name=name)
    count = answer.get("refreshed")
    if type(count) is not int or count < 0:
        raise UsageError(f"what answers at {path} is not an agent of this version", hint="restart it")
    return count
