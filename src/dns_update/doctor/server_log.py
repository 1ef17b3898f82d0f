"""What the server's own log says, as steps of a check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dns_update.doctor.checklist import Mark, Step
from dns_update.server_log import LogFinding, ServerLog, texts

TOPIC = "server log"

_NO_ANSWER, _ZONE, _SERVER_FAILURE = 4, 8, 9
_REFUSALS = frozenset({5, 6, 7, 8})  # a server may refuse a key as it refuses a change or a zone (Knot)
_FOLLOWING = frozenset({_NO_ANSWER, *_REFUSALS})  # what comes of a configuration that is not read
_LIKE_REFUSALS = frozenset({*_REFUSALS, _SERVER_FAILURE})  # what is not passed on to a primary looks so, too

_NONE_FOUND = (
    "no log of the server was found: its configuration names no file, and this system's log is that of another server"
)
_GIVE_IT = (
    "give it: server-log=FILE. A container's is made by: docker logs NAME > FILE 2>&1; a unit's by: journalctl -u UNIT "
    "> FILE"
)
_MORE = (
    "Knot writes what an acl denies only with any: debug in log, and BIND writes what it denies to category security"
)
_READABLE = "run it as root, with sudo, or as a member of the groups adm and systemd-journal"


def log_steps(
    log: ServerLog, zone: str, failures: frozenset[int], *, is_known: bool, faults: frozenset[int] = frozenset()
) -> Iterator[Step]:
    """Yield the steps that a server's log makes: the line that says why, or that there is none, and what is not read.

    `failures` are the exit statuses of what has failed in the check. `is_known` says that its cause is known already:
    then a line that only says the same gives no other advice. `faults` are the exit statuses of the faults that the
    configuration has: a line with one of them is a note without advice, because the fault has the better one.
    """
    for each in log.unreadable:
        yield Step(TOPIC, "left out", f"cannot read {each}", hint=_READABLE)
    if not log.sources:
        if not log.unreadable:
            yield Step(TOPIC, "left out", _NONE_FOUND, hint=_GIVE_IT)
        return
    marked = [(mark, each) for each in log.findings if (mark := _mark(each, failures)) is not None]
    wrong = [each for mark, each in marked if mark == "failed"]
    if wrong:  # in the order in which they matter, but a reason before what only says that there is one
        yield _step(min(wrong, key=lambda each: each.message.vagueness), "failed", is_known=is_known, faults=faults)
    notes = [each for mark, each in marked if mark == "note"]
    yield from (_step(each, "note", is_known=False, faults=faults) for each in notes)
    if not marked and failures:
        hint = "" if is_known else _MORE
        yield Step(TOPIC, "left out", f"{_listed(log.sources)} has no line that says why", hint=hint)
    elif not marked:
        yield Step(
            TOPIC, "ok", f"{_listed(log.sources)} has no failed update of {zone} after the last one that was made"
        )


def _mark(finding: LogFinding, failures: frozenset[int]) -> Mark | None:
    """Return how much a finding matters beside what a check has seen itself; None if it does not."""
    message = finding.message
    if message.stage == "start":
        return "failed" if _NO_ANSWER in failures else None  # it answers, so it has started
    if message.stage == "configuration":
        return "failed" if failures & _FOLLOWING else "note"
    if message.stage == "load":
        return "failed" if failures & {_ZONE, _SERVER_FAILURE} else "note"
    if message.stage == "update":
        return "failed" if not failures or failures & {message.exit_status, _NO_ANSWER, _SERVER_FAILURE} else "note"
    if message.stage == "asked":
        alike = {message.exit_status, _NO_ANSWER} | (_FOLLOWING if message.exit_status in _LIKE_REFUSALS else set())
        return "failed" if failures & alike else None
    return "note"


def _step(finding: LogFinding, mark: Mark, *, is_known: bool, faults: frozenset[int]) -> Step:
    line, message = finding.line, finding.message
    what, to_do = texts(finding)
    at = f"at {line.time}, " if line.time else ""
    text = f"{at}the server wrote: {line.shown} ({line.source})"
    cause = f"log-{message.cause}"
    if message.exit_status in faults:
        return Step(TOPIC, "note", text, explanation=what, cause=cause)
    if mark == "note" or (is_known and message.stage == "asked" and not message.decides):
        return Step(TOPIC, "note", text, explanation=what, hint="" if is_known else to_do, cause=cause)
    return Step(TOPIC, "failed", text, explanation=what, hint=to_do, cause=cause, exit_status=message.exit_status)


def _listed(sources: Sequence[str]) -> str:
    return ", ".join(sources)
