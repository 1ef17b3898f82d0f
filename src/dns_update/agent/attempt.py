"""One attempt to make a name right, from its start to its end, and what it showed about the servers."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from dns_update.agent.managed_name import Doubt, ManagedName
from dns_update.agent.reconcile.reconcile import reconcile
from dns_update.agent.reconcile.server_health import Outage
from dns_update.client.locate import Target
from dns_update.client.outcome import Outcome
from dns_update.client.plan import Desired
from dns_update.client.transaction import Transaction
from dns_update.errors import DnsUpdateError, NoResponse
from dns_update.transport import Endpoint, Server
from dns_update.wire.name import Name


def begin(managed: ManagedName, desired: Desired, now: float) -> Attempt | None:
    """Return an attempt with the servers to ask at `now`, on the monotonic clock; None if there are none."""
    servers = managed.upstream.servers_for(managed.settings.zone)
    is_urgent = managed.is_urgent
    order = managed.upstream.health.order(servers, now, is_urgent=is_urgent)
    return None if servers and not order else Attempt(managed, desired, order, now, is_urgent=is_urgent)


def pass_doubt_on(old: ManagedName, new: ManagedName, now: float, *, is_under_way: bool) -> None:
    """Have a name with new settings rechecked when an update that the old settings sent must have arrived."""
    recheck_at = now + old.upstream.patience if is_under_way else old.recheck_at
    new.doubt = None if recheck_at is None else Doubt(is_outcome_unknown=False, recheck_at=recheck_at)


class Attempt:
    """One attempt that began at `began` on the monotonic clock; end it by `succeeded`, `failed` or `cancelled`.

    `servers` are those that it may find silent, or answering again; they include the addresses of host names.
    With `began_in_doubt`, an earlier attempt may have made the change that this one finds.
    """

    def __init__(
        self, managed: ManagedName, desired: Desired, order: tuple[Hashable, ...], began: float, *, is_urgent: bool
    ) -> None:
        self.managed = managed
        self.desired = desired
        self.began = began
        self.began_in_doubt = managed.doubt is not None and managed.doubt.is_outcome_unknown
        self.servers = order
        self._order = order
        self._is_urgent = is_urgent
        self._transaction: Transaction | None = None

    @property
    def update_sent_to(self) -> Endpoint | None:
        """Where the last update was sent, with or without success; None if none was sent."""
        return None if self._transaction is None else self._transaction.update_sent_to

    async def run(self) -> Outcome:
        """Make the name right; raises DnsUpdateError."""
        settings = self.managed.settings
        target = Target(settings.name, settings.zone)  # not kept: ten thousand of them take half a MiB

        async def request(transaction: Transaction) -> Outcome:
            if self._order is not self.managed.upstream.servers:
                transaction.servers = tuple(server for server in self._order if isinstance(server, Server))
            transaction.in_turn = self._sorted
            self._transaction = transaction
            try:
                return await reconcile(transaction, target, self.desired)
            finally:
                transaction.in_turn = None  # breaks a cycle: else thousands of attempts wait for the garbage collector

        return await self.managed.upstream.client.run(request)

    def succeeded(self, outcome: Outcome, now: float) -> list[tuple[Hashable, Outage]]:
        """Record which servers answered; return those that recovered, with their outages."""
        recheck_at = self._recheck_at(now)
        if recheck_at is not None and recheck_at <= self.began:
            recheck_at = None
        if recheck_at is not None or self.managed.doubt is not None:
            self.managed.doubt = None if recheck_at is None else Doubt(is_outcome_unknown=False, recheck_at=recheck_at)
        if not outcome.failures and not self.managed.upstream.health.has_outages:
            return []
        return self._record([outcome.server], outcome.failures, now)

    def failed(self, error: DnsUpdateError, now: float) -> list[tuple[Hashable, Outage]]:
        """Record which servers answered, and which did not; return the same as `succeeded`."""
        self._keep_doubt(now)
        return self._record([], (error, *error.failures), now)

    def cancelled(self, now: float) -> None:
        """Record that the attempt was cancelled before its end."""
        self._keep_doubt(now)
        for server in self.servers:
            self.managed.upstream.health.not_asked(server)

    def _recheck_at(self, now: float) -> float | None:
        is_astray = self._transaction is not None and self._transaction.is_update_astray
        return now + self.managed.upstream.patience if is_astray else self.managed.recheck_at

    def _keep_doubt(self, now: float) -> None:
        """Keep the doubt about this attempt and about earlier ones."""
        is_unknown = self.began_in_doubt or self.update_sent_to is not None
        recheck_at = self._recheck_at(now)
        if is_unknown or recheck_at is not None:
            self.managed.doubt = Doubt(is_outcome_unknown=is_unknown, recheck_at=recheck_at)

    def _sorted(self, endpoints: tuple[Endpoint, ...]) -> tuple[Endpoint, ...]:
        """Sort the addresses of a host: those that were silent recently come last, and none is left out."""
        self.servers = tuple(dict.fromkeys((*self.servers, *endpoints)))
        order = self.managed.upstream.health.order(endpoints, self.began, is_urgent=self._is_urgent)
        return tuple(dict.fromkeys((*(one for one in order if isinstance(one, Endpoint)), *endpoints)))

    def _record(
        self, answered: Sequence[object], failures: Sequence[DnsUpdateError], now: float
    ) -> list[tuple[Hashable, Outage]]:
        """Record what the endpoints in errors, and those that `answered`, show about each server."""
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

    def _is_at(self, server: Hashable, endpoint: object) -> bool:
        """Return whether an endpoint from an error or an outcome belongs to this server."""
        if not isinstance(server, Server):
            return isinstance(server, Name) or endpoint == server  # a Name is a zone, in place of its primary
        if not isinstance(endpoint, Endpoint):
            return endpoint in (server, server.host)  # a host without an address
        addresses = () if self._transaction is None else self._transaction.addresses_of(server.host)
        return endpoint.port == server.port and endpoint.address in (server.host, *addresses)
