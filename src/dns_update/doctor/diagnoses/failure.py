"""What kept a server from carrying out an update that it does not refuse: SERVFAIL, NOTIMP."""

from __future__ import annotations

from dns_update.doctor.diagnoses.key import ignores_signatures
from dns_update.doctor.diagnoses.permission import not_implemented, primary_elsewhere
from dns_update.doctor.diagnosis import Diagnosis, Examined
from dns_update.errors import DnsUpdateError, Refusal, ReplyNotTrusted
from dns_update.wire.codes import Rcode, rrtype_from_text

_DNSKEY = rrtype_from_text("DNSKEY")


async def cause_of(examined: Examined, error: DnsUpdateError) -> Diagnosis | None:
    """Return what kept the server from carrying out the update; None if the probes do not show it."""
    rcode = _rcode_of(error)
    if rcode == Rcode.NOTIMP:
        return not_implemented(examined)
    if rcode != Rcode.SERVFAIL:
        return await _cause_of_formerr(examined)
    probe = await examined.questions.probe(examined.zone, examined.case.key, examined.case.changes)
    if probe.rcode == Rcode.SERVFAIL:
        return await _cannot_forward(examined)
    if probe.permits:
        is_signed = await examined.questions.records(examined.zone, _DNSKEY)
        return examined.found("cannot-write-or-sign" if is_signed else "cannot-write")
    return None


async def _cause_of_formerr(examined: Examined) -> Diagnosis | None:
    """Return that the server cannot read what is signed, as old resolvers say it; None if it can."""
    if not await ignores_signatures(examined):
        return None
    probe = await examined.questions.probe(examined.zone, examined.case.key)
    return not_implemented(examined) if probe.rcode == Rcode.NOTIMP else examined.found("ignores-signatures")


async def _cannot_forward(examined: Examined) -> Diagnosis:
    """Return that a secondary could not forward the update: a primary would have looked at its conditions first."""
    primary = await primary_elsewhere(examined)
    if primary is None:
        return examined.found("cannot-forward")
    return examined.found("cannot-forward-to", host=primary.host, primary=primary)


def _rcode_of(error: DnsUpdateError) -> int | None:
    if isinstance(error, ReplyNotTrusted):
        return error.claimed_rcode
    return error.rcode if isinstance(error, Refusal) else None
