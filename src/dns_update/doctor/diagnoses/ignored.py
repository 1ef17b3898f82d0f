"""Why a server that said NOERROR has not made the change, where its records do not show the reason."""

from __future__ import annotations

from dns_update.doctor.diagnoses.permission import primary_elsewhere
from dns_update.doctor.diagnosis import Diagnosis, Examined
from dns_update.doctor.server_kind import POWERDNS


async def cause_of(examined: Examined) -> Diagnosis | None:
    """Return why the change is not there; None if nothing shows it."""
    if examined.kind.program == POWERDNS:
        return examined.found("powerdns-ignored")
    primary = await primary_elsewhere(examined)
    if primary is None:
        return None
    return examined.found("not-forwarded-yet", host=primary.host, primary=primary)
