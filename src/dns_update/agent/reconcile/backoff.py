"""When to act: jitter, back-off and hold-down. Pure: told the time and given its dice."""

from __future__ import annotations

from dns_update.errors import KeyRejected, LocalError, NameNotInZone, PermissionDenied, ZoneNotFound
from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from dns_update.errors import DnsUpdateError

    Dice = Callable[[], float]
    """Returns a random number, 0 up to 1."""

FIRST_BACK_OFF = 1.0  # seconds before the first try after a failure
RARELY = 3600.0  # seconds between tries at what only a person can mend
_JITTER = 0.1  # of a period, to either side, so that many agents do not ask at the same moment

_PERMANENT = (KeyRejected, PermissionDenied, ZoneNotFound, NameNotInZone, LocalError)


def is_permanent(error: DnsUpdateError) -> bool:
    """Tell whether the same request will fail again until a person has changed something.

    It may succeed before that if it failed otherwise at another server, which might do it: one that was silent, say,
    beside a secondary that forwards no updates. Where every server would say the same, none of them might.
    """
    if not isinstance(error, _PERMANENT):
        return False
    return isinstance(error, NameNotInZone) or all(isinstance(other, _PERMANENT) for other in error.failures)


def jittered(seconds: float, dice: Dice) -> float:
    """Return a period up to a tenth shorter or longer."""
    return seconds * (1 + _JITTER * (2 * dice() - 1))


def back_off(error: DnsUpdateError, failures: int, interval: float, dice: Dice) -> float:
    """Return the seconds to wait after `failures` failures in a row, of which `error` is the last."""
    return jittered(max(RARELY, interval), dice) if is_permanent(error) else growing(failures, interval, dice)


def growing(failures: int, interval: float, dice: Dice) -> float:
    """Return the seconds to wait after so many failures in a row.

    Each wait is twice as long as the one before, up to `interval`; half of it is left to the dice, so that agents that
    failed together do not come back together.
    """
    longest = min(interval, FIRST_BACK_OFF * float(1 << min(failures - 1, 30)))
    return longest * (0.5 + 0.5 * dice())


class Held(Value):
    """What a source is taken to say of one address family, and until when it is taken to say so if it says nothing.

    An address counts at once, also in place of another one. That there is none any more counts only after a while: a
    DHCP client that renews its lease may take the address away and put it back in a moment. `until` is None where
    nothing is waited for.
    """

    addresses: tuple[bytes, ...] = ()
    until: float | None = None

    def heard(self, addresses: tuple[bytes, ...], now: float, hold_down: float) -> Held:
        """Take what the source says now."""
        if addresses or not self.addresses:
            return Held(addresses)
        return self if self.until is not None else Held(self.addresses, now + hold_down)

    def at(self, now: float) -> Held:
        """Take the passing of time."""
        return self if self.until is None or now < self.until else Held()
