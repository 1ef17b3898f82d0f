"""Timelines: when a name had which data, and when tries failed, from its attempts."""

import pytest

from dns_update.agent.output.history import HistoryRow
from dns_update.cli import timeline as module
from dns_update.cli.timeline import Span, Timeline, timelines

ONE, TWO = "A 192.0.2.1", "A 192.0.2.2"


def made(
    when: float, before: str | None, after: str, outcome: str = "ok", types: tuple[str, ...] = ("A",)
) -> HistoryRow:
    return HistoryRow(
        when=when,
        name="home.example.com",
        zone="example.com",
        types=types,
        before=before,
        after=after,
        server="192.0.2.53",
        key_name="",
        outcome=outcome,
        message="",
        seconds=0.1,
    )


def only(*attempts: HistoryRow, start: float | None = None, now: float = 1000.0) -> Timeline:
    (timeline,) = timelines(attempts, start, now)
    return timeline


def spans(timeline: Timeline) -> dict[str, list[tuple[float, float]]]:
    return {lane.label: [(span.start, span.end) for span in lane.spans] for lane in timeline.lanes}


def test_data_last_from_one_change_to_the_next_and_the_last_to_now() -> None:
    timeline = only(made(100, "", ONE), made(400, ONE, TWO), made(700, TWO, ONE))
    assert spans(timeline) == {ONE: [(100, 400), (700, 1000)], TWO: [(400, 700)]}
    assert (timeline.start, timeline.end, timeline.changes, timeline.failures) == (100, 1000, 3, ())


def test_a_try_that_failed_changes_nothing_but_shows_what_was_there() -> None:
    timeline = only(made(100, None, TWO, "NoResponse"), made(200, ONE, TWO, "CalledOff"), made(500, ONE, TWO))
    assert spans(timeline) == {ONE: [(100, 500)], TWO: [(500, 1000)]}
    assert timeline.failures == (100, 200)
    assert timeline.summary == "home.example.com A: 1 change, 2 failed tries"


def test_a_name_of_which_nothing_is_known_has_no_lane() -> None:
    timeline = only(made(100, None, TWO, "NoResponse"))
    assert (timeline.lanes, timeline.failures) == ((), (100,))


def test_a_name_without_data_has_a_lane_of_its_own() -> None:
    assert spans(only(made(100, ONE, ""), made(300, "", ONE))) == {module.NOTHING: [(100, 300)], ONE: [(300, 1000)]}


def test_a_given_start_shows_what_was_there_before() -> None:
    assert spans(only(made(100, ONE, TWO), start=50)) == {ONE: [(50, 100)], TWO: [(100, 1000)]}


def test_records_of_other_types_are_timelines_of_their_own() -> None:
    found = timelines([made(100, "", ONE), made(200, "", 'TXT "x"', types=("TXT",))], None, 1000)
    assert [timeline.title for timeline in found] == ["home.example.com A", "home.example.com TXT"]


@pytest.mark.parametrize("now", [0.0, 100.0])
def test_a_clock_that_was_set_back_is_no_harm(now: float) -> None:
    timeline = only(made(400, ONE, TWO), made(100, "", ONE), now=now)
    assert (timeline.start, timeline.end) == (100, 400)
    assert timeline.place(100, 10) == 0
    assert timeline.place(400, 10) == 9


def test_one_moment_has_a_width() -> None:
    timeline = only(made(100, "", ONE), now=100)
    assert timeline.end > timeline.start
    assert spans(timeline) == {ONE: [(100, 101)]}


def test_the_earliest_of_many_data_share_a_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_LANES", 3)
    timeline = only(*(made(100 * n, "", f"A 192.0.2.{n}") for n in range(1, 6)))
    assert [lane.label for lane in timeline.lanes] == ["3 others before", "A 192.0.2.4", "A 192.0.2.5"]
    assert timeline.lanes[0].spans == (Span(100, 200), Span(200, 300), Span(300, 400))
