"""The results of an examination by the doctor, as text: problems, tables for people, one JSON object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dns_update.address.sources import spelled
from dns_update.cli import put, talk
from dns_update.cli.table import lined_up
from dns_update.client.probe import BY_KEY, BY_RECORD
from dns_update.doctor import findings
from dns_update.doctor.advice import advise, change_text, data_text, listed, note_texts
from dns_update.doctor.examination import Examination, NameAtServer, NameExamination, ServerExamination
from dns_update.doctor.source_answers import SourceAnswer
from dns_update.errors import DnsUpdateError, one_line
from dns_update.errors.hints import Door, rendered
from dns_update.wire.codes import rrtype_to_text
from dns_update.wire.inet import format_address

MOST_NAMES = 50  # as `dns-update status` shows
MOST_ALIKE = 10  # problems of one kind, at one server: the next thousand say nothing new

JsonFields = dict[str, object]


class ExaminationReport:
    """The result of an examination, in words; hints name properties as the reader's `door` spells them."""

    def __init__(self, examination: Examination, door: Door) -> None:
        self._examination = examination
        self._door = door
        self._problems = list(findings.problems(examination))
        self._states = [(findings.state_of(name), name) for name in examination.names]
        self.exit_status = findings.exit_status(self._problems)

    def tell(self) -> None:
        """Write what is wrong to standard error, and the tables to standard output."""
        for line in (*self._problem_lines(), *self._note_lines()):
            talk(one_line(line))
        put("\n".join(self._overview()) + "\n")

    def json_text(self, path: str, warnings: Sequence[str] = ()) -> str:
        """Return everything, and the `warnings` about the configuration at `path`, as the text of one JSON object."""
        from dns_update.cli.as_json import head, object_text  # only if it is asked for

        about = {
            "config": path,
            "servers": [self._server_fields(server) for server in self._examination.servers],
            "sources": [_source_fields(answer) for answer in self._examination.sources],
            "records": [_name_fields(state, name) for state, name in self._states],
            "findings": [self._problem_fields(problem) for problem in self._problems],
            "notes": [*warnings, *self._notes()],
        }
        return object_text(head("agent", self.exit_status) | about)

    # What is wrong

    def _problem_lines(self) -> Iterator[str]:
        counts: dict[tuple[str, str], int] = {}
        for problem in self._problems:
            advice = advise(problem)
            alike = advice.kind, problem.server
            counts[alike] = counts.get(alike, 0) + 1
            if counts[alike] <= MOST_ALIKE:
                yield advice.text
                if advice.explanation:
                    yield f"cause: {self._said(advice.explanation)}"
                if advice.hint:
                    yield f"hint: {self._said(advice.hint)}"
        for (kind, server), count in counts.items():
            if count > MOST_ALIKE:
                at = f" at {server}" if server else ""
                yield f"and {count - MOST_ALIKE:,} more problems of kind {kind}{at}; --json lists all of them"

    def _note_lines(self) -> Iterator[str]:
        texts = self._notes()
        yield from (f"note: {text}" for text in texts[:MOST_ALIKE])
        if len(texts) > MOST_ALIKE:
            yield f"note: and {len(texts) - MOST_ALIKE:,} more notes; --json lists all of them"

    def _notes(self) -> list[str]:
        return list(dict.fromkeys(map(self._note_text, findings.notes(self._examination))))

    def _said(self, sentence: str) -> str:
        return rendered(sentence, self._door)

    def _note_text(self, note: findings.Note) -> str:
        text, hint = note_texts(note)
        return self._said(text) + (f" ({self._said(hint)})" if hint else "")

    # The tables

    def _overview(self) -> Iterator[str]:
        seen = self._examination
        states = sorted(self._states, key=lambda pair: findings.STATES.index(pair[0]))
        yield f"{len(states):,} {'name' if len(states) == 1 else 'names'}: {_counts(states)}"
        yield "nothing was changed, and nothing sent that could change anything"
        if seen.servers:
            yield ""
            yield from lined_up([_SERVER_HEADINGS, *(_server_row(server, seen) for server in seen.servers)])
        if seen.sources:
            yield ""
            yield from lined_up([("SOURCE", "GIVES"), *map(_source_row, seen.sources[:MOST_NAMES])])
            yield from _more(len(seen.sources), "")
        yield ""
        yield from lined_up([_NAME_HEADINGS, *(_name_row(state, name) for state, name in states[:MOST_NAMES])])
        yield from _more(len(states), f": {_counts(states[MOST_NAMES:])}")

    # JSON

    def _server_fields(self, server: ServerExamination) -> JsonFields:
        return {
            "zone": str(server.zone),
            "server": str(server.endpoint),
            "key": _key_name(server) or None,
            "serial": None if server.access is None else server.access.serial,
            "permissions_told": None if server.access is None else server.access.insight,
            "error": None if server.error is None else self._error_fields(server.error),
        }

    def _error_fields(self, error: DnsUpdateError) -> JsonFields:
        return {
            "kind": type(error).__name__,
            "cause": error.cause,
            "message": str(error),
            "diagnosis": error.diagnosis or None,
            "explanation": self._said(error.explanation) or None,
            "hint": self._said(error.hint),
            "server": error.server,
            "exit_status": error.exit_status,
        }

    def _problem_fields(self, problem: findings.Problem) -> JsonFields:
        advice = advise(problem)
        return {
            "kind": advice.kind,
            "cause": problem.cause,
            "message": advice.text,
            "explanation": self._said(advice.explanation) or None,
            "hint": self._said(advice.hint),
            "server": problem.server,
            "exit_status": problem.exit_status,
            "name": None if problem.name is None else str(problem.name),
        }


