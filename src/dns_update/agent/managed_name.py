"""One name in the agent's care: what it shall hold, what it was last seen to hold, how its last try went."""

from __future__ import annotations

from dns_update.agent.desired import Rule, wanted_of
from dns_update.client.plan import Desired, is_shared
from dns_update.client.requests import Target
from dns_update.errors import NoAddress
from dns_update.errors.hints import TOML, rendered
from dns_update.wire.codes import rrtype_to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Hashable, Iterable, Sequence

    from dns_update.agent.config.settings import RecordSettings
    from dns_update.agent.desired import SourceState
    from dns_update.agent.output.control import ErrorStatus, RecordStatus
    from dns_update.agent.reconcile.upstream import Upstream
    from dns_update.client.requests import Outcome
    from dns_update.errors import DnsUpdateError
    from dns_update.rr.record import Record
    from dns_update.transport import Endpoint

# The states of `control.STATES`.
RIGHT = "right"
HELD = "held"
CHANGING = "changing"
FAILING = "failing"
UNKNOWN = "unknown"


class ManagedName:
    """The state of one name. It decides nothing about time; the loop tells it what happened."""

    __slots__ = (
        "checked",
        "done",
        "due",
        "elsewhere",
        "error",
        "failures",
        "is_doubtful",
        "is_dropped",
        "is_spared",
        "look_again",
        "next_change",
        "published",
        "server",
        "settings",
        "since",
        "states",
        "target",
        "task",
        "trouble",
        "ttl",
        "wanted",
        "way",
    )

    def __init__(
        self, settings: RecordSettings, way: Upstream, states: Sequence[SourceState | bytes], up: float
    ) -> None:
        """Begin with nothing known; `states` are those of the settings' sources, in their order.

        `up`, here and below, is now in seconds since the machine was started.
        """
        self.settings = settings
        self.way = way
        self.states = states
        self.target = Target(settings.name, settings.zone)
        self.wanted: Desired | None = None
        self.done: Desired | None = None  # what was wanted when a try last succeeded
        self.next_change: float | None = None  # when `wanted` changes by the mere passing of time
        self.ttl = settings.ttl  # or what the server makes of it
        self.task: Task[None] | None = None  # in which it is being tried
        self.due: float | None = None  # when the next one is to begin, on the monotonic clock
        self.is_dropped = False  # it is nobody's any more
        self.is_spared = False  # a network that came up has called a try off, and none has come to its end since
        self.is_doubtful = False  # whether a try has sent an update, and ended without a word on what came of it
        self.look_again: float | None = None  # when an update that went astray will have come, if ever (monotonic)
        self.trouble: Hashable = None  # what keeps it, and perhaps others, from being right
        self.failures = 0  # in a row
        self.error: DnsUpdateError | None = None
        self.published: tuple[Record, ...] = ()
        self.server: Endpoint | None = None  # where that was seen
        self.elsewhere: tuple[tuple[Endpoint, tuple[Record, ...], float], ...] = ()  # the same of others, newest first
        self.checked = 0.0  # when, in seconds since the machine was started; 0 for never
        self.since = up  # since when the state is as it is

    @property
    def is_out_of_date(self) -> bool:
        """Whether `wanted` may have changed though no source has said anything."""
        return self.next_change is not None or (self.wanted is not None and self.wanted.ttl != self.ttl)

    def refresh(self, now: float) -> bool:
        """Work out what is wanted now; return whether that has changed."""
        settings = self.settings
        wanted: Desired | None
        if settings.rrtype is not None:
            wanted, self.next_change = Desired(settings.data, self.ttl), None
        else:
            grace = settings.grace if settings.delete_when_missing else None
            rule = Rule(settings.types, self.ttl, settings.owner, grace)
            wanted, self.next_change = wanted_of(rule, self.states, now)
        before, self.wanted = self.wanted, wanted
        if before is None or wanted is None:  # most often at the start, where comparing would cost more
            return before is not wanted
        return wanted != before

    @property
    def is_urgent(self) -> bool:
        """Whether something else is wanted than what was brought about last."""
        return self.done is not self.wanted and self.done != self.wanted

    def succeeded(self, outcome: Outcome, up: float) -> tuple[Record, ...] | None:
        """Take what a try has found or brought about; return what stood before, if that was something else.

        An earlier try may have brought it about, whose answer was lost or not waited for.
        """
        before, after = outcome.before or (), outcome.after or ()
        if self.is_doubtful and self.checked and (before is after or set(before) == set(after)):
            before = self.published
        has_changed = before is not after and set(before) != set(after)
        if has_changed or self.error is not None or not self.checked:
            self.since = up
        if self.server is not None and self.server is not outcome.server and self.server != outcome.server:
            self._keep_for_elsewhere(self.server, outcome.server)
        self.failures = 0
        self.error = None
        self.is_spared = False
        self.is_doubtful = False
        self.done = self.wanted
        self.published = outcome.after or ()
        self.server = outcome.server
        self.checked = up
        if before is not after and outcome.changed and self.ttl is not None and not self._is_shared:
            # What the server makes of our TTL (a maximum of its own) must not look like drift ever after.
            self.ttl = next((r.ttl for r in self.published if r.rrtype in self.settings.types), self.ttl)
        return before if has_changed else None

    def _keep_for_elsewhere(self, last: Endpoint, new: Endpoint) -> None:
        """Keep what was seen at the last server, as another one has been asked: of as many as the record has."""
        others = [place for place in self.elsewhere if place[0] != new]
        most = max(len(self.way.servers) - 1, 0)
        self.elsewhere = ((last, self.published, self.checked), *others)[:most]

    def failed(self, error: DnsUpdateError, up: float) -> None:
        """Take why a try has failed."""
        if self.error is None:
            self.since = up
        self.failures += 1
        self.is_spared = False
        self.error = error
        error.__traceback__ = None  # which holds every value on the way, ten thousand times if a server is down

    @property
    def _is_shared(self) -> bool:
        """Whether others publish at the name, too; the TTL may then be theirs."""
        return bool(self.settings.owner) and is_shared(self.published, self.settings.owner)

    @property
    def state(self) -> str:
        """A word for how it is."""
        if self.error is not None:
            return FAILING
        if self.wanted is None or not self.checked:
            return UNKNOWN
        if any(not isinstance(state, bytes) and state.next_tick is not None for state in self.states):
            return HELD
        return RIGHT if self.task is None else CHANGING

    def _failing_source(self, now: float) -> SourceState | None:
        """Return a source that gives nothing, if the last try has not failed for another reason."""
        if self.error is not None:
            return None
        return next((state for state in self.states if not isinstance(state, bytes) and state.is_failing(now)), None)

    def status(self, now: float, clock: float, boot: float = 0.0) -> RecordStatus:
        """Return what `dns-update status` shows at `now` on the monotonic clock.

        `clock` is what must be added to monotonic times for wall times, `boot` to those since the machine was started.
        """
        settings = self.settings
        wanted = [] if self.wanted is None else list(self.wanted.data.items())
        source = self._failing_source(now)
        places = () if self.server is None else ((self.server, self.published, self.checked), *self.elsewhere)
        return {
            "name": str(settings.name),
            "zone": "" if settings.zone is None else str(settings.zone),
            "wanted": [text_of(rrtype, value) for rrtype, values in wanted for value in values],
            "published": [
                {"server": str(server), "records": texts_of(records), "checked": checked + boot}
                for server, records, checked in places
            ],
            "since": self.since + boot if source is None or source.fails_from is None else source.fails_from + clock,
            "state": self.state if source is None else FAILING,
            "last_error": _error_of_source(source) if self.error is None else _error_status(self.error),
            "next_try": None if self.due is None else self.due + clock,
            "key": None if settings.key is None else str(settings.key.name),
            "owner": settings.owner,
        }  # fmt: skip


def _error_status(error: DnsUpdateError) -> ErrorStatus:
    return {
        "kind": type(error).__name__, "message": str(error), "hint": rendered(error.hint, TOML), "server": error.server,
        "exit_status": error.exit_status,
    }  # fmt: skip


def _error_of_source(source: SourceState | None) -> ErrorStatus | None:
    """Return the failure of a source as that of the name that follows it."""
    if source is None or source.reading is None:
        return None
    return {
        "kind": NoAddress.__name__, "message": source.reading.error, "hint": "", "server": "",
        "exit_status": NoAddress.exit_status,
    }  # fmt: skip


def text_of(rrtype: int, rdata: bytes) -> str:
    """Return one record's type and data, as in `A 203.0.113.45`."""
    from dns_update.rr.record import rdata_to_text  # noqa: PLC0415 - with dnspython for rare types, on request only

    return f"{rrtype_to_text(rrtype)} {rdata_to_text(rrtype, rdata)}"


def texts_of(records: Iterable[Record]) -> list[str]:
    """Return each record's type and data."""
    return [text_of(record.rrtype, record.rdata) for record in records]
