"""Programs that are run when a name has changed: their environment, how many at once, and how they end."""

import asyncio
import contextlib
import os
import select
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from dns_update.agent.output import hooks as module
from dns_update.agent.output.history import HistoryRow
from dns_update.agent.output.hooks import ON_FAILURE, Hooks

_DEADLINE = 60.0  # seconds after which what is awaited will never come
SECRET = "s3cret-t0ken"


def change(
    name: str = "home",
    *,
    before: str = "A 192.0.2.1",
    after: str = "A 192.0.2.2",
    types: tuple[str, ...] = ("A",),
    message: str = "",
) -> HistoryRow:
    return HistoryRow(
        when=1_700_000_000.25,
        name=f"{name}.example.com",
        zone="example.com",
        types=types,
        before=before,
        after=after,
        server="192.0.2.53:53",
        key_name="home-key",
        outcome="ok",
        message=message,
        seconds=0.021,
    )


def shell(script: str, *arguments: str) -> list[str]:
    return ["/bin/sh", "-c", script, *arguments]


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, _DEADLINE))


class Fifo:
    """The lines that programs write to a FIFO; they wait at a second FIFO until they may continue."""

    def __init__(self, directory: Path) -> None:
        self._out, self._gate = directory / "out", directory / "gate"
        os.mkfifo(self._out)
        os.mkfifo(self._gate)
        # Both ends, so that opening it does not block, and there is no end of file.
        self._reader = os.open(self._out, os.O_RDWR | os.O_NONBLOCK)
        self._writer = os.open(self._gate, os.O_RDWR | os.O_NONBLOCK)
        self._read = b""

    def program(
        self, script: str = 'echo "$DNS_UPDATE_BEFORE > $DNS_UPDATE_AFTER"', *, waits: bool = True
    ) -> list[str]:
        """Return a program that writes the output of a script, then waits until it may continue."""
        out, gate = shlex.quote(str(self._out)), shlex.quote(str(self._gate))
        return shell(f"{script} >{out}; " + (f"read line <{gate}" if waits else ""))

    async def line(self) -> str:
        """Wait for the next line."""
        loop = asyncio.get_running_loop()
        while b"\n" not in self._read:
            ready = loop.create_future()
            loop.add_reader(self._reader, ready.set_result, None)
            await ready
            loop.remove_reader(self._reader)
            self._read += os.read(self._reader, 1 << 16)
        line, _, self._read = self._read.partition(b"\n")
        return line.decode()

    @property
    def is_silent(self) -> bool:
        """Whether nothing more has been written."""
        with contextlib.suppress(BlockingIOError):
            self._read += os.read(self._reader, 1 << 16)
        return not self._read

    def let_go(self) -> None:
        """Let one program continue."""
        os.write(self._writer, b"\n")

    def close(self) -> None:
        os.close(self._reader)
        os.close(self._writer)


@pytest.fixture
def fifo(tmp_path: Path) -> Iterator[Fifo]:
    fifo = Fifo(tmp_path)
    yield fifo
    fifo.close()


# The environment of a program


def test_the_facts_are_in_its_environment_and_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {"HOME": "/home/x", "LANG": "C.UTF-8", "TZ": "UTC", "TSIG_SECRET": SECRET}.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "environment"

    async def work() -> None:
        hooks = Hooks(pytest.fail)
        script = f"exec env >{shlex.quote(str(path))}"
        hooks.run(shell(script), change(types=("A", "AAAA"), message="", before=""))
        await hooks.finish()

    run(work())
    variables = dict(line.split("=", 1) for line in path.read_text().splitlines())
    for name in ("PWD", "OLDPWD", "SHLVL", "_"):  # the shell's own
        variables.pop(name, None)
    assert variables == {
        "PATH": os.environ["PATH"],
        "HOME": "/home/x",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "DNS_UPDATE_NAME": "home.example.com",
        "DNS_UPDATE_IN_ZONE": "example.com",
        "DNS_UPDATE_TYPES": "A AAAA",
        "DNS_UPDATE_BEFORE": "",
        "DNS_UPDATE_AFTER": "A 192.0.2.2",
        "DNS_UPDATE_WANTED": "A 192.0.2.2",
        "DNS_UPDATE_SERVER": "192.0.2.53:53",
        "DNS_UPDATE_SIGNED_BY": "home-key",
        "DNS_UPDATE_OUTCOME": "ok",
        "DNS_UPDATE_MESSAGE": "",
        "DNS_UPDATE_TIME": "1700000000.250",
        "DNS_UPDATE_SECONDS": "0.021",
    }


