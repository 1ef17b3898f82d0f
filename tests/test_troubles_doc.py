"""The page about troubles is right: its consoles are what is printed, and its table has every set-up of the tests."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import LabKey, Namespace, Zone
from tests.support.broken import SET_UPS
from tests.support.documents import Document, code_in, machine_of_page, run_script

PAGE = Document.read(Path(__file__).resolve().parent.parent / "docs" / "troubles.md")
_POLICY = 'update-policy { grant "home-key" name home.example.com. A AAAA; };'


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Namespace]:
    """Make a namespace with the page's server and, in the directory, its key file."""
    key = LabKey.generate("home-key")
    key.write(tmp_path / "home.key")
    with machine_of_page(
        tmp_path, key, Zone("example.com", policy=_POLICY, records="home 300 A 203.0.113.44")
    ) as namespace:
        yield namespace


def _steady(text: str) -> str:
    """Return a text without what differs between versions of BIND, and from run to run."""
    text = re.sub(r"\(BIND[^)]*\)", "(BIND)", text)
    return re.sub(r"differ by at most \d+ s|\d+ messages", "N", text)


def test_the_consoles_are_what_is_printed(machine: Namespace, tmp_path: Path) -> None:
    for fence in PAGE.fences:
        if fence.kind == "console":
            command = fence.text.splitlines()[0].removeprefix("$ ")
            inside = shlex.join([*machine.prefix, "bash", "-c", f"{command} || :"])
            printed = run_script(inside, tmp_path)
            assert _steady(f"$ {command}\n{printed}") == _steady(fence.text)


def test_the_table_has_every_set_up() -> None:
    rows = [(how, "".join(code_in(cause))) for how, cause in PAGE.table("What it can tell")]
    assert rows == [(set_up.how, set_up.cause) for set_up in SET_UPS]
