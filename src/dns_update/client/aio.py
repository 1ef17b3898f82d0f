"""AsyncClient: the requests of Client, carried out in an asyncio loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from dns_update.auth import Key
from dns_update.bulk import BulkOptions, BulkOutcome, Wish
from dns_update.client import requests
from dns_update.client.all_servers import ServerResult, at_all_servers
from dns_update.client.outcome import Outcome, with_time
from dns_update.client.settings import ClientSettings, check_transport
from dns_update.client.steps import Ask, Pause, ReadClock, RequestStep, Resolve, Steps, drive
from dns_update.client.transaction import Request, Transaction
from dns_update.exchange import Policy
from dns_update.rr.record import Record
from dns_update.transport import Endpoint, Server
from dns_update.transport.aio import AsyncioTransport
from dns_update.transport.protocol import AsyncTransport
from dns_update.wire.codes import Opcode, RRClass
from dns_update.wire.name import Name

P = ParamSpec("P")
T = TypeVar("T")


def _method(
    request: Callable[Concatenate[Transaction, P], Steps[T]],
) -> Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, T]]:
    """Return a method that carries out a request with its own arguments."""

    async def method(self: AsyncClient, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.run(lambda transaction: request(transaction, *args, **kwargs))

    return requests.as_method(request, method)


class AsyncClient:
    """Talks to the servers of a zone; several requests may be under way at once.

    Arguments, results and errors are those of `dns_update.client.Client`. A request that is cancelled closes its own
    socket, and the client can still be used. The server may have carried out the cancelled request. Within `async with`
    a client belongs to the event loop that it is used in, and to that loop's thread.
    """

    def __init__(  # noqa: PLR0913 - every one of them can be left out
        self,
        *servers: Server | str,
        update_servers: Iterable[Server | str] = (),
        query_servers: Iterable[Server | str] = (),
        key: Key | None = None,
        port: int | None = None,
        policy: Policy | None = None,
        resolvers: tuple[Server, ...] | None = None,
        local_address: str | None = None,
        transport: AsyncTransport | None = None,
        log: Callable[[str], None] | None = None,
        query_wait: float | None = None,
    ) -> None:
        """Prepare to talk to `servers`; see Client."""
        check_transport(local_address, transport)
        self._settings = ClientSettings(
            servers,
            update_servers=update_servers,
            query_servers=query_servers,
            key=key,
            port=port,
            policy=policy,
            resolvers=resolvers,
            log=log,
            query_wait=query_wait,
        )
        self._transport: AsyncTransport = transport if transport is not None else AsyncioTransport(local_address)
        self._turns: dict[Endpoint, asyncio.Lock] = {}  # of servers that were sent such updates

    set = _method(requests.set_records)
    add = _method(requests.add_records)
    delete = _method(requests.delete_records)
    show = _method(requests.show_records)
    send = _method(requests.send_update)

    def transfer(
        self, zone: Name | str, *, since: int | None = None, rrclass: int | str = RRClass.IN
    ) -> AsyncGenerator[Record, None]:
        """Yield the records of a whole zone, or what has changed in it: `async for record in client.transfer(...)`.

        Arguments, records and errors are those of `Client.transfer`. If you may leave the loop before its end, close
        the iterator by `contextlib.aclosing`; else the connection lasts until the event loop finds it unused.
        """
        from dns_update.client.transfers import TransferRequest, transferred_async  # an update does not need it

        return transferred_async(self, TransferRequest(zone, since, rrclass))

    def apply(self, wishes: Iterable[Wish], options: BulkOptions | None = None) -> AsyncGenerator[BulkOutcome, None]:
        """Carry out many wishes: `async for outcome in client.apply(...)`.

        Arguments, outcomes and errors are those of `Client.apply`. The work is done in a thread, with sockets of its
        own, so a client that has a transport of the caller's own cannot do it: that is a UsageError.
        """
        from dns_update.client.bulk_aio import applied_async  # one name does not need it

        return applied_async(self._settings, self._transport, wishes, options)

    @property
    def settings(self) -> ClientSettings:
        """What all requests of this client have in common."""
        return self._settings

    @property
    def transport(self) -> AsyncTransport:
        """What carries the messages of this client."""
        return self._transport

    async def run(self, request: Request[T]) -> T:
        """Carry out a request of `dns_update.client.requests`: perform all its steps."""
        started = time.monotonic()
        result = await drive(request(Transaction(self._settings)), self._perform)
        return with_time(result, time.monotonic() - started)

    def _perform(self, step: RequestStep) -> Awaitable[object]:
        transport = self._transport
        if isinstance(step, Ask):
            if step.key is not None and not step.key.is_shared and step.message.opcode == Opcode.UPDATE:
                return self._alone(step)
            return transport.carry(self._settings.exchange(step), step.endpoint)
        if isinstance(step, Resolve):
            return transport.resolve(step.host)
        if isinstance(step, Pause):
            return transport.pause(step.seconds)
        if isinstance(step, ReadClock):
            return _done(transport.clock())
        return step.begin_async(transport)

    async def _alone(self, ask: Ask) -> object:
        """Send an update that is signed by SIG(0), and no other to this server before it is answered.

        BIND verifies one at a time by default (`sig0checks-quota`), and refuses others.
        """
        turn = self._turns.setdefault(ask.endpoint, asyncio.Lock())
        async with turn:
            return await self._transport.carry(self._settings.exchange(ask), ask.endpoint)

    async def to_all(
        self, request: Callable[Concatenate[Transaction, P], Steps[Outcome]], /, *args: P.args, **kwargs: P.kwargs
    ) -> tuple[ServerResult, ...]:
        """Carry out a request at every server of this client; see `Client.to_all`."""
        return await self.run(
            lambda transaction: at_all_servers(transaction, lambda own: request(own, *args, **kwargs))
        )

    async def close(self) -> None:
        """Close the kept sockets; the client can still be used, and opens new ones."""
        self._transport.close()

    async def __aenter__(self) -> Self:
        self._transport.keep_open()
        return self

    async def __aexit__(self, *_reason: object) -> None:
        await self.close()


async def _done(answer: object) -> object:
    return answer