def test_a_text_that_no_environment_can_hold_is_escaped(fifo: Fifo) -> None:
    async def work() -> None:
        hooks = Hooks(pytest.fail)
        hooks.run(fifo.program('printf "%s\\n" "$DNS_UPDATE_MESSAGE"', waits=False), change(message="a\0b\udcff ü"))
        assert await fifo.line() == "a\\0b\\udcff ü"
        await hooks.finish()

    run(work())


def test_arguments_are_passed_as_they_are(fifo: Fifo) -> None:
    async def work() -> None:
        hooks = Hooks(pytest.fail)
        hooks.run([*fifo.program('echo "$0|$1"', waits=False), "a b", "$(c) 'd"], change())
        assert await fifo.line() == "a b|$(c) 'd"
        await hooks.finish()

    run(work())


def test_its_output_is_our_standard_error_and_its_input_empty(capfd: pytest.CaptureFixture[str]) -> None:
    async def work() -> None:
        hooks = Hooks(pytest.fail)
        hooks.run(shell("cat; echo output; echo error >&2"), change())
        await hooks.finish()

    run(work())
    assert capfd.readouterr() == ("", "output\nerror\n")


STREAMLESS = """
import asyncio, socket
taken = socket.socket()
assert taken.fileno() == 2
from dns_update.agent.output.hooks import Hooks
from tests.agent.test_hooks import change

async def work():
    failures = []
    hooks = Hooks(failures.append)
    hooks.run(["/bin/sh", "-c", "echo output && echo error >&2"], change())
    await hooks.finish()
    print(failures)

asyncio.run(work())
"""


def test_it_runs_although_we_have_no_standard_error() -> None:
    root = Path(__file__).parent.parent.parent
    command = ["sh", "-c", 'exec "$@" 2>&-', "sh", sys.executable, "-c", STREAMLESS]
    assert subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=root).stdout == "[]\n"


CHILDLESS = """
import asyncio, signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # as some who start us have it
from dns_update.agent.output.hooks import Hooks
from tests.agent.test_hooks import change

async def work():
    hooks = Hooks(print)
    hooks.run(["/bin/false"], change())
    hooks.run(["/bin/false"], change())
    await hooks.finish()

asyncio.run(work())
"""


def test_its_status_is_known_although_we_were_started_with_children_ignored() -> None:
    root = Path(__file__).parent.parent.parent
    done = subprocess.run([sys.executable, "-c", CHILDLESS], capture_output=True, text=True, check=True, cwd=root)
    failure = "on-change program '/bin/false' for home.example.com failed with status 1\n"
    assert (done.stdout, done.stderr) == (failure * 2, "")


def test_it_is_in_a_session_of_its_own_with_pythons_signals_undone(fifo: Fifo) -> None:
    async def work() -> None:
        hooks = Hooks(pytest.fail)
        script = 'echo "$(ps -o sid= -p $$ | tr -d " ") $$ $(grep SigIgn /proc/self/status | cut -f2)"'
        hooks.run(fifo.program(script, waits=False), change())
        session, pid, ignored = (await fifo.line()).split()
        assert session == pid
        assert int(ignored, 16) & (1 << signal.SIGPIPE - 1 | 1 << signal.SIGXFSZ - 1) == 0
        await hooks.finish()

    run(work())


