"""Whether the server has the zone: a resolver, another zone, a delegation, one that it could not load."""

from __future__ import annotations

from collections.abc import Iterable

from dns_update.client.discovery import is_top
from dns_update.doctor.diagnosis import Case, Diagnosis, Examined, diagnosis_of
from dns_update.doctor.questions import Answer, Questions
from dns_update.doctor.server_kind import BIND, OTHER, RESOLVERS, ServerKind, kind_of, recognise, version_of
from dns_update.rr.embedded_names import soa_mname
from dns_update.rr.record import Record, soa_serial
from dns_update.wire.codes import Flag, Rcode, RRType
from dns_update.wire.cursor import Cursor
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS, format_address
from dns_update.wire.name import Name

_OF_UNBOUND = Name.from_text("localhost"), Name.from_text("nobody.invalid")
_OUTSIDE = Name.from_text("outside.invalid")  # in no zone (RFC 6761, section 6.4)
_REVERSE = Name.from_text("in-addr.arpa"), Name.from_text("ip6.arpa")  # of IPv4 and IPv6
_HOSTERS = {
    ".awsdns-": "Amazon Route 53",
    ".azure-dns.": "Azure DNS",
    ".ns.cloudflare.com": "Cloudflare",
    ".googledomains.com": "Google Cloud DNS",
    ".ui-dns.": "IONOS",
    ".domaincontrol.com": "GoDaddy",
    ".digitalocean.com": "DigitalOcean",
}
"""Parts of the names of name servers that only their owner's own interface changes, and who that is."""
_ADDRESS_TYPES = (RRType.A, RRType.AAAA)
_OCTETS: dict[int, int] = {RRType.A: IPV4_OCTETS, RRType.AAAA: IPV6_OCTETS}


async def look_for(questions: Questions, case: Case) -> Examined | Diagnosis | None:
    """Return the case with the zone that the server has for it; otherwise why it has none, None if it does not say."""
    asked = case.zone if case.zone is not None else case.owner
    answer = await questions.soa(asked)
    if answer.is_silent:
        return None
    if answer.rcode == Rcode.REFUSED and case.key is not None:
        answer = await _if_shown_to_key(questions, case, asked, answer)
    if case.zone is None and any(record.name == asked for record in answer.records(RRType.CNAME)):
        asked = asked.parent  # an alias is in the zone of the name above it, and the answer is about another name
        answer = await questions.soa(asked)
    soa = answer.soa_above(asked) if answer.is_authoritative else None
    empty = empty_zone_in(answer, case.owner)
    if empty is not None:
        kind = kind_of(await version_of(questions))
        return diagnosis_of(questions, case, kind, "empty-zone", zone=case.zone or empty, found=empty)
    if soa is not None and (soa.name == asked or (case.zone is None and not is_top(soa.name))):
        kind = await recognise(questions, soa.name, by_update=bool(case.changes))
        if kind.program in RESOLVERS:  # it passes on the AA bit of another server
            return await _resolver(questions, case, kind, asked)
        return Examined(questions, case, soa.name, kind)
    return await _without_zone(questions, case, asked, answer)


async def _if_shown_to_key(questions: Questions, case: Case, asked: Name, answer: Answer) -> Answer:
    """Return the answer to a signed question, if the server gives one to the key; else the one to everybody."""
    signed = await questions.soa(asked, case.key)
    return signed if signed.is_trusted and signed.rcode == Rcode.NOERROR else answer


async def _without_zone(questions: Questions, case: Case, asked: Name, answer: Answer) -> Diagnosis | None:
    """Return why the server does not show the zone as its own."""
    kind = kind_of(await version_of(questions))
    soa = answer.soa_above(asked)
    if kind.program not in RESOLVERS and answer.rcode == Rcode.SERVFAIL:
        not_loaded = await _not_loaded(questions, case, kind, answer, asked)
        if not_loaded is not None or not answer.offers_recursion:
            return not_loaded
    if kind.program in RESOLVERS or (answer.offers_recursion and not answer.is_authoritative):
        return await _resolver(questions, case, kind, asked)
    if soa is not None and answer.is_authoritative and not is_top(soa.name):  # then it is the zone above
        return diagnosis_of(questions, case, kind, "other-zone", zone=asked, found=soa.name)
    _cut, hosts = delegation_in(answer, asked)
    if hosts:
        names = ", ".join(map(str, hosts))
        return diagnosis_of(questions, case, kind, "delegated", zone=asked, hosts=names, host=hosts[0])
    if answer.rcode == Rcode.NOTAUTH:  # so Knot's module queryacl answers
        return await _only_queries_refused(questions, case, kind, asked)
    return await _refused(questions, case, kind, asked) if answer.rcode == Rcode.REFUSED else None


