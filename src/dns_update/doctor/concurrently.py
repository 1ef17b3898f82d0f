"""Does the same work for many items at once, within asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import TypeVar

T = TypeVar("T")

_MOST_AT_ONCE = 64  # enough to keep a server on another continent busy, and not too many for any server


async def for_each(work: Callable[[T], Coroutine[None, None, None]], items: Iterable[T]) -> None:
    """Do the work for each item, for many of them at the same time; the iterable is read as items are needed."""
    rest = iter(items)

    async def worker() -> None:
        for item in rest:
            await work(item)

    await asyncio.gather(*(worker() for _ in range(_MOST_AT_ONCE)))
