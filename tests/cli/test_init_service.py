"""The service of init: started only if that is said, for the file that the unit reads, by a stand-in of systemctl."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dns_update.cli import init_service
from dns_update.cli.init import run
from dns_update.commandline.line import CommandLine
from dns_update.errors import UsageError
from lab import LabKey
from tests.support.documents import Document

ROOT = Path(__file__).resolve().parent.parent.parent
UNIT = (ROOT / "contrib" / "systemd" / "dns-update-agent.service").read_text(encoding="utf-8")


class Machine:
    """A machine with systemd: its directories, and what was asked of systemctl."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.directory = directory
        self.output = directory / "etc" / "config.toml"
        self.units = directory / "units"
        self._said = directory / "said"
        programs = directory / "bin"
        for each in (self.units, programs):
            each.mkdir()
        self.systemctl = programs / "systemctl"
        self.answers('cat) test -e "$UNITS/$2" ;;')
        (programs / "dns-update").touch()
        shipped = directory / "share" / "dns-update" / "systemd"
        shipped.mkdir(parents=True)
        (shipped / "dns-update-agent.service").write_text(UNIT, encoding="utf-8")
        monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
        monkeypatch.setenv("SAID", str(self._said))
        monkeypatch.setenv("UNITS", str(self.units))
        monkeypatch.setattr(sys, "prefix", str(directory))
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(init_service, "CONFIGURATION", str(self.output))
        monkeypatch.setattr(init_service, "PROGRAM", str(programs / "dns-update"))
        monkeypatch.setattr(init_service, "UNITS", str(self.units))

    def answers(self, cases: str) -> None:
        """Let systemctl do this, lines of a shell's `case`."""
        self.systemctl.write_text(f'#!/bin/sh\necho "$*" >> "$SAID"\ncase $1 in\n{cases}\nesac\n', encoding="utf-8")
        self.systemctl.chmod(0o755)

    @property
    def asked(self) -> list[str]:
        """What was asked of systemctl, except whether it knows the unit."""
        lines = self._said.read_text(encoding="utf-8").splitlines() if self._said.exists() else []
        return [line for line in lines if not line.startswith("cat ")]

    def init(self, *words: str) -> int:
        key = LabKey.generate().write(self.directory / "given.key")
        given = ("dns-server=192.0.2.1", "name=home", "zone=example.com", "address=192.0.2.7", f"key-file={key}")
        return run(CommandLine([*given, "check=no", f"output={self.output}", *words]))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_the_unit_reads_and_loads_what_init_writes() -> None:
    assert f"ExecStart={init_service.PROGRAM} agent config={init_service.CONFIGURATION}\n" in UNIT
    assert "LoadCredential=home.key:/etc/dns-update/home.key\n" in UNIT


def test_service_yes_installs_the_unit_and_starts_it(machine: Machine) -> None:
    assert machine.init("service=yes") == 0
    assert machine.asked == ["daemon-reload", "enable --now dns-update-agent"]
    assert (machine.units / "dns-update-agent.service").read_text(encoding="utf-8") == UNIT


def test_a_unit_that_is_there_stays_as_it_is(machine: Machine) -> None:
    (machine.units / "dns-update-agent.service").write_text("mine", encoding="utf-8")
    assert machine.init("service=yes") == 0
    assert machine.asked == ["enable --now dns-update-agent"]
    assert (machine.units / "dns-update-agent.service").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("words", [(), ("service=no",), ("service=yes", "dry-run=yes")])
def test_otherwise_nothing_is_started(
    words: tuple[str, ...], machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.init(*words)
    assert machine.asked == []
    assert list(machine.units.iterdir()) == []
    shown = capsys.readouterr().out
    if "dry-run=yes" not in words:
        page = Document.read(ROOT / "docs" / "agent.md").shown("sh service", "5. The service")
        for line in page.replace("/opt/dns-update", str(machine.directory)).splitlines():
            assert line.replace("/etc/systemd/system", str(machine.units)) in shown  # as docs/agent.md has it


def test_a_failure_of_systemctl_is_said_and_the_files_stay(machine: Machine) -> None:
    machine.answers("enable) echo 'Failed to start: no such thing' >&2; exit 1 ;;")
    with pytest.raises(UsageError, match="enable --now dns-update-agent has failed: Failed to start: no such thing"):
        machine.init("service=yes")
    assert machine.output.exists()


def test_without_the_program_that_the_unit_starts_it_is_not_started(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(init_service, "PROGRAM", str(machine.directory / "nowhere"))
    with pytest.raises(UsageError, match=r"the unit needs .*/nowhere, which is not there"):
        machine.init("service=yes")
    assert machine.asked == []


@pytest.mark.parametrize("lack", ["root", "systemctl", "path"])
def test_service_yes_is_refused_before_anything_is_written(
    lack: str, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lack == "root":
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
    elif lack == "systemctl":
        monkeypatch.setenv("PATH", str(machine.units))
    else:
        monkeypatch.setattr(init_service, "CONFIGURATION", "/etc/elsewhere.toml")
    with pytest.raises(UsageError, match="service=yes"):
        machine.init("service=yes")
    assert not machine.output.exists()


@pytest.mark.parametrize(("answer", "starts"), [("y", True), ("yes", True), ("", False), ("n", False)])
def test_on_a_terminal_root_is_asked(
    answer: str, machine: Machine, monkeypatch: pytest.MonkeyPatch, *, starts: bool
) -> None:
    from dns_update.cli import init, init_asking

    monkeypatch.setattr(init, "can_ask", lambda: True)
    asked: list[str] = []

    def line(prompt: str) -> str:
        asked.append(prompt)
        return f"{answer}\n"

    monkeypatch.setattr(init_asking, "_line", line)
    assert machine.init() == 0
    assert asked == ["dns-update: start the agent now, and at each boot? [y/N] "]
    assert (machine.asked != []) == starts
