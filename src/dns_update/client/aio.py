"""AsyncClient: the requests of Client, carried out within an asyncio loop."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dns_update.client.requests import delete_request, send_update, set_request, show_request
from dns_update.client.steps import Ask, Pause, Resolve, drive
from dns_update.client.transaction import Settings, Transaction, check_way, with_time
from dns_update.transport import DNS_PORT
from dns_update.transport.aio import AsyncioTransport
from dns_update.wire.codes import RRClass

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from ipaddress import IPv4Address, IPv6Address
    from typing import Self, TypeVar

    from dns_update.auth import Key
    from dns_update.client.requests import Outcome
    from dns_update.client.steps import Step
    from dns_update.client.transaction import Request
    from dns_update.exchange import Policy
    from dns_update.transport import Server
    from dns_update.transport.protocol import AsyncTransport
    from dns_update.update import Update
    from dns_update.wire.name import Name

    T = TypeVar("T")


class AsyncClient:
    """Talks to the servers of a zone; several requests may be under way at once.

    Arguments, results and errors are those of `dns_update.client.Client`. A request that is cancelled closes its own
    socket; the client can be used on. As with any request that was sent, the server may have carried it out. Within
    `async with` a client belongs to the event loop that it is used in, and to that loop's thread.
    """

    def __init__(  # noqa: PLR0913 - every one of them can be left out
        self,
        *servers: Server | str,
        key: Key | None = None,
        port: int = DNS_PORT,
        policy: Policy | None = None,
        resolvers: tuple[Server, ...] | None = None,
        local_address: str | None = None,
        transport: AsyncTransport | None = None,
        log: Callable[[str], None] | None = None,
    ) -> None:
        """Prepare to talk to `servers`; see Client."""
        check_way(local_address, transport)
        self._settings = Settings(servers, key=key, port=port, policy=policy, resolvers=resolvers, log=log)
        self._transport: AsyncTransport = transport if transport is not None else AsyncioTransport(local_address)

    async def set(  # noqa: PLR0913 - as above
        self,
        name: Name | str,
        *values: str | bytes | IPv4Address | IPv6Address,
        rrtype: int | str | None = None,
        zone: Name | str | None = None,
        ttl: int | None = None,
        require: str = "any",
        verify: bool = True,
        compare: bool = False,
        check_names: bool = True,
        rrclass: int | str = RRClass.IN,
    ) -> Outcome:
        """Make a name have exactly these addresses, or these values of one type; see `Client.set`."""
        return await self.run(
            set_request(
                name,
                values,
                rrtype=rrtype,
                zone=zone,
                ttl=ttl,
                require=require,
                verify=verify,
                compare=compare,
                check_names=check_names,
                rrclass=rrclass,
            )
        )

    async def delete(  # noqa: PLR0913 - as above
        self,
        name: Name | str,
        *values: str | bytes | IPv4Address | IPv6Address,
        rrtype: int | str | None = None,
        zone: Name | str | None = None,
        require: str = "any",
        verify: bool = True,
        compare: bool = False,
        rrclass: int | str = RRClass.IN,
    ) -> Outcome:
        """Remove values, an RRset, or all records of a name; see `Client.delete`."""
        return await self.run(
            delete_request(
                name,
                values,
                rrtype=rrtype,
                zone=zone,
                require=require,
                verify=verify,
                compare=compare,
                rrclass=rrclass,
            )
        )

    async def show(
        self,
        name: Name | str,
        *rrtypes: int | str,
        zone: Name | str | None = None,
        rrclass: int | str = RRClass.IN,
    ) -> Outcome:
        """Return what the authoritative server holds at `name`; see `Client.show`."""
        return await self.run(show_request(name, rrtypes, zone=zone, rrclass=rrclass))

    async def send(self, update: Update) -> Outcome:
        """Send an update as it stands; see `Client.send`."""
        return await self.run(lambda transaction: send_update(transaction, update))

    async def run(self, request: Request[T]) -> T:
        """Carry out a request of `dns_update.client.requests`: do what each of its steps needs, to the end."""
        started = time.monotonic()
        result = await carry_out(self, request)
        return with_time(result, time.monotonic() - started)

    def _perform(self, step: Step) -> Awaitable[object]:
        transport = self._transport
        if isinstance(step, Ask):
            return transport.carry(self._settings.exchange(step), step.endpoint)
        if isinstance(step, Resolve):
            return transport.resolve(step.host)
        if isinstance(step, Pause):
            return transport.pause(step.seconds)
        return _done(transport.clock())

    async def close(self) -> None:
        """Close the sockets that were kept; the client can still be used, and opens new ones."""
        self._transport.close()

    async def __aenter__(self) -> Self:
        self._transport.keep_open()
        return self

    async def __aexit__(self, *_reason: object) -> None:
        await self.close()


async def carry_out(client: AsyncClient, request: Request[T]) -> T:
    """Do as `AsyncClient.run` does, but leave the time that it took out of the outcome."""
    transaction = Transaction(client._settings)  # noqa: SLF001 - of this module
    return await drive(request(transaction), client._perform)  # noqa: SLF001 - of this module


async def _done(answer: object) -> object:
    return answer
