"""The command on a terminal of its own: what it shows, and what is typed there."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from dns_update.cli import main
from tests.support.command import COMMAND

_DEADLINE = 60  # seconds after which nothing will come any more
_MOST_QUESTIONS = 20  # that a command may ask after a conversation has ended


class Screen:
    """What a command shows on its terminal, and the keys."""

    def __init__(self, screen: int) -> None:
        self._screen = screen
        self._shown = b""
        self._seen = 0

    @property
    def shown(self) -> str:
        """What has been shown so far, with plain line ends."""
        return self._shown.decode(errors="replace").replace("\r\n", "\n")

    def read(self) -> bool:
        """Wait for more, and return whether something came; else the command has ended."""
        ready, _, _ = select.select([self._screen], [], [], _DEADLINE)
        assert ready, self.shown
        try:
            octets = os.read(self._screen, 65536)
        except OSError:  # the other side is closed
            return False
        self._shown += octets
        return bool(octets)

    def wait_for(self, text: str) -> str:
        """Wait until a text has been shown after the last one that was waited for; return what was shown up to it."""
        while text not in self.shown[self._seen :]:
            assert self.read(), self.shown
        begin, self._seen = self._seen, self.shown.index(text, self._seen) + len(text)
        return self.shown[begin : self._seen]

    def type(self, text: str) -> None:
        """Type a text; the character 3 is Ctrl-C, and 4, at the beginning of a line, the end of the input."""
        self.type_octets(text.encode())

    def type_octets(self, octets: bytes) -> None:
        """Type what may be no text."""
        os.write(self._screen, octets)

    def answer(self, question: str, text: str) -> str:
        """Wait for a question, and type an answer and Enter; return what was shown before."""
        before = self.wait_for(question)
        self.wait_for(": ")
        self.type(f"{text}\n")
        return before

    def read_rest(self) -> str:
        """Wait until the command has closed its terminal, and return all that was shown."""
        while self.read():
            pass
        return self.shown


class Terminal(Screen):
    """The terminal of a process."""

    def __init__(self, screen: int, process: subprocess.Popen[bytes]) -> None:
        super().__init__(screen)
        self.process = process

    def read_all(self) -> str:
        """Wait for the end, and return all that was shown."""
        self.read_rest()
        self.process.wait(_DEADLINE)
        return self.shown


@dataclass(frozen=True)
class Held:
    """A conversation that was held: the exit status, and all that was shown."""

    status: int
    shown: str


def converse(talk: Callable[[Screen], object], *words: str, columns: int = 200) -> Held:
    """Run the command within the test, on a terminal where `talk` reads and types; it counts for coverage.

    `talk` has a thread of its own, for the command may want the main one. Where it leaves off, the input ends. A signal
    cannot be typed: the terminal belongs to no session.
    """
    screen, own = pty.openpty()
    fcntl.ioctl(own, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    terminal, failures = Screen(screen), list[BaseException]()

    def run() -> None:
        try:
            talk(terminal)
        except BaseException as error:  # noqa: BLE001 - for the test
            failures.append(error)
        terminal.type("\x04" * _MOST_QUESTIONS)
        terminal.read_rest()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        status = _run_on(own, columns, words)
    finally:
        os.close(own)
        thread.join(_DEADLINE)
        os.close(screen)
    if failures:
        raise failures[0]
    return Held(status, terminal.shown)


def _run_on(own: int, columns: int, words: Sequence[str]) -> int:
    """Run the command with its three streams on a terminal."""
    with (
        pytest.MonkeyPatch.context() as patch,
        open(own, encoding="utf-8", closefd=False) as stdin,
        open(own, "w", encoding="utf-8", buffering=1, closefd=False) as stdout,
    ):
        for name, stream in (("stdin", stdin), ("stdout", stdout), ("stderr", stdout)):
            patch.setattr(sys, name, stream)
        for name, text in (("NO_COLOR", "1"), ("TERM", "xterm"), ("COLUMNS", str(columns))):
            patch.setenv(name, text)
        return main(list(words))


@contextmanager
def on_terminal(
    *words: str, columns: int = 80, env: Mapping[str, str] | None = None, prefix: Sequence[str] = ()
) -> Iterator[Terminal]:
    """Run the command with all three streams on a terminal with so many columns, as its session's own terminal."""
    screen, own = pty.openpty()
    fcntl.ioctl(own, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    inherited = {name: text for name, text in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "TERM")}
    process = subprocess.Popen(
        [*prefix, COMMAND, *words],
        stdin=own, stdout=own, stderr=own, env=inherited | {"TERM": "xterm"} | dict(env or {}),
        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads
    )  # fmt: skip
    os.close(own)
    try:
        yield Terminal(screen, process)
    finally:
        process.kill()
        process.wait()
        os.close(screen)
