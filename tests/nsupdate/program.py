"""Runs `dns-nsupdate`, in this process or in its own."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dns_update.cli import main
from tests.support.command import Result, key_file

if TYPE_CHECKING:
    from lab import LabKey, NameServer

COMMAND = Path(sys.executable).parent / "dns-nsupdate"
DEADLINE = 60  # seconds after which a run hangs; none of the tests counts on it


def nsupdate(script: str, *words: str) -> Result:
    """Run the command in this process, with a script on its standard input."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryFile() as file:
        file.write(script.encode())
        file.seek(0)
        patch.setattr("gc.freeze", lambda: None)  # it would keep the garbage of other tests
        patch.setattr("sys.stdin", io.TextIOWrapper(file))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(["nsupdate", *words])
    return Result(status, out.getvalue(), err.getvalue())


def run_program(script: str, *words: str, program: str | Path = COMMAND) -> Result:
    """Run the command in its own process, with a script on its standard input."""
    done = subprocess.run(
        [program, *words], input=script, capture_output=True, text=True, check=False, timeout=DEADLINE
    )
    return Result(done.returncode, done.stdout, done.stderr)


def key_of(server: NameServer, key: LabKey | None = None) -> str:
    """Return the path of a file with the server's key, or another one."""
    return key_file(server, key).removeprefix("key-file=")


def to(server: NameServer, *lines: str) -> str:
    """Return a script for the server's zone example.com."""
    return "\n".join([f"server {server.host} {server.port}", "zone example.com", *lines, ""])
