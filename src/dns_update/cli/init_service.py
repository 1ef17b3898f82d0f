"""The agent as a service of systemd: whether it can be offered, and how it is installed and started."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from dns_update.cli import on_server
from dns_update.errors import UsageError
from dns_update.process.capture import Captured

UNIT = "dns-update-agent"
CONFIGURATION = "/etc/dns-update/config.toml"  # what the unit reads
PROGRAM = "/usr/local/bin/dns-update"  # what it starts
UNITS = "/etc/systemd/system"
_SECONDS = 90.0  # what systemd itself gives a service to start


def refuse(output: str) -> None:
    """Raise UsageError if service=yes cannot be done for this configuration."""
    if os.path.abspath(output) != CONFIGURATION:  # links stay as they are
        raise UsageError(
            f"service=yes: the unit reads {CONFIGURATION}, not {output}",
            hint="leave output= out; docs/agent.md has a drop-in for another file",
        )
    if os.geteuid() != 0:
        raise UsageError("service=yes is for root", hint="leave it out: dns-update agent runs without it")
    if shutil.which("systemctl") is None:
        raise UsageError("service=yes: systemctl is not on this machine", hint="dns-update agent runs without it")


def is_possible(output: str) -> bool:
    """Return whether the service can be offered."""
    try:
        refuse(output)
    except UsageError:
        return False
    return True


def commands() -> str:
    """Return the commands that install the unit, if it is not there, and start it."""
    install = "" if _is_installed() else f"cp {_shipped()} {UNITS}/\nsystemctl daemon-reload\n"
    return f"{install}systemctl enable --now {UNIT}\n"


def start() -> None:
    """Install the unit if systemd does not know it, and start the agent, now and at each boot; raises UsageError."""
    if not os.path.lexists(PROGRAM):
        raise UsageError(
            f"the agent was not started: the unit needs {PROGRAM}, which is not there",
            hint=f"ln -s {Path(sys.prefix) / 'bin' / 'dns-update'} {PROGRAM}; then: systemctl enable --now {UNIT}",
        )
    if not _is_installed():
        _install()
        _carry_out("daemon-reload")
    _carry_out("enable", "--now", UNIT)


def _shipped() -> Path:
    return Path(sys.prefix) / "share" / "dns-update" / "systemd" / f"{UNIT}.service"


def _is_installed() -> bool:
    return shutil.which("systemctl") is not None and _run("cat", f"{UNIT}.service").status == 0


def _install() -> None:
    try:
        text = _shipped().read_text(encoding="utf-8")
        with (Path(UNITS) / f"{UNIT}.service").open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(
            f"the agent was not started: the unit cannot be installed: {error.filename}: {error.strerror}",
            hint="docs/agent.md shows how it is installed by hand",
        ) from error


def _carry_out(*words: str) -> None:
    done = _run(*words)
    if done.status:
        said = " ".join(f"{done.output} {done.errors}".split()) or f"status {done.status}"
        raise UsageError(f"systemctl {' '.join(words)} has failed: {said}", hint=f"journalctl -u {UNIT} may say more")


def _run(*words: str) -> Captured:
    return on_server.run(("systemctl", *words), seconds=_SECONDS)
