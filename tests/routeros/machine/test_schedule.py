"""When schedules run, by a clock that the test sets: intervals, start times, dates, startup, summer time."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.errors import InvalidText
from dns_update.routeros.machine.schedule import Schedule, before

if TYPE_CHECKING:
    from collections.abc import Iterator

_ZONE = "CET-1CEST,M3.5.0,M10.5.0/3"


@pytest.fixture(autouse=True)
def _in_a_zone_with_summer_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", _ZONE)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def _at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _runs(started: str, row: dict[str, str], count: int = 3) -> list[str]:
    """Return the times of the first runs."""
    schedule = Schedule.from_row({"name": "x", "on-event": "y", **row})
    begin = _at(started)
    times: list[float] = []
    due = schedule.next_run(before(begin), started=begin)
    while due is not None and len(times) < count:
        times.append(due)
        due = schedule.next_run(due, started=begin)
    return [datetime.fromtimestamp(due).strftime("%m-%d %H:%M:%S") for due in times]  # noqa: DTZ006 - local time


@pytest.mark.parametrize(
    ("row", "runs"),
    [
        ({"interval": "5m"}, ["01-05 10:02:00", "01-05 10:07:00", "01-05 10:12:00"]),
        ({"interval": "00:05:00"}, ["01-05 10:02:00", "01-05 10:07:00", "01-05 10:12:00"]),
        ({"interval": "300"}, ["01-05 10:02:00", "01-05 10:07:00", "01-05 10:12:00"]),
        ({}, ["01-05 10:02:00"]),
        ({"start-time": "startup"}, ["01-05 10:02:00"]),
        ({"start-time": "startup", "interval": "1h"}, ["01-05 11:02:00", "01-05 12:02:00", "01-05 13:02:00"]),
        ({"start-time": "00:01:00", "interval": "10m"}, ["01-05 10:11:00", "01-05 10:21:00", "01-05 10:31:00"]),
        ({"start-time": "23:00:00", "interval": "7h"}, ["01-05 13:00:00", "01-05 20:00:00", "01-06 03:00:00"]),
        ({"start-time": "10:02:00", "interval": "1h"}, ["01-05 10:02:00", "01-05 11:02:00", "01-05 12:02:00"]),
        ({"start-time": "11:00:00"}, ["01-05 11:00:00"]),
        ({"start-time": "09:00:00"}, []),
        ({"start-time": "09:00:00", "interval": "0s"}, []),
        ({"start-date": "2026-01-07", "start-time": "03:00:00"}, ["01-07 03:00:00"]),
        ({"start-date": "jan/07/2026", "start-time": "03:00:00", "interval": "1d"},
         ["01-07 03:00:00", "01-08 03:00:00", "01-09 03:00:00"]),
        ({"start-date": "2026-01-04"}, []),
        ({"start-date": "jan/01/1970", "start-time": "03:00:00", "interval": "1d"},
         ["01-06 03:00:00", "01-07 03:00:00", "01-08 03:00:00"]),
        ({"start-date": "jan/01/1970", "interval": "1w"}, ["01-09 00:00:00", "01-16 00:00:00", "01-23 00:00:00"]),
        ({"interval": "5m", "disabled": "yes"}, []),
    ],
)  # fmt: skip
def test_the_runs_of_a_service_that_starts_on_a_monday(row: dict[str, str], runs: list[str]) -> None:
    assert _runs("2026-01-05 10:02:00", row) == runs


def test_whole_days_keep_the_time_of_day_when_summer_begins() -> None:
    assert _runs("2026-03-28 12:00:00", {"start-time": "03:30:00", "interval": "1d"}) == [
        "03-29 03:30:00", "03-30 03:30:00", "03-31 03:30:00",
    ]  # fmt: skip


def test_hours_go_on_in_even_steps_when_summer_ends() -> None:
    row = {"start-time": "00:30:00", "interval": "1h", "start-date": "2026-10-25"}
    assert _runs("2026-10-25 01:30:00", row, 4) == [
        "10-25 01:30:00", "10-25 02:30:00", "10-25 02:30:00", "10-25 03:30:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"interval": "often"}, "interval"),
        ({"interval": "-5m"}, "interval"),
        ({"interval": "9999999w"}, "interval"),
        ({"start-time": "noon"}, "start-time"),
        ({"start-time": "25:00:00"}, "start-time"),
        ({"start-time": "300"}, "start-time"),
        ({"start-date": "2026-13-01"}, "start-date"),
        ({"start-date": "2026-02-30"}, "start-date"),
        ({"start-date": "tomorrow"}, "start-date"),
        ({"start-date": "xyz/01/2026"}, "start-date"),
        ({"start-date": "2026-01"}, "start-date"),
    ],
)
def test_what_cannot_be_read_is_named(row: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidText, match=f"invalid value for argument {says}"):
        Schedule.from_row({"name": "x", "on-event": "y", **row})


@given(
    st.integers(1, 40 * 86_400),
    st.sampled_from(["", "startup", "00:00:00", "03:17:05", "23:59:59"]),
    st.integers(0, 1 << 31),
    st.integers(0, 1 << 26),
)
def test_a_next_run_is_later_and_within_one_interval(interval: int, start: str, started: int, later: int) -> None:
    schedule = Schedule.from_row({"name": "x", "on-event": "y", "interval": interval, "start-time": start})
    after = float(started + later)
    due = schedule.next_run(after, started=float(started))
    assert due is not None
    first = started + interval if start == "startup" else started
    assert after < due <= max(after, first) + interval + 3600  # a day in autumn has an hour more
