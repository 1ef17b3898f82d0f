"""The page about troubles is right: its consoles are what is printed, and its table has every set-up of the tests."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import Bind, LabKey, Namespace, Zone
from lab.namespace import unavailable_because
from tests.support.broken import SET_UPS
from tests.support.documents import Document, code_in, run_script

PAGE = Document.read(Path(__file__).resolve().parent.parent / "docs" / "troubles.md")
_POLICY = 'update-policy { grant "home-key" name home.example.com. A AAAA; };'


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Namespace]:
    """Make a namespace with the page's server and, in the directory, its key file."""
    reason = unavailable_because()
    if reason is not None:
        pytest.skip(reason)
    key = LabKey.generate("home-key")
    key.write(tmp_path / "home.key")
    with Namespace() as namespace:
        namespace.ip("address", "add", "192.0.2.1/32", "dev", "lo")
        with Bind(
            tmp_path / "server",
            readonly_keys=[key],
            zones=[Zone("example.com", policy=_POLICY, records="home 300 A 203.0.113.44")],
            options="listen-on port 53 { 192.0.2.1; };",
            namespace=namespace,
            port=53,
            listen_v6=False,
        ):
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
