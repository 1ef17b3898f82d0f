"""What holds for the words of every command: flags, secrets, brackets, what is unexpected."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import PROPERTIES, Options, positional_row
from dns_update.errors import UsageError
from tests.support.command import in_process

COMMANDS = ("set", "delete", "show", "agent", "status", "history")  # those without a positional property
FLAGS = [(prop.name, command) for prop in PROPERTIES if prop.flag for command in prop.commands if command in COMMANDS]
SECRET = "Y29ycmVjdCBob3JzZSBiYXR0ZXJ5"
NAMED = ("set", "delete", "show", "status", "history")


def error_of(words: list[str], command: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        CommandLine(words).options(command)
    return caught.value


@pytest.mark.parametrize(("flag", "command"), FLAGS)
@pytest.mark.parametrize(
    ("form", "is_set"),
    [
        ("--{0}", True),
        ("--{0} yes", True),
        ("--{0}=yes", True),
        ("{0}=yes", True),
        ("--{0} no", False),
        ("{0}=no", False),
    ],
)
def test_a_flag_takes_a_value_or_none(flag: str, command: str, form: str, *, is_set: bool) -> None:
    line = CommandLine(form.format(flag).split())
    assert getattr(line.options(command), flag.replace("-", "_")) is is_set
    assert line.has(flag) is is_set


@pytest.mark.parametrize(("flag", "command"), [pair for pair in FLAGS if positional_row(pair[1]) is None])
@pytest.mark.parametrize("form", ["--{0} yes no", "{0}=yes no", "--{0} maybe"])
def test_a_flag_takes_one_value_at_most(flag: str, command: str, form: str) -> None:
    words = form.format(flag).split()
    assert error_of(words, command).text == f"{words[-1]!r} is not a property"


@pytest.mark.parametrize(("flag", "command"), FLAGS)
def test_a_flag_is_yes_or_no(flag: str, command: str) -> None:
    error = error_of([f"{flag}=maybe"], command)
    assert (error.text, error.hint) == (f"{flag}=: 'maybe' is not a valid value", "yes or no")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "words",
    [
        [SECRET],
        [f"--{SECRET}"],
        [f"{SECRET}=="],
        [f"kay={SECRET}"],
        ["key=correct", "horse"],
        ["--key", SECRET],
        [f"json=key={SECRET}"],
        [f"nmae={SECRET}"],
        ["--json", SECRET],
    ],
    ids=range(9),
)
def test_what_may_be_a_secret_is_never_shown(command: str, words: list[str]) -> None:
    for flags in ([], ["--json"]):
        result = in_process(command, *words, *flags)
        assert result.status == 2
        assert SECRET not in result.stdout + result.stderr
        assert "horse" not in result.stdout + result.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_a_secret_without_quotes_gets_a_hint(command: str) -> None:
    if command in ("agent", "status", "history"):
        assert error_of(["key=correct", "horse"], command).text == f"{command} does not take key="
    else:
        assert "needs quotes" in error_of(["key=correct", "horse"], command).hint


@pytest.mark.parametrize("command", NAMED)
@pytest.mark.parametrize(
    "words",
    [
        ["name=[/system identity get name]"],
        ["name=[/system", "identity", "get", "name]"],
        ["--name", "[/system", "identity", "get", "name]"],
    ],
    ids=len,
)
def test_a_bracketed_expression_is_evaluated(command: str, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Machine:
        nodename = "router.example.net"

    monkeypatch.setattr("os.uname", Machine)
    options = CommandLine([*words, "--json"]).options(command)
    assert "router" in (options.name, options.known_name)
    assert options.json


@pytest.mark.parametrize("command", NAMED)
def test_a_bracket_that_is_not_closed(command: str) -> None:
    assert "a bracket that is not closed" in error_of(["name=[/system", "identity"], command).text


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["home"], "'home' is not a property"),
        ([""], "an empty word is not a property"),
        (["-json"], "'-json' is not a property"),
        (["zzz=1"], "unknown property 'zzz'"),
        (["--zzz"], "unknown property 'zzz'"),
        (["=x"], "unknown property ''"),
        (["help=yes"], "unknown property 'help'"),
        (["jsno=yes", "home"], "unknown property 'jsno'"),
        (["--json", "home", "zzz=1"], "'home' is not a property"),
    ],
)
def test_the_first_word_that_is_wrong_is_told(command: str, words: list[str], says: str) -> None:
    assert error_of(words, command).text == says


@pytest.mark.parametrize(
    "words",
    [
        ["a.rsc"],
        ["file=a.rsc"],
        ["--file", "a.rsc"],
        ["--file=a.rsc"],
        ["a.rsc", "--json"],
        ["--json", "a.rsc"],
        ["script=x", "a.rsc"],
    ],
)
def test_a_positional_property_is_written_with_its_name_or_without(words: list[str]) -> None:
    assert CommandLine(words).options("run").script_file == "a.rsc"


@pytest.mark.parametrize("path", ["-", "./help", "/a/b c", "a#b", "Y29ycmVjdCBob3JzZSBiYXR0ZXJ5"])
def test_a_positional_property_is_any_word(path: str) -> None:
    assert CommandLine([path]).options("run").script_file == path


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["a.rsc", "b.rsc"], "'b.rsc' is not a property"),
        (["file=a.rsc", "b.rsc"], "'b.rsc' is not a property"),
        (["a.rsc", "file=b.rsc"], "file= is given twice"),
        (["a.rsc", "zzz=1"], "unknown property 'zzz'"),
        (["zzz=1", "a.rsc"], "unknown property 'zzz'"),
        ([""], "file=: the value is empty"),
        (["key=correct", "horse"], "run does not take key="),
    ],
)
def test_a_positional_property_is_given_once(words: list[str], says: str) -> None:
    assert str(error_of(words, "run")) == says


def test_a_word_after_a_secret_is_never_a_positional_property(monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = [prop for prop in PROPERTIES if prop.name == "key"]
    monkeypatch.setattr(row, "commands", ("run",))
    error = error_of(["key=correct", "horse"], "run")
    assert "horse" not in str(error)
    assert "needs quotes" in error.hint


def test_another_command_has_no_positional_property() -> None:
    assert error_of(["a.rsc"], "set").text == "'a.rsc' is not a property"


def test_a_command_has_one_positional_property_at_most() -> None:
    commands = [command for prop in PROPERTIES if prop.positional for command in prop.commands]
    assert len(commands) == len(set(commands)) > 0


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"], ["?"], ["zzz=1", "--help"], ["stray", "-h"]])
def test_help_is_asked_for_alike(command: str, words: list[str]) -> None:
    asked, told = in_process(command, *words), in_process("help", command)
    assert (asked.status, asked.stderr) == (0, "")
    assert asked.stdout == told.stdout != ""


@pytest.mark.parametrize("command", NAMED)
def test_the_value_of_a_property_is_no_request_for_help(command: str) -> None:
    line = CommandLine(["--name", "help", "--json"])
    assert not line.wants_help
    assert line.text("name") == "help"
    assert line.options(command).json


@pytest.mark.parametrize("command", COMMANDS)
def test_the_error_of_a_malformed_line_is_an_object_with_json(command: str) -> None:
    result = in_process(command, "--json", "yes", "stray")
    assert (result.status, result.stderr) == (2, "")
    assert result.json["command"] == command
    assert result.json["error"]["message"] == "'stray' is not a property"


@given(st.lists(st.text(max_size=12), max_size=6), st.sampled_from(COMMANDS))
def test_whatever_the_words_only_a_usage_error_comes_out(words: list[str], command: str) -> None:
    with contextlib.suppress(UsageError):
        assert isinstance(CommandLine(words).options(command), Options)


@pytest.mark.parametrize(
    ("line", "word", "rest"),
    [
        ("delete name=home", "delete", "home"),
        ("name=home", "", "home"),
        ("delete", "delete", None),
        ("", "", None),
        ("--json delete", "", None),
    ],
)
def test_the_first_word_that_is_not_a_property_can_be_taken(line: str, word: str, rest: str | None) -> None:
    reader = CommandLine(line.split())
    assert reader.take_word() == word
    assert reader.text("name") == rest


def test_an_error_stays_in_its_place_if_a_word_is_taken_and_a_property_given() -> None:
    reader = CommandLine(["delete", "name=home", "address=[/ip", "nmae=x"])
    assert reader.take_word() == "delete"
    reader.put_before("json", "yes")
    assert (reader.has("json"), reader.text("name")) == (True, "home")
    with pytest.raises(UsageError, match="bracket that is not closed"):
        reader.options("delete")
    assert CommandLine(["address=[/ip"]).take_word() == ""


def test_a_property_that_is_given_counts_like_one_on_the_line() -> None:
    reader = CommandLine(["name=home"])
    reader.put_before("dry-run", "yes")
    options = reader.options("set")
    assert (options.name, options.dry_run) == ("home", True)
