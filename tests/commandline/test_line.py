"""What holds for the words of every command: flags, secrets, brackets, what is unexpected."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.commandline import COMMANDS as ALL
from dns_update.commandline.line import CommandLine, with_command_first
from dns_update.commandline.properties import PROPERTIES, ROWS, Options, Property
from dns_update.errors import UsageError
from tests.support.command import in_process

COMMANDS = ("set", "delete", "show", "agent", "status", "history")  # those without a positional property
FLAGS = [(prop.name, command) for prop in PROPERTIES if prop.flag for command in prop.commands if command in COMMANDS]
SECRET = "Y29ycmVjdCBob3JzZSBiYXR0ZXJ5"
NAMED = ("set", "delete", "show", "status", "history")


@pytest.fixture
def positional_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ROWS["file"][0], "positional", True)


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
        ("--{0} true", True),
        ("--{0} on", True),
        ("{0}=true", True),
        ("--{0}=off", False),
        ("{0}=false", False),
        ("--no-{0}", False),
    ],
)
def test_a_flag_takes_a_value_or_none(flag: str, command: str, form: str, *, is_set: bool) -> None:
    line = CommandLine(form.format(flag).split())
    assert getattr(line.options(command), flag.replace("-", "_")) is is_set
    assert line.has(flag) is is_set


@pytest.mark.parametrize(("flag", "command"), FLAGS)
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


@pytest.mark.usefixtures("positional_file")
@pytest.mark.parametrize(
    "words",
    [
        ["a.db"],
        ["file=a.db"],
        ["--file", "a.db"],
        ["--file=a.db"],
        ["a.db", "--json"],
        ["--json", "a.db"],
        ["name=x", "a.db"],
    ],
)
def test_a_positional_property_is_written_with_its_name_or_without(words: list[str]) -> None:
    assert CommandLine(words).options("history").file == "a.db"


@pytest.mark.usefixtures("positional_file")
@pytest.mark.parametrize("path", ["-", "./help", "/a/b c", "a#b", "Y29ycmVjdCBob3JzZSBiYXR0ZXJ5"])
def test_a_positional_property_is_any_word(path: str) -> None:
    assert CommandLine([path]).options("history").file == path


@pytest.mark.usefixtures("positional_file")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["a.db", "b.db"], "'b.db' is not a property"),
        (["file=a.db", "b.db"], "'b.db' is not a property"),
        (["a.db", "file=b.db"], "file= is given twice"),
        (["a.db", "zzz=1"], "unknown property 'zzz'"),
        (["zzz=1", "a.db"], "unknown property 'zzz'"),
        ([""], "file=: the value is empty"),
        (["key=correct", "horse"], "history does not take key="),
    ],
)
def test_a_positional_property_is_given_once(words: list[str], says: str) -> None:
    assert str(error_of(words, "history")) == says


@pytest.mark.usefixtures("positional_file")
def test_a_word_after_a_secret_is_never_a_positional_property(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ROWS["key"][0], "commands", ("history",))
    error = error_of(["key=correct", "horse"], "history")
    assert "horse" not in str(error)
    assert "needs quotes" in error.hint


@pytest.mark.usefixtures("positional_file")
def test_another_command_has_no_positional_property() -> None:
    assert error_of(["a.db"], "set").text == "'a.db' is not a property"


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
    ("line", "command", "others"),
    [
        ("--json show name=home", "show", "--json name=home"),
        ("--json yes show name=home", "show", "--json yes name=home"),
        ("--no-verify delete name=home", "delete", "--no-verify name=home"),
        ("--key-file home.key show name=home", "show", "--key-file home.key name=home"),
        ("--key-file=home.key --debug set name=home", "set", "--key-file=home.key --debug name=home"),
        ("--name show delete", "delete", "--name show"),
    ],
)
def test_options_may_come_before_the_command(line: str, command: str, others: str) -> None:
    assert with_command_first(line.split(), ALL) == [command, *others.split()]


@pytest.mark.parametrize(
    "line",
    [
        "show --json name=home",
        "--json name=home show",
        "--name show",
        "--name",
        "--json stray show",
        "--help show",
        "--no-such show",
        "--zzz show",
        "name=home show",
        "",
    ],
)
def test_other_lines_stay_as_they_are(line: str) -> None:
    assert with_command_first(line.split(), ALL) == line.split()


@given(
    st.lists(
        st.sampled_from(["--json", "--name", "show", "yes", "--no-verify", "name=x", "--", "--=", "x"]), max_size=6
    )
)
def test_no_word_is_lost(words: list[str]) -> None:
    assert sorted(with_command_first(words, ALL)) == sorted(words)


@pytest.mark.parametrize("prop", [prop for prop in PROPERTIES if prop.form == "yes|no"], ids=lambda prop: prop.name)
def test_whatever_is_yes_or_no_is_a_flag(prop: Property) -> None:
    assert prop.flag


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (f"update name=home key={SECRET}", "dns-update set name=home key=..."),
        (f"update name=home --key {SECRET}", "dns-update set name=home key=..."),
        (f"update name=home {SECRET}", "dns-update set name=home ..."),
        (f"update name=home value=key={SECRET}", "dns-update set name=home value=..."),
        (f"update kay={SECRET}", "dns-update set kay=..."),
        (f"update {SECRET}=x", "dns-update set ..."),
        ("imprt router.rsc", "dns-update import ..."),
        ("imprt router", "dns-update import router"),
    ],
)
def test_the_right_line_shows_no_secret(line: str, shown: str) -> None:
    result = in_process(*line.split())
    assert result.status == 2
    assert SECRET not in result.stderr
    assert result.stderr.endswith(f"did you mean: {shown}\n")
