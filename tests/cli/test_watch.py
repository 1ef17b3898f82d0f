"""`dns-update status --watch`: each change is shown, as lines or on a terminal, until Ctrl-C or the agent's end."""

import _thread
import json
import os
import pty
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dns_update.cli.status import run
from dns_update.commandline.line import CommandLine
from dns_update.errors import UsageError
from tests.cli.test_status_command import agent, answer, failing, record, serving
from tests.support.agents import FROM_WAN_IPV4, Agent, Machine, machine_at
from tests.support.command import COMMAND, Result, in_process
from tests.support.fixed_answers import FixedAnswers
from tests.support.terminal import Screen, converse

ONE, TWO = "9.8.7.1", "9.8.7.2"
TWO_NAMES = FROM_WAN_IPV4.replace('name = "home"', 'names = ["home", "www"]')
_INTERRUPTED = 130
_DEADLINE = 60  # seconds after which what is awaited will never come


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


# With an agent whose answers are chosen


class Succession(FixedAnswers):
    """Gives one answer after the other to who watches, and then does something, in the agent's thread."""

    def __init__(self, *contents: Mapping[str, Any], then: Callable[[], object]) -> None:
        self._left = list(contents)
        self._then = then
        super().__init__(lambda: self._left.pop(0))

    def marks(self) -> object:
        """Return another mark as long as there is an answer that was not given."""
        if not self._left:
            self._then()
        return max(len(self._left), 1)  # after the last one, what it was then


def watched(path: Path, *contents: Mapping[str, Any], words: tuple[str, ...] = ()) -> Result:
    """Watch until all answers have been given, and then press Ctrl-C."""
    answers = Succession(*contents, then=_thread.interrupt_main)
    with serving(path, answers):
        return in_process("status", "--watch", f"socket={path}", *words)


def test_what_differs_from_the_answer_before_is_a_line_each(tmp_path: Path) -> None:
    new, had = record("new", published=[]), "192.0.2.53:53 has A 192.0.2.1"
    result = watched(
        tmp_path / "agent.sock",
        answer(record("home"), record("www")),
        answer(record("home"), failing("www"), new),
        answer(record("home"), record("www", "held", wanted=[])),
    )
    assert (result.status, result.stderr) == (_INTERRUPTED, "")
    assert [line[20:] for line in result.stdout.splitlines()] == [
        f"home.example.com right: {had}",
        f"www.example.com right: {had}",
        f"www.example.com failing: {had}; should be A 192.0.2.9; Permission denied: the key may not",
        "new.example.com right: not compared yet",
        "new.example.com gone: no longer in the configuration",
        f"www.example.com held: {had}; should be nothing",
    ]


def test_two_types_of_one_name_are_watched_each(tmp_path: Path) -> None:
    first, second = record("home"), record("home", wanted=["AAAA 2001:db8::1"])
    changed = record("home", "held", wanted=["AAAA 2001:db8::2"])
    result = watched(tmp_path / "agent.sock", answer(first, second), answer(first, changed), words=("--json",))
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["wanted"] for one in told] == [["A 192.0.2.1"], ["AAAA 2001:db8::1"], ["AAAA 2001:db8::2"]]


def test_a_name_that_goes_is_told_as_json_too(tmp_path: Path) -> None:
    contents = answer(record("home"), record("www")), answer(record("home"))
    result = watched(tmp_path / "agent.sock", *contents, words=("--json",))
    assert json.loads(result.stdout.splitlines()[-1]) == {"name": "www.example.com", "state": "gone"}


def test_only_the_name_that_is_given_is_told(tmp_path: Path) -> None:
    contents = answer(record("home"), record("www")), answer(failing("home"), record("www"))
    result = watched(tmp_path / "agent.sock", *contents, words=("name=www.example.com",))
    assert [line[20:] for line in result.stdout.splitlines()] == [
        "www.example.com right: 192.0.2.53:53 has A 192.0.2.1"
    ]


@pytest.mark.parametrize(("words", "says"), [((), "2 names: 1 right, 1 failing"), (("name=home",), "home.example.com")])
def test_a_screen_shows_the_last_answer_until_the_agent_ends(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    path = tmp_path / "agent.sock"
    ended = threading.Event()
    answers = Succession(answer(record("home")), answer(failing("home"), record("www")), then=ended.set)
    with serving(path, answers) as end:

        def talk(screen: Screen) -> None:
            assert ended.wait(_DEADLINE)
            screen.wait_for("failing")
            end()

        done = converse(talk, "status", "--watch", f"socket={path}", *words, columns=60)
    assert done.status == 4
    screens = done.shown.split("\x1b[H\x1b[J")
    assert len(screens) > 2
    assert says in screens[-1]
    assert "the agent has ended" in screens[-1]
    assert max(len(line) for line in screens[1].splitlines()) <= 60
