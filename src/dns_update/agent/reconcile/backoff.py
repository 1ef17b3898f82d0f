"""When to act: jitter, back-off and hold-down. Pure: time and randomness are arguments."""

from __future__ import annotations

from collections.abc import Callable

from dns_update.errors import DnsUpdateError, KeyRejected, LocalError, NameNotInZone, PermissionDenied, ZoneNotFound
from dns_update.value import Value

Random = Callable[[], float]
"""Returns a random number from 0 (included) to 1 (excluded)."""

FIRST_BACK_OFF = 1.0  # seconds before the first attempt after a failure
RARELY = 3600.0  # seconds between attempts if only a person can fix the cause
_JITTER = 0.1  # of a period, shorter or longer, so that many agents do not ask at the same moment

_PERMANENT = (KeyRejected, PermissionDenied, ZoneNotFound, NameNotInZone, LocalError)


def is_permanent(error: DnsUpdateError) -> bool:
    """Return whether the same request will fail again until a person has changed something.

    It may succeed earlier if another server failed for a different reason, e.g. a silent primary beside a secondary
    that does not forward updates. An error that every server would report is permanent in any case.
    """
    if not isinstance(error, _PERMANENT):
        return False
    return isinstance(error, NameNotInZone) or all(isinstance(other, _PERMANENT) for other in error.failures)


def jittered(seconds: float, random: Random) -> float:
    """Return a period up to a tenth shorter or longer."""
    return seconds * (1 + _JITTER * (2 * random() - 1))


def back_off(error: DnsUpdateError, failures: int, interval: float, random: Random) -> float:
    """Return the seconds to wait after `failures` failures in a row; `error` is the last one."""
    return jittered(max(RARELY, interval), random) if is_permanent(error) else growing(failures, interval, random)


def growing(failures: int, interval: float, random: Random) -> float:
    """Return the seconds to wait after this number of failures in a row.

    Each wait is twice as long as the one before, up to `interval`; half of it is random, so that agents that failed
    together do not try again together.
    """
    longest = min(interval, FIRST_BACK_OFF * float(1 << min(failures - 1, 30)))
    return longest * (0.5 + 0.5 * random())


class HeldAddresses(Value):
    """The addresses of one family that count for a source, and until when, if the source has lost them.

    A new address counts at once, also in place of another one. A loss counts only after a hold-down: a DHCP client that
    renews its lease may remove the address and add it again a moment later. `until` is None while the source has the
    addresses.
    """

    addresses: tuple[bytes, ...] = ()
    until: float | None = None

    def heard(self, addresses: tuple[bytes, ...], now: float, hold_down: float) -> HeldAddresses:
        """Return what counts after the source gave these addresses."""
        if addresses or not self.addresses:
            return HeldAddresses(addresses)
        return self if self.until is not None else HeldAddresses(self.addresses, now + hold_down)

    def at(self, now: float) -> HeldAddresses:
        """Return what counts at `now`."""
        return self if self.until is None or now < self.until else HeldAddresses()
