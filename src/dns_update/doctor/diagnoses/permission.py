"""Why a server that has the zone and accepts the key refuses the change: the whole zone, this name, this type."""

from __future__ import annotations

from collections.abc import Iterable

from dns_update.client.lookup import Records
from dns_update.client.probe import unmeetable
from dns_update.client.reply_errors import hosts_in
from dns_update.doctor.diagnoses import obstacle
from dns_update.doctor.diagnoses.zone import addresses_of, is_loopback
from dns_update.doctor.diagnosis import Diagnosis, Examined
from dns_update.doctor.questions import Answer
from dns_update.doctor.server_kind import BIND, KNOT, POWERDNS, WINDOWS
from dns_update.exchange import TCP
from dns_update.rr.embedded_names import soa_mname
from dns_update.rr.host_names import may_own, wrong_name
from dns_update.rr.record import Record
from dns_update.transport import DNS_PORT, Endpoint
from dns_update.update import Update
from dns_update.value import Value
from dns_update.wire.codes import Rcode, RRClass, RRType, rrtype_from_text, rrtype_to_text
from dns_update.wire.name import Name

OUTSIDE = Name.from_text("outside.invalid")
_PLAIN = b"dns-update-check"  # a host name that nobody else uses
_MADE_BY_SERVER = tuple(map(rrtype_from_text, ("RRSIG", "NSEC", "NSEC3")))
_USUAL_TYPES = (RRType.A, RRType.AAAA, RRType.TXT)  # that rules of names grant
_OF_NOTIMP = {BIND: "answered-between-unsigned", KNOT: "answered-between-unsigned", POWERDNS: "powerdns-backend"}
"""BIND and Knot never say NOTIMP to an update, PowerDNS only if its backend cannot write."""
_DOMAIN_CONTROLLERS = Name.from_text("_ldap._tcp.dc._msdcs")  # of Active Directory, and of Samba


async def cause_of(examined: Examined, *, is_refused: bool) -> Diagnosis | None:
    """Return why the change is refused; None if the probes do not show it.

    If not `is_refused`, the server said NOTAUTH, or a query failed.
    """
    before_permission = await obstacle.cause_of(examined) or await _other_view(examined)
    if before_permission is not None:
        return before_permission
    key = examined.case.key
    probe = await examined.questions.probe(examined.zone, key)
    if probe.is_silent:
        return None
    if probe.permits and key is None and await looks_at_prerequisites_first(examined):
        return examined.found("kerberos-only")
    if probe.permits:
        return await _perhaps_of_primary(examined, await _cause_in_change(examined, is_refused=is_refused))
    if key is not None and (await examined.questions.probe(examined.zone, None, examined.case.changes)).permits:
        return examined.found("updates-by-address")
    return await _cause_in_zone(examined, probe)


async def _perhaps_of_primary(examined: Examined, found: Diagnosis | None) -> Diagnosis | None:
    """Return a diagnosis that says which server's answer it may be: a secondary that forwards passes them on.

    Whether it is one cannot be known: the primary in the SOA record of a hidden primary is another server, too.
    """
    primary = None if found is None else await primary_elsewhere(examined)
    if found is None or primary is None or not await _refuses_too(examined, primary.endpoint):
        return found
    return found._replace(details={**found.details, "perhaps_behind": primary.host})


async def _refuses_too(examined: Examined, endpoint: Endpoint | None) -> bool:
    """Return whether another server refuses the change with this key; not one at this machine, if the first is not."""
    own, case = examined.questions.endpoint.address, examined.case
    if endpoint is None or (is_loopback(endpoint.address) and not is_loopback(own)):
        return False
    probe = await examined.questions.probe(examined.zone, case.key, case.changes, endpoint=endpoint)
    return not probe.is_silent and not probe.permits


# The zone as a whole


