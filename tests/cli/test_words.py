"""Words in their place: the value of a property is never taken for a flag, and flags hold for a malformed line too."""

import pytest

from lab import NameServer
from tests.cli.test_set import done, records
from tests.support.command import access, in_process
from tests.support.peer import closed_port

NOWHERE = ("zone=example.com", f"dns-server=127.0.0.1:{closed_port()}", "address=192.0.2.1", "ttl=60")


@pytest.mark.parametrize("word", ["-h", "--help", "help", "?", "--json", "--debug", "yes"])
def test_whatever_stands_behind_a_property_is_its_value(word: str, bind: NameServer, unique_name: str) -> None:
    result = done(in_process("--value", word, *access(bind), f"name={unique_name}", "type=TXT", "ttl=60"))
    assert records(bind, unique_name, "TXT") == [f'60 "{word}"']
    assert result.stdout == ""
    assert result.lines[-1] == f'update successful: {unique_name}.example.com TXT "{word}" added'
    assert result.sent == []


@pytest.mark.parametrize("words", [["--name", "help"], ["name=help"], ["--name=help"], ["set", "--name", "help"]])
def test_a_name_may_be_help(words: list[str], bind: NameServer) -> None:
    result = done(in_process(*words, *access(bind), "address=192.0.2.1", "ttl=60"))
    assert (result.stdout, records(bind, "help", "A")) == ("", ["60 192.0.2.1"])


@pytest.mark.parametrize(
    "words", [["--value", "--json"], ["value=--json"], ["--value=json=yes"], ["--value", "json=yes"]]
)
def test_a_value_does_not_turn_json_on_for_the_error_either(words: list[str]) -> None:
    result = in_process("name=home", "type=TXT", *words, *NOWHERE[:2], "ttl=60")
    assert (result.status, result.stdout) == (4, "")
    assert result.failure.startswith("No answer from")


@pytest.mark.parametrize(
    ("words", "is_json"),
    [
        (["--json"], True),
        (["--json", "yes"], True),
        (["--json=yes"], True),
        (["json=yes"], True),
        (["--json", "no"], False),
        (["--json=no"], False),
        (["json=no"], False),
    ],
)
def test_json_takes_a_value_or_none(words: list[str], *, is_json: bool) -> None:
    result = in_process(*words, "name=home", *NOWHERE)
    assert result.status == 4
    assert (result.stdout != "", result.stderr != "") == (is_json, not is_json)


@pytest.mark.parametrize(
    ("words", "is_debug"),
    [(["--debug"], True), (["--debug", "yes"], True), (["--debug=no"], False), (["--debug", "no"], False)],
)
def test_debug_takes_a_value_or_none(words: list[str], *, is_debug: bool) -> None:
    result = in_process(*words, "name=home", *NOWHERE)
    assert result.status == 4
    assert (result.sent != []) == is_debug


@pytest.mark.parametrize("words", [["json=yes", "no"], ["--json=yes", "no"], ["--json", "yes", "no"]])
def test_a_flag_that_has_its_value_takes_no_second_one(words: list[str]) -> None:
    result = in_process("name=home", *NOWHERE, *words)
    assert result.status == 2
    assert result.json["error"]["message"] == f"{words[-1]!r} is not a property"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("name=home --json stray", "'stray' is not a property"),
        ("name=home stray --json", "'stray' is not a property"),
        ("name=home stray json=yes", "'stray' is not a property"),
        ("name=home stray another --json yes", "'stray' is not a property"),
        ("set --json --ttl", "--ttl has no value"),
        ("--json address=[/ip address", "a bracket that is not closed"),
        ("name=home nmae=x --json", "unknown property 'nmae'"),
        ("shwo name=home --json", "unknown command 'shwo'"),
        ("shwo --json stray", "unknown command 'shwo'"),
        ("apply --json", "file= is missing"),
        ("help foo --json", "unknown command 'foo'"),
    ],
)
def test_the_error_of_a_malformed_line_is_an_object_with_json(line: str, says: str) -> None:
    result = in_process(*line.split())
    assert (result.status, result.stderr) == (2, "")
    assert result.json["status"] == "error"
    assert result.json["exit_status"] == 2
    assert says in result.json["error"]["message"]


@pytest.mark.parametrize("line", ["name=home stray --json=no", "name=home stray --value --json", "name=home stray"])
def test_without_json_the_error_of_a_malformed_line_is_text(line: str) -> None:
    result = in_process(*line.split())
    assert (result.status, result.stdout) == (2, "")
    assert result.lines[0].startswith("'stray' is not a property")


@pytest.mark.parametrize("line", ["nmae=home stray", "nmae=home ttl=x --ttl", "nmae=home nmae=home"])
def test_the_first_word_that_is_wrong_is_told(line: str) -> None:
    result = in_process(*line.split())
    assert result.lines == ["unknown property 'nmae': did you mean name?"]
