"""Runs the real `dns-update` in its own process."""

import contextlib
import io
import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dns_update.cli import main
from lab import LabKey, NameServer

COMMAND = Path(sys.executable).parent / "dns-update"

_DEADLINE = 60  # seconds after which a command hangs; none of the tests counts on it
_FILES = itertools.count(1)
_SENT = re.compile(r"^;; sent \d+ octets to (?P<to>\S+) by (?P<transport>\w+)\n.*opcode: (?P<opcode>\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Sent:
    """A message that `--debug` showed."""

    to: str
    transport: str
    opcode: str


@dataclass(frozen=True)
class Result:
    """The result of a process."""

    status: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[str]:
        """The lines of standard error without the prefix `dns-update: `."""
        return [line.removeprefix("dns-update: ") for line in self.stderr.splitlines()]

    @property
    def failure(self) -> str:
        """What follows `update failed: `; empty if nothing failed."""
        return self._behind("update failed: ")

    @property
    def cause(self) -> str:
        """What follows `cause: `; empty if none was found."""
        return self._behind("cause: ")

    @property
    def hint(self) -> str:
        """What follows `hint: `; empty if there is none."""
        return self._behind("hint: ")

    @property
    def notes(self) -> list[str]:
        """What follows each `note: `."""
        return [line.removeprefix("note: ") for line in self.lines if line.startswith("note: ")]

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object that is the whole of standard output."""
        value = json.loads(self.stdout)
        assert isinstance(value, dict)
        return value

    @property
    def sent(self) -> list[Sent]:
        """The messages sent, as `--debug` shows them."""
        return [Sent(**match.groupdict()) for match in _SENT.finditer(self.stderr)]

    @property
    def updates(self) -> list[Sent]:
        """Those of them that are UPDATE messages."""
        return [message for message in self.sent if message.opcode == "UPDATE"]

    def _behind(self, mark: str) -> str:
        return next((line.removeprefix(mark) for line in self.lines if line.startswith(mark)), "")


def dns_update(
    *words: str | bytes, env: Mapping[str, str] | None = None, prefix: Sequence[str] = (), stdin: str = ""
) -> Result:
    """Run the command with these arguments; `prefix` goes before it, `env` into its environment."""
    environment = {name: value for name, value in os.environ.items() if name != "CREDENTIALS_DIRECTORY"}
    done = subprocess.run(
        [*prefix, COMMAND, *words],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=_DEADLINE,
        env=environment | dict(env or {}),
    )
    return Result(done.returncode, done.stdout, done.stderr)


def in_process(*words: str | bytes, env: Mapping[str, str] | None = None) -> Result:
    """Do the same as `dns_update`, but without a process: for preparations, and for tests with many runs."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
    ):
        patch.delenv("CREDENTIALS_DIRECTORY", raising=False)
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        status = main([os.fsdecode(word) for word in words])
    return Result(status, stdout.getvalue(), stderr.getvalue())


def given(*words: str) -> None:
    """Run a command that prepares the state before a test; it must succeed."""
    result = in_process(*words)
    assert result.status == 0, result.stderr


def key_file(server: NameServer, key: LabKey | None = None) -> str:
    """Return `key-file=` for a file with the key, the server's first if none is given."""
    key = server.keys[0] if key is None else key
    return f"key-file={key.write(server.directory / f'client-{next(_FILES)}.key')}"


def at(server: NameServer) -> str:
    """Return `dns-server=` for the server."""
    return f"dns-server={server.host}:{server.port}"


def access(server: NameServer, key: LabKey | None = None, zone: str = "example.com") -> tuple[str, str, str]:
    """Return the properties for a zone on the server, signed with the key (None: the server's first)."""
    return at(server), f"zone={zone}", key_file(server, key)
