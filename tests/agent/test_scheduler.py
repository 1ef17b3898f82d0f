"""When names have their attempts: no name is lost when an attempt is cancelled, at any moment."""

import asyncio
import time
from collections.abc import Callable, Coroutine

import pytest

from dns_update.agent import scheduler as module
from dns_update.agent.clock import SYSTEM_CLOCK, Clock
from dns_update.agent.config.settings import RecordSettings
from dns_update.agent.managed_name import ManagedName
from dns_update.agent.reconcile.server_health import ServerHealth
from dns_update.agent.reconcile.upstream import Upstream
from dns_update.agent.scheduler import MAX_TRIES, Scheduler
from dns_update.client.aio import AsyncClient
from dns_update.wire.name import Name

SECONDS = 30  # after which what is awaited will never come
LATER = 3600.0


def managed_name(name: str = "home") -> ManagedName:
    upstream = Upstream(AsyncClient(), (), ServerHealth(float), 1.0)
    return ManagedName(RecordSettings(Name.from_text(f"{name}.example.com")), upstream, (), 0.0)


class Story:
    """Attempts for names; each waits until the test lets it end, and its name is then due in an hour."""

    def __init__(self) -> None:
        self.begun: list[ManagedName] = []
        self.idle = 0
        self.resumed = 0
        self.broken: list[tuple[ManagedName, BaseException]] = []
        self.go = asyncio.Event()
        self.scheduler = Scheduler(self.attempt, self.count_idle, self.count_resumed, self.count_broken)
        self.news = asyncio.Event()

    async def attempt(self, managed: ManagedName) -> float:
        self.begun.append(managed)
        self.news.set()
        await self.go.wait()
        return LATER

    def count_idle(self) -> None:
        self.idle += 1
        self.news.set()

    def count_resumed(self) -> None:
        self.resumed += 1
        self.news.set()

    def count_broken(self, managed: ManagedName, mistake: BaseException) -> float:
        self.broken.append((managed, mistake))
        self.news.set()
        return 0.0

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(SECONDS):
            while not is_so():
                self.news.clear()
                await self.news.wait()


def tell(story: Callable[[Story], Coroutine[object, object, None]]) -> None:
    async def run() -> None:
        it = Story()
        await story(it)
        await it.scheduler.close()

    asyncio.run(run())


def test_a_try_is_made_and_the_next_one_is_due_when_it_says() -> None:
    async def story(it: Story) -> None:
        home = managed_name()
        it.scheduler.schedule(home, time.monotonic())
        await it.until(lambda: it.begun == [home])
        assert not it.scheduler.is_idle
        it.go.set()
        await it.until(lambda: it.idle > 0)
        assert not it.scheduler.is_under_way(home)
        due = it.scheduler.due(home)
        assert due is not None
        assert due > time.monotonic() + LATER / 2

    tell(story)


def test_where_each_name_is_tried_once_no_try_follows_one_that_is_over() -> None:
    async def story(it: Story) -> None:
        it.scheduler.is_once = True
        home = managed_name()
        it.scheduler.schedule(home, time.monotonic())
        await it.until(lambda: it.begun == [home])
        it.scheduler.restart(home)
        await it.until(lambda: it.begun == [home, home])
        it.go.set()
        await it.until(lambda: it.idle > 0)
        assert it.scheduler.due(home) == module.NEVER
        assert it.scheduler.is_idle

    tell(story)


def test_a_try_called_off_before_its_first_step_is_made_again() -> None:
    async def story(it: Story) -> None:
        first, second = managed_name("first"), managed_name("second")
        it.scheduler.schedule(first, time.monotonic())
        await it.until(lambda: it.begun == [first])
        it.scheduler.schedule(second, time.monotonic())
        while not it.scheduler.is_under_way(second):  # noqa: ASYNC110 - the one moment between two steps of the loop
            await asyncio.sleep(0)
        assert second not in it.begun, "the moment was missed"
        it.scheduler.restart(second)
        await it.until(lambda: second in it.begun)
        it.go.set()
        await it.until(lambda: it.idle > 0)
        assert not it.scheduler.is_under_way(second)

    tell(story)


def test_a_try_called_off_is_made_again_at_once() -> None:
    async def story(it: Story) -> None:
        home = managed_name()
        it.scheduler.schedule(home, time.monotonic())
        await it.until(lambda: it.begun == [home])
        it.scheduler.restart(home)
        await it.until(lambda: it.begun == [home, home])

    tell(story)


def test_names_dropped_while_they_are_tried_make_room_for_others() -> None:
    async def story(it: Story) -> None:
        old = [managed_name(f"old{number}") for number in range(MAX_TRIES)]
        for one in old:
            it.scheduler.schedule(one, time.monotonic())
        await it.until(lambda: len(it.begun) == MAX_TRIES)
        new = managed_name("new")
        it.scheduler.schedule(new, time.monotonic())
        for one in old:
            it.scheduler.drop(one)
        await it.until(lambda: new in it.begun)
        it.go.set()
        await it.until(lambda: it.idle > 0)
        assert len(it.begun) == MAX_TRIES + 1
        assert all(it.scheduler.due(one) is None for one in old)

    tell(story)


def test_no_more_are_tried_at_once_than_may_be() -> None:
    async def story(it: Story) -> None:
        for number in range(3 * MAX_TRIES):
            it.scheduler.schedule(managed_name(f"host{number}"), time.monotonic())
        await it.until(lambda: len(it.begun) == MAX_TRIES)
        await asyncio.sleep(0)
        assert len(it.begun) == MAX_TRIES
        it.go.set()
        await it.until(lambda: it.idle > 0)
        assert len(it.begun) == 3 * MAX_TRIES

    tell(story)


