"""Which of a server's zones may have been meant, if it does not have the one that was asked for; pure."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from dns_update.server_config.intended_update import IntendedUpdate
from dns_update.value import Value
from dns_update.wire.name import Name

_NEAR = 0.9  # of difflib's measure: one letter or two of a name


class OtherZone(Value):
    """A zone that may have been meant: it contains the name of the update, or its own name is similar."""

    name: Name
    contains_owner: bool

    @property
    def code(self) -> str:
        """The code of the finding."""
        return "zone-of-owner" if self.contains_owner else "zone-similar"


def other_zone(intended: IntendedUpdate, zones: Sequence[Name]) -> OtherZone | None:
    """Return the zone that may have been meant; None if there is none."""
    containing = [zone for zone in zones if zone.labels and intended.owner.is_within(zone)]
    if containing:
        return OtherZone(max(containing, key=lambda zone: len(zone.labels)), contains_owner=True)
    near = get_close_matches(str(intended.zone).lower(), [str(zone).lower() for zone in zones], 1, _NEAR)
    return OtherZone(Name.from_text(near[0]), contains_owner=False) if near else None
