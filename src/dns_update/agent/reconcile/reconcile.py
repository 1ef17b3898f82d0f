"""Makes one name right: reads it, sends the differences in one message, and reads it again; as steps."""

from __future__ import annotations

from collections.abc import Callable

from dns_update.client.delivery import Delivery
from dns_update.client.locate import Target, choose_reader, locate
from dns_update.client.lookup import Records, ZoneView
from dns_update.client.obstacles import not_applied
from dns_update.client.outcome import Outcome, outcome_at
from dns_update.client.plan import Desired, plan, replacement
from dns_update.client.readback import after_set, confirmed, is_told_by_prerequisites, look, zone_ttl
from dns_update.client.transaction import Transaction
from dns_update.errors import NameExists, NameNotFound, NoResponse, ZoneNotFound
from dns_update.rr.record import Record
from dns_update.transport import Endpoint
from dns_update.update import Update
from dns_update.wire.codes import Rcode

_LOOKS = 5  # how often another agent may interfere, or the reading back fail, before this attempt ends


class Deferred(Exception):
    """A name is not as desired, and its update is not sent: `outcome` is what was found, `changes` would change it."""

    def __init__(self, outcome: Outcome, changes: tuple[Record, ...]) -> None:
        """Keep what was found, and the changes of the update."""
        super().__init__()
        self.outcome = outcome
        self.changes = changes


async def reconcile(
    transaction: Transaction, target: Target, desired: Desired, defers: Callable[[], bool] = bool
) -> Outcome:
    """Give a name the desired records, and return those before and after; no update is sent if it has them already.

    If `defers` returns True, an update without prerequisites is not sent, and Deferred is raised.

    Raises NotApplied if the server reported success but has other records, and any other Refusal or
    CommunicationError.
    """
    place = await locate(transaction, target)
    await choose_reader(transaction, place)
    delivery = Delivery(transaction=transaction, verify=True)

    async def at(endpoint: Endpoint) -> Outcome:
        site = ZoneView.beside(transaction, endpoint, place)
        try:
            return await _by_reading(site, desired, delivery, defers)
        except ZoneNotFound as error:
            if not is_told_by_prerequisites(desired, error):
                raise
            return await _by_prerequisites(site, desired, delivery, error)

    return await transaction.at_first_server(at)


async def _by_reading(site: ZoneView, desired: Desired, delivery: Delivery, defers: Callable[[], bool]) -> Outcome:
    """Make the name right by the records that the server shows."""
    unseen: Records | None = None  # the records before an update whose result could not be read
    for number in range(1, _LOOKS + 1):
        before = await look(site, desired.rrtypes)
        update = plan(site.target, desired, before, 0)
        if update is not None and _needs_zone_ttl(update, desired, before):
            update = plan(site.target, desired, before, await zone_ttl(site))
        if update is None:
            return outcome_at(site, Rcode.NOERROR, before if unseen is None else unseen, before)
        if number == 1 and not update.prerequisites and defers():
            raise Deferred(outcome_at(site, Rcode.NOERROR, before, before), update.changes)
        try:
            rcode, after = await delivery.carry_out(site, update, lambda: _verified(site, desired))
        except (NameExists, NameNotFound):  # another agent changed the claims meanwhile
            if number == _LOOKS:
                raise
        else:
            if after is not None:
                return outcome_at(site, rcode, before if unseen is None else unseen, after)
            unseen = before if unseen is None else unseen
    raise NoResponse(
        f"the update was accepted, but its result could not be read in {_LOOKS} attempts",
        hint="something on the path may lose or alter messages",
        endpoint=site.endpoint,
        may_have_arrived=True,
    )


async def _by_prerequisites(site: ZoneView, desired: Desired, delivery: Delivery, error: ZoneNotFound) -> Outcome:
    """Make the name right in the zone itself; `error` is why it cannot be read, so the old records are not known."""
    ttl = await zone_ttl(site) if desired.ttl is None else desired.ttl
    current = await confirmed(site, desired, ttl)
    if current is not None:
        return outcome_at(site, Rcode.NOERROR, current, current)
    update = replacement(site.target, desired, ttl)
    ttls = dict.fromkeys(desired.types, ttl)
    rcode, after = await delivery.carry_out(site, update, lambda: after_set(site, desired.data, ttls))
    if after is None:
        raise error
    return outcome_at(site, rcode, None, after)


def _needs_zone_ttl(update: Update, desired: Desired, current: Records) -> bool:
    """Return whether the update adds records without a configured or present TTL: they get that of the SOA record."""
    present = {record.rrtype for record in current}
    return desired.ttl is None and not present.issuperset(change.rrtype for change in update.changes)


async def _verified(site: ZoneView, desired: Desired) -> Records:
    """Return the records now; raises NotApplied if they are not the desired ones. The server may choose the TTL."""
    after = await look(site, desired.rrtypes)
    left = plan(site.target, desired.with_ttl(None), after, 0)
    if left is not None:
        rrtype = left.changes[0].rrtype
        raise await not_applied(site, rrtype, tuple(record for record in after if record.rrtype == rrtype))
    return after
