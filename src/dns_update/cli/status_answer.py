"""The agent's status as it answers: asked for, and judged: which records a name has, and the exit status."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dns_update.agent.output import answer_types, control
from dns_update.agent.output.status_check import is_status
from dns_update.errors import SOME_FAILED, UsageError, quoted


def answer_of(path: str) -> dict[str, Any]:
    """Return the status of the agent that listens at a path; raises UsageError and NoResponse."""
    return checked(control.ask(path, "status"), path)


def checked(answer: dict[str, Any], path: str) -> dict[str, Any]:
    """Return an answer that came from a path; raises UsageError if it is not a status."""
    if not is_status(answer):
        raise UsageError(f"what answers at {path} is not an agent of this version", hint="restart it")
    return answer


def records_named(name: str, records: Sequence[answer_types.RecordStatus]) -> list[answer_types.RecordStatus]:
    """Return the records of a name in full, or relative to its zone; raises UsageError if there is none."""
    sought = name.lower().removesuffix(".")
    found = [record for record in records if sought in _spellings(record)]
    if found:
        return found
    import difflib  # only when something is wrong

    near = next(iter(difflib.get_close_matches(sought, {s for record in records for s in _spellings(record)}, 1)), "")
    hint = f"did you mean {near}?" if near else "dns-update status --all lists all of them"
    raise UsageError(f"the agent has no name {quoted(name)}", hint=hint)


def exit_status(records: Sequence[answer_types.RecordStatus], reload_error: str | None) -> int:
    """Return 0 if neither a record nor the last reload fails; else their common status, or 10 if they differ."""
    failing = {_error_status(record) for record in records if record["state"] == "failing"}
    if reload_error is not None:
        failing.add(UsageError.exit_status)
    if len(failing) > 1:
        return SOME_FAILED
    return next(iter(failing), 0)


def _error_status(record: answer_types.RecordStatus) -> int:
    error = record["last_error"]
    return error["exit_status"] if error is not None else SOME_FAILED


def _spellings(record: answer_types.RecordStatus) -> tuple[str, ...]:
    name = record["name"].lower().removesuffix(".")
    zone = record["zone"].lower().removesuffix(".")
    if name == zone:
        return (name, "@")
    return (name, name.removesuffix(f".{zone}"))