def test_a_try_called_off_in_a_task_that_made_others_before_is_made_again_and_none_is_lost() -> None:
    async def story(it: Story) -> None:
        hosts = [managed_name(f"host{number}") for number in range(MAX_TRIES + 2)]
        for host in hosts:
            it.scheduler.schedule(host, time.monotonic())
        await it.until(lambda: len(it.begun) == MAX_TRIES)
        last = hosts[-1]
        tasks = {it.scheduler._tasks[host] for host in hosts[:MAX_TRIES]}  # noqa: SLF001 - which task makes which attempt
        it.go.set()
        it.go.clear()  # those that wait by now go on
        await it.until(lambda: last in it.begun)
        assert it.scheduler._tasks[last] in tasks  # noqa: SLF001
        assert not it.scheduler.is_under_way(hosts[0])
        it.scheduler.restart(last)
        await it.until(lambda: it.begun.count(last) == 2)
        it.go.set()
        await it.until(lambda: it.scheduler.is_idle)
        assert not any(map(it.scheduler.is_under_way, hosts))
        assert None not in map(it.scheduler.due, hosts)
        assert len(it.begun) == len(hosts) + 1

    tell(story)


def test_tries_that_wait_for_nothing_leave_the_loop_to_others_from_time_to_time() -> None:
    async def story(it: Story) -> None:
        it.go.set()
        hosts = [managed_name(f"host{number}") for number in range(2 * MAX_TRIES * module.TRIES_A_TASK)]
        for host in hosts:
            it.scheduler.schedule(host, time.monotonic())
        await it.until(lambda: bool(it.begun))
        assert len(it.begun) < len(hosts)
        await it.until(lambda: it.idle > 0)
        assert len(it.begun) == len(hosts)
        assert set(it.begun) == set(hosts)

    tell(story)


def test_nothing_is_begun_any_more_once_it_is_closed() -> None:
    async def story(it: Story) -> None:
        for number in range(3 * MAX_TRIES):
            it.scheduler.schedule(managed_name(f"host{number}"), time.monotonic())
        await it.until(lambda: len(it.begun) == MAX_TRIES)
        await it.scheduler.close()
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(it.begun) == MAX_TRIES
        assert len(asyncio.all_tasks()) == 1

    tell(story)


def test_what_changes_by_the_passing_of_time_is_tried_then() -> None:
    async def story(it: Story) -> None:
        home = managed_name()
        it.go.set()
        it.scheduler.schedule(home, time.monotonic() + LATER)
        home.next_change = time.monotonic()
        it.scheduler.hasten(home)
        home.next_change = None  # the attempt will work it out
        await it.until(lambda: it.begun == [home])

    tell(story)


def test_a_name_that_flaps_for_ever_takes_no_more_room() -> None:
    async def story(it: Story) -> None:
        home = managed_name()
        for number in range(20_000):
            it.scheduler.schedule(home, time.monotonic() + LATER + number)
        assert len(it.scheduler._queue) < 2_000  # noqa: SLF001 - what would grow

    tell(story)


class Sleeper(Clock):
    """The clocks of a machine that has slept for a time; counts the reads of one of them."""

    def __init__(self, news: asyncio.Event) -> None:
        self.asleep = 0.0
        self.looks = 0
        self._news = news

    def boot(self) -> float:
        self.looks += 1
        self._news.set()
        return time.monotonic() + self.asleep


def test_the_end_of_a_sleep_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(it: Story) -> None:
        clock = Sleeper(it.news)
        it.scheduler = Scheduler(it.attempt, it.count_idle, it.count_resumed, it.count_broken, clock=clock)
        it.go.set()
        it.scheduler.schedule(managed_name(), time.monotonic() + LATER)
        await it.until(lambda: clock.looks >= 2)
        assert it.resumed == 0
        clock.asleep = 8 * LATER
        await it.until(lambda: it.resumed == 1)
        clock.asleep += 1.0  # clocks drift a little
        seen = clock.looks
        await it.until(lambda: clock.looks >= seen + 2)
        assert it.resumed == 1

    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    tell(story)


def test_time_asleep_is_what_one_of_the_clocks_does_not_count() -> None:
    assert SYSTEM_CLOCK.boot() - SYSTEM_CLOCK.monotonic() >= -0.001


def test_a_name_whose_try_breaks_is_tried_again_and_so_are_the_others() -> None:
    """Each attempt breaks once, in a task that would have tried several names."""
    bug = ZeroDivisionError("a mistake of ours")

    async def story(it: Story) -> None:
        names = [managed_name(f"host{number}") for number in range(2 * MAX_TRIES)]
        made: list[ManagedName] = []

        async def attempt(managed: ManagedName) -> float:
            await asyncio.sleep(0)
            if managed not in (broken for broken, _mistake in it.broken):
                raise bug
            made.append(managed)
            it.news.set()
            return LATER

        it.scheduler = Scheduler(attempt, it.count_idle, it.count_resumed, it.count_broken)
        for one in names:
            it.scheduler.schedule(one, time.monotonic())
        await it.until(lambda: len(made) == len(names))
        assert {mistake for _managed, mistake in it.broken} == {bug}
        assert len(it.broken) == len(names)

    tell(story)


def test_a_bug_at_the_end_of_a_sleep_leaves_no_name_untried() -> None:
    async def story(it: Story) -> None:
        def resumed() -> None:
            raise ZeroDivisionError

        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: it.count_resumed())
        clock = Sleeper(it.news)
        it.scheduler = Scheduler(it.attempt, it.count_idle, resumed, it.count_broken, clock=clock)
        clock.asleep = 1e9
        home = managed_name()
        it.scheduler.schedule(home, time.monotonic())
        await it.until(lambda: it.begun == [home])
        assert it.resumed == 1

    tell(story)
