"""How far a bulk run is: a bar on a terminal, if the package rich is there, else a plain line every few seconds."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from dns_update.bulk import FAILED, NOT_TRIED, REFUSED

if TYPE_CHECKING:
    from dns_update.bulk import BulkState

INTERVAL = 5.0  # seconds between two plain lines
BAR_INTERVAL = 0.1  # seconds between two pictures of the bar: faster is not seen
LOOK_EVERY = 64  # outcomes between two looks at the clock
_BAD: tuple[BulkState, ...] = (REFUSED, FAILED, NOT_TRIED)


class Progress:
    """Counts outcomes, and tells from time to time how far the run is; this one tells nothing."""

    interval = float("inf")

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Start at 0 of `total` names; `clock` returns seconds."""
        self.total = total
        self.done = 0
        self.states: Counter[BulkState] = Counter()
        self._clock = clock
        self._started = self._told = clock()

    def add(self, state: BulkState) -> None:
        """Count an outcome."""
        self.done += 1
        self.states[state] += 1
        if self.done % LOOK_EVERY == 0:
            now = self._clock()
            if now - self._told >= self.interval:
                self._told = now
                self.tell()

    @property
    def seconds(self) -> float:
        """The time since the start."""
        return self._clock() - self._started

    def tell(self) -> None:
        """Tell how far it is."""

    def close(self) -> None:
        """End it."""

    def text(self) -> str:
        """Return how far it is, in words."""
        rate = self.done / max(self.seconds, 1e-3)
        bad = sum(self.states[state] for state in _BAD)
        left = max(self.total - self.done, 0) / max(rate, 1e-3)
        failed = f", {bad:,} not as desired" if bad else ""
        return f"{self.done:,} of {self.total:,} names, {rate:,.0f} a second{failed}, {left:,.0f} s left"


class PlainProgress(Progress):
    """Tells it by lines."""

    interval = INTERVAL

    def __init__(self, total: int, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        """Start; `say` takes the lines."""
        super().__init__(total, clock)
        self._say = say

    def tell(self) -> None:
        """Write a line."""
        self._say(self.text())


def progress_for(total: int, say: Callable[[str], None], *, is_quiet: bool, is_terminal: bool) -> Progress:
    """Return what tells how far a run of so many names is."""
    if is_quiet:
        return Progress(total)
    if is_terminal:
        try:
            from dns_update.cli.progress_bar import BarProgress  # 100 ms, and only if the package rich is there
        except ImportError:
            pass
        else:
            return BarProgress(total)
    return PlainProgress(total, say)
