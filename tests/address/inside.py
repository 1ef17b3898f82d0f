"""Code that runs inside a network namespace, in this process: in a thread that has entered it, or for a while."""

import asyncio
import ctypes
import os
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from lab import Namespace

_CLONE_NEWNET = 0x40000000  # linux/sched.h
_MS_BIND = 0x1000  # linux/mount.h
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


@contextmanager
def entered(namespace: Namespace) -> Iterator[None]:
    """Let this thread be in the namespace until the end of the block, with its resolv.conf, as ip-netns(8) does it.

    That is for what needs the main thread; the mounts have been private since the namespace was made.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    own = os.path.realpath("/etc/resolv.conf").encode()
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    _enter(namespace)
    try:
        if libc.mount(f"/etc/netns/{namespace.name}/resolv.conf".encode(), own, None, _MS_BIND, None):
            raise OSError(ctypes.get_errno(), "mount")
        try:
            yield
        finally:
            libc.umount2(own, 0)
    finally:
        _move(before)


def _enter(namespace: Namespace) -> None:
    """Move only this thread into the namespace."""
    _move(os.open(Path("/run/netns") / namespace.name, os.O_RDONLY))


def _move(handle: int) -> None:
    """Move this thread into the namespace of an open file, and close it (Python has os.setns from 3.12 on)."""
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        if libc.setns(handle, _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(handle)
