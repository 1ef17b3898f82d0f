"""Scripts of many sends, each of one name: `dns-nsupdate` beside nsupdate, near the server and at a distance.

dnsperf and ready-made messages of one name, many at once, show what the server can do with messages of that size.
"""

from collections.abc import Sequence
from dataclasses import replace

from lab.bench.context import Context
from lab.bench.one_shot import OUR_NSUPDATE
from lab.bench.results import Task
from lab.bench.runs import Contender, Turns, by_turns
from lab.bench.work import NSUPDATE, SCRIPTED, Work, installed, served
from lab.delay import Delay

NEAR_SENDS, FAR_SENDS = 5000, 1000
_TURNS = Turns(3)
_MILLISECONDS_AWAY = 1.0
_IN_FLIGHT = 32
NEAR = f"a script of {NEAR_SENDS:,} sends, on loopback"
FAR = f"a script of {FAR_SENDS:,} sends, {_MILLISECONDS_AWAY:g} ms away"


def measure_scripts(context: Context) -> Sequence[Task]:
    """Measure near the server, which waits for its disk, and far from it."""
    with served(NEAR_SENDS, context.commands, is_durable=True) as work:
        contenders = [*_one_by_one(work), work.replay_singly(_IN_FLIGHT)]
        if installed(["dnsperf"]):
            contenders.append(work.dnsperf_updates(_IN_FLIGHT))
        near = by_turns(NEAR, contenders, _TURNS, base=NSUPDATE, server=work.server)
    with served(FAR_SENDS, context.commands, is_durable=True) as work, Delay(work.port, _MILLISECONDS_AWAY) as relay:
        far = by_turns(FAR, _one_by_one(_sent_to(work, relay.port)), _TURNS, base=NSUPDATE, server=work.server)
    return [near, far]


def _sent_to(work: Work, port: int) -> Work:
    """Return the same work, sent to another port."""
    return Work(work.directory, work.server, work.key, work.commands, work.names, port)


def _one_by_one(work: Work) -> list[Contender]:
    programs = installed(SCRIPTED)
    return [
        _as_it_likes(work.scripted(work.commands.dns_nsupdate, 1, OUR_NSUPDATE, transport="udp")),
        *(work.scripted(program, 1, transport="udp") for program in programs),
        work.dnspython(1, transport="udp"),
    ]


def _as_it_likes(contender: Contender) -> Contender:
    """Return the contender without a batch size: ours decides how many sends go in a message."""
    return replace(contender, row=replace(contender.row, batch=None, in_flight=None))