# Rows


_SERVER_HEADINGS = ("ZONE", "SERVER", "KEY", "SERIAL", "")
_NAME_HEADINGS = ("STATE", "NAME", "SHOULD BE", "")


def _more(count: int, what: str) -> Iterator[str]:
    if count > MOST_NAMES:
        yield f"and {count - MOST_NAMES:,} more{what}; --json lists all of them"


def _counts(states: Sequence[tuple[findings.NameState, NameExamination]]) -> str:
    """Return how many names are in each state, the best state first."""
    found = [state for state, _name in states]
    return ", ".join(f"{found.count(state):,} {state}" for state in reversed(findings.STATES) if state in found)


def _server_row(server: ServerExamination, examination: Examination) -> tuple[str, ...]:
    serial = str(server.access.serial) if server.access is not None else "-"
    text = _server_text(server, examination)
    return str(server.zone), str(server.endpoint), _key_name(server) or "none", serial, text


def _key_name(server: ServerExamination) -> str:
    return "" if server.key is None else server.key.identity


def _server_text(server: ServerExamination, examination: Examination) -> str:
    """Return whether a server answers, and what the key may change there."""
    if server.error is not None:
        return server.error.first_words or server.error.text
    assert server.access is not None  # noqa: S101 - otherwise there is an error
    compared, denied = _count_at(server, examination)
    if server.access.is_closed or (denied and denied == compared):
        return "answers; refuses the update of every name"
    if denied:
        return f"answers; refuses the update of {denied:,} of {compared:,} names"
    if server.access.insight == BY_RECORD:
        return "answers; permits the updates"
    if server.access.insight == BY_KEY:
        return "answers; permits updates of the zone, and does not tell beforehand of single names"
    return "answers; does not tell beforehand what it permits"


def _count_at(server: ServerExamination, examination: Examination) -> tuple[int, int]:
    """Return how many names were compared at a server, and for how many it denies an update that is needed now."""
    compared = denied = 0
    for name in examination.names:
        for one in name.at_servers:
            if one.server is server and one.comparison is not None:
                compared += 1
                denied += one.denial is not None and findings.is_needed(name, one.denial)
    return compared, denied


def _source_row(answer: SourceAnswer) -> tuple[str, str]:
    gives = ", ".join(map(format_address, answer.addresses))
    return spelled(answer.source), str(answer.error) if answer.error is not None else gives


def _name_row(state: findings.NameState, name: NameExamination) -> tuple[str, ...]:
    desired = _desired_texts(name)
    shown = "-" if desired is None else ", ".join(desired) or "nothing"
    return state, str(name.subject.name), shown, _name_text(state, name)


def _name_text(state: findings.NameState, name: NameExamination) -> str:
    """Return what servers have and what would be sent, for a name that is not right."""
    if state == "right":
        return ""
    held = [
        f"{one.server.endpoint} has {listed(one.comparison.current)}"
        for one in name.at_servers
        if one.comparison is not None
    ]
    parts = list(dict.fromkeys(held)) if state == "failing" else held[:1]
    if changes := _changes(name):
        parts.append(f"to be sent: {', '.join(changes)}")
    if not parts and state == "unknown":
        return "no server could be asked" if name.subject.desired is not None else "no source gives an address"
    return "; ".join(parts)


def _changes(name: NameExamination) -> list[str]:
    comparison = name.first_comparison
    return [] if comparison is None else list(map(change_text, comparison.changes))


def _desired_texts(name: NameExamination) -> list[str] | None:
    if name.subject.desired is None:
        return None
    return [data_text(rrtype, value) for rrtype, values in name.subject.desired.data.items() for value in values]


# The parts of the JSON object


def _source_fields(answer: SourceAnswer) -> JsonFields:
    return {
        "source": spelled(answer.source),
        "addresses": list(map(format_address, answer.addresses)),
        "error": None if answer.error is None else str(answer.error),
    }


def _name_fields(state: findings.NameState, name: NameExamination) -> JsonFields:
    return {
        "name": str(name.subject.name),
        "zone": next((str(one.server.zone) for one in name.at_servers), None),
        "types": list(map(rrtype_to_text, name.subject.rrtypes)),
        "wanted": _desired_texts(name),
        "state": state,
        "changes": _changes(name),
        "servers": list(map(_at_server_fields, name.at_servers)),
    }


def _at_server_fields(one: NameAtServer) -> JsonFields:
    current = None if one.comparison is None else one.comparison.current
    return {
        "server": str(one.server.endpoint),
        "records": None if current is None else [data_text(record.rrtype, record.rdata) for record in current],
        "permitted": _is_permitted(one),
    }


def _is_permitted(one: NameAtServer) -> bool | None:
    """Return whether the name may be changed at a server; None if that is not known."""
    if one.denial is not None:
        return False
    access = one.server.access
    is_told = one.comparison is not None and one.server.error is None and access is not None
    return True if is_told and access is not None and access.insight == BY_RECORD else None
