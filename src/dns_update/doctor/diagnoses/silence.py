"""Why no answer comes: nothing listens, a filter for one transport or for updates, another port."""

from __future__ import annotations

from dns_update.doctor.diagnoses.zone import look_for
from dns_update.doctor.diagnosis import Case, Diagnosis, diagnosis_of
from dns_update.doctor.questions import Answer, Questions
from dns_update.doctor.server_kind import ServerKind
from dns_update.errors import InvalidText
from dns_update.errors.causes import CONNECTION_REFUSED, NOT_SIGNED, PORT_UNREACHABLE
from dns_update.exchange import MAX_UDP_OCTETS, TCP, UDP
from dns_update.message import Message
from dns_update.transport import DNS_PORT, Endpoint
from dns_update.wire.codes import RRType
from dns_update.wire.inet import parse_address

_UNKNOWN = ServerKind("")


async def cause_of(questions: Questions, case: Case) -> Diagnosis | None:
    """Return why a server was silent; None if it is silent in every way."""
    asked = case.zone if case.zone is not None else case.owner
    query = Message.query(asked, RRType.SOA, questions.rrclass)
    by_udp = await questions.ask(query, transport=UDP)
    by_tcp = await questions.ask(query, transport=TCP)
    needs_tcp = case.transport == TCP or case.octets > MAX_UDP_OCTETS
    if not by_udp.is_silent and not by_tcp.is_silent:
        return await _updates_dropped(questions, case)
    if not by_tcp.is_silent and not needs_tcp:
        return diagnosis_of(questions, case, _UNKNOWN, "udp-filtered")
    if not by_udp.is_silent:
        cause = "tcp-filtered" if needs_tcp else "silent-once"
        return diagnosis_of(questions, case, _UNKNOWN, cause)
    return await _nothing_there(questions, case, query, by_udp)


async def _updates_dropped(questions: Questions, case: Case) -> Diagnosis:
    """Return that queries are answered and updates are not: by a resolver, a filter, or a quota."""
    found = await look_for(questions, case)
    if isinstance(found, Diagnosis):
        return found
    if found is None:
        return diagnosis_of(questions, case, _UNKNOWN, "updates-dropped")
    if case.key is not None and (await questions.soa(found.zone, case.key)).cause == NOT_SIGNED:
        return found.found("ignores-signatures")
    return found.found("updates-dropped")


async def _nothing_there(questions: Questions, case: Case, query: Message, by_udp: Answer) -> Diagnosis | None:
    """Return whether a server is at the usual port of the same address, or that nothing listens."""
    endpoint = questions.endpoint
    if endpoint.port != DNS_PORT:
        usual = Endpoint(endpoint.address, DNS_PORT)
        if not (await questions.ask(query, endpoint=usual)).is_silent:
            return diagnosis_of(questions, case, _UNKNOWN, "wrong-port", usual=usual)
    if by_udp.cause == PORT_UNREACHABLE:
        by_tcp = await questions.ask(query, transport=TCP)
        cause = "not-listening" if by_tcp.cause == CONNECTION_REFUSED else "no-dns-at-port"
        return diagnosis_of(questions, case, _UNKNOWN, cause)
    return _port_in_address(questions, case)


def _port_in_address(questions: Questions, case: Case) -> Diagnosis | None:
    """Return that the end of an IPv6 address may be meant as a port, as in 2001:db8::53:5353; None if it cannot be."""
    endpoint = questions.endpoint
    shorter, _, last = endpoint.address.rpartition(":")
    if endpoint.port != DNS_PORT or not last.isdecimal() or not _is_address(shorter):
        return None
    return diagnosis_of(questions, case, _UNKNOWN, "port-in-address", shorter=shorter, last_group=last)


def _is_address(text: str) -> bool:
    try:
        parse_address(text)
    except InvalidText:
        return False
    return True
