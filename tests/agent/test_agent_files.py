"""An agent whose files are replaced by files of another kind: it continues its work."""

import os
from pathlib import Path

import pytest

from tests.support.agents import BEACON, FROM_WAN_IPV4, Machine

ONE, TWO = "9.8.7.1", "9.8.7.2"


@pytest.mark.parametrize("which", ["agent.toml", "key"])
def test_a_pipe_in_the_place_of_a_file_holds_no_reload_up(machine: Machine, which: str) -> None:
    """No program ever writes to it."""
    machine.add(f"{ONE}/24")
    configuration = machine.configure(FROM_WAN_IPV4)
    with machine.agent(configuration) as agent:
        machine.wait_for(ONE, agent=agent)
        (machine.directory / which).unlink()
        os.mkfifo(machine.directory / which)
        agent.reload()
        agent.wait_for_line("the configuration stays as it was: .*regular")
        machine.remove(f"{ONE}/24")
        machine.add(f"{TWO}/24")
        agent.wait_for_line(f"{TWO}( added)? at")
        assert agent.terminate() == 0


@pytest.mark.parametrize("kind", ["pipe", "text"])
def test_updates_go_on_without_a_history(machine: Machine, kind: str) -> None:
    machine.add(f"{ONE}/24")
    history = machine.directory / "agent.db"
    if kind == "pipe":
        os.mkfifo(history)
    else:
        history.write_text("Welcome to this machine.\n")
    with machine.agent(machine.configure(FROM_WAN_IPV4)) as agent:
        agent.wait_for_line(f"history: cannot write {history}: it is not a .*; names are still kept right")
        machine.wait_for(ONE, agent=agent)
        assert agent.terminate() == 0
    assert kind == "pipe" or history.read_text() == "Welcome to this machine.\n"
    assert not list(Path(machine.directory).glob("*corrupt*"))


def test_another_history_is_taken_up_by_a_reload_without_waiting(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    configuration = machine.configure(FROM_WAN_IPV4)
    with machine.agent(configuration) as agent:
        machine.wait_for(ONE, agent=agent)
        configuration.write_text(configuration.read_text().replace("agent.db", "other.db") + BEACON)
        agent.reload()
        agent.wait_for_line("reloaded .*: managing 2 names")
        machine.light_beacon()
        agent.wait_for_line("beacon.example.com A")
        assert agent.terminate() == 0
    assert [attempt["name"] for attempt in machine.history("other")] == ["beacon.example.com"]
    assert [attempt["name"] for attempt in machine.history()] == ["home.example.com"]
