"""What is different on a terminal: the width and the style of help, and who is waited for."""

import errno
import fcntl
import io
import os
import pty
import re
import select
import shlex
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

import pytest

from dns_update import Client, NoResponse, Policy
from dns_update.cli import terminal, waiting
from dns_update.cli.request import client_of
from dns_update.commandline.commands import COMMANDS
from dns_update.commandline.help import WIDE, help_text, short_help
from dns_update.commandline.line import CommandLine
from dns_update.transport.blocking import BlockingTransport
from lab import NameServer
from tests.support.command import COMMAND, at, dns_update
from tests.support.peer import Silent

_DEADLINE = 60  # seconds after which nothing will come any more
_ESCAPE = re.compile(r"\x1b\[\d*m")
TOPICS = ("", "help", *COMMANDS)


class Terminal:
    """A command on a terminal of its own: what it shows."""

    def __init__(self, screen: int, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._screen = screen
        self._shown = b""

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

    def read_all(self) -> str:
        """Wait for the end, and return all that was shown."""
        while self.read():
            pass
        self.process.wait(_DEADLINE)
        return self.shown


@contextmanager
def on_terminal(*words: str, columns: int = 80, env: Mapping[str, str] | None = None) -> Iterator[Terminal]:
    """Run the command with all three streams on a terminal with so many columns."""
    screen, own = pty.openpty()
    fcntl.ioctl(own, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    inherited = {name: text for name, text in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "TERM")}
    process = subprocess.Popen(
        [COMMAND, *words], stdin=own, stdout=own, stderr=own, env=inherited | {"TERM": "xterm"} | dict(env or {})
    )
    os.close(own)
    try:
        yield Terminal(screen, process)
    finally:
        process.kill()
        process.wait()
        os.close(screen)


def shown(*words: str, columns: int = 80, env: Mapping[str, str] | None = None) -> str:
    with on_terminal(*words, columns=columns, env=env) as shown_on:
        return shown_on.read_all()


def prose(text: str) -> list[str]:
    """Return the lines of a help text that are not there to be copied."""
    return [line for line in text.partition("\nExamples:")[0].splitlines() if not line.startswith("  dns-update /tool")]


# Help


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("columns", [40, 60, 80, 100, WIDE])
def test_help_is_as_wide_as_the_terminal_and_its_words_are_the_same(topic: str, columns: int) -> None:
    text = help_text(topic, columns)
    assert text.replace(" \\\n", " ").split() == help_text(topic).replace(" \\\n", " ").split()
    if columns >= 80:  # on a narrower one, a few forms and examples are wider
        assert max(map(len, prose(text))) <= columns


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "nsupdate"])
def test_a_long_example_goes_on_after_a_backslash_as_a_shell_reads_it(command: str) -> None:
    examples = help_text(command, 50).partition("\nExamples:\n")[2]
    lines = [line for line in examples.replace(" \\\n", " ").splitlines() if not line.startswith("  #")]
    expected = [f"dns-update {words}" for _about, words in COMMANDS[command].examples]
    assert list(map(shlex.split, lines)) == list(map(shlex.split, expected))
    assert max(map(len, examples.splitlines())) <= 80  # one word of an example may be wider than 50


def test_the_terminal_says_how_wide_it_is() -> None:
    assert _ESCAPE.sub("", shown("help", "set", columns=70)) == help_text("set", 70)
    assert _ESCAPE.sub("", shown("help", "set", columns=300)) == help_text("set", WIDE)
    assert _ESCAPE.sub("", shown("help", "set", columns=10)) == help_text("set", 40)
    assert _ESCAPE.sub("", shown("help", "set", columns=70, env={"COLUMNS": "90"})) == help_text("set", 90)
    assert _ESCAPE.sub("", shown("help", "set", columns=70, env={"COLUMNS": "many"})) == help_text("set", 70)
    assert _ESCAPE.sub("", shown("help", "set", columns=0)) == help_text("set", WIDE)


def test_no_terminal_is_wide_and_plain() -> None:
    for topic in TOPICS:
        assert dns_update("help", *([topic] if topic else []), env={"COLUMNS": "60"}).stdout == help_text(topic)


def test_headings_and_names_are_bold_on_a_terminal() -> None:
    text = shown("show", "--help")
    assert text == help_text("show", 80, is_styled=True)
    for bold in ("dns-update show PROPERTY=VALUE...", "Properties (each also as --name value):", "name", "Examples:"):
        assert f"\x1b[1m{bold}\x1b[0m" in text
    assert "\x1b[36m  # the addresses\x1b[0m" in text


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""}])
def test_who_wants_no_color_gets_none(env: Mapping[str, str]) -> None:
    plain = {"TERM": "dumb"} if env == {"TERM": ""} else env
    assert "\x1b" not in shown("help", env=plain)
    assert "\x1b" in shown("help", env={"NO_COLOR": ""})


