"""Waits for conditions that no event reports."""

import time
from collections.abc import Callable
from typing import TypeVar

DEADLINE = 30.0  # seconds after which what is awaited will never come
_POLL_INTERVAL = 0.01

T = TypeVar("T")


def eventually(look: Callable[[], T], wanted: Callable[[T], bool], otherwise: Callable[[], str] = str) -> T:
    """Check again and again until there is a result, and return it; fail after a time."""
    deadline = time.monotonic() + DEADLINE
    while not wanted(found := look()):
        assert time.monotonic() < deadline, f"still {found!r}\n{otherwise()}"
        time.sleep(_POLL_INTERVAL)
    return found
