"""When the entries of `/system scheduler` run: the next time after any other, as a router counts; pure.

A run is at the start, and then after each interval: an entry that starts at 00:01 and runs each 10 minutes runs at
00:11, 00:21, whenever the service was started. Intervals of whole days keep the time of day when clocks are set for
summer; shorter ones go on in even steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from dns_update.errors import InvalidText
from dns_update.routeros.conversions import to_bool, to_time, value_of_word
from dns_update.routeros.values import NOTHING, RouterValue, Time, is_empty, text_of
from dns_update.value import Value
from dns_update.wire.codes import decimal

_STARTUP = "startup"
_DAY = 86_400
_MOMENT = 0.001  # seconds; a float of today's time is finer
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LAST_YEAR = 9998  # the last whole year of datetime
_MOST_DAYS = 31
_LONGEST_INTERVAL = 10_000 * _DAY  # a router's is shorter; and dates end with the year 9999


def before(moment: float) -> float:
    """Return a time just before a moment, so that the moment itself is after it."""
    return moment - _MOMENT


class Schedule(Value):
    """An entry: its name, what it runs, and when.

    `interval` is in seconds, 0 for one run. `at_startup` means that it counts from the start of the service; otherwise
    from `time`, seconds of the day, on `date`. Without a date, an interval counts from that time of any day before.
    Without both, it counts from the start of the service, and so runs at once.
    """

    name: str
    event: RouterValue
    interval: float
    at_startup: bool
    date: date | None
    time: int | None
    is_disabled: bool = False

    @classmethod
    def from_row(cls, row: Mapping[str, RouterValue]) -> Schedule:
        """Read a row of `/system scheduler`; raises InvalidText, with the name of the parameter."""
        start = text_of(row.get("start-time", NOTHING))
        at_startup = start == _STARTUP
        return cls(
            text_of(row.get("name", NOTHING)),
            row.get("on-event", NOTHING),
            _interval(row.get("interval", NOTHING)),
            at_startup,
            _date(text_of(row.get("start-date", NOTHING))),
            None if at_startup or not start else _time_of_day(start),
            to_bool(row.get("disabled", False)) is True,
        )

    def next_run(self, after: float, *, started: float) -> float | None:
        """Return the next time after another, in seconds since 1970; None if there is none.

        `started` is when the service was started. The first run may be then, so `before` it is what to ask for first.
        """
        if self.is_disabled:
            return None
        first = self._first(started)
        if first > after:
            return first
        if not self.interval:
            return None
        if self.interval % _DAY == 0:
            return _whole_days_after(first, int(self.interval // _DAY), after)
        steps = int((after - first) // self.interval) + 1
        return first + steps * self.interval

    def _first(self, started: float) -> float:
        """Return the time from which the intervals are counted: mostly that of the first run."""
        if self.at_startup:
            return started + self.interval  # with an interval, a router waits for it before the first run
        if self.time is None and self.date is None:
            return started
        day = self.date
        if day is None:
            # A router would count from the day on which the entry was made, which the file does not say.
            day = datetime.fromtimestamp(started).date() - timedelta(days=1 if self.interval else 0)  # noqa: DTZ006 - local
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - as above
        return (midnight + timedelta(seconds=self.time or 0)).timestamp()


def _whole_days_after(first: float, days: int, after: float) -> float:
    """Return the next time that is a number of whole days, by the local clock, after the first."""
    begin = datetime.fromtimestamp(first)  # noqa: DTZ006 - local time
    steps = max((datetime.fromtimestamp(after) - begin) // timedelta(days=days), 0)  # noqa: DTZ006 - as above
    moment = first
    while moment <= after:
        moment = (begin + timedelta(days=days * steps)).timestamp()
        steps += 1
    return moment


def _interval(value: RouterValue) -> float:
    if is_empty(value):
        return 0.0
    time = to_time(value_of_word(value) if isinstance(value, str) else value)
    if not isinstance(time, Time) or not 0 <= time.seconds <= _LONGEST_INTERVAL:
        raise InvalidText("invalid value for argument interval", hint="e.g. 5m, 1h30m, 00:05:00, 1d, 300")
    return time.seconds


def _time_of_day(text: str) -> int:
    time = to_time(text)
    if ":" not in text or not isinstance(time, Time) or not 0 <= time.seconds < _DAY:
        raise InvalidText("invalid value for argument start-time", hint="HH:MM:SS, or startup")
    return int(time.seconds)


def _date(text: str) -> date | None:
    """Return a date, written 2026-01-05, or as older routers write it: jan/05/2026."""
    if not text:
        return None
    parts = text.split("-") if "-" in text else text.split("/")
    if "/" in text and len(parts) == len(("month", "day", "year")):
        month = parts[0].lower()
        number = str(_MONTHS.index(month) + 1) if month in _MONTHS else ""
        parts = [parts[2], number, parts[1]]
    numbers = [decimal(part, most) for part, most in zip(parts, (_LAST_YEAR, len(_MONTHS), _MOST_DAYS), strict=False)]
    try:
        year, month_number, day = numbers
        # A date before 1970 has no time on this machine; jan/01/1970 is what a router has before its clock is set.
        found = date(year or 0, month_number or 0, day or 0)
        return max(found, date(1970, 1, 2))
    except ValueError as error:
        raise InvalidText("invalid value for argument start-date", hint="e.g. 2026-01-05 or jan/05/2026") from error
