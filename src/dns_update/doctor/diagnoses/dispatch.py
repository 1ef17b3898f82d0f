"""Which diagnosis fits an error: first whether the server has the zone at all, then what the error is about."""

from __future__ import annotations

from dns_update import errors
from dns_update.doctor.diagnoses import failure, ignored, key, permission, silence, zone
from dns_update.doctor.diagnosis import Case, Diagnosis, Examined
from dns_update.doctor.questions import Questions
from dns_update.doctor.server_kind import SIGNING
from dns_update.wire.codes import Rcode

_OF_KEYS = (errors.KeyRejected, errors.ReplyNotTrusted)
_SAY_WHY = (errors.NameExists, errors.NameNotFound, errors.ClocksDiffer)
_DONE = (Rcode.NOERROR, Rcode.NXDOMAIN)
_UNEXPLAINED = (Rcode.SERVFAIL, Rcode.NOTIMP, Rcode.FORMERR)
_OF_PERMISSION = (errors.PermissionDenied, errors.ZoneNotFound)


async def cause_of(questions: Questions, case: Case, error: errors.DnsUpdateError) -> Diagnosis | None:
    """Return the cause of a failure, None if no more is known than the error; raises OutOfTime."""
    if isinstance(error, errors.NoResponse):
        return await silence.cause_of(questions, case, error)
    if _says_why(error) or _is_unprovable(case, error) or _is_of_kerberos(case, error):
        return None
    found = await zone.look_for(questions, case)
    if not isinstance(found, Examined):
        return found
    return await _cause_in_zone(found, error)


def _says_why(error: errors.DnsUpdateError) -> bool:
    """Return whether the error itself says why: no question could find out more."""
    if error.at_resolver:
        return True
    if isinstance(error, errors.NotApplied):
        return not error.may_come
    return isinstance(error, _SAY_WHY) or (isinstance(error, errors.ServerFailure) and error.rcode not in _UNEXPLAINED)


def _is_unprovable(case: Case, error: errors.DnsUpdateError) -> bool:
    """Return whether the update was signed by SIG(0), so that no answer tells what is wrong with the key.

    The error has all that it can be.
    """
    is_sig0 = case.key is not None and not case.key.is_shared
    return is_sig0 and isinstance(error, (errors.ServerFailure, errors.PermissionDenied))


def _is_of_kerberos(case: Case, error: errors.DnsUpdateError) -> bool:
    """Return whether the error is about a context that Kerberos has negotiated, or about none: it has its own cause."""
    if case.key is None or not case.key.is_negotiated:
        return False
    is_unproven = isinstance(error, errors.Refusal) and not error.is_proven
    return is_unproven or isinstance(error, (errors.KerberosError, errors.KeyRejected, errors.ReplyNotTrusted))


async def _cause_in_zone(examined: Examined, error: errors.DnsUpdateError) -> Diagnosis | None:
    """Return the cause of a failure at a server that has the zone."""
    if isinstance(error, errors.NotApplied):
        return await ignored.cause_of(examined)
    between = await _between(examined, error)
    if between is not None:
        return between
    if isinstance(error, errors.ServerFailure) or _claimed(error) in _UNEXPLAINED:
        return await failure.cause_of(examined, error)
    own_key = examined.case.key
    if own_key is not None and not own_key.is_negotiated and isinstance(error, _OF_KEYS + _OF_PERMISSION):
        of_key = await key.cause_of(examined, own_key)
        if of_key is not None or await key.is_unknown(examined, own_key):
            return of_key
    is_question = isinstance(error, errors.ZoneNotFound) and not examined.case.changes
    if isinstance(error, _OF_KEYS + _OF_PERMISSION) and not is_question:
        return await permission.cause_of(examined, is_refused=not isinstance(error, errors.ZoneNotFound))
    return None


async def _between(examined: Examined, error: errors.DnsUpdateError) -> Diagnosis | None:
    """Return that something on the way answers updates itself, or changes an answer that is not a refusal."""
    if not isinstance(error, errors.ReplyNotTrusted):
        return None
    if await key.is_only_for_queries(examined):
        return examined.found("answered-between")
    is_answer = examined.kind.program in SIGNING and error.claimed_rcode in _DONE
    return examined.found("altered-between") if is_answer and await key.is_accepted(examined) else None


def _claimed(error: errors.DnsUpdateError) -> int | None:
    return error.claimed_rcode if isinstance(error, errors.ReplyNotTrusted) else None
