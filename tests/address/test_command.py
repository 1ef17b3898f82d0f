"""Programs that print an address, and programs that misbehave: whatever they do, nothing of them remains."""

import os
import select
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from dns_update.address import Command
from dns_update.address import command as module
from dns_update.address.command import address_of_command
from dns_update.errors import NoAddress
from tests.support.command import COMMAND

ADDRESS = b"\1\2\3\4"
SECRET = "s3cret-t0ken"
_DEADLINE = 60_000  # milliseconds; what has not come by then will never come


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use limits that are long enough on a busy machine."""
    monkeypatch.setattr(module, "COMMAND_SECONDS", 60)
    monkeypatch.setattr(module, "LINGER_SECONDS", 60)
    monkeypatch.setattr(module, "END_SECONDS", 0.2)  # even if it is short, no process survives


@pytest.fixture
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for programs that never end by themselves."""
    monkeypatch.setattr(module, "LINGER_SECONDS", 0.1)


def shell(script: str, *arguments: str) -> Command:
    return Command(shlex.join(["sh", "-c", script, *arguments]))


def failure(source: Command) -> str:
    with pytest.raises(NoAddress) as caught:
        address_of_command(source)
    return caught.value.text


class ChildGuard:
    """A FIFO that programs hold open for as long as they live."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self._end = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    def wait(self) -> bytes:
        """Return what is written next; empty once all programs that held it are gone."""
        poll = select.poll()
        poll.register(self._end, select.POLLIN)
        assert poll.poll(_DEADLINE), "somebody lives on"
        return os.read(self._end, 100)

    def close(self) -> None:
        os.close(self._end)


@pytest.fixture
def child_guard(tmp_path: Path) -> Iterator[ChildGuard]:
    line = ChildGuard(tmp_path / "child_guard")
    yield line
    line.close()


def held(child_guard: ChildGuard, script: str) -> Command:
    """Return a program that reports through the FIFO that it is up, and holds it open."""
    return shell(f"exec 9>{shlex.quote(str(child_guard.path))}; echo up >&9; {script}")


# What is read from a program


@pytest.mark.parametrize(
    "script",
    [
        "echo 1.2.3.4",
        "printf 1.2.3.4",
        "printf '1.2.3.4\\r\\nrubbish'",
        "cat; echo 1.2.3.4",  # standard input is empty
        "printf 1.2.; sleep 0.1; echo 3.4",
        "echo 1.2.3.4; exec >&-",
    ],
)
def test_the_first_line_is_the_address(script: str) -> None:
    assert address_of_command(shell(script)) == ADDRESS


@pytest.mark.parametrize(
    "script",
    [
        "echo 1.2.3.4; exec sleep 1000",
        "echo 1.2.3.4; exec >&-; exec sleep 1000",
        "echo 1.2.3.4; yes",
        "echo 1.2.3.4; sleep 1000 & exit 0",
        "printf 1.2.3.4; sleep 1000 & exit 0",
        "trap '' TERM; echo 1.2.3.4; while :; do sleep 1; done",
    ],
)
@pytest.mark.usefixtures("_hurry")
def test_nobody_waits_for_a_program_that_goes_on_after_its_first_line(script: str, child_guard: ChildGuard) -> None:
    assert address_of_command(held(child_guard, script)) == ADDRESS
    assert child_guard.wait() == b"up\n"
    assert child_guard.wait() == b""


def test_nobody_waits_for_a_daemon_that_keeps_standard_output(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    end = os.open(path, os.O_RDWR)
    try:
        script = f"echo 1.2.3.4; setsid sh -c 'read line' <{shlex.quote(str(path))} &"
        assert address_of_command(shell(script)) == ADDRESS
    finally:
        os.write(end, b"go\n")
        os.close(end)


# What a program does wrong


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("exit 1", "failed with status 1"),
        ("echo 1.2.3.4; exit 3", "failed with status 3"),
        ("echo 1.2.3.4; sleep 1000 & exit 3", "failed with status 3"),
        ("echo 1.2.3.4; head -c 300000 /dev/zero; exit 3", "failed with status 3"),  # more than a pipe holds
        ("echo 1.2.3.4; kill -9 $$", "was killed by signal 9 (SIGKILL)"),
        ("kill -TERM $$", "was killed by signal 15 (SIGTERM)"),
        ("kill -40 $$", "was killed by signal 40"),
        ("true", "printed nothing"),
        ("echo", "printed no address: ''"),
        ("echo; echo 1.2.3.4", "printed no address: ''"),
        ("echo rubbish", "printed no address: 'rubbish'"),
        ("echo '1.2.3.4 5.6.7.8'", "printed no address: '1.2.3.4 5.6.7.8'"),
        ("printf 'a\\033[31mb\\a'", r"printed no address: 'a\x1b[31mb\x07'"),
        ("printf '\\377\\376'", r"printed no address: '\\xff\\xfe'"),
        ("yes | head -c 100000 | tr -d '\\n'", f"printed no address: '{'y' * 60}'..."),
    ],
)
def test_what_a_program_does_wrong_is_said(script: str, says: str) -> None:
    text = failure(shell(script))
    assert text.startswith(f"'sh' {says}")
    assert len(text) < 300
    assert text.isprintable()


@pytest.mark.usefixtures("_hurry")
@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("exec >&-; exec sleep 1000", "printed nothing"),
        ("yes", "printed no address: 'y'"),
        ("cat /dev/zero", r"printed no address: '\x00\x00\x00"),
    ],
)
def test_what_a_program_does_wrong_is_said_while_it_goes_on(script: str, says: str) -> None:
    text = failure(shell(script))
    assert text.startswith(f"'sh' {says}")
    assert len(text) < 300


def test_no_argument_is_ever_shown(tmp_path: Path) -> None:
    sources = [shell(script, SECRET) for script in ("exit 1", "kill $$", "true", "echo rubbish", "sleep 1000")]
    sources += [Command(f"/no/such/program {SECRET}"), Command(f"{tmp_path} {SECRET}"), Command(f"TOKEN={SECRET} true")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "COMMAND_SECONDS", 0.5)
        for source in sources:
            with pytest.raises(NoAddress) as caught:
                address_of_command(source)
            assert SECRET not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/no/such/program x", "'/no/such/program' cannot be run: No such file or directory"),
        ("/ x", "'/' cannot be run: Permission denied"),
        ("x\ud800y", r"'x\ud800y' cannot be run: "),
    ],
)
def test_a_program_that_cannot_be_run_is_named(line: str, says: str) -> None:
    assert failure(Command(line)).startswith(says)


def test_a_variable_before_the_program_has_a_hint() -> None:
    with pytest.raises(NoAddress) as caught:
        address_of_command(Command(f"TOKEN={SECRET} curl"))
    assert caught.value.text.startswith("'TOKEN=...' cannot be run")
    assert caught.value.hint == "no shell runs it; write command:env NAME=VALUE PROGRAM"


# A caller that no longer waits for it


def test_one_that_no_one_waits_for_is_not_even_started(tmp_path: Path) -> None:
    until, ours = os.pipe()
    os.write(ours, b"x")
    path = tmp_path / "started"
    with pytest.raises(NoAddress, match="is no longer asked"):
        address_of_command(shell(f"touch {shlex.quote(str(path))}"), until=until)
    assert not path.exists()
    os.close(ours)
    os.close(until)


@pytest.mark.parametrize("script", ["exec sleep 1000", "echo 1.2.3.4; exec sleep 1000"])
def test_one_that_no_one_waits_for_any_more_is_ended_at_once(child_guard: ChildGuard, script: str) -> None:
    """Before its first line there is no address; after it there is one, and its end is not waited for."""
    until, ours = os.pipe()
    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(address_of_command, held(child_guard, script), until=until)
        assert child_guard.wait() == b"up\n"
        os.write(ours, b"x")
        assert child_guard.wait() == b""
        if "echo" not in script:
            with pytest.raises(NoAddress, match="is no longer asked"):
                result.result()
    os.close(ours)
    os.close(until)


def test_without_a_descriptor_left_it_cannot_be_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> tuple[int, int]:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("dns_update.address.command.os.pipe", refuse)
    assert failure(shell("echo 1.2.3.4")) == "'sh' cannot be run: Too many open files"


# What remains of it


def test_a_program_that_prints_no_line_in_time_is_ended_with_all_it_started(
    child_guard: ChildGuard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def times() -> Iterator[float]:
        yield 0.0
        assert child_guard.wait() == b"up\n"
        while True:
            yield 61.0

    monkeypatch.setattr(module, "monotonic", times().__next__)
    monkeypatch.setattr(module, "END_SECONDS", 60)
    text = failure(held(child_guard, "printf 1.2.3.4; sleep 1000 & sleep 1000"))
    assert text == "'sh' printed no whole line within 60 s"
    assert child_guard.wait() == b""


@pytest.mark.usefixtures("_hurry")
@pytest.mark.parametrize("script", ["echo rubbish; sleep 1000", "sleep 1000 & exit 1"])
def test_a_program_that_fails_leaves_nobody_behind(child_guard: ChildGuard, script: str) -> None:
    failure(held(child_guard, script))
    assert child_guard.wait() == b"up\n"
    assert child_guard.wait() == b""


SETSID = "setsid sh -c 'setsid sleep 1000 & sleep 1000' & "


@pytest.mark.usefixtures("_hurry")
@pytest.mark.parametrize("script", [f"{SETSID} echo 1.2.3.4", f"{SETSID} echo 1.2.3.4; sleep 1000", f"{SETSID} exit 1"])
def test_what_a_program_put_into_sessions_of_their_own_is_ended_too(script: str, child_guard: ChildGuard) -> None:
    with suppress(NoAddress):
        address_of_command(held(child_guard, script))
    assert child_guard.wait() == b"up\n"
    assert child_guard.wait() == b""


@pytest.mark.usefixtures("_hurry")
def test_other_children_of_ours_are_let_be() -> None:
    with subprocess.Popen(["setsid", "sleep", "1000"]) as other:
        assert address_of_command(shell("echo 1.2.3.4")) == ADDRESS
        assert other.poll() is None
        other.kill()


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
    ids=["INT", "TERM", "HUP"],
)
def test_what_ends_us_ends_the_program_with_all_it_started(number: int, status: int, child_guard: ChildGuard) -> None:
    source = held(child_guard, f"trap '' INT; {SETSID} sleep 1000 & sleep 1000")
    words = ["dns-server=192.0.2.1", "zone=example.com", "name=home", "ttl=60", f"address=command:{source.line}"]
    # The tests may run with a signal ignored (nohup), and it then stays ignored.
    command = ["env", "--default-signal", str(COMMAND), *words]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert child_guard.wait() == b"up\n"
    process.send_signal(number)
    _, stderr = process.communicate()
    assert process.returncode == status, stderr
    assert child_guard.wait() == b""


@pytest.mark.parametrize(
    ("number", "ending"),
    [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit), (signal.SIGHUP, SystemExit)],
    ids=["INT", "TERM", "HUP"],
)
def test_a_signal_amid_the_start_ends_the_program_too(
    number: int, ending: type[BaseException], child_guard: ChildGuard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may run before we know that it was started."""
    spawn = os.posix_spawnp

    def interrupted(*arguments: Any, **keywords: Any) -> int:  # noqa: ANN401
        pid = spawn(*arguments, **keywords)
        assert child_guard.wait() == b"up\n"
        signal.raise_signal(number)
        return pid

    default = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
    before = signal.signal(number, default)  # the tests may run with it ignored (nohup)
    monkeypatch.setattr("dns_update.process.runner.os.posix_spawnp", interrupted)
    with pytest.raises(ending):
        address_of_command(held(child_guard, "sleep 1000 & sleep 1000"))
    assert child_guard.wait() == b""
    assert signal.signal(number, before) == default


