"""Equal values, each kept once: thousands of names have the same settings, and many of them the same sources."""

from __future__ import annotations

from typing import Generic, TypeVar

V = TypeVar("V")


class SharedValues(Generic[V]):
    """The values seen so far."""

    def __init__(self) -> None:
        self._values: dict[V, V] = {}
        self._last: V | None = None

    def of(self, value: V) -> V:
        """Return the first value that is equal to this one."""
        if self._last is None or value != self._last:  # comparing is cheaper than hashing
            self._last = self._values.setdefault(value, value)
        return self._last
