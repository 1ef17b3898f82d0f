"""Help texts come from the tables of commands and properties."""

import shlex

import pytest

from dns_update import commandline
from dns_update.cli import is_name
from dns_update.commandline.command_texts import COMMANDS
from dns_update.commandline.help import help_text
from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import PROPERTIES

OWN_WORDS = ("nsupdate",)
EXAMPLES = [
    (name, example)
    for name, command in COMMANDS.items()
    if name not in OWN_WORDS
    for _about, example in command.examples
]


def test_both_lists_of_commands_are_the_same() -> None:
    assert tuple(COMMANDS) == commandline.COMMANDS
    assert {command for prop in PROPERTIES for command in prop.commands} == {*COMMANDS} - {*OWN_WORDS}


def test_the_overview_has_every_command_and_no_line_is_too_wide() -> None:
    lines = help_text("").splitlines()
    for command in COMMANDS.values():
        assert any(line.startswith(f"  dns-update {command.form} ") and command.summary in line for line in lines)
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_has_its_properties_with_their_defaults(name: str) -> None:
    text = help_text(name)
    words = " ".join(text.split())
    assert text.startswith(f"dns-update {COMMANDS[name].form}\n")
    for prop in PROPERTIES:
        if name in prop.commands:
            assert f"\n  {prop.name}={prop.form}" in text
            assert prop.help in words
            assert (f"(default: {prop.default})" in words) or prop.flag or prop.default is None
    own = text.partition("\nExamples:")[0].splitlines()
    assert max(map(len, own)) <= 120
    assert "{commands}" not in text


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_every_example_is_a_line_of_its_command(name: str, example: str) -> None:
    words = shlex.split(example)
    command = words.pop(0) if words[0] in COMMANDS else "set"
    assert command == name
    line = CommandLine(words)
    if command == "plan":
        command = line.take_word(is_name) or "set"
    line.options(command)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in OWN_WORDS])
def test_every_command_has_examples(name: str) -> None:
    assert len(COMMANDS[name].examples) >= 2
