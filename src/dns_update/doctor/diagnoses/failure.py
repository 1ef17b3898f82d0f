"""What kept a server from carrying out an update that it does not refuse: SERVFAIL, NOTIMP."""

from __future__ import annotations

from dns_update.doctor.diagnoses.permission import primary_elsewhere
from dns_update.doctor.diagnosis import Diagnosis, Examined
from dns_update.errors import DnsUpdateError, Refusal, ReplyNotTrusted
from dns_update.wire.codes import Rcode, rrtype_from_text

_DNSKEY = rrtype_from_text("DNSKEY")


async def cause_of(examined: Examined, error: DnsUpdateError) -> Diagnosis | None:
    """Return what kept the server from carrying out the update; None if the probes do not show it."""
    rcode = _rcode_of(error)
    if rcode == Rcode.NOTIMP:
        return examined.found("takes-no-updates")
    if rcode != Rcode.SERVFAIL:
        return None
    probe = await examined.questions.probe(examined.zone, examined.case.key, examined.case.changes)
    if probe.rcode == Rcode.SERVFAIL:
        return await _cannot_forward(examined)
    if probe.permits:
        is_signed = await examined.questions.records(examined.zone, _DNSKEY)
        return examined.found("cannot-write-or-sign" if is_signed else "cannot-write")
    return None


async def _cannot_forward(examined: Examined) -> Diagnosis:
    """Return that a secondary could not forward the update: a primary would have looked at its conditions first."""
    primary = await primary_elsewhere(examined)
    if primary is None:
        return examined.found("cannot-forward")
    return examined.found("cannot-forward-to", host=primary[0], primary=primary[1] or primary[0])


def _rcode_of(error: DnsUpdateError) -> int | None:
    if isinstance(error, ReplyNotTrusted):
        return error.claimed_rcode
    return error.rcode if isinstance(error, Refusal) else None
