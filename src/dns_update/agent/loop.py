"""The agent at work: the kernel, the sources and the clock say which names to look at, and when; within asyncio."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from operator import is_
from typing import TYPE_CHECKING

from dns_update import __version__
from dns_update.agent.feed import Feed
from dns_update.agent.history import Attempt, History
from dns_update.agent.hooks import Hooks
from dns_update.agent.keeper import Keeper, texts_of
from dns_update.agent.log import ERROR, NOTICE, WARNING
from dns_update.agent.reconcile import reconcile
from dns_update.agent.schedule import back_off, is_permanent, jittered
from dns_update.agent.tries import Tries
from dns_update.client.aio import AsyncClient
from dns_update.errors import DnsUpdateError, NoAddress, NoAnswer
from dns_update.transport.aio import AsyncioTransport
from dns_update.wire.codes import rrtype_to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from dns_update.agent.control import ControlServer, StatusAnswer
    from dns_update.agent.log import Log
    from dns_update.agent.notify import Notifier
    from dns_update.agent.readings import SourceState
    from dns_update.agent.settings import Config, RecordSettings
    from dns_update.client.requests import Outcome
    from dns_update.wire.record import Record

_PART_OF_MANY_FAILED = 10  # the exit status of `--once`


class Agent:
    """Keeps the names of a configuration right, until it is told to stop."""

    def __init__(self, config: Config, path: str, read: Callable[[], Config], log: Log, notifier: Notifier) -> None:
        """Take a configuration that was read from `path`; `read` reads it anew, and raises UsageError."""
        self._config = config
        self._path = path
        self._read = read
        self._log = log
        self._notifier = notifier
        self._keepers: dict[Hashable, Keeper] = {}
        self._clients: dict[Hashable, AsyncClient] = {}
        self._last_client: tuple[tuple[object, ...], AsyncClient | None] = (), None
        self._transports: dict[str | None, AsyncioTransport] = {}
        self._failed_over: set[AsyncClient] = set()  # whose first server does not answer
        self._tries = Tries(self._try, self._settled_or_not, self._woken)
        self._started = time.time()
        self._reloads = 0
        self._reload_error: str | None = None
        self._stop = asyncio.Event()
        self._settled = asyncio.Event()
        self._feed = Feed(self._heard, self._network_changed, log)
        self._history: History | None = None
        self._hooks = Hooks(log.warning)
        self._control: ControlServer | None = None
        self._socket = ""

    async def run(self) -> None:
        """Keep the names right until SIGTERM or SIGINT; SIGHUP reads the configuration anew."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, self.reload)
        watchdog = None
        try:
            await self._open()
            self._notifier.ready(self._summary())
            if self._notifier.watchdog_seconds is not None:
                watchdog = loop.create_task(self._tell_alive(self._notifier.watchdog_seconds))
            await self._stop.wait()
            self._notifier.stopping()
        finally:
            if watchdog is not None:
                watchdog.cancel()
            await self._close()

    async def once(self) -> int:
        """Make every name right once; return the exit status: 0, that of the one that failed, or 10 if some did.

        The history is kept if it may be written: who runs this for himself need not have a place for it.
        """
        try:
            if os.access(os.path.dirname(self._config.agent.history) or ".", os.W_OK):  # noqa: PTH120 - costs 1 MiB
                self._open_history()
            self._apply(self._config)
            await self._feed.start(self._config.agent)
            self._settled_or_not()
            await self._settled.wait()
            await self._hooks.finish()
        finally:
            await self._close()
        statuses = {_exit_status(keeper) for keeper in self._keepers.values()}
        return statuses.pop() if len(statuses) == 1 else _PART_OF_MANY_FAILED

    def reload(self) -> None:
        """Read the configuration anew, and look at everything anew; what is wrong is said, and the old one stays."""
        self._notifier.reloading()
        try:
            config = self._read()
        except DnsUpdateError as error:
            self._reload_error = str(error)
            self._log.error(f"the configuration stays as it was: {error}")
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
        self._notifier.ready(self._summary())

    def status(self) -> StatusAnswer:
        """Return what `dns-update status` shows."""
        clock = time.time() - time.monotonic()
        return {
            "agent": {
                "pid": os.getpid(), "started": self._started, "version": __version__, "config": self._path,
                "uptime": time.time() - self._started, "reloads": self._reloads,
                "last_reload_error": self._reload_error,
            },
            "records": (keeper.status(clock) for keeper in list(self._keepers.values())),
            "sources": self._feed.status(),
        }  # fmt: skip

    # Opening and closing

    async def _open(self) -> None:
        self._socket = self._config.agent.socket
        if self._socket:
            from dns_update.agent.control import serve  # noqa: PLC0415 - not for --once

            self._control = await serve(self._socket, self.status)
        self._open_history()
        self._apply(self._config)
        await self._feed.start(self._config.agent)

    def _open_history(self) -> None:
        if self._history is not None:
            self._history.close()
            self._history = None
        settings = self._config.agent
        if settings.history:
            self._history = History(settings.history, settings.history_keep, self._log.warning)

    async def _close(self) -> None:
        self._feed.close()
        await self._tries.close()
        for transport in self._transports.values():
            transport.close()
        if self._control is not None:
            await self._control.close()
        await self._hooks.close()
        if self._history is not None:
            self._history.close()

    async def _tell_alive(self, seconds: float) -> None:
        while True:
            self._notifier.alive()
            await asyncio.sleep(seconds)

    def _summary(self) -> str:
        count = len(self._keepers)
        return f"keeping {count} {'name' if count == 1 else 'names'} right"

    # What there is to keep right

    def _apply(self, config: Config) -> None:
        """Take up the records of a configuration, letting those alone that are the same as before."""
        old, self._keepers = self._keepers, {}
        self._feed.want((source, r.allow_private) for r in config.records for source in r.sources)
        now = time.monotonic()
        for settings in config.records:
            identity = settings.identity
            known = old.pop(identity, None)
            if known is not None and known.settings == settings:
                self._keepers[identity] = known
                continue
            if known is not None:
                self._tries.drop(known)
            keeper = Keeper(settings, self._client(settings), self._states(settings), time.time())
            self._keepers[identity] = keeper
            keeper.refresh(now)
            self._tries.schedule(keeper, now)
        for keeper in old.values():
            self._tries.drop(keeper)
            self._log.forget(keeper.settings.identity)

    def _states(self, settings: RecordSettings) -> list[SourceState | bytes]:
        private = settings.allow_private
        return [s if isinstance(s, bytes) else self._feed.state((s, private)) for s in settings.sources]

    def _client(self, settings: RecordSettings) -> AsyncClient:
        """Return the client for a record; records that are sent the same way share one."""
        way = (settings.servers, settings.key, settings.policy, settings.local_address)
        last, client = self._last_client
        # The configuration shares equal parts, and to compare these is cheaper than to hash them ten thousand times.
        if client is not None and all(map(is_, way, last)):
            return client
        if way not in self._clients:
            transport = self._transports.get(settings.local_address)
            if transport is None:
                transport = self._transports[settings.local_address] = AsyncioTransport(settings.local_address)
                transport.keep_open()
            self._clients[way] = AsyncClient(
                *settings.servers, key=settings.key, policy=settings.policy, transport=transport
            )
        self._last_client = way, self._clients[way]
        return self._clients[way]

    # When something happens

    def _heard(self, states: set[SourceState]) -> None:
        """Act on what sources say; `states` are those by which something has changed."""
        now = time.monotonic()
        for keeper in self._keepers.values() if states else ():
            if states.isdisjoint(keeper.states):
                continue
            if keeper.refresh(now):
                self._tries.restart(keeper)
            else:
                self._tries.hasten(keeper)
        self._settled_or_not()

    def _network_changed(self) -> None:
        """Act on a network that has come up, or is another one: what fails, or waits for an answer, may succeed now."""
        for transport in self._transports.values():
            transport.renew()
        for keeper in self._keepers.values():
            if keeper.task is not None or (keeper.error is not None and not is_permanent(keeper.error)):
                self._tries.restart(keeper)

    def _woken(self) -> None:
        """Act on the end of the machine's sleep: nothing that was known need be true any more."""
        self._log.info("the machine has slept: everything is looked at anew")
        self._network_changed()
        self._look_anew()

    def _look_anew(self) -> None:
        """Ask every source and look at every name now, whatever it waits for."""
        self._feed.ask_all()
        for keeper in self._keepers.values():
            self._tries.look_at(keeper)

    # Tries, each in its time

    async def _try(self, keeper: Keeper) -> float:
        """Make one name right, and return the seconds until it is looked at again."""
        started = time.monotonic()
        if keeper.is_out_of_date:
            keeper.refresh(started)
        wanted = keeper.wanted
        try:
            if wanted is not None:
                outcome = await keeper.client.run(lambda dialogue: reconcile(dialogue, keeper.target, wanted))
                self._succeeded(keeper, outcome)
            return jittered(self._config.agent.interval, random.random)
        except DnsUpdateError as error:
            return self._failed(keeper, error, time.monotonic() - started)
        except asyncio.CancelledError:
            keeper.is_doubtful = True
            raise
        except Exception as mistake:  # noqa: BLE001 - a bug of ours must not keep the other names from being right
            bug = DnsUpdateError(f"this is a bug in dns-update: {type(mistake).__name__}: {mistake}")
            return self._failed(keeper, bug, time.monotonic() - started)

    def _settled_or_not(self) -> None:
        """Tell `once` when every source was heard and every name has had its try."""
        if self._tries.is_idle and self._feed.is_settled:
            self._settled.set()

    def _succeeded(self, keeper: Keeper, outcome: Outcome) -> None:
        had_failed = keeper.error is not None
        before = keeper.succeeded(outcome, time.time())
        settings = keeper.settings
        if before is not None:
            relative = settings.name.relative_to(outcome.zone)
            self._log.info(f"updating zone: {outcome.zone}: updating RR set for {relative}")
            after = ", ".join(texts_of(outcome.after or ())) or "nothing"
            self._log.info(f"update successful: {settings.name} has {after} at {outcome.server}")
            attempt = self._attempt(keeper, outcome, before)
            self._keep(attempt)
            if settings.on_change:
                self._hooks.run(settings.on_change, attempt)
        self._note_fail_over(keeper, outcome)
        if had_failed:
            self._log.changed(settings.identity, "", f"{settings.name} is right again", NOTICE)

    def _note_fail_over(self, keeper: Keeper, outcome: Outcome) -> None:
        """Say which servers did not do it, and when they do again.

        A silent server concerns all names that are sent there, and is said once for them all.
        """
        failures, client = outcome.failures, keeper.client
        if failures:
            is_silence = all(isinstance(failure, NoAnswer) for failure in failures)
            state = [(type(failure).__name__, failure.server) for failure in failures]
            line = f"{'; '.join(map(str, failures))}; {outcome.server} did it"
            topic = client if is_silence else (keeper.settings.identity, client)
            self._log.changed(topic, tuple(state), line, WARNING)
            if is_silence:
                self._failed_over.add(client)
        elif client in self._failed_over:
            self._failed_over.remove(client)
            self._log.changed(client, "", f"{outcome.server} answers again", NOTICE)

    def _failed(self, keeper: Keeper, error: DnsUpdateError, seconds: float) -> float:
        """Take note of a failure; return the seconds until the next try."""
        keeper.failed(error, time.time())
        again = back_off(error, keeper.failures, self._config.agent.interval, random.random)
        hint = f" ({error.hint})" if error.hint else ""
        line = f"update failed: {keeper.settings.name}: {error}{hint}"
        priority = ERROR if is_permanent(error) else WARNING
        self._log.changed(keeper.settings.identity, (type(error).__name__, error.server), line, priority)
        self._keep(self._failed_attempt(keeper, error, seconds))
        return again

    def _keep(self, attempt: Attempt) -> None:
        if self._history is not None:
            self._history.add(attempt)

    def _attempt(self, keeper: Keeper, outcome: Outcome, before: tuple[Record, ...]) -> Attempt:
        return Attempt(
            when=time.time(),
            name=str(keeper.settings.name),
            zone=str(outcome.zone),
            types=_types(keeper.settings),
            before=", ".join(texts_of(before)),
            after=", ".join(texts_of(outcome.after or ())),
            server=str(outcome.server),
            key_name=_key_name(keeper.settings),
            outcome="ok",
            message="; ".join(outcome.notes),
            seconds=outcome.seconds,
        )

    def _failed_attempt(self, keeper: Keeper, error: DnsUpdateError, seconds: float) -> Attempt:
        wanted = keeper.status(0.0)["wanted"]
        return Attempt(
            when=time.time(),
            name=str(keeper.settings.name),
            zone="" if keeper.settings.zone is None else str(keeper.settings.zone),
            types=_types(keeper.settings),
            before=", ".join(texts_of(keeper.published)),
            after=", ".join(wanted),
            server=error.server,
            key_name=_key_name(keeper.settings),
            outcome=type(error).__name__,
            message=str(error),
            seconds=seconds,
        )


def _types(settings: RecordSettings) -> tuple[str, ...]:
    return tuple(map(rrtype_to_text, settings.types))


def _key_name(settings: RecordSettings) -> str:
    return "" if settings.key is None else str(settings.key.name)


def _exit_status(keeper: Keeper) -> int:
    """Return what `--once` ends with if all names are like this one."""
    if keeper.error is not None:
        return keeper.error.exit_status
    return NoAddress.exit_status if keeper.wanted is None else 0
