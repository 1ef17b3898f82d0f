"""Lines for people on standard error: with the journal's priorities where that listens, and once per change of state.

`logging` costs 1 MiB and waits for a reader that does not read; the agent must not.
"""

from __future__ import annotations

import os
import select
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

# Priorities of sd-daemon(3), which are those of syslog(3).
ERROR = 3
WARNING = 4
NOTICE = 5
INFO = 6
DEBUG = 7

MAX_TOPICS = 20_000  # twice what the largest agent foreseen has; then the one unchanged longest is forgotten
MAX_OCTETS = 4096  # PIPE_BUF: a pipe takes so much in one piece, or none of it
PATIENCE_MILLISECONDS = 200  # for a reader that is behind; one that has not moved for so long is not waited for

_STANDARD_ERROR = 2
_NOWHERE = -1


class Log:
    """Writes lines to a descriptor; whatever is wrong with that, nothing is raised, and no caller waits.

    Several threads may write. Characters that are not printable are written as escapes, so that a line stays one.
    """

    def __init__(
        self,
        *,
        threshold: int = INFO,
        descriptor: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Write lines of priority `threshold` and more urgent ones; the environment is the process's own, if None.

        The descriptor, if None, is standard error; nothing is, if the process was started without, for then its number
        may by now be that of a socket.
        """
        self._threshold = threshold
        if descriptor is None:
            descriptor = _STANDARD_ERROR if sys.stderr is not None else _NOWHERE
        self._descriptor = descriptor
        self._is_journal = is_journal(descriptor, os.environ if environment is None else environment)
        self._states: dict[Hashable, int] = {}
        self._lost = 0

    def error(self, line: str) -> None:
        """Write what a person must correct."""
        self.write(ERROR, line)

    def warning(self, line: str) -> None:
        """Write what went wrong and may pass by itself."""
        self.write(WARNING, line)

    def notice(self, line: str) -> None:
        """Write what seldom happens, and is well: a start, a reload, an end of trouble."""
        self.write(NOTICE, line)

    def info(self, line: str) -> None:
        """Write what happens every day: an update."""
        self.write(INFO, line)

    def debug(self, line: str) -> None:
        """Write what helps to find a fault, and is too much otherwise."""
        self.write(DEBUG, line)

    def changed(self, topic: Hashable, state: Hashable, line: str, priority: int = INFO) -> bool:
        """Write the line if the topic's state is another one than it was last time; return whether it is.

        So what is tried every minute is logged once, and again when it differs. The first state of all is a change.
        """
        mark = hash(state)  # and not the state itself, which may be a long text, ten thousand times
        last = self._states.pop(topic, None)
        self._states[topic] = mark
        if len(self._states) > MAX_TOPICS:
            del self._states[next(iter(self._states))]
        if last == mark:
            return False
        self.write(priority, line)
        return True

    def forget(self, topic: Hashable) -> None:
        """Forget a topic that is none any more: a record that the configuration has no longer."""
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
        """Write a line if it is taken; return whether it was."""
        prefix = f"<{priority}>" if self._is_journal else "dns-update: "
        octets = f"{prefix}{_one_line(line)}".encode("utf-8", "backslashreplace")
        if len(octets) >= MAX_OCTETS:
            octets = octets[: MAX_OCTETS - 4].decode("utf-8", "ignore").encode() + b"..."
        try:
            return self._descriptor != _NOWHERE and self._is_taken() and os.write(self._descriptor, octets + b"\n") > 0
        except OSError:
            return False

    def _is_taken(self) -> bool:
        """Return whether a write would go through at once, now or after some patience."""
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        return bool(poll.poll(0 if self._lost else PATIENCE_MILLISECONDS))


def is_journal(descriptor: int, environment: Mapping[str, str]) -> bool:
    """Return whether what is written there goes to the journal itself (systemd.exec(5), JOURNAL_STREAM)."""
    try:
        status = os.fstat(descriptor)
    except OSError:
        return False
    return environment.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def _one_line(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
