"""An agent with bugs: its log and `status` show each one, and it continues."""

import socket
import subprocess
from pathlib import Path
from types import TracebackType

import pytest

from tests.support.agents import FROM_WAN_IPV4, Agent, Machine, program
from tests.support.waiting import eventually

ONE, TWO = "9.8.7.1", "9.8.7.2"
OFTEN = 'interval = "1s"\n'
BUG = "this is a bug in dns-update: ZeroDivisionError: a mistake of ours (sitecustomize.py, line 12)"

# Python runs this first. One call of a method, the one with this number, raises an unexpected exception.
SABOTAGE = """\
from importlib import import_module
home, place, number = {home!r}, {place!r}, {number!r}
owner = import_module("dns_update." + home)
owner = getattr(owner, place.partition(".")[0]) if place[0] != "." else owner
name = place.partition(".")[2]
method = getattr(owner, name)
calls = 0
def sabotaged(*arguments, **more):
    global calls
    calls += 1
    if calls == number:
        raise ZeroDivisionError("a mistake of ours")
    return method(*arguments, **more)
setattr(owner, name, sabotaged)
"""


class Buggy(Agent):
    """An agent in which such a call fails; a test does not fail because the agent logs it."""

    def __init__(
        self, machine: Machine, configuration: Path, place: str, number: int = 1, env: dict[str, str] | None = None
    ) -> None:
        library = machine.directory / "library"
        library.mkdir()
        home, _, method = place.partition(":")
        (library / "sitecustomize.py").write_text(
            SABOTAGE.format(home=home, place=method, number=number), encoding="ascii"
        )
        super().__init__(machine.namespace.prefix, f"config={configuration}", env=env, library=library)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        assert "Traceback" not in self.text


@pytest.mark.parametrize(
    ("place", "number"),
    [
        ("agent.output.history:History.add", 1),
        ("agent.managed_name:ManagedName.succeeded", 1),
        ("agent.managed_name:ManagedName.refresh", 2),
        ("agent.controller:Controller._sources_changed", 1),
        ("agent.controller:Controller._sources_changed", 2),
        ("agent.worker:Worker.attempt", 1),
        ("agent.sources:Sources._kernel_changed", 1),
    ],
)
def test_a_name_gets_right_all_the_same(machine: Machine, place: str, number: int) -> None:
    machine.add(f"{ONE}/24")
    with Buggy(machine, machine.configure(FROM_WAN_IPV4, agent=OFTEN), place, number) as agent:
        machine.wait_for(ONE, agent=agent)
        machine.remove(f"{ONE}/24")
        machine.add(f"{TWO}/24")
        machine.wait_for(TWO, agent=agent)
        agent.wait_for_line(BUG.replace("(", r"\(").replace(")", r"\)"))
        eventually(lambda: machine.status()["records"][0]["state"], lambda state: state == "right", lambda: agent.text)
        assert agent.terminate() == 0


@pytest.mark.parametrize(
    "place", ["agent.sources:Sources._kernel_changed", "agent.controller:Controller._sources_changed"]
)
def test_an_event_of_the_kernel_is_not_lost(machine: Machine, place: str) -> None:
    with Buggy(machine, machine.configure(FROM_WAN_IPV4), place, 2) as agent:
        agent.wait_for_line("interface wan has no usable IPv4 address")
        machine.add(f"{ONE}/24")
        machine.wait_for(ONE, agent=agent)
        assert BUG in machine.status()["agent"]["last_bug"]


def accepts(path: Path) -> bool:
    """Return whether a process listens at a socket: its file is there a moment before."""
    with socket.socket(socket.AF_UNIX) as asking:
        return asking.connect_ex(str(path)) == 0


def test_a_status_that_fails_is_said_and_the_next_one_shows_it(machine: Machine) -> None:
    with Buggy(machine, machine.configure(), "agent.service:Agent.status") as agent:
        eventually(lambda: accepts(machine.directory / "agent.sock"), bool, lambda: agent.text)
        assert machine.command("status", f"socket={machine.directory}/agent.sock").status != 0
        assert BUG in machine.status()["agent"]["last_bug"]
        assert BUG in agent.text
        assert agent.terminate() == 0


def test_a_reload_that_fails_leaves_the_old_configuration_at_work(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    configuration = machine.configure(FROM_WAN_IPV4)
    with Buggy(machine, configuration, "agent.config.load:References.__init__", 2) as agent:
        machine.wait_for(ONE, agent=agent)
        agent.reload()
        agent.wait_for_line("the configuration stays as it was: this is a bug")
        assert machine.status()["agent"]["last_reload_error"] == BUG
        agent.reload()
        agent.wait_for_line("reloaded .*: managing 1 name")
        assert machine.status()["agent"]["last_reload_error"] is None
        assert agent.terminate() == 0


def test_the_service_manager_hears_of_it_again(machine: Machine) -> None:
    path = machine.directory / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(30)
        env = {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "200000"}
        with Buggy(machine, machine.configure(), "process.systemd:Notifier.alive", env=env) as agent:
            while manager.recv(4096) != b"WATCHDOG=1":
                pass
            assert BUG in machine.status()["agent"]["last_bug"]
            assert agent.terminate() == 0


def test_what_a_program_prints_is_not_lost(machine: Machine) -> None:
    configuration = machine.configure(FROM_WAN_IPV4.replace("interface:wan/ipv4", f"command:echo {ONE}"))
    with Buggy(machine, configuration, "agent.sources:Sources._take") as agent:
        machine.wait_for(ONE, agent=agent)
        assert BUG in machine.status()["agent"]["last_bug"]


def test_a_source_that_raises_whatever_is_a_finding_of_the_online_check(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    library = machine.directory / "library"
    library.mkdir()
    (library / "sitecustomize.py").write_text(
        SABOTAGE.format(home="doctor.source_answers", place=".find_addresses", number=1)
    )
    configuration = machine.configure(FROM_WAN_IPV4 + FROM_WAN_IPV4.replace("home", "n").replace("wan", "lan"))
    command = [*machine.namespace.prefix, *program(library), "agent", "--check", "--online"]
    done = subprocess.run([*command, f"config={configuration}"], capture_output=True, text=True, check=False)
    assert "interface wan cannot be asked: this is a bug in dns-update: ZeroDivisionError" in done.stderr
    assert "interface lan has no usable IPv4 address" in done.stderr
