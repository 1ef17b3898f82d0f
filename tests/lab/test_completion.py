"""Completion, as the shells themselves carry it out; its files match the tables."""

import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from dns_update.auth import ALGORITHMS
from dns_update.commandline.command_texts import COMMANDS
from dns_update.commandline.properties import PROPERTIES, row_of
from dns_update.wire.codes import RR_TYPES, is_zone_type
from lab.completion import DIRECTORY, brief, files, kind_of
from tests.support.shells import Shell, fish_candidates, shell

Complete = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with a key file, and one whose name has a space."""
    directory = tmp_path_factory.mktemp("shells")
    for name in ("home.key", "my own.key"):
        (directory / name).touch()
    return directory


@pytest.fixture(scope="module")
def bash(place: Path) -> Iterator[Shell]:
    with shell("bash", place) as started:
        yield started


@pytest.fixture(scope="module")
def zsh(place: Path) -> Iterator[Shell]:
    with shell("zsh", place) as started:
        yield started


@pytest.fixture(params=["bash", "zsh", "fish"])
def candidates(request: pytest.FixtureRequest, place: Path) -> Complete:
    """Return what gives the candidates of one of the shells."""
    if request.param == "fish":
        return partial(fish_candidates, directory=place)
    started = request.getfixturevalue(request.param)
    assert isinstance(started, Shell)
    return started.candidates


@pytest.fixture(params=["bash", "zsh"])
def completed(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Return what presses the Tab key in one of the shells."""
    started = request.getfixturevalue(request.param)
    assert isinstance(started, Shell)
    return started.completed


def test_the_files_are_up_to_date() -> None:
    committed = {str(path.relative_to(DIRECTORY)): path.read_text() for path in DIRECTORY.rglob("*") if path.is_file()}
    assert committed == files(), "run: python -m lab.completion"


def test_the_first_word_is_a_command_or_a_property_of_set(candidates: Complete) -> None:
    properties = {f"{row.name}=" for row in PROPERTIES if "set" in row.commands}
    assert {*candidates("dns-update ")} == {*COMMANDS, "help"} | properties


@pytest.mark.parametrize("command", [command for command in COMMANDS if command != "nsupdate"])
def test_a_command_offers_its_properties(command: str, candidates: Complete) -> None:
    offered = {word for word in candidates(f"dns-update {command} ") if word.endswith("=")}
    assert offered == {f"{row.name}=" for row in PROPERTIES if command in row.commands}


def test_the_properties_as_options(candidates: Complete) -> None:
    own = {f"--{row.name}" for row in PROPERTIES if "show" in row.commands}
    assert {*candidates("dns-update show --")} == own | {"--help", "--no-diagnose", "--no-tls-verify"}
    assert candidates("dns-update --vers") == ["--version"]
    assert candidates("dns-update set --no-") == ["--no-check-names", "--no-diagnose", "--no-tls-verify", "--no-verify"]
    assert candidates("dns-update delete --no-") == ["--no-diagnose", "--no-tls-verify", "--no-verify"]


@pytest.mark.parametrize("begun", ["type=", "--type ", "--type=", "name=home type=", "--json --type "])
def test_the_values_of_a_property_in_either_spelling(begun: str, candidates: Complete) -> None:
    types = {name for name, number in RR_TYPES.items() if is_zone_type(number)}
    assert {*candidates(f"dns-update show {begun}")} == types


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("show al", ["algorithm="]),
        ("sh", ["show"]),
        ("--json sh", ["show"]),
        ("help imp", ["import"]),
        ("show type=CN", ["CNAME"]),
        ("algorithm=", sorted(ALGORITHMS)),
        ("set verify=", ["all", "no", "yes"]),
        ("set require=", ["absent", "any", "existing"]),
        ("show class=", ["CH", "HS", "IN"]),
        ("history limit=", ["all"]),
        ("show key-file=h", ["home.key"]),
        ("show --key-file my", ["my own.key"]),
        ("show key=", ["@", "credential:", "env:"]),
        ("show key=@ho", ["home.key"]),
        ("import ho", ["home.key"]),
        ("agent config=ho", ["home.key"]),
        ("nsupdate -k ho", ["home.key"]),
        ("nsupdate ho", ["home.key"]),
        ("nsupdate -p ", []),
        ("show nonsense=", []),
        ("show name=", []),
    ],
)
def test_what_a_line_is_completed_with(line: str, expected: list[str], candidates: Complete) -> None:
    assert candidates(f"dns-update {line}") == expected


@pytest.mark.parametrize("line", ["address=interface:l", "address=192.0.2.1,interface:l", "--address interface:l"])
def test_the_interfaces_of_this_machine(line: str, candidates: Complete) -> None:
    assert "lo" in candidates(f"dns-update set {line}")


def test_an_interface_for_a_prefix_is_followed_by_a_plus(candidates: Complete) -> None:
    assert "lo+" in candidates("dns-update set address=prefix:l")


def test_dns_nsupdate_has_options_and_files(candidates: Complete) -> None:
    assert candidates("dns-nsupdate -k ho") == ["home.key"]
    assert {"-k", "-y", "-v", "-O"} <= {*candidates("dns-nsupdate -")}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("dns-update sh", "dns-update show "),
        ("dns-update show ty", "dns-update show type="),
        ("dns-update show type=CN", "dns-update show type=CNAME "),
        ("dns-update show key-file=my", r"dns-update show key-file=my\ own.key "),
        ("dns-update set address=interf", "dns-update set address=interface:"),
        ("dns-update set address=192.0.2.1,interf", "dns-update set address=192.0.2.1,interface:"),
        ("dns-update show nonsense=x", "dns-update show nonsense=x"),
        ("dns-nsupdate -k ho", "dns-nsupdate -k home.key "),
    ],
)
def test_the_tab_key(line: str, expected: str, completed: Callable[[str], str]) -> None:
    assert completed(line) == expected


@pytest.mark.parametrize(
    ("command", "name", "kind"),
    [("set", "verify", "yes no all"), ("history", "limit", "all"), ("set", "name", ""), ("history", "file", "files")],
)
def test_the_kind_of_a_value_is_known_from_its_form(command: str, name: str, kind: str) -> None:
    row = row_of(name, command)
    assert row is not None
    assert kind_of(row) == kind


def test_bash_completion_finds_dns_nsupdate_by_a_file_of_its_name() -> None:
    script = f". {DIRECTORY}/bash/dns-nsupdate; complete -p dns-nsupdate dns-update"
    done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=True)
    assert done.stdout == "complete -F _dns_update dns-nsupdate\ncomplete -F _dns_update dns-update\n"


def test_a_description_is_cut_where_it_says_enough() -> None:
    assert brief("where to send; several are tried in order") == "where to send"
    assert brief("how many tries follow the first") == "how many tries follow the first"
