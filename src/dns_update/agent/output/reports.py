"""What people and programs are told of attempts: lines of the log, rows of the history, programs of `on-change`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dns_update.agent.managed_name import texts_of
from dns_update.agent.output.history import History
from dns_update.agent.output.history_rows import cancelled_row, changed_row, failed_row
from dns_update.agent.output.log import WARNING
from dns_update.errors import NoResponse
from dns_update.errors.hints import TOML, rendered

if TYPE_CHECKING:
    from collections.abc import Hashable

    from dns_update.agent.attempt import Attempt
    from dns_update.agent.clock import Clock
    from dns_update.agent.config.settings import AgentSettings
    from dns_update.agent.output.history import HistoryRow
    from dns_update.agent.output.hooks import Hooks
    from dns_update.agent.output.log import Log
    from dns_update.agent.reconcile.server_health import Outage
    from dns_update.client.outcome import Outcome
    from dns_update.errors import DnsUpdateError
    from dns_update.rr.record import Record


class Reports:
    """Tells of each attempt what is new."""

    def __init__(self, log: Log, hooks: Hooks, clock: Clock) -> None:
        """Begin without a history."""
        self._log = log
        self._hooks = hooks
        self._clock = clock
        self._history: History | None = None

    def open_history(self, settings: AgentSettings) -> None:
        """Keep the history where the settings say, from now on."""
        if self._history is not None:
            self._history.finish()  # without waiting for it: its disk may never answer
            self._history = None
        if settings.history:
            self._history = History(settings.history, settings.history_keep, self._log.warning)

    def close(self) -> None:
        """Write what is left of the history."""
        if self._history is not None:
            self._history.close()

    def succeeded(self, attempt: Attempt, outcome: Outcome) -> None:
        """Tell what a successful attempt has shown."""
        settings = attempt.managed.settings
        if settings.key is not None and self._history is not None:
            self._history.believe()
        self._failed_over(attempt, outcome)
        for note in outcome.notes:  # most are true of many names, and are logged once
            topic = attempt.managed.upstream, note
            self._log.changed(topic, note, f"{settings.name}: {rendered(note, TOML)}", WARNING)

    def changed(self, attempt: Attempt, outcome: Outcome, before: tuple[Record, ...], seconds: float) -> None:
        """Tell that a name was changed."""
        settings = attempt.managed.settings
        self._log.info(f"updating zone: {outcome.zone}: updating RR set for {settings.name.relative_to(outcome.zone)}")
        after = ", ".join(texts_of(outcome.after or ())) or "nothing"
        self._log.info(f"update successful: {settings.name} has {after} at {outcome.server}")
        row = changed_row(attempt, outcome, before, self._clock.wall(), seconds)
        self._keep(row)
        if settings.on_change:
            self._hooks.run(settings.on_change, row)

    def failed(self, attempt: Attempt, error: DnsUpdateError, seconds: float) -> None:
        """Keep a failure in the history; the log has it as an incident."""
        self._keep(failed_row(attempt, error, self._clock.wall(), seconds))

    def cancelled(self, attempt: Attempt, seconds: float) -> None:
        """Keep in the history that an update was sent, and its end not waited for."""
        server = attempt.update_sent_to
        if server is not None:
            self._keep(cancelled_row(attempt, server, self._clock.wall(), seconds))

    def recovered(self, server: Hashable, outage: Outage) -> None:
        """Tell that a server answers again, if people know that it did not."""
        if outage.is_reported:
            self._log.notice(f"{server} answers again")

    def _failed_over(self, attempt: Attempt, outcome: Outcome) -> None:
        """Tell which servers did not do it. A silent one concerns all names that are sent there, so it is told once."""
        failures = outcome.failures
        if not failures:
            return
        line = f"{'; '.join(map(str, failures))}; used {outcome.server} instead"
        # Without the silent ones: these are asked now and then only, which changes nothing about the others.
        refusals = frozenset((type(f).__name__, f.server) for f in failures if not isinstance(f, NoResponse))
        topic = attempt.managed.settings.identity, attempt.managed.upstream
        is_told = bool(refusals) and self._log.changed(topic, refusals, line, WARNING)
        if all(not isinstance(failure, NoResponse) for failure in failures):
            return
        health = attempt.managed.upstream.health
        outages = [health.outage_of(server) for server in attempt.servers]
        unreported = [outage for outage in outages if outage is not None and not outage.is_reported]
        for outage in unreported:
            outage.is_reported = True
        if unreported and not is_told:
            self._log.warning(line)

    def _keep(self, row: HistoryRow) -> None:
        if self._history is not None:
            self._history.add(row)
