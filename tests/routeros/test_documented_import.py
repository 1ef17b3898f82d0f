"""Every command of RouterOS's documentation, imported: what becomes of it, or why nothing does."""

from pathlib import Path

import pytest

from dns_update.migration.plan import MovePlan
from dns_update.migration.routeros.importer import import_of
from dns_update.routeros.parser import parse

_TEXT = (Path(__file__).parent / "documented.rsc").read_text(encoding="utf-8")
_SCRIPT = parse(_TEXT)
_RECORD = "a record"

# The line on which a command begins, and the codes of what is said of it, or that it becomes a record, or that it is
# run and says nothing. Codes of the lines of a stored script belong to the command that stores it.
_BECOMES = {
    1: set(),
    2: {"no-effect"},
    3: {_RECORD, "literal-address", "key-not-base64"},
    5: {_RECORD, "prefix-not-stripped"},
    7: {_RECORD, "literal-address", "router-would-refuse", "key-not-base64"},
    9: {_RECORD, "literal-address"},
    11: {"no-effect"},
    12: {"local-forgets", "cut-three", "key-not-base64"},  # the name is that of line 5
    23: set(),  # the interval
    24: {_RECORD, "cut-three", "local-equals", "not-understood", "delay"},  # router.example.com is that of line 3
    36: {_RECORD, "cut-three", "key-not-base64"},
    44: {"delay"},
    47: {"no-effect"},
    48: {"section-ignored"},
    49: set(),  # the same section's remark
    51: {"no-effect"},
    52: {"unknown-parameter"},
    53: set(),
    54: {"no-effect"},
    55: {"cut-three", "local-equals", "key-not-base64"},  # the servers of line 5's name
    73: {"not-understood", "router-would-refuse", "key-not-base64"},  # another address than in line 7
    80: {_RECORD, "literal-address", "key-not-base64"},
}


@pytest.fixture(scope="module")
def plan() -> MovePlan:
    return import_of(_TEXT).plan


def _lines() -> list[int]:
    return [_SCRIPT.source.file_place(command.at).line for command in _SCRIPT.commands]


def test_the_table_has_each_command() -> None:
    assert _lines() == list(_BECOMES)


@pytest.mark.parametrize("line", _BECOMES)
def test_a_command_becomes_what_it_must(line: int, plan: MovePlan) -> None:
    after = next((other for other in _BECOMES if other > line), _TEXT.count("\n") + 2)
    said = {remark.code for remark in plan.remarks if line <= remark.line < after}
    assert said | {_RECORD for record in plan.records if line <= record.line < after} == _BECOMES[line]


def test_the_names_have_what_all_commands_together_say(plan: MovePlan) -> None:
    records = {record.name: record for record in plan.records}
    assert records["home.example.com"].servers == ("192.0.2.1", "192.0.2.2", "192.0.2.3")
    assert records["home.example.com"].servers_used == "first-success"
    assert records["dynamic.example.com"].only_if_running
    assert records["dynamic.example.com"].triggers[0].kind == "interface-up"
    assert records["server.mydomain.com"].ttl == 600
    assert plan.interval == 300
