"""Make one name right: look at it, send what differs in one message, and look again, as steps."""

from __future__ import annotations

from dns_update.agent.reconcile.plan import plan
from dns_update.client.delivery import Delivery
from dns_update.client.locate import locate
from dns_update.client.lookup import ZoneView
from dns_update.client.obstacles import not_applied
from dns_update.client.outcome import outcome_at
from dns_update.client.readback import after_set, zone_ttl
from dns_update.errors import NameExists, NameNotFound, NoResponse, NotApplied, ZoneNotFound
from dns_update.update import Update
from dns_update.wire.codes import Rcode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dns_update.agent.reconcile.plan import Desired
    from dns_update.client.locate import LocatedTarget, Target
    from dns_update.client.lookup import Records
    from dns_update.client.outcome import Outcome
    from dns_update.client.steps import Steps
    from dns_update.client.transaction import Transaction
    from dns_update.rr.record import Record
    from dns_update.transport import Endpoint

_LOOKS = 5  # as often two agents may meet at one name, or the second look fail, before this try ends


async def reconcile(transaction: Transaction, target: Target, desired: Desired) -> Outcome:
    """Make the name hold what is desired, and return what was there before and after; nothing is sent if it does.

    Raises NotApplied if the server said that it did it and yet something else stands, and any other Refusal or
    CommunicationError.
    """
    place = await locate(transaction, target)
    delivery = Delivery(transaction, verify=True)

    async def at(endpoint: Endpoint) -> Outcome:
        site = ZoneView(transaction, endpoint, place)
        try:
            return await _by_reading(site, desired, delivery)
        except ZoneNotFound as error:
            if not is_told_by_prerequisites(desired, error):
                raise
            return await _by_prerequisites(site, desired, delivery, error)

    return await transaction.at_first_server(at)


async def _by_reading(site: ZoneView, desired: Desired, delivery: Delivery) -> Outcome:
    """Make the name right by what the server shows of it."""
    unseen: Records | None = None  # what stood before an update of which nobody saw what came of it
    for number in range(1, _LOOKS + 1):
        before = await look(site, desired.rrtypes)
        update = plan(site.target, desired, before, 0)
        if update is not None and _needs_zone_ttl(update, desired, before):
            update = plan(site.target, desired, before, await zone_ttl(site))
        if update is None:
            return outcome_at(site, Rcode.NOERROR, before if unseen is None else unseen, before)
        try:
            reply, after = await delivery.carry_out(site, update, lambda: _verified(site, desired))
        except (NameExists, NameNotFound):  # the claims were changed meanwhile
            if number == _LOOKS:
                raise
        else:
            if after is not None:
                return outcome_at(site, reply.message.rcode, before if unseen is None else unseen, after)
            unseen = before if unseen is None else unseen
    raise NoResponse(
        f"the update was accepted, but what came of it could not be read {_LOOKS} times",
        hint="something between may lose or alter messages",
        endpoint=site.endpoint,
        may_have_arrived=True,
    )


def is_told_by_prerequisites(desired: Desired, error: ZoneNotFound) -> bool:
    """Return whether a name is right can be told though the server does not show it: it answers from a zone below.

    Prerequisites speak of whole RRsets, and so not of those that the agent shares with others.
    """
    return bool(error.zone_below) and not desired.owner and not desired.only_adds


async def confirmed(site: ZoneView, desired: Desired, ttl: int) -> Records | None:
    """Return the records of such a name if they are what is desired, None if not.

    `ttl` is the one that they are said to have, for that cannot be asked.
    """
    try:
        return await after_set(site, desired.data, dict.fromkeys(desired.data, ttl))
    except NotApplied:
        return None


def replacement(place: LocatedTarget, desired: Desired, ttl: int) -> Update:
    """Return the update that makes such a name right, whatever it holds."""
    update = Update(place.zone, rrclass=place.rrclass)
    for rrtype, values in desired.data.items():
        if values:
            update = update.replace(place.owner, ttl, rrtype, *values)
        else:
            update = update.delete_rrset(place.owner, rrtype)
    return update


async def _by_prerequisites(site: ZoneView, desired: Desired, delivery: Delivery, error: ZoneNotFound) -> Outcome:
    """Make the name right in the zone itself; `error` is why it cannot be read there, and what stood is not known."""
    ttl = await zone_ttl(site) if desired.ttl is None else desired.ttl
    current = await confirmed(site, desired, ttl)
    if current is not None:
        return outcome_at(site, Rcode.NOERROR, current, current)
    update = replacement(site.target, desired, ttl)
    ttls = dict.fromkeys(desired.data, ttl)
    reply, after = await delivery.carry_out(site, update, lambda: after_set(site, desired.data, ttls))
    if after is None:
        raise error
    return outcome_at(site, reply.message.rcode, None, after)


def look(site: ZoneView, rrtypes: Sequence[int]) -> Steps[Records]:
    """Return what the server holds at the name of these types, and the CNAME that stands in their place, if one does.

    Raises ZoneNotFound for what it has no authority for, and any other Refusal or CommunicationError.
    """
    return site.read(rrtypes[0]) if len(rrtypes) == 1 else _look_at_each(site, rrtypes)


async def _look_at_each(site: ZoneView, rrtypes: Sequence[int]) -> Records:
    found: dict[Record, None] = {}  # a CNAME comes with each type
    for rrtype in rrtypes:
        found |= dict.fromkeys(await site.read(rrtype))
    return tuple(found)


def _needs_zone_ttl(update: Update, desired: Desired, current: Records) -> bool:
    """Tell whether the update adds records whose TTL is neither set nor stands: then it is that of the SOA record."""
    stands = {record.rrtype for record in current}
    return desired.ttl is None and not stands.issuperset(change.rrtype for change in update.changes)


async def _verified(site: ZoneView, desired: Desired) -> Records:
    """Return what stands now; raises NotApplied if it is not what is desired. The TTL may be the server's choice."""
    after = await look(site, desired.rrtypes)
    left = plan(site.target, desired.with_any_ttl, after, 0)
    if left is not None:
        rrtype = left.changes[0].rrtype
        raise await not_applied(site, rrtype, tuple(record for record in after if record.rrtype == rrtype))
    return after
