"""Why a server did not apply an update, as far as its records show, and what to do about it."""

from __future__ import annotations

from dns_update import errors
from dns_update.client.lookup import Records, ZoneView
from dns_update.client.wildcards import own_if_possible, read_if_possible
from dns_update.message import Message
from dns_update.rr.record import rdata_to_text
from dns_update.update import Update
from dns_update.wire.codes import KEPT_BY_SERVER, RRType, rrtype_from_text, rrtype_to_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

_GUARDED_AT_APEX = {
    RRType.SOA: (
        "a zone keeps its SOA record, and ignores a new one whose serial is not higher (RFC 2136, sections 3.4.2.2 to "
        "3.4.2.4)"
    ),
    RRType.NS: "a zone keeps its last name server (RFC 2136, section 3.4.2.4)",
    RRType.DS: "DS records belong in the parent zone",
}
_DNSKEY = rrtype_from_text("DNSKEY")
_MADE_BY_SIGNER = frozenset((_DNSKEY, *map(rrtype_from_text, ("CDS", "CDNSKEY", "NSEC3PARAM"))))
_MADE_WITH_SIGNATURES = tuple(map(rrtype_from_text, ("RRSIG", "NSEC", "NSEC3")))
_MADE_ALONE = "a server makes RRSIG, NSEC and NSEC3 records itself when it signs a zone, and takes none"
_NSEC3PARAM = rrtype_from_text("NSEC3PARAM")
_WITHOUT_SIGNATURES = (
    "NSEC3PARAM has a meaning only in a signed zone, and this one has no DNSKEY records: sign it first; PowerDNS takes "
    "it from pdnsutil set-nsec3 alone"
)
_KEPT_BY_SIGNER = (
    "a server that signs a zone itself makes the zone's DNSKEY, CDS, CDNSKEY and NSEC3PARAM records, and keeps its "
    "own: change its DNSSEC policy or its keys instead"
)
_DELETE = "dns-update delete name={label} zone={of_zone}"
_DELETE_CNAME = "dns-update delete name={label} zone={of_zone} type=CNAME"
_CALL = 'client.delete("{label}", {zone:{of_zone}})'
_CALL_CNAME = 'client.delete("{label}", {type:CNAME}, {zone:{of_zone}})'


async def not_applied(
    view: ZoneView, rrtype: int, records: Records, message: Message | None = None
) -> errors.NotApplied:
    """Return the error that the server does not have what was asked for, and why, if its records show the reason.

    `records` are those in `message`, the answer to a query for `rrtype`; without `message`, the query is sent again.
    """
    if message is None:
        message = await _answer_if_possible(view, rrtype)
    current = await own_if_possible(view, rrtype, records)
    if not current:
        current = await own_if_possible(view, RRType.ANY, await read_if_possible(view, RRType.ANY))
    current = tuple([record for record in current if record.rrtype not in KEPT_BY_SERVER])
    texts = [f"{rrtype_to_text(r.rrtype)} {rdata_to_text(r.rrtype, r.rdata, r.rrclass)}" for r in current]
    instead = f"the server has {', '.join(texts)}" if texts else "the name has no such record"
    remedy = _hidden_by_dname(view, message) or await _remedy(view, rrtype, current)
    return errors.NotApplied(
        f"{view.noerror} {view.target.owner} {rrtype_to_text(rrtype)} is not as asked: {instead}",
        hint=remedy or _late(view),
        endpoint=view.endpoint,
        may_come=not remedy or view.updates_at is not None,
    )


def _late(view: ZoneView) -> str:
    """Return what to do if nothing is known that prevents the update."""
    if view.updates_at is None:
        return "the server's log may say why; a secondary that forwards updates shows them only later"
    return errors.Hint(
        "{reader} may get it only later: wait longer, or see whether {server} notifies it and lets it transfer the "
        "zone; the log of {server} may say why, too",
        reader=view.endpoint,
        server=view.updates_at,
    )


async def would_not_apply(view: ZoneView, rrtype: int, records: Records) -> errors.NotApplied:
    """Return the error that the server would ignore a change of this type, beside the records that the name has."""
    texts = sorted([f"{rrtype_to_text(r.rrtype)} {rdata_to_text(r.rrtype, r.rdata, r.rrclass)}" for r in records])
    there = f"the server has {', '.join(texts)}" if texts else "the name has no such record"
    return errors.NotApplied(
        f"{view.endpoint} would not change {view.target.owner} {rrtype_to_text(rrtype)} as asked: {there}; nothing was "
        "sent",
        hint=await _remedy(view, rrtype, records),
        endpoint=view.endpoint,
    )


async def _answer_if_possible(view: ZoneView, rrtype: int) -> Message | None:
    try:
        _records, reply = await view.look(rrtype)
    except errors.DnsUpdateError:
        return None
    return reply.message


