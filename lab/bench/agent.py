"""The agent beside ddclient, inadyn and a loop; `lab.bench_agent` and `lab.bench_peers` measure them."""

from collections.abc import Mapping, Sequence

from lab import bench_agent, bench_peers
from lab.bench.context import Context
from lab.bench.results import Row, Task

AGENT = "dns-update agent"
FOLLOWING = "from the kernel's event to the served address"
MEMORY = "memory, now and at its peak"
IDLE = f"{bench_peers.RECORDS} names, a second in which nothing happens"
START = "names that are right, from the agent's start until it has seen that"
RENUMBERED = "names get another address at once, until the server serves the last one"
READ_BACK = "dns-update agent, until all are read back and in the history"

_MANY = 10_000
"""The names that `lab.bench_agent` has beside the few."""
_OF_TEN_NAMES = ("ddclient", "inadyn")


def measure_agent(context: Context) -> Sequence[Task]:
    """Measure the agent and its peers; that needs root."""
    figures = bench_agent.main(context.commands.dns_update)
    if figures is None:
        return [Task(FOLLOWING, (), notes=("not measured: it needs root, for network namespaces",))]
    return tasks_of(*figures)


def tasks_of(ours: bench_agent.Figures, theirs: Mapping[str, bench_peers.Figures]) -> list[Task]:
    """Return the figures as tasks."""
    names = bench_peers.RECORDS
    peers = [(_label(name), figures) for name, figures in theirs.items()]
    following = [Row(program=AGENT, seconds=tuple(ours["seconds"]))]
    following += [Row(program=label, seconds=tuple(each["seconds"])) for label, each in peers if each["seconds"]]
    memory = [Row(program=AGENT, names=names, mib=ours["mib"])]
    memory += [Row(program=label, names=names, mib=each["mib"]) for label, each in peers if label in _OF_TEN_NAMES]
    memory.append(Row(program=AGENT, names=_MANY, mib=ours["mib_of_many"]))
    memory.append(Row(program=f"{AGENT}, after other addresses", names=_MANY, mib=ours["mib_after"]))
    renumbered = [Row(program=AGENT, names=_MANY, seconds=tuple(ours["served"]))]
    renumbered.append(Row(program=READ_BACK, names=_MANY, seconds=tuple(ours["finished"])))
    batches = ours["batches"].items()
    renumbered += [Row(program=peer, names=_MANY, seconds=tuple(seconds)) for peer, seconds in batches]
    idle = Row(program=AGENT, seconds=(1.0,), cpu=(ours["idle"],))
    start = Row(program=AGENT, names=_MANY, seconds=tuple(ours["verified"]), cpu=(ours["cpu"],))
    return [
        Task(FOLLOWING, tuple(following)),
        Task(MEMORY, tuple(memory)),
        Task(IDLE, (idle,)),
        Task(START, (start,)),
        Task(RENUMBERED, tuple(renumbered)),
    ]


def _label(peer: str) -> str:
    return f"nsupdate in a loop, each {bench_peers.LOOP_SECONDS} s" if peer == "loop" else peer
