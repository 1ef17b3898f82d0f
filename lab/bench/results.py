"""What was measured, as values: rows of runs, the tasks that they were runs of, the parts; and their form as JSON."""

import json
import statistics
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple, Self


class Run(NamedTuple):
    """One run: wall and processor time in seconds, peak memory in MiB; None is what was not measured."""

    seconds: float
    cpu: float | None = None
    mib: float | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """All runs of one program at one task.

    Attributes:
        program: the program, with the options that matter: "dns-update apply verify=no".
        names: how many names each run changes, or how many messages it sends.
        batch: names a message, on average; None if that does not apply.
        octets: the largest message, as the program was told.
        in_flight: how many messages may be without an answer.
        seconds: the wall time of each run.
        cpu: the processor seconds of each run.
        mib: the peak memory of each run.

    """

    program: str
    names: int = 1
    batch: float | None = None
    octets: int | None = None
    in_flight: int | None = None
    seconds: tuple[float, ...] = ()
    cpu: tuple[float, ...] = ()
    mib: tuple[float, ...] = ()

    @property
    def median(self) -> float:
        """The median of the seconds; only if there are runs."""
        return statistics.median(self.seconds)

    @property
    def rate(self) -> float:
        """Names per second, by the median."""
        return self.names / self.median

    @property
    def peak(self) -> float | None:
        """The most memory that any run had, in MiB."""
        return max(self.mib, default=None)

    def with_runs(self, runs: Sequence[Run]) -> Self:
        """Return the row with these runs."""
        return replace(
            self,
            seconds=tuple(run.seconds for run in runs),
            cpu=tuple(run.cpu for run in runs if run.cpu is not None),
            mib=tuple(run.mib for run in runs if run.mib is not None),
        )

    def ratio(self, other: "Row", of: str = "seconds") -> float | None:
        """Return the median of the ratios of the runs of the same turns; None if they have no turns in common."""
        ours: tuple[float, ...] = getattr(self, of)
        theirs: tuple[float, ...] = getattr(other, of)
        if not ours or len(ours) != len(theirs):
            return None
        return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


@dataclass(frozen=True)
class Task:
    """What several programs did by turns, on the same server with the same names.

    Attributes:
        title: what one run does.
        rows: the programs.
        base: the program that the others are compared with; "" if there is none.
        server_mib: the server's peak memory afterwards.
        notes: what could not be measured, and why.

    """

    title: str
    rows: tuple[Row, ...]
    base: str = ""
    server_mib: float | None = None
    notes: tuple[str, ...] = ()

    def best(self, program: str) -> Row | None:
        """Return the fastest row of a program, of those with runs."""
        return min(
            (row for row in self.rows if row.program == program and row.seconds),
            key=lambda row: row.median,
            default=None,
        )

    def ratio(self, program: str, other: str, of: str = "seconds") -> float | None:
        """Return how the best row of one program compares with that of another; None if one is missing."""
        ours, theirs = self.best(program), self.best(other)
        return None if ours is None or theirs is None else ours.ratio(theirs, of)


@dataclass(frozen=True)
class Part:
    """The tasks of a part: `date` is when it was measured, `took` how many seconds that took."""

    tasks: tuple[Task, ...]
    date: str = ""
    took: float = 0.0

    def task(self, title: str) -> Task | None:
        """Return the task of that title."""
        return next((task for task in self.tasks if task.title == title), None)


@dataclass(frozen=True)
class Results:
    """The parts by name, and the facts that they depend on: the machine, and the versions of the programs."""

    facts: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, Part] = field(default_factory=dict)

    def with_part(self, name: str, part: Part) -> Self:
        """Return the results with one part more, or in place of an older one."""
        return replace(self, parts={**self.parts, name: part})

    def of(self, names: Collection[str]) -> Self:
        """Return the results of some parts only."""
        return replace(self, parts={name: part for name, part in self.parts.items() if name in names})

    def to_json(self) -> str:
        """Return everything as JSON, with the medians and ratios that the raw figures give."""
        parts = {name: _part_as_json(part) for name, part in self.parts.items()}
        return json.dumps({"facts": dict(self.facts), "parts": parts}, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `to_json` wrote; what follows from other figures is not read."""
        value = json.loads(text)
        return cls(value["facts"], {name: _part_from_json(part) for name, part in value["parts"].items()})


def _part_as_json(part: Part) -> dict[str, Any]:
    tasks = [
        {
            "title": task.title,
            "base": task.base,
            "server_mib": task.server_mib,
            "notes": list(task.notes),
            "rows": [_row_as_json(row, task) for row in task.rows],
        }
        for task in part.tasks
    ]
    return {"date": part.date, "took": round(part.took, 1), "tasks": tasks}


def _row_as_json(row: Row, task: Task) -> dict[str, Any]:
    base = task.best(task.base)
    ratio = None if base is None else row.ratio(base)
    figures = {name: value for name, value in asdict(row).items() if value not in (None, ())}
    derived = {"median_seconds": row.median if row.seconds else None, "ratio": ratio}
    return figures | {name: value for name, value in derived.items() if value is not None}


def _part_from_json(value: Mapping[str, Any]) -> Part:
    return Part(tuple(map(_task_from_json, value["tasks"])), value["date"], value["took"])


def _task_from_json(value: Mapping[str, Any]) -> Task:
    rows = tuple(map(_row_from_json, value["rows"]))
    return Task(value["title"], rows, value["base"], value["server_mib"], tuple(value["notes"]))


def _row_from_json(value: Mapping[str, Any]) -> Row:
    return Row(
        program=value["program"],
        names=value["names"],
        batch=value.get("batch"),
        octets=value.get("octets"),
        in_flight=value.get("in_flight"),
        seconds=tuple(value.get("seconds", ())),
        cpu=tuple(value.get("cpu", ())),
        mib=tuple(value.get("mib", ())),
    )
