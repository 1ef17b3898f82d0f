"""Results as the text of one JSON object, for `--json`."""

from __future__ import annotations

import json

from dns_update.client.outcome import Outcome
from dns_update.errors import ClocksDiffer, DnsUpdateError, KeyRejected, Refusal
from dns_update.errors.hints import COMMAND_LINE, rendered
from dns_update.rr.record import Record
from dns_update.wire.codes import rcode_to_text, rrclass_to_text, rrtype_to_text, tsig_error_to_text


def head(command: str, exit_status: int = 0, *, is_ok: bool | None = None, **about: object) -> dict[str, object]:
    """Return what each result begins with; without `is_ok`, every exit status but 0 is an error."""
    status = "ok" if (not exit_status if is_ok is None else is_ok) else "error"
    return {"command": command, **about, "status": status, "exit_status": exit_status}


def outcome_text(outcome: Outcome, command: str, exit_status: int = 0) -> str:
    """Return the outcome of a request that was carried out, or of a dry run."""
    return object_text(head(command, exit_status, is_ok=True) | outcome_fields(outcome, command))


def outcome_fields(outcome: Outcome, command: str) -> dict[str, object]:
    """Return what an outcome says besides its status."""
    changed = {"before": _records(outcome.before), "after": _records(outcome.after), "changed": outcome.changed}
    done = {"records": _records(outcome.after)} if command == "show" else changed
    fields = _common_fields(outcome) | done | {"verified": outcome.verified} | _remarks(outcome)
    if outcome.reverse:
        fields["reverse"] = [outcome_fields(each, command) for each in outcome.reverse]
    return fields


def failure_text(error: DnsUpdateError, command: str, name: str | None, zone: str | None) -> str:
    """Return what went wrong, with the failures of all servers that were tried; `name` and `zone` are as given."""
    about = {"zone": zone, "name": name, "error": error_fields(error)}
    return object_text(head(command, error.exit_status) | about | _remarks(error))


def _remarks(result: Outcome | DnsUpdateError) -> dict[str, object]:
    return {
        "notes": [rendered(note, COMMAND_LINE) for note in result.notes],
        "failures": [error_fields(error) for error in result.failures],
    }


def _common_fields(outcome: Outcome) -> dict[str, object]:
    return {
        "zone": outcome.zone.to_text(),
        "name": outcome.name.to_text() if outcome.name is not None else None,
        "server": str(outcome.server),
        "query_server": None if outcome.query_server is None else str(outcome.query_server),
        "rcode": rcode_to_text(outcome.rcode),
        "seconds": round(outcome.seconds, 6),
    }


def _records(records: tuple[Record, ...] | None) -> list[dict[str, object]] | None:
    return None if records is None else [record_fields(record) for record in records]


def record_fields(record: Record) -> dict[str, object]:
    """Return a record, for JSON."""
    return {
        "name": record.name.to_text(),
        "ttl": record.ttl,
        "class": rrclass_to_text(record.rrclass),
        "type": rrtype_to_text(record.rrtype),
        "data": record.data_text(),
    }


def error_fields(error: DnsUpdateError) -> dict[str, object]:
    """Return an error, for JSON."""
    return {
        "kind": type(error).__name__,
        "message": str(error),
        "cause": error.cause,
        "hint": rendered(error.hint, COMMAND_LINE),
        "diagnosis": error.diagnosis or None,
        "explanation": rendered(error.explanation, COMMAND_LINE) or None,
        "server": error.server,
        "rcode": rcode_to_text(error.rcode) if isinstance(error, Refusal) else None,
        "tsig_error": tsig_error_to_text(error.tsig_error) if isinstance(error, (KeyRejected, ClocksDiffer)) else None,
        "exit_status": error.exit_status,
    }


def object_text(fields: dict[str, object]) -> str:
    """Return an object as text."""
    return json.dumps(fields, indent=2) + "\n"
