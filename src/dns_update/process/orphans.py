"""Ending the processes that a program leaves in their own sessions: while it runs, its orphans become our children.

The kernel gives an orphan to the nearest ancestor that has asked for orphans (PR_SET_CHILD_SUBREAPER). A mark in the
environment, which children inherit, says which program an orphan comes from.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

MARK = "DNS_UPDATE_PROGRAM"
MAX_ROUNDS = 100  # of orphans that leave orphans; a program that forks faster is left running
_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


@contextmanager
def adopted(mark: str) -> Iterator[None]:
    """Adopt the orphans of programs, and at the end kill those that have this mark as their MARK.

    It affects the whole process, so only a process that runs a single program may use it. If the kernel or /proc does
    not support it, orphans stay.
    """
    _adopt(is_wanted=True)
    try:
        yield
    finally:
        for _ in range(MAX_ROUNDS):
            if not _end_children(f"{MARK}={mark}".encode()):
                break
        _adopt(is_wanted=False)


def _adopt(*, is_wanted: bool) -> None:
    with suppress(ImportError, AttributeError, OSError):
        import ctypes  # only needed for programs

        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(is_wanted), 0, 0, 0)


def _end_children(setting: bytes) -> bool:
    """Kill the children whose environment has this setting; return whether there were any."""
    ended = [child for child in _children() if setting in _environment(child) and _kill(child)]
    for child in ended:
        with suppress(ChildProcessError):
            os.waitpid(child, 0)
    return bool(ended)


def _children() -> list[int]:
    found = list[int]()
    with suppress(OSError):
        for thread in os.listdir("/proc/self/task"):
            with open(f"/proc/self/task/{thread}/children", "rb") as file:
                found += map(int, file.read().split())
    return found


def _environment(process: int) -> list[bytes]:
    with suppress(OSError), open(f"/proc/{process}/environ", "rb") as file:
        return file.read().split(b"\0")
    return []


def _kill(process: int) -> bool:
    try:
        os.kill(process, signal.SIGKILL)
    except OSError:  # it has ended, or belongs to another user (sudo)
        return False
    return True
