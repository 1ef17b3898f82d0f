"""Which name is tried when: in the order of their times, so many at once, and none lost when its try is called off."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from dns_update.agent.managed_name import ManagedName

MAX_TRIES = 64  # names that are looked at at once: more than a server on another continent needs to be kept busy
SLEPT_SECONDS = 5.0  # by which the clocks drift apart while the machine sleeps; less is no sleep
LOOK_SECONDS = 15.0  # between two looks whether it has slept: the clock of the loop's timers stands still meanwhile
NEVER = math.inf  # when a name is due that is not to be tried again
TRIES_A_TASK = 16  # in a row: a task for each costs as much as a signature; then the loop sees to all else
_FEW = 1000  # entries that may be superseded ones without anybody minding


class Scheduler:
    """The names that wait for a try, and the tries that are under way; within an asyncio loop.

    A keeper's `due` and `task` belong to it.
    """

    def __init__(
        self,
        attempt: Callable[[ManagedName], Coroutine[None, None, float]],
        idle: Callable[[], None],
        woken: Callable[[], None],
        broken: Callable[[ManagedName, BaseException], float],
    ) -> None:
        """Make a try by `attempt`, which returns the seconds until the next one.

        `idle` is called each time nothing is due any more, `woken` when the machine has slept. `broken` is called with
        what `attempt` has raised, and returns the seconds as well.
        """
        self.is_once = False  # whether a name has no other try after one that is over, well or not
        self._attempt = attempt
        self._idle = idle
        self._woken = woken
        self._broken = broken
        self._due: list[tuple[float, int, ManagedName]] = []
        self._most_due = _FEW
        self._numbers = itertools.count()
        self._ready: deque[ManagedName] = deque()
        self._under_way: dict[asyncio.Task[None], ManagedName] = {}  # what each task tries now
        self._timer: asyncio.TimerHandle | None = None
        self._slept = seconds_asleep()
        self._is_closed = False

    @property
    def is_idle(self) -> bool:
        """Whether no name is being tried, or due."""
        if self._under_way or self._ready:
            return False
        return not self._due or self._due[0][0] > time.monotonic()

    def schedule(self, keeper: ManagedName, at: float) -> None:
        """Try a name at that time, on the monotonic clock, and not when it was to be tried otherwise.

        It is earlier if what the name shall hold changes before by the mere passing of time.
        """
        if keeper.next_change is not None:
            at = min(at, keeper.next_change)
        keeper.due = at
        heapq.heappush(self._due, (at, next(self._numbers), keeper))
        if len(self._due) > self._most_due:
            self._forget_superseded()
        self._arm()

    def hasten(self, keeper: ManagedName) -> None:
        """See to it that a name is tried no later than what it shall hold changes."""
        if keeper.due is not None and keeper.next_change is not None and keeper.next_change < keeper.due:
            self.schedule(keeper, keeper.due)

    def restart(self, keeper: ManagedName) -> None:
        """Try a name now; a try that is under way is for something that is no longer so."""
        if keeper.task is not None:
            keeper.task.cancel()
        self.schedule(keeper, time.monotonic())

    def look_at(self, keeper: ManagedName) -> None:
        """Try a name now, unless it is being tried."""
        if keeper.task is None:
            self.schedule(keeper, time.monotonic())

    def drop(self, keeper: ManagedName) -> None:
        """Try a name no more."""
        keeper.is_dropped = True
        keeper.due = None
        if keeper.task is not None:
            keeper.task.cancel()

    async def close(self) -> None:
        """Call everything off."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        tasks = list(self._under_way)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget_superseded(self) -> None:
        """Keep only what still counts: where addresses flap, each change leaves one behind for a whole interval."""
        self._due = [entry for entry in self._due if entry[2].due == entry[0]]
        heapq.heapify(self._due)
        self._most_due = _FEW + 2 * len(self._due)

    def _arm(self) -> None:
        """Let the loop wake us when the next name is due, and from time to time to see whether the machine slept."""
        at = self._due[0][0]
        if self._timer is not None:
            if self._timer.when() <= at:  # nor is it later than LOOK_SECONDS from now
                return
            self._timer.cancel()
        at = min(at, time.monotonic() + LOOK_SECONDS)
        self._timer = asyncio.get_running_loop().call_at(at, self._wake)

    def _wake(self) -> None:
        self._timer = None
        slept, self._slept = self._slept, seconds_asleep()
        try:
            if self._slept - slept > SLEPT_SECONDS:
                self._woken()
        finally:
            self._begin_due()

    def _begin_due(self) -> None:
        """Begin the tries of those names that are due, and have the loop wake us for the others."""
        now = time.monotonic()
        while self._due and self._due[0][0] <= now:
            due, _number, keeper = heapq.heappop(self._due)
            if keeper.due == due:  # else it was scheduled anew, or dropped
                keeper.due = None
                self._ready.append(keeper)
        try:
            self._begin()
        finally:
            if self._due:
                self._arm()

    def _begin(self) -> None:
        """Begin tries, as many as may be under way at once."""
        while len(self._under_way) < MAX_TRIES and (keeper := self._next()) is not None:
            task = asyncio.get_running_loop().create_task(self._make_tries(keeper))
            self._under_way[task] = keeper
            keeper.task = task
            # Not within the task: one that is called off before its first step never runs at all.
            task.add_done_callback(self._ended)
        if self.is_idle:
            self._idle()

    def _next(self) -> ManagedName | None:
        """Take the next name that is to be tried now, if there is one."""
        while self._ready and not self._is_closed:
            keeper = self._ready.popleft()
            if keeper.task is None and not keeper.is_dropped:
                return keeper
        return None

    async def _make_tries(self, keeper: ManagedName) -> None:
        """Try a name, and then some of those that are ready, one after the other. A try that is called off ends it."""
        task = keeper.task
        assert task is not None  # noqa: S101 - the one that this runs in
        for left in range(TRIES_A_TASK - 1, -1, -1):
            again = await self._attempt(keeper)
            keeper.task = None
            self._schedule_next(keeper, NEVER if self.is_once else again)
            following = self._next() if left else None
            if following is None:
                return
            keeper = self._under_way[task] = following
            keeper.task = task

    def _ended(self, task: asyncio.Task[None]) -> None:
        keeper = self._under_way.pop(task)
        mistake = None if task.cancelled() else task.exception()
        again = 0.0 if mistake is None else self._broken(keeper, mistake)
        if keeper.task is task:  # called off, or broken
            keeper.task = None
            self._schedule_next(keeper, NEVER if self.is_once and mistake is not None else again)
        if not self._is_closed:
            self._begin()

    def _schedule_next(self, keeper: ManagedName, seconds: float) -> None:
        """Try a name again after so many seconds, unless that is settled otherwise."""
        if keeper.due is None and not keeper.is_dropped and not self._is_closed:
            self.schedule(keeper, time.monotonic() + seconds)


def seconds_asleep() -> float:
    """Return the seconds that the machine has slept since it was booted: those that only one of the clocks counts."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
