"""The page about RouterOS is right: its scripts run in its order against a real BIND, and print what it shows."""

import contextlib
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.cli.router_file import router_from_text
from dns_update.routeros.machine import events, failure_texts
from dns_update.routeros.machine.globals_file import default_path
from lab import Bind, LabKey, Namespace, Zone, dig
from lab.key import write_private
from lab.namespace import unavailable_because
from tests.support.agents import Agent
from tests.support.command import COMMAND
from tests.support.documents import Document, code_in, run_script

ROOT = Path(__file__).resolve().parent.parent
PAGE = Document.read(ROOT / "docs" / "routeros.md")
_FILES = {fence.kind.split()[1]: fence.text for fence in PAGE.fences if re.match(r"(?:routeros|toml) ", fence.kind)}
_CONSOLES = [fence for fence in PAGE.fences if fence.kind == "console"]
_SECRET = re.compile(r'secret "([^"]+)"').search(PAGE.text)
_DEADLINE = 60  # seconds; what has not come by then will never come


class _Place:
    """A machine with the page's interfaces and server, and a directory with its files."""

    def __init__(self, namespace: Namespace, server: Bind, directory: Path) -> None:
        self.namespace = namespace
        self.server = server
        self.directory = directory

    def console(self, text: str) -> str:
        """Run the commands of a console, and return the console with their output."""
        lines: list[str] = []
        for line in text.splitlines():
            if line.startswith("$ "):
                inner = shlex.join([*self.namespace.prefix, "bash", "-euc", f"{line[2:]} || :"])
                printed = run_script(inner, self.directory, {"XDG_RUNTIME_DIR": str(self.directory)})
                lines += [line, *printed.replace(str(self.directory), "/root").splitlines()]
        return "\n".join(lines) + "\n"

    def data(self, name: str, rrtype: str = "A") -> list[str]:
        """Return TTL and data of a name in the zone."""
        return [" ".join(line.split()[1::3]) for line in dig(self.server, f"{name}.example.com", rrtype)]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[_Place]:
    reason = unavailable_because()
    if reason is not None:
        pytest.skip(reason)
    assert _SECRET is not None
    with Namespace() as namespace:
        namespace.ip("address", "add", "192.0.2.1/32", "dev", "lo")
        for name, address in (("eth0", "203.0.113.45/24"), ("ppp0", "203.0.113.46/32")):
            namespace.ip("link", "add", name, "type", "veth", "peer", "name", f"{name}-peer")
            namespace.ip("link", "set", name, "up")
            namespace.ip("link", "set", f"{name}-peer", "up")
            namespace.ip("address", "add", address, "dev", name)
        namespace.ip("address", "add", "2001:db8::45/64", "dev", "eth0", "nodad")
        options = "listen-on port 53 { 192.0.2.1; };"
        keys = [LabKey("ddns-key", "hmac-md5", _SECRET[1])]
        zones = [Zone("example.com")]
        with Bind(tmp_path / "bind", keys=keys, zones=zones, options=options, namespace=namespace, port=53) as server:
            directory = tmp_path / "home"
            directory.mkdir()
            for name, text in _FILES.items():
                write_private(directory / name, text)
            write_private(directory / "ddns.secret", f"{_SECRET[1]}\n")
            yield _Place(namespace, server, directory)
    kept = Path(default_path(str(directory / "on-change.rsc"), {"XDG_RUNTIME_DIR": str(directory)}, os.geteuid()))
    kept.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # another program's files are there, too
        kept.parent.rmdir()


def _timeless(text: str) -> str:
    text = re.sub(r"\w+-peer, ", "", text)  # the other ends of our interfaces
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "MOMENT", re.sub(r"\d+\.\d s\b", "TOOK", text))


def test_every_console_of_the_page_is_as_shown(place: _Place) -> None:
    shown = "".join(fence.text for fence in _CONSOLES)
    assert _timeless(place.console(shown)) == _timeless(shown)
    assert place.data("server") == ["600 203.0.113.46"]
    assert place.data("ipv6host", "AAAA")[0].endswith("2001:db8::45")
    assert place.data("nas")[0].endswith("203.0.113.46")


def test_every_script_of_the_page_is_run_by_a_console_or_here() -> None:
    consoles = [fence.text for fence in PAGE.fences if "console" in fence.kind]
    run = {name for text in consoles for name in re.findall(r"(?:run|import) ([\w-]+\.rsc)", text)}
    assert run == {name for name in _FILES if name.endswith(".rsc")}


def test_a_secret_is_generated(place: _Place) -> None:
    shown = PAGE.shown("console generated", "Care of the key")
    (line,) = place.console(shown).splitlines()[1:]
    assert len(line) == 32
    assert line.isalnum()


def test_the_script_of_an_event_updates_when_the_address_comes(place: _Place) -> None:
    place.namespace.ip("address", "del", "203.0.113.46/32", "dev", "ppp0")
    path = str(place.directory / "up.rsc")
    with Agent(place.namespace.prefix, path, "map=pppoe-out1:ppp0", command="run") as running:
        place.namespace.ip("address", "add", "203.0.113.47/32", "dev", "ppp0")
        running.wait_for_line("update successful")
        assert running.terminate() == 0
    assert place.data("dynamic")[0].endswith("203.0.113.47")


def test_the_description_of_a_router_is_right() -> None:
    assert router_from_text(_FILES["branch.toml"], "branch.toml").state["identity"] == "branch-7"


def test_the_table_of_failures_has_texts_that_there_are() -> None:
    source = Path(failure_texts.__file__).read_text(encoding="utf-8")
    listed = [code_in(row[0])[0] for row in PAGE.table("Troubleshooting") if "failure: " in row[0]]
    assert len(listed) == 7
    assert [text for text in listed if f'"{text}"' not in source] == []


def test_the_table_of_events_has_the_hooks_that_there_are() -> None:
    listed = " ".join(row[0] for row in PAGE.table("When an interface comes up"))
    for hook in re.findall(r"`(/[\w/ -]+)` with", events.__doc__ or ""):
        assert hook in listed


def test_systemd_takes_the_unit_that_is_shown(tmp_path: Path) -> None:
    unit = tmp_path / "dns-update-run.service"
    text = PAGE.shown("ini dns-update-run.service", "As a service").replace("/usr/local/bin/dns-update", str(COMMAND))
    unit.write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False, timeout=_DEADLINE
    )
    assert (done.returncode, done.stderr) == (0, "")