def test_the_short_help_has_the_form_of_the_terminal_that_shows_it() -> None:
    text = shown(columns=60)
    assert "\x1b[1mUsage: dns-update COMMAND PROPERTY=VALUE...\x1b[0m" in text
    assert max(map(len, _ESCAPE.sub("", text).splitlines())) <= 60


def test_nsupdate_has_the_same_form() -> None:
    assert shown("nsupdate", "--help") == help_text("nsupdate", 80, is_styled=True)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[TextIO]:
    """Return a terminal with 70 columns, without what the environment says of it."""
    for name in ("COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    other, own = pty.openpty()
    fcntl.ioctl(own, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 70, 0, 0))
    with os.fdopen(own, "w") as stream:
        yield stream
    os.close(other)


def test_the_columns_of_a_stream(screen: TextIO, monkeypatch: pytest.MonkeyPatch) -> None:
    assert terminal.width(screen) == 70
    for given, expected in (("90", 90), ("1", 40), ("9999", WIDE), ("0", WIDE), ("x", 70), ("", 70)):
        monkeypatch.setenv("COLUMNS", given)
        assert terminal.width(screen) == expected
    assert terminal.width(io.StringIO()) == WIDE


def test_the_style_of_a_stream(screen: TextIO, monkeypatch: pytest.MonkeyPatch) -> None:
    assert terminal.is_styled(screen)
    assert not terminal.is_styled(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not terminal.is_styled(screen)


def test_a_closed_stream_is_wide_and_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert (terminal.width(), terminal.is_styled()) == (WIDE, False)


def test_a_terminal_that_does_not_say_its_columns_is_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)  # as xdist sets it

    class Odd(io.StringIO):
        def isatty(self) -> bool:
            return True

        def fileno(self) -> int:
            raise OSError(errno.ENOTTY, "not a terminal")

    assert terminal.width(Odd()) == WIDE


@pytest.mark.parametrize("is_styled", [False, True])
def test_the_short_help_is_the_same_in_any_style(*, is_styled: bool) -> None:
    assert _ESCAPE.sub("", short_help(60, is_styled=is_styled)) == short_help(60)


# Waiting


def test_each_silent_exchange_names_its_server(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "SILENCE", 0.01)
    handler = signal.getsignal(signal.SIGALRM)
    with Silent() as peer:
        client = Client(peer.address, transport=waiting.NamingTransport(), policy=Policy(timeout=0.5, retries=0))
        with pytest.raises(NoResponse):
            client.show("home", zone="example.com")
    assert capsys.readouterr().err == f"dns-update: waiting for {peer.address}: no answer for 0.01 s\n"
    assert signal.getsignal(signal.SIGALRM) == handler
    assert signal.getitimer(signal.ITIMER_REAL)[0] > 0  # that of the test itself


def test_a_client_for_a_person_at_a_terminal_names_servers(screen: TextIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", screen)
    for words, kind in ((["debug=yes"], waiting.NamingTransport), (["json=yes"], BlockingTransport)):
        client = client_of(CommandLine(["dns-server=192.0.2.1", *words]).options("show"))
        assert type(client._transport) is kind  # noqa: SLF001 - what it does is tested below, in its own process


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_silent_server_is_named_while_it_is_waited_for(transport: str) -> None:
    with Silent() as peer:
        words = ("show", "name=home", "zone=example.com", f"dns-server={peer.address}", "timeout=600")
        with on_terminal(*words, f"transport={transport}") as shown_on:
            while "\n" not in shown_on.shown:
                assert shown_on.read()
            assert shown_on.shown == f"dns-update: waiting for {peer.address}: no answer for 2 s\n"
            assert shown_on.process.poll() is None


def test_a_server_that_answers_is_not_named(bind: NameServer) -> None:
    assert shown("show", "name=ns", "zone=example.com", at(bind)) == "ns.example.com. 3600 IN A 127.0.0.1\n"


@pytest.mark.parametrize("words", [["--json"], []])
def test_who_is_no_person_at_a_terminal_is_told_nothing(words: list[str]) -> None:
    with Silent() as peer:
        line = [
            "show",
            "name=home",
            "zone=example.com",
            f"dns-server={peer.address}",
            "timeout=2.5",
            "retries=0",
            *words,
        ]
        text = shown(*line) if words else dns_update(*line).stderr
        assert "waiting for" not in text
        assert "no answer in time" in text
