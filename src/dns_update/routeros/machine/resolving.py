"""`:resolve`, from this machine: by the system's resolver, or at a server that the script names."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from dns_update.errors import DnsUpdateError, InvalidText
from dns_update.exchange import Exchange, Policy, Reply
from dns_update.message import Message
from dns_update.routeros.remarks import Failure
from dns_update.transport import Endpoint, Server
from dns_update.transport.blocking import BlockingTransport
from dns_update.wire.codes import Flag, Rcode, RRType
from dns_update.wire.inet import format_address
from dns_update.wire.name import Name

_NOT_THERE = "failure: dns name does not exist"
_NO_ANSWER = "failure: dns server failure"
_TYPES = {"": (RRType.A, RRType.AAAA), "ipv4": (RRType.A,), "ipv6": (RRType.AAAA,)}
_FAMILIES = {"": socket.AF_UNSPEC, "ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}
_POLICY = Policy(timeout=2.0, retries=2)


def resolved(name: str, server: str, kind: str, transport: BlockingTransport) -> str:
    """Return the first address of a name: its IPv4 one, unless `kind` is "ipv6" or there is none.

    `transport` carries questions to a server that the script names. Raises Failure with the router's text.
    """
    if kind not in _TYPES:
        raise Failure(f"input does not match any value of type: {kind}")
    return _at_server(name, server, kind, transport) if server else _by_system(name, kind)


def _by_system(name: str, kind: str) -> str:
    try:
        found = socket.getaddrinfo(name.encode(), None, family=_FAMILIES[kind], type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        is_temporary = error.errno == socket.EAI_AGAIN
        raise Failure(_NO_ANSWER if is_temporary else _NOT_THERE) from error
    except (OSError, UnicodeError) as error:
        raise Failure(_NOT_THERE) from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    return next((address for address in addresses if ":" not in address), addresses[0])


def _at_server(name: str, server: str, kind: str, transport: BlockingTransport) -> str:
    try:
        owner, place = Name.from_text(name), Server.from_text(server)
        hosts = (place.host,) if place.is_address else transport.resolve(place.host)
    except InvalidText as error:
        raise Failure("invalid value for argument domain-name or server") from error
    except OSError as error:
        raise Failure(_NO_ANSWER) from error
    for rrtype in _TYPES[kind]:
        for address in _answers(transport, Endpoint(hosts[0], place.port), owner, rrtype):
            return address
    raise Failure(_NOT_THERE)


def _answers(transport: BlockingTransport, endpoint: Endpoint, owner: Name, rrtype: int) -> Iterator[str]:
    """Yield the addresses in the answer, those of an alias included; raises Failure."""
    try:
        reply = transport.carry(Exchange(Message.query(owner, rrtype, flags=Flag.RD), None, _POLICY), endpoint)
    except DnsUpdateError as error:
        raise Failure(_NO_ANSWER) from error
    assert isinstance(reply, Reply)  # noqa: S101 - the reply to an unsigned query is not verified
    if reply.message.rcode not in (Rcode.NOERROR, Rcode.NXDOMAIN):
        raise Failure(_NO_ANSWER)
    for record in reply.message.answer:
        if record.rrtype == rrtype:
            yield format_address(record.rdata)
