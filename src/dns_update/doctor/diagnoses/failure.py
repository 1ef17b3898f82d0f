"""What kept a server from carrying out an update that it does not refuse: SERVFAIL, NOTIMP."""

from __future__ import annotations

from dns_update.doctor.diagnoses.key import ignores_signatures
from dns_update.doctor.diagnoses.permission import OUTSIDE, not_implemented, primary_elsewhere
from dns_update.doctor.diagnosis import Diagnosis, Examined
from dns_update.doctor.server_kind import BIND, POWERDNS
from dns_update.errors import DnsUpdateError, Refusal, ReplyNotTrusted
from dns_update.wire.codes import Rcode, RRClass, RRType, rrtype_from_text, rrtype_to_text

_DNSKEY = rrtype_from_text("DNSKEY")
_MOST_OF_TYPE = 100  # BIND's max-records-per-type, if it is not set
_FIRST_WITH_LIMIT = (9, 18, 28)


async def cause_of(examined: Examined, error: DnsUpdateError) -> Diagnosis | None:
    """Return what kept the server from carrying out the update; None if the probes do not show it."""
    rcode = _rcode_of(error)
    if rcode == Rcode.NOTIMP:
        return not_implemented(examined)
    if rcode != Rcode.SERVFAIL:
        return await _cause_of_formerr(examined)
    probe = await examined.questions.probe(examined.zone, examined.case.key, examined.case.changes)
    if probe.rcode == Rcode.SERVFAIL:
        return await _cannot_begin(examined)
    if probe.permits and examined.kind.program == BIND:
        too_many = await too_many_records(examined)
        if too_many is not None:
            return too_many
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


async def too_many_records(examined: Examined) -> Diagnosis | None:
    """Return that a name would have more records of a type than BIND keeps; None if it would not."""
    if not _has_limit(examined.kind.version):
        return None
    for rrtype in dict.fromkeys(record.rrtype for record in examined.case.added):
        count = len(await _after_update(examined, rrtype))
        if count > _MOST_OF_TYPE:
            return examined.found("too-many-records", count=count, many_type=rrtype_to_text(rrtype))
    return None


def _has_limit(version: str) -> bool:
    """Return whether BIND of a version, if that is known, limits the records of a type."""
    numbers = tuple(map(int, filter(str.isdigit, version.split("."))))
    return not numbers or numbers >= _FIRST_WITH_LIMIT


async def _after_update(examined: Examined, rrtype: int) -> set[bytes]:
    """Return the data that the name would have, as the server would have it after the update."""
    case = examined.case
    has: set[bytes] = set()
    if not any(change.rrclass == RRClass.ANY and change.rrtype in (rrtype, RRType.ANY) for change in case.changes):
        has = {record.rdata for record in await examined.questions.records(case.owner, rrtype, case.key)}
    return has | {record.rdata for record in case.added if record.rrtype == rrtype}


async def _cannot_begin(examined: Examined) -> Diagnosis:
    """Return why not even the conditions of an update are looked at: by the database, or a primary."""
    if examined.kind.program == POWERDNS:
        elsewhere = await examined.questions.probe(OUTSIDE, None)
        if elsewhere.rcode == Rcode.SERVFAIL:
            return examined.found("powerdns-database")
    return await _cannot_forward(examined)


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
