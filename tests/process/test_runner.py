"""A program in a process group of its own: how it starts, what it inherits, and that nothing remains of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dns_update.process import runner as module
from dns_update.process.child_guard import ChildGuard
from dns_update.process.runner import Program, failure_of
from tests.process.test_child_guard import has_ended

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 30  # what has not come by then will never come
ENVIRONMENT = {"PATH": os.environ["PATH"]}


def shell(script: str) -> tuple[str, ...]:
    return ("sh", "-c", script)


def descriptors() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir() if path.exists()}


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


@pytest.mark.parametrize(
    ("script", "status"), [("exit 0", 0), ("exit 3", 3), ("kill -9 $$", -9), ("sleep 300 & exit 4", 4)]
)
def test_its_status_is_known_once_it_has_ended(script: str, status: int) -> None:
    before = descriptors()
    program = Program(shell(script), ENVIRONMENT)
    assert program.status is None
    assert has_ended(program.ended)
    program.kill()
    assert program.reap() == program.status == status
    assert descriptors() == before


def test_its_output_goes_where_it_is_told(pipe: tuple[int, int]) -> None:
    program = Program(shell("cat; echo output"), ENVIRONMENT, output=pipe[1])
    assert program.reap(SECONDS) == 0
    assert os.read(pipe[0], 100) == b"output\n"


def test_its_environment_is_what_it_is_given_and_nothing_of_ours(pipe: tuple[int, int]) -> None:
    program = Program(("env",), {"PATH": os.environ["PATH"], "ONE": "a b"}, output=pipe[1])
    assert program.reap(SECONDS) == 0
    assert sorted(os.read(pipe[0], 10_000).splitlines()) == sorted([f"PATH={os.environ['PATH']}".encode(), b"ONE=a b"])


WITH_CLOSED_STREAMS = """
import os, sys
closed = [int(word) for word in sys.argv[1:]]
report = os.dup(1)
os.set_inheritable(report, False)
for descriptor in closed:
    os.close(descriptor)
sys.stdin = sys.stdin if 0 not in closed else None
sys.stdout = sys.stdout if 1 not in closed else None
sys.stderr = sys.stderr if 2 not in closed else None
from dns_update.process.runner import Program
output, theirs = os.pipe()
program = Program(("sh", "-c", "cat; echo output; echo error >&2"), dict(os.environ), output=theirs)
os.close(theirs)
program.reap(30)
os.write(report, os.read(output, 100))
"""


@pytest.mark.parametrize("closed", ["", "0", "1", "2", "0 1", "1 2", "0 2", "0 1 2"])
def test_its_output_is_read_whichever_streams_we_were_started_without(closed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITH_CLOSED_STREAMS, *closed.split()], capture_output=True, text=True, check=False
    )
    assert done.stdout == "output\n"
    assert done.stderr == ("" if "2" in closed else "error\n")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("/no/such/program",), FileNotFoundError),
        (("no-such-program",), FileNotFoundError),
        (("/",), PermissionError),
        (("a\0b",), ValueError),
        (("true", "\ud800"), ValueError),
    ],
)
def test_what_cannot_be_run_is_an_error_and_leaves_nothing(words: tuple[str, ...], error: type[Exception]) -> None:
    before = descriptors()
    with pytest.raises(error):
        Program(words, ENVIRONMENT)
    assert descriptors() == before


def test_without_a_descriptor_to_watch_it_by_it_is_ended_at_once(
    monkeypatch: pytest.MonkeyPatch, pipe: tuple[int, int]
) -> None:
    started: list[int] = []

    def refuse(pid: int) -> int:
        started.append(pid)
        raise OSError(24, "Too many open files")

    before = descriptors()
    monkeypatch.setattr(os, "pidfd_open", refuse)
    with pytest.raises(OSError, match="Too many open files"):
        Program(shell("sleep 300"), ENVIRONMENT, output=pipe[1])
    with pytest.raises(ChildProcessError):
        os.waitpid(started[0], os.WNOHANG)  # it is no longer our child
    assert descriptors() == before


def test_its_group_is_asked_to_end_and_then_killed(pipe: tuple[int, int]) -> None:
    program = Program(
        shell("trap 'echo asked' TERM; (trap '' TERM; exec sleep 300) & echo up; wait; exit 5"),
        ENVIRONMENT,
        output=pipe[1],
    )
    assert os.read(pipe[0], 100) == b"up\n"
    program.terminate()
    assert os.read(pipe[0], 100) == b"asked\n"
    program.kill()
    program.reap(SECONDS)


def test_one_that_cannot_be_killed_is_given_up_and_reaped_later() -> None:
    """Another user's program (sudo) is one."""
    program = Program(("sleep", "300"), ENVIRONMENT)
    pid = program._pid  # noqa: SLF001 - which to look for
    assert program.reap(0) is None
    assert module._unreaped == {pid}  # noqa: SLF001 - what would grow
    Program(("true",), ENVIRONMENT).reap(SECONDS)
    assert module._unreaped == {pid}  # noqa: SLF001
    end = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    assert has_ended(end)
    os.close(end)
    Program(("true",), ENVIRONMENT).reap(SECONDS)
    assert module._unreaped == set()  # noqa: SLF001
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def test_one_that_another_thread_has_reaped_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen(["true"]) as other:
        other.wait()
        monkeypatch.setattr(module, "_unreaped", {other.pid})
        Program(("true",), ENVIRONMENT).reap(SECONDS)
        assert module._unreaped == set()  # noqa: SLF001 - what would grow


class Recorded(ChildGuard):
    """A child guard that records its calls."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def prepare(self) -> None:
        self.told.append("prepare")

    def begun(self, group: int) -> None:
        self.told.append("begun")
        assert Path(f"/proc/{group}").exists()

    def ended(self, group: int) -> None:
        self.told.append("ended")
        assert Path(f"/proc/{group}").exists()  # its number is still its own


def test_a_child_guard_knows_it_for_as_long_as_its_number_is_its_own() -> None:
    guard = Recorded()
    program = Program(("true",), ENVIRONMENT, child_guard=guard)
    assert guard.told == ["prepare", "begun"]
    program.reap(SECONDS)
    assert guard.told == ["prepare", "begun", "ended"]


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (0, ""),
        (1, "failed with status 1"),
        (-9, "was killed by signal 9 (SIGKILL)"),
        (-40, "was killed by signal 40"),
    ],
)
def test_what_went_wrong_is_said(status: int, text: str) -> None:
    assert failure_of(status) == text