async def _other_view(examined: Examined) -> Diagnosis | None:
    """Return that the key selects a view of BIND that does not have the zone, and in which zone the name is there."""
    key, zone = examined.case.key, examined.zone
    if key is None or examined.kind.program != BIND:
        return None
    signed, plain = await examined.questions.soa(zone, key), await examined.questions.soa(zone)
    is_shown = _has_zone(plain, zone)
    if not is_shown or not signed.accepts_key or signed.is_silent or _has_zone(signed, zone):
        return None
    soa = signed.soa_above(zone) if signed.is_authoritative else None
    if soa is None:
        return examined.found("view-without-zone")
    return examined.found("view-with-other-zone", found=soa.name)._replace(instead=(examined.case.owner, soa.name))


def _has_zone(answer: Answer, zone: Name) -> bool:
    soa = answer.soa_above(zone)
    return answer.is_authoritative and soa is not None and soa.name == zone


async def _cause_in_zone(examined: Examined, probe: Answer) -> Diagnosis | None:
    """Return why the server takes no update of the zone at all with this key."""
    if probe.rcode == Rcode.NOTIMP:
        return not_implemented(examined)
    primary = await primary_elsewhere(examined)
    if primary is not None and await is_permitted_at(examined, primary.endpoint):
        return examined.found("is-secondary", host=primary.host, primary=primary)
    if await is_of_active_directory(examined):
        return examined.found("kerberos-only")
    return await _cause_in_program(examined, probe, primary)


async def _cause_in_program(examined: Examined, probe: Answer, primary: Primary | None) -> Diagnosis:
    """Return what the server's program means by its refusal."""
    program = examined.kind.program
    if program == POWERDNS:
        return await _cause_in_powerdns(examined)
    if program == KNOT and probe.rcode == Rcode.REFUSED:  # it says NOTAUTH if no acl permits the update
        if primary is None:
            return examined.found("knot-frozen")
        return examined.found("knot-refused", host=primary.host)
    if program == BIND and (await examined.questions.notify(examined.zone)).rcode == Rcode.REFUSED:
        return _closed_secondary(examined, primary)
    if program == BIND and primary is not None and not is_loopback(examined.questions.endpoint.address):
        return examined.found("perhaps-secondary", host=primary.host, primary=primary)
    return await _without_key(examined) if examined.case.key is None else _of_signer(examined, "zone-closed")


def _closed_secondary(examined: Examined, primary: Primary | None) -> Diagnosis:
    """Return that the server is a secondary which passes no such update on, and its primary, if that is known."""
    if primary is None:
        return examined.found("secondary-closed")
    return examined.found("secondary-closed-of", host=primary.host, primary=primary)


async def _without_key(examined: Examined) -> Diagnosis:
    """Return that a key is needed, or that TCP alone is: BIND believes an address only then (tcp-self)."""
    by_tcp = examined.kind.program == BIND and await _permits_by_tcp(examined)
    return examined.found("only-by-tcp" if by_tcp else "key-needed")


async def _permits_by_tcp(examined: Examined) -> bool:
    """Return whether the server permits the changes to this address by TCP; first without any, as `probe` does it."""
    questions, case = examined.questions, examined.case
    for changes in ((), case.changes):
        update = unmeetable(Update(examined.zone, rrclass=questions.rrclass, changes=changes))
        if not (await questions.ask(update.to_message(), transport=TCP)).permits:
            return False
    return bool(case.changes)


def not_implemented(examined: Examined) -> Diagnosis:
    """Return what NOTIMP as the answer to an update means."""
    return examined.found(_OF_NOTIMP.get(examined.kind.program, "takes-no-updates"))


class Primary(Value):
    """The primary that a zone's SOA record names; its endpoint is None if the server does not know its address."""

    host: Name
    endpoint: Endpoint | None

    def __str__(self) -> str:
        """Return what `dns-server` takes."""
        return str(self.endpoint or self.host)


async def primary_elsewhere(examined: Examined) -> Primary | None:
    """Return the zone's primary by its SOA record, if that is at another address than this server."""
    answer = await examined.questions.soa(examined.zone, examined.case.key)
    soa = answer.soa_above(examined.zone) or (await examined.questions.soa(examined.zone)).soa_above(examined.zone)
    host = Name(()) if soa is None else soa_mname(soa.rdata)
    if not host.labels:
        return None
    addresses = await addresses_of(examined.questions, host)
    if examined.questions.endpoint.address in addresses:
        return None
    return Primary(host, await _endpoint_at(examined, addresses[0]) if addresses else None)