# How many at once


def test_nobody_waits_for_a_program(fifo: Fifo) -> None:
    async def work() -> None:
        hooks = Hooks(pytest.fail)
        hooks.run(fifo.program(), change())  # it waits for us
        fifo.let_go()
        await hooks.finish()

    run(work())


def test_a_burst_for_one_name_is_one_run_more(fifo: Fifo) -> None:
    async def work() -> None:
        hooks = Hooks(pytest.fail)
        hooks.run(fifo.program(), change(before="1", after="2"))
        assert await fifo.line() == "1 > 2"
        for number in range(2, 100):
            hooks.run(fifo.program(), change(before=str(number), after=str(number + 1)))
        fifo.let_go()
        assert await fifo.line() == "2 > 100"
        fifo.let_go()
        await hooks.finish()
        assert fifo.is_silent

    run(work())


def test_changes_of_other_types_of_the_name_are_told_one_after_the_other(fifo: Fifo) -> None:
    async def work() -> None:
        hooks = Hooks(pytest.fail)
        program = fifo.program('echo "$DNS_UPDATE_TYPES $DNS_UPDATE_AFTER"')
        hooks.run(program, change(after="1"))
        hooks.run(program, change(after="2"))
        hooks.run(program, change(after="3", types=("AAAA",)))
        hooks.run(program, change(after="4"))
        lines = []
        for _ in range(3):
            lines.append(await fifo.line())
            assert fifo.is_silent
            fifo.let_go()
        assert lines == ["A 1", "A 4", "AAAA 3"]
        await hooks.finish()
        assert fifo.is_silent

    run(work())


def test_only_so_many_run_at_once_and_each_name_has_its_turn(fifo: Fifo) -> None:
    async def work() -> None:
        hooks = Hooks(pytest.fail, most=2)
        program = fifo.program('echo "$DNS_UPDATE_NAME"')
        names = [f"{letter}.example.com" for letter in "abcde"]
        for letter in "abcde":
            hooks.run(program, change(letter))
        hooks.run(program, change("a"))  # once more, behind the others
        running = [await fifo.line(), await fifo.line()]
        assert sorted(running) == names[:2]
        for name in [*names[2:], names[0]]:
            assert fifo.is_silent
            fifo.let_go()
            assert await fifo.line() == name
        fifo.let_go()
        fifo.let_go()
        await hooks.finish()

    run(work())


# What goes wrong


def failures(
    program: list[str], *, seconds: float = _DEADLINE, then: Callable[[Hooks], Coroutine[Any, Any, None]] = Hooks.finish
) -> list[str]:
    told = list[str]()

    async def work() -> None:
        hooks = Hooks(told.append, seconds=seconds)
        hooks.run(program, change())
        await then(hooks)

    run(work())
    return told


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("exit 3", "failed with status 3"),
        ("kill -9 $$", "was killed by signal 9 (SIGKILL)"),
        ("kill -40 $$", "was killed by signal 40"),
    ],
)
def test_a_failure_is_told_without_the_arguments(script: str, says: str) -> None:
    assert failures(shell(script, SECRET)) == [f"on-change program '/bin/sh' for home.example.com {says}"]


def test_the_report_names_the_key_of_the_program() -> None:
    told = list[str]()

    async def work() -> None:
        hooks = Hooks(told.append)
        hooks.run(shell("exit 3"), change(), ON_FAILURE)
        hooks.run(["/no/such/program"], change(), ON_FAILURE)
        await hooks.finish()

    run(work())
    assert [line.partition(" program ")[0] for line in told] == ["on-failure", "on-failure"]


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("/no/such/program", "No such file or directory"),
        ("no-such-program", "No such file or directory"),
        ("/", "Permission denied"),
        ("a\0b", ""),  # Python's words, which change
    ],
)
def test_a_program_that_cannot_be_run_is_told(program: str, reason: str) -> None:
    (told,) = failures([program, SECRET])
    assert told.startswith(f"on-change program {program!r} for home.example.com cannot be run: {reason}")
    assert SECRET not in told


