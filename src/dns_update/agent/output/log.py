"""Lines for people on standard error, once per change of state: with priorities for the journal, or with times.

`logging` costs 1 MiB and waits for a reader that does not read; the agent must not wait.
"""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable, Hashable, Mapping

from dns_update.errors import one_line

# Priorities of sd-daemon(3), which are those of syslog(3).
ERROR = 3
WARNING = 4
NOTICE = 5
INFO = 6
DEBUG = 7

MAX_TOPICS = 20_000  # twice those of the largest expected agent; beyond that, the oldest one is forgotten
MAX_OCTETS = 4096  # PIPE_BUF: a pipe takes up to this much in one piece, or nothing
PATIENCE_MILLISECONDS = 200  # to wait for a slow reader; after that, lines are dropped until it reads again

_STANDARD_ERROR = 2
_NOWHERE = -1


class Log:
    """Writes lines to a descriptor; a fault of the descriptor raises no exception and blocks no caller.

    Several threads may write. Characters that are not printable are written as escapes, so that each text is one line.
    """

    def __init__(
        self,
        *,
        threshold: int = INFO,
        descriptor: int | None = None,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """Write lines of priority `threshold` and more urgent ones. `environment` None means that of the process.

        With a `clock`, in seconds since 1970, each line begins with the local time, unless the journal adds it.

        `descriptor` None means standard error. If the process was started without it, nothing is written, because its
        number may now belong to a socket.
        """
        self._threshold = threshold
        if descriptor is None:
            descriptor = _STANDARD_ERROR if sys.stderr is not None else _NOWHERE
        self._descriptor = descriptor
        self._is_journal = is_journal(descriptor, os.environ if environment is None else environment)
        self._clock = None if self._is_journal else clock
        self._states: dict[Hashable, int] = {}
        self._lost = 0

    def error(self, line: str) -> None:
        """Write a fault that a person must correct."""
        self.write(ERROR, line)

    def warning(self, line: str) -> None:
        """Write a fault that may end by itself."""
        self.write(WARNING, line)

    def notice(self, line: str) -> None:
        """Write a rare event that is not a fault, e.g. a start, a reload, the end of an incident."""
        self.write(NOTICE, line)

    def info(self, line: str) -> None:
        """Write an everyday event, e.g. an update."""
        self.write(INFO, line)

    def debug(self, line: str) -> None:
        """Write details that are useful only for finding a fault."""
        self.write(DEBUG, line)

    def changed(self, topic: Hashable, state: Hashable, line: str, priority: int = INFO) -> bool:
        """Write the line if the topic's state differs from the last one; return whether it does.

        So an event that repeats every minute is logged once, and again when it changes. The first state is a change.
        """
        mark = hash(state)  # not the state itself: there may be ten thousand long texts
        last = self._states.pop(topic, None)
        self._states[topic] = mark
        if len(self._states) > MAX_TOPICS:
            del self._states[next(iter(self._states))]
        if last == mark:
            return False
        self.write(priority, line)
        return True

    def forget(self, topic: Hashable) -> None:
        """Forget a topic that no longer exists, e.g. a source that was removed from the configuration."""
        self._states.pop(topic, None)

    def write(self, priority: int, line: str) -> None:
        """Write a line of any priority."""
        if priority > self._threshold:
            return
        if self._lost and self._put(WARNING, f"{self._lost} lines are missing here: the reader did not take them"):
            self._lost = 0
        if not self._put(priority, line):
            self._lost += 1

    def _put(self, priority: int, line: str) -> bool:
        """Write a line if the reader can take it; return whether it was written."""
        prefix = f"<{priority}>" if self._is_journal else f"{self._stamp()}dns-update: "
        octets = f"{prefix}{one_line(line)}".encode("utf-8", "backslashreplace")
        if len(octets) >= MAX_OCTETS:
            octets = octets[: MAX_OCTETS - 4].decode("utf-8", "ignore").encode() + b"..."
        try:
            return self._descriptor != _NOWHERE and self._is_taken() and os.write(self._descriptor, octets + b"\n") > 0
        except OSError:
            return False

    def _stamp(self) -> str:
        if self._clock is None:
            return ""
        return time.strftime("%Y-%m-%d %H:%M:%S ", time.localtime(self._clock()))

    def _is_taken(self) -> bool:
        """Return whether a write would not block, if necessary after a short wait."""
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        return bool(poll.poll(0 if self._lost else PATIENCE_MILLISECONDS))


def is_journal(descriptor: int, environment: Mapping[str, str]) -> bool:
    """Return whether a descriptor is connected to the journal (systemd.exec(5), JOURNAL_STREAM)."""
    try:
        status = os.fstat(descriptor)
    except OSError:
        return False
    return environment.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
