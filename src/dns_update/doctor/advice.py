"""What findings mean, in sentences, and what to do: the only place where the doctor's texts are made. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from dns_update.doctor.examination import NameAtServer
from dns_update.doctor.findings import (
    DataNotShown,
    DeniedForLater,
    Note,
    Problem,
    RequestFailed,
    ServersDisagree,
    UpdateBlocked,
)
from dns_update.errors import NotApplied
from dns_update.rr.record import Record, is_after, rdata_to_text
from dns_update.value import Value
from dns_update.wire.codes import RRClass, rrtype_to_text


class Advice(Value):
    """A finding for people: `text` says what it is; `hint` says what to do, and may be empty.

    `kind` is the name of the error class that it belongs to; `text` begins with the first words of that class.
    `explanation` is why it is so, if that was found out; empty otherwise. `hint` and `explanation` may be Hints, which
    each interface renders with its own names of properties.
    """

    kind: str
    text: str
    hint: str
    explanation: str = ""


def advise(problem: Problem) -> Advice:
    """Return what a problem means, and what to do about it."""
    if isinstance(problem, RequestFailed):
        error = problem.error
        return Advice(type(error).__name__, str(error), error.hint, error.explanation)
    if isinstance(problem, ServersDisagree):
        text, hint = _disagreement(problem)
        return Advice(NotApplied.__name__, f"{NotApplied.first_words}: {text}", hint)
    text, hint = _blocked_update(problem)
    why = "PowerDNS refuses a record beside a CNAME" if problem.is_refused else ""
    return Advice(problem.error.__name__, f"{problem.error.first_words}: {text}", hint, why)


def note_texts(note: Note) -> tuple[str, str]:
    """Return what a note means, and what to do; the latter may be empty."""
    if isinstance(note, DeniedForLater):
        types = " and ".join(map(rrtype_to_text, note.denial.rrtypes))
        error = note.denial.error
        return f"{note.name} has no {types} to publish now; an update that adds it would fail: {error}", error.hint
    if isinstance(note, DataNotShown):
        return note.error.text, note.error.hint
    return note.text, ""


def _blocked_update(problem: UpdateBlocked) -> tuple[str, str]:
    rrtype = rrtype_to_text(problem.obstacle.rrtype)
    holds = f", which has {listed(problem.current)}" if problem.current else ""
    return f"{problem.endpoint} would not add {rrtype} to {problem.name}{holds}", problem.obstacle.remedy


def _disagreement(problem: ServersDisagree) -> tuple[str, str]:
    text = f"{problem.name} differs between servers: {_holding(problem.first)}, {_holding(problem.second)}"
    newer, older = problem.first.server, problem.second.server
    if older.access is not None and newer.access is not None and is_after(older.access.serial, newer.access.serial):
        newer, older = older, newer
    return (
        text,
        f"check that {older.endpoint} gets the zone from {newer.endpoint}, or remove it from the list of servers",
    )


def _holding(one: NameAtServer) -> str:
    server = one.server
    serial = f" (serial {server.access.serial})" if server.access is not None else ""
    return f"{server.endpoint} has {listed(one.comparison.current if one.comparison is not None else ())}{serial}"


def data_text(rrtype: int, rdata: bytes) -> str:
    """Return the type and data of one record, e.g. "A 203.0.113.45"."""
    return f"{rrtype_to_text(rrtype)} {rdata_to_text(rrtype, rdata)}"


def listed(records: Iterable[Record]) -> str:
    """Return the type and data of each record in one line; "nothing" if there are none."""
    return ", ".join(data_text(record.rrtype, record.rdata) for record in records) or "nothing"


def change_text(change: Record) -> str:
    """Return a change in nsupdate's words, without the name, e.g. "delete A" or "add 300 A 203.0.113.45"."""
    if change.rrclass == RRClass.ANY:
        return f"delete {rrtype_to_text(change.rrtype)}"
    data = data_text(change.rrtype, change.rdata)
    return f"delete {data}" if change.rrclass == RRClass.NONE else f"add {change.ttl} {data}"
