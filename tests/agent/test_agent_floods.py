"""The agent and a server that never stops sending: the names of that server fail, and everything else works."""

from collections.abc import Iterator

import pytest

from tests.support.agents import FROM_WAN_IPV4, Machine
from tests.support.flood import Flood

ONE, TWO = "9.8.7.1", "9.8.7.2"
MANY = 20  # names at the flooded server, tried at once
NO_ANSWER, SOME_FAILED = 4, 10


@pytest.fixture(params=["tcp", "udp"])
def flood(machine: Machine, request: pytest.FixtureRequest) -> Iterator[Flood]:
    """Return a server that never stops sending, on the machine, by TCP or UDP."""
    with Flood(request.param, machine.namespace.prefix) as flooding:
        yield flooding


def flooded(flood: Flood, timeout: float) -> str:
    """Return a name of a healthy server, and many of one that never stops sending."""
    server = f'[servers.flooded]\naddress = "{flood.address}"\ntransport = "{flood.transport}"\n'
    zone = f'timeout = {timeout}\nretries = 0\n[zones."flooded.example"]\nservers = ["flooded"]\nttl = 60\n'
    record = FROM_WAN_IPV4.replace("example.com", "flooded.example")
    return FROM_WAN_IPV4 + server + zone + "".join(record.replace("home", f"host{number}") for number in range(MANY))


def test_a_server_that_never_stops_sending_stops_nothing_else(machine: Machine, flood: Flood) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(flooded(flood, 3600))) as agent:
        machine.wait_for(ONE, agent=agent)
        machine.remove(f"{ONE}/24")
        machine.add(f"{TWO}/24")
        machine.wait_for(TWO, agent=agent)
        assert len(machine.status()["records"]) == 1 + MANY
        assert agent.terminate() == 0


def test_a_server_that_never_stops_sending_is_given_up_in_time(machine: Machine, flood: Flood) -> None:
    machine.add(f"{ONE}/24")
    configuration = machine.configure(flooded(flood, 0.5))
    checked = machine.command("agent", "--check", "--online", f"config={configuration}")
    assert checked.status == NO_ANSWER, checked.stderr
    done = machine.once(configuration)
    assert done.status == SOME_FAILED, done.stderr
    assert machine.data() == ONE
