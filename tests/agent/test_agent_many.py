"""Many names that change at once, at a real BIND: one is refused, the server or the agent ends in the middle."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dns_update.agent.output.history import HistoryRow, read_history
from lab import dig
from tests.support.agents import Agent, Machine, machine_at
from tests.support.waiting import eventually

pytestmark = pytest.mark.usefixtures("has_namespaces")

ONE, TWO, THREE = "9.8.7.1", "9.8.7.2", "9.8.7.3"
COUNT = 500
PATIENT = "timeout = 10\nretries = 1\n"
REFUSED = ("h7", "h8", "h321")
ALL_CHANGE = "".join(
    f'[[records]]\nname = "h{number}"\nzone = "example.com"\naddress = "interface:wan/ipv4"\n'
    for number in range(COUNT)
)
ALL_HAVE_ONE = "".join(f"h{number} 60 A {ONE}\n" for number in range(COUNT))


@contextmanager
def where_all_are_right(directory: Path, *, policy: str = "") -> Iterator[tuple[Machine, Agent]]:
    """Give a machine, and an agent that has seen that all names are right."""
    with machine_at(directory, records=ALL_HAVE_ONE, policy=policy) as machine:
        machine.add(f"{ONE}/24")
        with machine.agent(machine.configure(ALL_CHANGE, server=PATIENT)) as agent:
            wait_for_states(machine, {"right": COUNT})
            yield machine, agent


def renumber(machine: Machine, before: str, after: str) -> None:
    machine.remove(f"{before}/24")
    machine.add(f"{after}/24")


def wait_for_states(machine: Machine, wanted: dict[str, int]) -> None:
    eventually(
        lambda: Counter(record["state"] for record in machine.status()["records"]), lambda found: found == wanted
    )


def served(machine: Machine) -> Counter[str]:
    """Return how many of the names have each address."""
    lines = [line.split() for line in dig(machine.server, "example.com", "AXFR")]
    return Counter(line[4] for line in lines if line[0].startswith("h") and line[3] == "A")


def rows_of(machine: Machine) -> list[HistoryRow]:
    return list(read_history(str(machine.directory / "agent.db")))


def test_all_names_are_right_but_those_that_the_server_refuses(tmp_path: Path) -> None:
    denied = " ".join(f'deny "ddns-key" name {name}.example.com. ANY;' for name in REFUSED)
    policy = f'update-policy {{ {denied} grant "ddns-key" zonesub ANY; }};'
    with where_all_are_right(tmp_path, policy=policy) as (machine, agent):
        serial = machine.serial
        renumber(machine, ONE, TWO)
        wait_for_states(machine, {"right": COUNT - len(REFUSED), "failing": len(REFUSED)})
        assert served(machine) == {TWO: COUNT - len(REFUSED), ONE: len(REFUSED)}
        assert machine.serial - serial < COUNT / 10
        for name in REFUSED:
            failing = [line for line in agent.lines if f"update failed: {name}.example.com: Permission denied" in line]
            assert len(failing) == 1
        assert agent.terminate() == 0
        rows = rows_of(machine)
        assert Counter((row.before, row.after, row.outcome) for row in rows) == {
            (f"A {ONE}", f"A {TWO}", "ok"): COUNT - len(REFUSED),
            (f"A {ONE}", f"A {TWO}", "PermissionDenied"): len(REFUSED),
        }
        assert {row.name.partition(".")[0] for row in rows if row.outcome != "ok"} == set(REFUSED)


def test_a_server_that_is_killed_in_the_middle_and_comes_back_has_all_names(tmp_path: Path) -> None:
    with where_all_are_right(tmp_path) as (machine, agent):
        machine.server.pause()
        renumber(machine, ONE, TWO)
        wait_for_states(machine, {"changing": COUNT})
        os.kill(machine.server.pid, signal.SIGKILL)
        machine.server.stop()
        machine.server.start()
        wait_for_states(machine, {"right": COUNT})
        assert served(machine) == {TWO: COUNT}
        assert agent.terminate() == 0
        done = [row.name for row in rows_of(machine) if row.outcome == "ok" and row.after == f"A {TWO}"]
        assert len(done) == len(set(done)) == COUNT


def test_an_address_that_changes_again_in_the_middle_is_that_of_all_names(tmp_path: Path) -> None:
    with where_all_are_right(tmp_path) as (machine, agent):
        machine.server.pause()
        renumber(machine, ONE, TWO)
        wait_for_states(machine, {"changing": COUNT})
        renumber(machine, TWO, THREE)
        agent.wait_for_line(f"interface wan gives {THREE}$")
        assert len(machine.status()["records"]) == COUNT, "the agent answers meanwhile"
        machine.server.resume()
        eventually(lambda: served(machine), lambda found: found == {THREE: COUNT})
        wait_for_states(machine, {"right": COUNT})


def test_sigterm_in_the_middle_ends_it_and_the_history_has_what_was_sent(tmp_path: Path) -> None:
    with where_all_are_right(tmp_path) as (machine, agent):
        machine.server.pause()
        renumber(machine, ONE, TWO)
        wait_for_states(machine, {"changing": COUNT})
        assert agent.terminate() == 0
        rows = rows_of(machine)
        assert 0 < len(rows) < COUNT, "one message is in flight as long as none is answered"
        assert len({row.name for row in rows}) == len(rows)
        assert {(row.before, row.after, row.outcome) for row in rows} == {(f"A {ONE}", f"A {TWO}", "CalledOff")}
        machine.server.resume()
        with machine.agent(tmp_path / "agent.toml"):
            wait_for_states(machine, {"right": COUNT})
            assert served(machine) == {TWO: COUNT}
