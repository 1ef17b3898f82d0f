"""One name at one server, looked at and not touched: what stands, what would be sent, what is in the way; as steps."""

from __future__ import annotations

from dns_update.agent.managed_name import texts_of
from dns_update.agent.reconcile.plan import plan
from dns_update.agent.reconcile.reconcile import confirmed, is_told_by_prerequisites, look, replacement
from dns_update.client.obstacles import not_applied
from dns_update.errors import Hint, NotApplied, ZoneNotFound
from dns_update.rr.record import rdata_to_text
from dns_update.update import Update
from dns_update.value import Value
from dns_update.wire.codes import RRClass, RRType, rrtype_to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from dns_update.agent.config.settings import RecordSettings
    from dns_update.agent.reconcile.plan import Desired
    from dns_update.client.locate import LocatedTarget
    from dns_update.client.lookup import Records, ZoneView
    from dns_update.errors import DnsUpdateError
    from dns_update.rr.record import Record


class Look(Value):
    """What was seen of a name at a server.

    `standing` are the records that are there, `changes` those of the update that the agent would send (none: the name
    is right, or it is not known what it shall have), and `obstacle` is what would keep that from being applied.
    `remark` is what else is to be known of it.
    """

    standing: Records
    changes: Records = ()
    obstacle: DnsUpdateError | None = None
    remark: str = ""


def types_of(settings: RecordSettings) -> tuple[int, ...]:
    """Return the types that a record may ever change at its name: TXT too, where it has an owner."""
    return (*settings.types, RRType.TXT) if settings.owner else settings.types


async def inspect(site: ZoneView, settings: RecordSettings, wanted: Desired | None, zone_ttl: int) -> Look:
    """Look at a name as the agent does before it changes it; nothing is sent that changes anything.

    `zone_ttl` is the TTL, in seconds, of the zone's SOA record. Raises what hinders the server from telling.
    """
    try:
        standing = await look(site, types_of(settings) if wanted is None else wanted.rrtypes)
    except ZoneNotFound as error:
        if wanted is None or not is_told_by_prerequisites(wanted, error):
            raise
        return await _look_by_prerequisites(site, wanted, zone_ttl, error)
    update = None if wanted is None else plan(site.target, wanted, standing, zone_ttl)
    if update is None:
        return Look(standing)
    return Look(standing, update.changes, await _obstacle(site, update.changes, standing))


async def _look_by_prerequisites(site: ZoneView, wanted: Desired, zone_ttl: int, error: ZoneNotFound) -> Look:
    """Look at a name that the server does not show; `error` is why."""
    ttl = zone_ttl if wanted.ttl is None else wanted.ttl
    standing = await confirmed(site, wanted, ttl)
    changes = () if standing is not None else replacement(site.target, wanted, ttl).changes
    return Look(standing or (), changes, remark=Hint("{told} ({to_do})", told=error.text, to_do=error.hint))


async def _obstacle(site: ZoneView, changes: Records, standing: Records) -> NotApplied | None:
    """Return what stands in the way: nothing is added beside a CNAME (RFC 2136, section 3.4.2.2)."""
    added = [change.rrtype for change in changes if change.rrclass == site.target.rrclass]
    has_cname = any(record.rrtype == RRType.CNAME for record in standing)
    if not added or (added[0] == RRType.CNAME) == has_cname:
        return None
    found = await not_applied(site, added[0], standing)
    if found.may_come:  # nothing to be seen that speaks against it
        return None
    stands = f": there stands {', '.join(texts_of(standing))}" if standing else ""
    return NotApplied(
        f"{site.endpoint} would not add {rrtype_to_text(added[0])} to {site.target.owner}{stands}",
        hint=found.hint,
        endpoint=site.endpoint,
    )


def possible_changes(place: LocatedTarget, settings: RecordSettings, wanted: Desired | None, zone_ttl: int) -> Records:
    """Return changes of every kind that the record may ever need, to ask for the permission of.

    They are those that a bare name needs to be as wanted. A type of which nothing is wanted now is deleted: its turn
    comes when the sources give something else.
    """
    update = None if wanted is None else plan(place, wanted, (), zone_ttl)
    if update is None:
        update = Update(place.zone, rrclass=place.rrclass)
    covered = {change.rrtype for change in update.changes}
    for rrtype in types_of(settings):
        if rrtype not in covered:
            update = update.delete_rrset(place.owner, rrtype)
    return update.changes


def change_texts(changes: Iterable[Record]) -> list[str]:
    """Return changes in the words of nsupdate, without the name: "delete A", "add 300 A 203.0.113.45"."""
    return [_change_text(change) for change in changes]


def _change_text(change: Record) -> str:
    rrtype = rrtype_to_text(change.rrtype)
    if change.rrclass == RRClass.ANY:
        return f"delete {rrtype}"
    data = rdata_to_text(change.rrtype, change.rdata)
    return f"delete {rrtype} {data}" if change.rrclass == RRClass.NONE else f"add {change.ttl} {rrtype} {data}"
