"""Scheduler in their time: none is lost when it is called off, no matter at which moment."""

import asyncio
import time
from collections.abc import Callable, Coroutine

import pytest

from dns_update.agent import scheduler as module
from dns_update.agent.config.settings import RecordSettings
from dns_update.agent.managed_name import ManagedName
from dns_update.agent.reconcile.server_health import ServerHealth
from dns_update.agent.reconcile.upstream import Upstream
from dns_update.agent.scheduler import MAX_TRIES, Scheduler
from dns_update.client.aio import AsyncClient
from dns_update.wire.name import Name

SECONDS = 30  # after which what is awaited will never come
LATER = 3600.0


def keeper(name: str = "home") -> ManagedName:
    way = Upstream(AsyncClient(), (), ServerHealth(float), 1.0)
    return ManagedName(RecordSettings(Name.from_text(f"{name}.example.com")), way, (), 0.0)


class Story:
    """What happens to names that are tried; each try waits until it is let go, and is then due in an hour."""

    def __init__(self) -> None:
        self.begun: list[ManagedName] = []
        self.idle = 0
        self.woken = 0
        self.broken: list[tuple[ManagedName, BaseException]] = []
        self.go = asyncio.Event()
        self.tries = Scheduler(self.attempt, self.count_idle, self.count_woken, self.count_broken)
        self.news = asyncio.Event()

    async def attempt(self, keeper: ManagedName) -> float:
        self.begun.append(keeper)
        self.news.set()
        await self.go.wait()
        return LATER

    def count_idle(self) -> None:
        self.idle += 1
        self.news.set()

    def count_woken(self) -> None:
        self.woken += 1
        self.news.set()

    def count_broken(self, keeper: ManagedName, mistake: BaseException) -> float:
        self.broken.append((keeper, mistake))
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
        await it.tries.close()

    asyncio.run(run())


def test_a_try_is_made_and_the_next_one_is_due_when_it_says() -> None:
    async def story(it: Story) -> None:
        home = keeper()
        it.tries.schedule(home, time.monotonic())
        await it.until(lambda: it.begun == [home])
        assert not it.tries.is_idle
        it.go.set()
        await it.until(lambda: it.idle > 0)
        assert home.task is None
        assert home.due is not None
        assert home.due > time.monotonic() + LATER / 2

    tell(story)


def test_where_each_name_is_tried_once_no_try_follows_one_that_is_over() -> None:
    async def story(it: Story) -> None:
        it.tries.is_once = True
        home = keeper()
        it.tries.schedule(home, time.monotonic())
        await it.until(lambda: it.begun == [home])
        it.tries.restart(home)
        await it.until(lambda: it.begun == [home, home])
        it.go.set()
        await it.until(lambda: it.idle > 0)
        assert home.due == module.NEVER
        assert it.tries.is_idle

    tell(story)


def test_a_try_called_off_before_its_first_step_is_made_again() -> None:
    async def story(it: Story) -> None:
        first, second = keeper("first"), keeper("second")
        it.tries.schedule(first, time.monotonic())
        await it.until(lambda: it.begun == [first])
        it.tries.schedule(second, time.monotonic())
        while second.task is None:  # noqa: ASYNC110 - the one moment between two steps of the loop
            await asyncio.sleep(0)
        assert second not in it.begun, "the moment was missed"
        it.tries.restart(second)
        await it.until(lambda: second in it.begun)
        it.go.set()
        await it.until(lambda: it.idle > 0)
        assert second.task is None

    tell(story)


def test_a_try_called_off_is_made_again_at_once() -> None:
    async def story(it: Story) -> None:
        home = keeper()
        it.tries.schedule(home, time.monotonic())
        await it.until(lambda: it.begun == [home])
        it.tries.restart(home)
        await it.until(lambda: it.begun == [home, home])

    tell(story)


def test_names_dropped_while_they_are_tried_make_room_for_others() -> None:
    async def story(it: Story) -> None:
        old = [keeper(f"old{number}") for number in range(MAX_TRIES)]
        for one in old:
            it.tries.schedule(one, time.monotonic())
        await it.until(lambda: len(it.begun) == MAX_TRIES)
        new = keeper("new")
        it.tries.schedule(new, time.monotonic())
        for one in old:
            it.tries.drop(one)
        await it.until(lambda: new in it.begun)
        it.go.set()
        await it.until(lambda: it.idle > 0)
        assert len(it.begun) == MAX_TRIES + 1
        assert all(one.due is None for one in old)

    tell(story)


def test_no_more_are_tried_at_once_than_may_be() -> None:
    async def story(it: Story) -> None:
        for number in range(3 * MAX_TRIES):
            it.tries.schedule(keeper(f"host{number}"), time.monotonic())
        await it.until(lambda: len(it.begun) == MAX_TRIES)
        await asyncio.sleep(0)
        assert len(it.begun) == MAX_TRIES
        it.go.set()
        await it.until(lambda: it.idle > 0)
        assert len(it.begun) == 3 * MAX_TRIES

    tell(story)


