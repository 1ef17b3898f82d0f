"""Which of a server's zones may have been meant, if it does not have the one that was asked for; pure."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from dns_update.server_config.intended_update import IntendedUpdate
from dns_update.value import Value
from dns_update.wire.name import Name

_MOST_LISTED = 5
_OF_EVERY_SERVER = tuple(map(Name.from_text, ("localhost", "127.in-addr.arpa", "0.in-addr.arpa", "255.in-addr.arpa")))
_NEAR = 0.9  # of difflib's measure: one letter or two of a name


class OtherZone(Value):
    """A zone that may have been meant: it contains the name of the update, or its own name is similar."""

    name: Name
    contains_owner: bool

    @property
    def code(self) -> str:
        """The code of the finding."""
        return "zone-of-owner" if self.contains_owner else "zone-similar"


def listed(zones: Sequence[Name]) -> str:
    """Return the names of zones, a few if there are many; without those that every server has for this machine."""
    names = [str(zone) for zone in dict.fromkeys(zones) if zone.labels and zone not in _OF_EVERY_SERVER]
    more = len(names) - _MOST_LISTED
    return ", ".join(names[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "") if names else "none"


def other_zone(intended: IntendedUpdate, zones: Sequence[Name]) -> OtherZone | None:
    """Return the zone that may have been meant; None if there is none."""
    containing = [zone for zone in zones if zone.labels and intended.owner.is_within(zone)]
    if containing:
        return OtherZone(max(containing, key=lambda zone: len(zone.labels)), contains_owner=True)
    near = get_close_matches(str(intended.zone).lower(), [str(zone).lower() for zone in zones], 1, _NEAR)
    return OtherZone(Name.from_text(near[0]), contains_owner=False) if near else None
