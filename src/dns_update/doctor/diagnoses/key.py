"""Which part of a key is wrong: its algorithm, its name, how its secret is read, the clock; tried by signed queries.

BIND and Knot say BADKEY if they do not know the name with this algorithm, and BADSIG if only the secret differs, so one
BADSIG tells that name and algorithm are right. PowerDNS refuses all of these alike, without a signature. Knot accepts a
key only where an acl of the zone names it: a key that it rejects for a query may be known, and in no acl.
"""

from __future__ import annotations

from collections.abc import Iterable

from dns_update.auth import Key
from dns_update.auth.tsig import FUDGE
from dns_update.doctor.diagnoses.permission import (
    is_of_active_directory,
    is_permitted_at,
    looks_at_prerequisites_first,
    primary_elsewhere,
)
from dns_update.doctor.diagnoses.zone import is_loopback
from dns_update.doctor.diagnosis import Diagnosis, Examined
from dns_update.doctor.other_keys import (
    OtherKey,
    with_other_algorithms,
    with_other_names,
    with_other_readings,
    with_whole_mac,
)
from dns_update.doctor.questions import Answer, OutOfTime
from dns_update.doctor.server_kind import KNOT, POWERDNS, SIGNING
from dns_update.errors import Hint
from dns_update.errors.causes import NOT_SIGNED, WRONG_SIGNATURE
from dns_update.exchange import TCP, UDP, TransportName
from dns_update.wire.codes import Rcode
from dns_update.wire.name import Name

_WHOLE_FUDGE = 0xFFFF  # seconds: a signature that is right counts whatever the clocks say (RFC 8945, section 4.2)
_NOT_BY_KEY = (NOT_SIGNED, WRONG_SIGNATURE)  # dnsdist and Unbound send the signature of the question back
_WRONG_MAC = (Rcode.BADSIG, Rcode.BADTRUNC)
_UNSIGNED_BY_KNOT = (Rcode.SERVFAIL, Rcode.NOTAUTH)
_OR_PRIMARY = (
    ". If this is a secondary: by the zone's SOA record its primary is another server, {host}; {dns-server:{primary}}"
)
_FINE = 30  # seconds: so near is the difference of two clocks found out
_OF_RNDC = Name((b"rndc-key",))  # Debian makes it, in a file of its own, for the channel of rndc


async def cause_of(examined: Examined, key: Key) -> Diagnosis | None:
    """Return what is wrong with the key; None if the server accepts it for queries."""
    signed = await _ask(examined, key)
    if signed.accepts_key or signed.is_silent:
        return None
    return await _cause_of_rejection(examined, key, signed)


async def is_unknown(examined: Examined, key: Key) -> bool:
    """Return whether nothing is known of the key: signed queries are not answered."""
    return not (await _ask(examined, key)).accepts_key


async def is_accepted(examined: Examined) -> bool:
    """Return whether the server accepts the key of the case for queries; False without one."""
    key = examined.case.key
    return key is not None and (await _ask(examined, key)).accepts_key


async def ignores_signatures(examined: Examined) -> bool:
    """Return whether the server answers what is signed as if it did not know signatures."""
    key = examined.case.key
    if key is None:
        return False
    signed = await _ask(examined, key)
    return signed.cause in _NOT_BY_KEY and not signed.tsig_error


async def is_only_for_queries(examined: Examined) -> bool:
    """Return whether the server signs its answers to queries, and something else answers updates.

    Knot does not sign that it could not pass an update on to its primary, nor, from 3.4 on, that no acl permits it.
    """
    key, program = examined.case.key, examined.kind.program
    if key is None or program not in SIGNING or not (await _ask(examined, key)).proves_key:
        return False
    probe = await examined.questions.probe(examined.zone, key)
    return probe.cause in _NOT_BY_KEY and not (program == KNOT and probe.rcode in _UNSIGNED_BY_KNOT)


async def _cause_of_rejection(examined: Examined, key: Key, signed: Answer) -> Diagnosis | None:
    if not signed.tsig_error:
        if signed.rcode == Rcode.NOERROR and signed.cause in _NOT_BY_KEY:  # of a server that checks signatures, never
            return examined.found("ignores-signatures")
        return await _cause_of_bare_refusal(examined, key)
    if signed.tsig_error in _WRONG_MAC:
        in_secret = await _cause_in_length(examined, key) or await _cause_in_secret(examined, key)
        return in_secret or examined.found("secret-differs")
    if signed.tsig_error == Rcode.BADKEY:
        return await _cause_of_badkey(examined, key)
    return None


async def _ask(
    examined: Examined, key: Key, fudge: int = FUDGE, ahead: int = 0, transport: TransportName = UDP
) -> Answer:
    return await examined.questions.soa(examined.zone, key, fudge=fudge, ahead=ahead, transport=transport)


