"""What users read: talk on standard error, data on standard output; with `--json` everything there, as one object."""

from __future__ import annotations

import sys

from dns_update.errors import UsageError
from dns_update.wire.codes import rcode_to_text, rrclass_to_text, rrtype_to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.client.outcome import Outcome
    from dns_update.errors import DnsUpdateError
    from dns_update.wire.record import Record


def talk(line: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(f"dns-update: {line}\n")


def success(outcome: Outcome, *, command: str, as_json: bool) -> int:
    """Say what came of a request that was carried out, and return the exit status."""
    if as_json:
        _print_json({"command": command, "status": "ok", "exit_status": 0} | _outcome_fields(outcome))
        return 0
    if command == "show":
        sys.stdout.write("".join(f"{record.to_text()}\n" for record in outcome.after or ()))
    else:
        talk("update successful")
    for note in outcome.notes:
        talk(f"note: {note}")
    return 0


def failure(error: DnsUpdateError, *, command: str, as_json: bool) -> int:
    """Say what went wrong, at each server that was tried, and return the exit status."""
    if as_json:
        fields = {
            "command": command,
            "status": "error",
            "exit_status": error.exit_status,
            "error": _error_fields(error),
        }
        _print_json(fields | {"failures": [_error_fields(other) for other in error.failures]})
    elif isinstance(error, UsageError):
        talk(f"{error}: {error.hint}" if error.hint else str(error))
    else:
        prefix = "" if command == "show" else "update failed: "
        talk(f"{prefix}{error}")
        if error.hint:
            talk(f"hint: {error.hint}")
    return error.exit_status


def bug(error: Exception, *, debug: bool, status: int) -> int:
    """Own up to a mistake of this program, and return `status`."""
    talk(f"this is a bug in dns-update: {type(error).__name__}: {error}")
    if debug:
        import traceback  # noqa: PLC0415 - only when something is wrong

        sys.stderr.write("".join(traceback.format_exception(error)))
    else:
        talk("hint: run it again with --debug and report what it prints")
    return status


def _outcome_fields(outcome: Outcome) -> dict[str, object]:
    return {
        "zone": outcome.zone.to_text(),
        "name": outcome.name.to_text() if outcome.name is not None else None,
        "server": str(outcome.server),
        "rcode": rcode_to_text(outcome.rcode),
        "before": _records(outcome.before),
        "after": _records(outcome.after),
        "changed": outcome.changed,
        "verified": outcome.verified,
        "seconds": round(outcome.seconds, 6),
        "notes": list(outcome.notes),
        "failures": [_error_fields(error) for error in outcome.failures],
    }


def _records(records: tuple[Record, ...] | None) -> list[dict[str, object]] | None:
    return None if records is None else [_record_fields(record) for record in records]


def _record_fields(record: Record) -> dict[str, object]:
    return {
        "name": record.name.to_text(),
        "ttl": record.ttl,
        "class": rrclass_to_text(record.rrclass),
        "type": rrtype_to_text(record.rrtype),
        "data": record.data_text(),
    }


def _error_fields(error: DnsUpdateError) -> dict[str, object]:
    return {
        "kind": type(error).__name__,
        "message": str(error),
        "hint": error.hint,
        "server": error.server,
        "exit_status": error.exit_status,
    }


def _print_json(fields: dict[str, object]) -> None:
    import json  # noqa: PLC0415 - only if it is asked for

    sys.stdout.write(json.dumps(fields, indent=2) + "\n")
