"""What an update would meet at the server that no probe comes to, as far as questions can show it.

BIND looks at some things last, and a domain controller at the conditions before the permission. The configuration may
say otherwise: a forecast is a note.
"""

from __future__ import annotations

from dns_update.doctor.diagnoses.failure import too_many_records
from dns_update.doctor.diagnoses.permission import is_of_active_directory, without_address
from dns_update.doctor.diagnosis import Diagnosis, Examined
from dns_update.doctor.server_kind import BIND, SIGNING
from dns_update.rr.record import Record
from dns_update.wire.codes import RRType
from dns_update.wire.name import Name


async def foresee(examined: Examined) -> Diagnosis | None:
    """Return what would keep the server from carrying out the changes; None if nothing that questions show."""
    if examined.kind.program not in SIGNING and examined.case.key is None and await is_of_active_directory(examined):
        return examined.found("kerberos-perhaps")
    if examined.kind.program != BIND:
        return None
    case = examined.case
    looked_at = tuple([change for change in case.changes if _is_looked_at(change, examined.zone)])
    about_hosts = examined._replace(case=case._replace(changes=looked_at))
    found = await without_address(about_hosts)
    return found or await too_many_records(examined)


def _is_looked_at(change: Record, zone: Name) -> bool:
    """Return whether BIND looks for the address of the host to which a record points."""
    return change.rrtype == RRType.MX or (change.rrtype == RRType.NS and change.name == zone)
