"""The ratios that we want to keep, and whether a run does."""

from collections.abc import Iterator
from dataclasses import dataclass

from lab.bench.bulk import title_of
from lab.bench.encoding import BUILT, DNSPYTHON, ENCODED, OURS
from lab.bench.kerberos import BY_GSS, NSUPDATE_BY_GSS, WITH_TICKET, WITH_TICKET_READ_BACK
from lab.bench.one_shot import OUR_NSUPDATE, SET, SET_READ_BACK, TITLE
from lab.bench.results import Results, Task
from lab.bench.scripts import FAR, NEAR
from lab.bench.secure import BY_TLS, BY_UDP, KEPT_TCP, KEPT_TLS, NSUPDATE_BY_TLS, ON_KEPT, OVER_TLS
from lab.bench.work import APPLY, APPLY_READ_BACK, KNSUPDATE, NSUPDATE

_MILLION = 1_000_000
MOST_MIB = 150.0
"""The memory that `apply` may have for a million names."""


@dataclass(frozen=True)
class Goal:
    """At a task, `program` has at most so many times the seconds (or memory, `of="mib"`) of `other`."""

    title: str
    program: str
    other: str
    most: float
    of: str = "seconds"


GOALS = (
    Goal(TITLE, SET, NSUPDATE, 1.25),
    Goal(TITLE, SET, NSUPDATE, 1.1, of="mib"),
    Goal(TITLE, SET_READ_BACK, NSUPDATE, 1.35),
    Goal(TITLE, SET_READ_BACK, NSUPDATE, 1.1, of="mib"),
    Goal(BY_TLS, OVER_TLS, BY_UDP, 1.6),
    Goal(BY_TLS, OVER_TLS, NSUPDATE_BY_TLS, 1.25),
    Goal(ON_KEPT, KEPT_TLS, KEPT_TCP, 1.1),
    Goal(BY_GSS, WITH_TICKET, NSUPDATE_BY_GSS, 1.5),
    Goal(BY_GSS, WITH_TICKET_READ_BACK, NSUPDATE_BY_GSS, 1.5),
    Goal(NEAR, OUR_NSUPDATE, NSUPDATE, 0.2),
    Goal(FAR, OUR_NSUPDATE, NSUPDATE, 0.2),
    *(
        goal
        for names in (10_000, 100_000, _MILLION)
        for goal in (
            Goal(title_of(names), APPLY, KNSUPDATE, 0.75),
            Goal(title_of(names), APPLY, NSUPDATE, 0.5),
            Goal(title_of(names), APPLY_READ_BACK, APPLY, 1.5),
        )
    ),
    Goal(ENCODED, OURS, DNSPYTHON, 0.1),
    Goal(BUILT, OURS, DNSPYTHON, 1.0),
)


def verdicts(results: Results) -> Iterator[str]:
    """Yield a line for each goal whose task was measured."""
    tasks = {task.title: task for part in results.parts.values() for task in part.tasks}
    for goal in GOALS:
        task = tasks.get(goal.title)
        ratio = None if task is None else task.ratio(goal.program, goal.other, goal.of)
        if ratio is not None:
            of = "memory, " if goal.of == "mib" else ""
            what = f"{goal.title}: {of}{goal.program} / {goal.other}"
            yield f"{_word(ratio, goal.most)}: {what} {ratio:.2f} <= {goal.most}"
    if title_of(_MILLION) in tasks:
        yield from _verdict_on_memory(tasks[title_of(_MILLION)])


def _verdict_on_memory(task: Task) -> Iterator[str]:
    for program in (APPLY, APPLY_READ_BACK):
        row = task.best(program)
        if row is not None and row.peak is not None:
            yield f"{_word(row.peak, MOST_MIB)}: {task.title}: {program} {row.peak:.0f} MiB <= {MOST_MIB:.0f}"


def _word(figure: float, most: float) -> str:
    return "kept" if figure <= most else "MISSED"
