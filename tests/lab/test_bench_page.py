"""docs/speed.md, its plots and the goals: what they make of results, and that they name nothing of the machine."""

import getpass
import platform
import sys
from pathlib import Path

import pytest

from lab.bench.bulk import title_of
from lab.bench.facts import PROGRAMS, facts
from lab.bench.goals import verdicts
from lab.bench.one_shot import SET, TITLE
from lab.bench.output import PAGE, RESULTS
from lab.bench.page import page
from lab.bench.parts import PARTS
from lab.bench.plots import BATCH_PLOT, NAMES_PLOT, SERVERS_PLOT, Plot, plots_of
from lab.bench.results import Part, Results, Row, Task
from lab.bench.servers import KINDS
from lab.bench.work import APPLY, APPLY_READ_BACK, DEFAULTS, KNSUPDATE, NSUPDATE, REPLAY

DOCS = Path(__file__).parents[2] / "docs"
MILLION = 1_000_000


def replaced(names: int, *, ours: float = 1.0, mib: float = 60.0) -> Task:
    return Task(
        title_of(names),
        (
            Row(program=APPLY, names=names, batch=192, octets=8192, in_flight=8, seconds=(ours,), mib=(mib,)),
            Row(program=APPLY_READ_BACK, names=names, octets=8192, in_flight=8, seconds=(1.6 * ours,), mib=(mib,)),
            Row(program=NSUPDATE, names=names, batch=100, in_flight=1, seconds=(2.0,)),
            Row(program=KNSUPDATE, names=names, batch=100, in_flight=1, seconds=(1.25,)),
            Row(program=REPLAY, names=names, batch=192, octets=8192, in_flight=8, seconds=(0.5,)),
        ),
        base=NSUPDATE,
    )


BATCHES = Task(
    "10,000 names replaced, by batch size",
    tuple(Row(program=NSUPDATE, names=10_000, batch=b, in_flight=1, seconds=(s,)) for b, s in ((10, 2.0), (100, 1.0))),
    base=NSUPDATE,
)
BULK = Part((BATCHES, replaced(10), replaced(100_000)), "2026-11-30")
WINDOW = DEFAULTS.most_in_flight
SERVERS = Part(
    (
        Task(
            KINDS[0].task,
            tuple(
                Row(program=REPLAY, names=5000, octets=octets, in_flight=window, seconds=(octets / window / 1000,))
                for octets in (1024, 8192)
                for window in (1, WINDOW)
            ),
        ),
    ),
    "2026-11-30",
)
RESULTS_OF_TWO = Results(
    {"Python": "3.11.2"}, {"bulk": BULK, "million": Part((replaced(MILLION, ours=9.0),), "2026-12-01")}
)


def test_the_committed_page_is_made_of_the_committed_figures() -> None:
    results = Results.from_json((DOCS / RESULTS).read_text(encoding="utf-8"))
    assert (DOCS / PAGE).read_text(encoding="utf-8") == page(results), "run: python -m lab.bench --page"
    assert set(results.parts) == set(PARTS), "run: make bench"


def test_the_committed_page_shows_all_plots_and_they_are_there() -> None:
    text = (DOCS / PAGE).read_text(encoding="utf-8")
    for file in (NAMES_PLOT, BATCH_PLOT, SERVERS_PLOT):
        assert f"]({file})" in text
        assert "<svg" in (DOCS / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("file", [RESULTS, PAGE, NAMES_PLOT, BATCH_PLOT, SERVERS_PLOT])
def test_the_committed_files_name_no_directory(file: str) -> None:
    text = (DOCS / file).read_text(encoding="utf-8")
    assert not [part for part in ("/home", "/root", "/tmp", "/usr", "/work") if part in text]  # noqa: S108 - not used


def test_the_facts_have_versions_and_no_name_of_the_machine() -> None:
    found = facts(sys.executable)
    assert found["Python"] == platform.python_version()
    assert set(PROGRAMS) <= set(found)
    assert all(found.values())
    words = {word for text in found.values() for word in text.replace(",", " ").split()}
    assert not words & {platform.node(), getpass.getuser()}
    assert not [text for text in found.values() if str(Path.home()) in text]


def test_a_page_has_the_chapters_that_were_measured() -> None:
    text = page(RESULTS_OF_TWO)
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# Speed",
        "## Many names",
        "### The batch size",
        "### 100,000 names",
        "### 1,000,000 names",
        "## How it was measured",
    ]
    assert "measured on 2026-11-30 to 2026-12-01" in text
    assert "`dns-update apply` takes 9.00 times as long as for 100,000." in text
    assert "It needs 60.0 MiB" in text
    assert "| 100,000 | 1.00 s | 1.60 s | 2.00 s | 1.25 s | - | 500 ms | 0.50 | 0.80 |" in text
    assert "**Machine and versions**: Python 3.11.2." in text


