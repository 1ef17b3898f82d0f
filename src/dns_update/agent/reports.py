"""Reports attempts to people and programs: log lines, rows of the history, runs of programs."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from dns_update.agent.attempt import Attempt
from dns_update.agent.clock import Clock
from dns_update.agent.config.settings import AgentSettings
from dns_update.agent.managed_name import ManagedName, text_of, texts_of
from dns_update.agent.output.history import OK, History, HistoryRow
from dns_update.agent.output.hooks import ON_FAILURE, Hooks
from dns_update.agent.output.log import WARNING, Log
from dns_update.agent.reconcile.server_health import Outage
from dns_update.client.changes import changes_text
from dns_update.client.outcome import Outcome
from dns_update.client.plan import Desired
from dns_update.errors import DnsUpdateError, NoAddress, NoResponse
from dns_update.errors.hints import TOML, rendered
from dns_update.rr.record import Record
from dns_update.transport import Endpoint
from dns_update.wire.codes import rrtype_to_text

CANCELLED = "CalledOff"  # the outcome of a cancelled attempt in the history; others are "ok" or the name of an error
_CANCELLED_MESSAGE = "cancelled before its end; the server may have carried out the update"


class Reports:
    """Reports what is new in each attempt."""

    def __init__(self, log: Log, hooks: Hooks, clock: Clock) -> None:
        self._log = log
        self._hooks = hooks
        self._clock = clock
        self._history: History | None = None

    def open_history(self, settings: AgentSettings) -> None:
        """Keep the history in the file that the settings name, from now on."""
        if self._history is not None:
            self._history.finish()  # without waiting: its disk may never answer
            self._history = None
        if settings.history:
            self._history = History(settings.history, settings.history_keep, self._log.warning)

    def close(self) -> None:
        """Write the rest of the history, and close it."""
        if self._history is not None:
            self._history.close()

    def succeeded(self, attempt: Attempt, outcome: Outcome) -> None:
        """Report the notes of a successful attempt, and which servers failed before it."""
        settings = attempt.managed.settings
        if settings.common.upstream.key is not None and self._history is not None:
            self._history.believe()
        self._failed_over(attempt, outcome)
        for each in outcome.reverse:
            if each.changed:
                changes = changes_text(each.name or each.zone, each.before or (), each.after or ())
                self._log.info(f"update successful: {changes} at {each.server}")
        for note in outcome.notes:  # most apply to many names, and are logged once
            topic = attempt.managed.upstream, note
            self._log.changed(topic, note, f"{settings.name}: {rendered(note, TOML)}", WARNING)

    def changed(self, attempt: Attempt, outcome: Outcome, before: tuple[Record, ...], seconds: float) -> None:
        """Report that a name was changed."""
        settings = attempt.managed.settings
        self._log.info(f"updating zone: {outcome.zone}: updating RR set for {settings.name.relative_to(outcome.zone)}")
        after = ", ".join(texts_of(outcome.after or ()))
        if outcome.before is None:  # the server does not show it
            changes = f"{settings.name} has {after or 'nothing'}"
        else:
            changes = changes_text(settings.name, before, outcome.after or ())
        self._log.info(f"update successful: {changes} at {outcome.server}")
        row = self._row(
            attempt.managed,
            seconds,
            zone=str(outcome.zone),
            before=", ".join(texts_of(before)),
            after=after,
            server=str(outcome.server),
            key_name=_signer(attempt.managed, outcome),
            outcome=OK,
            message="; ".join([rendered(note, TOML) for note in outcome.notes]),
        )
        self._keep(row)
        if settings.common.on_change:
            self._hooks.run(settings.common.on_change, row)

    def failed(self, attempt: Attempt, error: DnsUpdateError, seconds: float) -> None:
        """Keep a failure in the history; the log has it as an incident."""
        self._keep(self._failed_row(attempt.managed, error, seconds, attempt.desired))

    def failing(self, managed: ManagedName, error: DnsUpdateError, seconds: float = 0.0) -> None:
        """Report to a program that a name begins to fail, or fails in another way than before."""
        if managed.settings.common.on_failure:
            row = self._failed_row(managed, error, seconds, managed.desired)
            self._hooks.run(managed.settings.common.on_failure, row, ON_FAILURE)

    def without_address(self, managed: ManagedName, reason: str) -> None:
        """Report to a program that a source of a name has given no address for longer than the hold-down."""
        if managed.settings.common.on_failure:
            result = {"server": "", "outcome": NoAddress.__name__, "message": reason}
            row = self._unproven_row(managed, 0.0, managed.desired, **result)
            self._hooks.run(managed.settings.common.on_failure, row, ON_FAILURE)

    def called_off(self, managed: ManagedName, desired: Desired, server: Endpoint, seconds: float) -> None:
        """Keep in the history that an update was sent to a server, and the attempt cancelled before its end."""
        result = {"server": str(server), "outcome": CANCELLED, "message": _CANCELLED_MESSAGE}
        self._keep(self._unproven_row(managed, seconds, desired, **result))

    def recovered(self, server: Hashable, outage: Outage) -> None:
        """Report that a server answers again, if its outage was reported."""
        if outage.is_reported:
            self._log.notice(f"{server} answers again")

    def _failed_over(self, attempt: Attempt, outcome: Outcome) -> None:
        """Log which servers failed. A silent one affects all names that are sent to it, so it is logged once."""
        failures = outcome.failures
        if not failures:
            return
        line = f"{'; '.join(map(str, failures))}; used {outcome.server} instead"
        # Without the silent ones: these are asked only now and then, which is not a change of the others.
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

    def _failed_row(
        self, managed: ManagedName, error: DnsUpdateError, seconds: float, desired: Desired | None
    ) -> HistoryRow:
        result = {"server": error.server, "outcome": type(error).__name__, "message": str(error)}
        return self._unproven_row(managed, seconds, desired, **result)

    def _unproven_row(self, managed: ManagedName, seconds: float, desired: Desired | None, **result: str) -> HistoryRow:
        """Return the row of an attempt that may not have made its change."""
        zone, seen = managed.settings.zone, managed.seen
        rrsets = () if desired is None else desired.rrsets
        return self._row(
            managed,
            seconds,
            zone=None if zone is None else str(zone),
            before=", ".join(texts_of(seen[0][1])) if seen else None,
            after=", ".join([text_of(rrtype, value) for rrtype, values in rrsets for value in values]),
            **result,
        )

    def _row(self, managed: ManagedName, seconds: float, **result: Any) -> HistoryRow:  # noqa: ANN401 - see HistoryRow
        settings, key = managed.settings, managed.settings.common.upstream.key
        own = {"key_name": "" if key is None else key.identity}
        return HistoryRow(
            when=self._clock.wall(),
            name=str(settings.name),
            types=tuple(map(rrtype_to_text, settings.types)),
            seconds=seconds,
            **own | result,
        )

    def _keep(self, row: HistoryRow) -> None:
        if self._history is not None:
            self._history.add(row)


def _signer(managed: ManagedName, outcome: Outcome) -> str:
    """Return who signed an update: a key's name, or a Kerberos principal."""
    key = managed.settings.common.upstream.key
    if key is not None and key.is_negotiated:
        return key.identity
    return "" if outcome.signed_by is None else str(outcome.signed_by)
