"""Transports of an asyncio loop for a check: they count what is sent, show it with --debug, and name silent servers."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from dns_update.cli.loop import transport_for
from dns_update.cli.request import print_message
from dns_update.commandline.properties import Options
from dns_update.exchange import UDP, Exchange, Reply, Transmission, TransportName, UnverifiedReply
from dns_update.transport import Endpoint
from dns_update.transport.aio import AsyncioTransport


class CountingTransports:
    """Makes transports, and counts the messages that all of them send."""

    def __init__(self, options: Options) -> None:
        self.count = 0
        self._make: Callable[[str | None], AsyncioTransport] = transport_for(options)
        self._shows = options.debug

    def new(self, local_address: str | None) -> AsyncioTransport:
        """Return a transport for a local address."""
        transport = self._make(local_address)
        carry = transport.carry

        async def counted(exchange: Exchange, endpoint: Endpoint) -> Reply | UnverifiedReply:
            return await carry(cast("Exchange", _Watched(exchange, self, endpoint)), endpoint)

        transport.carry = counted  # type: ignore[method-assign]
        return transport

    def note(self, endpoint: Endpoint, attempt: Transmission) -> None:
        """Count a message that is sent now."""
        self.count += 1
        if self._shows:
            print_message("sent", endpoint, attempt.transport, attempt.octets)

    def note_answer(self, endpoint: Endpoint, transport: TransportName, octets: bytes) -> None:
        """Show a message that has come."""
        if self._shows:
            print_message("received", endpoint, transport, octets)


class _Watched:
    """An exchange whose messages are noted; everything else is the exchange's own."""

    def __init__(self, exchange: Exchange, watcher: CountingTransports, endpoint: Endpoint) -> None:
        self._exchange = exchange
        self._watcher = watcher
        self._endpoint = endpoint
        self._transport: TransportName = UDP

    def next(self, *, now: float, wall: int, message_id: int) -> Transmission | None:
        attempt = self._exchange.next(now=now, wall=wall, message_id=message_id)
        if attempt is not None:
            self._transport = attempt.transport
            self._watcher.note(self._endpoint, attempt)
        return attempt

    def receive(self, octets: bytes, *, wall: int) -> None:
        self._watcher.note_answer(self._endpoint, self._transport, octets)
        self._exchange.receive(octets, wall=wall)

    def __getattr__(self, name: str) -> object:
        return getattr(self._exchange, name)