async def _resolver(questions: Questions, case: Case, kind: ServerKind, asked: Name) -> Diagnosis:
    """Return that the server is a resolver, and the zone's primary, which it can be asked for.

    A server that is more than a resolver may be the right one, and the zone the wrong one.
    """
    answer = await questions.soa(asked, flags=Flag.RD)
    soa = answer.soa_above(asked)
    if soa is None or is_top(soa.name):  # of com, if a zone is mistyped
        if kind.program in RESOLVERS:
            return diagnosis_of(questions, case, kind, "is-resolver", zone=asked)
        return await _in_other_zone(questions, case, kind, asked) or _no_zone(questions, case, kind, asked)
    host = soa_mname(soa.rdata)
    hoster = hoster_of(host)
    if hoster:
        return diagnosis_of(questions, case, kind, "hosted-elsewhere", zone=soa.name, host=host, hoster=hoster)
    addresses = await addresses_of(questions, host)
    found = {"host": host, "primary": addresses[0] if addresses else host}
    is_same = questions.endpoint.address in addresses
    cause = "is-resolver-beside" if is_same else "is-resolver-of-zone"
    return diagnosis_of(questions, case, kind, cause, zone=soa.name, **found)


def empty_zone_in(answer: Answer, name: Name) -> Name | None:
    """Return the empty zone that an answer about a name comes from, if it is from one; None otherwise.

    A resolver makes such zones itself (RFC 6303). In BIND's SOA records the zone is its own primary, without a contact
    and with serial 0; Unbound's have localhost and the contact that section 3 of the RFC recommends.
    """
    soa = answer.soa_above(name)
    if soa is None:
        return None
    cursor = Cursor(soa.rdata)
    primary, contact = cursor.name(), cursor.name()
    of_bind = primary == soa.name and not contact.labels and not soa_serial(soa.rdata)
    return soa.name if of_bind or (primary, contact) == _OF_UNBOUND else None


def hoster_of(host: Name) -> str:
    """Return who runs a name server that takes no updates by DNS, by its name; empty if it is none of those known."""
    name = f".{host}".lower()
    return next((hoster for part, hoster in _HOSTERS.items() if part in name), "")


def _no_zone(questions: Questions, case: Case, kind: ServerKind, asked: Name) -> Diagnosis:
    cause = "no-zone" if case.zone is not None else "no-zone-of-name"
    return diagnosis_of(questions, case, kind, cause, zone=asked)


async def _in_other_zone(questions: Questions, case: Case, kind: ServerKind, asked: Name) -> Diagnosis | None:
    """Return in which other zone the server has the name."""
    if case.zone is not None:
        by_owner = await questions.soa(case.owner)
        soa = by_owner.soa_above(case.owner)
        if soa is not None and by_owner.is_authoritative:
            return diagnosis_of(questions, case, kind, "other-zone", zone=asked, found=soa.name)
    return await _with_parts_reversed(questions, case, asked)


async def _of_key(questions: Questions, case: Case, kind: ServerKind) -> Diagnosis | None:
    """Return that the server has the zone by which the key is named, as keys for ACME challenges are."""
    if case.key is None:
        return None
    answer = await questions.soa(case.key.name)
    soa = answer.soa_above(case.key.name) if answer.is_authoritative else None
    if soa is None or is_top(soa.name):
        return None
    return diagnosis_of(questions, case, kind, "no-zone-but-keys", zone=case.owner, found=soa.name)


async def _with_parts_reversed(questions: Questions, case: Case, asked: Name) -> Diagnosis | None:
    """Return that the server has the reverse zone whose parts are in the other order (RFC 1035, section 3.5)."""
    above = next((above for above in _REVERSE if asked.is_within(above)), None)
    if above is None:
        return None
    parts = asked.labels[: -len(above.labels)]
    turned = Name(parts[::-1]).below(above)
    answer = await questions.soa(turned)
    soa = answer.soa_above(turned)
    if turned == asked or soa is None or not answer.is_authoritative:
        return None
    return diagnosis_of(questions, case, ServerKind(OTHER), "zone-reversed", zone=asked, found=soa.name)


