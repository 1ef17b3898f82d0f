"""What a script did, as the text of one JSON object, for `run --json`."""

from __future__ import annotations

from collections.abc import Sequence

from dns_update.cli.as_json import error_fields, head, object_text, record_fields
from dns_update.errors import DnsUpdateError
from dns_update.routeros.machine.this_machine import Machine
from dns_update.routeros.machine.updates import SentUpdate
from dns_update.routeros.remarks import ScriptRemark


def result_text(machine: Machine, file: str, status: int, error: DnsUpdateError | None, notes: Sequence[str]) -> str:
    """Return what a run did: its updates with their results, its log, the lines it printed, remarks and notes."""
    return object_text(head("run", status, is_ok=error is None) | {
        "file": file,
        "updates": [_update(sent) for sent in machine.sender.updates],
        "log": [{"time": e.time, "topics": e.topics, "message": e.message} for e in machine.logbook.entries],
        "put": machine.puts,
        "remarks": [_remark(remark) for remark in machine.remarks],
        "notes": notes,
        "error": None if error is None else error_fields(error),
    })  # fmt: skip


def _update(sent: SentUpdate) -> dict[str, object]:
    request, access, outcome = sent.request, sent.access, sent.outcome
    name, zone, server = request.owner, request.zone, request.server
    ttl, key_name = request.ttl, request.key_name
    if access is not None:  # what the line leaves out may have come from elsewhere
        name, ttl = access.target.owner.to_text(), access.ttl
        zone = zone or ("" if access.target.zone is None else access.target.zone.to_text())
        server = ", ".join(access.servers)
        key_name = key_name or ("" if access.key is None else access.key.name.to_text())
    return {
        "line": request.place.line,
        "name": name,
        "type": request.type,
        "address": request.address,
        "ttl": ttl,
        "zone": zone or (outcome.zone.to_text() if outcome is not None else None),
        "server": str(outcome.server) if outcome is not None else server or None,
        "key_name": key_name or None,
        "result": sent.result,
        "records": None if outcome is None or outcome.after is None else [record_fields(r) for r in outcome.after],
        "error": None if sent.error is None else error_fields(sent.error),
    }


def _remark(remark: ScriptRemark) -> dict[str, object]:
    return {
        "code": remark.code,
        "severity": remark.severity,
        "line": remark.file_place.line,
        "column": remark.file_place.column,
        "text": remark.text,
        "hint": remark.hint,
    }
