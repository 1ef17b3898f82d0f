"""The command on a terminal of its own: what it shows, and what is typed there."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from tests.support.command import COMMAND

_DEADLINE = 60  # seconds after which nothing will come any more


class Terminal:
    """A command on a terminal of its own: what it shows."""

    def __init__(self, screen: int, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._screen = screen
        self._shown = b""
        self._seen = 0

    @property
    def shown(self) -> str:
        """What has been shown so far, with plain line ends."""
        return self._shown.decode().replace("\r\n", "\n")

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
        os.write(self._screen, text.encode())

    def answer(self, question: str, text: str) -> str:
        """Wait for a question, and type an answer and Enter; return what was shown before."""
        before = self.wait_for(question)
        self.wait_for(": ")
        self.type(f"{text}\n")
        return before

    def read_all(self) -> str:
        """Wait for the end, and return all that was shown."""
        while self.read():
            pass
        self.process.wait(_DEADLINE)
        return self.shown


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
