"""Why no answer comes: nothing listens, a filter for one transport or for updates, another port."""

from __future__ import annotations

from dns_update.doctor.diagnoses.zone import is_loopback, look_for
from dns_update.doctor.diagnosis import Case, Diagnosis, diagnosis_of
from dns_update.doctor.questions import Answer, Questions
from dns_update.doctor.server_kind import POWERDNS, ServerKind, kind_of, version_of
from dns_update.errors import InvalidText, NoResponse
from dns_update.errors.causes import (
    CONNECTION_REFUSED,
    CONNECTION_RESET,
    HOST_UNREACHABLE,
    NETWORK_ERROR,
    NETWORK_UNREACHABLE,
    NOT_SIGNED,
    PORT_UNREACHABLE,
    TIMED_OUT,
)
from dns_update.exchange import MAX_UDP_OCTETS, TCP, UDP
from dns_update.message import Message
from dns_update.transport import DNS_PORT, Endpoint
from dns_update.wire.codes import RRType
from dns_update.wire.inet import parse_address
from dns_update.wire.name import Name

_UNKNOWN = ServerKind("")
_ROOT = Name(())
_UNREACHABLE = {HOST_UNREACHABLE: "host-unreachable", NETWORK_UNREACHABLE: "network-unreachable"}
_CLOSED = (CONNECTION_RESET, NETWORK_ERROR)  # a connection that was accepted: with octets unread, or none
_LOOPBACK = ("127.0.0.1", "::1")
_OTHER_PORTS = {443: "DNS over HTTPS", 853: "DNS over TLS", 953: "rndc", 5353: "multicast DNS"}
"""Ports that people take for a DNS server's, and whose they are."""


async def cause_of(questions: Questions, case: Case, error: NoResponse) -> Diagnosis:
    """Return why a server was silent."""
    if questions.encrypted_by is not None and await _answers_in_clear(questions):
        return diagnosis_of(questions, case, _UNKNOWN, "no-tls")
    asked = case.zone if case.zone is not None else case.owner
    query = Message.query(asked, RRType.SOA, questions.rrclass)
    by_udp = await questions.ask(query, transport=UDP)
    by_tcp = await questions.ask(query, transport=TCP)
    is_large = case.octets > MAX_UDP_OCTETS
    needs_tcp = case.transport == TCP or is_large
    if not by_udp.is_silent and not by_tcp.is_silent:
        return await _updates_dropped(questions, case)
    if not by_tcp.is_silent and not needs_tcp:
        kind = kind_of(await version_of(questions, transport=TCP))
        cause = "udp-stuck" if kind.program == POWERDNS else "udp-filtered"  # its threads for TCP are others
        return diagnosis_of(questions, case, kind, cause)
    if not by_udp.is_silent:
        cause = "tcp-filtered" if is_large else "tcp-asked-for" if needs_tcp else "silent-once"
        return diagnosis_of(questions, case, _UNKNOWN, cause)
    if error.cause in _UNREACHABLE:
        return diagnosis_of(questions, case, _UNKNOWN, _UNREACHABLE[error.cause])
    return await _nothing_there(questions, case, query, by_udp)


async def _answers_in_clear(questions: Questions) -> bool:
    """Return whether the port at which TLS was tried answers a query without it, by UDP, as no port of TLS does.

    It is one about the root, which tells nobody on the way what is to be changed.
    """
    return not (await questions.in_clear().soa(_ROOT)).is_silent


async def _updates_dropped(questions: Questions, case: Case) -> Diagnosis:
    """Return that queries are answered and updates are not: by a resolver, a filter, or a quota."""
    found = await look_for(questions, case)
    if isinstance(found, Diagnosis):
        return found
    if found is None:
        return diagnosis_of(questions, case, _UNKNOWN, "updates-dropped")
    signed = None if case.key is None else await questions.soa(found.zone, case.key)
    if signed is not None and signed.cause == NOT_SIGNED:
        return found.found("ignores-signatures")
    if signed is not None and signed.is_silent:
        return found.found("signed-dropped")
    return found.found("updates-dropped")


async def _nothing_there(questions: Questions, case: Case, query: Message, by_udp: Answer) -> Diagnosis:
    """Return whether a server is at the usual port of the same address, or that nothing listens."""
    endpoint = questions.endpoint
    if endpoint.port != DNS_PORT:
        usual = Endpoint(endpoint.address, DNS_PORT)
        if not (await questions.ask(query, endpoint=usual)).is_silent:
            use = _OTHER_PORTS.get(endpoint.port, "")
            of_port = f", which is the port of {use}" if use else ""
            return diagnosis_of(questions, case, _UNKNOWN, "wrong-port", usual=usual, of_port=of_port)
    if by_udp.cause == PORT_UNREACHABLE:
        by_tcp = await questions.ask(query, transport=TCP)
        if by_tcp.cause != CONNECTION_REFUSED:
            return diagnosis_of(questions, case, _UNKNOWN, "no-dns-at-port")
        if is_loopback(endpoint.address):
            return await _not_on_loopback(questions, case, query)
        return diagnosis_of(questions, case, _UNKNOWN, "not-listening")
    return _port_in_address(questions, case) or await _dropped(questions, case, query)


async def _not_on_loopback(questions: Questions, case: Case, query: Message) -> Diagnosis:
    """Return that nothing listens at a loopback address, and whether a server listens at the other usual one."""
    endpoint = questions.endpoint
    for address in _LOOPBACK:
        other = Endpoint(address, endpoint.port)
        if other != endpoint and not (await questions.ask(query, endpoint=other)).is_silent:
            return diagnosis_of(questions, case, _UNKNOWN, "other-loopback", usual=other)
    return diagnosis_of(questions, case, _UNKNOWN, "not-listening-here")


async def _dropped(questions: Questions, case: Case, query: Message) -> Diagnosis:
    """Return whether a server closes connections at least, or is silent in every way."""
    by_udp, by_tcp = await questions.ask(query, transport=UDP), await questions.ask(query, transport=TCP)
    is_closed = by_udp.cause == TIMED_OUT and by_tcp.cause in _CLOSED
    cause = "drops-this-address" if is_closed else "silent"
    return diagnosis_of(questions, case, _UNKNOWN, cause)


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
