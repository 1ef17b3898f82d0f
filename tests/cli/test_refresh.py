"""`dns-update refresh`: the agent looks at everything, or at one name, now."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.agents import FROM_WAN_IPV4, Machine, machine_at
from tests.support.command import in_process

ONE, TWO = "9.8.7.1", "9.8.7.2"
TWO_NAMES = FROM_WAN_IPV4.replace('name = "home"', 'names = ["home", "www"]')


@pytest.fixture
def machine(has_namespaces: None, tmp_path: Path) -> Iterator[Machine]:  # noqa: ARG001 - it skips
    with machine_at(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("words", "count", "mended"),
    [
        ([], "2 names", ["home", "www"]),
        (["name=home"], "1 name", ["home"]),
        (["--name", "HOME.example.com."], "1 name", ["home"]),
    ],
)
def test_what_differs_is_mended_at_once(words: list[str], count: str, mended: list[str], machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    socket = f"socket={machine.directory}/agent.sock"
    with machine.agent(machine.configure(TWO_NAMES)) as agent:
        for name in ("home", "www"):
            machine.wait_for(ONE, name=name, agent=agent)
        for name in ("home", "www"):
            machine.change(f"name={name}", f"address={TWO}")
        done = machine.command("refresh", socket, *words)
        assert (done.status, done.stdout) == (0, "")
        assert done.lines == [f"the agent checks {count} now; dns-update status shows the result"]
        for name in mended:
            machine.wait_for(ONE, name=name, agent=agent)
        agent.wait_for_line("refresh: checking (all names|home.example.com) now")
        if "www" not in mended:
            assert machine.data("www") == TWO


def test_json_and_a_name_that_is_not_there(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    socket = f"socket={machine.directory}/agent.sock"
    with machine.agent(machine.configure(TWO_NAMES)) as agent:
        machine.wait_for(ONE, agent=agent)
        done = machine.command("refresh", socket, "--json")
        assert json.loads(done.stdout) == {"command": "refresh", "status": "ok", "exit_status": 0, "refreshed": 2}
        done = machine.command("refresh", socket, "name=hone")
        assert done.status == 2
        assert done.lines == ["the agent has no name 'hone': did you mean home?"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["home"], "'home' is not a property"),
        (["all=yes"], "refresh does not take all="),
        (["name="], "name=: the value is empty"),
        (["json=perhaps"], "json=: 'perhaps' is not a valid value"),
        (["socket="], "socket=: the value is empty"),
    ],
)
def test_wrong_words(words: list[str], says: str) -> None:
    done = in_process("refresh", *words)
    assert (done.status, len(done.lines)) == (2, 1)
    assert says in done.lines[0]


def test_no_agent(tmp_path: Path) -> None:
    done = in_process("refresh", f"socket={tmp_path}/agent.sock")
    assert done.status == 4
    assert "no agent is running" in done.lines[0]
