"""The three clocks of the agent, passed to all code that needs the time, so that tests can control it."""

from __future__ import annotations

import time

# Smaller differences come from reading two clocks one after the other, or from NTP, and must not change shown times.
_SET_SECONDS = 1.0


def since_boot() -> float:
    """Return the seconds since the machine was booted, time asleep included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Clock:
    """The three clocks of this machine, each in seconds; a test has its own."""

    def monotonic(self) -> float:
        """Return the time of timers and deadlines; it stops while the machine sleeps."""
        return time.monotonic()

    def boot(self) -> float:
        """Return the seconds since boot, time asleep included; it measures how long a state has lasted."""
        return since_boot()

    def wall(self) -> float:
        """Return the seconds since 1970; this clock may be set at any time."""
        return time.time()


SYSTEM_CLOCK = Clock()


class BootTime:
    """Converts seconds since boot to seconds since 1970, as the wall clock counts them now.

    If the wall clock is set, the conversion follows: a state that began a minute ago still began a minute ago.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall = clock.wall() - clock.boot()

    @property
    def wall(self) -> float:
        """The time of boot by the wall clock; unchanged until it is wrong by a second or more."""
        now = self._clock.wall() - self._clock.boot()
        if abs(now - self._wall) >= _SET_SECONDS:
            self._wall = now
        return self._wall
