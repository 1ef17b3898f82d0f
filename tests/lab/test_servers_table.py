"""The table of servers: each server that this machine has still does what docs/servers.md says of it."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from lab.servers_table import page
from lab.servers_table.programs import OF_ONE_RELEASE, PROGRAMS, here
from lab.servers_table.reasons import YES
from lab.servers_table.run import Unexplained, cells_of, told
from lab.servers_table.samba import SAMBA, SAMBA_BIND
from lab.servers_table.site import Program, Site
from lab.servers_table.stories import ROWS, STORIES, Story
from tests.cli import test_message_table

KNOWN = page.read_cells()


@pytest.mark.parametrize(
    "name", [name for name in here() if name not in {SAMBA, SAMBA_BIND}]
)  # tests/cli/test_samba.py asks these
def test_a_server_does_what_the_table_says(name: str, tmp_path: Path) -> None:
    with PROGRAMS[name](tmp_path) as program:
        found = cells_of(program)
    documented = KNOWN.get(f"{name} {program.version}")
    assert documented is None or documented == found, "python -m lab.servers_table makes the table anew"
    assert any(YES in ({cell} if isinstance(cell, str) else {*cell.values()}) for cell in found.values())


def test_the_page_is_that_of_the_cells() -> None:
    assert page.page_of(KNOWN) == page.PAGE.read_text("utf-8")


def test_each_row_of_the_message_table_has_a_story() -> None:
    assert ROWS.keys() == test_message_table.ROWS.keys()
    assert {story for stories in ROWS.values() for story in stories} <= {*STORIES}


def test_the_table_has_the_versions_of_two_releases() -> None:
    assert len(KNOWN) == 2 * len(PROGRAMS) - len(OF_ONE_RELEASE)


@pytest.mark.parametrize(
    ("program", "story"),
    [("BIND", "refused"), ("PowerDNS", "one_name_only")],
    ids=["a failure without a reason", "a reason without a failure"],
)
def test_what_the_reasons_do_not_say_is_found(program: str, story: str, tmp_path: Path) -> None:
    def refused(site: Site, name: str) -> None:
        site.client.set(name, "192.0.2.1", zone="closed.example", ttl=60)

    def taken(_site: Site, _name: str) -> None:
        pass

    refused.__name__, taken.__name__ = "refused", "one_name_only"
    stories: dict[str, Story] = {"refused": refused, "one_name_only": taken}
    with ExitStack() as stack:
        started: Program = stack.enter_context(PROGRAMS[program](tmp_path))
        with pytest.raises(Unexplained, match=f"{program}.*{story}"):
            told(started, "", stories[story], started.plain)


def test_a_way_that_a_server_has_not_got_needs_a_reason(tmp_path: Path) -> None:
    with PROGRAMS["BIND"](tmp_path) as program, pytest.raises(Unexplained, match=r"carrier pigeon.*it has none"):
        told(program, "carrier pigeon", STORIES[0], None)