def _hidden_by_dname(view: ZoneView, message: Message | None) -> str:
    """Return the hint that a DNAME hides the name, if one does; empty otherwise."""
    if message is None:
        return ""
    owner = view.target.owner
    for record in message.answer:
        if record.rrtype == RRType.DNAME and record.name != owner and owner.is_within(record.name):
            return f"the DNAME at {record.name} hides all names below it"
    return ""


async def _remedy(view: ZoneView, rrtype: int, current: Records) -> str:
    """Return what to do about the reason that the records show; empty if they show none."""
    target, types = view.target, {record.rrtype for record in current}
    conflict = await _beside_cname(view, rrtype, current)
    if conflict:
        return conflict
    return _of_type(rrtype, types, is_apex=target.owner == target.zone) or _of_delegation(target.owner, rrtype, types)


def _of_type(rrtype: int, types: Collection[int], *, is_apex: bool) -> str:
    """Return why no update changes records of a type there, beside those that the name has; empty if one may."""
    if rrtype in _MADE_WITH_SIGNATURES:
        return _MADE_ALONE
    if rrtype == _NSEC3PARAM and not {rrtype, _DNSKEY} & set(types):
        return _WITHOUT_SIGNATURES
    if is_apex and rrtype in _GUARDED_AT_APEX:
        return _GUARDED_AT_APEX[rrtype]
    if is_apex and rrtype in _MADE_BY_SIGNER and {rrtype, _DNSKEY} & set(types):
        return _KEPT_BY_SIGNER
    return ""


def _of_delegation(owner: Name, rrtype: int, types: Collection[int]) -> str:
    """Return that DS records need those of a delegation; empty if that is not it."""
    if rrtype == RRType.DS and not {RRType.DS, RRType.NS} & set(types):
        return f"a server keeps DS records only beside the NS records of a delegation: give {owner} some first"
    return ""


async def _beside_cname(view: ZoneView, rrtype: int, current: Records) -> str:
    """Return what to do if a CNAME would be beside other records (RFC 1034, section 3.6.2); empty if it would not.

    An alias may be intended (e.g. for an ACME challenge), and the records beside it may be needed: to remove them is
    never the first advice.
    """
    owner, zone = view.target.owner, view.target.zone
    alias = next((record for record in current if record.rrtype == RRType.CNAME), None)
    if rrtype != RRType.CNAME and alias is not None:
        canonical = Cursor(alias.rdata).name()
        its_zone = await _zone_of(view, canonical)
        known = (
            "{name:{canonical}} {zone:{its_zone}}" if its_zone is not None else "{name:{canonical}}, in its own zone"
        )
        return errors.Hint(
            "a name with a CNAME has no other records: {alias} is an alias of {canonical}, so change that name: "
            f"{known}; only if the alias is not wanted, remove it: {{deletion}}",
            alias=owner,
            canonical=canonical,
            its_zone=its_zone,
            deletion=deletion_of(owner, zone, of_cname=True),
        )
    if rrtype != RRType.CNAME or all(record.rrtype == RRType.CNAME for record in current):
        return ""
    if owner == zone:
        return "a CNAME cannot be beside other records, and a zone's own name always has some: SOA and NS"
    return errors.Hint(
        "a CNAME cannot be beside other records; choose another name for it, or, only if none of them is needed, "
        "remove them all: {deletion}",
        deletion=deletion_of(owner, zone, of_cname=False),
    )


def deletion_of(owner: Name, zone: Name, *, of_cname: bool) -> errors.Hint:
    """Return the command, or the call, that removes a name, or only its CNAME."""
    command, call = (_DELETE_CNAME, _CALL_CNAME) if of_cname else (_DELETE, _CALL)
    return errors.Hint(call, command_line=command, toml=command, label=owner.relative_to(zone), of_zone=zone)


async def _zone_of(view: ZoneView, name: Name) -> Name | None:
    """Return the zone that holds a name, if the same server has it; None if it does not say."""
    try:
        reply = await view.transaction.ask(view.endpoint, Message.query(name, RRType.SOA, view.target.rrclass))
    except errors.DnsUpdateError:
        return None
    message = reply.message
    zones = [r.name for r in message.answer + message.authority if r.rrtype == RRType.SOA and name.is_within(r.name)]
    return zones[0] if zones and message.is_authoritative else None


async def explain_refusal(view: ZoneView, update: Update, refusal: errors.PermissionDenied) -> None:
    """Explain in a refusal's hint a CNAME beside other records: PowerDNS refuses it, BIND and Knot ignore it."""
    added = [r.rrtype for r in update.changes if r.name == view.target.owner and r.rrclass == view.target.rrclass]
    for rrtype in dict.fromkeys(added):
        asked = RRType.ANY if rrtype == RRType.CNAME else rrtype
        current = await own_if_possible(view, asked, await read_if_possible(view, asked))
        current = tuple([record for record in current if record.rrtype not in KEPT_BY_SERVER])
        conflict = await _beside_cname(view, rrtype, current)
        if conflict:
            refusal.hint = errors.Hint(
                "if the server is PowerDNS, it refuses this because of a CNAME; {conflict}",
                conflict=conflict,
            )
            return
