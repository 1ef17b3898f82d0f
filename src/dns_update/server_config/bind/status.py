"""What the running named says of a zone (`rndc zonestatus`)."""

from __future__ import annotations

from contextlib import suppress

from dns_update.process.capture import captured, found_program
from dns_update.server_config.bind.statements import Statement
from dns_update.server_config.bind.views import ViewScope
from dns_update.server_config.finding import Findings
from dns_update.server_config.question import Question

RNDC = ("rndc",)
_RNDC_SECONDS = 5  # it answers at once, or named does not run


def examine_status(
    found: Findings, question: Question, scope: ViewScope, zone: Statement, rndc: tuple[str, ...]
) -> None:
    """Add whether the zone is loaded and frozen; if rndc cannot be asked, the command that tells."""
    view = ("IN", scope.name) if scope.name else ()
    arguments = ("zonestatus", str(question.zone), *view)
    command = " ".join(("rndc", *arguments))
    status = _status(rndc, arguments)
    if status is None:
        found.remark("status-not-known", zone.place, command=command)
    elif status.get("frozen") == "yes":
        found.fault("frozen", zone.place, command=command, view=" ".join(("", *view)))
    elif status.get("dynamic") == "no":
        found.fault("running-static", zone.place, command=command)
    else:
        found.right("running", zone.place, command=command, serial=status.get("serial", ""))


def _status(rndc: tuple[str, ...], arguments: tuple[str, ...]) -> dict[str, str] | None:
    """Return what rndc prints, by its words; None if it fails, or if there is none to ask."""
    program = found_program(rndc[0]) if rndc else None
    if program is None:
        return None
    with suppress(OSError):
        result = captured((program, *rndc[1:], *arguments), _RNDC_SECONDS)
        if result is not None and result.status == 0:
            lines = (line.partition(": ") for line in result.output.splitlines())
            return {name.strip(): text.strip() for name, _colon, text in lines}
    return None
