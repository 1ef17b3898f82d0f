"""`dns-update status --watch`: each change is shown, as lines or on a terminal, until Ctrl-C or the agent's end."""

import json
import os
import pty
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dns_update.cli.status import run
from dns_update.commandline.line import CommandLine
from dns_update.errors import UsageError
from tests.cli.test_status_command import agent
from tests.support.agents import FROM_WAN_IPV4, Agent, Machine, machine_at
from tests.support.command import COMMAND, in_process

ONE, TWO = "9.8.7.1", "9.8.7.2"
TWO_NAMES = FROM_WAN_IPV4.replace('name = "home"', 'names = ["home", "www"]')
_INTERRUPTED = 130


@pytest.fixture
def machine(has_namespaces: None, tmp_path: Path) -> Iterator[Machine]:  # noqa: ARG001 - it skips
    with machine_at(tmp_path) as made:
        made.add(f"{ONE}/24")
        yield made


@contextmanager
def running(machine: Machine) -> Iterator[Agent]:
    """Run an agent whose names are right."""
    with machine.agent(machine.configure(TWO_NAMES)) as agent:
        for name in ("home", "www"):
            machine.wait_for(ONE, name=name, agent=agent)
            agent.wait_for_line("update successful")
        yield agent


@contextmanager
def watching(machine: Machine, *words: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a status that watches, with its output in a pipe."""
    line = [*machine.namespace.prefix, str(COMMAND), "status", "--watch", f"socket={machine.directory}/agent.sock"]
    with subprocess.Popen([*line, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def next_line(process: "subprocess.Popen[str]", part: str) -> str:
    """Return the next line that has a part."""
    assert process.stdout is not None
    line = next((line for line in process.stdout if part in line), "")
    assert line, f"it has ended before {part!r}"
    return line.rstrip("\n")


def test_a_line_for_each_change_until_it_is_interrupted(machine: Machine) -> None:
    with running(machine) as keeper, watching(machine) as process:
        assert process.stdout is not None
        for name in ("home", "www"):
            line = process.stdout.readline().rstrip("\n")
            assert line[20:] == f"{name}.example.com right: 127.0.0.1 has A {ONE}"
        machine.add(f"{TWO}/25")
        machine.remove(f"{ONE}/24")
        assert next_line(process, f"home.example.com right: 127.0.0.1 has A {TWO}")
        machine.configure(TWO_NAMES.replace(', "www"', ""))
        keeper.reload()
        assert next_line(process, "gone")[20:] == "www.example.com gone: no longer in the configuration"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == _INTERRUPTED
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_only_one_name_is_watched_on_request(machine: Machine) -> None:
    with running(machine), watching(machine, "name=www", "--json") as process:
        machine.add(f"{TWO}/25")
        machine.remove(f"{ONE}/24")
        record = json.loads(next_line(process, f'"published": [{{"server": "127.0.0.1", "records": ["A {TWO}"]'))
        assert (record["name"], record["state"], record["wanted"]) == ("www.example.com", "right", [f"A {TWO}"])


def test_the_end_of_the_agent_is_an_error(machine: Machine) -> None:
    with running(machine) as keeper, watching(machine) as process:
        next_line(process, "www")
        assert keeper.terminate() == 0
        assert process.wait(30) == 4
        assert process.stderr is not None
        assert "the agent has ended" in process.stderr.read()


def test_a_terminal_is_drawn_again(machine: Machine) -> None:
    ours, theirs = pty.openpty()
    line = [*machine.namespace.prefix, str(COMMAND), "status", "--watch", f"socket={machine.directory}/agent.sock"]
    with running(machine):
        process = subprocess.Popen(line, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        try:
            _read_until(ours, f"A {ONE}")
            machine.add(f"{TWO}/25")
            machine.remove(f"{ONE}/24")
            shown = _read_until(ours, f"www.example.com   A {TWO}")
            assert "2 names: 2 right" in shown.split("\x1b[H\x1b[J")[-1]
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == _INTERRUPTED
        finally:
            process.kill()
            process.wait()
            os.close(ours)


def _read_until(terminal: int, text: str) -> str:
    """Return what was drawn until a screen has a text."""
    shown = ""
    while text not in shown.rsplit("\x1b[H\x1b[J", maxsplit=1)[-1]:
        shown += os.read(terminal, 1 << 16).decode()
    return shown


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["watch=perhaps"], "watch=: 'perhaps' is not a valid value"),
        (["--watch", "--watch"], "watch= is given twice"),
        (["--wacth"], "unknown property 'wacth': did you mean watch?"),
    ],
)
def test_wrong_words(words: list[str], says: str) -> None:
    done = in_process("status", *words)
    assert (done.status, len(done.lines)) == (2, 1)
    assert says in done.lines[0]


def test_no_agent(tmp_path: Path) -> None:
    done = in_process("status", "--watch", f"socket={tmp_path}/agent.sock")
    assert done.status == 4
    assert "no agent is running" in done.lines[0]


def test_what_is_not_an_agents_status_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "agent.sock"
    with agent(path, {"pid": 1}), pytest.raises(UsageError, match="is not an agent of this version"):
        run(CommandLine([f"socket={path}", "--watch"]))