def test_a_server_is_shown_with_its_fastest_size_and_window_beside_the_defaults() -> None:
    text = page(Results({}, {"servers": SERVERS}))
    fastest, defaults = 5000 / (1.024 / WINDOW), 5000 / (8.192 / WINDOW)
    assert f"| BIND | 1,024 octets, {WINDOW} in flight | {fastest:,.0f} | {defaults:,.0f} | - |" in text


def lines_of(plot: Plot) -> dict[str, tuple[tuple[float, float], ...]]:
    return {line.label: line.points for panel in plot.panels for line in panel.lines}


def test_the_plots_have_a_line_for_each_program() -> None:
    one = Part((Task(TITLE, (Row(program=SET, seconds=(0.02,)),)),))
    names, batch, servers = plots_of(RESULTS_OF_TWO.with_part("servers", SERVERS).with_part("one-shot", one))
    assert [plot.file for plot in (names, batch, servers)] == [NAMES_PLOT, BATCH_PLOT, SERVERS_PLOT]
    assert lines_of(names)["dns-update set verify=no"] == ((1, 0.02),)
    assert lines_of(names)[APPLY] == ((10, 1.0), (100_000, 1.0), (MILLION, 9.0))
    assert lines_of(batch) == {NSUPDATE: ((10, 5000.0), (100, 10_000.0))}
    rates = tuple((octets / 1024, 5000 / (octets / WINDOW / 1000)) for octets in (1024, 8192))
    assert lines_of(servers)[f"{WINDOW} in flight"] == rates
    assert [panel.title for panel in servers.panels] == ["BIND"]


def test_plots_of_parts_that_were_not_measured_are_left_out() -> None:
    assert list(plots_of(Results())) == []


def test_a_plot_has_text_as_text_and_is_the_same_each_time(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="only `make bench` installs it")
    from lab.bench.drawing import draw

    plot = next(plots_of(RESULTS_OF_TWO))
    draw(plot, tmp_path)
    first = (tmp_path / plot.file).read_text(encoding="utf-8")
    draw(plot, tmp_path)
    assert (tmp_path / plot.file).read_text(encoding="utf-8") == first
    assert APPLY in first
    assert "1,000,000" in first


def test_goals_are_kept_or_missed_by_the_runs_of_the_same_turns() -> None:
    found = list(verdicts(RESULTS_OF_TWO))
    assert f"MISSED: {title_of(100_000)}: {APPLY} / {KNSUPDATE} 0.80 <= 0.75" in found
    assert f"kept: {title_of(100_000)}: {APPLY} / {NSUPDATE} 0.50 <= 0.5" in found
    assert f"MISSED: {title_of(MILLION)}: {APPLY_READ_BACK} / {APPLY} 1.60 <= 1.5" in found
    assert f"kept: {title_of(MILLION)}: {APPLY} 60 MiB <= 150" in found


def test_too_much_memory_for_a_million_names_is_a_goal_missed() -> None:
    results = Results({}, {"million": Part((replaced(MILLION, mib=151.0),))})
    assert f"MISSED: {title_of(MILLION)}: {APPLY} 151 MiB <= 150" in list(verdicts(results))
