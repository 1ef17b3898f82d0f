"""The clock for how long something has been so: it goes on while the machine sleeps, and nobody sets it."""

from __future__ import annotations

import time

# Less is how long it takes to read two clocks, or NTP at its work; a time once told does not vary by it.
_SET_SECONDS = 1.0


def since_boot() -> float:
    """Return the seconds since the machine was started."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class WallClock:
    """What to add to `since_boot` for seconds since 1970, as the wall clock has them now.

    It is another number once somebody has set that clock; what has been for a minute still has been for a minute then.
    """

    def __init__(self) -> None:
        self._at_boot = time.time() - since_boot()

    @property
    def at_boot(self) -> float:
        """The wall clock when the machine was started; the same until it is wrong by a second or more."""
        now = time.time() - since_boot()
        if abs(now - self._at_boot) >= _SET_SECONDS:
            self._at_boot = now
        return self._at_boot
