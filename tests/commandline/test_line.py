"""What holds for the words of every command: flags, secrets, brackets, what is unexpected."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.cli import is_name
from dns_update.commandline import COMMANDS as ALL
from dns_update.commandline.line import CommandLine, with_command_first
from dns_update.commandline.properties import PROPERTIES, Options, Property, positional_row
from dns_update.errors import UsageError
from tests.support.command import in_process

COMMANDS = ("set", "delete", "show", "agent", "status", "refresh", "history")  # those that take no file
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


@pytest.mark.parametrize(("flag", "command"), [pair for pair in FLAGS if positional_row(pair[1]) is None])
@pytest.mark.parametrize("form", ["--{0} yes no", "{0}=yes no", "--{0} maybe"])
def test_a_flag_takes_one_value_at_most(flag: str, command: str, form: str) -> None:
    words = form.format(flag).split()
    assert error_of(words, command).text == f"{words[-1]!r} is not a property"


@pytest.mark.parametrize(("flag", "command"), FLAGS)
def test_a_flag_is_yes_or_no(flag: str, command: str) -> None:
    error = error_of([f"{flag}=maybe"], command)
    words = "yes, no or all" if flag == "verify" and command in {"set", "delete"} else "yes or no"
    assert (error.text, error.hint) == (f"{flag}=: 'maybe' is not a valid value", words)


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
    if command in ("agent", "status", "refresh", "history"):
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


@pytest.mark.parametrize("words", [["address=[/ip"], ["home.example.com", "[/ip"]])
def test_what_follows_a_bracket_that_is_not_closed_is_not_shown(words: list[str]) -> None:
    error = error_of([*words, "address", f"key={SECRET}"], "set")
    assert error.text == "address=: '[/ip' has a bracket that is not closed"


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["a b"], "'a b' is not a property"),
        ([""], "an empty word is not a property"),
        (["-json"], "'-json' is not a property"),
        (["zzz=1"], "unknown property 'zzz'"),
        (["--zzz"], "unknown property 'zzz'"),
        (["=x"], "unknown property ''"),
        (["help=yes"], "unknown property 'help'"),
        (["jsno=yes", "home"], "unknown property 'jsno'"),
        (["--json", "a b", "zzz=1"], "'a b' is not a property"),
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


@pytest.mark.parametrize("command", ["agent", "status", "history"])
def test_another_command_has_no_positional_property(command: str) -> None:
    assert error_of(["a.b"], command).text == "'a.b' is not a property"


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("set", ["name", "address"]),
        ("delete", ["name", "address"]),
        ("show", ["name"]),
        ("run", ["file"]),
        ("import", ["file"]),
        ("agent", []),
    ],
)
def test_the_positional_properties_of_a_command_in_their_order(command: str, names: list[str]) -> None:
    assert [prop.name for prop in PROPERTIES if prop.positional and command in prop.commands] == names


@pytest.mark.parametrize(
    "line",
    [
        "home.example.com 203.0.113.45",
        "home.example.com address=203.0.113.45",
        "name=home.example.com 203.0.113.45",
        "home.example.com ttl=60 203.0.113.45",
        "--json home.example.com 203.0.113.45",
        "--json yes home.example.com 203.0.113.45",
        "home.example.com --json 203.0.113.45",
        "home.example.com 203.0.113.45 key=@home.secret",
    ],
)
@pytest.mark.parametrize("command", ["set", "delete"])
def test_name_and_address_are_written_without_their_names(line: str, command: str) -> None:
    options = CommandLine(line.replace("ttl=60", "port=60").split()).options(command)
    assert (options.name, options.address) == ("home.example.com", (bytes([203, 0, 113, 45]),))


@pytest.mark.parametrize(
    "name",
    [
        "home",
        "router-7",
        "gw-north-12",
        "@",
        "home.example.com.",
        "*.example.com",
        "_acme-challenge.example.com",
        "bücher.example",
    ],
)
def test_a_name_is_written_without_name(name: str) -> None:
    line = CommandLine([name])
    assert line.options("show").name == name
    assert line.text("name") == name


@pytest.mark.parametrize("address", ["interface:ppp0", "interface:ppp0/ipv4", "dns:", "2001:db8::1", "203.0.113.4/24"])
def test_an_address_source_is_written_without_address(address: str) -> None:
    by_name = CommandLine([f"address={address}"]).options("set").address
    assert CommandLine(["home.example.com", address]).options("set").address == by_name


@pytest.mark.parametrize("first", ["home.example.com", "name=home.example.com"])
@pytest.mark.parametrize("expression", ["[/ip address get [find interface=lo] address]", "[/ip/address/get [find]"])
def test_an_expression_for_an_address_is_written_without_address(first: str, expression: str) -> None:
    if expression.endswith("[find]"):
        assert "not closed" in error_of([first, *expression.split()], "set").text
    else:
        (source,) = CommandLine([first, *expression.split()]).options("set").address
        assert str(source) == "interface lo"
        assert CommandLine([first, expression]).options("set").address == (source,)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("203.0.113.45", "unexpected address '203.0.113.45'"),
        ("203.0.113.45 home.example.com", "unexpected address '203.0.113.45'"),
        ("2001:db8::1", "unexpected address '2001:db8::1'"),
        ("home.example.com 203.0.113.456", "address=: '203.0.113.456' is not an IPv4 address"),
        ("home.example.com 2001:db8::g", "one of the words is not a property"),
        ("home.example.com stray", "'stray' is not a property"),
        ("home.example.com 203.0.113.45 203.0.113.46", "unexpected address '203.0.113.46'"),
        ("home.example.com name=home", "name= is given twice"),
        ("home..example.com", "name=: 'home..example.com' has an empty label"),
        ("type=TXT value=see www.example.com", "one of the words is not a property"),
        ("name=home type=TXT value=hello world", "'world' is not a property"),
        ("hunter22 203.0.113.45", "one of the words is not a property"),
        ("correct-1234 203.0.113.45", "one of the words is not a property"),
        ("zone=example.com home", "'home' is not a property"),
        ("home.example.com key=correct horse", "unexpected text after key="),
        (f"{SECRET} 203.0.113.45", "one of the words is not a property"),
        (f"home.example.com {SECRET}", "one of the words is not a property"),
        (f"home.example.com 203.0.113.45 {SECRET}", "one of the words is not a property"),
    ],
)
def test_a_word_without_a_name_that_is_wrong(line: str, says: str) -> None:
    error = error_of(line.split(), "set")
    assert error.text.startswith(says)
    assert SECRET not in error.text + error.hint


def test_show_takes_a_name_and_no_address() -> None:
    assert error_of(["home.example.com", "203.0.113.45"], "show").text.startswith("one of the words")


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
    result = in_process(command, "--json", "yes", "a b")
    assert (result.status, result.stderr) == (2, "")
    assert result.json["command"] == command
    assert result.json["error"]["message"] == "'a b' is not a property"


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
        ("--json delete", "delete", None),
        ("--json yes delete name=home", "delete", "home"),
        ("json=no --no-verify delete name=home", "delete", "home"),
        ("name=home delete", "", "home"),
        ("--json name=home", "", "home"),
    ],
)
def test_the_first_word_that_is_not_a_property_can_be_taken(line: str, word: str, rest: str | None) -> None:
    reader = CommandLine(line.split())
    assert reader.take_word(is_name) == word
    assert reader.text("name") == rest


def test_an_error_stays_in_its_place_if_a_word_is_taken_and_a_property_given() -> None:
    reader = CommandLine(["delete", "name=home", "address=[/ip", "nmae=x"])
    assert reader.take_word(is_name) == "delete"
    reader.put_before("json", "yes")
    assert (reader.has("json"), reader.text("name")) == (True, "home")
    with pytest.raises(UsageError, match="bracket that is not closed"):
        reader.options("delete")
    assert CommandLine(["address=[/ip"]).take_word(is_name) == ""


def test_a_property_that_is_given_counts_like_one_on_the_line() -> None:
    reader = CommandLine(["name=home"])
    reader.put_before("dry-run", "yes")
    options = reader.options("set")
    assert (options.name, options.dry_run) == ("home", True)


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


@pytest.mark.parametrize("name", ["dns-server", "key-name", "name", "ttl", "type", "zone"])
@pytest.mark.parametrize("around", ['"{}"', "'{}'", "\u201c{}\u201d", "\u2018{}\u2019", "{};"])
def test_quotes_around_a_value_and_a_semicolon_after_it_are_told(name: str, around: str) -> None:
    plain = {"ttl": "60", "type": "A"}.get(name, "ns.example.com")
    with pytest.raises(UsageError, match=f"^{name}=: ") as caught:
        CommandLine([f"{name}={around.format(plain)}"]).options("set")
    assert caught.value.hint == (
        "the semicolon is a part of the value here: leave it out"
        if around == "{};"
        else "the quotes are a part of the value here: leave them out"
    )


@pytest.mark.parametrize("text", [r"home\;", r"a\"b", "_x", "*", "@", "home.", "-"])
def test_a_name_may_have_any_characters_within(text: str) -> None:
    assert CommandLine([f"name={text}"]).options("set").name is not None
