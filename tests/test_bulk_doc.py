"""The page about many names is right: its consoles are what is printed, with the files before them."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.bulk import STATES
from lab import LabKey, Namespace, Zone
from tests.support.documents import Document, code_in, machine_of_page, run_script

PAGE = Document.read(Path(__file__).resolve().parent.parent / "docs" / "bulk.md")
_GOOD = "name,address,ttl\nhost-1,203.0.113.1,300\nhost-2,203.0.113.2,300\n"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Namespace]:
    """Make a namespace with the page's server and, in the directory, its key file."""
    key = LabKey.generate("ddns-key")
    key.write(tmp_path / "ddns.key")
    with machine_of_page(tmp_path, key, Zone("example.com")) as namespace:
        yield namespace


def _steady(text: str) -> str:
    return re.sub(r"in \d+\.\d s", "in N s", text)


def test_the_consoles_are_what_is_printed(machine: Namespace, tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    shown = ""
    for fence in PAGE.fences:
        if fence.kind == "csv":
            names.write_text(fence.text, encoding="utf-8")
        elif fence.kind == "console":
            if "report=" in fence.text:
                names.write_text(_GOOD, encoding="utf-8")
            for line in fence.text.splitlines():
                if line.startswith("$ "):
                    inside = shlex.join([*machine.prefix, "bash", "-c", f"{line[2:]} || :"])
                    shown += f"{line}\n{run_script(inside, tmp_path)}"
    assert _steady(shown) == _steady("".join(fence.text for fence in PAGE.fences if fence.kind == "console"))


def test_the_table_has_every_outcome() -> None:
    assert tuple(code_in(row[0])[0] for row in PAGE.table("Each name has its own outcome")) == STATES
