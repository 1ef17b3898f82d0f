"""Make one name right: look at it, send what differs in one message, and look again; as a generator of steps."""

from __future__ import annotations

from dns_update.agent.plan import plan
from dns_update.client.dialogue import Site
from dns_update.client.readback import not_applied, zone_ttl
from dns_update.client.requests import Delivery, locate, outcome_at
from dns_update.errors import NameExists, NameNotFound, NoAnswer
from dns_update.wire.codes import Rcode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dns_update.agent.plan import Wanted
    from dns_update.client.dialogue import Dialogue, Records, Steps
    from dns_update.client.requests import Outcome, Target
    from dns_update.transport import Endpoint
    from dns_update.update import Update
    from dns_update.wire.record import Record

_LOOKS = 5  # as often two agents may meet at one name, or the second look fail, before this try ends


def reconcile(dialogue: Dialogue, target: Target, wanted: Wanted) -> Steps[Outcome]:
    """Make the name hold what is wanted, and return what was there before and after; nothing is sent if it does.

    Raises NotApplied if the server said that it did it and yet something else stands, and any other Refusal or Silence.
    """
    place = yield from locate(dialogue, target)
    delivery = Delivery(dialogue, verify=True)

    def at(endpoint: Endpoint) -> Steps[Outcome]:
        site = Site(dialogue, endpoint, place)
        unseen: Records | None = None  # what stood before an update of which nobody saw what came of it
        for number in range(1, _LOOKS + 1):
            before = yield from look(site, wanted.rrtypes)
            update = plan(place, wanted, before, 0)
            if update is not None and _needs_zone_ttl(update, wanted, before):
                update = plan(place, wanted, before, (yield from zone_ttl(site)))
            if update is None:
                return outcome_at(site, Rcode.NOERROR, before if unseen is None else unseen, before)
            try:
                reply, after = yield from delivery.carry_out(site, update, lambda: _verified(site, wanted))
            except (NameExists, NameNotFound):  # the claims were changed meanwhile
                if number == _LOOKS:
                    raise
            else:
                if after is not None:
                    return outcome_at(site, reply.message.rcode, before if unseen is None else unseen, after)
                unseen = before if unseen is None else unseen
        raise NoAnswer(
            f"the update was accepted, but what came of it could not be read {_LOOKS} times",
            hint="something between may lose or alter messages",
            server=str(endpoint),
            may_have_arrived=True,
        )

    return (yield from dialogue.at_first_server(at))


def look(site: Site, rrtypes: Sequence[int]) -> Steps[Records]:
    """Return what the server holds at the name of these types, and the CNAME that stands in their place, if one does.

    Raises ZoneNotFound for what it has no authority for, and any other Refusal or Silence.
    """
    return site.read(rrtypes[0]) if len(rrtypes) == 1 else _look_at_each(site, rrtypes)


def _look_at_each(site: Site, rrtypes: Sequence[int]) -> Steps[Records]:
    found: dict[Record, None] = {}  # a CNAME comes with each type
    for rrtype in rrtypes:
        found |= dict.fromkeys((yield from site.read(rrtype)))
    return tuple(found)


def _needs_zone_ttl(update: Update, wanted: Wanted, standing: Records) -> bool:
    """Tell whether the update adds records whose TTL is neither set nor stands: then it is that of the SOA record."""
    stands = {record.rrtype for record in standing}
    return wanted.ttl is None and not stands.issuperset(change.rrtype for change in update.changes)


def _verified(site: Site, wanted: Wanted) -> Steps[Records]:
    """Return what stands now; raises NotApplied if it is not what is wanted. The TTL may be the server's choice."""
    after = yield from look(site, wanted.rrtypes)
    left = plan(site.place, wanted.with_any_ttl, after, 0)
    if left is not None:
        rrtype = left.changes[0].rrtype
        raise (yield from not_applied(site, rrtype, tuple(record for record in after if record.rrtype == rrtype)))
    return after
