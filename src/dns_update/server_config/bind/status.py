"""What the running named says of a zone (`rndc zonestatus`)."""

from __future__ import annotations

from contextlib import suppress

from dns_update.process.capture import Captured, captured, found_program
from dns_update.server_config.bind.permission import is_dynamic
from dns_update.server_config.bind.statements import Statement
from dns_update.server_config.bind.views import ViewScope
from dns_update.server_config.finding import Findings
from dns_update.server_config.intended_update import IntendedUpdate
from dns_update.server_config.wording import first_line

RNDC = ("rndc",)
_RNDC_SECONDS = 5  # it answers at once, or named does not run


def examine_status(
    found: Findings, intended: IntendedUpdate, scope: ViewScope, zone: Statement, rndc: tuple[str, ...]
) -> None:
    """Add whether the zone is loaded and frozen; if rndc cannot be asked, the command that tells.

    If rndc is not to be asked, and a fault is known already, nothing is added.
    """
    view = ("IN", scope.name) if scope.name else ()
    arguments = ("zonestatus", str(intended.zone), *view)
    command = " ".join(("rndc", *arguments))
    if not rndc:
        if not found.has_fault:
            found.remark("status-not-asked", zone.place, command=command)
        return
    answer = _asked(rndc, arguments)
    if answer is None:
        found.remark("status-not-known", zone.place, command=command)
    elif answer.status:
        found.remark("status-refused", zone.place, command=command, said=first_line(answer.errors) or "nothing")
    else:
        _status(found, scope, zone, _by_words(answer.output), command)


def _status(found: Findings, scope: ViewScope, zone: Statement, status: dict[str, str], command: str) -> None:
    if status.get("frozen") == "yes":
        found.fault("frozen", zone.place, command=command, view=f" IN {scope.name}" if scope.name else "")
    elif status.get("dynamic") != "no":
        found.right("running", zone.place, command=command, serial=status.get("serial", ""))
    elif is_dynamic(scope, zone):  # if the file has it as static, too, that is said already
        found.fault("running-static", zone.place, command=command)


def _asked(rndc: tuple[str, ...], arguments: tuple[str, ...]) -> Captured | None:
    """Return what rndc printed; None if it is missing, or does not end."""
    program = found_program(rndc[0])
    if program is not None:
        with suppress(OSError):
            return captured((program, *rndc[1:], *arguments), _RNDC_SECONDS)
    return None


def _by_words(output: str) -> dict[str, str]:
    lines = (line.partition(": ") for line in output.splitlines())
    return {name.strip(): text.strip() for name, _colon, text in lines}
