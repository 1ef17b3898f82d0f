"""The agent as a process: its signals, its socket, notifications of the service manager, and its exit status."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from dns_update import __version__
from dns_update.agent.bugs import text_of
from dns_update.agent.clock import since_boot
from dns_update.agent.config.settings import Config
from dns_update.agent.controller import Controller
from dns_update.agent.managed_name import ManagedName
from dns_update.agent.output.control import ControlServer
from dns_update.agent.output.log import Log
from dns_update.errors import SOME_FAILED, ConfigError, DnsUpdateError, NoAddress
from dns_update.errors.hints import TOML, rendered
from dns_update.process.systemd import Notifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.agent.output.answer_types import StatusAnswer

MOST_PROBLEMS = 20  # of a broken configuration that are logged: about a screen; one mistake may cause ten thousand
_ENDED_BY = 128  # plus the signal's number, as in a shell


class Agent:
    """Keeps the names of a configuration right, until it is told to stop."""

    def __init__(self, config: Config, path: str, read: Callable[[], Config], log: Log, notifier: Notifier) -> None:
        """Begin with a configuration that was read from `path`; `read` reads it again, and raises UsageError."""
        self._config = config
        self._path = path
        self._read = read
        self._log = log
        self._notifier = notifier
        self._controller = Controller(config, log)
        self._started = since_boot()
        self._reloads = 0
        self._reload_error: str | None = None
        self._stop = asyncio.Event()
        self._is_open = False
        self._is_reload_due = False  # as soon as it is open
        self._ended_by = 0  # the signal that ended `once`
        self._control: ControlServer | None = None
        self._socket = ""

    async def run(self) -> None:
        """Keep the names right until SIGTERM or SIGINT.

        SIGHUP reads the configuration again, SIGUSR1 checks every name. The caller may have blocked both, because
        without a handler they end a process; here they are unblocked.
        """
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._note_bug)
        self._end_at_signals(lambda _number: self._stop.set())
        loop.add_signal_handler(signal.SIGHUP, self._reload_once_open)
        loop.add_signal_handler(signal.SIGUSR1, self._check_all)
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
        """Make every name right once; return the exit status: that of all names if it is the same, otherwise 10.

        SIGTERM and SIGINT end it earlier. The history is kept if its directory is writable, because another user who
        runs this may have no access to it.
        """
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._note_bug)
        self._end_at_signals(self._end_once)
        loop.add_signal_handler(signal.SIGUSR1, lambda: None)  # every name is checked once anyway
        try:
            if os.access(os.path.dirname(self._config.agent.history) or ".", os.W_OK):
                self._controller.open_history()
            await self._unless_ended(self._controller.once())
        finally:
            await self._close()
        if self._ended_by:
            self._log.notice("stopped before every name was checked")
            return _ENDED_BY + self._ended_by
        statuses = {_exit_status(managed) for managed in self._controller.names}
        return statuses.pop() if len(statuses) == 1 else SOME_FAILED

    def reload(self) -> None:
        """Read the configuration again, and check all names; if it has mistakes, log them, and keep the old one."""
        self._notifier.reloading()
        try:
            self._read_again()
        finally:
            self._notifier.ready(self._summary())

    def _read_again(self) -> None:
        try:
            config = self._read()
        except Exception as error:  # noqa: BLE001 - whatever is wrong, the agent goes on with what it has
            problems = _problems_of(error)
            self._reload_error = "; ".join(problems)
            for problem in problems:
                self._log.error(f"the configuration stays as it was: {problem}")
            return
        self._reload_error = None
        self._reloads += 1
        before, self._config = self._config, config
        self._controller.configure(config)
        if config.agent.socket != before.agent.socket:
            self._log.warning(f"the socket stays at {self._socket or 'none'} until the agent is restarted")
        self._log.notice(f"reloaded {self._path}: {self._summary()}")

    def status(self) -> StatusAnswer:
        """Return what `dns-update status` shows."""
        return {
            "agent": {
                "pid": os.getpid(),
                "started": self._started + self._controller.boot_time,
                "version": __version__,
                "config": self._path,
                "uptime": since_boot() - self._started,
                "reloads": self._reloads,
                "last_reload_error": self._reload_error,
                "last_bug": self._controller.bugs.last,
            },
            **self._controller.status(),
        }

    def refresh(self, name: str | None) -> int:
        """Check all names now, or only one, given in full; return how many these are."""
        count = self._controller.check_all(name)
        if count:
            self._log.notice(f"refresh: checking {name or 'all names'} now")
        return count

    def marks(self) -> object:
        """Return a value that differs whenever the status of a name, or the result of a reload, has changed."""
        return self._controller.marks(), self._reloads, self._reload_error

    # Opening and closing

    async def _open(self) -> None:
        self._log.notice(f"agent {__version__} starts: {_names(len(self._config.records))} in {self._path}")
        self._socket = self._config.agent.socket
        if self._socket:
            from dns_update.agent.output.control import serve  # not for --once

            self._control = await serve(self._socket, self)
        self._controller.open_history()
        await self._controller.start(waits_out_shortage=True)

    async def _close(self) -> None:
        if self._control is not None:
            await self._control.close()
        await self._controller.close()

    # Signals

    def _end_at_signals(self, end: Callable[[int], None]) -> None:
        """Have the loop call `end` with the number of the signal that asks us to end."""
        loop = asyncio.get_running_loop()

        def hear(number: int, _frame: object) -> None:
            self._controller.is_ending = True  # at once, even during work that blocks the loop
            with suppress(RuntimeError):  # the loop is already closed
                loop.call_soon_threadsafe(end, number)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, hear)

    def _reload_once_open(self) -> None:
        if self._is_open:
            self.reload()
        else:
            self._is_reload_due = True

    def _check_all(self) -> None:
        self._log.notice("SIGUSR1: checking all names now")
        self._controller.check_all()

    def _end_once(self, number: int) -> None:
        self._ended_by = number
        self._stop.set()

    async def _unless_ended(self, work: Coroutine[None, None, None]) -> None:
        """Wait for some work; if a signal asks us to end, cancel it."""
        under_way, stop = asyncio.ensure_future(work), asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait((under_way, stop), return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
            under_way.cancel()
        with suppress(asyncio.CancelledError):
            await under_way

    def _note_bug(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Record an uncaught error that the loop reports."""
        self._controller.bugs.note(context.get("exception") or RuntimeError("no error is known"), context["message"])

    async def _tell_alive(self, seconds: float) -> None:
        while True:
            try:
                self._notifier.alive()
            except Exception as mistake:  # noqa: BLE001 - the service manager is to hear of us again
                self._controller.bugs.note(mistake, "the service manager could not be notified")
            await asyncio.sleep(seconds)

    def _summary(self) -> str:
        return f"managing {_names(len(self._controller.names))}"


def _names(count: int) -> str:
    return f"{count} {'name' if count == 1 else 'names'}"


def _problems_of(error: Exception) -> list[str]:
    """Return the problems of a configuration, each with its hint."""
    if not isinstance(error, DnsUpdateError):
        return [text_of(error)]
    if not isinstance(error, ConfigError):
        return [f"{error} ({rendered(error.hint, TOML)})" if error.hint else str(error)]
    return list(error.lines(MOST_PROBLEMS))


def _exit_status(managed: ManagedName) -> int:
    if managed.error is not None:
        return managed.error.exit_status
    return NoAddress.exit_status if managed.desired is None else 0
