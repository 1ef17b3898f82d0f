"""Why a server that said NOERROR has not made the change, where its records do not show the reason."""

from __future__ import annotations

from dns_update.doctor.diagnoses.permission import primary_elsewhere
from dns_update.doctor.diagnosis import Diagnosis, Examined
from dns_update.doctor.server_kind import POWERDNS
from dns_update.update import Update
from dns_update.wire.codes import Rcode, RRClass, RRType


async def cause_of(examined: Examined) -> Diagnosis | None:
    """Return why the change is not there; None if nothing shows it."""
    primary = await primary_elsewhere(examined)
    if primary is None and await _is_there_for_updates(examined):
        return examined.found("read-elsewhere")
    if examined.kind.program == POWERDNS:
        return examined.found("powerdns-ignored")
    if primary is None:
        return None
    return examined.found("not-forwarded-yet", host=primary.host, primary=primary)


async def _is_there_for_updates(examined: Examined) -> bool:
    """Return whether the conditions of an update see the change, although queries to the same address do not.

    Such an update has conditions only (RFC 2136, section 2.4), so it changes nothing.
    """
    case = examined.case
    update = Update(examined.zone, rrclass=examined.questions.rrclass)
    added = {record.rrtype for record in case.added}
    for rrtype in added:
        data = [record.rdata for record in case.added if record.rrtype == rrtype]
        update = update.require_rrset_equal(case.owner, rrtype, *data)
    for change in case.changes:
        if change.rrclass == RRClass.ANY and change.rrtype == RRType.ANY and not added:
            update = update.require_absent(case.owner)
        elif change.rrclass == RRClass.ANY and change.rrtype not in (RRType.ANY, *added):
            update = update.require_no_rrset(case.owner, change.rrtype)
    if not update.prerequisites:
        return False
    answer = await examined.questions.ask(update.to_message(), case.key)
    return answer.is_trusted and answer.rcode == Rcode.NOERROR
