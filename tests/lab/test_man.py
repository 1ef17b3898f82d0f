"""The manual pages: they match the tables and documents, and mandoc finds nothing wrong with them."""

import re
import subprocess
from pathlib import Path

import pytest

from dns_update.agent.config.schema import AGENT, KEY, RECORD, SERVER, ZONE
from dns_update.commandline.command_texts import COMMANDS, NSUPDATE_OPTIONS
from dns_update.commandline.properties import PROPERTIES
from lab.man import DIRECTORY, pages
from lab.mdoc import argument, from_markdown, marked, prose

PAGES = pages()
_REFERENCE = re.compile(r"^\.Xr (dns-\S+) (\d)", re.MULTILINE)
# What depends on the pages that are installed here.
_OF_THIS_MACHINE = ("referenced manual not found", "outdated mandoc.db", "mandoc.db: No such file")


def shown(name: str) -> str:
    """Return the words of a page as mandoc prints it."""
    command = ["mandoc", "-T", "utf8", "-O", "width=200", str(DIRECTORY / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return re.sub(r".\x08", "", done.stdout)


def test_the_pages_are_up_to_date() -> None:
    committed = {str(path.relative_to(DIRECTORY)): path.read_text() for path in DIRECTORY.rglob("*") if path.is_file()}
    assert committed == PAGES, "run: python -m lab.man"


@pytest.mark.parametrize("name", PAGES)
def test_mandoc_finds_no_mistake(name: str) -> None:
    command = ["mandoc", "-T", "lint", "-W", "style", str(DIRECTORY / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = (done.stdout + done.stderr).splitlines()
    assert [line for line in found if not any(text in line for text in _OF_THIS_MACHINE)] == []


def test_mandoc_finds_mistakes(tmp_path: Path) -> None:
    """Were its findings dropped, the test above could not fail."""
    page = tmp_path / "page.1"
    page.write_text(PAGES["man1/dns-update.1"].replace(".Ed\n", "", 1))
    command = ["mandoc", "-T", "lint", "-W", "style", str(page)]
    assert "Bd" in subprocess.run(command, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_ours_that_is_referred_to_exists(name: str) -> None:
    referred = {f"man{section}/{page}.{section}" for page, section in _REFERENCE.findall(PAGES[name])}
    assert referred
    assert referred - {*PAGES} == set()


def test_the_page_of_the_command_has_everything() -> None:
    text = shown("man1/dns-update.1")
    for command in COMMANDS.values():
        assert f"dns-update {command.form}" in text
        for _about, words in command.examples:
            assert f"dns-update {words}" in text or command is COMMANDS["agent"]
    for row in PROPERTIES:
        assert f"{row.name}={row.form}" in text


def test_the_page_of_nsupdate_has_every_option() -> None:
    text = shown("man1/dns-nsupdate.1")
    assert [form for form, _about in NSUPDATE_OPTIONS if form not in text] == []


def test_the_page_of_the_agent_has_its_properties() -> None:
    text = shown("man8/dns-update-agent.8")
    assert [row.name for row in PROPERTIES if "agent" in row.commands and f"{row.name}={row.form}" not in text] == []


def test_the_page_of_the_configuration_has_every_key() -> None:
    entries = set(re.findall(r'^\.It "\\fB(.+)\\fR"$', PAGES["man5/dns-update.toml.5"], re.MULTILINE))
    keys = {key.replace("-", r"\-") for table in (AGENT, KEY, SERVER, ZONE, RECORD) for key in table}
    assert entries == keys


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`--json` or **not**", r"\fB\-\-json\fR or \fBnot\fR"),
        ("see [the `file`](other.md)", r"see the \fBfile\fR"),
        (r"a\b ~ 'x'", r"a\eb \(ti \(aqx\(aq"),
    ],
)
def test_a_line_of_markdown(text: str, expected: str) -> None:
    assert marked(text) == expected


def test_a_paragraph_has_a_line_for_each_sentence_and_none_is_a_macro() -> None:
    assert prose("One. Two? .Three") == "One.\nTwo?\n\\&.Three\n"
    assert argument('say "No"') == r'"say \(dqNo\(dq"'


def test_the_blocks_of_markdown() -> None:
    text = "Before\nit.\n\n- one\n  more\n- two\n\n| a | b | c |\n|---|---|---|\n| x | | y |\n\nAfter.\n"
    assert from_markdown(text) == (
        'Before it.\n.Bl -bullet\n.It\none more\n.It\ntwo\n.El\n.Bl -tag -width Ds\n.It "x"\ny.\n.El\n.Pp\nAfter.\n'
    )
