"""Runs whole processes, one contender after the other, and measures each."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from lab.bench.results import Row, Run, Task
from lab.errors import LabFailed
from lab.process import memory
from lab.server import NameServer

_LAUNCH = Path(__file__).parent.with_name("launch.py")
_MOST_TURNS = int(os.environ.get("BENCH_TURNS", "1000"))
"""Fewer turns than a part has by itself, for a first look."""
_PATIENCE = 600.0
"""Seconds for one process: a million names one by one take a few minutes."""


class ContenderFailed(LabFailed):
    """A program could not do what is measured; the others are measured without it."""


@dataclass(frozen=True)
class Contender:
    """A program that takes part: `row` says which, without runs; `run` does the work once."""

    row: Row
    run: Callable[[], Run]


def measure(command: Sequence[str], script: str = "") -> Run:
    """Run a process to its end, with `script` as its standard input; its output is discarded."""
    with tempfile.NamedTemporaryFile("w", encoding="ascii") as source:
        source.write(script)
        source.flush()
        launch = [sys.executable, "-I", "-S", str(_LAUNCH), source.name, *command]
        try:
            done = subprocess.run(launch, stdout=subprocess.PIPE, text=True, check=False, timeout=_PATIENCE)
        except subprocess.TimeoutExpired as error:
            raise ContenderFailed(f"{Path(command[0]).name} takes longer than {_PATIENCE:g} s") from error
    if done.returncode:
        raise ContenderFailed(f"{Path(command[0]).name} ended with status {done.returncode}")
    wall, cpu, memory_kib = map(float, done.stdout.split())
    return Run(wall, cpu, memory_kib / 1024)


class Turns(NamedTuple):
    """How many turns are measured, after some that are not."""

    measured: int
    warm_ups: int = 1


def by_turns(
    title: str, contenders: Sequence[Contender], turns: Turns, *, base: str = "", server: NameServer | None = None
) -> Task:
    """Let each contender run once in each turn, so that what the machine does meanwhile concerns all alike.

    Each turn starts with another contender. One that fails is left out from then on, and a note says so.
    """
    runs: list[list[Run]] = [[] for _ in contenders]
    failed: dict[int, str] = {}
    measured, warm_ups = min(turns.measured, _MOST_TURNS), min(turns.warm_ups, _MOST_TURNS)
    for turn in range(-warm_ups, measured):
        which = "warm-up" if turn < 0 else f"turn {turn + 1} of {measured}"
        print(f"bench: {title}: {which}", file=sys.stderr, flush=True)
        for place in range(len(contenders)):
            number = (place + turn) % len(contenders)
            if number in failed:
                continue
            try:
                run = contenders[number].run()
            except ContenderFailed as error:
                failed[number] = str(error)
                continue
            if turn >= 0:
                runs[number].append(run)
    rows = tuple(c.row.with_runs(runs[n]) for n, c in enumerate(contenders) if n not in failed)
    notes = tuple(f"{contenders[n].row.program}{_setting(contenders[n].row)}: {why}" for n, why in failed.items())
    peak = None if server is None else memory(server.pid)[1]
    return Task(title, rows, base, peak, notes)


def _setting(row: Row) -> str:
    return "" if row.octets is None else f", {row.octets} octets, {row.in_flight} in flight"