def test_a_program_may_be_run_in_any_thread() -> None:
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(address_of_command, shell("echo 1.2.3.4")).result() == ADDRESS


def test_interrupts_that_we_ignore_the_program_ignores_too() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert address_of_command(shell("kill -INT $$; echo 1.2.3.4")) == ADDRESS
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_program_is_in_a_session_of_its_own() -> None:
    # So a terminal's Ctrl-C reaches only us, and a signal to the program's group reaches no other process.
    script = f'test "$(ps -o sid= -p $$ | tr -d " ")" = $$ && test {os.getsid(0)} != $$ && echo 1.2.3.4'
    assert address_of_command(shell(script)) == ADDRESS


def test_no_descriptor_stays_open() -> None:
    before = set(Path("/proc/self/fd").iterdir())
    assert address_of_command(shell("echo 1.2.3.4")) == ADDRESS
    failure(shell("exit 1"))
    failure(Command("/no/such/program"))
    assert set(Path("/proc/self/fd").iterdir()) == before


CHILDLESS = """
import signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # as some who start us have it
from dns_update.address import Command
from dns_update.address.command import address_of_command
from dns_update.errors import NoAddress
print(address_of_command(Command("echo 1.2.3.4")))
try:
    address_of_command(Command("sh -c 'echo 1.2.3.4; exit 3'"))
except NoAddress as error:
    print(error.text)
"""


def test_its_status_is_known_although_we_were_started_with_children_ignored() -> None:
    done = subprocess.run([sys.executable, "-c", CHILDLESS], capture_output=True, text=True, check=True)
    assert done.stdout == f"{ADDRESS!r}\n'sh' failed with status 3\n"
