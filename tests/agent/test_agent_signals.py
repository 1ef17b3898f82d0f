"""Signals that an agent gets, at work and while it starts."""

import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.agents import FROM_WAN_IPV4, Agent, Machine
from tests.support.waiting import eventually

ONE, TWO = "9.8.7.1", "9.8.7.2"


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Keep agents from making their socket in a directory: they wait during their start."""
    descriptor = os.open(directory, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(descriptor)


def wait_for_start(agent: Agent, directory: Path) -> None:
    """Return once an agent waits for the lock."""
    files = Path(f"/proc/{agent.process.pid}/fd")
    # Not by their names: the agent's mounts are others than ours, and in a chroot it shows.
    eventually(lambda: any(_are_same(file, directory) for file in files.iterdir()), bool, lambda: agent.text)


def _are_same(file: Path, directory: Path) -> bool:
    try:
        return file.samefile(directory)
    except FileNotFoundError:  # it has been closed meanwhile
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_during_the_start_ends_it_at_once(machine: Machine, number: int) -> None:
    with locked(machine.directory), machine.agent(machine.configure(FROM_WAN_IPV4)) as agent:
        wait_for_start(agent, machine.directory)
        agent.process.send_signal(number)
        assert agent.process.wait(5) == 0  # and not after the 10 seconds that it waits for the lock
    assert not (machine.directory / "agent.sock").exists()


def test_reload_and_look_during_the_start_wait_for_its_end(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    configuration = machine.configure(FROM_WAN_IPV4)
    with machine.agent(configuration) as agent:
        with locked(machine.directory):
            wait_for_start(agent, machine.directory)
            agent.process.send_signal(signal.SIGUSR1)
            configuration.write_text(configuration.read_text().replace('name = "home"', 'name = "house"'))
            agent.reload()
        machine.wait_for(ONE, name="house", agent=agent)
        agent.wait_for_line("reloaded .*: managing 1 name")
        assert agent.terminate() == 0


def test_sigusr1_has_everything_looked_at_now(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    with machine.agent(machine.configure(FROM_WAN_IPV4)) as agent:
        agent.wait_for_line("update successful")
        machine.change("name=home", f"address={TWO}")
        agent.process.send_signal(signal.SIGUSR1)
        agent.wait_for_line(f"update successful: home.example.com .*{ONE}( added)? at")
        assert agent.terminate() == 0


def test_sigusr1_does_not_end_what_runs_once(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    source = "command:sh -c 'kill -s USR1 $PPID; echo 9.8.7.1'"
    configuration = machine.configure(FROM_WAN_IPV4.replace("interface:wan/ipv4", source))
    done = machine.once(configuration)
    assert done.status == 0, done.stderr
    assert machine.data() == ONE
