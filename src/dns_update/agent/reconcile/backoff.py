"""When to act: jitter, back-off and hold-down. Pure: time and randomness are arguments."""

from __future__ import annotations

from dns_update.errors import KeyRejected, LocalError, NameNotInZone, PermissionDenied, ZoneNotFound
from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from dns_update.errors import DnsUpdateError

    Random = Callable[[], float]
    """Returns a random number, 0 up to 1."""

FIRST_BACK_OFF = 1.0  # seconds before the first attempt after a failure
RARELY = 3600.0  # seconds between attempts at what only a person can mend
_JITTER = 0.1  # of a period, to either side, so that many agents do not ask at the same moment

_PERMANENT = (KeyRejected, PermissionDenied, ZoneNotFound, NameNotInZone, LocalError)


def is_permanent(error: DnsUpdateError) -> bool:
    """Return whether the same request will fail again until a person has changed something.

    It may succeed before that if another server failed for a different reason, and might do it later: e.g. a silent
    primary beside a secondary that forwards no updates. What every server would say is permanent in any case.
    """
    if not isinstance(error, _PERMANENT):
        return False
    return isinstance(error, NameNotInZone) or all(isinstance(other, _PERMANENT) for other in error.failures)


def jittered(seconds: float, random: Random) -> float:
    """Return a period up to a tenth shorter or longer."""
    return seconds * (1 + _JITTER * (2 * random() - 1))


def back_off(error: DnsUpdateError, failures: int, interval: float, random: Random) -> float:
    """Return the seconds to wait after `failures` failures in a row, of which `error` is the last."""
    return jittered(max(RARELY, interval), random) if is_permanent(error) else growing(failures, interval, random)


def growing(failures: int, interval: float, random: Random) -> float:
    """Return the seconds to wait after so many failures in a row.

    Each wait is twice as long as the one before, up to `interval`; half of it is random, so that agents that failed
    together do not come back together.
    """
    longest = min(interval, FIRST_BACK_OFF * float(1 << min(failures - 1, 30)))
    return longest * (0.5 + 0.5 * random())


class HeldAddresses(Value):
    """The addresses of one family that count for a source, and until when they do if the source has none any more.

    An address counts at once, also in place of another one. That there is none any more counts only after a while: a
    DHCP client that renews its lease may take the address away and put it back in a moment. `until` is None while the
    source has what counts.
    """

    addresses: tuple[bytes, ...] = ()
    until: float | None = None

    def heard(self, addresses: tuple[bytes, ...], now: float, hold_down: float) -> HeldAddresses:
        """Return what counts once the source gives these addresses."""
        if addresses or not self.addresses:
            return HeldAddresses(addresses)
        return self if self.until is not None else HeldAddresses(self.addresses, now + hold_down)

    def at(self, now: float) -> HeldAddresses:
        """Return what counts at `now`."""
        return self if self.until is None or now < self.until else HeldAddresses()
