"""Results as tables in Markdown."""

import itertools
from collections.abc import Iterator, Sequence

from lab.bench.results import Row, Task

_PAIR = 2
_NOTHING = "-"
_SIGNIFICANT = 3


def tables(tasks: Sequence[Task]) -> str:
    """Return a table for each task, and one for tasks that follow each other and have the same two programs."""
    return "\n\n".join(_of_pairs(same) if key else "\n\n".join(map(table, same)) for key, same in _grouped(tasks))


def table(task: Task) -> str:
    """Return one task: a line for each program."""
    base = task.best(task.base)
    shown = [column for column in _COLUMNS if any(column.has(row) for row in task.rows)]
    head = ["program", *(column.title for column in shown)]
    lines = [[row.program, *(column.text(row) for column in shown)] for row in task.rows]
    if base is not None:
        head.append(f"time / {task.base}")
        for line, row in zip(lines, task.rows, strict=True):
            line.append(number(row.ratio(base)))
    title = f"**{task.title}**{_runs(task)}"
    body = [title, markdown(head, lines)] if lines else [title]
    return "\n\n".join([*body, *(f"Not measured: {note}." for note in task.notes)])


def _runs(task: Task) -> str:
    """Return how many runs the medians are of: a single one says little."""
    counts = {len(row.seconds) for row in task.rows if row.seconds}
    if len(counts) != 1:
        return ""
    (count,) = counts
    return ", one run of each" if count == 1 else f", {count} runs of each"


def seconds_text(seconds: float) -> str:
    """Return a time with the unit that makes it readable: 12.3 ms, 1.23 s."""
    return f"{number(seconds * 1e3)} ms" if seconds < 1 else f"{number(seconds)} s"


def _grouped(tasks: Sequence[Task]) -> Iterator[tuple[tuple[str, ...], list[Task]]]:
    def key(task: Task) -> tuple[str, ...]:
        programs = tuple(row.program for row in task.rows)
        return programs if len(programs) == _PAIR and task.base in programs and not task.notes else ()

    for programs, same in itertools.groupby(tasks, key):
        yield programs, list(same)


def _of_pairs(tasks: Sequence[Task]) -> str:
    ours, theirs = (row.program for row in tasks[0].rows)
    head = [f"task{_runs(tasks[0])}", ours, theirs, f"{ours} / {theirs}"]
    lines = [
        [task.title, *(seconds_text(row.median) for row in task.rows), number(task.ratio(ours, theirs))]
        for task in tasks
    ]
    return markdown(head, lines)


class _Column:
    """A column's title, and how it shows a row."""

    title: str

    def has(self, row: Row) -> bool:
        """Return whether the row has something to show."""
        return self.text(row) != _NOTHING

    def text(self, row: Row) -> str:
        """Return the cell."""
        raise NotImplementedError


class _Names(_Column):
    title = "names"

    def has(self, row: Row) -> bool:
        return row.batch is None and row.names > 1

    def text(self, row: Row) -> str:
        return f"{row.names:,}"


class _Setting(_Column):
    title = "a message"

    def text(self, row: Row) -> str:
        parts = [] if row.octets is None else [f"{row.octets:,} octets"]
        parts += [] if row.batch is None else [f"{row.batch:,.0f} {'name' if round(row.batch) == 1 else 'names'}"]
        return ", ".join(parts) or _NOTHING


class _InFlight(_Column):
    title = "in flight"

    def text(self, row: Row) -> str:
        return _NOTHING if row.in_flight is None else str(row.in_flight)


class _Median(_Column):
    title = "median"

    def text(self, row: Row) -> str:
        return seconds_text(row.median) if row.seconds else _NOTHING


class _Worst(_Column):
    title = "worst"

    def text(self, row: Row) -> str:
        return seconds_text(max(row.seconds)) if len(row.seconds) > 1 else _NOTHING


class _Rate(_Column):
    title = "names/s"

    def has(self, row: Row) -> bool:
        return row.names > 1 and bool(row.seconds)

    def text(self, row: Row) -> str:
        return f"{row.rate:,.0f}" if row.seconds else _NOTHING


class _Cpu(_Column):
    title = "its processor time"

    def text(self, row: Row) -> str:
        return seconds_text(sorted(row.cpu)[len(row.cpu) // 2]) if row.cpu else _NOTHING


class _Memory(_Column):
    title = "peak MiB"

    def text(self, row: Row) -> str:
        return _NOTHING if row.peak is None else f"{row.peak:.1f}"


_COLUMNS = (_Names(), _Setting(), _InFlight(), _Median(), _Worst(), _Rate(), _Cpu(), _Memory())


def number(figure: float | None) -> str:
    """Return a number with three significant digits, and without an exponent."""
    if figure is None:
        return _NOTHING
    whole = len(str(int(abs(figure)))) if abs(figure) >= 1 else 0
    return f"{figure:,.{max(0, _SIGNIFICANT - max(whole, 1))}f}"


def markdown(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a table; all columns but the first are aligned to the right."""
    aligned = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, aligned, *lines))
