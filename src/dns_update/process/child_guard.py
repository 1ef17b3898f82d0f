"""Ending the programs of this process when it is killed, and can no longer end them itself.

A shell reads from a pipe of which only this process has the other end; we write to it which process groups there are.
Whatever ends the process closes the pipe. Then the shell ends the groups, with their children. The kernel has a signal
for that (PR_SET_PDEATHSIG), but the standard library cannot ask for it, it does not reach children, and it already
comes when the thread ends that started the program.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from threading import Lock

_SHELL = "/bin/sh"

# A group's number comes when the group begins, and once more when it has ended. Between SIGTERM and SIGKILL, there is a
# second to tidy up.
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

# Python ignores it for itself, and the shell would inherit that.
_DEFAULT_SIGNALS = (signal.SIGPIPE,)


class ChildGuard:
    """Knows which process groups must end with this process; several threads may use it.

    The shell has a session of its own, so that what a terminal sends to all of us leaves it at its work. Where there is
    none, programs outlive a process that is killed, and that is all.
    """

    def __init__(self) -> None:
        """Begin with no groups, and no shell."""
        self._lock = Lock()
        self._end: int | None = None

    def prepare(self) -> None:
        """Get ready for a group; to be called before it begins, so that it is unguarded for a moment only."""
        with self._lock:
            if self._end is None:
                self._end = _start_shell()

    def begun(self, group: int) -> None:
        """Guard a process group from now on."""
        with self._lock:
            self._write(group)

    def ended(self, group: int) -> None:
        """Stop guarding a group that has ended; to be called while no other group can have its number."""
        with self._lock:
            self._write(group)

    def close(self) -> None:
        """End the shell, and what has begun and not ended."""
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
