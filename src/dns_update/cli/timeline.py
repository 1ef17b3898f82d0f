"""What a name had over time, and when tries failed, as its attempts in the history tell. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dns_update.agent.output.history import HistoryRow
from dns_update.value import Value

MOST_LANES = 12  # of a picture that can be taken in at a glance; earlier data share one lane
NOTHING = "nothing"


class Span(Value):
    """A time in which a name had the same data; seconds since 1970."""

    start: float
    end: float


class Lane(Value):
    """One line of a picture: data as text, and when the name had it."""

    label: str
    spans: tuple[Span, ...]


class Timeline(Value):
    """The lanes of a name from `start` to `end`, and the times of tries that failed.

    `title` has the name and its types; `changes` is how many there were. Times are in seconds since 1970.
    """

    title: str
    start: float
    end: float
    lanes: tuple[Lane, ...]
    failures: tuple[float, ...]
    changes: int

    @property
    def summary(self) -> str:
        """The title, and how many changes and failures there were."""
        tries = "1 failed try" if len(self.failures) == 1 else f"{len(self.failures):,} failed tries"
        changes = "1 change" if self.changes == 1 else f"{self.changes:,} changes"
        return f"{self.title}: {changes}, {tries}"

    def place(self, when: float, places: int) -> int:
        """Return the place of a time, from 0 on, of a number of places from start to end."""
        share = (when - self.start) / (self.end - self.start)
        return min(max(int(share * places), 0), places - 1)


def timelines(attempts: Iterable[HistoryRow], start: float | None, now: float) -> list[Timeline]:
    """Return a timeline for each name, and for each record of a name with other types; `start` None: the first try.

    What a name has now is not known from a history; the last change is taken to last until `now`.
    """
    by_record: dict[tuple[str, tuple[str, ...]], list[HistoryRow]] = {}
    for attempt in attempts:
        by_record.setdefault((attempt.name, attempt.types), []).append(attempt)
    return [_timeline(f"{name} {' '.join(types)}", rows, start, now) for (name, types), rows in by_record.items()]


def _timeline(title: str, attempts: Sequence[HistoryRow], start: float | None, now: float) -> Timeline:
    attempts = sorted(attempts, key=lambda attempt: attempt.when)  # the clock may have been set
    begin = attempts[0].when if start is None else min(start, attempts[0].when)
    end = max(now, attempts[-1].when, begin + 1.0)
    changes = [attempt for attempt in attempts if attempt.is_ok]
    known = next((attempt.before for attempt in attempts if attempt.before is not None), None)
    spans: dict[str, list[Span]] = {}
    since, data = begin, known
    for when, after in [*((change.when, change.after) for change in changes), (end, "")]:
        if data is not None and when > since:
            spans.setdefault(data or NOTHING, []).append(Span(since, when))
        since, data = when, after
    lanes = tuple(Lane(label, tuple(several)) for label, several in spans.items())
    failures = tuple(attempt.when for attempt in attempts if not attempt.is_ok)
    return Timeline(title, begin, end, _at_a_glance(lanes), failures, len(changes))


def _at_a_glance(lanes: tuple[Lane, ...]) -> tuple[Lane, ...]:
    """Return the lanes that were used last, after one for all earlier ones if there are too many."""
    if len(lanes) <= MOST_LANES:
        return lanes
    lanes = tuple(sorted(lanes, key=lambda lane: lane.spans[-1].end))
    earlier = lanes[: len(lanes) - MOST_LANES + 1]
    spans = tuple(sorted((span for lane in earlier for span in lane.spans), key=lambda span: span.start))
    return (Lane(f"{len(earlier):,} others before", spans), *lanes[len(earlier) :])
