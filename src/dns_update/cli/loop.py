"""Runs work in an asyncio loop, for the commands that do many things at once."""

from __future__ import annotations

import signal
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from dns_update.cli import is_watched
from dns_update.commandline.properties import Options

if TYPE_CHECKING:
    from dns_update.transport.aio import AsyncioTransport

T = TypeVar("T")


def transport_for(options: Options) -> Callable[[str | None], AsyncioTransport]:
    """Return what makes a transport; for a person at a terminal, one that names silent servers."""
    if options.json or options.quiet or not is_watched():
        from dns_update.transport.aio import AsyncioTransport  # not for an agent that runs

        return AsyncioTransport
    from dns_update.cli.waiting_asyncio import NamingAsyncioTransport  # for people only

    return partial(NamingAsyncioTransport, named=set())


async def unless_interrupted(work: Coroutine[Any, Any, T]) -> T:
    """Do the work; raise KeyboardInterrupt for SIGINT here, and not wherever Python happens to be.

    In some places an exception would be ignored.
    """
    import asyncio  # 34 ms, for the agent only

    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


def carry_out(work: Coroutine[Any, Any, T]) -> T:
    """Run a loop until the work is done. Threads that still ask a source are not waited for."""
    import asyncio  # 34 ms, for the agent only

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()
