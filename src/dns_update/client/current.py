"""The current records of a name for which RRsets are desired; steps that change nothing."""

from __future__ import annotations

from dns_update.client.readback import after_set
from dns_update.errors import NotApplied

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dns_update.client.lookup import Records, ZoneView
    from dns_update.client.plan import Desired
    from dns_update.client.steps import Steps
    from dns_update.errors import ZoneNotFound
    from dns_update.rr.record import Record


def look(view: ZoneView, rrtypes: Sequence[int]) -> Steps[Records]:
    """Return the records of these types that the server holds at the name, or the CNAME that it has instead.

    Raises ZoneNotFound if it has no authority for the name, and any other Refusal or CommunicationError.
    """
    return view.read(rrtypes[0]) if len(rrtypes) == 1 else _look_at_each(view, rrtypes)


async def _look_at_each(view: ZoneView, rrtypes: Sequence[int]) -> Records:
    found: dict[Record, None] = {}  # a CNAME comes with each type
    for rrtype in rrtypes:
        found |= dict.fromkeys(await view.read(rrtype))
    return tuple(found)


def is_told_by_prerequisites(desired: Desired, error: ZoneNotFound) -> bool:
    """Return whether prerequisites can check a name that the server does not show.

    `error` says why it does not: it answers from a zone below. Prerequisites compare whole RRsets, so they cannot check
    those that are shared with other owners.
    """
    return bool(error.zone_below) and not desired.owner and not desired.only_adds


async def confirmed(view: ZoneView, desired: Desired, ttl: int) -> Records | None:
    """Return the records of such a name if they are as desired, None if not.

    The records returned get `ttl`, in seconds: prerequisites do not show it.
    """
    try:
        return await after_set(view, desired.data, dict.fromkeys(desired.data, ttl))
    except NotApplied:
        return None
