"""One name at one server: its records, the update it needs, and what would block that; steps that change nothing."""

from __future__ import annotations

from dns_update.client.hidden import hidden_below
from dns_update.client.locate import LocatedTarget
from dns_update.client.lookup import Records, ZoneView
from dns_update.client.obstacles import not_applied
from dns_update.client.plan import Desired, plan, replacement
from dns_update.client.readback import confirmed, is_told_by_prerequisites, look
from dns_update.doctor.subject import Subject
from dns_update.errors import NotApplied, ZoneNotFound
from dns_update.update import Update
from dns_update.value import Value
from dns_update.wire.codes import RRType


class Obstacle(Value):
    """Why a server would not add data of a type, although it may answer NOERROR; `remedy` is what to do.

    It `is_alias` if a CNAME would be beside other records.
    """

    rrtype: int
    remedy: str
    is_alias: bool = False


class Comparison(Value):
    """The records that a server has at a name, compared with those desired.

    `changes` are those of the needed update; none if the name is right, or if it is not known what is desired.
    `obstacle` is what would block them. `unread` is the error that kept the records from being read; then
    prerequisites were used to find out whether the name is right. `hidden` is the error of an update whose data no
    query would show.
    """

    current: Records
    changes: Records = ()
    obstacle: Obstacle | None = None
    unread: ZoneNotFound | None = None
    hidden: NotApplied | None = None


async def compare(view: ZoneView, subject: Subject, zone_ttl: int) -> Comparison:
    """Compare the records that the server has at a name with those desired.

    `zone_ttl` is the TTL, in seconds, of the zone's SOA record. Raises a Refusal or a CommunicationError if the records
    cannot be found out.
    """
    desired = subject.desired
    try:
        current = await look(view, subject.updated_types if desired is None else desired.rrtypes)
    except ZoneNotFound as error:
        if desired is None or not is_told_by_prerequisites(desired, error):
            raise
        return await _compare_by_prerequisites(view, desired, zone_ttl, error)
    update = None if desired is None else plan(view.target, desired, current, zone_ttl)
    if update is None:
        return Comparison(current)
    return Comparison(current, update.changes, await _obstacle(view, update.changes, current))


async def _compare_by_prerequisites(view: ZoneView, desired: Desired, zone_ttl: int, error: ZoneNotFound) -> Comparison:
    """Compare at a server that does not show the name; `error` is why."""
    ttl = zone_ttl if desired.ttl is None else desired.ttl
    for rrtype in (rrtype for rrtype, values in desired.data.items() if values):
        hidden = await hidden_below(view, rrtype, error)
        if hidden is not None:
            return Comparison((), replacement(view.target, desired, ttl).changes, unread=error, hidden=hidden)
    current = await confirmed(view, desired, ttl)
    changes = () if current is not None else replacement(view.target, desired, ttl).changes
    return Comparison(current or (), changes, unread=error)


async def _obstacle(view: ZoneView, changes: Records, current: Records) -> Obstacle | None:
    """Return what would block these changes: servers add nothing beside a CNAME (RFC 2136, section 3.4.2.2)."""
    added = [change.rrtype for change in changes if change.rrclass == view.target.rrclass]
    has_cname = any(record.rrtype == RRType.CNAME for record in current)
    if not added or (added[0] == RRType.CNAME) == has_cname:
        return None
    blocked = await not_applied(view, added[0], current)
    is_alias = bool(current) and (has_cname or added[0] == RRType.CNAME)
    return None if blocked.may_come else Obstacle(added[0], blocked.hint, is_alias)


def possible_changes(target: LocatedTarget, subject: Subject, zone_ttl: int) -> Records:
    """Return a change of each kind that the name may ever need, so that the permission for all can be probed.

    These are the changes that give the desired data to an empty name. A type that is not desired now has a deletion,
    because data of that type may come later.
    """
    update = None if subject.desired is None else plan(target, subject.desired, (), zone_ttl)
    if update is None:
        update = Update(target.zone, rrclass=target.rrclass)
    covered = {change.rrtype for change in update.changes}
    for rrtype in subject.updated_types:
        if rrtype not in covered:
            update = update.delete_rrset(target.owner, rrtype)
    return update.changes
