"""Programs that an agent has started: none of them continues after the agent, however it ends."""

import os
import select
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.agents import FROM_WAN_IPV4, Agent, Machine
from tests.support.waiting import eventually

ONE = "9.8.7.1"
_DEADLINE = 30_000  # milliseconds after which what is awaited will never come

Ending = Callable[[Agent], object]


def sleeper(machine: Machine, name: str = "program", *, deaf: bool = False) -> tuple[Path, Path]:
    """Return a program that sleeps for long, as does its child, and the file to which it writes both process IDs."""
    pids = machine.directory / f"{name}-pids"
    program = machine.directory / name
    trap = "trap '' TERM\n" if deaf else ""
    program.write_text(f"#!/bin/sh\n{trap}sleep 300 2>/dev/null &\necho $$ $! >{pids}\nwait; wait; sleep 300\n")
    program.chmod(0o700)
    return program, pids


def of_command(machine: Machine, program: Path) -> Path:
    return machine.configure(FROM_WAN_IPV4.replace("interface:wan/ipv4", f"command:{program}"))


def of_hook(machine: Machine, program: Path) -> Path:
    return machine.configure(FROM_WAN_IPV4 + f'on-change = ["{program}"]\n')


def wait_for_ids(path: Path, agent: Agent) -> list[int]:
    """Return the IDs that the program has written, once the agent can have told its child_guard of it.

    An agent that is killed between the two leaves the program running, because its ID is not known before it runs.
    """
    eventually(lambda: path.exists() and path.read_text().endswith("\n"), bool, lambda: agent.text)
    eventually(lambda: watches_a_program(agent), bool, lambda: agent.text)
    return [int(word) for word in path.read_text().split()]


def watches_a_program(agent: Agent) -> bool:
    """Return whether the agent has a descriptor of another process, which it gets after it has told its child_guard."""
    found = set()
    for descriptor in Path(f"/proc/{agent.process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            found.add(str(descriptor.readlink()))
    return "anon_inode:[pidfd]" in found


def are_gone(pids: list[int]) -> bool:
    """Wait until the processes have ended; kill those that do not, and return whether all ended by themselves."""
    late = []
    for pid in pids:
        with suppress(ProcessLookupError):
            end = os.pidfd_open(pid)
            poll = select.poll()
            poll.register(end, select.POLLIN)
            if not poll.poll(_DEADLINE):
                late.append(pid)
                os.kill(pid, signal.SIGKILL)
            os.close(end)
    return not late


def killed(agent: Agent) -> None:
    agent.kill()


def terminated(agent: Agent) -> None:
    assert agent.terminate() == 0


def interrupted(agent: Agent) -> None:
    agent.process.send_signal(signal.SIGINT)
    assert agent.process.wait(30) == 0


@pytest.mark.parametrize("configured", [of_command, of_hook])
@pytest.mark.parametrize("end", [killed, terminated, interrupted])
@pytest.mark.parametrize("deaf", [False, True], ids=["", "deaf"])
def test_a_program_and_its_children_end_with_the_agent(
    machine: Machine, configured: Callable[[Machine, Path], Path], end: Ending, *, deaf: bool
) -> None:
    machine.add(f"{ONE}/24")
    program, pids = sleeper(machine, deaf=deaf)
    with machine.agent(configured(machine, program)) as agent:
        started = wait_for_ids(pids, agent)
        end(agent)
        assert are_gone(started)


@pytest.mark.parametrize("configured", [of_command, of_hook])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_program_ends_with_an_agent_that_is_to_make_all_right_once(
    machine: Machine, configured: Callable[[Machine, Path], Path], number: signal.Signals
) -> None:
    machine.add(f"{ONE}/24")
    program, pids = sleeper(machine)
    with machine.agent(configured(machine, program), "--once") as agent:
        started = wait_for_ids(pids, agent)
        agent.process.send_signal(number)
        status = agent.process.wait(30)
        assert are_gone(started)
    assert status == {signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGKILL: -signal.SIGKILL}[number]


def test_a_program_that_is_no_source_any_more_is_ended(machine: Machine) -> None:
    machine.add(f"{ONE}/24")
    program, pids = sleeper(machine)
    with machine.agent(of_command(machine, program)) as agent:
        started = wait_for_ids(pids, agent)
        machine.configure(FROM_WAN_IPV4)
        agent.reload()
        machine.wait_for(ONE, agent=agent)
        assert are_gone(started)
        assert agent.terminate() == 0
