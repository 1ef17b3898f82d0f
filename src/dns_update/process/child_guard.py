"""Ending the programs of this process when it is killed, and can no longer end them itself.

A shell reads from a pipe; only this process has the other end, and writes to it which process groups there are. When
the process ends, for whatever reason, the pipe is closed. Then the shell ends the groups, with their children. The
kernel has a signal for that (PR_SET_PDEATHSIG), but the standard library cannot ask for it, it does not reach children,
and it comes already when the thread that started the program ends.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from threading import Lock

_SHELL = "/bin/sh"

# A group's number is sent when the group begins, and again when it has ended. Between SIGTERM and SIGKILL, a program
# has one second to clean up.
_SCRIPT = """\
groups=
while read -r group; do
  case " $groups " in
    *" $group "*)
      left=
      for one in $groups; do [ "$one" = "$group" ] || left="$left $one"; done
      groups=$left ;;
    *) groups="$groups $group" ;;
  esac
done
[ "$groups" ] || exit 0
for one in $groups; do kill -s TERM -- "-$one"; done
sleep 1
for one in $groups; do kill -s KILL -- "-$one"; done
"""

# Python ignores this signal for itself, and the shell would inherit that.
_DEFAULT_SIGNALS = (signal.SIGPIPE,)


class ChildGuard:
    """Ends the process groups that must end with this process; several threads may use it.

    The shell has a session of its own, so that signals from a terminal do not reach it. Without a shell, programs
    outlive a process that is killed; everything else works.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._end: int | None = None

    def prepare(self) -> None:
        """Start the shell; call this before a group begins, so that the group is unguarded for a moment only."""
        with self._lock:
            if self._end is None:
                self._end = _start_shell()

    def begun(self, group: int) -> None:
        """Guard a process group from now on."""
        with self._lock:
            self._write(group)

    def ended(self, group: int) -> None:
        """Stop guarding a group that has ended; call this while no other group can have its number."""
        with self._lock:
            self._write(group)

    def close(self) -> None:
        """End the shell, and every group that has begun and not ended."""
        with self._lock:
            if self._end is not None:
                os.close(self._end)
                self._end = None

    def _write(self, group: int) -> None:
        if self._end is not None:
            with suppress(OSError):  # the shell has been killed
                os.write(self._end, b"%d\n" % group)


def _start_shell() -> int | None:
    """Return our end of the pipe; None if there is no shell."""
    theirs, ours = os.pipe()  # no other program inherits them
    actions: list[tuple[object, ...]] = [
        (os.POSIX_SPAWN_DUP2, theirs, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    try:
        os.posix_spawn(
            _SHELL,
            ("sh", "-c", _SCRIPT),
            {},
            file_actions=actions,
            setsid=True,
            setsigmask=(),
            setsigdef=_DEFAULT_SIGNALS,
        )
    except OSError:
        os.close(ours)
        return None
    finally:
        os.close(theirs)
    return ours
