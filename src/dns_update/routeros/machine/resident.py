"""Stays and runs what a file has stored, each script in a thread: schedules, and the scripts of events."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from dns_update.address.kernel.interfaces import Interfaces
from dns_update.address.kernel.monitor import KernelMonitor, Monitor
from dns_update.errors import InvalidText, NoAddress, UsageError
from dns_update.process.systemd import Notifier
from dns_update.routeros.machine.events import HookEvent, RouterHooks, Watch
from dns_update.routeros.machine.lease_facts import lease_facts
from dns_update.routeros.machine.names import InterfaceNames
from dns_update.routeros.machine.outside import Outside, Stopped
from dns_update.routeros.machine.pinging import can_connect, pings_answered
from dns_update.routeros.machine.schedule import Schedule, before
from dns_update.routeros.machine.session import RouterSession
from dns_update.routeros.machine.storage import NETWATCH, SCHEDULES
from dns_update.routeros.remarks import Failure
from dns_update.routeros.values import NOTHING, RouterValue, is_empty, text_of
from dns_update.routeros.world import ID

MOST_SCRIPTS = 32  # that run at the same time; the others wait
_LONGEST_SLEEP = 20.0  # seconds: after so many, the wall clock is read again, because it may have been set
_BACKWARDS = 60.0  # seconds by which it must go back to count as set
_ENDED_BY = 128  # plus the signal's number, as in a shell


class Service:
    """Runs what is stored in a session, until SIGTERM or SIGINT."""

    def __init__(  # noqa: PLR0913 - what differs in tests
        self,
        session: RouterSession,
        names: InterfaceNames,
        outside: Outside,
        notifier: Notifier,
        saved: Callable[[], None],
        *,
        stop: Callable[[], None],
        has_kernel: bool = True,
        monitor: Callable[..., KernelMonitor] = Monitor,
        threads: Executor | None = None,
    ) -> None:
        """Call `saved` after each run, and `stop` to make the outside end scripts.

        Without `has_kernel`, the interfaces are another machine's: no event comes. `monitor` makes the kernel monitor,
        `threads` run the scripts. Raises UsageError for an entry that cannot be read.
        """
        self._session = session
        self._machine = session.machine
        self._outside = outside
        self._notifier = notifier
        self._saved = saved
        self._stop_scripts = stop
        self._hooks = RouterHooks(self._machine.storage, names, lease_facts)
        self._has_kernel = has_kernel
        self._watches = self._checked_watches()
        self._check_schedules()
        self._monitor = monitor(self._changed, _do_nothing, refused=self._kernel_refused)
        self._threads = ThreadPoolExecutor(MOST_SCRIPTS) if threads is None else threads
        self._stop = asyncio.Event()
        self._wake = asyncio.Event()
        self._ended_by = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._locks: dict[str, asyncio.Lock] = {}
        self._running: set[str] = set()  # schedules whose script runs
        self._seen: dict[str, float] = {}  # when each schedule was first seen
        self._last: dict[str, float] = {}  # up to when its runs are done
        self._refused: set[str] = set()  # schedules that cannot be read

    async def run(self) -> int:
        """Run until a signal, or until nothing can ever be due again; return the exit status.

        Scripts that run end with their command. A second signal ends the process at once.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.end, number)
        try:
            if self._waits and not self._has_kernel:
                self._machine.note("the interfaces are another machine's, so no event of them comes")
            if self._listens:
                await self._open_monitor()
            if not self._stop.is_set():
                self._begin()
                await self._keep_time()
            self._notifier.stopping()
        finally:
            self._monitor.close()
            self._stop.set()
            self._stop_scripts()
            if self._tasks:
                await asyncio.wait(self._tasks)
            self._threads.shutdown(wait=True)
            self._saved()
        return _ENDED_BY + self._ended_by if self._ended_by == signal.SIGINT else 0

    async def _open_monitor(self) -> None:
        """Wait until the kernel has listed its addresses, or until the end."""
        opening = asyncio.ensure_future(self._monitor.open(waits_out_shortage=True))
        stop = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait((opening, stop), return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
            opening.cancel()
        with suppress(asyncio.CancelledError):
            await opening

    def _begin(self) -> None:
        for watch in self._watches:
            self._start(self._look(watch))
        self._machine.tell(f"staying: {self._summary()}; SIGTERM or Ctrl-C ends it")
        self._notifier.ready(self._summary())
        if self._notifier.watchdog_seconds is not None:
            self._start(self._tell_alive(self._notifier.watchdog_seconds))

    def end(self, number: int) -> None:
        """End because of a signal; the second one ends the process at once."""
        if self._stop.is_set():
            os._exit(_ENDED_BY + number)
        self._ended_by = number
        self._stop.set()
        self._stop_scripts()
        self._wake.set()

    @property
    def _listens(self) -> bool:
        """Whether a stored row waits for an event of the kernel, and one may come."""
        return self._has_kernel and self._waits

    @property
    def _waits(self) -> bool:
        return any(path != NETWATCH for path, _row in self._machine.storage.hooked())

    def _summary(self) -> str:
        counts = {
            "schedule": len(self._machine.storage.rows(SCHEDULES)),
            "script of events": len([path for path, _row in self._machine.storage.hooked() if path != NETWATCH]),
            "watched host": len(self._watches),
        }
        return ", ".join([f"{count} {what}{'' if count == 1 else 's'}" for what, count in counts.items() if count])

    # Schedules

    async def _keep_time(self) -> None:
        """Start each schedule's script when it is due, until the end."""
        while not self._stop.is_set():
            self._wake.clear()
            due = self._start_due()
            if due is None and not (self._running or self._watches or self._listens):
                self._machine.tell("nothing is left to run: no schedule is due again")
                return
            wait = _LONGEST_SLEEP if due is None else min(max(due - self._outside.wall(), 0.0), _LONGEST_SLEEP)
            try:
                async with asyncio.timeout(wait):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _start_due(self) -> float | None:
        """Start what is due now; return when the next one is, None if none is."""
        now = self._outside.wall()
        following = []
        for row in self._machine.storage.rows(SCHEDULES):
            schedule = self._schedule(row)
            if schedule is None:
                continue
            key = text_of(row[ID])
            started = self._seen.setdefault(key, now)
            if schedule.is_disabled or started > now + _BACKWARDS or self._last.get(key, now) > now + _BACKWARDS:
                self._last[key] = now  # what is missed while it is disabled, or as the clock is set back, is not due
                started = self._seen[key] = min(started, now)
            due = schedule.next_run(self._last.get(key, before(started)), started=started)
            if due is not None and due <= now:
                self._last[key] = now
                self._start_schedule(key, schedule)
                due = schedule.next_run(now, started=started)
            if due is not None:
                following.append(due)
        return min(following, default=None)

    def _schedule(self, row: Mapping[str, RouterValue]) -> Schedule | None:
        """Return a row as a schedule; None, with one line in the log, if it cannot be read."""
        try:
            schedule = Schedule.from_row(row)
        except InvalidText as error:
            name = text_of(row.get("name", NOTHING))
            if name not in self._refused:
                self._refused.add(name)
                self._machine.logbook.add("script,error", f"schedule {name}: {error}; it does not run")
            return None
        return schedule if not is_empty(schedule.event) else None

    def _start_schedule(self, key: str, schedule: Schedule) -> None:
        if key in self._running:
            self._machine.logbook.add("script,warning", f"schedule {schedule.name}: its last run has not ended yet")
            return
        self._running.add(key)

        async def run() -> None:
            try:
                await self._run(HookEvent(f"scheduler:{schedule.name}", schedule.event, ()))
            finally:
                self._running.discard(key)

        self._start(run())

    # Events

    def _changed(self, interfaces: Interfaces, names: frozenset[str]) -> None:
        for event in self._hooks.events(interfaces, names):
            self._start(self._run_in_turn(event))

    def _kernel_refused(self, error: NoAddress) -> None:
        self._machine.logbook.add("script,warning", f"{error}; scripts of events wait until it does")

    async def _look(self, watch: Watch) -> None:
        """Ask a host until the end, and run what its changes start."""
        was_up: bool | None = None
        while not self._stop.is_set():
            is_up = await self._in_thread(lambda: self._answers(watch))
            if is_up is None:
                return
            if is_up != was_up and (event := watch.event(is_up=is_up)) is not None:
                self._start(self._run_in_turn(event))
            was_up = is_up
            await self._sleep(watch.interval)

    def _answers(self, watch: Watch) -> bool | None:
        """Return whether a host answers; None, with a line in the log, if it cannot be asked."""
        if watch.port:
            return can_connect(watch.host, watch.port, watch.timeout)
        try:
            return pings_answered(watch.host, 1) > 0
        except Failure as failure:
            self._machine.logbook.add("script,error", f"netwatch {watch.host}: {failure}; it is not watched")
            return None

    async def _run_in_turn(self, event: HookEvent) -> None:
        """Run what an event starts, after what earlier events of the same entry have started."""
        async with self._locks.setdefault(event.entry, asyncio.Lock()):
            if not self._stop.is_set():
                await self._run(event)

    async def _run(self, event: HookEvent) -> None:
        await self._in_thread(lambda: self._carry_out(event))
        self._machine.forget()
        self._saved()
        self._wake.set()  # it may have changed the schedules

    def _carry_out(self, event: HookEvent) -> None:
        try:
            self._session.run_event(event.commands, event.entry, dict(event.variables))
        except Stopped:
            return
        except Exception as mistake:  # noqa: BLE001 - a mistake of ours must not end the service
            text = f"this is a bug in dns-update: {type(mistake).__name__}: {mistake}"
            self._machine.logbook.add("script,error", f"{event.entry}: {text}")

    # Tasks

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._wake.set()
        if not task.cancelled():
            task.result()

    async def _in_thread(self, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - what the work returns
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return

    async def _tell_alive(self, seconds: float) -> None:
        while not self._stop.is_set():
            self._notifier.alive()
            await self._sleep(seconds)

    # Before anything runs

    def _checked_watches(self) -> tuple[Watch, ...]:
        try:
            return self._hooks.watches()
        except InvalidText as error:
            raise UsageError(f"/tool netwatch: {error.text}", hint=error.hint) from error

    def _check_schedules(self) -> None:
        for row in self._machine.storage.rows(SCHEDULES):
            name = text_of(row.get("name", NOTHING))
            try:
                schedule = Schedule.from_row(row)
            except InvalidText as error:
                raise UsageError(f"/system scheduler {name}: {error.text}", hint=error.hint) from error
            if is_empty(schedule.event):
                raise UsageError(f"/system scheduler {name} has no on-event=", hint="the name of a script, or commands")


def _do_nothing() -> None:
    """Do nothing when the network comes up: the schedules go on anyway."""
