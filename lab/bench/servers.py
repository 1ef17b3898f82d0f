"""What BIND, Knot and PowerDNS are fastest with: how large the messages, how many in flight.

Ready-made messages, so that only the server is measured. `apply`, with what it does by itself, is beside them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lab.bench.context import Context
from lab.bench.results import Task
from lab.bench.runs import Turns, by_turns
from lab.bench.work import APPLY, BindOnAllCores, served
from lab.knot import Knot
from lab.powerdns import PowerDns
from lab.server import NameServer

_OCTETS = (1024, 4096, 8192, 16384, 32768, 65535)
_WINDOWS = (1, 2, 8, 32)
_TURNS = Turns(2)


@dataclass(frozen=True)
class Kind:
    """A server: its title, its lab server, how many names are replaced, which sizes, and if it waits for its disk."""

    title: str
    server: type[NameServer]
    names: int
    octets: Sequence[int] = _OCTETS
    is_durable: bool = False

    @property
    def task(self) -> str:
        """The title of its task."""
        return f"{self.title}: {self.names:,} names replaced"


KINDS = (
    Kind("BIND", BindOnAllCores, 5000),
    Kind("BIND that waits for its disk", BindOnAllCores, 5000, is_durable=True),
    Kind("Knot", Knot, 5000),
    # With its SQLite backend, a name takes the longer, the more the zone has; 500 names fill messages of 16 KiB.
    Kind("PowerDNS", PowerDns, 500, octets=(1024, 4096, 8192, 16384)),
)


def measure_servers(context: Context) -> Sequence[Task]:
    """Measure each server."""
    return [_task(context, kind) for kind in KINDS]


def _task(context: Context, kind: Kind) -> Task:
    with served(kind.names, context.commands, kind.server, is_durable=kind.is_durable) as work:
        contenders = [work.replay(octets, in_flight) for octets in kind.octets for in_flight in _WINDOWS]
        contenders.append(work.apply(APPLY))
        return by_turns(kind.task, contenders, _TURNS, server=work.server)
