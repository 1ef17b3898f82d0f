"""The session of `dns-update init` in docs/agent.md is one with a real BIND, which gets the key that init makes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.commandline.line import CommandLine
from dns_update.setup.prompts import check_line, missing
from lab import Bind, Namespace, Zone, dig
from lab.namespace import unavailable_because
from tests.support.command import COMMAND
from tests.support.documents import Document, run_script
from tests.support.terminal import on_terminal

PAGE = Document.read(Path(__file__).resolve().parent.parent / "docs" / "agent.md")
SHOWN = PAGE.shown("console init", "Five minutes: `dns-update init`")
_SERVER = "192.0.2.1"
_PUBLIC = {"203.0.113.45": "11.20.113.45"}  # what is published from an interface is no address for documentation
_ENTER = "and it is tried; q ends: "
_COLUMNS = 110


@pytest.fixture
def namespace() -> Iterator[Namespace]:
    reason = unavailable_because()
    if reason is not None:
        pytest.skip(reason)
    with Namespace() as made:
        made.ip("address", "add", f"{_SERVER}/32", "dev", "lo")
        made.ip("link", "add", "ppp0", "type", "veth", "peer", "name", "peer")
        made.ip("link", "set", "ppp0", "up")
        made.ip("address", "add", f"{_PUBLIC['203.0.113.45']}/24", "dev", "ppp0")
        yield made


def _bind(directory: Path, namespace: Namespace, policy: str = "", extra: str = "") -> Bind:
    options = f"listen-on port 53 {{ {_SERVER}; 127.0.0.1; }};"
    zone = Zone("example.com", policy=policy)
    return Bind(directory, zones=[zone], extra=extra, options=options, namespace=namespace, port=53)


def test_the_session_is_shown_as_it_is(namespace: Namespace, tmp_path: Path) -> None:
    directory = tmp_path / "etc"
    before = _bind(tmp_path / "before", namespace)
    words = ("init", f"output={directory / 'config.toml'}")
    with before, on_terminal(*words, columns=_COLUMNS, env={"NO_COLOR": "1"}, prefix=namespace.prefix) as terminal:
        for question, answer in (("server", _SERVER), ("name", "home.example.com"), ("zone", ""), ("comes from [", "")):
            terminal.answer(question, answer)
        terminal.answer("the key", "")
        printed = terminal.wait_for(_ENTER)
        include = re.search(r'include ".*";', printed)
        policy = re.search(r"update-policy \{.*?\};", printed, re.DOTALL)
        assert include is not None
        assert policy is not None
        before.stop()
        with _bind(tmp_path / "after", namespace, policy[0], include[0]) as after:
            terminal.type("\n")
            terminal.read_all()
            assert terminal.process.returncode == 0, terminal.shown
            once = f"{' '.join(namespace.prefix)} {COMMAND} agent --once config={directory / 'config.toml'}"
            session = f"$ dns-update init\n{terminal.shown}$ dns-update agent --once\n{run_script(once, tmp_path)}"
            assert dig(after, "home.example.com", "A")[0].endswith(_PUBLIC["203.0.113.45"])
    assert _timeless(_as_shown(session, directory)) == _timeless(SHOWN)


@pytest.mark.parametrize("line", PAGE.shown("sh init", "Five minutes: `dns-update init`").splitlines())
def test_the_lines_for_no_terminal_are_complete(line: str) -> None:
    program, command, *words = shlex.split(line)
    assert (program, command) == ("dns-update", "init")
    options = CommandLine(words).options(command)
    check_line(options)
    assert missing(options) == ()


def _as_shown(printed: str, directory: Path) -> str:
    """Return what was printed with the page's addresses and paths."""
    for shown, real in _PUBLIC.items():
        printed = printed.replace(real, shown)
    return printed.replace(f" config={directory}/config.toml", "").replace(str(directory), "/etc/dns-update")


def _timeless(text: str) -> str:
    """Return a text without what differs each time, and without what only the width of the page changes."""
    text = re.sub(r"BIND [\d.]+", "BIND VERSION", text)
    text = re.sub(r"fingerprint [\da-f-]+", "fingerprint", text)
    text = re.sub(r"by at most \d+ s", "by at most SECONDS", text)
    return re.sub(r" +\n", "\n", re.sub(r"\n {23}(?! )", " ", text))