async def _endpoint_at(examined: Examined, address: str) -> Endpoint:
    """Return where a server of the zone listens: at the port of this one if it answers there, else at the usual one."""
    own = examined.questions.endpoint.port
    if own != DNS_PORT:
        same = Endpoint(address, own)
        if not (await examined.questions.soa(examined.zone, endpoint=same)).is_silent:
            return same
    return Endpoint(address)


async def is_permitted_at(examined: Examined, endpoint: Endpoint | None) -> bool:
    """Return whether another server would take updates of the zone with this key."""
    if endpoint is None:
        return False
    probe = await examined.questions.probe(examined.zone, examined.case.key, endpoint=endpoint)
    return probe.permits


async def is_of_active_directory(examined: Examined) -> bool:
    """Return whether the zone is one of Active Directory, as far as that matters: a server with our key needs none."""
    if examined.kind.program == WINDOWS:
        return True
    if examined.case.key is not None and examined.kind.program in (BIND, KNOT, POWERDNS):
        return False
    return await _has_controllers(examined)


async def _has_controllers(examined: Examined) -> bool:
    """Return whether the zone names domain controllers."""
    controllers = _DOMAIN_CONTROLLERS.below(examined.zone)
    return bool(await examined.questions.records(controllers, RRType.SRV))


async def looks_at_prerequisites_first(examined: Examined) -> bool:
    """Return whether a probe tells nothing: Samba checks the prerequisites before it looks at the signature."""
    return examined.kind.program not in (BIND, KNOT, POWERDNS) and await is_of_active_directory(examined)


async def _cause_in_powerdns(examined: Examined) -> Diagnosis:
    """Return which of its settings is in the way: it looks at `dnsupdate` and the address before it looks at the zone.

    For a zone that it does not have it answers NOTAUTH only if both let the update pass.
    """
    elsewhere = await examined.questions.probe(OUTSIDE, None)
    if elsewhere.rcode == Rcode.REFUSED:
        return examined.found("powerdns-updates-off")
    return examined.found("key-needed" if examined.case.key is None else "powerdns-key-not-allowed")


# This change


async def _cause_in_change(examined: Examined, *, is_refused: bool) -> Diagnosis | None:
    """Return which part of the change is refused, by probes of changes that differ in one thing."""
    changes = examined.case.changes
    if changes and all(change.rrtype in _MADE_BY_SERVER for change in changes):
        return examined.found("made-by-server")
    if not changes or await _permits(examined, changes):
        return await _cause_beyond_permission(examined) if is_refused else None
    if await _permits(examined, _without_data(changes)):
        return await _cause_in_data(examined)
    return await _cause_in_policy(examined)


async def _cause_beyond_permission(examined: Examined) -> Diagnosis | None:
    """Return what a server looks at after the conditions, which no probe can meet."""
    if examined.kind.program == POWERDNS:
        return None if await _is_beside_alias(examined) else examined.found("powerdns-policy")
    return await without_address(examined) or examined.found("refused-in-the-end")


async def _is_beside_alias(examined: Examined) -> bool:
    """Return whether a CNAME would be beside other records, which PowerDNS refuses; the error says so itself."""
    case = examined.case
    adds_alias = any(record.rrtype == RRType.CNAME for record in case.added)
    return adds_alias or bool(await examined.questions.records(case.owner, RRType.CNAME))


def _without_data(changes: Records) -> Records:
    """Return the deletions of the RRsets that the changes are about."""
    return tuple([_deletion(change.name, change.rrtype) for parts in _by_type(changes) for change in parts[:1]])


async def _cause_in_data(examined: Examined) -> Diagnosis | None:
    """Return which name in the data BIND refuses, whatever the key may do; nothing else looks at the data."""
    added = examined.case.added
    bad = [record.name for record in added if not may_own(record.name, record.rrtype, record.rrclass)]
    bad += [wrong for record in added if (wrong := wrong_name(record)) is not None]
    return examined.found("check-names", bad_name=bad[0]) if bad else None


