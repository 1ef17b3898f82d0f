"""The agent's work on one name: an attempt, the actions after its end, and how long the name then waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable

from dns_update.agent.attempt import Attempt, begin, forget_sent
from dns_update.agent.bugs import text_of
from dns_update.agent.clock import Clock
from dns_update.agent.desired import DesiredAt
from dns_update.agent.incidents import Incidents
from dns_update.agent.managed_name import ManagedName, Sent
from dns_update.agent.plans import Plans
from dns_update.agent.reconcile.backoff import back_off, growing, jittered
from dns_update.agent.reconcile.reconcile import Deferred
from dns_update.agent.reconcile.server_health import Outage
from dns_update.agent.registry import Registry
from dns_update.agent.reports import Reports
from dns_update.client.outcome import Outcome
from dns_update.errors import DnsUpdateError, NoResponse


class Worker:
    """Makes attempts, each for one name, and acts on their results."""

    def __init__(  # noqa: PLR0913, PLR0917 - what the end of an attempt concerns
        self,
        registry: Registry,
        incidents: Incidents,
        reports: Reports,
        plans: Plans,
        retry: Callable[[list[ManagedName]], None],
        clock: Clock,
        random: Callable[[], float],
    ) -> None:
        """Call `retry` with the names that have failed and may now succeed.

        Updates that may go together with others are left in `plans`.
        """
        self._registry = registry
        self._incidents = incidents
        self._reports = reports
        self._plans = plans
        self._retry = retry
        self._clock = clock
        self._random = random

    async def attempt(self, managed: ManagedName) -> float | None:
        """Make one name right, and return the seconds until its next attempt.

        Return None if it is not right, and its update is to be sent together with those of other names.
        """
        now = self._clock.monotonic()
        if managed.is_out_of_date:
            managed.refresh(DesiredAt(now))
        desired = managed.desired
        if desired is None:
            return self._interval()
        if managed.doubt is not None:
            self.call_off(managed)
        may_defer = self._plans.begin(managed)
        attempt = begin(managed, desired, now)
        if attempt is None:
            return self._passed_over(managed)
        may_defer &= attempt.sent is None
        try:
            return self._succeeded(attempt, await attempt.run(self._plans.are_many_due if may_defer else bool))
        except Deferred as deferred:
            self._deferred(attempt, deferred)
            return None
        except DnsUpdateError as error:
            return self._failed(attempt, error)
        except asyncio.CancelledError:
            self._cancelled(attempt)
            raise
        except Exception as mistake:  # noqa: BLE001 - a bug of ours must not keep the other names from being right
            return self._failed(attempt, DnsUpdateError(text_of(mistake)))

    def call_off(self, managed: ManagedName, *, is_gone: bool = False) -> None:
        """Report the update that a name had together with others, if no attempt will do so.

        That is so if the name should have other records by now, or `is_gone`.
        """
        sent = None if managed.doubt is None else managed.doubt.sent
        desired = None if sent is None else sent.desired_of(managed)
        if sent is not None and desired is not None and (is_gone or desired != managed.desired):
            forget_sent(managed)
            self._reports.called_off(managed, desired, sent.server, self._clock.monotonic() - sent.began)

    def called_off(self, sent: Sent) -> None:
        """Report an update of many names that was cancelled."""
        seconds = self._clock.monotonic() - sent.began
        for managed, desired in sent.changes:
            self._reports.called_off(managed, desired, sent.server, seconds)

    def broken(self, managed: ManagedName, mistake: BaseException) -> float:
        """Record an error that even `attempt` did not catch; return the seconds until the next attempt."""
        managed.failed(DnsUpdateError(text_of(mistake)), self._clock.boot())
        return growing(managed.failures, self._registry.settings.interval, self._random)

    def _interval(self) -> float:
        return jittered(self._registry.settings.interval, self._random)

    def _succeeded(self, attempt: Attempt, outcome: Outcome) -> float:
        managed, now = attempt.managed, self._clock.monotonic()
        recovered = attempt.succeeded(outcome, now)
        before = managed.succeeded(outcome, self._clock.boot(), began_in_doubt=attempt.began_in_doubt)
        if before is not None:
            self._reports.changed(attempt, outcome, before, attempt.seconds(now))
        self._reports.succeeded(attempt, outcome)
        self._incidents.leave(managed, is_right=True)
        self.recovered(recovered, managed)
        seconds = self._interval()
        for sooner in (managed.recheck_at, self._server_due(managed)):
            if sooner is not None:
                seconds = min(seconds, max(sooner - now, 0.0))
        return seconds

    def _deferred(self, attempt: Attempt, deferred: Deferred) -> None:
        managed, now = attempt.managed, self._clock.monotonic()
        recovered = attempt.deferred(deferred.outcome, now)
        managed.found(deferred.outcome, self._clock.boot())
        self._plans.add(managed, attempt.desired, deferred.changes)
        self.recovered(recovered, managed)

    def _failed(self, attempt: Attempt, error: DnsUpdateError) -> float:
        managed, now = attempt.managed, self._clock.monotonic()
        recovered = attempt.failed(error, now)
        self._note_failure(managed, error, attempt.seconds(now))
        self._reports.failed(attempt, error, attempt.seconds(now))
        self.recovered(recovered, managed)
        due = self._server_due(managed) if isinstance(error, NoResponse) else None
        if due is not None:
            return max(due - now, 0.0)
        return back_off(error, managed.failures, self._registry.settings.interval, self._random)

    def _passed_over(self, managed: ManagedName) -> float:
        """Record that all servers of a name are known to be silent, and none is due.

        When an attempt finds that one of them answers, this name is tried again.
        """
        health = managed.upstream.health
        outages = map(health.outage_of, managed.upstream.servers_for(managed.settings.zone))
        error = [outage for outage in outages if outage is not None][-1].error
        self._note_failure(managed, error)
        return self._interval()

    def _note_failure(self, managed: ManagedName, error: DnsUpdateError, seconds: float = 0.0) -> None:
        """Record why a name is not right; report it to its program, unless it has failed in this way before."""
        is_new = type(managed.error) is not type(error)
        managed.failed(error, self._clock.boot())
        self._incidents.enter(managed, error, self._registry.names)
        if is_new:
            self._reports.failing(managed, error, seconds)

    def _cancelled(self, attempt: Attempt) -> None:
        now = self._clock.monotonic()
        attempt.cancelled(now)
        if attempt.update_sent_to is not None:
            seconds = attempt.seconds(now)
            self._reports.called_off(attempt.managed, attempt.desired, attempt.update_sent_to, seconds)

    def recovered(self, servers: list[tuple[Hashable, Outage]], found_by: ManagedName) -> None:
        """Report which servers have recovered, and retry the names that have waited for them."""
        for server, outage in servers:
            self._reports.recovered(server, outage)
            self._retry(
                [
                    other
                    for other in self._registry.names
                    if other is not found_by
                    and other.upstream.health is found_by.upstream.health
                    and _has_met_silence(other.error)
                    and server in other.upstream.servers_for(other.settings.zone)
                ]
            )

    def _server_due(self, managed: ManagedName) -> float | None:
        """Return when a server is due again whose silence this name met last; None if there is none."""
        health = managed.upstream.health
        return health.due(managed.upstream.servers_for(managed.settings.zone), managed) if health.has_outages else None


def _has_met_silence(error: DnsUpdateError | None) -> bool:
    """Return whether an attempt failed because at least one server did not answer."""
    return error is not None and any(isinstance(one, NoResponse) for one in (error, *error.failures))
