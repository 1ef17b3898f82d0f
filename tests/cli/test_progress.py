"""How far a bulk run is: plain lines, a bar, or nothing."""

import io
import itertools
import subprocess
import sys

from rich.console import Console

from dns_update.cli.progress import INTERVAL, LOOK_EVERY, PlainProgress, Progress, progress_for
from dns_update.cli.progress_bar import BarProgress


def test_a_line_says_rate_failures_and_time_left() -> None:
    now = itertools.count(0, INTERVAL)
    lines: list[str] = []
    progress = PlainProgress(LOOK_EVERY * 10, lines.append, lambda: float(next(now)))
    for number in range(LOOK_EVERY):
        progress.add("refused" if number == 0 else "updated")
    assert lines == ["64 of 640 names, 6 a second, 1 not as desired, 90 s left"]


def test_there_are_no_more_lines_than_one_each_few_seconds() -> None:
    lines: list[str] = []
    progress = PlainProgress(1000, lines.append, lambda: 0.0)
    for _ in range(1000):
        progress.add("updated")
    assert lines == []
    assert "1,000 of 1,000 names" in progress.text()


def test_a_bar_shows_the_same_and_goes_away() -> None:
    out = io.StringIO()
    progress = BarProgress(10, Console(file=out, force_terminal=True, width=100))
    progress.add("updated")
    progress.tell()
    progress.close()
    assert "1 of 10 names" in out.getvalue()


def test_what_shows_it() -> None:
    assert type(progress_for(1, print, is_quiet=True, is_terminal=True)) is Progress
    assert type(progress_for(1, print, is_quiet=False, is_terminal=False)) is PlainProgress
    bar = progress_for(1, print, is_quiet=False, is_terminal=True)
    assert type(bar) is BarProgress
    bar.close()


def test_rich_is_loaded_for_a_bar_only_and_is_not_needed() -> None:
    code = """
import sys
sys.modules["rich.progress"] = None
from dns_update.cli.progress import progress_for
assert type(progress_for(1, print, is_quiet=False, is_terminal=True)).__name__ == "PlainProgress"
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    code = "import sys, dns_update.cli.apply; assert 'rich' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
