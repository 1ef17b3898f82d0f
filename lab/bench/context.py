"""What the parts share: the commands, and what a part found out that another one needs."""

from dataclasses import dataclass
from functools import cached_property

from dns_update.bulk import MIN_MESSAGE_OCTETS
from lab.bench.commands import Commands
from lab.bench.results import Task
from lab.bench.runs import Contender, Turns, by_turns
from lab.bench.work import (
    APPLY,
    DNSPERF_OCTETS,
    NSUPDATE,
    SCRIPTED,
    Work,
    installed,
    served,
)

_NAMES = 10_000
_TURNS = Turns(3)
_BATCHES = (10, 30, 100, 250, 500, 1000)
_BATCHES_OF_DNSPYTHON = (100, 250, 500, 1000)
"""It is slow, and fewer names would not help: most of its time is its own."""
_OCTETS = (512, 1024, 2048, 4096, 8192, 16384, 32768, 65535)


@dataclass
class Context:
    """Given to each part."""

    commands: Commands

    @cached_property
    def batch_sizes(self) -> Task:
        """What each batch size costs each program; the fastest ones are used everywhere else."""
        with served(_NAMES, self.commands) as work:
            title = f"{_NAMES:,} names replaced, by batch size"
            return by_turns(title, _of_all_sizes(work), _TURNS, base=NSUPDATE, server=work.server)

    def best_batch(self, program: str) -> int:
        """Return how many names a message of the program should have."""
        row = self.batch_sizes.best(program)
        return _BATCHES[-1] if row is None or row.batch is None else round(row.batch)


def _of_all_sizes(work: Work) -> list[Contender]:
    contenders = [work.apply(APPLY, octets) for octets in _OCTETS if octets >= MIN_MESSAGE_OCTETS]
    for program in installed(SCRIPTED):
        contenders += [work.scripted(program, batch) for batch in _BATCHES]
    contenders += [work.dnspython(batch) for batch in _BATCHES_OF_DNSPYTHON]
    if installed(["dnsperf"]):
        contenders += [work.dnsperf(octets) for octets in _OCTETS if octets <= DNSPERF_OCTETS]
    return contenders + [work.replay(octets) for octets in _OCTETS]
