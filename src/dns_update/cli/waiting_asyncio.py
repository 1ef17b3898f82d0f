"""On a terminal, servers that are silent are named while many are waited for at once; within asyncio."""

from __future__ import annotations

import asyncio

from dns_update.cli import waiting
from dns_update.exchange import Exchange, Reply, UnverifiedReply
from dns_update.transport import Endpoint
from dns_update.transport.aio import AsyncioTransport


class NamingAsyncioTransport(AsyncioTransport):
    """Carries exchanges as usual, and names a server on standard error that has not answered for a while.

    A server is named once, however many exchanges wait for it; `named` has those that were, for several transports.
    """

    def __init__(self, local_address: str | None = None, *, named: set[Endpoint]) -> None:
        super().__init__(local_address)
        self._named = named

    async def carry(self, exchange: Exchange, endpoint: Endpoint) -> Reply | UnverifiedReply:
        """Do as AsyncioTransport does."""
        timer = asyncio.get_running_loop().call_later(waiting.SILENCE, self._name, endpoint)
        try:
            return await super().carry(exchange, endpoint)
        finally:
            timer.cancel()

    def _name(self, endpoint: Endpoint) -> None:
        if endpoint not in self._named:
            self._named.add(endpoint)
            waiting.name_server(endpoint)
