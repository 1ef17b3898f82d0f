"""The page about keys is right: its consoles are run, in order, at a real BIND that loads what they print."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import PROPERTIES
from lab import Bind, Namespace, Zone
from lab.namespace import unavailable_because
from lab.port import Port
from tests.support.documents import Document, run_script
from tests.support.running_servers import rndc_statements, write_tools

ROOT = Path(__file__).resolve().parent.parent
PAGE = Document.read(ROOT / "docs" / "keys.md")
_PLACES = ("/etc/bind", "/etc/knot", "/etc/powerdns")


class _Place:
    """A machine with the page's files in a directory, and a BIND whose configuration is that of the page."""

    def __init__(self, namespace: Namespace, directory: Path) -> None:
        self.namespace = namespace
        self.directory = directory
        self.tools = directory / "tools"

    def console(self, text: str) -> str:
        """Run the commands of a console, and return the console with their output: data first, then messages."""
        commands = [line for line in text.splitlines() if line.startswith("$ ")]
        return "".join(f"{line}\n{self.run(line[2:])}" for line in commands)

    def run(self, command: str) -> str:
        """Run a command of the page; return what it prints, in the page's words."""
        script = command.replace("/etc/bind/named.conf", f"{self.directory}/server/named.conf")
        for place in _PLACES:
            script = re.sub(rf"{place}(?!/dnsupdate)", f"{self.directory}{place}", script)
        inner = f"export PATH={self.tools}:$PATH; {script} 2> messages; cat messages"
        printed = run_script(
            shlex.join([*self.namespace.prefix, "bash", "-euc", f"{inner}"]), self.directory, {"LC_ALL": "C"}
        )
        printed = printed.replace(f"{self.directory}/server/named.conf", "/etc/bind/named.conf")
        return printed.replace(str(self.directory), "")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Place]:
    reason = unavailable_because()
    if reason is not None:
        pytest.skip(reason)
    directory = tmp_path_factory.mktemp("keys")
    for name in _PLACES:
        (directory / name[1:]).mkdir(parents=True)
    (directory / "etc/bind/hosts.txt").write_text(PAGE.shown("text hosts.txt", "A key for each router"))
    with Namespace() as namespace:
        namespace.ip("address", "add", "192.0.2.1/32", "dev", "lo")
        yield _Place(namespace, directory)


def _steady(text: str) -> str:
    """Return a text without what is different on each day and for each key."""
    text = re.sub(r"\b[0-9a-f]{4}(-[0-9a-f]{4}){3}\b", "FINGERPRINT", text)
    text = re.sub(r"( KEY 512 3 15 )\S{44}|( tag )\d+", r"\1\2...", text)
    return re.sub(r"-20\d\d-\d\d-\d\d\b", "-DAY", text)


def _statements(*headings: str) -> tuple[str, str]:
    """Return the two parts of named.conf that a console of the page prints."""
    text = PAGE.shown("console", *headings)
    include = re.search(r'^include "(.+)";$', text, re.MULTILINE)
    policy = re.search(r"^update-policy \{\n.*?^\};$", text, re.MULTILINE | re.DOTALL)
    assert include is not None
    assert policy is not None
    return include[0], policy[0]


def test_every_console_is_as_shown(place: _Place) -> None:
    consoles = [fence.text for fence in PAGE.fences if fence.kind == "console"]
    made = [shown for shown in consoles if " key generate " in shown.splitlines()[0]]
    others = [shown for shown in consoles if shown not in made]
    assert (len(made), len(others)) == (6, 5)
    for shown in made:
        assert _steady(place.console(shown)) == _steady(shown)
    place.run("dns-update key generate /etc/bind/office.key name=office zone=example.com")
    include, policy = _statements("Make a key")
    policy = policy.replace("\n}", '\n    grant "office.example.com" name "office.example.com" A AAAA;\n}')
    claim = Port.claim_any()
    extra = rndc_statements(place.directory, claim.number)
    for statement in (include, include.replace("home.key", "office.key")):
        extra += statement.replace("/etc/bind", f"{place.directory}/etc/bind") + "\n"
    server = Bind(
        place.directory / "server",
        zones=[Zone("example.com", policy=policy)],
        options="listen-on port 53 { 192.0.2.1; };",
        extra=extra,
        namespace=place.namespace,
        port=53,
    )
    write_tools("bind", place.directory, place.tools)
    with server:
        for shown in others:
            assert _steady(place.console(shown)) == _steady(shown)
    claim.release()


def test_the_commands_for_a_stolen_key_are_right() -> None:
    for line in PAGE.shown("sh stolen", "Withdraw a key").splitlines():
        program, command, *words = shlex.split(line)
        assert (program, command) == ("dns-update", "key")
        CommandLine(words).options("key")


def test_the_table_of_properties_has_those_of_generate() -> None:
    table = PAGE.text.partition("| property | meaning | if left out |")[2].partition("\n\n")[0]
    cells = [line.split(" | ")[0] for line in table.splitlines()]
    names = {name for cell in cells for name in re.findall(r"`([a-z-]+)`", cell)}
    known = {prop.name for prop in PROPERTIES if "key" in prop.commands}
    assert names == known - {
        "step", "apply-to", "yes", "history", "json", "quiet", "transport", "port", "timeout", "retries",
        "local-address", "tls-ca", "tls-cert", "tls-hostname", "tls-key", "tls-pin", "tls-verify",
    }  # fmt: skip
