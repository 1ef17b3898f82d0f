"""Signals that end this process while it runs a program: the program must end first, and so must be known by then.

Only the main thread has handlers and is interrupted. In another thread these do nothing: its process handles signals.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import current_thread, main_thread
from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGHUP)
_KILLED_BY = 128  # plus the signal's number, as in a shell


@contextmanager
def ended_by_exception() -> Iterator[None]:
    """Let a signal end us by an exception, so that the program is ended, too."""
    if current_thread() is not main_thread():
        yield
        return
    # Another handler than the default is kept: nohup ignores SIGHUP, the agent has its own.
    ours = [number for number in _ENDING if signal.getsignal(number) == signal.SIG_DFL]
    for number in ours:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def held() -> Iterator[None]:
    """Delay signals that end us until the end of the block: a program that is just starting would be left running."""
    handlers: dict[int, Callable[[int, FrameType | None], object]] = {}
    came: list[int] = []
    with suppress(ValueError):  # not in the main thread
        for number in (signal.SIGINT, *_ENDING):
            handler = signal.getsignal(number)
            if callable(handler):  # and not ignored: with a handler instead, a program would not inherit that
                signal.signal(number, lambda number, _frame: came.append(number))
                handlers[number] = handler
    try:
        yield
    finally:
        for changed, handler in handlers.items():
            signal.signal(changed, handler)
        if came:
            handlers[came[0]](came[0], None)


def _end(number: int, _frame: object) -> None:
    raise SystemExit(_KILLED_BY + number)
