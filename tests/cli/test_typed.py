"""A line typed on a terminal: a signal that comes before or during the wait is not missed."""

import io
import os
import signal
import threading
from collections.abc import Iterator

import pytest

from dns_update.cli.typed import signals_wake, typed_line, wait_for_input
from tests.support.terminal import on_terminal


class Interrupted(Exception):
    """What the handler raises in these tests."""


def _soon(number: int) -> None:
    """Send this process a signal from another thread."""
    threading.Thread(target=os.kill, args=(os.getpid(), number)).start()


@pytest.fixture(name="pipe")
def _pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


@pytest.fixture(name="noted")
def _noted() -> Iterator[list[int]]:
    """Signals that came; their handler raises nothing."""
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: came.append(number))
    yield came
    signal.signal(signal.SIGINT, before)


def test_a_signal_that_came_before_the_wait_ends_the_wait_of_the_kernel(noted: list[int]) -> None:
    # Nothing else can be seen of it: what Python has noted is acted upon as soon as the program goes on.
    with signals_wake() as woken:
        os.kill(os.getpid(), signal.SIGINT)
        assert woken is not None
        wait_for_input(woken, None)
    assert noted == [signal.SIGINT]


def test_a_handler_that_raises_ends_the_wait(pipe: tuple[int, int]) -> None:
    def handle(_number: int, _frame: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGINT, handle)
    try:
        with pytest.raises(Interrupted), signals_wake() as woken:  # noqa: PT012 - the signal may come before the wait
            _soon(signal.SIGINT)
            wait_for_input(pipe[0], woken)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_handler_that_raises_nothing_does_not_end_the_wait(pipe: tuple[int, int], noted: list[int]) -> None:
    with signals_wake() as woken:
        os.kill(os.getpid(), signal.SIGINT)
        writer = threading.Thread(target=os.write, args=(pipe[1], b"x"))
        writer.start()
        wait_for_input(pipe[0], woken)
        writer.join()
    assert noted == [signal.SIGINT]
    assert os.read(pipe[0], 1) == b"x"


@pytest.mark.usefixtures("noted")
def test_what_watched_signals_before_goes_on_watching(pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[1], False)
    before = signal.set_wakeup_fd(pipe[1])
    try:
        with signals_wake():
            pass
        os.kill(os.getpid(), signal.SIGINT)
    finally:
        assert signal.set_wakeup_fd(before) == pipe[1]
    assert os.read(pipe[0], 2) == bytes([signal.SIGINT])


def test_a_thread_that_gets_no_signals_reads_all_the_same(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    with io.TextIOWrapper(os.fdopen(os.dup(pipe[0]), "rb")) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        thread = threading.Thread(target=lambda: read.append(typed_line()))
        thread.start()
        os.write(pipe[1], b"home\n")
        thread.join()
    assert read == ["home\n"]


def test_ctrl_c_right_after_the_prompt_of_nsupdate_is_not_lost() -> None:
    # Of the first key after a prompt, one in eight was lost: ten are enough to see it come back soon.
    for _ in range(10):
        with on_terminal("nsupdate") as terminal:
            terminal.wait_for("> ")
            terminal.type("\x03")
            terminal.read_all()
            assert terminal.process.returncode == 130
