"""How a story asks a server, and says that it does otherwise."""

from collections.abc import Callable
from typing import TypeAlias

import dns.message
import dns.query
import dns.rdatatype

from dns_update import Outcome, errors
from lab.servers_table.site import Site

_SECONDS = 5.0

Kinds: TypeAlias = type[errors.DnsUpdateError] | tuple[type[errors.DnsUpdateError], ...]


class Otherwise(AssertionError):
    """The server did something else than the story expects."""


def expect(site: Site, name: str, rrtype: str, data: list[str]) -> None:
    """See that an RRset of a zone has this data."""
    wanted = dns.rdatatype.from_text(rrtype)
    answer = _answer(site, name, rrtype)
    found = sorted(rdata.to_text() for rrset in answer if rrset.rdtype == wanted for rdata in rrset)
    must(found == sorted(data), f"{name} {rrtype} is {found}, not {data}")


def expect_ttl(site: Site, name: str, ttl: int) -> None:
    """See that the addresses of a name have a TTL."""
    found = [rrset.ttl for rrset in _answer(site, name, "A")]
    must(found == [ttl], f"the TTL is {found}, not {ttl}")


def expect_verified(outcome: Outcome) -> None:
    """See that a change was read back, in signed answers if there is a key."""
    must(outcome.verified, f"it was not read back: {_told_by(outcome)}")


def refused(kinds: Kinds, act: Callable[[], Outcome]) -> errors.DnsUpdateError:
    """Return the error of one of these kinds that an act ends with."""
    try:
        outcome = act()
    except kinds as error:
        return error
    raise Otherwise(f"it was taken: {_told_by(outcome)}")


def _told_by(outcome: Outcome) -> str:
    """Return all that an outcome says, by which one can see what was different this time."""
    return "; ".join([*outcome.notes, *map(str, outcome.failures), repr(outcome)])


def must(holds: object, otherwise: str) -> None:
    """Raise Otherwise unless something holds."""
    if not holds:
        raise Otherwise(otherwise)


def _answer(site: Site, name: str, rrtype: str) -> list[dns.rrset.RRset]:
    """Ask the server itself by dnspython, which knows nothing of us."""
    question = dns.message.make_query(f"{name}.{site.zone}", rrtype, flags=0)
    return dns.query.udp(question, site.server.host, timeout=_SECONDS, port=site.server.port).answer
