"""Programs that are run when a name has changed: facts in their environment, never in the way of updates.

A program is started by posix_spawn and watched through a descriptor of its process: no thread, as asyncio's own
watcher of Python 3.11 takes for each, no copy of our memory, and no handler of SIGCHLD.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress

from dns_update.agent.output.history import HistoryRow
from dns_update.errors import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    from dns_update.process.child_guard import ChildGuard

    Key: TypeAlias = "tuple[tuple[str, ...], tuple[str, ...]]"

MAX_RUNNING = 4  # programs at once: a change of network changes all names, and the machine has other work
PROGRAM_SECONDS = 60.0  # for one run; a firewall or a web server is reloaded in a few
END_SECONDS = 5.0  # between SIGTERM and SIGKILL, to tidy up

_INHERITED = ("PATH", "HOME", "LANG", "TZ")
"""What a program gets of our own environment. The rest may hold secrets (`secret = "env:NAME"`)."""

# Python ignores these for itself, and a program would inherit that: `yes | head` would never end.
_DEFAULT_SIGNALS = (signal.SIGPIPE, signal.SIGXFSZ)


class Hooks:
    """Runs programs: one at a time for each name, MAX_RUNNING in all, each PROGRAM_SECONDS at most.

    What changes while a program runs for the same name is gathered into one last run, from the first `before` to the
    last `after`. Belongs to the asyncio loop of the main thread.
    """

    def __init__(
        self,
        report: Callable[[str], None],
        *,
        most: int = MAX_RUNNING,
        seconds: float = PROGRAM_SECONDS,
        environment: Mapping[str, str] | None = None,
        child_guard: ChildGuard | None = None,
    ) -> None:
        """Tell `report` a line for each failure; the environment to inherit from is the process's own, if None.

        Programs hang by `child_guard`: it ends them if we are killed.
        """
        self._report = report
        self._child_guard = child_guard
        self._most = most
        self._seconds = seconds
        own = os.environ if environment is None else environment
        self._inherited = {name: own[name] for name in _INHERITED if name in own}
        self._waiting: dict[str, dict[Key, HistoryRow]] = {}  # by name, whose turn it is first
        self._running: dict[str, _Run] = {}
        if signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN:
            # Some who start us have it so; then the kernel keeps no status, and gives the number to somebody else.
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)

    def run(self, program: Sequence[str], change: HistoryRow) -> None:
        """Run a program (and its arguments) for a change, as soon as it may be; returns at once."""
        of_name = self._waiting.setdefault(change.name, {})
        key = (tuple(program), change.types)
        of_name[key] = change if key not in of_name else _joined(of_name[key], change)
        self._start_waiting()

    async def finish(self) -> None:
        """Wait until all programs have run, also those that are still to come."""
        while self._running:
            await asyncio.wait([run.ended for run in self._running.values()], return_when=asyncio.FIRST_COMPLETED)

    async def close(self) -> None:
        """End what runs, forget what waits."""
        self._waiting.clear()
        self._report = _say_nothing  # that we end them is no failure of theirs
        for run in self._running.values():
            run.end()
        with suppress(TimeoutError):
            async with asyncio.timeout(END_SECONDS * 2):  # another user's program (sudo) cannot be killed
                await self.finish()

    def _start_waiting(self) -> None:
        while len(self._running) < self._most:
            name = next((name for name in self._waiting if name not in self._running), None)
            if name is None:
                return
            of_name = self._waiting.pop(name)
            key = next(iter(of_name))
            change = of_name.pop(key)
            if of_name:
                self._waiting[name] = of_name  # at the end: others are to have their turn
            self._start(key[0], change)

    def _start(self, program: tuple[str, ...], change: HistoryRow) -> None:
        try:
            run = _Run(program, {**self._inherited, **facts(change)}, self._seconds, self._child_guard)
        except (OSError, ValueError) as error:  # ValueError: a NUL, or what is no Unicode
            reason = error.strerror if isinstance(error, OSError) else str(error)
            self._report(f"on-change program {_shown(program)} for {change.name} cannot be run: {reason}")
            return
        self._running[change.name] = run
        run.ended.add_done_callback(lambda _future: self._ended(run, change))

    def _ended(self, run: _Run, change: HistoryRow) -> None:
        del self._running[change.name]
        if failure := run.failure():
            self._report(f"on-change program {_shown(run.program)} for {change.name} {failure}")
        self._start_waiting()


def facts(change: HistoryRow) -> dict[str, str]:
    """Return what a program is told about a change: variables of its environment, none of them secret."""
    texts = {
        "NAME": change.name,
        "ZONE": change.zone,
        "TYPES": " ".join(change.types),
        "BEFORE": change.before,
        "AFTER": change.after,
        "SERVER": change.server,
        "KEY_NAME": change.key_name,
        "OUTCOME": change.outcome,
        "MESSAGE": change.message,
        "TIME": f"{change.when:.3f}",
        "SECONDS": f"{change.seconds:.3f}",
    }
    return {f"DNS_UPDATE_{name}": _storable(text) for name, text in texts.items()}


class _Run:
    """A program under way. `ended` is done with its status; negative, if a signal ended it."""

    def __init__(
        self, program: tuple[str, ...], environment: Mapping[str, str], seconds: float, child_guard: ChildGuard | None
    ) -> None:
        self.program = program
        self._child_guard = child_guard
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[int] = self._loop.create_future()
        if child_guard is not None:
            child_guard.prepare()
        self._pid = _spawn(program, environment)
        if child_guard is not None:
            child_guard.begun(self._pid)
        self._seconds = seconds
        self._is_ending = False
        self._is_late = False
        try:
            self._descriptor = os.pidfd_open(self._pid)  # can be read once the program has ended
        except OSError:
            self._signal(signal.SIGKILL)
            if child_guard is not None:
                child_guard.ended(self._pid)
            os.waitpid(self._pid, 0)
            raise
        self._loop.add_reader(self._descriptor, self._reap)
        self._timer = self._loop.call_later(seconds, self._run_out)

    def end(self) -> None:
        """Ask the whole process group to end; kill it if it does not."""
        self._is_ending = True
        self._timer.cancel()
        self._signal(signal.SIGTERM)
        self._timer = self._loop.call_later(END_SECONDS, self._signal, signal.SIGKILL)

    def failure(self) -> str:
        """Return what went wrong, once it has ended; empty if nothing did."""
        status = self.ended.result()
        if self._is_late:
            return f"ran for more than {self._seconds:g} s and was ended"
        if status >= 0:
            return f"failed with status {status}" if status else ""
        names = {number.value: f" ({number.name})" for number in signal.Signals}  # most real-time signals have none
        return f"was ended by signal {-status}{names.get(-status, '')}"

    def _run_out(self) -> None:
        self._is_late = True
        self.end()

    def _signal(self, number: signal.Signals) -> None:
        # The group's number is nobody else's as long as the program is not reaped.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, number)

    def _reap(self) -> None:
        if self._is_ending:
            self._signal(signal.SIGKILL)  # what it started, and what did not heed SIGTERM
        self._timer.cancel()
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)
        if self._child_guard is not None:
            self._child_guard.ended(self._pid)
        _, status = os.waitpid(self._pid, 0)
        self.ended.set_result(os.waitstatus_to_exitcode(status))


def _spawn(program: tuple[str, ...], environment: Mapping[str, str]) -> int:
    """Start a program in a session of its own, its input empty, its output our standard error; raises OSError."""
    return os.posix_spawnp(
        program[0],
        program,
        environment,
        file_actions=_streams(),
        setsid=True,
        setsigmask=(),
        setsigdef=_DEFAULT_SIGNALS,
    )


def _streams() -> list[tuple[object, ...]]:
    actions: list[tuple[object, ...]] = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)]
    if sys.stderr is None:  # we were started without; its number may by now be that of a socket of ours
        actions.append((os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0))
    return [*actions, (os.POSIX_SPAWN_DUP2, 2, 1)]


def _joined(first: HistoryRow, last: HistoryRow) -> HistoryRow:
    return HistoryRow(
        when=last.when,
        name=last.name,
        zone=last.zone,
        types=last.types,
        before=first.before,
        after=last.after,
        server=last.server,
        key_name=last.key_name,
        outcome=last.outcome,
        message=last.message,
        seconds=last.seconds,
    )


def _say_nothing(_line: str) -> None:
    """Drop a line."""


def _shown(program: tuple[str, ...]) -> str:
    """Return the program without its arguments, which may hold a secret."""
    return quoted(program[0])


def _storable(text: str) -> str:
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()
