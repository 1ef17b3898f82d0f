"""The three clocks of the agent, handed to whatever needs the time, so that tests can let it pass by hand."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Clock(Protocol):
        """Three clocks, each in seconds."""

        def monotonic(self) -> float:
            """Return the time of timers and deadlines; it stands still while the machine sleeps."""

        def boot(self) -> float:
            """Return the seconds since boot, time asleep included: for how long something has been so."""

        def wall(self) -> float:
            """Return the seconds since 1970, as somebody may set them."""


# Less is how long it takes to read two clocks, or NTP at its work; a time once told does not vary by it.
_SET_SECONDS = 1.0


def since_boot() -> float:
    """Return the seconds since the machine was booted, time asleep included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class SystemClock:
    """The clocks of this machine; a Clock."""

    monotonic = staticmethod(time.monotonic)
    boot = staticmethod(since_boot)
    wall = staticmethod(time.time)


SYSTEM_CLOCK = SystemClock()


class BootTime:
    """What to add to a boot time for seconds since 1970, as the wall clock has them now.

    It changes once somebody sets that clock: what has been so for a minute still has been so for a minute then.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall = clock.wall() - clock.boot()

    @property
    def wall(self) -> float:
        """The wall clock when the machine was booted; the same until it is wrong by a second or more."""
        now = self._clock.wall() - self._clock.boot()
        if abs(now - self._wall) >= _SET_SECONDS:
            self._wall = now
        return self._wall
