"""One name that the agent manages: what is desired, what was last seen, and how its last attempt ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from dns_update.agent.config.settings import RecordSettings
from dns_update.agent.desired import DesiredAt, SourceState
from dns_update.agent.reconcile.upstream import Upstream
from dns_update.client.claims import is_shared
from dns_update.client.outcome import Outcome
from dns_update.client.plan import Desired
from dns_update.errors import DnsUpdateError
from dns_update.rr.record import Record
from dns_update.transport import Endpoint
from dns_update.value import Value
from dns_update.wire.codes import rrtype_to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.agent.output.answer_types import ManagedState

Content: TypeAlias = "Desired | tuple[Record, ...]"
"""The records that a server has for a name: exactly what was desired, as with most of ten thousand names, or others."""


class Current:
    """The last known records of a name: at the server that was asked last, and at the others, newest first.

    `checked` is the time of the query, in seconds since boot.
    """

    __slots__ = ("checked", "content", "elsewhere", "server")

    def __init__(self, server: Endpoint, content: Content, checked: float) -> None:
        self.server = server
        self.content = content
        self.checked = checked
        self.elsewhere: tuple[tuple[Endpoint, Content, float], ...] = ()

    def saw(self, server: Endpoint, content: Content, checked: float, most: int) -> None:
        """Record what a server has; keep that of at most `most` servers, this one included."""
        if self.server is not server and self.server != server:
            others = [other for other in self.elsewhere if other[0] != server]
            self.elsewhere = ((self.server, self.content, self.checked), *others)[: most - 1]
        self.server, self.content, self.checked = server, content, checked


Change: TypeAlias = "tuple[ManagedName, Desired]"
"""A name, and what it was to have when an update was made for it."""


class Sent(Value):
    """An update that changed many names, was begun at `began` on the monotonic clock, and sent to `server`."""

    changes: Sequence[Change]
    server: Endpoint
    began: float

    def desired_of(self, managed: ManagedName) -> Desired | None:
        """Return what this update gave a name; None if it is not about it."""
        return next((desired for name, desired in self.changes if name is managed), None)


class Doubt(Value, kw_only=True):
    """What attempts that have ended may have done at a server, or may still do; only attempts write it.

    With `is_outcome_unknown`, an update was sent, and nobody knows what came of it. A copy of an update may be under
    way, and undo what was done meanwhile; by `recheck_at`, on the monotonic clock, it has arrived, if ever. None if
    there is no such copy. `sent` is the update, if it changed other names, too, and is not reported yet: the next
    attempt reads the name, and reports what came of it.
    """

    is_outcome_unknown: bool
    recheck_at: float | None
    sent: Sent | None = None


class ManagedName:
    """The state of one name, except when it is due (see Scheduler) and which incident it is in (see Incidents).

    Times are in seconds since boot. Attempts write `doubt`; everything else is written here.
    """

    __slots__ = (
        "current",
        "desired",
        "done",
        "doubt",
        "error",
        "failures",
        "next_change",
        "settings",
        "since",
        "sources",
        "ttl",
        "upstream",
    )

    def __init__(
        self, settings: RecordSettings, upstream: Upstream, sources: Sequence[SourceState | bytes], boot: float
    ) -> None:
        """Begin with nothing known; `sources` are those of the settings, in their order."""
        self.settings = settings
        self.upstream = upstream
        self.sources = sources
        self.desired: Desired | None = None
        self.done: Desired | None = None  # what was desired when an attempt last succeeded
        self.next_change: float | None = None  # when `desired` changes by time alone (monotonic)
        self.ttl = settings.common.ttl  # or the TTL that the server chose instead
        self.current: Current | None = None  # None before the first comparison
        self.doubt: Doubt | None = None
        self.failures = 0  # in a row
        self.error: DnsUpdateError | None = None  # of the last attempt; None if that succeeded
        self.since = boot  # when the current state began

    # What is desired

    @property
    def is_out_of_date(self) -> bool:
        """Whether `desired` may have changed although no source has changed."""
        return self.next_change is not None or (self.desired is not None and self.desired.ttl != self.ttl)

    def refresh(self, moment: DesiredAt) -> bool:
        """Compute the desired records at a moment; return whether they have changed."""
        desired, self.next_change = moment.of(self.settings, self.ttl, self.sources)
        if desired == self.desired:  # the old one is kept, because `done` and `current` may share it
            return False
        self.desired = desired
        return True

    @property
    def is_urgent(self) -> bool:
        """Whether the desired records differ from those of the last successful attempt."""
        return self.done is not self.desired and self.done != self.desired

    # How attempts ended

    def succeeded(self, outcome: Outcome, boot: float, *, began_in_doubt: bool) -> tuple[Record, ...] | None:
        """Record what an attempt has found or done; return the records before, if they were different.

        With `began_in_doubt`, an earlier attempt, whose result is not known, may have made the change.
        """
        before, after = outcome.before or (), outcome.after or ()
        if began_in_doubt and self.current is not None and (before is after or set(before) == set(after)):
            before = self._records(self.current.content)
        has_changed = before is not after and set(before) != set(after)
        if has_changed or self.error is not None or self.current is None:
            self.since = boot
        self._saw(outcome.read_at, after, boot)
        self.failures = 0
        self.error = None
        self.done = self.desired
        if before is not after and outcome.changed and self.ttl is not None and not self._is_shared(after):
            # A server may change our TTL (e.g. to its maximum); that must not look like a difference every time.
            self.ttl = next((r.ttl for r in after if r.rrtype in self.settings.types), self.ttl)
        return before if has_changed else None

    def found(self, outcome: Outcome, boot: float) -> None:
        """Record what an attempt has found, which changed nothing: the update is sent later."""
        self._saw(outcome.read_at, outcome.before or (), boot)

    def failed(self, error: DnsUpdateError, boot: float) -> None:
        """Record why an attempt failed."""
        if self.error is None:
            self.since = boot
        self.failures += 1
        self.error = error
        error.__traceback__ = None  # it holds all local values: ten thousand of them if a server is down

    def forget_failures(self) -> None:
        """Have the next failure count as the first one: the cause of the earlier ones may be gone."""
        self.failures = 0

    @property
    def recheck_at(self) -> float | None:
        """When to recheck, because a copy of an update may be under way until then (monotonic); None: no copy is."""
        return None if self.doubt is None else self.doubt.recheck_at

    def _saw(self, server: Endpoint, records: tuple[Record, ...], boot: float) -> None:
        content = self._as_desired(records)
        if self.current is None:
            self.current = Current(server, content, boot)
        else:
            self.current.saw(server, content, boot, max(len(self.upstream.servers), 1))

    def _as_desired(self, records: tuple[Record, ...]) -> Content:
        """Return what is desired if the name has exactly that, with any TTL if none is desired; else the records."""
        desired = self.desired
        if desired is None or not records:
            return records
        ttl = records[0].ttl if desired.ttl is None else desired.ttl
        return desired.with_ttl(ttl) if desired.are_exactly(records, ttl) else records

    @property
    def seen(self) -> Sequence[tuple[Endpoint, tuple[Record, ...], float]]:
        """The last known records at each server, with the time of the query since boot; newest first."""
        current = self.current
        if current is None:
            return ()
        known = ((current.server, current.content, current.checked), *current.elsewhere)
        return [(server, self._records(content), checked) for server, content, checked in known]

    def _records(self, content: Content) -> tuple[Record, ...]:
        return content.records(self.settings.name) if isinstance(content, Desired) else content

    def _is_shared(self, records: tuple[Record, ...]) -> bool:
        """Return whether other owners also publish at the name; the TTL may then be theirs."""
        return bool(self.settings.common.owner) and is_shared(records, self.settings.common.owner)

    # In a word

    def state(self, *, is_under_way: bool) -> ManagedState:
        """Return the name of the state; `is_under_way` says whether an attempt is under way."""
        if self.error is not None:
            return "failing"
        if self.desired is None or self.current is None:
            return "unknown"
        if any(not isinstance(source, bytes) and source.next_tick is not None for source in self.sources):
            return "held"
        is_to_be_read = self.doubt is not None and self.doubt.sent is not None
        return "changing" if is_under_way or is_to_be_read else "right"

    def mark(self, now: float, *, is_under_way: bool) -> tuple[object, ...]:
        """Return what differs when the status of the name at `now` (monotonic) has changed, except for times."""
        source = self.failing_source(now)
        reason = None if source is None or source.reading is None else source.reading.error
        current = None if self.current is None else (self.current.server, self.current.content, self.current.elsewhere)
        state = self.state(is_under_way=is_under_way)
        return id(self.settings), state, reason, id(self.error), self.failures, self.desired, current

    def failing_source(self, now: float) -> SourceState | None:
        """Return a source that is failing at `now` (monotonic); None if the last attempt failed, or none is."""
        if self.error is not None:
            return None
        sources = (source for source in self.sources if not isinstance(source, bytes))
        return next((source for source in sources if source.is_failing(now)), None)


def text_of(rrtype: int, rdata: bytes) -> str:
    """Return one record's type and data, e.g. `A 203.0.113.45`."""
    from dns_update.rr.record import rdata_to_text  # on request only

    return f"{rrtype_to_text(rrtype)} {rdata_to_text(rrtype, rdata)}"


def texts_of(records: Iterable[Record]) -> list[str]:
    """Return each record's type and data."""
    return [text_of(record.rrtype, record.rdata) for record in records]
