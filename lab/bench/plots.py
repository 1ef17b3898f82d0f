"""The plots of the page, as values: which lines they have, from the results."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lab.bench.one_shot import SET
from lab.bench.results import Part, Results, Row, Task
from lab.bench.servers import KINDS
from lab.bench.work import APPLY, APPLY_READ_BACK, DNSPERF, DNSPYTHON, KNSUPDATE, NSUPDATE, REPLAY

NAMES_PLOT, BATCH_PLOT, SERVERS_PLOT = "speed-names.svg", "speed-batch.svg", "speed-servers.svg"

_KIB = 1024
_KIB_TICKS = (1, 4, 8, 16, 32, 64)
_GREY = "#8a8f98"
_STYLES = {
    APPLY: ("#2f81f7", "-", "o"),
    APPLY_READ_BACK: ("#2f81f7", "--", "o"),
    SET: ("#2f81f7", "", "D"),
    NSUPDATE: ("#d1603d", "-", "s"),
    KNSUPDATE: ("#3a9a5b", "-", "^"),
    DNSPYTHON: ("#a371f7", "-", "v"),
    DNSPERF: (_GREY, "--", "x"),
    REPLAY: (_GREY, ":", "."),
}
"""Colour, line and mark; the colours are readable on white and on black."""
_WINDOWS = ("#a371f7", "#d1603d", "#c28a1e", "#3a9a5b", "#2f81f7", _GREY)


@dataclass(frozen=True)
class Line:
    """A line's label, its points, and its style: colour, line and mark."""

    label: str
    points: tuple[tuple[float, float], ...]
    style: tuple[str, str, str]


@dataclass(frozen=True)
class Panel:
    """The lines of one pair of axes."""

    lines: tuple[Line, ...]
    title: str = ""


@dataclass(frozen=True)
class Plot:
    """A file of one or more panels that share the meaning of their axes; the horizontal one is logarithmic.

    Without `ticks`, that axis is labelled at powers of ten.
    """

    file: str
    about: str
    across: str
    up: str
    panels: tuple[Panel, ...]
    is_log: bool = False
    ticks: tuple[float, ...] = ()


def plots_of(results: Results) -> Iterator[Plot]:
    """Yield the plots whose parts were measured."""
    parts = [results.parts[name] for name in ("bulk", "million") if name in results.parts]
    if parts:
        lines = (*_one_name(results), *_by_names([task for part in parts for task in part.tasks]))
        yield Plot(
            NAMES_PLOT, "Seconds to replace 1 to 1,000,000 names", "names", "seconds",
            (Panel(lines),), is_log=True,
        )  # fmt: skip
    if "bulk" in results.parts:
        yield Plot(
            BATCH_PLOT, "Names per second by the number of names a message", "names a message", "names per second",
            (Panel(tuple(_by_batch(results.parts["bulk"]))),),
        )  # fmt: skip
    if "servers" in results.parts:
        yield Plot(
            SERVERS_PLOT, "Names per second of each server by the size of the messages and their number in flight",
            "KiB a message", "names per second", tuple(_by_window(results.parts["servers"])), ticks=_KIB_TICKS,
        )  # fmt: skip


def _one_name(results: Results) -> Iterator[Line]:
    """Yield the command for one name, a single point."""
    row = results.parts["one-shot"].tasks[0].best(SET) if "one-shot" in results.parts else None
    if row is not None:
        yield Line("dns-update set verify=no", ((1.0, row.median),), _STYLES[SET])


def _by_names(tasks: Sequence[Task]) -> Iterator[Line]:
    """Yield a line for each program, of the tasks that replace different numbers of names."""
    sizes = [task for task in tasks if len({(row.program, row.octets, row.batch) for row in task.rows}) == len(
        {row.program for row in task.rows}
    )]  # fmt: skip
    for program in _programs(sizes):
        rows = [row for task in sizes if (row := task.best(program)) is not None]
        points = sorted((float(row.names), row.median) for row in rows)
        yield Line(program, tuple(points), _STYLES[program])


def _by_batch(part: Part) -> Iterator[Line]:
    task = part.tasks[0]
    for program in _programs([task]):
        rows = [row for row in task.rows if row.program == program]
        points = sorted((row.batch, row.rate) for row in rows if row.batch is not None)
        yield Line(program, tuple(points), _STYLES[program])


def _by_window(part: Part) -> Iterator[Panel]:
    for kind in KINDS:
        task = part.task(kind.task)
        if task is not None:
            replayed = [row for row in task.rows if row.program == REPLAY]
            windows = sorted({row.in_flight for row in replayed if row.in_flight is not None})
            yield Panel(tuple(_of_window(window, place, replayed) for place, window in enumerate(windows)), kind.title)


def _of_window(window: int, place: int, rows: Sequence[Row]) -> Line:
    points = sorted((row.octets / _KIB, row.rate) for row in rows if row.in_flight == window and row.octets is not None)
    return Line(f"{window} in flight", tuple(points), (_WINDOWS[place % len(_WINDOWS)], "-", "o"))


def _programs(tasks: Sequence[Task]) -> list[str]:
    return list(dict.fromkeys(row.program for task in tasks for row in task.rows if row.seconds))
