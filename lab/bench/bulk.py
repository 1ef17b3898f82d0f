"""Many names at once: `apply` beside what others have, each with the batch size that it is fastest with."""

from collections.abc import Sequence

from lab.bench.context import Context
from lab.bench.results import Task
from lab.bench.runs import Contender, Turns, by_turns
from lab.bench.work import APPLY, APPLY_READ_BACK, DNSPYTHON, NSUPDATE, SCRIPTED, Work, installed, served

_SIZES = (
    (1, Turns(11)),
    (10, Turns(11)),
    (100, Turns(11)),
    (1000, Turns(11)),
    (10_000, Turns(7)),
    (100_000, Turns(2)),
)
"""How many names, and how many turns."""
_MILLION, _MILLION_TURNS = 1_000_000, Turns(1, warm_ups=0)


def title_of(names: int) -> str:
    """Return the title of the task."""
    return f"{names:,} {'name' if names == 1 else 'names'} replaced"


def measure_bulk(context: Context) -> Sequence[Task]:
    """Measure the batch sizes, then 1 to 100,000 names."""
    return [context.batch_sizes, *(_task(context, names, turns) for names, turns in _SIZES)]


def measure_million(context: Context) -> Sequence[Task]:
    """Measure a million names."""
    return [_task(context, _MILLION, _MILLION_TURNS)]


def _task(context: Context, names: int, turns: Turns) -> Task:
    with served(names, context.commands) as work:
        contenders = _contenders(context, work)
        return by_turns(title_of(names), contenders, turns, base=NSUPDATE, server=work.server)


def _contenders(context: Context, work: Work) -> list[Contender]:
    contenders = [work.apply(APPLY), work.apply(APPLY_READ_BACK)]
    contenders += [work.scripted(program, context.best_batch(program)) for program in installed(SCRIPTED)]
    contenders.append(work.dnspython(context.best_batch(DNSPYTHON)))
    if installed(["dnsperf"]):
        contenders.append(work.dnsperf())
    return [*contenders, work.replay()]
