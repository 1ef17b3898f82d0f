"""What the running knotd says of a zone (`knotc zone-status`)."""

from __future__ import annotations

from contextlib import suppress

from dns_update.process.capture import captured, found_program
from dns_update.server_config.finding import Findings
from dns_update.server_config.knot.entries import Entry
from dns_update.server_config.question import Question

_KNOTC_SECONDS = 5  # it answers at once, or knotd does not run


def examine_status(found: Findings, question: Question, zone: Entry, path: str) -> None:
    """Add whether the zone is loaded and frozen; if knotc cannot be asked, the command that tells."""
    status = _status(path, str(question.zone))
    if status is None:
        found.remark("status-not-known", zone.place)
    elif status.get("freeze") == "yes":
        found.fault("frozen", zone.place)
    elif status.get("serial", "-") in ("-", "none"):
        found.fault("not-loaded", zone.place)
    else:
        found.right("running", zone.place, serial=status["serial"])


def _status(path: str, zone: str) -> dict[str, str] | None:
    """Return what knotc prints of a zone, by its words; None if knotd does not answer."""
    program = found_program("knotc")
    if program is None:
        return None
    with suppress(OSError):
        result = captured((program, "-x", "-t", str(_KNOTC_SECONDS), "-c", path, "zone-status", zone), _KNOTC_SECONDS)
        if result is not None and result.status == 0:
            fields = result.output.partition("]")[2].split("|")
            return {name.strip(): text.strip() for name, _colon, text in (each.partition(":") for each in fields)}
    return None
