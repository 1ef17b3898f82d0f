"""Incidents that keep names from being right: each is logged once when it begins, for all its names, and at its end."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from dns_update.agent.managed_name import ManagedName
from dns_update.agent.output.log import ERROR, WARNING, Log
from dns_update.agent.reconcile.backoff import is_permanent
from dns_update.errors import (
    ClocksDiffer,
    DnsUpdateError,
    KeyRejected,
    NoResponse,
    ReplyNotTrusted,
    ServerFailure,
    ZoneNotFound,
)
from dns_update.errors.hints import TOML, rendered

_OF_KEYS = (KeyRejected, ClocksDiffer, ReplyNotTrusted)  # the server answers this to every signed request


class Incidents:
    """The current incidents, and which of them each name is in; the begin and end of each is logged."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._incidents: dict[Hashable, _Incident] = {}
        self._causes: dict[ManagedName, Hashable] = {}  # of the names that are in one

    def enter(self, managed: ManagedName, error: DnsUpdateError, names: Iterable[ManagedName]) -> None:
        """Record why a name is not right; for the first one, log it, with how many of all `names` are affected."""
        cause = cause_of(error, managed)
        if self._causes.get(managed) == cause:
            return
        self.leave(managed)
        self._causes[managed] = cause
        incident = self._incidents.get(cause)
        if incident is None:
            incident = self._incidents[cause] = _Incident()
            is_shared = managed.settings.identity not in cause  # else ten thousand names are not asked for each
            others = sum(cause_of(error, other) == cause for other in names) - 1 if is_shared else 0
            hint = f" ({rendered(error.hint, TOML)})" if error.hint else ""
            elsewhere = "".join(f"; {failure}" for failure in error.failures)
            line = f"update failed: {managed.settings.name}: {error}{hint}{elsewhere}{_and_others(others)}"
            self._log.write(ERROR if is_permanent(error) else WARNING, line)
        incident.names += 1

    def leave(self, managed: ManagedName, *, is_right: bool = False) -> None:
        """Record that a name is no longer in its incident; when the last one leaves, the end is logged.

        Nothing is logged if no name became right: the names are now in another incident, or no longer managed.
        """
        cause = self._causes.pop(managed, None)
        incident = self._incidents.get(cause)
        if incident is None:
            return
        incident.names -= 1
        incident.right += is_right
        if not incident.names:
            del self._incidents[cause]
            if incident.right:
                self._log.notice(_right_again(str(managed.settings.name), incident.right))


class _Incident:
    __slots__ = ("names", "right")

    def __init__(self) -> None:
        self.names = 0  # how many are in it
        self.right = 0  # how many left it because they are right


def cause_of(error: DnsUpdateError, managed: ManagedName) -> tuple[Hashable, ...]:
    """Return the cause that names failing for the same reason share: their servers, key or zone; else the name's own.

    It is the cause that the error would have if this name had met it. Errors that only a person can fix have a cause
    of their own.
    """
    settings, upstream = managed.settings, managed.upstream
    if isinstance(error, NoResponse):
        # With several silent servers, the last one asked is the error, and that varies.
        return NoResponse.__name__, upstream.health, upstream.servers_for(settings.zone) or error.server
    met: tuple[Hashable, ...] = type(error).__name__, error.server, is_permanent(error)
    if isinstance(error, _OF_KEYS):
        return (*met, upstream)
    is_of_zone = isinstance(error, ServerFailure) or (isinstance(error, ZoneNotFound) and not error.is_delegated)
    if is_of_zone and settings.zone is not None:
        return (*met, upstream, settings.zone)
    return (*met, settings.identity)


def _and_others(others: int) -> str:
    if others < 1:
        return ""
    return f"; {others:,} other {'name is' if others == 1 else 'names are'} affected, too"


def _right_again(name: str, count: int) -> str:
    return f"{name} is right again" if count == 1 else f"{name} and {count - 1:,} more are right again"
