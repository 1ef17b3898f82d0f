"""Reads what documents show: fenced blocks, sections and tables; runs the scripts among them."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab import Bind, LabKey, Namespace, Zone
from lab.namespace import unavailable_because
from tests.support.command import COMMAND

_DEADLINE = 60  # seconds after which a script hangs; none of the tests counts on it
_HEADING = re.compile(r"(#+) (.+)")
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Fence:
    """A fenced block: the heading above it, the words after its opening fence, its text."""

    heading: str
    kind: str
    text: str


@dataclass(frozen=True)
class Document:
    """A Markdown page."""

    text: str

    @classmethod
    def read(cls, path: Path) -> "Document":
        """Return the page in a file."""
        return cls(path.read_text(encoding="utf-8"))

    @property
    def fences(self) -> list[Fence]:
        """All fenced blocks, in order."""
        return list(self._fences())

    def shown(self, kind: str, *headings: str) -> str:
        """Return the text of all blocks of a kind directly under these headings, joined in order."""
        found = [fence.text for fence in self.fences if fence.kind == kind and fence.heading in headings]
        assert found, (kind, headings)
        return "".join(found)

    def section(self, heading: str) -> str:
        """Return the text under a heading of the second or third level, with its subsections."""
        pattern = rf"^(##+) {re.escape(heading)}\n(.*?)(?=^##? |^\1 |\Z)"
        found = re.search(pattern, self.text, re.DOTALL | re.MULTILINE)
        assert found, heading
        return found[2]

    def table(self, heading: str) -> list[list[str]]:
        """Return the cells of the rows of the table under a heading, without its header row."""
        lines = [line for line in self.section(heading).splitlines() if line.startswith("|")]
        return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]

    def _fences(self) -> Iterator[Fence]:
        heading, kind, lines = "", None, list[str]()
        for line in self.text.splitlines():
            if line.startswith("```"):
                if kind is not None:
                    yield Fence(heading, kind, "".join(f"{text}\n" for text in lines))
                kind, lines = (line[3:], []) if kind is None else (None, [])
            elif kind is not None:
                lines.append(line)
            elif found := _HEADING.fullmatch(line):
                heading = found[2]


def code_in(cell: str) -> list[str]:
    """Return the text between backticks."""
    return _CODE.findall(cell)


def run_script(script: str, directory: Path, env: Mapping[str, str] | None = None) -> str:
    """Run a shell script with our commands in its path; return its output on both streams."""
    done = subprocess.run(
        ["bash", "-euc", script],
        cwd=directory,
        env=os.environ | {"PATH": f"{COMMAND.parent}:{os.environ['PATH']}:/usr/sbin:/sbin"} | dict(env or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=_DEADLINE,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}"
    return done.stdout


@contextmanager
def machine_of_page(directory: Path, key: LabKey, zone: Zone) -> Iterator[Namespace]:
    """Make a namespace with the server of a page at 192.0.2.1; its key may be read there, too, whatever the policy."""
    reason = unavailable_because()
    if reason is not None:
        pytest.skip(reason)
    with Namespace() as namespace:
        namespace.ip("address", "add", "192.0.2.1/32", "dev", "lo")
        with Bind(
            directory / "server",
            keys=[] if zone.policy else [key],
            readonly_keys=[key] if zone.policy else [],
            zones=[zone],
            options="listen-on port 53 { 192.0.2.1; };",
            namespace=namespace,
            port=53,
            listen_v6=False,
        ):
            yield namespace
