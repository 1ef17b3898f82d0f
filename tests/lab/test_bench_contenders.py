"""The programs that the benchmark compares: each of them replaces all names, or is said to have failed."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab.bench.commands import Commands
from lab.bench.results import Row, Run
from lab.bench.runs import Contender, ContenderFailed, Turns, by_turns, measure
from lab.bench.work import KNSUPDATE, NSUPDATE, Work, served

NAMES = 40
HERE = Path(sys.executable).parent

CONTENDERS: dict[str, Callable[[Work], Contender]] = {
    "apply": lambda work: work.apply(),
    "nsupdate": lambda work: work.scripted(NSUPDATE, 15),
    "knsupdate": lambda work: work.scripted(KNSUPDATE, 15),
    "dns-nsupdate": lambda work: work.scripted(work.commands.dns_nsupdate, 1, transport="udp"),
    "dnspython-tcp": lambda work: work.dnspython(15),
    "dnspython-udp": lambda work: work.dnspython(1, transport="udp"),
    "replay-tcp": lambda work: work.replay(1024, 2),
    "replay-udp": lambda work: work.replay_singly(4),
}
PEER_OF_BENCH = {
    "dnsperf-updates": lambda work: work.dnsperf_updates(4),
    "dnsperf-messages": lambda work: work.dnsperf(1024, 2),
}


@pytest.fixture(scope="module")
def work() -> Iterator[Work]:
    commands = Commands(sys.executable, HERE, Path(sys.executable))
    with served(NAMES, commands) as work:
        yield work


@pytest.mark.parametrize("name", CONTENDERS)
def test_each_run_replaces_all_names(name: str, work: Work) -> None:
    contender = CONTENDERS[name](work)
    assert contender.row.names == NAMES
    for _turn in range(2):
        assert contender.run().seconds > 0


@pytest.mark.skipif(shutil.which("dnsperf") is None, reason="only `make bench` installs dnsperf")
@pytest.mark.parametrize("name", PEER_OF_BENCH)
def test_so_does_dnsperf(name: str, work: Work) -> None:
    contender = PEER_OF_BENCH[name](work)
    for _turn in range(2):
        assert contender.run().seconds > 0


def test_a_run_that_changes_nothing_does_not_count(work: Work) -> None:
    idle = work.scripted("true", 10)
    work.key_files["true"] = work.key_file
    with pytest.raises(ContenderFailed, match="afterwards"):
        idle.run()


def test_the_number_of_names_a_message_follows_from_its_size(work: Work) -> None:
    sizes = [work.replay(octets).row.batch for octets in (512, 1024, 8192)]
    assert sizes == [2.0, pytest.approx(13.33, abs=0.01), 40.0]


def test_a_process_that_fails_is_named() -> None:
    with pytest.raises(ContenderFailed, match="false ended with status 1"):
        measure(["false"])


def test_contenders_take_turns_each_first_in_another_one() -> None:
    order: list[str] = []

    def contender(name: str) -> Contender:
        def run() -> Run:
            order.append(name)
            return Run(float(len(order)))

        return Contender(Row(program=name), run)

    task = by_turns("three", [contender(name) for name in "abc"], Turns(2, warm_ups=1), base="a")
    assert "".join(order) == "cab" + "abc" + "bca"
    assert [row.seconds for row in task.rows] == [(4.0, 9.0), (5.0, 7.0), (6.0, 8.0)]


def test_a_contender_that_fails_is_left_out_and_a_note_says_why() -> None:
    def fail() -> Run:
        raise ContenderFailed("the server refused it")

    good = Contender(Row(program="good"), lambda: Run(1.0))
    bad = Contender(Row(program="bad", octets=1024, in_flight=2), fail)
    task = by_turns("two", [bad, good], Turns(2), base="good")
    assert [row.program for row in task.rows] == ["good"]
    assert task.notes == ("bad, 1024 octets, 2 in flight: the server refused it",)
