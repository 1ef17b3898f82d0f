"""A try as the history and the programs are told of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dns_update.agent.history import Attempt
from dns_update.agent.keeper import texts_of
from dns_update.agent.wording import in_toml
from dns_update.wire.codes import rrtype_to_text

if TYPE_CHECKING:
    from dns_update.agent.keeper import Keeper
    from dns_update.agent.settings import RecordSettings
    from dns_update.client.requests import Outcome
    from dns_update.errors import DnsUpdateError
    from dns_update.wire.record import Record


def attempt_of(keeper: Keeper, outcome: Outcome, before: tuple[Record, ...], seconds: float) -> Attempt:
    """Return what to tell of a change that was made, and took so many seconds."""
    return Attempt(
        when=time.time(),
        name=str(keeper.settings.name),
        zone=str(outcome.zone),
        types=_types(keeper.settings),
        before=", ".join(texts_of(before)),
        after=", ".join(texts_of(outcome.after or ())),
        server=str(outcome.server),
        key_name=_key_name(keeper.settings),
        outcome="ok",
        message=in_toml("; ".join(outcome.notes)),
        seconds=seconds,
    )


def failed_attempt_of(keeper: Keeper, error: DnsUpdateError, seconds: float) -> Attempt:
    """Return what to tell of a try that failed after so many seconds."""
    return Attempt(
        when=time.time(),
        name=str(keeper.settings.name),
        zone="" if keeper.settings.zone is None else str(keeper.settings.zone),
        types=_types(keeper.settings),
        before=", ".join(texts_of(keeper.published)),
        after=", ".join(keeper.status(0.0)["wanted"]),
        server=error.server,
        key_name=_key_name(keeper.settings),
        outcome=type(error).__name__,
        message=str(error),
        seconds=seconds,
    )


def _types(settings: RecordSettings) -> tuple[str, ...]:
    return tuple(map(rrtype_to_text, settings.types))


def _key_name(settings: RecordSettings) -> str:
    return "" if settings.key is None else str(settings.key.name)
