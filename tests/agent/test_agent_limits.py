"""An agent that may open only few files at first: what fails for this reason is tried again, and succeeds."""

import subprocess

import pytest

from tests.support.agents import FROM_WAN_IPV4, Agent, Machine

ONE, PRINTED = "9.8.7.1", "9.8.7.6"
OFTEN = 'interval = "1s"\npoll = "1s"\n'
FILES_LATER = 4096


@pytest.mark.parametrize("files", [9, 10, 11, 12, 14])
def test_a_source_that_could_not_be_asked_for_want_of_descriptors_is_asked_again(machine: Machine, files: int) -> None:
    program = machine.directory / "program"
    program.write_text(f"#!/bin/sh\necho {PRINTED}\n", encoding="ascii")
    program.chmod(0o700)
    machine.add(f"{ONE}/24")
    printed = FROM_WAN_IPV4.replace("interface:wan/ipv4", f"command:{program}").replace("home", "printed")
    configuration = machine.configure(FROM_WAN_IPV4 + printed, agent=OFTEN)
    limited = [*machine.namespace.prefix, "prlimit", f"--nofile={files}:{FILES_LATER}"]
    with Agent(limited, f"config={configuration}") as agent:
        agent.wait_for_line(f"Too many open files; trying again|program' (cannot be (run|asked)|gives {PRINTED})")
        subprocess.run(["prlimit", "--pid", str(agent.process.pid), f"--nofile={FILES_LATER}"], check=True)
        machine.wait_for(PRINTED, "printed", agent=agent)
        machine.wait_for(ONE, agent=agent)
        assert machine.status()["agent"]["last_bug"] is None
        assert agent.terminate() == 0
