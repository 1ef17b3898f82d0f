"""What the benchmark measured, as values: ratios of runs of the same turn, and JSON."""

import json

import pytest

from lab.bench.results import Part, Results, Row, Run, Task

OURS = Row(program="ours", names=100, octets=8192, in_flight=8, seconds=(1.0, 4.0, 3.0), mib=(20.0, 22.5, 21.0))
SLOW = Row(program="theirs", names=100, batch=10, in_flight=1, seconds=(4.0, 4.0, 9.0))
FAST = Row(program="theirs", names=100, batch=50, in_flight=1, seconds=(2.0, 2.0, 6.0))
TASK = Task("100 names", (OURS, SLOW, FAST), base="theirs", server_mib=40.0, notes=("other: not installed",))
RESULTS = Results({"Python": "3.11.2"}, {"bulk": Part((TASK,), "2026-11-30", 12.3)})


def test_a_ratio_is_the_median_of_the_turns_and_not_of_the_medians() -> None:
    assert OURS.ratio(FAST) == 0.5
    assert OURS.median / FAST.median == 1.5


@pytest.mark.parametrize("other", [Row(program="short", seconds=(1.0,)), Row(program="empty")])
def test_runs_that_are_not_of_the_same_turns_have_no_ratio(other: Row) -> None:
    assert OURS.ratio(other) is None
    assert other.ratio(OURS) is None


def test_programs_are_compared_at_their_best() -> None:
    assert TASK.best("theirs") is FAST
    assert TASK.ratio("ours", "theirs") == OURS.ratio(FAST)
    assert TASK.ratio("ours", "absent") is None
    assert TASK.ratio("ours", "theirs", of="mib") is None


def test_a_row_keeps_what_was_measured_of_its_runs() -> None:
    row = Row(program="ours", names=10).with_runs([Run(2.0, 1.5, 20.0), Run(4.0), Run(5.0)])
    assert (row.seconds, row.cpu, row.mib) == ((2.0, 4.0, 5.0), (1.5,), (20.0,))
    assert row.rate == 2.5
    assert row.peak == 20.0
    assert Row(program="ours").peak is None


def test_json_gives_the_same_results_back() -> None:
    assert Results.from_json(RESULTS.to_json()) == RESULTS


def test_json_has_the_raw_figures_and_what_follows_from_them() -> None:
    written = json.loads(RESULTS.to_json())
    assert written["facts"] == {"Python": "3.11.2"}
    ours, slow, fast = written["parts"]["bulk"]["tasks"][0]["rows"]
    assert ours["seconds"] == [1.0, 4.0, 3.0]
    assert (ours["median_seconds"], ours["ratio"]) == (3.0, 0.5)
    assert (slow["ratio"], fast["ratio"]) == (2.0, 1.0)
    assert "mib" not in slow


def test_a_part_that_is_measured_again_replaces_the_older_one() -> None:
    again = Part((), "2026-12-01", 1.0)
    assert RESULTS.with_part("bulk", again).parts == {"bulk": again}
    both = RESULTS.with_part("million", again)
    assert list(both.parts) == ["bulk", "million"]
    assert both.of(["million"]).parts == {"million": again}