async def without_address(examined: Examined) -> Diagnosis | None:
    """Return which host in the zone has no address although an added record points to it: BIND refuses that."""
    for host in hosts_in(examined.case.added):
        if host.is_within(examined.zone) and not await addresses_of(examined.questions, host):
            return examined.found("check-integrity", host=host)
    return None


async def _cause_in_policy(examined: Examined) -> Diagnosis:
    """Return whether the name or the type is what no rule of the server permits to the key."""
    case, zone = examined.case, examined.zone
    refused = [part for part in _by_type(case.changes) if not await _permits(examined, part)]
    if 0 < len(refused) < len(list(_by_type(case.changes))):
        return examined.found("type-denied", denied=_types(refused), allowed=_other_types(case.changes, refused))
    if {change.rrtype for change in case.changes} == {RRType.ANY}:
        allowed = [rrtype for rrtype in _USUAL_TYPES if await _permits(examined, (_deletion(case.owner, rrtype),))]
        if allowed:
            return examined.found("whole-name-denied", allowed=" ".join(map(rrtype_to_text, allowed)))
    other = RRType.A if {change.rrtype for change in case.changes} == {RRType.TXT} else RRType.TXT
    if await _permits(examined, (_deletion(case.owner, other),)):
        return examined.found("type-denied", denied=case.types, allowed=rrtype_to_text(other))
    own_name = _own_name(examined)
    if own_name is not None and await _permits(examined, _renamed(case.changes, own_name)):
        return examined.found("only-own-name", name_there=own_name)
    if await _permits(examined, _renamed(case.changes, Name((_PLAIN,)).below(zone))):
        return await _denied_by_rule(examined, "name-denied")
    is_unsigned = case.key is None and examined.kind.program == BIND  # its update-policy has rules for keys
    return await _without_key(examined) if is_unsigned else await _denied_by_rule(examined, "not-granted")


async def _denied_by_rule(examined: Examined, cause: str) -> Diagnosis:
    """Return that no rule permits the change; to a principal in Active Directory's zone, its own rules count."""
    key = examined.case.key
    if key is not None and key.is_negotiated and examined.kind.program == BIND and await _has_controllers(examined):
        cause = "active-directory-denied"
    return _of_signer(examined, cause)


def _of_signer(examined: Examined, cause: str) -> Diagnosis:
    """Return a diagnosis that names the account of a principal, by which Samba's zones in BIND decide."""
    key = examined.case.key
    if key is None or not key.is_negotiated or examined.kind.program != BIND:
        return examined.found(cause)
    return examined.found(cause, perhaps_directory="yes")


def _own_name(examined: Examined) -> Name | None:
    """Return the key's name if it is another name of the zone: a rule may let each key change its own name alone."""
    key = examined.case.key
    is_other = key is not None and key.name != examined.case.owner and key.name.is_within(examined.zone)
    return key.name if key is not None and is_other else None


async def _permits(examined: Examined, changes: Records) -> bool:
    return (await examined.questions.probe(examined.zone, examined.case.key, changes)).permits


def _by_type(changes: Records) -> Iterable[Records]:
    for rrtype in dict.fromkeys(change.rrtype for change in changes):
        yield tuple([change for change in changes if change.rrtype == rrtype])


def _types(parts: Iterable[Records]) -> str:
    return " ".join(dict.fromkeys(rrtype_to_text(record.rrtype) for part in parts for record in part))


def _other_types(changes: Records, refused: Iterable[Records]) -> str:
    denied = {record.rrtype for part in refused for record in part}
    return _types([tuple([change for change in changes if change.rrtype not in denied])])


def _renamed(changes: Records, owner: Name) -> Records:
    """Return the changes at another name."""
    return tuple([change._replace(name=owner) for change in changes])


def _deletion(owner: Name, rrtype: int) -> Record:
    return Record(owner, rrtype, RRClass.ANY, 0, b"")
