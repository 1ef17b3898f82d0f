"""The address from which our questions reach a name server: it answers with that address.

Nothing of this is signed. Against forgery, each question has a random message ID and is sent from a port of its own,
and only answers from the server's address are read.
"""

from __future__ import annotations

from dns_update.address.families import FAMILIES, NotToldError, ask_families
from dns_update.address.sources import Resolver, some_of
from dns_update.errors import InvalidText, NoResponse
from dns_update.exchange import Exchange, Policy, Reply
from dns_update.message import Message
from dns_update.transport import DNS_PORT, Endpoint
from dns_update.transport.blocking import BlockingTransport
from dns_update.transport.sockets import words_of
from dns_update.value import KW_ONLY, Value
from dns_update.wire.codes import Flag, Rcode, RRClass, RRType, rcode_to_text
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS, parse_told_address
from dns_update.wire.name import Name

_ADDRESS_TYPES = {IPV4_OCTETS: RRType.A, IPV6_OCTETS: RRType.AAAA}
_SECONDS = 2.0  # for one try; the farthest of these servers answers within 0.3 s
_RETRIES = 2  # if there is only one server; otherwise the next one is asked instead


class AddressService(Value):
    """A well-known service: the question that its server answers with the asker's address.

    `is_authoritative` says that the server is authoritative for the name. An answer without authority came through
    another resolver, and would have that resolver's address. (Some networks redirect all traffic to port 53.) Other
    resolvers do not know the names of the other services.
    """

    name: Name
    addresses: tuple[str, ...]
    _: KW_ONLY
    is_text: bool = False
    rrclass: int = RRClass.IN
    is_authoritative: bool = False


SERVICES = (
    AddressService(
        Name.from_text("whoami.cloudflare"), ("1.1.1.1", "2606:4700:4700::1111"), is_text=True, rrclass=RRClass.CH
    ),
    AddressService(Name.from_text("myip.opendns.com"), ("208.67.222.222", "2620:119:35::35")),
    AddressService(
        Name.from_text("o-o.myaddr.l.google.com"),
        ("216.239.32.10", "2001:4860:4802:32::a"),
        is_text=True,
        is_authoritative=True,
    ),
)


def addresses_of_resolver(source: Resolver) -> list[bytes]:
    """Return the addresses that the servers report, asked over each family; built-in services are asked in turn.

    The answer must be a single address of the family that the question used. For each family, a silent server takes
    2 s, or 6 s if it is the only one. Raises NoAddress.
    """
    return ask_families(source, lambda octets: _ask(source, octets))


def _ask(source: Resolver, octets: int) -> bytes:
    """Return our address of one family; raises NotToldError."""
    reasons: dict[str, list[str]] = {}
    rounds = _rounds(source, octets)
    policy = Policy(timeout=_SECONDS, retries=_RETRIES if len(rounds) == 1 else 0)
    for service, endpoint in rounds:
        try:
            return _ask_service(service, endpoint, octets, policy)
        except NotToldError as error:
            reasons.setdefault(str(error), []).append(str(endpoint))
    raise NotToldError(", ".join(f"{reason} ({some_of(endpoints)})" for reason, endpoints in reasons.items()))


def _rounds(source: Resolver, octets: int) -> list[tuple[AddressService, Endpoint]]:
    """Return which servers to ask over one family, in turn; raises NotToldError if there are none."""
    if source.name is None or source.server is None:
        return [(service, endpoint) for service in SERVICES for endpoint in _endpoints(service.addresses, octets)]
    own = AddressService(source.name, _resolve(source.server.host), is_text=source.is_text)
    endpoints = _endpoints(own.addresses, octets, source.server.port)
    if not endpoints:
        raise NotToldError(f"{source.server.host} has no {FAMILIES[octets]} address")
    return [(own, endpoint) for endpoint in endpoints]


def _resolve(host: str) -> tuple[str, ...]:
    try:
        return BlockingTransport().resolve(host)
    except OSError as error:
        raise NotToldError(f"{host}: {words_of(error)}") from error


def _endpoints(addresses: tuple[str, ...], octets: int, port: int = DNS_PORT) -> list[Endpoint]:
    is_ipv6 = octets == IPV6_OCTETS
    return [endpoint for address in addresses if (endpoint := Endpoint(address, port)).is_ipv6 == is_ipv6]


def _ask_service(service: AddressService, endpoint: Endpoint, octets: int, policy: Policy) -> bytes:
    rrtype = RRType.TXT if service.is_text else _ADDRESS_TYPES[octets]
    query = Message.query(service.name, rrtype, service.rrclass, Flag.RD)
    try:
        reply = BlockingTransport().carry(Exchange(query, None, policy), endpoint)
    except NoResponse as error:
        raise NotToldError(error.reason) from error
    assert isinstance(reply, Reply)  # noqa: S101 - the reply to an unsigned query is not verified
    return _address_in(reply.message, service, rrtype, octets)


def _address_in(message: Message, service: AddressService, rrtype: int, octets: int) -> bytes:
    """Return the single address of an answer; raises NotToldError."""
    if message.rcode != Rcode.NOERROR:
        raise NotToldError(f"the answer is {rcode_to_text(message.rcode)}")
    if service.is_authoritative and not message.is_authoritative:
        raise NotToldError("the answer is another resolver's")
    asked = (rrtype, service.rrclass)
    answers = {record.rdata for record in message.answer if (record.rrtype, record.rrclass) == asked}
    if len(answers) != 1:
        raise NotToldError(f"the answer has {len(answers)} such records")
    rdata = answers.pop()
    address = _address_of_text(rdata) if service.is_text else rdata
    if address is None or len(address) != octets:
        raise NotToldError(f"the answer is not an {FAMILIES[octets]} address")
    return address


def _address_of_text(rdata: bytes) -> bytes | None:
    """Return the address in a TXT record's only string; None if it is not one."""
    if not rdata or rdata[0] != len(rdata) - 1:
        return None
    try:
        return parse_told_address(rdata[1:].decode("ascii", errors="replace"))
    except InvalidText:
        return None
