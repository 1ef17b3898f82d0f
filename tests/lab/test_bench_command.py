"""`python -m lab.bench`: the parts that it lists, and what it keeps of earlier runs."""

import subprocess
import sys
from pathlib import Path

from lab.bench.output import RESULTS, earlier
from lab.bench.parts import PARTS
from lab.bench.results import Part, Results

ROOT = Path(__file__).parents[2]


def bench(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lab.bench", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_help_lists_the_parts() -> None:
    told = bench("--help")
    assert told.returncode == 0
    for name, part in PARTS.items():
        assert f"{name:10} {part.about}" in told.stdout


def test_a_part_that_does_not_exist_is_said_before_anything_is_measured() -> None:
    told = bench("bulk", "milion")
    assert told.returncode == 1
    assert told.stdout == ""
    assert told.stderr == f"bench: there is no part 'milion': {', '.join(PARTS)}\n"


def test_parts_of_earlier_runs_are_kept_if_machine_and_versions_are_the_same(tmp_path: Path) -> None:
    facts = {"Python": "3.11.2", "named": "9.18.49"}
    before = Results(facts, {"bulk": Part((), "2026-11-30", 1.0)})
    assert earlier(tmp_path, facts) == Results(facts)
    (tmp_path / RESULTS).write_text(before.to_json(), encoding="utf-8")
    assert earlier(tmp_path, facts) == before
    assert earlier(tmp_path, facts | {"named": "9.20"}) == Results(facts | {"named": "9.20"})
