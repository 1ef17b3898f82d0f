"""A service of scripts without a machine: a clock that jumps, a kernel in memory, and no threads."""

from __future__ import annotations

import asyncio
import signal
from concurrent.futures import Executor, Future
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from dns_update.errors import NoAddress
from dns_update.process.systemd import Notifier
from dns_update.routeros.machine import resident as module
from dns_update.routeros.machine.names import InterfaceNames
from dns_update.routeros.machine.outside import Stopped
from dns_update.routeros.machine.resident import Service
from dns_update.routeros.machine.session import RouterSession
from dns_update.routeros.remarks import Failure
from tests.routeros.machine.fakes import FakeOutside, machine_with
from tests.support.mock_agent import MockClock, MockKernel, MockLoop

if TYPE_CHECKING:
    from collections.abc import Callable

_NAMES = InterfaceNames((("ether1", "wan"),))


class _Here(Executor):
    """Runs everything at once, where it is submitted."""

    def submit(self, work: Callable[..., Any], /, *args: object, **kwargs: object) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(work(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - as a thread does
            done.set_exception(error)
        return done


class _Notified(Notifier):
    """Records what systemd would be told."""

    def __init__(self, watchdog_seconds: float | None = None) -> None:
        super().__init__("", watchdog_seconds)
        self.told: list[str] = []

    def _send(self, *assignments: str) -> bool:
        self.told += assignments
        return True


class World:
    """A service and everything around it; times are seconds since its start."""

    def __init__(self, script: str, *, watchdog: float | None = None, has_kernel: bool = True) -> None:
        self.clock = MockClock()
        # A whole minute of the wall clock, so that times of the day are easy to name.
        begin = datetime(2026, 1, 5, 10, 2).timestamp()  # noqa: DTZ001 - local time
        self.clock.asleep = begin - self.clock.wall()
        self.begin = self.clock.wall()
        self.loop = MockLoop(self.clock)
        self.kernel = MockKernel("wan", "lan")
        self.machine, self.outside = machine_with()
        self.outside.wall = self.clock.wall  # type: ignore[method-assign]
        self.notifier = _Notified(watchdog)
        self.saves = 0
        self.stops = 0
        self.ran: list[tuple[int, str]] = []
        self.machine.log = self._record  # type: ignore[method-assign]
        session = RouterSession(self.machine, {}, "a.rsc")
        session.load(script)
        self.service = Service(
            session, _NAMES, self.outside, self.notifier, self._saved, stop=self._stopped, has_kernel=has_kernel,
            monitor=self.kernel.monitor, threads=_Here(),
        )  # fmt: skip

    def _record(self, topic: str, text: str) -> None:
        assert topic == "info"
        self.ran.append((round(self.clock.wall() - self.begin), text))

    def _saved(self) -> None:
        self.saves += 1

    def _stopped(self) -> None:
        self.stops += 1

    def at(self, seconds: float, work: Callable[..., None], *args: object) -> None:
        """Do something at a time."""
        self.loop.call_at(self.clock.now + seconds, work, *args)

    def run(self, seconds: float = 0, number: int = signal.SIGTERM) -> int:
        """Run the service, to its own end if `seconds` is 0, and return its status."""
        asyncio.set_event_loop(None)
        if seconds:
            self.at(seconds, self.service.end, number)
        try:
            return self.loop.run_until_complete(self.service.run())
        finally:
            self.loop.close()

    @property
    def log(self) -> list[str]:
        """The messages of the log, as far as scripts did not write them."""
        return [entry.message for entry in self.outside.entries]


def test_an_interval_of_five_minutes_runs_twelve_times_an_hour() -> None:
    world = World('/system scheduler add name=s interval=5m on-event=":log info x"')
    assert world.run(3599) == 0
    assert world.ran == [(minutes * 60, "x") for minutes in range(0, 60, 5)]
    assert world.saves == 13
    assert world.stops >= 1


def test_a_start_time_aligns_the_runs() -> None:
    world = World('/system scheduler add name=s interval=10m start-time=00:01:00 on-event=":log info x"')
    world.run(1800)
    assert [seconds for seconds, _ in world.ran] == [540, 1140, 1740]


def test_schedules_do_not_wait_for_each_other() -> None:
    world = World(
        '/system scheduler add name=a interval=1h on-event=":log info a"\n'
        '/system scheduler add name=b interval=90m start-time=startup on-event=":log info b"\n'
        '/system scheduler add name=c start-time=12:00:00 on-event=":log info c"'
    )
    world.run(4 * 3600)
    assert world.ran == sorted([(0, "a"), (3600, "a"), (7200, "a"), (10800, "a"),
                                (5400, "b"), (10800, "b"), (7080, "c")], key=lambda run: run[0])  # fmt: skip


def test_after_sleep_what_was_missed_runs_once() -> None:
    world = World('/system scheduler add name=s interval=5m on-event=":log info x"')
    world.at(301, world.clock.sleep, 3600.0)
    world.run(900)
    times = [seconds for seconds, _ in world.ran]
    assert times[:2] == [0, 300]
    assert 3900 <= times[2] <= 3925  # the clock is read every 20 s
    assert times[3] == 4200


def test_a_clock_that_is_set_back_does_not_stop_the_runs() -> None:
    world = World('/system scheduler add name=s interval=5m on-event=":log info x"')
    world.at(301, world.clock.sleep, -86_400.0)
    world.run(1000)
    assert len(world.ran) >= 4


def test_it_ends_when_nothing_is_due_again() -> None:
    world = World('/system scheduler add name=s start-time=10:05:00 on-event=":log info x"')
    assert world.run() == 0
    assert world.ran == [(180, "x")]
    assert world.outside.said == [
        "staying: 1 schedule; SIGTERM or Ctrl-C ends it",
        "nothing is left to run: no schedule is due again",
    ]


def test_a_disabled_schedule_runs_once_it_is_enabled() -> None:
    world = World(
        '/system scheduler add name=s interval=10m disabled=yes on-event=":log info x"\n'
        '/system scheduler add name=on start-time=10:07:00 on-event="/system scheduler enable s"'
    )
    world.run(1200)
    assert world.ran[0] == (600, "x")


def test_a_schedule_that_a_script_breaks_is_logged_once() -> None:
    world = World(
        '/system scheduler add name=s interval=5m on-event="/system scheduler set s interval=often"\n'
        '/system scheduler add name=t interval=5m on-event=":log info x"'
    )
    world.run(900)
    broken = [line for line in world.log if "schedule s" in line]
    assert broken == ["schedule s: invalid value for argument interval; it does not run"]
    assert len(world.ran) == 3


def test_a_failing_script_is_logged_as_a_router_does() -> None:
    world = World('/system scheduler add name=s start-time=startup on-event=":error nope"')
    world.run()
    assert world.log == [
        "executing script from scheduler (s) failed, please check it manually",
        "(scheduler:s) nope (/error; line 1)",
    ]


def test_a_mistake_of_ours_is_logged_and_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World('/system scheduler add name=s interval=5m on-event=":log info x"')

    def broken(*_: object) -> None:
        raise ValueError("what")

    monkeypatch.setattr(RouterSession, "run_event", broken)
    world.run(301)
    assert world.log == ["scheduler:s: this is a bug in dns-update: ValueError: what"] * 2


def test_a_script_that_is_stopped_is_not_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World('/system scheduler add name=s start-time=startup on-event=":delay 1h"')

    def stopped(_outside: FakeOutside, _seconds: float) -> None:
        raise Stopped

    monkeypatch.setattr(FakeOutside, "pause", stopped)
    world.run()
    assert world.log == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_the_status_tells_how_it_was_ended(number: int, status: int) -> None:
    world = World('/system scheduler add name=s interval=5m on-event=":log info x"')
    assert world.run(10, number) == status


def test_systemd_is_told_of_all_that_it_keeps() -> None:
    world = World(
        "/system scheduler add name=s interval=1d on-event=x\n/system scheduler add name=t interval=1d on-event=x\n"
        "/ip dhcp-client add interface=ether1 script=x\n",
        watchdog=30.0,
    )
    world.run(100)
    assert world.notifier.told[:2] == ["READY=1", "STATUS=2 schedules, 1 script of events"]
    assert world.notifier.told[2:] == ["WATCHDOG=1"] * 4 + ["STOPPING=1"]


# Events


_LEASE = '/ip dhcp-client add interface=ether1 script=":log info (\\$bound . \\" \\" . \\$\\"lease-address\\")"'


def test_events_of_the_kernel_run_scripts() -> None:
    world = World(_LEASE)
    world.at(1, world.kernel.add, "203.0.113.88")
    world.at(10, world.kernel.add, "192.0.2.9", "lan")
    world.at(20, world.kernel.replace, "203.0.113.88", "203.0.113.99")
    world.at(30, world.kernel.remove, "203.0.113.99")
    world.run(60)
    assert world.ran == [(1, "1 203.0.113.88"), (20, "1 203.0.113.99"), (30, "0 203.0.113.99")]


def test_another_machine_s_interfaces_have_no_events() -> None:
    world = World(f'{_LEASE}\n/system scheduler add name=s start-time=startup on-event=":log info x"', has_kernel=False)
    world.at(1, world.kernel.add, "203.0.113.88")
    world.run()
    assert world.ran == [(0, "x")]
    assert world.outside.said[0] == "note: the interfaces are another machine's, so no event of them comes"


def test_a_signal_ends_it_also_while_the_kernel_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(_kernel: MockKernel, *, waits_out_shortage: bool) -> None:
        assert waits_out_shortage
        await asyncio.Event().wait()

    monkeypatch.setattr(MockKernel, "open", never)
    world = World(f'{_LEASE}\n/system scheduler add name=s start-time=startup on-event=":log info x"')
    assert world.run(10) == 0
    assert (world.ran, world.notifier.told) == ([], ["STOPPING=1"])


def test_a_kernel_that_refuses_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(_kernel: MockKernel, *, waits_out_shortage: bool) -> None:
        raise NoAddress(f"no netlink, waiting: {waits_out_shortage}")

    monkeypatch.setattr(MockKernel, "open", refused)
    with pytest.raises(NoAddress):
        World(_LEASE).run(10)


def test_a_kernel_that_does_not_tell_is_logged() -> None:
    world = World(_LEASE)
    world.service._kernel_refused(NoAddress("no netlink"))  # noqa: SLF001 - as the monitor calls it
    assert world.log == ["No address: no netlink; scripts of events wait until it does"]
    world.loop.close()


def test_a_watched_host_runs_scripts_when_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(
        '/tool netwatch add host=192.0.2.1 interval=10s up-script=":log info up" down-script=":log info down"\n'
        '/tool netwatch add host=192.0.2.2 type=tcp-conn port=53 interval=1m down-script=":log info closed"'
    )
    monkeypatch.setattr(module, "pings_answered", lambda _host, _count: 20 <= world.clock.wall() - world.begin < 40)
    monkeypatch.setattr(module, "can_connect", lambda _host, _port, _seconds: False)
    world.run(100)
    assert world.ran == [(0, "down"), (0, "closed"), (20, "up"), (40, "down")]
    assert "STATUS=2 watched hosts" in world.notifier.told


def test_a_host_that_cannot_be_asked_is_logged_and_left(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World('/tool netwatch add host=192.0.2.1 interval=10s up-script=":log info up"')

    def failing(*_: object) -> int:
        raise Failure("failure: no")

    monkeypatch.setattr(module, "pings_answered", failing)
    world.run(100)
    assert world.log == ["netwatch 192.0.2.1: failure: no; it is not watched"]
