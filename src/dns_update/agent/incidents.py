"""What hinders names from being right, said once: when it begins, for all names that it hinders, and when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dns_update.agent.output.log import ERROR, WARNING
from dns_update.agent.reconcile.backoff import is_permanent
from dns_update.errors import ClocksDiffer, KeyRejected, NoResponse, ReplyNotTrusted, ServerFailure, ZoneNotFound
from dns_update.errors.hints import TOML, rendered

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from dns_update.agent.managed_name import ManagedName
    from dns_update.agent.output.log import Log
    from dns_update.errors import DnsUpdateError

_OF_KEYS = (KeyRejected, ClocksDiffer, ReplyNotTrusted)  # the server says this of whatever we sign


class Incidents:
    """The troubles that there are now, each with the names in it. A keeper's `trouble` belongs to it."""

    def __init__(self, log: Log) -> None:
        """Begin with none; what begins and ends goes to the log."""
        self._log = log
        self._troubles: dict[Hashable, _Incident] = {}

    def enter(self, keeper: ManagedName, error: DnsUpdateError, keepers: Iterable[ManagedName]) -> None:
        """Take why a name is not right; the first one of a trouble tells of it, and how many of all may share it."""
        cause = cause_of(error, keeper)
        if keeper.trouble == cause:
            return
        self.leave(keeper)
        keeper.trouble = cause
        trouble = self._troubles.get(cause)
        if trouble is None:
            trouble = self._troubles[cause] = _Incident()
            is_shared = keeper.settings.identity not in cause  # and if not, ten thousand names are not asked for each
            others = sum(cause_of(error, other) == cause for other in keepers) - 1 if is_shared else 0
            hint = f" ({rendered(error.hint, TOML)})" if error.hint else ""
            elsewhere = "".join(f"; {failure}" for failure in error.failures)
            line = f"update failed: {keeper.settings.name}: {error}{hint}{elsewhere}{_beside(others)}"
            self._log.write(ERROR if is_permanent(error) else WARNING, line)
        trouble.names += 1

    def leave(self, keeper: ManagedName, *, is_right: bool = False) -> None:
        """Take that a name is no longer in the trouble it was in; the last one tells that this is over.

        Nothing is told if it is in another one now, or nobody's name any more.
        """
        cause, keeper.trouble = keeper.trouble, None
        trouble = self._troubles.get(cause)
        if trouble is None:
            return
        trouble.names -= 1
        trouble.right += is_right
        if not trouble.names:
            del self._troubles[cause]
            if trouble.right:
                self._log.notice(_right_again(str(keeper.settings.name), trouble.right))


class _Incident:
    __slots__ = ("names", "right")

    def __init__(self) -> None:
        self.names = 0  # that are in it
        self.right = 0  # that were, and are right


def cause_of(error: DnsUpdateError, keeper: ManagedName) -> tuple[Hashable, ...]:
    """Return what names have in common that fail for the same reason: their servers, their key, their zone, or nothing.

    It is that of an error as it would be if this name had met it. What only a person can mend is another one.
    """
    settings, way = keeper.settings, keeper.way
    if isinstance(error, NoResponse):
        # Of several silent servers another one is asked last each time, and its silence is the error.
        return NoResponse.__name__, way.turns, way.places(settings.zone) or error.server
    met: tuple[Hashable, ...] = type(error).__name__, error.server, is_permanent(error)
    if isinstance(error, _OF_KEYS):
        return (*met, way)
    is_of_zone = isinstance(error, ServerFailure) or (isinstance(error, ZoneNotFound) and not error.is_delegated)
    if is_of_zone and settings.zone is not None:
        return (*met, way, settings.zone)
    return (*met, settings.identity)


def _beside(others: int) -> str:
    if others < 1:
        return ""
    return f"; {others:,} other {'name is' if others == 1 else 'names are'} kept right there, too"


def _right_again(name: str, count: int) -> str:
    return f"{name} is right again" if count == 1 else f"{name} and {count - 1:,} more are right again"
