"""Runs one program and prints its wall seconds, processor seconds and peak KiB; a process of its own for `lab.bench`.

The kernel counts the memory of the process that starts a program into the program's peak. This process imports almost
nothing, so that the printed figure is the program's own. Arguments: a file for the program's standard input, the
program, its arguments.
"""

import os
import sys
import time


def main() -> None:
    """Run the program, discard its output, and return its exit status."""
    source, *command = sys.argv[1:]
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, source, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    started = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    _pid, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - started
    print(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
    sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