async def addresses_of(questions: Questions, host: Name) -> list[str]:
    """Return the addresses of a host that the server itself knows."""
    found: list[str] = []
    for rrtype in _ADDRESS_TYPES:
        found += addresses_in(await questions.records(host, rrtype, flags=Flag.RD))
    return found


def addresses_in(records: Iterable[Record]) -> list[str]:
    """Return the addresses that A and AAAA records have; a stranger wrote them, and may have written too few octets."""
    return [format_address(record.rdata) for record in records if len(record.rdata) == _OCTETS[record.rrtype]]


def is_loopback(address: str) -> bool:
    """Return whether an address is this machine's own (RFC 1122, section 3.2.1.3)."""
    return address == "::1" or address.startswith("127.")


async def _not_loaded(
    questions: Questions, case: Case, kind: ServerKind, answer: Answer, asked: Name
) -> Diagnosis | None:
    """Return that the zone is configured and not loaded, if the server has an answer to other questions.

    A resolver that cannot resolve the zone says SERVFAIL, too, but not to an update.
    """
    other = await questions.soa(_OUTSIDE)
    if other.rcode == Rcode.SERVFAIL or other.is_silent:
        return None
    if answer.offers_recursion and case.zone is None:
        return None
    if answer.offers_recursion and (await questions.probe(asked, None)).rcode != Rcode.SERVFAIL:
        return None
    return diagnosis_of(questions, case, kind, "zone-not-loaded", zone=asked)


def delegation_in(answer: Answer, asked: Name) -> tuple[Name | None, list[Name]]:
    """Return the zone and the name servers of a referral (RFC 1034, section 4.3.2, step 3b); None if it is not one."""
    referral = [r for r in answer.records(RRType.NS) if asked.is_within(r.name) and r.name.labels]
    if answer.is_authoritative or not referral:
        return None, []
    return referral[0].name, hosts_of(referral)


def hosts_of(records: Iterable[Record]) -> list[Name]:
    """Return the name servers in NS records."""
    return [Cursor(record.rdata).name() for record in records]


async def _refused(questions: Questions, case: Case, kind: ServerKind, asked: Name) -> Diagnosis | None:
    """Return why the server refuses to answer about the zone: it does not have it, or it answers no queries."""
    if case.zone is None:  # nothing is sent for a zone that is only a guess
        known = await _in_other_zone(questions, case, kind, asked) or await _of_key(questions, case, kind)
        return known or _no_zone(questions, case, kind, asked)
    known = await _only_queries_refused(questions, case, kind, asked)
    known = known or await _in_other_zone(questions, case, kind, asked)
    if known is not None:
        return known
    probe = await questions.probe(asked, case.key, case.changes)
    if probe.tsig_error:  # it looks at the key first, and the zone may be what is wrong
        probe = await questions.probe(asked, None)
    if _means_no_zone(probe, await questions.soa(_OUTSIDE), kind):
        return _no_zone(questions, case, kind, asked)
    if probe.rcode == Rcode.REFUSED and kind.program == BIND:
        return diagnosis_of(questions, case, kind, "asking-refused", zone=asked)
    return None


async def _only_queries_refused(questions: Questions, case: Case, kind: ServerKind, asked: Name) -> Diagnosis | None:
    """Return that the server takes updates of the zone, although it answers no queries about it."""
    if case.zone is None:
        return None
    probe = await questions.probe(asked, case.key, case.changes)
    if not probe.permits:
        return None
    if kind.program == OTHER:
        kind = kind_of(await version_of(questions), probe)  # PowerDNS shows itself by an update
    return diagnosis_of(questions, case, kind, "queries-refused", zone=asked)


def _means_no_zone(probe: Answer, other: Answer, kind: ServerKind) -> bool:
    """Return whether a server does not have the zone of a probe; BIND answers NOTAUTH then.

    `other` is the answer about a zone that it does not have either.
    """
    is_not_authoritative = probe.rcode == Rcode.NOTAUTH and not probe.tsig_error
    return is_not_authoritative or (other.rcode == Rcode.REFUSED and kind.program == OTHER)
