"""The page "Which command for what": each of its lines is right, and no command is left out."""

import shlex
from pathlib import Path

import pytest

from dns_update.cli import is_name
from dns_update.commandline.command_texts import COMMANDS
from dns_update.commandline.line import CommandLine
from dns_update.nsupdate.options import NsupdateOptions, options_from_words
from dns_update.routeros.pasted import own_words
from tests.support.documents import Document, code_in

ROOT = Path(__file__).resolve().parent.parent
PAGE = Document.read(ROOT / "docs" / "which-command.md")
_HEADINGS = ("A name, once", "Many names", "A name, all the time", "What you have already")
LINES = [code for heading in _HEADINGS for row in PAGE.table(heading) for code in code_in(row[1])]


def _command(line: str) -> tuple[str, list[str]]:
    program, *words = shlex.split(line)
    assert program == "dns-update"
    if words[0].startswith("/"):
        words, _ = own_words(words)
    return (words[0], words[1:]) if words[0] in COMMANDS else ("set", words)


@pytest.mark.parametrize("line", LINES)
def test_each_line_is_one_of_its_command(line: str) -> None:
    command, words = _command(line)
    if command == "nsupdate":
        options = options_from_words(words)
        assert isinstance(options, NsupdateOptions)
        assert options.file == "script.txt"
        return
    reader = CommandLine(words)
    if command == "plan":
        command = reader.take_word(is_name)
    assert reader.options(command).given or command in ("agent", "check", "status", "refresh", "init")


def test_no_command_is_left_out() -> None:
    assert {_command(line)[0] for line in LINES} == {*COMMANDS}


def test_the_readme_names_the_page() -> None:
    assert "docs/which-command.md" in (ROOT / "README.md").read_text(encoding="utf-8")
