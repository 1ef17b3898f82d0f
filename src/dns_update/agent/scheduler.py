"""When each name has its next attempt: in order of time, a limited number at once, none lost when cancelled.

Names that change at the same time may first have an attempt together. It counts as an attempt of each of them; then
each has one of its own.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
from collections.abc import Callable, Collection, Coroutine, Sequence
from typing import Protocol

from dns_update.agent.clock import SYSTEM_CLOCK, Clock
from dns_update.agent.managed_name import ManagedName

MAX_TRIES = 64  # attempts at once: more than needed to keep a server on another continent busy
SLEPT_SECONDS = 5.0  # the least difference of the clocks that counts as sleep
LOOK_SECONDS = 15.0  # between two checks for sleep: the clock of the loop's timers stops while the machine sleeps
NEVER = math.inf  # the due time of a name without further attempts
TRIES_A_TASK = 16  # in a row: one task each costs as much as a signature; then the loop does its other work
_AT_ONCE = 0.0  # the due time of a name whose records have changed: it comes before those that are only to be checked
_DEFERRED_SECONDS = 0.2  # that names wait for others, to be changed together; some hundred are read in that time
MANY = 100  # names that change or wait at the same time; fewer are not put together
_FEW = 1000  # entries, some of them superseded; cleaning up fewer is not worth it


class Joint(Protocol):
    """Attempts for many names together: Together, except in tests."""

    def groups(self, names: Sequence[ManagedName]) -> Sequence[Sequence[ManagedName]]:
        """Return those names that may have an attempt together, in the groups that may."""

    async def attempt(self, names: Sequence[ManagedName]) -> None:
        """Make an attempt for such a group."""


class Scheduler:
    """The names that wait for an attempt, and those that have one now; within an asyncio loop.

    Only the scheduler knows when a name is due, and whether an attempt is under way.
    """

    def __init__(  # noqa: PLR0913 - what the end of an attempt concerns, and what differs in tests
        self,
        attempt: Callable[[ManagedName], Coroutine[None, None, float | None]],
        idle: Callable[[], None],
        resumed: Callable[[], None],
        broken: Callable[[ManagedName, BaseException], float],
        *,
        joint: Joint | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        """Make attempts by `attempt`, which returns the seconds until the next one; those for many names by `joint`.

        `attempt` may also return None: what the name needs can be done together with other names.

        `idle` is called each time no name is due any more, and `resumed` when the machine has slept. `broken` is called
        with an exception that `attempt` raised, and returns the seconds, too.
        """
        self.is_once = False  # whether each name has only one attempt, successful or not
        self._attempt = attempt
        self._idle = idle
        self._resumed = resumed
        self._broken = broken
        self._joint = joint
        self._clock = clock
        # When each name is due, on the monotonic clock; None while its attempt is under way. Names stay in it
        # meanwhile: a dictionary with many deletions grows.
        self._due: dict[ManagedName, float | None] = {}
        self._queue: list[tuple[float, int, ManagedName]] = []  # a heap; entries that differ from `_due` are superseded
        self._most_queued = _FEW
        self._numbers = itertools.count()
        self._tasks: dict[ManagedName, asyncio.Task[None]] = {}  # the attempts under way
        self._under_way: dict[asyncio.Task[None], ManagedName] = {}  # the same; also of names that were dropped
        self._groups: dict[asyncio.Task[None], Sequence[ManagedName]] = {}  # the attempts for many names under way
        self._deferred: dict[ManagedName, None] = {}  # names that wait for others, to have an attempt together
        self._interrupted: set[ManagedName] = set()  # see `interrupt`
        self._timer: asyncio.TimerHandle | None = None
        self._slept = self._seconds_asleep()
        self._is_closed = False

    @property
    def is_idle(self) -> bool:
        """Whether no attempt is under way, and no name is due."""
        is_busy = self._under_way or self._groups or self._deferred
        return not is_busy and self._first_due() > self._clock.monotonic()

    @property
    def are_many_due(self) -> bool:
        """Whether many names wait for an attempt; some may be counted that have been begun meanwhile."""
        now, count, places = self._clock.monotonic(), 0, [0]
        while places and count < MANY:
            place = places.pop()
            if place < len(self._queue) and self._queue[place][0] <= now:
                count += 1
                places += (2 * place + 1, 2 * place + 2)  # in a heap, those after it are never due earlier
        return count >= MANY

    def due(self, managed: ManagedName) -> float | None:
        """Return when a name is due, on the monotonic clock; None while its attempt is under way."""
        due = self._due.get(managed)
        return self._clock.monotonic() if due == _AT_ONCE else due

    def is_under_way(self, managed: ManagedName) -> bool:
        """Return whether an attempt of this name is under way, or waits for others to be changed together."""
        return managed in self._tasks or managed in self._deferred

    def schedule(self, managed: ManagedName, at: float) -> None:
        """Have a name's next attempt begin at that time, on the monotonic clock; this replaces the time before.

        The attempt is earlier if the desired records change earlier by time alone.
        """
        if managed.next_change is not None:
            at = min(at, managed.next_change)
        self._deferred.pop(managed, None)
        self._due[managed] = at
        heapq.heappush(self._queue, (at, next(self._numbers), managed))
        if len(self._queue) > self._most_queued:
            self._forget_superseded()
        self._arm()

    def hasten(self, managed: ManagedName) -> None:
        """Have a name's next attempt begin no later than its desired records change."""
        due = self._due.get(managed)
        if due is not None and managed.next_change is not None and managed.next_change < due:
            self.schedule(managed, due)

    def restart(self, *names: ManagedName) -> None:
        """Begin an attempt for each name now, and cancel one that is under way: its purpose is out of date."""
        for managed in names:
            task = self._tasks.get(managed)
            if task is not None:
                task.cancel()
        for managed in self._without_groups(names):
            if self._due.get(managed) != _AT_ONCE:  # else it keeps its place in the queue
                self.schedule(managed, _AT_ONCE)

    def interrupt(self, managed: ManagedName) -> bool:
        """Restart the attempt under way, and return True; return False if this was done and no attempt has ended since.

        So an event that repeats all the time does not keep attempts from ending.
        """
        if managed in self._deferred:  # nothing is under way that could be lost
            return True
        if managed in self._interrupted:
            return False
        self._interrupted.add(managed)
        self.restart(managed)
        return True

    def check_now(self, managed: ManagedName) -> None:
        """Begin an attempt now, unless one is under way."""
        if managed not in self._tasks:
            self._schedule_now(managed)

    def drop(self, managed: ManagedName) -> None:
        """Remove a name, and cancel its attempt."""
        self._due.pop(managed, None)
        self._deferred.pop(managed, None)
        self._interrupted.discard(managed)
        task = self._tasks.pop(managed, None)
        if task is not None:
            task.cancel()

    async def close(self) -> None:
        """Cancel all attempts, and begin no more."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        tasks = [*self._under_way, *self._groups]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _schedule_now(self, managed: ManagedName) -> None:
        """Schedule a name for now; if it is already due, it keeps its place in the queue."""
        now, due = self._clock.monotonic(), self._due.get(managed)
        if due is None or due > now:
            self.schedule(managed, now)

    def _forget_superseded(self) -> None:
        """Drop superseded entries: if addresses flap, each change leaves one for a whole interval."""
        self._queue = [entry for entry in self._queue if self._due.get(entry[2]) == entry[0]]
        heapq.heapify(self._queue)
        self._most_queued = _FEW + 2 * len(self._queue)

    def _first_due(self) -> float:
        """Return when the first name is due; NEVER if none is."""
        while self._queue and self._due.get(self._queue[0][2]) != self._queue[0][0]:
            heapq.heappop(self._queue)
        return self._queue[0][0] if self._queue else NEVER

    def _take_due(self) -> ManagedName | None:
        """Take the next name that is due now; None if there is none."""
        while not self._is_closed and self._first_due() <= self._clock.monotonic():
            _due, _number, managed = self._queue[0]
            self._due[managed] = None  # which supersedes the entry
            if managed not in self._tasks:
                return managed
            # Its attempt was cancelled and has not ended yet; then `_ended` schedules the next one.
        return None

    def _arm(self) -> None:
        """Have the loop wake us when the next name is due, and from time to time to check for sleep."""
        if self._is_closed:
            return
        at = self._clock.monotonic() + LOOK_SECONDS
        if len(self._under_way) < MAX_TRIES:  # else the end of an attempt begins the next one
            at = min(at, self._first_due())
        if self._timer is not None:
            if self._timer.when() <= at:
                return
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(at, self._wake)

    def _wake(self) -> None:
        self._timer = None
        slept, self._slept = self._slept, self._seconds_asleep()
        try:
            if self._slept - slept > SLEPT_SECONDS:
                self._resumed()
        finally:
            self._begin()

    def _begin(self) -> None:
        """Begin as many attempts as may be under way at once, and have the loop wake us for the others."""
        while len(self._under_way) < MAX_TRIES and (managed := self._take_due()) is not None:
            task = asyncio.get_running_loop().create_task(self._make_attempts(managed))
            self._under_way[task] = managed
            self._tasks[managed] = task
            # Not within the task: one that is cancelled before its first step never runs at all.
            task.add_done_callback(self._ended)
        try:
            if self.is_idle:
                self._idle()
        finally:
            if self._queue:
                self._arm()

    def _defer(self, managed: ManagedName) -> None:
        """Have a name wait for others, to have an attempt together."""
        if not self._deferred:
            asyncio.get_running_loop().call_later(_DEFERRED_SECONDS, self._begin_deferred)
        self._deferred[managed] = None
        self._due[managed] = None

    def _begin_deferred(self) -> None:
        if self._is_closed:
            return
        names = list(self._deferred)
        self._deferred.clear()
        self.restart(*names)
        self._begin()

    def _without_groups(self, names: Sequence[ManagedName]) -> Collection[ManagedName]:
        """Begin the attempts together that these names may have; return the names that are left."""
        if self._joint is None or self._is_closed:
            return names
        left = dict.fromkeys(names)
        for group in self._joint.groups([managed for managed in names if managed not in self._tasks]):
            task = asyncio.get_running_loop().create_task(self._joint.attempt(group))
            self._groups[task] = group
            task.add_done_callback(self._group_ended)
            for managed in group:
                del left[managed]
                self._due[managed] = None
                self._tasks[managed] = task
        return left

    def _group_ended(self, task: asyncio.Task[None]) -> None:
        """Have each name of a group make its own attempt; if theirs was cancelled, they may have another one."""
        group = [managed for managed in self._groups.pop(task) if self._tasks.get(managed) is task]
        for managed in group:
            del self._tasks[managed]
        if self._is_closed:
            return
        mistake = None if task.cancelled() else task.exception()
        if mistake is not None and group:
            self._broken(group[0], mistake)
        if task.cancelled():
            self.restart(*group)
        else:
            self._interrupted.difference_update(group)
            for managed in group:
                self._schedule_now(managed)
        self._begin()

    async def _make_attempts(self, managed: ManagedName) -> None:
        """Make the attempt for a name, then for some that are due, one after the other, until one is cancelled."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - this runs in one
        for left in range(TRIES_A_TASK - 1, -1, -1):
            seconds = await self._attempt(managed)
            self._interrupted.discard(managed)
            if seconds is not None:
                self._schedule_next(managed, task, NEVER if self.is_once else seconds)
            elif self._tasks.get(managed) is task:
                del self._tasks[managed]
                if self._due.get(managed) is None and not self._is_closed:
                    self._defer(managed)
            following = self._take_due() if left else None
            if following is None:
                return
            managed = self._under_way[task] = following
            self._tasks[managed] = task

    def _ended(self, task: asyncio.Task[None]) -> None:
        managed = self._under_way.pop(task)
        mistake = None if task.cancelled() else task.exception()
        seconds = 0.0
        if mistake is not None:
            self._interrupted.discard(managed)
            seconds = self._broken(managed, mistake)
        # If this is still the name's attempt, it was cancelled, or is broken.
        self._schedule_next(managed, task, NEVER if self.is_once and mistake is not None else seconds)
        if not self._is_closed:
            self._begin()

    def _schedule_next(self, managed: ManagedName, task: asyncio.Task[None], seconds: float) -> None:
        """Schedule the next attempt in `seconds`, unless the name has another task or due time, or was dropped."""
        if self._tasks.get(managed) is not task:
            return
        del self._tasks[managed]
        if self._due.get(managed) is None and not self._is_closed:
            self.schedule(managed, self._clock.monotonic() + seconds)

    def _seconds_asleep(self) -> float:
        """Return the seconds that the machine has slept since boot: only one of the clocks counts them."""
        return self._clock.boot() - self._clock.monotonic()
