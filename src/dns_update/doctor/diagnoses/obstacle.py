"""What at the name itself is in the way of a change, whoever may make it: an alias, or a zone of its own below."""

from __future__ import annotations

from dns_update.client.obstacles import deletion_of
from dns_update.doctor.diagnoses.zone import delegation_in, hosts_of
from dns_update.doctor.diagnosis import Diagnosis, Examined
from dns_update.doctor.questions import Answer
from dns_update.message import Message
from dns_update.wire.codes import RRType, rrtype_from_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

OBSTACLES = ("alias", "alias-elsewhere", "zone-below", "zone-below-elsewhere")
"""The causes: with one of them, the permission to change the name would not help."""
_OF_DELEGATION = (RRType.NS, rrtype_from_text("DS"))  # what the zone above has at a cut
_GLUE = (RRType.A, RRType.AAAA)


async def cause_of(examined: Examined) -> Diagnosis | None:
    """Return what is in the way; None if nothing is.

    An alias is in the way only of records that would be beside it (RFC 1034, section 3.6.2).
    """
    owner = examined.case.owner
    answer = await examined.questions.ask(Message.query(owner, RRType.CNAME, examined.questions.rrclass))
    alias = next((record for record in answer.records(RRType.CNAME) if record.name == owner), None)
    if alias is None:
        return await _zone_below(examined, answer)
    if all(record.rrtype == RRType.CNAME for record in examined.case.added):
        return None
    return await _alias(examined, Cursor(alias.rdata).name())


async def _alias(examined: Examined, canonical: Name) -> Diagnosis:
    """Return that the name is an alias, and which zone has the name that it leads to, if this server has it."""
    answer = await examined.questions.soa(canonical)
    soa = answer.soa_above(canonical) if answer.is_authoritative else None
    details = {"canonical": canonical, "deletion": deletion_of(examined.case.owner, examined.zone, of_cname=True)}
    if soa is None:
        return examined.found("alias-elsewhere", **details)
    return examined.found("alias", found=soa.name, **details)._replace(instead=(canonical, soa.name))


async def _zone_below(examined: Examined, answer: Answer) -> Diagnosis | None:
    """Return that the name is in a zone of its own, which this server has, or others."""
    owner, zone = examined.case.owner, examined.zone
    soa = answer.soa_above(owner) if answer.is_authoritative else None
    if soa is not None and soa.name != zone and soa.name.is_within(zone):
        hosts = hosts_of(await examined.questions.records(soa.name, RRType.NS))
        if _is_of_cut(examined, soa.name, hosts):
            return None
        return examined.found("zone-below", found=soa.name)._replace(instead=(owner, soa.name))
    cut, hosts = delegation_in(answer, owner)
    if cut is None or not cut.is_within(zone) or _is_of_cut(examined, cut, hosts):
        return None
    return examined.found("zone-below-elsewhere", found=cut, hosts=", ".join(map(str, hosts)), host=hosts[0])


def _is_of_cut(examined: Examined, cut: Name, hosts: list[Name]) -> bool:
    """Return whether the zone above a cut has such records: the delegation, and the addresses of its name servers."""
    owner, types = examined.case.owner, {record.rrtype for record in examined.case.changes}
    if owner == cut and types.issubset(_OF_DELEGATION):
        return True
    return owner in hosts and types.issubset(_GLUE)
