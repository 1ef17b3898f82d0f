"""The agent's controller: reacts to events by attempts to make names right; within an asyncio loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from random import random as system_random

from dns_update.address.kernel.monitor import KernelMonitor, Monitor
from dns_update.agent.attempt import pass_doubt_on
from dns_update.agent.bugs import Bugs
from dns_update.agent.clock import SYSTEM_CLOCK, BootTime, Clock
from dns_update.agent.config.settings import Config
from dns_update.agent.desired import DesiredAt, SourceState
from dns_update.agent.incidents import Incidents
from dns_update.agent.managed_name import ManagedName
from dns_update.agent.output.hooks import Hooks
from dns_update.agent.output.log import Log
from dns_update.agent.plans import Plans
from dns_update.agent.reconcile.backoff import is_permanent
from dns_update.agent.registry import Registry
from dns_update.agent.reports import Reports
from dns_update.agent.scheduler import Scheduler
from dns_update.agent.sources import Sources
from dns_update.agent.status import Times, record_status, server_statuses
from dns_update.agent.together import Together
from dns_update.agent.worker import Worker
from dns_update.process.child_guard import ChildGuard
from dns_update.transport.aio import AsyncioTransport

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.agent.output.answer_types import ManagedStatus, RecordStatus


class Controller:
    """Keeps the names of a configuration right, from `start` to `close`.

    `is_settled` is set once every source was asked, and every name that was due has had its attempt.
    """

    def __init__(  # noqa: PLR0913 - what differs in tests
        self,
        config: Config,
        log: Log,
        *,
        clock: Clock = SYSTEM_CLOCK,
        random: Callable[[], float] = system_random,
        transport: Callable[[str | None], AsyncioTransport] = AsyncioTransport,
        monitor: Callable[..., KernelMonitor] = Monitor,
    ) -> None:
        """Prepare. `transport` makes the sockets for a local address; `monitor` makes the kernel monitor."""
        self.bugs = Bugs(log)
        self.is_settled = asyncio.Event()
        self.is_ending = False  # set by a signal, at any moment: long work then stops early
        self._config = config
        self._log = log
        self._clock = clock
        self._boot_time = BootTime(clock)
        self._child_guard = ChildGuard()
        self._failing: set[SourceState] = set()
        self._sources = Sources(
            self._sources_changed,
            self._network_changed,
            log,
            self.bugs,
            self._child_guard,
            clock=clock,
            random=random,
            monitor=monitor,
        )
        self._hooks = Hooks(log.warning, child_guard=self._child_guard)
        self._reports = Reports(log, self._hooks, clock)
        self._incidents = Incidents(log)
        self._registry = Registry(config.agent, self._sources.state, transport, random)
        self._plans = Plans(lambda: self._scheduler.are_many_due)
        self._worker = Worker(self._registry, self._incidents, self._reports, self._plans, self._retry, clock, random)
        self._together = Together(
            self._plans, self._worker.call_off, self._worker.called_off, self._worker.recovered, clock
        )
        self._scheduler = Scheduler(
            self._worker.attempt, self._check_settled, self._resumed, self._broken, joint=self._together, clock=clock
        )

    @property
    def names(self) -> Sequence[ManagedName]:
        """All names, in the order of the configuration."""
        return self._registry.names

    async def start(self, *, waits_out_shortage: bool = False) -> None:
        """Begin, and return once the kernel has listed its addresses; raises NoAddress if it does not.

        With `waits_out_shortage`, a temporary lack of open files or memory is logged, and the start waits for its end.
        """
        self._apply(self._config)
        await self._sources.start(self._config.agent, waits_out_shortage=waits_out_shortage)

    async def once(self) -> None:
        """Make one attempt for each name; return when all attempts and their on-change programs have ended."""
        self._scheduler.is_once = True
        await self.start()
        self._check_settled()
        await self.is_settled.wait()
        await self._hooks.finish()

    def open_history(self) -> None:
        """Keep the history from now on, in the file that the configuration names."""
        self._reports.open_history(self._config.agent)

    def configure(self, config: Config) -> None:
        """Continue with another configuration, and check all names."""
        before, self._config = self._config.agent, config
        self._apply(config)
        self._sources.configure(config.agent)
        if (config.agent.history, config.agent.history_keep) != (before.history, before.history_keep):
            self.open_history()
        self.check_all()

    def check_all(self, name: str | None = None) -> int:
        """Ask every source and check every name now, or only that one; return how many these are."""
        names = [one for one in self._registry.names if name is None or str(one.settings.name).lower() == name.lower()]
        if names:
            self._registry.retry_servers()
            self._sources.ask_all()
        for managed in names:
            self._scheduler.check_now(managed)
        return len(names)

    async def close(self) -> None:
        """Stop, and end the programs that were started."""
        await self._scheduler.close()
        for managed in self._registry.names:
            self._worker.call_off(managed, is_gone=True)
        self._registry.close()
        await asyncio.gather(self._sources.close(), self._hooks.close())
        self._child_guard.close()
        self._reports.close()

    @property
    def boot_time(self) -> float:
        """The wall clock when the machine was booted."""
        return self._boot_time.wall

    def status(self) -> ManagedStatus:
        """Return the part of a StatusAnswer about names, sources and servers."""
        now = self._clock.monotonic()
        times = Times(now, self._clock.wall() - now, self.boot_time)
        return {
            "records": self._record_statuses(times),
            "sources": self._sources.status(times.booted),
            "silent_servers": server_statuses(list(self._registry.healths), times),
        }

    def marks(self) -> Sequence[object]:
        """Return a mark for each name, which differs when its status has changed."""
        now = self._clock.monotonic()
        return [one.mark(now, is_under_way=self._scheduler.is_under_way(one)) for one in self._registry.names]

    def _record_statuses(self, times: Times) -> Iterator[RecordStatus]:
        for managed in self._registry.names:
            is_under_way = self._scheduler.is_under_way(managed)
            yield record_status(managed, self._scheduler.due(managed), times, is_under_way=is_under_way)

    def _apply(self, config: Config) -> None:
        """Apply the records of a configuration; those that are the same as before are left alone."""
        self._sources.follow((source, r.common.allow_private) for r in config.records for source in r.sources)
        now = self._clock.monotonic()
        moment = DesiredAt(now)
        for gone, new in self._registry.apply(config, self._clock.boot()):
            if self.is_ending:  # a hundred thousand names take seconds
                return
            if gone is not None and new is not None:
                pass_doubt_on(gone, new, now, is_under_way=self._scheduler.is_under_way(gone))
            if gone is not None:
                self._scheduler.drop(gone)
                self._worker.call_off(gone, is_gone=True)
                self._plans.forget(gone)
                self._incidents.leave(gone)
            if new is not None:
                new.refresh(moment)
                self._scheduler.schedule(new, now)

    # Events

    def _sources_changed(self, changed: set[SourceState]) -> None:
        """React to sources; `changed` are those whose valid addresses have changed."""
        now = self._clock.monotonic()
        if changed:
            self._registry.retry_servers()
        moment, restarted = DesiredAt(now), []
        for managed in self._registry.names if changed else ():
            if changed.isdisjoint(managed.sources):
                continue
            if managed.refresh(moment):
                restarted.append(managed)
            else:
                self._scheduler.hasten(managed)
        self._scheduler.restart(*restarted)
        self._report_failing_sources(now)
        self._check_settled()

    def _report_failing_sources(self, now: float) -> None:
        """Report the names of sources that have begun to fail."""
        before, self._failing = self._failing, self._sources.failing(now)
        for managed in self._registry.names if self._failing - before else ():
            source = managed.failing_source(now)
            if source is not None and source.reading is not None and source not in before:
                self._reports.without_address(managed, source.reading.error)

    def _network_changed(self) -> None:
        """React to a network that has come up or changed: attempts that failed, or wait for an answer, may succeed now.

        Links may come up all the time. So one attempt for a name is cancelled, and the next one may end: it sends
        again by itself, and if it fails, another one follows soon.
        """
        self._registry.retry_servers()
        self._registry.renew_transports()
        restarted = []
        for managed in self._registry.names:
            if self._scheduler.is_under_way(managed):
                if not self._scheduler.interrupt(managed):
                    managed.forget_failures()
            elif managed.error is not None and not is_permanent(managed.error) and not self._scheduler.is_once:
                restarted.append(managed)
        self._scheduler.restart(*restarted)

    def _resumed(self) -> None:
        """React to the end of the machine's sleep: all knowledge may be out of date."""
        self._log.info("resumed from sleep: rechecking all names")
        self._network_changed()
        self.check_all()

    def _retry(self, names: list[ManagedName]) -> None:
        """React to the recovery of a server that these names have waited for."""
        for upstream in {managed.upstream for managed in names}:
            self._together.hope_again(upstream)
        self._scheduler.restart(*[managed for managed in names if not self._scheduler.is_under_way(managed)])

    def _broken(self, managed: ManagedName, mistake: BaseException) -> float:
        self.bugs.note(mistake, f"{managed.settings.name} could not be tried")
        return self._worker.broken(managed, mistake)

    def _check_settled(self) -> None:
        if self._scheduler.is_idle and self._sources.is_settled:
            self.is_settled.set()
