"""The agent at work: the kernel, the sources and the clock say which names to look at, and when; within asyncio."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from contextlib import suppress
from operator import is_
from typing import TYPE_CHECKING

from dns_update import __version__
from dns_update.agent.bugs import Bugs, text_of
from dns_update.agent.clock import WallClock, since_boot
from dns_update.agent.incidents import Incidents
from dns_update.agent.managed_name import ManagedName, texts_of
from dns_update.agent.output.history import Attempt, History
from dns_update.agent.output.history_rows import attempt_of, called_off_attempt_of, failed_attempt_of
from dns_update.agent.output.hooks import Hooks
from dns_update.agent.output.log import WARNING
from dns_update.agent.reconcile.backoff import back_off, growing, is_permanent, jittered
from dns_update.agent.reconcile.server_health import ServerHealth
from dns_update.agent.reconcile.upstream import Upstream
from dns_update.agent.scheduler import Scheduler
from dns_update.agent.sources import Sources
from dns_update.client.aio import AsyncClient
from dns_update.errors import SOME_FAILED, ConfigError, DnsUpdateError, NoAddress, NoResponse
from dns_update.errors.hints import TOML, rendered
from dns_update.process.child_guard import ChildGuard
from dns_update.transport.aio import AsyncioTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable, Iterator
    from typing import Any

    from dns_update.agent.config.settings import Config, RecordSettings
    from dns_update.agent.desired import SourceState
    from dns_update.agent.output.control import ControlServer, ServerStatus, StatusAnswer
    from dns_update.agent.output.log import Log
    from dns_update.agent.output.systemd import Notifier
    from dns_update.agent.reconcile.server_health import Outage
    from dns_update.agent.reconcile.upstream import Try
    from dns_update.client.plan import Desired
    from dns_update.client.requests import Outcome

MOST_PROBLEMS = 20  # of a broken configuration that are said: about a screen; a slip may make ten thousand of them
_ENDED_BY = 128  # plus the signal's number: as a shell says of a process that a signal ended


class Agent:
    """Keeps the names of a configuration right, until it is told to stop."""

    def __init__(self, config: Config, path: str, read: Callable[[], Config], log: Log, notifier: Notifier) -> None:
        """Take a configuration that was read from `path`; `read` reads it anew, and raises UsageError."""
        self._config = config
        self._path = path
        self._read = read
        self._log = log
        self._notifier = notifier
        self._keepers: dict[Hashable, ManagedName] = {}
        self._ways: dict[Hashable, Upstream] = {}
        self._last_way: tuple[tuple[object, ...], Upstream | None] = (), None
        self._turns: dict[Hashable, ServerHealth] = {}
        self._transports: dict[str | None, AsyncioTransport] = {}
        self._troubles = Incidents(log)
        self._bugs = Bugs(log)
        self._tries = Scheduler(self._try, self._settled_or_not, self._woken, self._broken)
        self._started = since_boot()
        self._wall = WallClock()
        self._reloads = 0
        self._reload_error: str | None = None
        self._stop = asyncio.Event()
        self._is_ending = False  # as `_stop`, but known at once, also within work that lets the loop do nothing else
        self._is_open = False
        self._is_reload_due = False  # as soon as it is open
        self._settled = asyncio.Event()
        self._ended_by = 0  # the signal that ended `once`
        self._child_guard = ChildGuard()
        self._feed = Sources(self._heard, self._network_changed, log, self._bugs, self._child_guard)
        self._history: History | None = None
        self._hooks = Hooks(log.warning, child_guard=self._child_guard)
        self._control: ControlServer | None = None
        self._socket = ""

    async def run(self) -> None:
        """Keep the names right until SIGTERM or SIGINT.

        SIGHUP has the configuration read again, SIGUSR1 everything looked at. Both may be blocked until now, for they
        end a process that has no handler for them.
        """
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._own_up)
        self._end_at_signals(lambda _number: self._stop.set())
        loop.add_signal_handler(signal.SIGHUP, self._reload_once_open)
        loop.add_signal_handler(signal.SIGUSR1, self._asked_to_look)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGHUP, signal.SIGUSR1))
        watchdog = None
        try:
            await self._unless_ended(self._open())
            self._is_open = True
            if not self._stop.is_set():
                self._notifier.ready(self._summary())
                if self._notifier.watchdog_seconds is not None:
                    watchdog = loop.create_task(self._tell_alive(self._notifier.watchdog_seconds))
                if self._is_reload_due:
                    self.reload()
                await self._stop.wait()
            self._notifier.stopping()
        finally:
            if watchdog is not None:
                watchdog.cancel()
            await self._close()

    async def once(self) -> int:
        """Make every name right once; return the exit status: 0, that of the one that failed, or 10 if some did.

        SIGTERM and SIGINT end it before that. The history is kept if it may be written: who runs this for himself need
        not have a place for it.
        """
        self._tries.is_once = True
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._own_up)
        self._end_at_signals(self._end_once)
        loop.add_signal_handler(signal.SIGUSR1, _nothing_more)
        try:
            if os.access(os.path.dirname(self._config.agent.history) or ".", os.W_OK):  # noqa: PTH120 - costs 1 MiB
                self._open_history()
            self._apply(self._config)
            await self._unless_ended(self._feed.start(self._config.agent))
            self._settled_or_not()
            await self._settled.wait()
            await self._unless_ended(self._hooks.finish())
        finally:
            await self._close()
        if self._ended_by:
            self._log.notice("ended before every name was looked at")
            return _ENDED_BY + self._ended_by
        statuses = {_exit_status(keeper) for keeper in self._keepers.values()}
        return statuses.pop() if len(statuses) == 1 else SOME_FAILED

    def reload(self) -> None:
        """Read the configuration anew, and look at everything anew; what is wrong is said, and the old one stays."""
        self._notifier.reloading()
        try:
            self._read_anew()
        finally:
            self._notifier.ready(self._summary())

    def _read_anew(self) -> None:
        try:
            config = self._read()
        except Exception as error:  # noqa: BLE001 - whatever is wrong, the agent goes on with what it has
            problems = _problems_of(error)
            self._reload_error = "; ".join(problems)
            for problem in problems:
                self._log.error(f"the configuration stays as it was: {problem}")
        else:
            self._reload_error = None
            self._reloads += 1
            before = self._config
            self._config = config
            self._apply(config)
            self._feed.configure(config.agent)
            if (config.agent.history, config.agent.history_keep) != (before.agent.history, before.agent.history_keep):
                self._open_history()
            if config.agent.socket != before.agent.socket:
                self._log.warning(f"the socket stays at {self._socket or 'none'} until the agent is started anew")
            self._look_anew()
            self._log.notice(f"read {self._path} anew: {self._summary()}")

    def status(self) -> StatusAnswer:
        """Return what `dns-update status` shows."""
        now, boot = time.monotonic(), self._wall.at_boot
        clock = time.time() - now
        return {
            "agent": {
                "pid": os.getpid(), "started": self._started + boot, "version": __version__, "config": self._path,
                "uptime": since_boot() - self._started, "reloads": self._reloads,
                "last_reload_error": self._reload_error, "last_bug": self._bugs.last,
            },
            "records": (keeper.status(now, clock, boot) for keeper in list(self._keepers.values())),
            "sources": self._feed.status(boot),
            "silent_servers": self._silent_servers(clock),
        }  # fmt: skip

    def _silent_servers(self, clock: float) -> Iterator[ServerStatus]:
        for turns in list(self._turns.values()):
            # A host's silence is also that of its addresses.
            silences = {silence.error.server: silence for _place, silence in turns.silences()}
            for silence in silences.values():
                yield {
                    "server": silence.error.server, "since": silence.since + clock, "error": str(silence.error),
                    "next_try": silence.due + clock,
                }  # fmt: skip

    # Opening and closing

    async def _open(self) -> None:
        self._socket = self._config.agent.socket
        if self._socket:
            from dns_update.agent.output.control import serve  # noqa: PLC0415 - not for --once

            self._control = await serve(self._socket, self.status)
        self._open_history()
        self._apply(self._config)
        await self._feed.start(self._config.agent, waits_out_shortage=True)

    def _open_history(self) -> None:
        if self._history is not None:
            self._history.finish()  # and is not waited for: its disk may never answer
            self._history = None
        settings = self._config.agent
        if settings.history:
            self._history = History(settings.history, settings.history_keep, self._log.warning)

    async def _close(self) -> None:
        await self._tries.close()
        for transport in self._transports.values():
            transport.close()
        if self._control is not None:
            await self._control.close()
        await asyncio.gather(self._feed.close(), self._hooks.close())
        self._child_guard.close()
        if self._history is not None:
            self._history.close()

    def _end_at_signals(self, end: Callable[[int], None]) -> None:
        """Have the loop call `end` with the number of the signal that asks us to end."""
        loop = asyncio.get_running_loop()

        def hear(number: int, _frame: object) -> None:
            self._is_ending = True
            with suppress(RuntimeError):  # the loop is closed already
                loop.call_soon_threadsafe(end, number)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, hear)

    def _reload_once_open(self) -> None:
        if self._is_open:
            self.reload()
        else:
            self._is_reload_due = True

    def _asked_to_look(self) -> None:
        self._log.notice("SIGUSR1: looking at everything now")
        self._look_anew()

    def _end_once(self, number: int) -> None:
        self._ended_by = number
        self._stop.set()
        self._settled.set()

    async def _unless_ended(self, work: Coroutine[None, None, None]) -> None:
        """Wait for some work, or until a signal has asked us to end; then it is called off."""
        under_way, stop = asyncio.ensure_future(work), asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait((under_way, stop), return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
            under_way.cancel()
        with suppress(asyncio.CancelledError):
            await under_way

    def _own_up(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Take note of what nobody has caught, of which the loop tells."""
        self._bugs.note(context.get("exception") or RuntimeError("no error is known"), context["message"])

    async def _tell_alive(self, seconds: float) -> None:
        while True:
            try:
                self._notifier.alive()
            except Exception as mistake:  # noqa: BLE001 - the service manager is to hear of us again
                self._bugs.note(mistake, "the service manager could not be told")
            await asyncio.sleep(seconds)

    def _summary(self) -> str:
        count = len(self._keepers)
        return f"keeping {count} {'name' if count == 1 else 'names'} right"

    # What there is to keep right

    def _apply(self, config: Config) -> None:
        """Take up the records of a configuration, letting those alone that are the same as before."""
        old, self._keepers = self._keepers, {}
        known_ways, self._ways = self._ways, {}
        known_turns, self._turns = self._turns, {}
        self._feed.want((source, r.allow_private) for r in config.records for source in r.sources)
        now, up = time.monotonic(), since_boot()
        for settings in config.records:
            if self._is_ending:  # a hundred thousand take seconds
                return
            identity = settings.identity
            known = old.pop(identity, None) if old else None  # to hash ten thousand names for nothing takes its time
            way = self._way(settings, known_ways, known_turns)
            if known is not None and known.settings == settings:
                self._keepers[identity] = known
                continue
            keeper = self._keepers[identity] = ManagedName(settings, way, self._states(settings), up)
            if known is not None:
                # What an update brings about that was sent by the old rules must not stay.
                keeper.look_again = known.look_again if known.task is None else now + known.way.patience
                self._drop(known)
            keeper.refresh(now)
            self._tries.schedule(keeper, now)
        for keeper in old.values():
            self._drop(keeper)

    def _drop(self, keeper: ManagedName) -> None:
        self._tries.drop(keeper)
        self._troubles.leave(keeper)

    def _states(self, settings: RecordSettings) -> tuple[SourceState | bytes, ...]:
        private = settings.allow_private
        return tuple([s if isinstance(s, bytes) else self._feed.state((s, private)) for s in settings.sources])

    def _way(
        self, settings: RecordSettings, ways: dict[Hashable, Upstream], turns: dict[Hashable, ServerHealth]
    ) -> Upstream:
        """Return the way of a record, one of `ways` if there is one: it may be under way."""
        parts = (settings.servers, settings.key, settings.policy, settings.local_address)
        last, way = self._last_way
        # The configuration shares equal parts, and to compare these is cheaper than to hash them ten thousand times.
        if way is not None and all(map(is_, parts, last)):
            return way
        manner = settings.policy, settings.local_address
        if manner not in self._turns:
            self._turns[manner] = turns.get(manner) or ServerHealth(self._seconds_of_silence)
        if parts not in self._ways:
            self._ways[parts] = ways.get(parts) or self._new_way(settings, self._turns[manner])
        self._last_way = parts, self._ways[parts]
        return self._ways[parts]

    def _new_way(self, settings: RecordSettings, turns: ServerHealth) -> Upstream:
        transport = self._transports.get(settings.local_address)
        if transport is None:
            transport = self._transports[settings.local_address] = AsyncioTransport(settings.local_address)
            transport.keep_open()
        client = AsyncClient(*settings.servers, key=settings.key, policy=settings.policy, transport=transport)
        return Upstream(client, settings.servers, turns, settings.policy.patience)

    def _seconds_of_silence(self, failures: int) -> float:
        return growing(failures, self._config.agent.interval, random.random)

    # When something happens

    def _heard(self, states: set[SourceState]) -> None:
        """Act on what sources say; `states` are those by which something has changed."""
        now = time.monotonic()
        if states:
            self._let_all_be_asked()
        for keeper in self._keepers.values() if states else ():
            if states.isdisjoint(keeper.states):
                continue
            if keeper.refresh(now):
                self._tries.restart(keeper)
            else:
                self._tries.hasten(keeper)
        self._settled_or_not()

    def _network_changed(self) -> None:
        """Act on a network that has come up, or is another one: what fails, or waits for an answer, may succeed now.

        Links may come up all the time. So of the tries of a name one is called off, and the next one is left to end: it
        asks again of its own accord, and if it fails, another one follows soon.
        """
        self._let_all_be_asked()
        for transport in self._transports.values():
            transport.renew()
        for keeper in self._keepers.values():
            if keeper.task is not None and keeper.is_spared:
                keeper.failures = 0
            elif keeper.task is not None:
                keeper.is_spared = True
                self._tries.restart(keeper)
            elif keeper.error is not None and not is_permanent(keeper.error) and not self._tries.is_once:
                self._tries.restart(keeper)

    def _woken(self) -> None:
        """Act on the end of the machine's sleep: nothing that was known need be true any more."""
        self._log.info("the machine has slept: everything is looked at anew")
        self._network_changed()
        self._look_anew()

    def _look_anew(self) -> None:
        """Ask every source and look at every name now, whatever it waits for."""
        self._let_all_be_asked()
        self._feed.ask_all()
        for keeper in self._keepers.values():
            self._tries.look_at(keeper)

    def _let_all_be_asked(self) -> None:
        """Let no server be passed over for having been silent before."""
        for turns in self._turns.values():
            turns.all_due()

    # Scheduler, each in its time

    async def _try(self, keeper: ManagedName) -> float:
        """Make one name right, and return the seconds until it is looked at again."""
        started = time.monotonic()
        if keeper.is_out_of_date:
            keeper.refresh(started)
        wanted = keeper.wanted
        if wanted is None:
            return self._interval()
        attempt = keeper.way.begin(keeper.settings.zone, keeper, started, is_urgent=keeper.is_urgent)
        if attempt is None:
            return self._passed_over(keeper)
        try:
            outcome = await attempt.run(keeper.target, wanted)
            return self._succeeded(keeper, attempt, outcome)
        except DnsUpdateError as error:
            return self._failed(keeper, attempt, error)
        except asyncio.CancelledError:
            self._called_off(keeper, attempt, wanted)
            raise
        except Exception as mistake:  # noqa: BLE001 - a bug of ours must not keep the other names from being right
            return self._failed(keeper, attempt, DnsUpdateError(text_of(mistake)))

    def _broken(self, keeper: ManagedName, mistake: BaseException) -> float:
        """Take note of an error that a try did not even fail by; return as `_failed`."""
        self._bugs.note(mistake, f"{keeper.settings.name} could not be tried")
        keeper.failed(DnsUpdateError(text_of(mistake)), since_boot())
        return growing(keeper.failures, self._config.agent.interval, random.random)

    def _interval(self) -> float:
        return jittered(self._config.agent.interval, random.random)

    def _settled_or_not(self) -> None:
        """Tell `once` when every source was heard and every name has had its try."""
        if self._tries.is_idle and self._feed.is_settled:
            self._settled.set()

    def _succeeded(self, keeper: ManagedName, attempt: Try, outcome: Outcome) -> float:
        """Take note of what stands now; return the seconds until the next look."""
        now = time.monotonic()
        ended = attempt.succeeded(outcome, now)
        if keeper.settings.key is not None and self._history is not None:
            self._history.believe()
        before = keeper.succeeded(outcome, since_boot())
        settings = keeper.settings
        if before is not None:
            relative = settings.name.relative_to(outcome.zone)
            self._log.info(f"updating zone: {outcome.zone}: updating RR set for {relative}")
            after = ", ".join(texts_of(outcome.after or ())) or "nothing"
            self._log.info(f"update successful: {settings.name} has {after} at {outcome.server}")
            change = attempt_of(keeper, outcome, before, now - attempt.began)
            self._keep(change)
            if settings.on_change:
                self._hooks.run(settings.on_change, change)
        self._note_fail_over(keeper, attempt, outcome)
        for note in outcome.notes:  # most are true of many names, and are said once
            self._log.changed((keeper.way, note), note, f"{settings.name}: {rendered(note, TOML)}", WARNING)
        self._troubles.leave(keeper, is_right=True)
        self._note_ends(keeper, ended)
        if attempt.is_update_astray:
            keeper.look_again = now + keeper.way.patience
        elif keeper.look_again is not None and keeper.look_again <= attempt.began:
            keeper.look_again = None
        seconds = self._interval()
        for sooner in (keeper.look_again, self._due(keeper)):
            if sooner is not None:
                seconds = min(seconds, max(sooner - now, 0.0))
        return seconds

    def _note_fail_over(self, keeper: ManagedName, attempt: Try, outcome: Outcome) -> None:
        """Say which servers did not do it. A silent one concerns all names that are sent there, and is said once."""
        failures = outcome.failures
        if not failures:
            return
        line = f"{'; '.join(map(str, failures))}; {outcome.server} did it"
        # Without the silent ones: these are asked now and then only, which changes nothing about the others.
        refusals = frozenset((type(f).__name__, f.server) for f in failures if not isinstance(f, NoResponse))
        topic = keeper.settings.identity, keeper.way
        is_said = bool(refusals) and self._log.changed(topic, refusals, line, WARNING)
        if all(not isinstance(failure, NoResponse) for failure in failures):
            return
        turns = keeper.way.turns
        silences = [turns.silence_of(place) for place in attempt.places]
        unknown = [silence for silence in silences if silence is not None and not silence.is_known]
        for silence in unknown:
            silence.is_known = True
        if unknown and not is_said:
            self._log.warning(line)

    def _note_ends(self, keeper: ManagedName, ended: list[tuple[Hashable, Outage]]) -> None:
        """Say whose silence is over, and try those names that have waited for its end."""
        for place, silence in ended:
            if silence.is_known:
                self._log.notice(f"{place} answers again")
            for other in self._keepers.values():
                waits = other.task is None and _has_met_silence(other.error) and other is not keeper
                if waits and other.way.turns is keeper.way.turns and place in other.way.places(other.settings.zone):
                    self._tries.restart(other)

    def _passed_over(self, keeper: ManagedName) -> float:
        """Take note that those who could make a name right are silent, as is known; return as `_failed`.

        Whoever finds them answering sees to it that it is tried.
        """
        places = keeper.way.places(keeper.settings.zone)
        silences = [silence for place in places if (silence := keeper.way.turns.silence_of(place)) is not None]
        error = silences[-1].error
        keeper.failed(error, since_boot())
        self._troubles.enter(keeper, error, self._keepers.values())
        return self._interval()

    def _failed(self, keeper: ManagedName, attempt: Try, error: DnsUpdateError) -> float:
        """Take note of a failure; return the seconds until the next try."""
        now = time.monotonic()
        ended = attempt.failed(error, now)
        keeper.failed(error, since_boot())
        self._note_doubts(keeper, attempt)
        self._troubles.enter(keeper, error, self._keepers.values())
        self._keep(failed_attempt_of(keeper, error, now - attempt.began))
        self._note_ends(keeper, ended)
        due = self._due(keeper) if isinstance(error, NoResponse) else None
        if due is not None:
            return max(due - now, 0.0)
        return back_off(error, keeper.failures, self._config.agent.interval, random.random)

    def _called_off(self, keeper: ManagedName, attempt: Try, wanted: Desired) -> None:
        """Take note of a try that is not waited for any more, and what it was to bring about."""
        attempt.called_off()
        self._note_doubts(keeper, attempt)
        if attempt.update_sent_to is not None:
            seconds = time.monotonic() - attempt.began
            self._keep(called_off_attempt_of(keeper, wanted, attempt.update_sent_to, seconds))

    def _note_doubts(self, keeper: ManagedName, attempt: Try) -> None:
        """Take note of what a try may have brought about that has not succeeded."""
        keeper.is_doubtful |= attempt.update_sent_to is not None
        if attempt.is_update_astray:
            keeper.look_again = time.monotonic() + keeper.way.patience

    def _due(self, keeper: ManagedName) -> float | None:
        """Return when a server is to be asked again that was silent when this very name was tried."""
        turns = keeper.way.turns
        return turns.due(keeper.way.places(keeper.settings.zone), keeper) if turns.knows_silence else None

    def _keep(self, attempt: Attempt) -> None:
        if self._history is not None:
            self._history.add(attempt)


def _nothing_more() -> None:
    """Do nothing: everything is looked at once anyway."""


def _has_met_silence(error: DnsUpdateError | None) -> bool:
    """Tell whether a try failed, if it did, for want of an answer from one of the servers at least."""
    return error is not None and any(isinstance(one, NoResponse) for one in (error, *error.failures))


def _problems_of(error: Exception) -> list[str]:
    """Return what is wrong with a configuration, each with what to do."""
    if not isinstance(error, DnsUpdateError):
        return [text_of(error)]
    if not isinstance(error, ConfigError):
        return [f"{error} ({rendered(error.hint, TOML)})" if error.hint else str(error)]
    return list(error.lines(MOST_PROBLEMS))


def _exit_status(keeper: ManagedName) -> int:
    """Return what `--once` ends with if all names are like this one."""
    if keeper.error is not None:
        return keeper.error.exit_status
    return NoAddress.exit_status if keeper.wanted is None else 0
