"""The figures of the agent and its peers, as tasks of the benchmark."""

from lab.bench.agent import AGENT, FOLLOWING, IDLE, MEMORY, RENUMBERED, START, tasks_of
from lab.bench_agent import Figures
from lab.bench_peers import Figures as PeerFigures

OURS = Figures(
    seconds=[0.008, 0.04], mib=(27.0, 28.0), idle=0.00001, switches=1,
    verified=[2.0, 3.0], cpu=1.5, reading=0.9, mib_of_many=(38.0, 40.0),
    served=[1.0, 1.5], finished=[2.0, 2.5], mib_after=(50.0, 60.0), batches={"knsupdate, 250 names": [0.4, 0.5]},
)  # fmt: skip
THEIRS = {
    "inadyn": PeerFigures(seconds=[], mib=(4.0, 5.0)),
    "loop": PeerFigures(seconds=[0.5, 0.6], mib=(1.0, 1.0)),
    "ddclient": PeerFigures(seconds=[30.0], mib=(15.0, 15.5)),
}
TASKS = {task.title: task for task in tasks_of(OURS, THEIRS)}


def test_peers_that_follow_addresses_are_beside_the_agent() -> None:
    assert [(row.program, row.seconds) for row in TASKS[FOLLOWING].rows] == [
        (AGENT, (0.008, 0.04)),
        ("nsupdate in a loop, each 1 s", (0.5, 0.6)),
        ("ddclient", (30.0,)),
    ]


def test_the_memory_is_that_of_daemons() -> None:
    assert [(row.program, row.names, row.peak) for row in TASKS[MEMORY].rows] == [
        (AGENT, 10, 28.0),
        ("inadyn", 10, 5.0),
        ("ddclient", 10, 15.5),
        (AGENT, 10_000, 40.0),
        (f"{AGENT}, after they got another address", 10_000, 60.0),
    ]


def test_many_names_have_their_start_their_idle_time_and_their_renumbering() -> None:
    assert TASKS[IDLE].rows[0].cpu == (0.00001,)
    assert TASKS[START].rows[0].seconds == (2.0, 3.0)
    assert [(row.program, row.median) for row in TASKS[RENUMBERED].rows] == [
        (AGENT, 1.25),
        (f"{AGENT}, until all are read back and in the history", 2.25),
        ("knsupdate, 250 names", 0.45),
    ]
