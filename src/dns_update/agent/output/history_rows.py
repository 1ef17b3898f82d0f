"""The result of an attempt, as the history and `on-change` programs get it."""

from __future__ import annotations

from dns_update.agent.attempt import Attempt
from dns_update.agent.config.settings import RecordSettings
from dns_update.agent.managed_name import text_of, texts_of
from dns_update.agent.output.history import HistoryRow
from dns_update.client.outcome import Outcome
from dns_update.errors import DnsUpdateError
from dns_update.errors.hints import TOML, rendered
from dns_update.rr.record import Record
from dns_update.transport import Endpoint
from dns_update.wire.codes import rrtype_to_text

CANCELLED = "CalledOff"  # the outcome of a cancelled attempt; others are "ok" or the name of an error
_CANCELLED_MESSAGE = "cancelled before its end; the server may have carried out the update"


def changed_row(
    attempt: Attempt, outcome: Outcome, before: tuple[Record, ...], when: float, seconds: float
) -> HistoryRow:
    """Return the row of a change; here and below, `when` is in seconds since 1970, and `seconds` is the duration."""
    settings = attempt.managed.settings
    return HistoryRow(
        when=when,
        name=str(settings.name),
        zone=str(outcome.zone),
        types=_types(settings),
        before=", ".join(texts_of(before)),
        after=", ".join(texts_of(outcome.after or ())),
        server=str(outcome.server),
        key_name=_key_name(settings),
        outcome="ok",
        message="; ".join([rendered(note, TOML) for note in outcome.notes]),
        seconds=seconds,
    )


def failed_row(attempt: Attempt, error: DnsUpdateError, when: float, seconds: float) -> HistoryRow:
    """Return the row of a failure."""
    return _unproven_row(attempt, error.server, (type(error).__name__, str(error)), when, seconds)


def cancelled_row(attempt: Attempt, server: Endpoint, when: float, seconds: float) -> HistoryRow:
    """Return the row of an attempt that had sent an update to `server` when it was cancelled."""
    return _unproven_row(attempt, str(server), (CANCELLED, _CANCELLED_MESSAGE), when, seconds)


def _unproven_row(attempt: Attempt, server: str, outcome: tuple[str, str], when: float, seconds: float) -> HistoryRow:
    """Return the row of an attempt that may not have made its change."""
    settings, current = attempt.managed.settings, attempt.managed.current
    return HistoryRow(
        when=when,
        name=str(settings.name),
        zone="" if settings.zone is None else str(settings.zone),
        types=_types(settings),
        before="" if current is None else ", ".join(texts_of(current.records)),
        after=", ".join(text_of(rrtype, value) for rrtype, values in attempt.desired.data.items() for value in values),
        server=server,
        key_name=_key_name(settings),
        outcome=outcome[0],
        message=outcome[1],
        seconds=seconds,
    )


def _types(settings: RecordSettings) -> tuple[str, ...]:
    return tuple(map(rrtype_to_text, settings.types))


def _key_name(settings: RecordSettings) -> str:
    return "" if settings.key is None else str(settings.key.name)
