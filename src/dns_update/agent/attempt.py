"""One attempt to make a name right, from its start to its end, and what it showed about the servers."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Hashable
from typing import Any

from dns_update.agent.contact import Contact
from dns_update.agent.managed_name import Doubt, ManagedName, Sent
from dns_update.agent.reconcile.reconcile import reconcile
from dns_update.agent.reconcile.server_health import Outage
from dns_update.client.locate import Target
from dns_update.client.outcome import Outcome
from dns_update.client.plan import Desired
from dns_update.errors import DnsUpdateError
from dns_update.transport import Endpoint


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


def forget_sent(managed: ManagedName) -> None:
    """Forget the update that a name had together with others: it is reported now. What came of it stays unknown."""
    if managed.doubt is not None:
        managed.doubt = Doubt(is_outcome_unknown=True, recheck_at=managed.doubt.recheck_at)


class Attempt(Contact):
    """One attempt that began at `began` on the monotonic clock; end it by `succeeded`, `failed` or `cancelled`.

    With `began_in_doubt`, an earlier attempt may have made the change that this one finds. `sent` is the update of that
    attempt, if this one is to report it.
    """

    def __init__(
        self, managed: ManagedName, desired: Desired, order: tuple[Hashable, ...], began: float, *, is_urgent: bool
    ) -> None:
        super().__init__(managed, order, began, is_urgent=is_urgent)
        self.desired = desired
        self.began_in_doubt = managed.doubt is not None and managed.doubt.is_outcome_unknown
        self.sent: Sent | None = None if managed.doubt is None else managed.doubt.sent

    @property
    def update_sent_to(self) -> Endpoint | None:
        """Where the last update was sent that this attempt is to report; None if none was sent."""
        sent_to = super().update_sent_to
        return self.sent.server if sent_to is None and self.sent is not None else sent_to

    def seconds(self, now: float) -> float:
        """Return how long it has taken until `now`, on the monotonic clock."""
        return now - (self.began if self.sent is None else self.sent.began)

    def run(self, defers: Callable[[], bool] = bool) -> Coroutine[Any, Any, Outcome]:
        """Make the name right; raises DnsUpdateError, and Deferred if `defers` returns True."""
        settings = self.managed.settings
        target = Target(settings.name, settings.zone)  # not kept: ten thousand of them take half a MiB
        pairs = settings.common.pairs
        if pairs is not None:
            from dns_update.agent.pairs import reconcile_pairs  # few names have them

            return self.ask(lambda transaction: reconcile_pairs(transaction, target, self.desired, pairs))
        return self.ask(lambda transaction: reconcile(transaction, target, self.desired, defers))

    def succeeded(self, outcome: Outcome, now: float) -> list[tuple[Hashable, Outage]]:
        """Record which servers answered; return those that recovered, with their outages."""
        recheck_at = self._recheck_at(now)
        if recheck_at is not None and recheck_at <= self.began:
            recheck_at = None
        if recheck_at is not None or self.managed.doubt is not None:
            self.managed.doubt = None if recheck_at is None else Doubt(is_outcome_unknown=False, recheck_at=recheck_at)
        if not outcome.failures and not self.managed.upstream.health.has_outages:
            return []
        return self.record(self._answered(outcome), outcome.failures, now)

    def deferred(self, outcome: Outcome, now: float) -> list[tuple[Hashable, Outage]]:
        """Record which servers answered; return the same as `succeeded`. The doubt about earlier attempts stays."""
        return self.record(self._answered(outcome), outcome.failures, now)

    def failed(self, error: DnsUpdateError, now: float) -> list[tuple[Hashable, Outage]]:
        """Record which servers answered, and which did not; return the same as `succeeded`."""
        self._keep_doubt(now)
        return self.record([], (error, *error.failures), now)

    def cancelled(self, now: float) -> None:
        """Record that the attempt was cancelled before its end."""
        self._keep_doubt(now)
        for server in self.servers:
            self.managed.upstream.health.not_asked(server)

    def _answered(self, outcome: Outcome) -> list[Endpoint]:
        """Return the server of an outcome, if it was asked at all: another one may have shown that nothing is to do."""
        was_asked = outcome.query_server is None or super().update_sent_to == outcome.server
        return [outcome.server] if was_asked else []

    def _recheck_at(self, now: float) -> float | None:
        return now + self.managed.upstream.patience if self.is_update_astray else self.managed.recheck_at

    def _keep_doubt(self, now: float) -> None:
        """Keep the doubt about this attempt and about earlier ones."""
        is_unknown = self.began_in_doubt or self.update_sent_to is not None
        recheck_at = self._recheck_at(now)
        if is_unknown or recheck_at is not None:
            self.managed.doubt = Doubt(is_outcome_unknown=is_unknown, recheck_at=recheck_at)
