"""Writes what a run gives: the raw figures as JSON, the page, and its plots."""

from collections.abc import Mapping
from pathlib import Path

from lab.bench.page import page
from lab.bench.plots import plots_of
from lab.bench.results import Results

RESULTS, PAGE = "speed.json", "speed.md"


def write(results: Results, directory: Path) -> None:
    """Write all files to the directory."""
    from lab.bench.drawing import draw  # with matplotlib, which only `make bench` installs

    directory.mkdir(exist_ok=True)
    (directory / RESULTS).write_text(results.to_json(), encoding="utf-8")
    (directory / PAGE).write_text(page(results), encoding="utf-8")
    for plot in plots_of(results):
        draw(plot, directory)


def earlier(directory: Path, facts: Mapping[str, str]) -> Results:
    """Return what was written before, if it was measured on the same machine with the same versions; else nothing."""
    path = directory / RESULTS
    if path.exists():
        found = Results.from_json(path.read_text(encoding="utf-8"))
        if found.facts == facts:
            return found
    return Results(facts)
