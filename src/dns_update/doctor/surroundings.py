"""What is around a zone that its server serves: the program, both transports, the clock, the other name servers.

Nothing of it is needed for an update to succeed; it is what an operator should know before one fails. Steps, which
change nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from dns_update.client.steps import Resolve
from dns_update.doctor.diagnoses.zone import addresses_in
from dns_update.doctor.questions import Answer, OutOfTime, Questions
from dns_update.doctor.resolver_view import ResolverView, other_view
from dns_update.doctor.server_kind import POWERDNS, ServerKind, kind_of
from dns_update.errors import NoResponse
from dns_update.exchange import TCP
from dns_update.message import Message
from dns_update.rr.record import Record, soa_serial
from dns_update.transport import DNS_PORT, Endpoint
from dns_update.value import Value
from dns_update.wire.codes import Rcode, RRClass, RRType, rrtype_from_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from dns_update.auth import Key
    from dns_update.client.probe import Access
    from dns_update.client.steps import Steps
    from dns_update.exchange import TransportName

    T = TypeVar("T")

_MOST_NAME_SERVERS = 6  # of a zone; more are rare, and each costs a question
_DNSKEY = rrtype_from_text("DNSKEY")


class NameServerState(Value):
    """One name server of a zone: its host, its address, and the serial that it shows; `fault` is why there is none."""

    host: Name
    address: str = ""
    serial: int | None = None
    fault: str = ""


class Surroundings(Value):
    """What is around a zone at one of its servers.

    `seconds_ahead` is how far the server's clock is ahead of ours; None if it does not say. With `takes_unsigned`, it
    takes updates of the zone from this machine without a key. If it is `encrypted_by` a transport, nothing else was
    tried. `dnskeys` are the rdata of the zone's DNSKEY records; with some, it is signed. `serial_without_key` is that
    of the zone as everybody sees it; None if nobody does. `resolver_view` is what this machine's resolver sees, if it
    is another one.
    """

    kind: ServerKind
    answers_tcp: bool
    takes_unsigned: bool
    answers_udp: bool = True
    encrypted_by: TransportName | None = None
    seconds_ahead: int | None = None
    dnskeys: tuple[bytes, ...] = ()
    name_servers: tuple[NameServerState, ...] = ()
    serial_without_key: int | None = None
    resolver_view: ResolverView | None = None


async def look_around(questions: Questions, zone: Name, key: Key | None, access: Access) -> Surroundings:
    """Return what is around a zone that the server has, and may be asked for with the key; raises OutOfTime.

    `access` is what the server has shown already.
    """
    unsigned = await questions.probe(zone, None)
    takes_unsigned = (await questions.probe(zone, None, (_harmless(zone),))).permits
    shown = await questions.soa(zone)  # with views, perhaps of another zone than the key's
    kind = kind_of(access.version, unsigned, is_served=shown.is_authoritative and shown.rcode == Rcode.NOERROR)
    apex = await questions.ask(Message.query(zone, RRType.ANY, questions.rrclass), key, transport=TCP)
    hosts = (await _name_servers(questions, zone, key, apex))[:_MOST_NAME_SERVERS]
    addresses = [_glue(host, apex) or await _in_time(_addresses(questions, zone, key, host)) for host in hosts]
    states = [
        await _state_of(questions, zone, host, found, access.serial)
        for host, found in zip(hosts, addresses, strict=True)
    ]
    return Surroundings(
        kind=kind,
        answers_tcp=not apex.is_silent,
        takes_unsigned=takes_unsigned,
        encrypted_by=questions.encrypted_by,
        answers_udp=not (unsigned.is_silent and shown.is_silent),
        seconds_ahead=None if kind.program == POWERDNS else apex.seconds_ahead,  # it repeats our time
        dnskeys=tuple(record.rdata for record in _at(zone, apex.records(_DNSKEY))),
        name_servers=tuple(states),
        serial_without_key=_serial_in(shown, zone) if shown.is_authoritative else None,
        resolver_view=await _in_time(other_view(questions, zone, access.soa)),
    )


def _harmless(zone: Name) -> Record:
    """Return a change for a probe: BIND looks at its update-policy only if there is one, by TCP and if forwarded."""
    return Record(Name((b"dns-update-check",)).below(zone), RRType.TXT, RRClass.ANY, 0, b"")


async def _name_servers(questions: Questions, zone: Name, key: Key | None, apex: Answer) -> list[Name]:
    """Return the hosts of the zone's NS records."""
    records = _at(zone, apex.records(RRType.NS))
    if not records:  # no answer by TCP, or one that leaves them out (RFC 8482)
        answer = await questions.ask(Message.query(zone, RRType.NS, questions.rrclass), key)
        records = _at(zone, answer.records(RRType.NS))
    return sorted({Cursor(record.rdata).name() for record in records}, key=lambda name: name.folded)


def _at(zone: Name, records: Sequence[Record]) -> list[Record]:
    return [record for record in records if record.name == zone]


async def _state_of(
    questions: Questions, zone: Name, host: Name, addresses: Sequence[str] | None, own_serial: int
) -> NameServerState:
    """Return what one name server shows; not asked if the questions before took all the time."""
    shown = None
    if addresses is not None:
        shown = await _in_time(_shown_by(questions, zone, host, addresses, own_serial))
    return shown or NameServerState(host, "" if not addresses else addresses[0], fault="not-asked")


async def _in_time(steps: Steps[T]) -> T | None:
    """Return what questions give; None if the time for questions is over."""
    try:
        return await steps
    except OutOfTime:
        return None


async def _shown_by(
    questions: Questions, zone: Name, host: Name, addresses: Sequence[str], own_serial: int
) -> NameServerState:
    """Return what a name server at these addresses shows; the server that is being examined is not asked again."""
    if not addresses:
        return NameServerState(host, fault="no-address")
    own = questions.endpoint
    if own.address in addresses:
        return NameServerState(host, own.address, own_serial)
    port = own.port if own.address.startswith("127.") or own.address == "::1" else DNS_PORT
    answer = await questions.soa(zone, endpoint=Endpoint(addresses[0], port))
    if answer.is_silent:
        return NameServerState(host, addresses[0], fault="silent")
    serial = _serial_in(answer, zone) if answer.is_authoritative else None
    fault = "" if serial is not None else "not-authoritative"
    return NameServerState(host, addresses[0], serial, fault)


def _glue(host: Name, apex: Answer) -> list[str]:
    """Return the addresses of a host that came with the zone's records."""
    if apex.message is None:
        return []
    records = [r for r in apex.message.additional if r.name == host and r.rrtype in (RRType.A, RRType.AAAA)]
    return addresses_in(sorted(records, key=lambda record: record.rrtype))


async def _addresses(questions: Questions, zone: Name, key: Key | None, host: Name) -> list[str]:
    if host.is_within(zone):
        for rrtype in (RRType.A, RRType.AAAA):
            found = addresses_in(await questions.records(host, rrtype, key))
            if found:
                return found
        return []
    try:
        return list(await Resolve(str(host)))
    except NoResponse:
        return []


def _serial_in(answer: Answer, zone: Name) -> int | None:
    soa = next(iter(_at(zone, answer.records(RRType.SOA))), None) if answer.rcode == Rcode.NOERROR else None
    return None if soa is None else soa_serial(soa.rdata)
