"""A child guard: the groups that it guards end with its process, however that ends, and no others do."""

import contextlib
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dns_update.process import child_guard as module
from dns_update.process.child_guard import ChildGuard

_DEADLINE = 30_000  # milliseconds; what has not come by then will never come

# Starts two groups that sleep, guards both, says that one of them has ended, and prints their numbers.
_HOLDER = """
import os, subprocess, sys
from dns_update.process.child_guard import ChildGuard
line = ChildGuard()
groups = [subprocess.Popen(["sleep", "300"], start_new_session=True, stdout=subprocess.DEVNULL) for _ in range(3)]
line.prepare()
for group in groups:
    line.begun(group.pid)
line.ended(groups[1].pid)
print(*(group.pid for group in groups), flush=True)
if sys.argv[1] == "close":
    line.close()
sys.stdin.read()
"""


@pytest.mark.parametrize("end", ["kill", "close", "exit"])
def test_what_hangs_by_it_ends_with_it_and_what_has_left_does_not(end: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, end], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        pids = [int(word) for word in holder.stdout.readline().split()]
        ends = [os.pidfd_open(pid) for pid in pids]
        try:
            if end == "kill":
                holder.kill()
            elif end == "exit":
                holder.communicate()
            assert has_ended(ends[0])
            assert has_ended(ends[2])
            assert not has_ended(ends[1], 0)
        finally:
            for pidfd in ends:
                with contextlib.suppress(ProcessLookupError):  # it has ended, and was reaped
                    signal.pidfd_send_signal(pidfd, signal.SIGKILL)
                os.close(pidfd)


def has_ended(pidfd: int, milliseconds: int = _DEADLINE) -> bool:
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(milliseconds))


def test_without_a_shell_nothing_hangs_and_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SHELL", "/no/such/shell")
    before = len(list(Path("/proc/self/fd").iterdir()))
    line = ChildGuard()
    line.prepare()
    line.begun(1)
    line.ended(1)
    line.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
