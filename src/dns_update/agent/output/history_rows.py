"""A try as the history and the programs are told of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dns_update.agent.managed_name import text_of, texts_of
from dns_update.agent.output.history import Attempt
from dns_update.errors.hints import TOML, rendered
from dns_update.wire.codes import rrtype_to_text

if TYPE_CHECKING:
    from dns_update.agent.config.settings import RecordSettings
    from dns_update.agent.managed_name import ManagedName
    from dns_update.client.plan import Desired
    from dns_update.client.requests import Outcome
    from dns_update.errors import DnsUpdateError
    from dns_update.rr.record import Record
    from dns_update.transport import Endpoint

CALLED_OFF = "CalledOff"  # the outcome of a try that was not waited for, where others have the name of an error
_CALLED_OFF_MESSAGE = "called off before its end; the server may have carried out the update"


def attempt_of(keeper: ManagedName, outcome: Outcome, before: tuple[Record, ...], seconds: float) -> Attempt:
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
        message="; ".join([rendered(note, TOML) for note in outcome.notes]),
        seconds=seconds,
    )


def failed_attempt_of(keeper: ManagedName, error: DnsUpdateError, seconds: float) -> Attempt:
    """Return what to tell of a try that failed after so many seconds."""
    return _unproven(keeper, keeper.wanted, error.server, (type(error).__name__, str(error)), seconds)


def called_off_attempt_of(keeper: ManagedName, wanted: Desired, server: Endpoint, seconds: float) -> Attempt:
    """Return what to tell of a try that was called off after so many seconds, when its update had been sent.

    `wanted` is what it was to bring about; by now something else may be.
    """
    return _unproven(keeper, wanted, str(server), (CALLED_OFF, _CALLED_OFF_MESSAGE), seconds)


def _unproven(
    keeper: ManagedName, wanted: Desired | None, server: str, outcome: tuple[str, str], seconds: float
) -> Attempt:
    data = () if wanted is None else wanted.data.items()
    return Attempt(
        when=time.time(),
        name=str(keeper.settings.name),
        zone="" if keeper.settings.zone is None else str(keeper.settings.zone),
        types=_types(keeper.settings),
        before=", ".join(texts_of(keeper.published)),
        after=", ".join(text_of(rrtype, value) for rrtype, values in data for value in values),
        server=server,
        key_name=_key_name(keeper.settings),
        outcome=outcome[0],
        message=outcome[1],
        seconds=seconds,
    )


def _types(settings: RecordSettings) -> tuple[str, ...]:
    return tuple(map(rrtype_to_text, settings.types))


def _key_name(settings: RecordSettings) -> str:
    return "" if settings.key is None else str(settings.key.name)
