"""What is different on a terminal: the width and the style of help, and who is waited for."""

import asyncio
import errno
import fcntl
import io
import os
import pty
import re
import shlex
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import pytest

from dns_update import AsyncClient, Client, NoResponse, Policy, Update
from dns_update.cli import terminal, waiting
from dns_update.cli.request import client_of
from dns_update.cli.run import Terminal as Streams
from dns_update.cli.waiting_asyncio import NamingAsyncioTransport
from dns_update.cli.waiting_network import NamingNetwork
from dns_update.commandline.command_texts import COMMANDS
from dns_update.commandline.help import WIDE, help_text, short_help
from dns_update.commandline.line import CommandLine
from dns_update.nsupdate.options import NsupdateOptions
from dns_update.transport import Endpoint
from dns_update.transport.blocking import BlockingTransport
from dns_update.transport.pipeline import Flight
from lab import NameServer
from tests.support.command import COMMAND, at, dns_update
from tests.support.peer import Relay, Silent
from tests.support.terminal import on_terminal

_DEADLINE = 60  # seconds after which nothing will come any more
_ESCAPE = re.compile(r"\x1b\[\d*m")
TOPICS = ("", "help", *COMMANDS)


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


def test_a_server_that_many_wait_for_is_named_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "SILENCE", 0.01)
    with Silent() as first, Silent() as second:
        asyncio.run(_ask_often(first.address, second.address))
        lines = capsys.readouterr().err.splitlines()
        assert sorted(lines) == sorted(
            f"dns-update: waiting for {peer.address}: no answer for 0.01 s" for peer in (first, second)
        )


async def _ask_often(*servers: str) -> None:
    """Ask each server several times at once, by two transports; none answers."""
    named: set[Endpoint] = set()
    transports = [NamingAsyncioTransport(named=named), NamingAsyncioTransport("127.0.0.1", named=named)]
    clients = [
        AsyncClient(server, transport=transport, policy=Policy(timeout=0.2, retries=0))
        for server in servers
        for transport in transports
    ]
    requests = [client.show(f"{label}.example.com", zone="example.com") for client in clients for label in "abc"]
    results = await asyncio.gather(*requests, return_exceptions=True)
    assert all(isinstance(result, NoResponse) for result in results)


_CONFIGURATION = """\
[servers.first]
address = "{first}"
[servers.second]
address = "{second}"
[zones."example.com"]
servers = ["first", "second"]
"""
_RECORD = '[[records]]\nname = "{}.example.com"\naddress = "203.0.113.45"\n'