def test_after_one_that_cannot_be_run_the_others_have_their_turn(fifo: Fifo) -> None:
    async def work() -> None:
        told = list[str]()
        hooks = Hooks(told.append, most=1)
        hooks.run(fifo.program(), change("first", after="1"))
        assert await fifo.line() == "A 192.0.2.1 > 1"
        hooks.run(["/no/such/program"], change("second"))
        hooks.run(fifo.program(), change("third", after="3"))
        fifo.let_go()
        assert await fifo.line() == "A 192.0.2.1 > 3"
        assert len(told) == 1
        fifo.let_go()
        await hooks.finish()

    run(work())


def test_a_program_is_found_in_the_path(fifo: Fifo) -> None:
    async def work() -> None:
        hooks = Hooks(pytest.fail)
        hooks.run(["sh", *fifo.program("echo found", waits=False)[1:]], change())
        assert await fifo.line() == "found"
        await hooks.finish()

    run(work())


def test_one_that_takes_too_long_is_ended_with_all_it_started(fifo: Fifo) -> None:
    script = fifo.program("trap 'echo asked' TERM; sleep 1000 & wait", waits=False)
    assert failures(script, seconds=0.01) == [
        "on-change program '/bin/sh' for home.example.com ran for more than 0.01 s and was ended"
    ]


def test_one_that_does_not_heed_that_is_killed(fifo: Fifo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "END_SECONDS", 0.01)

    async def work() -> None:
        told = list[str]()
        hooks = Hooks(told.append, seconds=0.01)
        hooks.run(shell("trap '' TERM; sleep 1000 & while :; do wait; done"), change())
        await hooks.finish()
        assert told == ["on-change program '/bin/sh' for home.example.com ran for more than 0.01 s and was ended"]
        hooks.run(fifo.program(waits=False), change())
        assert await fifo.line() == "A 192.0.2.1 > A 192.0.2.2"
        await hooks.finish()

    run(work())


def test_closing_ends_what_runs_with_all_it_started_and_forgets_what_waits(tmp_path: Path) -> None:
    child_guard = tmp_path / "child_guard"
    os.mkfifo(child_guard)
    end = os.open(child_guard, os.O_RDONLY | os.O_NONBLOCK)

    async def work() -> None:
        told = list[str]()
        hooks = Hooks(told.append)
        program = shell(f"exec 9>{shlex.quote(str(child_guard))}; (trap '' TERM; echo up >&9; exec sleep 1000) & wait")
        hooks.run(program, change())
        hooks.run(program, change())
        up = asyncio.Event()
        asyncio.get_running_loop().add_reader(end, up.set)
        await up.wait()
        asyncio.get_running_loop().remove_reader(end)
        assert os.read(end, 100) == b"up\n"
        await hooks.close()
        assert told == []

    run(work())
    poll = select.poll()
    poll.register(end, select.POLLIN)
    assert poll.poll(_DEADLINE * 1000), "a process still runs"
    assert os.read(end, 100) == b""  # all who held it are gone
    os.close(end)


def test_nothing_is_left_of_many_runs() -> None:
    async def work() -> None:
        told = list[str]()
        hooks = Hooks(told.append)
        before = descriptors()
        for number in range(20):
            hooks.run(["/bin/true"] if number % 2 else ["/no/such/program"], change(f"name-{number}"))
        await hooks.finish()
        assert descriptors() == before
        assert len(told) == 10
        assert not hooks._running  # noqa: SLF001 - what would grow
        assert not hooks._waiting  # noqa: SLF001

    run(work())


def descriptors() -> set[Path]:
    return set(Path("/proc/self/fd").iterdir())