async def _ask_with(examined: Examined, other: OtherKey) -> Answer:
    """Ask with another key, which may be right although the clocks differ.

    It goes by TCP, because a rejection by UDP is asked for by TCP, too: twice in the server's log.
    """
    answer = await _ask(examined, other.key, _WHOLE_FUDGE, transport=TCP)
    return await _ask(examined, other.key, _WHOLE_FUDGE) if answer.is_silent else answer


async def _cause_of_badkey(examined: Examined, key: Key) -> Diagnosis:
    """Return what the server does not know, after it said that it does not know the key with this algorithm."""
    known: OtherKey | None = None
    for other in with_other_algorithms(key):
        answer = await _ask_with(examined, other)
        if answer.proves_key:
            return examined.found("other-algorithm", algorithm_there=other.key.algorithm.text)
        if answer.tsig_error == Rcode.BADSIG:
            known = other
    if known is not None:
        in_secret = await _cause_in_secret(examined, known.key)
        there = known.key.algorithm.text
        return in_secret or examined.found("other-algorithm-and-secret", algorithm_there=there)
    return await _cause_in_name(examined, key) or await _unknown(examined)


async def _cause_in_name(examined: Examined, key: Key) -> Diagnosis | None:
    """Return another name under which the server has the key."""
    for other in with_other_names(key, examined.zone):
        answer = await _ask_with(examined, other)
        if answer.proves_key:
            return examined.found("other-key-name", name_there=other.key.name)
        if answer.tsig_error == Rcode.BADSIG:
            return examined.found("other-key-name-and-secret", name_there=other.key.name)
    return None


async def _unknown(examined: Examined) -> Diagnosis:
    """Return that the server does not have the key, and perhaps needs none, or is not the one that has it."""
    tells_nothing = await looks_at_prerequisites_first(examined)
    if not tells_nothing and (await examined.questions.probe(examined.zone, None, examined.case.changes)).permits:
        return examined.found("updates-by-address")
    if await is_of_active_directory(examined):
        return examined.found("kerberos-only")
    causes = {KNOT: "key-in-no-acl", POWERDNS: "key-not-accepted"}
    is_rndcs = examined.case.key is not None and examined.case.key.name == _OF_RNDC
    cause = causes.get(examined.kind.program, "key-of-rndc" if is_rndcs else "key-unknown")
    try:
        return await _at_secondary(examined, cause)
    except OutOfTime:  # a primary that is silent must not hide what is known
        return examined.found(cause)


async def _at_secondary(examined: Examined, cause: str) -> Diagnosis:
    """Return that the zone's primary accepts the key; otherwise the cause, and that there is such a primary."""
    primary = await primary_elsewhere(examined)
    if primary is not None and await is_permitted_at(examined, primary.endpoint):
        return examined.found("is-secondary", host=primary.host, primary=primary)
    if primary is None or is_loopback(examined.questions.endpoint.address):
        return examined.found(cause)
    return examined.found(cause, or_primary=Hint(_OR_PRIMARY, host=primary.host, primary=primary))


async def _cause_in_length(examined: Examined, key: Key) -> Diagnosis | None:
    """Return that the server wants the whole MAC of the algorithm: BIND says BADTRUNC then, Knot BADSIG."""
    whole = await _first_accepted(examined, with_whole_mac(key))
    return None if whole is None else examined.found("other-algorithm", algorithm_there=whole.key.algorithm.text)


async def _cause_in_secret(examined: Examined, key: Key) -> Diagnosis | None:
    """Return how the secret must be read, if that is all: it may have been copied with too much, or too little."""
    found = await _first_accepted(examined, with_other_readings(key))
    if found is None:
        return None
    return examined.found(f"secret-{found.reading}", algorithm_there=found.key.algorithm.text)


async def _cause_of_bare_refusal(examined: Examined, key: Key) -> Diagnosis:
    """Return what is wrong if the server does not say (PowerDNS, and Knot from 3.4 on)."""
    if (await _ask(examined, key, _WHOLE_FUDGE)).accepts_key:
        return await _clocks(examined, key)
    other = await _first_accepted(examined, with_other_algorithms(key))
    if other is not None:
        return examined.found("other-algorithm", algorithm_there=other.key.algorithm.text)
    in_secret = await _cause_in_secret(examined, key)
    return in_secret or await _cause_in_name(examined, key) or await _unknown(examined)


async def _clocks(examined: Examined, key: Key) -> Diagnosis:
    """Return by how much the clocks differ, by the least fudge that is enough: PowerDNS only repeats our time."""
    too_little, enough = FUDGE, _WHOLE_FUDGE
    while enough - too_little > _FINE:
        middle = (too_little + enough) // 2
        if (await _ask(examined, key, middle)).accepts_key:
            enough = middle
        else:
            too_little = middle
    is_ahead = (await _ask(examined, key, ahead=enough)).accepts_key
    return examined.found("clock", seconds=enough, direction="ahead of" if is_ahead else "behind")


async def _first_accepted(examined: Examined, others: Iterable[OtherKey]) -> OtherKey | None:
    for other in others:
        if (await _ask_with(examined, other)).proves_key:
            return other
    return None