def test_the_check_of_a_configuration_names_each_silent_server_once(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    with Silent() as first, Silent() as second:
        names = "".join(_RECORD.format(label) for label in "abc")
        path.write_text(_CONFIGURATION.format(first=first.address, second=second.address) + names, encoding="utf-8")
        with on_terminal("agent", "--check", "--online", f"config={path}") as shown_on:
            while shown_on.shown.count("\n") < 3:
                assert shown_on.read()
            lines = shown_on.shown.splitlines()
            assert lines[0] == f"dns-update: {path} is right: 3 records"
            waits = [f"dns-update: waiting for {peer.address}: no answer for 2 s" for peer in (first, second)]
            assert sorted(lines[1:]) == sorted(waits)
            assert shown_on.process.poll() is None


@pytest.mark.parametrize(
    "command", [":put [:resolve home.example.com server={}]", "/tool dns-update dns-server={} zone=example.com {}"]
)
def test_a_script_of_a_router_names_the_server_that_it_waits_for(command: str, tmp_path: Path) -> None:
    path = tmp_path / "a.rsc"
    with Silent() as peer:
        path.write_text(command.format(peer.address, "name=home address=203.0.113.45"), encoding="utf-8")
        with on_terminal("run", str(path)) as shown_on:
            while "waiting" not in shown_on.shown:
                assert shown_on.read()
            assert shown_on.shown.endswith(f"dns-update: waiting for {peer.address}: no answer for 2 s\n")
            assert shown_on.process.poll() is None


def test_scripts_of_a_service_run_in_threads_and_name_no_server(
    screen: TextIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", screen)
    streams = Streams(is_silent=False)
    assert type(streams.transport(None, None)) is waiting.NamingTransport
    streams.stay()
    assert type(streams.transport(None, None)) is BlockingTransport
    for silent in (Streams(is_silent=True), Streams(is_silent=False, is_quiet=True)):
        assert type(silent.transport(None, None)) is BlockingTransport


_UPDATE = "add home.example.com 60 A 203.0.113.45\nsend\n"


@pytest.mark.parametrize(
    ("options", "zone"), [([], "zone example.com\n"), (["-v"], "zone example.com\n"), (["-d"], ""), ([], "")]
)
def test_nsupdate_names_the_server_that_it_waits_for(options: list[str], zone: str, tmp_path: Path) -> None:
    path = tmp_path / "script"
    with Silent() as peer:
        path.write_text(f"server 127.0.0.1 {peer.port}\n{zone}{_UPDATE}", encoding="utf-8")
        with on_terminal("nsupdate", *options, str(path)) as shown_on:
            while "waiting" not in shown_on.shown:
                assert shown_on.read()
            assert shown_on.shown.endswith(f"dns-update: waiting for {peer.address}: no answer for 2 s\n")
            assert shown_on.process.poll() is None


def test_each_way_of_nsupdate_to_wait_names_the_server(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "SILENCE", 0.01)
    message = Update("example.com").add("home", 60, "A", "203.0.113.45").to_message()
    options = NsupdateOptions.from_letters({"u": "1", "r": "0"})
    with Silent() as peer:
        network = NamingNetwork(options, lambda *_message: None)
        endpoint = Endpoint("127.0.0.1", peer.port)
        waits: list[Callable[[Flight], object]] = [network.finish, lambda _flight: network.wait_out()]
        for wait in waits:
            flight = network.prepare(message, None, endpoint, tcp=False)
            assert network.launch(flight, endpoint)
            with suppress(NoResponse):
                wait(flight)
            assert capsys.readouterr().err == f"dns-update: waiting for {peer.address}: no answer for 0.01 s\n"
        with pytest.raises(NoResponse):
            network.ask(message, None, endpoint, tcp=False)
        assert capsys.readouterr().err == f"dns-update: waiting for {peer.address}: no answer for 0.01 s\n"
        network.close()


def test_nsupdate_names_a_server_that_falls_silent_between_its_answers(
    bind: NameServer, unique_name: str, tmp_path: Path
) -> None:
    path = tmp_path / "script"
    lines = [f"add {number}.{unique_name}.example.com 60 A 203.0.113.45\nsend\n" for number in range(20)]
    key = bind.keys[0].write(tmp_path / "key")
    with Relay(bind, lambda _request, answer: (answer,) if len(relay.requests) < 3 else ()) as relay:
        path.write_text(f"server 127.0.0.1 {relay.port}\nzone example.com\n{''.join(lines)}", encoding="utf-8")
        with on_terminal("nsupdate", "-k", str(key), str(path)) as shown_on:
            while "waiting" not in shown_on.shown:
                assert shown_on.read()
            assert shown_on.shown == f"dns-update: waiting for {relay.address}: no answer for 2 s\n"


def test_nsupdate_names_no_server_where_standard_error_is_no_terminal(tmp_path: Path) -> None:
    path = tmp_path / "script"
    with Silent() as peer:
        path.write_text(f"server 127.0.0.1 {peer.port}\nzone example.com\n{_UPDATE}", encoding="utf-8")
        screen, own = pty.openpty()
        words: list[str | Path] = [COMMAND, "nsupdate", "-t", "3", "-u", "3", "-r", "0", path]
        done = subprocess.run(words, stdin=own, stdout=own, stderr=subprocess.PIPE, check=False, timeout=_DEADLINE)
        os.close(own)
        os.close(screen)
    assert done.returncode == 2
    assert done.stderr.decode() == f"; Communication with 127.0.0.1#{peer.port} failed: timed out\n"


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
