"""The time of boot, by a wall clock that may be set."""

from dns_update.agent.clock import SYSTEM_CLOCK, BootTime
from tests.support.mock_agent import MockClock


class SettableClock(MockClock):
    """A clock that can be set."""

    ahead = 0.0

    def wall(self) -> float:
        return super().wall() + self.ahead


def test_it_is_the_same_until_somebody_sets_the_clock() -> None:
    clock = SettableClock()
    boot_time = BootTime(clock)
    first = boot_time.wall
    clock.now += 1000.0
    clock.ahead = 0.5  # NTP at its work
    assert boot_time.wall == first
    clock.ahead = 3600.0
    assert boot_time.wall == first + 3600.0


def test_the_time_asleep_is_counted_and_changes_nothing() -> None:
    clock = SettableClock()
    boot_time = BootTime(clock)
    first = boot_time.wall
    clock.sleep(1000.0)
    assert boot_time.wall == first


def test_the_system_has_such_clocks() -> None:
    assert SYSTEM_CLOCK.boot() >= SYSTEM_CLOCK.monotonic() - 0.001
    assert SYSTEM_CLOCK.wall() > 1_700_000_000
