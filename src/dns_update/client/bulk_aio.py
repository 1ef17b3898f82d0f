"""Many wishes within an asyncio loop: the engine works in a thread, and hands over its outcomes as they come."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterable
from itertools import islice

from dns_update import errors
from dns_update.bulk import BulkOptions, BulkOutcome, Wish
from dns_update.client import Client
from dns_update.client.bulk_access import applied_by
from dns_update.client.settings import ClientSettings, check_read_back
from dns_update.transport import Endpoint, Server
from dns_update.transport.aio import AsyncioTransport

TOGETHER = 256  # outcomes that are handed over together: a change of threads costs as much as many of them


async def applied_async(
    settings: ClientSettings, transport: object, wishes: Iterable[Wish], options: BulkOptions | None
) -> AsyncGenerator[BulkOutcome, None]:
    """Carry out wishes; see `AsyncClient.apply`. Raises UsageError."""
    if not isinstance(transport, AsyncioTransport):
        raise errors.UsageError("apply opens its own sockets, so it cannot use a transport of yours")
    own, apart = _as_servers(settings.servers), settings.query_servers
    client = Client(
        *(own if apart is None else ()),
        update_servers=() if apart is None else own,
        query_servers=_as_servers(apart or ()),
        key=settings.key,
        port=settings.port,
        policy=settings.policy,
        resolvers=settings.resolvers,
        local_address=transport.local_address,
        log=settings.log,
        query_wait=settings.query_wait,
    )
    stop, lock = threading.Event(), threading.Lock()
    outcomes = applied_by(client, wishes, options, stop.is_set)
    check_read_back(settings.key, verify=options is None or options.verify)

    def part() -> tuple[BulkOutcome, ...]:
        with lock:
            return tuple(islice(outcomes, TOGETHER))

    def end() -> None:
        with lock:  # after a cancellation, the thread with the last part may still be at work
            outcomes.close()

    try:
        while found := await asyncio.to_thread(part):
            for outcome in found:
                yield outcome
    finally:
        stop.set()
        await asyncio.to_thread(end)


def _as_servers(servers: Iterable[Server | Endpoint]) -> tuple[Server, ...]:
    return tuple([server if isinstance(server, Server) else Server(server.address, server.port) for server in servers])
