"""`--help` and `--version`: what is asked for is printed, and only where it is asked for."""

import re
import shlex

import pytest

import dns_update as package
from dns_update.cli.target import target_of
from dns_update.commandline import COMMANDS as ALL
from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import PROPERTIES
from tests.support.command import dns_update, in_process

COMMANDS = ("set", "add", "delete", "show")
OVERVIEW = "dns-update keeps names in DNS zones pointing at the right addresses"


def examples(text: str) -> list[list[str]]:
    """Return the words of each example of a help text, behind `dns-update`."""
    joined = text.replace("\\\n", " ")
    lines = re.findall(r"^ +dns-update (?!\[)(.+)$", joined, re.MULTILINE)
    words = [shlex.split(line) for line in lines]
    return [example for example in words if any("=" in word for word in example) and "PROPERTY=" not in str(example)]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("words", [["{0}", "--help"], ["--help", "{0}"], ["help", "{0}"], ["{0}", "-h"]])
def test_the_help_of_a_command_names_its_properties_and_its_examples_parse(command: str, words: list[str]) -> None:
    result = dns_update(*(word.format(command) for word in words))
    assert result.status == 0
    assert result.stderr == ""
    for prop in (prop for prop in PROPERTIES if {*COMMANDS} & {*prop.commands}):
        assert (f"  {prop.name}={prop.form}" in result.stdout) == (command in prop.commands), prop.name
    found = examples(result.stdout)
    assert len(found) >= 2
    for example in found:
        own = example[1:] if example[0] in COMMANDS else example
        assert (example[0] if example[0] in COMMANDS else "set") == command
        assert target_of(CommandLine(own).options(command), command).name


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"], ["/tool", "dns-update", "--help"]])
def test_the_overview_names_the_commands_and_its_example_parses(words: list[str]) -> None:
    result = dns_update(*words)
    assert result.status == 0
    for command in COMMANDS:
        assert command in result.stdout
    (example,) = examples(result.stdout)
    assert example[:2] == ["/tool", "dns-update"]
    assert CommandLine(example[2:]).options("set").name == "home"


def test_help_is_found_behind_properties() -> None:
    result = dns_update("show", "name=home", "--help")
    assert result.status == 0
    assert "dns-update show PROPERTY=VALUE" in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_no_line_of_help_is_wider_than_a_wide_terminal(command: str) -> None:
    text = dns_update(command, "--help").stdout
    behind_examples = text.partition("Examples:")[0]
    assert max(map(len, behind_examples.splitlines())) <= 120


@pytest.mark.parametrize(
    ("line", "topic"),
    [
        ("set --help", "set"),
        ("set -h", "set"),
        ("set help", "set"),
        ("set ?", "set"),
        ("help set", "set"),
        ("--help set", "set"),
        ("-h show", "show"),
        ("? delete", "delete"),
        ("delete name=x --help", "delete"),
        ("delete nmae=x --help", "delete"),
        ("show stray --help", "show"),
        ("show ttl=x -h", "show"),
        ("add --help", "add"),
        ("help add", "add"),
        ("/tool dns-update set ?", "set"),
        ("name=x --help", "set"),
        ("name=x address=192.0.2.1 -h", "set"),
        ("foo=bar --help", "set"),
        ("--json show --help", "show"),
    ],
)
def test_the_help_of_a_command_is_that_commands(line: str, topic: str) -> None:
    result = in_process(*line.split())
    assert (result.status, result.stderr) == (0, "")
    assert result.stdout.startswith(f"dns-update {topic if topic != 'set' else '[set]'} PROPERTY=VALUE...")


@pytest.mark.parametrize(
    "line",
    ["?", "-h", "help", "--help", "help --json", "--json --help"],
)
def test_without_a_command_help_is_the_overview(line: str) -> None:
    result = in_process(*line.split())
    assert (result.status, result.stderr) == (0, "")
    assert result.stdout.startswith(OVERVIEW)


@pytest.mark.parametrize("line", ["foo --help", "foo -h", "foo help", "help foo", "--help foo", "? foo", "-h foo"])
def test_there_is_no_help_for_a_command_that_is_none(line: str) -> None:
    result = dns_update(*line.split())
    assert (result.status, result.stdout) == (2, "")
    assert result.stderr.startswith("dns-update: unknown command 'foo'")


@pytest.mark.parametrize("word", ["help", "?"])
def test_a_word_left_over_from_an_unquoted_value_is_no_request_for_help(word: str) -> None:
    """Status 0 would say that the update was made."""
    result = in_process("name=home", "type=TXT", "value=please", word, "zone=example.com", "dns-server=127.0.0.1:1")
    assert (result.status, result.stdout) == (2, "")
    assert f"{word!r} is not a property" in result.stderr


def test_a_line_without_words_gets_the_short_help_and_the_status_of_a_mistake() -> None:
    """Status 0 would say that an update was made."""
    result = in_process()
    assert result == dns_update()
    assert (result.status, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert lines[0] == "Usage: dns-update COMMAND PROPERTY=VALUE..."
    assert [text.split()[0] for text in lines if text.startswith("  ")] == [*ALL]
    assert len(lines) < 24


@pytest.mark.parametrize("line", ["help help", "--help help"])
def test_help_explains_itself(line: str) -> None:
    result = dns_update(*line.split())
    assert (result.status, result.stderr) == (0, "")
    assert result.stdout.startswith("dns-update help [COMMAND]\n")


@pytest.mark.parametrize("command", [command for command in ALL if command != "nsupdate"])
@pytest.mark.parametrize("word", ["--version", "-V"])
def test_every_command_tells_the_version(command: str, word: str) -> None:
    result = in_process(command, word)
    assert (result.status, result.stderr) == (0, "")
    assert result.stdout == f"dns-update {package.__version__}\n"


def test_nsupdate_tells_the_version_as_with_its_own_option() -> None:
    assert dns_update("nsupdate", "--version").stdout == dns_update("nsupdate", "-V").stdout != ""


@pytest.mark.parametrize("line", ["--version", "version", "-V", "/tool dns-update --version"])
def test_the_version(line: str) -> None:
    result = dns_update(*line.split())
    assert (result.status, result.stderr) == (0, "")
    assert result.stdout == f"dns-update {package.__version__}\n"


def test_the_version_is_no_property() -> None:
    result = in_process("set", "--version", "name=home")
    assert (result.status, result.stdout) == (2, "")
    assert "unknown property 'version'" in result.stderr
