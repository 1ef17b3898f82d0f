"""What the running knotd says of a zone (`knotc zone-status`)."""

from __future__ import annotations

from contextlib import suppress

from dns_update.process.capture import Captured, captured, found_program
from dns_update.server_config.finding import Findings
from dns_update.server_config.intended_update import IntendedUpdate
from dns_update.server_config.knot.entries import Entry
from dns_update.server_config.wording import first_line

_KNOTC_SECONDS = 5  # it answers at once, or knotd does not run


def examine_status(found: Findings, intended: IntendedUpdate, zone: Entry, path: str) -> None:
    """Add whether the zone is loaded and frozen; if knotc cannot be asked, the command that tells."""
    answer = _asked(path, str(intended.zone))
    if answer is None:
        found.remark("status-not-known", zone.place)
    elif answer.status:
        found.remark("status-refused", zone.place, said=first_line(answer.errors) or "nothing")
    else:
        _status(found, zone, _by_words(answer.output))


def _status(found: Findings, zone: Entry, status: dict[str, str]) -> None:
    if status.get("freeze") == "yes":
        found.fault("frozen", zone.place)
    elif status.get("serial", "-") in ("-", "none"):
        found.fault("not-loaded", zone.place)
    else:
        found.right("running", zone.place, serial=status["serial"])


def _asked(path: str, zone: str) -> Captured | None:
    """Return what knotc printed of a zone; None if it is missing, or does not end."""
    program = found_program("knotc")
    if program is not None:
        words = (program, "-x", "-t", str(_KNOTC_SECONDS), "-c", path, "zone-status", zone)
        with suppress(OSError):
            return captured(words, 2 * _KNOTC_SECONDS)  # it says itself that it has waited too long
    return None


def _by_words(output: str) -> dict[str, str]:
    fields = output.partition("]")[2].split("|")
    return {name.strip(): text.strip() for name, _colon, text in (each.partition(":") for each in fields)}
