"""Runs programs when a name has changed or fails; they get the facts in their environment, and never delay updates."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TypeAlias

from dns_update.agent.output.history import HistoryRow
from dns_update.errors import quoted
from dns_update.process.child_guard import ChildGuard
from dns_update.process.runner import Program, failure_of, keep_statuses

Job: TypeAlias = "tuple[str, tuple[str, ...], tuple[str, ...]]"
"""The key that names the program, the program with its arguments, and the record types for which it runs."""

ON_CHANGE = "on-change"
ON_FAILURE = "on-failure"
MAX_RUNNING = 4  # programs at once: a change of network changes all names, and the machine has other work
PROGRAM_SECONDS = 60.0  # for one run; a firewall or a web server reloads in a few seconds
END_SECONDS = 5.0  # between SIGTERM and SIGKILL, so that the program can clean up

_INHERITED = ("PATH", "HOME", "LANG", "TZ")
"""The variables of our own environment that a program gets. Others may be secrets (`secret = "env:NAME"`)."""


class Hooks:
    """Runs programs: one at a time for each name, at most MAX_RUNNING in all, each for at most PROGRAM_SECONDS.

    Changes of a name while a program runs for it are combined into one run, from the first `before` to the last
    `after`; so are failures, of which the last one counts. Use it only in the asyncio loop of the main thread.
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
        """Call `report` with a line for each failure. `environment` is inherited from; None: that of the process.

        `child_guard` ends the programs if this process is killed.
        """
        self._report = report
        self._child_guard = child_guard
        self._most = most
        self._seconds = seconds
        own = os.environ if environment is None else environment
        self._inherited = {name: own[name] for name in _INHERITED if name in own}
        self._waiting: dict[str, dict[Job, HistoryRow]] = {}  # by name; the first name is next
        self._running: dict[str, _RunningProgram] = {}
        keep_statuses()

    def run(self, program: Sequence[str], change: HistoryRow, key: str = ON_CHANGE) -> None:
        """Run a program (with its arguments) for an attempt, as soon as possible; returns at once.

        `key` is what the configuration calls the program: ON_CHANGE or ON_FAILURE.
        """
        of_name = self._waiting.setdefault(change.name, {})
        job = (key, tuple(program), change.types)
        of_name[job] = change if job not in of_name else change._replace(before=of_name[job].before)
        self._start_waiting()

    async def finish(self) -> None:
        """Wait until all programs have ended, including those that still wait."""
        while self._running:
            await asyncio.wait([run.ended for run in self._running.values()], return_when=asyncio.FIRST_COMPLETED)

    async def close(self) -> None:
        """End the running programs, and drop the waiting ones."""
        self._waiting.clear()
        self._report = lambda _line: None  # ended by us, they have not failed
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
            job = next(iter(of_name))
            change = of_name.pop(job)
            if of_name:
                self._waiting[name] = of_name  # last: other names come first
            self._start(*job[:2], change)

    def _start(self, key: str, program: tuple[str, ...], change: HistoryRow) -> None:
        try:
            run = _RunningProgram(program, {**self._inherited, **facts(change)}, self._seconds, self._child_guard)
        except (OSError, ValueError) as error:  # ValueError: a NUL, or invalid Unicode
            reason = error.strerror if isinstance(error, OSError) else str(error)
            self._report(f"{key} program {_shown(program)} for {change.name} cannot be run: {reason}")
            return
        self._running[change.name] = run
        run.ended.add_done_callback(lambda _future: self._ended(key, run, change))

    def _ended(self, key: str, run: _RunningProgram, change: HistoryRow) -> None:
        del self._running[change.name]
        if failure := run.failure():
            self._report(f"{key} program {_shown(run.words)} for {change.name} {failure}")
        self._start_waiting()


def facts(change: HistoryRow) -> dict[str, str]:
    """Return the environment variables that describe an attempt to a program; none of them is secret.

    None is that of a property, since the program may run dns-update.
    """
    texts = {
        "NAME": change.name,
        "IN_ZONE": change.zone or "",
        "TYPES": " ".join(change.types),
        "BEFORE": change.before or "",
        "AFTER": change.after if change.is_ok else "",
        "WANTED": change.after,
        "SERVER": change.server,
        "SIGNED_BY": change.key_name,
        "OUTCOME": change.outcome,
        "MESSAGE": change.message,
        "TIME": f"{change.when:.3f}",
        "SECONDS": f"{change.seconds:.3f}",
    }
    return {f"DNS_UPDATE_{name}": _storable(text) for name, text in texts.items()}


class _RunningProgram:
    """A running program in the loop; its status is the result of `ended`."""

    def __init__(
        self, words: tuple[str, ...], environment: Mapping[str, str], seconds: float, child_guard: ChildGuard | None
    ) -> None:
        self.words = words
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[int] = self._loop.create_future()
        self._program = Program(words, environment, child_guard=child_guard)
        self._seconds = seconds
        self._is_ending = False
        self._is_late = False
        self._loop.add_reader(self._program.ended, self._reap)
        self._timer = self._loop.call_later(seconds, self._run_out)

    def end(self) -> None:
        """Ask the whole process group to end; kill it if it does not."""
        self._is_ending = True
        self._timer.cancel()
        self._program.terminate()
        self._timer = self._loop.call_later(END_SECONDS, self._program.kill)

    def failure(self) -> str:
        """Return why the program failed, once it has ended; empty if it did not."""
        if self._is_late:
            return f"ran for more than {self._seconds:g} s and was ended"
        return failure_of(self.ended.result())

    def _run_out(self) -> None:
        self._is_late = True
        self.end()

    def _reap(self) -> None:
        if self._is_ending:
            self._program.kill()  # its children, and those that ignored SIGTERM
        self._timer.cancel()
        self._loop.remove_reader(self._program.ended)
        status = self._program.reap()
        assert status is not None  # noqa: S101 - its descriptor says that it has ended
        self.ended.set_result(status)


def _shown(program: tuple[str, ...]) -> str:
    """Return the program without its arguments, which may contain a secret."""
    return quoted(program[0])


def _storable(text: str) -> str:
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()
