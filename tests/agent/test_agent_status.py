"""What `dns-update status` shows of a running agent if something other than a server is wrong."""

import pytest

from tests.support.agents import FROM_WAN, FROM_WAN_IPV4, Agent, Machine
from tests.support.command import Result
from tests.support.waiting import eventually

ONE = "9.8.7.1"
PATIENT = 'hold-down = "1h"\n'


def status(machine: Machine, *words: str) -> Result:
    """Return what the command prints once the agent answers."""
    asked = ("status", f"socket={machine.directory}/agent.sock", *words)
    return eventually(lambda: machine.command(*asked), lambda done: done.status != 4)


def ready(agent: Agent) -> None:
    agent.wait_for_line("No address")


def test_an_interface_that_is_not_there_is_a_failure_with_its_reason(machine: Machine) -> None:
    with machine.agent(machine.configure(FROM_WAN.replace("interface:wan", "interface:wn"))) as agent:
        ready(agent)
        for words in ([], ["name=home"]):
            done = status(machine, *words)
            assert done.status == 3, done.stdout
            assert "No address: there is no interface wn" in done.stdout
        done = status(machine, "--json")
        assert (done.status, done.json["status"], done.json["exit_status"]) == (3, "error", 3)
        (record,) = done.json["records"]
        assert (record["state"], record["last_error"]["kind"]) == ("failing", "NoAddress")


def test_until_its_hold_down_is_over_it_is_told_and_no_failure(machine: Machine) -> None:
    records = FROM_WAN.replace("interface:wan", "interface:wn")
    with machine.agent(machine.configure(records, agent=PATIENT)) as agent:
        ready(agent)
        done = status(machine)
        assert done.status == 0
        assert "unknown" in done.stdout
        assert "fails: No address: there is no interface wn" in done.stdout


@pytest.mark.parametrize("source", ["command:false", "http://127.0.0.1:1/"])
def test_a_source_that_is_asked_and_fails_is_a_failure(machine: Machine, source: str) -> None:
    with machine.agent(machine.configure(FROM_WAN.replace("interface:wan", source))) as agent:
        ready(agent)
        assert eventually(lambda: status(machine), lambda done: done.status != 0).status == 3


def test_an_address_that_is_lost_is_a_failure_and_the_reason_is_the_newest(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN_IPV4)) as agent:
        machine.wait_for(ONE, agent=agent)
        machine.namespace.ip("link", "set", "wan", "down")
        agent.wait_for_line("interface wan is switched off")
        assert status(machine).status == 3
        machine.namespace.ip("link", "delete", "wan")
        agent.wait_for_line("there is no interface wan")
        done = status(machine)
        assert done.status == 3
        assert "there is no interface wan" in done.stdout
        assert "switched off" not in done.stdout
        assert machine.data() == ONE


def test_an_address_that_comes_back_ends_the_failure(machine: Machine) -> None:
    with machine.agent(machine.configure(FROM_WAN_IPV4)) as agent:
        ready(agent)
        assert status(machine).status == 3
        machine.add(f"{ONE}/24")
        machine.wait_for(ONE, agent=agent)
        assert eventually(lambda: status(machine), lambda done: done.status != 3).status == 0


def test_a_configuration_that_cannot_be_read_any_more_is_a_failure(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    configuration = machine.configure(FROM_WAN_IPV4)
    right = configuration.read_text()
    with machine.agent(configuration) as agent:
        machine.wait_for(ONE, agent=agent)
        configuration.write_text(right + "nonsense\n")
        agent.reload()
        agent.wait_for_line("the configuration stays as it was")
        assert status(machine).status == 2
        done = status(machine, "--json")
        assert (done.status, done.json["status"]) == (2, "error")
        configuration.write_text(right)
        agent.reload()
        agent.wait_for_line("reloaded .*: managing 1 name")
        assert eventually(lambda: status(machine), lambda done: done.status != 2).status == 0
