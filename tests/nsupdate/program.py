"""Runs the real `dns-nsupdate` as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.command import Result, key_file

if TYPE_CHECKING:
    from lab import LabKey, NameServer

COMMAND = Path(sys.executable).parent / "dns-nsupdate"


DEADLINE = 60  # seconds after which a run hangs; none of the tests counts on it


def nsupdate(script: str, *words: str, program: str | Path = COMMAND) -> Result:
    """NetworkRun the command with a script on its standard input."""
    done = subprocess.run(
        [program, *words], input=script, capture_output=True, text=True, check=False, timeout=DEADLINE
    )
    return Result(done.returncode, done.stdout, done.stderr)


def key_of(server: NameServer, key: LabKey | None = None) -> str:
    return key_file(server, key).removeprefix("key-file=")


def to(server: NameServer, *lines: str) -> str:
    return "\n".join([f"server {server.host} {server.port}", "zone example.com", *lines, ""])
