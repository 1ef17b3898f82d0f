"""A line typed on a terminal; no signal is missed that comes just before the wait for it.

Python only notes a signal, and runs its handler between two steps of the program. One that comes after the last step
before a blocking read would be noticed at the next key: the first Ctrl-C would seem to do nothing. Right after a prompt
that is not rare: one of eight was lost that came as soon as the prompt of `dns-nsupdate` was there.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread

_LOOKED_AFTER = 0.2  # seconds


def typed_line() -> str:
    """Return the next line of standard input, with its end; empty at the end of the input.

    Raises what the handler of a signal raises: KeyboardInterrupt after Ctrl-C.
    """
    with signals_wake() as woken:
        wait_for_input(sys.stdin.fileno(), woken)
    return sys.stdin.readline()


@contextmanager
def signals_wake() -> Iterator[int | None]:
    """Give a file descriptor that becomes readable with each signal; None outside the main thread, which gets none."""
    if current_thread() is not main_thread():
        yield None
        return
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    before = signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    try:
        yield woken
    finally:
        signal.set_wakeup_fd(before)
        os.close(woken)
        os.close(wakes)


def wait_for_input(number: int, woken: int | None) -> None:
    """Wait until a file descriptor can be read; handlers of signals run meanwhile, and what they raise ends it."""
    watched = [number] if woken is None else [number, woken]
    while True:
        ready, _, _ = select.select(watched, [], [])
        if number in ready:
            return
        if woken is not None:
            os.read(woken, 512)


@contextmanager
def looked_after() -> Iterator[None]:
    """Have Python look for signals now and then, while a library waits that cannot be told what wakes it: readline."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, lambda _number, _frame: None)
    signal.setitimer(signal.ITIMER_REAL, _LOOKED_AFTER, _LOOKED_AFTER)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