def test_a_try_called_off_in_a_task_that_made_others_before_is_made_again_and_none_is_lost() -> None:
    async def story(it: Story) -> None:
        hosts = [keeper(f"host{number}") for number in range(MAX_TRIES + 2)]
        for host in hosts:
            it.tries.schedule(host, time.monotonic())
        await it.until(lambda: len(it.begun) == MAX_TRIES)
        last = hosts[-1]
        tasks = {host.task for host in hosts[:MAX_TRIES]}
        it.go.set()
        it.go.clear()  # those that wait by now go on
        await it.until(lambda: last in it.begun)
        assert last.task in tasks
        assert hosts[0].task is None
        it.tries.restart(last)
        await it.until(lambda: it.begun.count(last) == 2)
        it.go.set()
        await it.until(lambda: it.tries.is_idle)
        assert all(host.task is None and host.due is not None for host in hosts)
        assert len(it.begun) == len(hosts) + 1

    tell(story)


def test_tries_that_wait_for_nothing_leave_the_loop_to_others_from_time_to_time() -> None:
    async def story(it: Story) -> None:
        it.go.set()
        hosts = [keeper(f"host{number}") for number in range(2 * MAX_TRIES * module.TRIES_A_TASK)]
        for host in hosts:
            it.tries.schedule(host, time.monotonic())
        await it.until(lambda: bool(it.begun))
        assert len(it.begun) < len(hosts)
        await it.until(lambda: it.idle > 0)
        assert len(it.begun) == len(hosts)
        assert set(it.begun) == set(hosts)

    tell(story)


def test_nothing_is_begun_any_more_once_it_is_closed() -> None:
    async def story(it: Story) -> None:
        for number in range(3 * MAX_TRIES):
            it.tries.schedule(keeper(f"host{number}"), time.monotonic())
        await it.until(lambda: len(it.begun) == MAX_TRIES)
        await it.tries.close()
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(it.begun) == MAX_TRIES
        assert len(asyncio.all_tasks()) == 1

    tell(story)


def test_what_changes_by_the_passing_of_time_is_tried_then() -> None:
    async def story(it: Story) -> None:
        home = keeper()
        it.go.set()
        it.tries.schedule(home, time.monotonic() + LATER)
        home.next_change = time.monotonic()
        it.tries.hasten(home)
        await it.until(lambda: it.begun == [home])

    tell(story)


def test_a_name_that_flaps_for_ever_takes_no_more_room() -> None:
    async def story(it: Story) -> None:
        home = keeper()
        for number in range(20_000):
            it.tries.schedule(home, time.monotonic() + LATER + number)
        assert len(it.tries._due) < 2_000  # noqa: SLF001 - what would grow

    tell(story)


def test_the_end_of_a_sleep_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No machine can be put to sleep for a test: the function that tells it is another one."""
    asleep, looks = 0.0, 0

    async def story(it: Story) -> None:
        nonlocal asleep

        def seconds_asleep() -> float:
            nonlocal looks
            looks += 1
            it.news.set()
            return asleep

        monkeypatch.setattr(module, "seconds_asleep", seconds_asleep)
        it.go.set()
        it.tries.schedule(keeper(), time.monotonic() + LATER)
        await it.until(lambda: looks >= 2)
        assert it.woken == 0
        asleep = 8 * LATER
        await it.until(lambda: it.woken == 1)
        asleep += 1.0  # clocks drift a little
        seen = looks
        await it.until(lambda: looks >= seen + 2)
        assert it.woken == 1

    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    tell(story)


def test_time_asleep_is_what_one_of_the_clocks_does_not_count() -> None:
    assert module.seconds_asleep() >= -0.001


def test_a_name_whose_try_breaks_is_tried_again_and_so_are_the_others() -> None:
    """Each breaks once, in a task that would have tried several."""
    bug = ZeroDivisionError("a mistake of ours")

    async def story(it: Story) -> None:
        keepers = [keeper(f"host{number}") for number in range(2 * MAX_TRIES)]
        made: list[ManagedName] = []

        async def attempt(keeper: ManagedName) -> float:
            await asyncio.sleep(0)
            if keeper not in (broken for broken, _mistake in it.broken):
                raise bug
            made.append(keeper)
            it.news.set()
            return LATER

        it.tries = Scheduler(attempt, it.count_idle, it.count_woken, it.count_broken)
        for one in keepers:
            it.tries.schedule(one, time.monotonic())
        await it.until(lambda: len(made) == len(keepers))
        assert {mistake for _keeper, mistake in it.broken} == {bug}
        assert len(it.broken) == len(keepers)

    tell(story)


def test_a_bug_at_the_end_of_a_sleep_leaves_no_name_untried(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(it: Story) -> None:
        def woken() -> None:
            raise ZeroDivisionError

        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: it.count_woken())
        it.tries = Scheduler(it.attempt, it.count_idle, woken, it.count_broken)
        monkeypatch.setattr(module, "seconds_asleep", lambda: 1e9)
        home = keeper()
        it.tries.schedule(home, time.monotonic())
        await it.until(lambda: it.begun == [home])
        assert it.woken == 1

    tell(story)
