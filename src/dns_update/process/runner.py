"""Programs in process groups of their own: how they start, and end with the rest of their group.

A program is started by posix_spawn, which copies none of our memory. A descriptor of its process says when it has
ended, so no thread waits for it and SIGCHLD needs no handler. The caller waits for that descriptor, by `poll` or in an
event loop, and sets the time limits.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress

from dns_update.process.child_guard import ChildGuard

# Python ignores these for itself, and a program would inherit that: `yes | head` would never end.
_DEFAULT_SIGNALS = (signal.SIGPIPE, signal.SIGXFSZ)

_unreaped: set[int] = set()  # programs that did not end when they were killed, e.g. another user's (sudo)


class Program:
    """A running program, in a session and a process group of its own; its standard input is empty.

    The descriptor `ended` can be read once it has ended. Its group can be signalled until `reap`: until then the kernel
    gives no other group its number. `status` is None until then, and negative if a signal ended it.
    """

    def __init__(
        self,
        words: tuple[str, ...],
        environment: Mapping[str, str],
        *,
        output: int | None = None,
        errors: int | None = None,
        child_guard: ChildGuard | None = None,
    ) -> None:
        """Start a program by its arguments; the first is the program, which is searched in PATH.

        Its standard output is the descriptor `output`, or our standard error if there is none; its standard error is
        `errors`, or ours. `child_guard` ends it if we are killed. Raises OSError if it cannot be run, ValueError if the
        arguments or the environment cannot be passed on.
        """
        _reap_late()
        self.status: int | None = None
        self._child_guard = child_guard
        if child_guard is not None:
            child_guard.prepare()
        self._pid = os.posix_spawnp(
            words[0],
            words,
            environment,
            file_actions=_streams(output, errors),
            setsid=True,
            setsigmask=(),
            setsigdef=_DEFAULT_SIGNALS,
        )
        if child_guard is not None:
            child_guard.begun(self._pid)
        try:
            self.ended = os.pidfd_open(self._pid)
        except OSError:  # no descriptor is left
            self.kill()
            self._take_status()
            raise

    def terminate(self) -> None:
        """Ask the whole group to end."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the whole group."""
        self._signal(signal.SIGKILL)

    def reap(self, seconds: float = 0) -> int | None:
        """Wait up to `seconds` for the end of the program; return its status, None if it still runs (sudo).

        Afterwards the group can no longer be signalled.
        """
        poll = select.poll()  # `select` takes no descriptor above 1023
        poll.register(self.ended, select.POLLIN)
        has_ended = poll.poll(seconds * 1000)
        os.close(self.ended)
        if has_ended:
            self._take_status()
        else:
            self._release()
            _unreaped.add(self._pid)
        return self.status

    def _take_status(self) -> None:
        self._release()
        _, status = os.waitpid(self._pid, 0)
        self.status = os.waitstatus_to_exitcode(status)

    def _release(self) -> None:
        if self._child_guard is not None:
            self._child_guard.ended(self._pid)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, number)


def failure_of(status: int) -> str:
    """Return what a status says went wrong; empty if nothing did."""
    if status >= 0:
        return f"failed with status {status}" if status else ""
    names = {number.value: f" ({number.name})" for number in signal.Signals}  # most real-time signals have none
    return f"was killed by signal {-status}{names.get(-status, '')}"


def keep_statuses() -> None:
    """Have the kernel keep the status of programs that have ended; only the main thread may call this.

    Some programs that start us ignore SIGCHLD. Then no status is kept, and another process may get the number of an
    ended program.
    """
    if signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def _streams(output: int | None, errors: int | None) -> list[tuple[object, ...]]:
    actions: list[tuple[object, ...]] = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)]
    if output is not None:
        actions.append((os.POSIX_SPAWN_DUP2, output, 1))
    if errors is not None:
        actions.append((os.POSIX_SPAWN_DUP2, errors, 2))
    elif sys.stderr is None:  # we were started without it; its number may now be another file of ours
        actions.append((os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0))
    if output is None:
        actions.append((os.POSIX_SPAWN_DUP2, 2, 1))
    return actions


def _reap_late() -> None:
    """Take the status of programs that were given up and have ended since."""
    for pid in tuple(_unreaped):
        try:
            has_ended = os.waitpid(pid, os.WNOHANG)[0] == pid
        except ChildProcessError:  # another thread was faster
            has_ended = True
        if has_ended:
            _unreaped.discard(pid)
