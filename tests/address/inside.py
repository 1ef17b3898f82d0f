"""Code that runs inside a network namespace, in this process: in a thread that has entered it."""

import asyncio
import ctypes
import os
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TypeVar

from lab import Namespace

_CLONE_NEWNET = 0x40000000  # linux/sched.h
_DEADLINE = 60  # seconds; what has not come by then will never come

Result = TypeVar("Result")


def inside(namespace: Namespace, call: Callable[[], Result]) -> Result:
    """Call a function whose sockets then belong to the namespace; return what it returns, or raise what it raises."""
    outcome: list[Result] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            _enter(namespace)
            outcome.append(call())
        except BaseException as error:  # noqa: BLE001 - for the waiting thread
            failure.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return outcome[0]


def run_inside(namespace: Namespace, coroutine: Callable[[], Coroutine[object, object, Result]]) -> Result:
    """Run a coroutine in an event loop of its own inside the namespace."""

    async def limited() -> Result:
        async with asyncio.timeout(_DEADLINE):
            return await coroutine()

    return inside(namespace, lambda: asyncio.run(limited()))


def _enter(namespace: Namespace) -> None:
    """Move only this thread into the namespace (Python has os.setns from 3.12 on)."""
    libc = ctypes.CDLL(None, use_errno=True)
    handle = os.open(Path("/run/netns") / namespace.name, os.O_RDONLY)
    try:
        if libc.setns(handle, _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(handle)
