"""The servers that one attempt of the agent asks, and what it shows about their health."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

from dns_update.agent.managed_name import ManagedName
from dns_update.agent.reconcile.server_health import Outage
from dns_update.client.transaction import Request, Transaction
from dns_update.errors import DnsUpdateError, NoResponse
from dns_update.transport import Endpoint, Server
from dns_update.wire.name import Name

T = TypeVar("T")


class Contact:
    """The contact with the servers of a name, which may stand for others; it began at `began` on the monotonic clock.

    `servers` are those that it may find silent, or answering again; they include the addresses of host names.
    """

    def __init__(self, managed: ManagedName, order: tuple[Hashable, ...], began: float, *, is_urgent: bool) -> None:
        """Prepare to ask the servers in this order, without addresses of host names; see `ServerHealth.order`."""
        self.managed = managed
        self.began = began
        self.servers = order
        self._order = order
        self._is_urgent = is_urgent
        self._transaction: Transaction | None = None

    @property
    def update_sent_to(self) -> Endpoint | None:
        """Where the last update was sent, with or without success; None if none was sent."""
        return None if self._transaction is None else self._transaction.update_sent_to

    @property
    def is_update_astray(self) -> bool:
        """Whether an update was sent, and a copy of it may still be on its way."""
        return self._transaction is not None and self._transaction.is_update_astray

    async def ask(self, request: Request[T]) -> T:
        """Carry out a request of the client at these servers; raises DnsUpdateError."""

        async def at_ours(transaction: Transaction) -> T:
            if self._order is not self.managed.upstream.servers:
                transaction.servers = tuple(server for server in self._order if isinstance(server, Server))
            transaction.in_turn = self._sorted
            self._transaction = transaction
            try:
                return await request(transaction)
            finally:
                transaction.in_turn = None  # breaks a cycle: else thousands of attempts wait for the garbage collector

        return await self.managed.upstream.client.run(at_ours)

    def record(
        self, answered: Sequence[object], failures: Sequence[DnsUpdateError], now: float
    ) -> list[tuple[Hashable, Outage]]:
        """Record what the endpoints in errors, and those that `answered`, show about each server.

        Return the servers that recovered, with their outages.
        """
        health = self.managed.upstream.health
        answered = [*answered, *(failure.endpoint for failure in failures if not isinstance(failure, NoResponse))]
        silences = [failure for failure in failures if isinstance(failure, NoResponse)]
        recovered = []
        for server in self.servers:
            silence = next((silence for silence in silences if self._is_at(server, silence.endpoint)), None)
            if any(self._is_at(server, endpoint) for endpoint in answered):
                outage = health.answered(server)
                recovered += [] if outage is None else [(server, outage)]
            elif silence is not None:
                health.failed(server, silence, self.managed, self.began, now)
            else:
                health.not_asked(server)
        return recovered

    def _sorted(self, endpoints: tuple[Endpoint, ...]) -> tuple[Endpoint, ...]:
        """Sort the addresses of a host: those that were silent recently come last, and none is left out."""
        self.servers = tuple(dict.fromkeys((*self.servers, *endpoints)))
        order = self.managed.upstream.health.order(endpoints, self.began, is_urgent=self._is_urgent)
        return tuple(dict.fromkeys((*(one for one in order if isinstance(one, Endpoint)), *endpoints)))

    def _is_at(self, server: Hashable, endpoint: object) -> bool:
        """Return whether an endpoint from an error or an outcome belongs to this server."""
        if not isinstance(server, Server):
            return isinstance(server, Name) or endpoint == server  # a Name is a zone, in place of its primary
        if not isinstance(endpoint, Endpoint):
            return endpoint in (server, server.host)  # a host without an address
        addresses = () if self._transaction is None else self._transaction.addresses_of(server.host)
        return endpoint.port == server.port and endpoint.address in (server.host, *addresses)
