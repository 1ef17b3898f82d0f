"""The part of `dns-update status` about names and silent servers; `Sources.status` has the part about sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dns_update.agent.desired import SourceState
from dns_update.agent.managed_name import ManagedName, text_of, texts_of
from dns_update.agent.reconcile.server_health import ServerHealth
from dns_update.errors import DnsUpdateError, NoAddress
from dns_update.errors.hints import TOML, rendered
from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.agent.output.answer_types import ErrorStatus, PublishedStatus, RecordStatus, ServerStatus


class Times(Value):
    """The present, and the zeros of the agent's other two clocks as the wall clock counts them, since 1970.

    `now` is on the monotonic clock, `monotonic` its zero, and `booted` the time of boot.
    """

    now: float
    monotonic: float
    booted: float


def record_status(managed: ManagedName, due: float | None, times: Times, *, is_under_way: bool) -> RecordStatus:
    """Return the status of a name that is due at `due`, on the monotonic clock."""
    settings, key = managed.settings, managed.settings.common.upstream.key
    desired = () if managed.desired is None else managed.desired.rrsets
    source = managed.failing_source(times.now)
    return {
        "name": str(settings.name),
        "zone": "" if settings.zone is None else str(settings.zone),
        "wanted": [text_of(rrtype, value) for rrtype, values in desired for value in values],
        "published": _published(managed, times),
        "since": source.fails_from + times.monotonic
        if source is not None and source.fails_from is not None
        else managed.since + times.booted,
        "state": managed.state(is_under_way=is_under_way) if source is None else "failing",
        "last_error": _error_of_source(source) if managed.error is None else _error_status(managed.error),
        "next_try": None if due is None else due + times.monotonic,
        "key": None if key is None else key.identity,
        "owner": settings.common.owner,
    }


def server_statuses(healths: Iterable[ServerHealth], times: Times) -> Iterator[ServerStatus]:
    """Yield the status of each silent server; a host and its addresses are one."""
    for health in healths:
        outages = {outage.error.server: outage for _server, outage in health.outages()}
        for outage in outages.values():
            yield {
                "server": outage.error.server,
                "since": outage.since + times.monotonic,
                "error": str(outage.error),
                "next_try": outage.due + times.monotonic,
            }


def _published(managed: ManagedName, times: Times) -> list[PublishedStatus]:
    return [
        {"server": str(server), "records": texts_of(records), "checked": checked + times.booted}
        for server, records, checked in managed.seen
    ]


def _error_status(error: DnsUpdateError) -> ErrorStatus:
    return {
        "kind": type(error).__name__,
        "message": str(error),
        "hint": rendered(error.hint, TOML),
        "server": error.server,
        "exit_status": error.exit_status,
    }


def _error_of_source(source: SourceState | None) -> ErrorStatus | None:
    """Return the failure of a source in the form of an error of the name that follows it."""
    if source is None or source.reading is None:
        return None
    return {
        "kind": NoAddress.__name__,
        "message": source.reading.error,
        "hint": "",
        "server": "",
        "exit_status": NoAddress.exit_status,
    }
