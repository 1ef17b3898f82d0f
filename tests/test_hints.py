"""What to do next is said in the words of the front door that the user has used."""

import ast
import copy
import pickle
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import dns_update
from dns_update.commandline.properties import PROPERTIES as ON_COMMAND_LINES
from dns_update.errors import Hint
from dns_update.errors.hints import COMMAND_LINE, DOORS, PROPERTIES, PYTHON, TOML, Door, rendered

PACKAGE = Path(dns_update.__file__).parent
FLOORS = (
    "address", "auth", "client", "process", "rr", "server_config", "server_log", "transport", "wire", "agent/config",
    "agent/reconcile",
)  # fmt: skip
OF_RECORDS = sorted(re.escape(prop.name) for prop in ON_COMMAND_LINES if "set" in prop.commands)
SPELLED = re.compile(rf"(?<![\w.-])({'|'.join(OF_RECORDS)})=")
WITHOUT_A_DOOR = (
    "dns-update delete name=",  # a command to run, for every reader
    "Policy(",  # of the library, like the next one
    "Key(name=",
    "GssSettings(",
    "dns-update owner=",  # what a TXT record holds
    'apparmor="DENIED"',  # lines of the kernel
    "avc:  denied",
    "samba_dlz: ",
)
FOUND = "example.com"


def trees() -> Iterator[ast.Module]:
    paths = [path for floor in FLOORS for path in sorted((PACKAGE / floor).rglob("*.py"))]
    for path in [*paths, PACKAGE / "exchange.py", PACKAGE / "update.py", PACKAGE / "message.py"]:
        yield ast.parse(path.read_text())


def text_of(node: ast.AST) -> str:
    """Return a text of the code, with X for each inserted value."""
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(value) if isinstance(value, ast.Constant) else "X" for value in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def texts() -> Iterator[str]:
    """Yield every text of the lower floors that is not a docstring."""
    for tree in trees():
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        inner = {id(value) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for value in node.values}
        for node in ast.walk(tree):
            if id(node) not in docs | inner and text_of(node):
                yield text_of(node)


def templates() -> Iterator[str]:
    """Yield every text that names a property as a field."""
    for text in texts():
        try:
            fields = {field for _, field, _, _ in Formatter().parse(text) if field}
        except ValueError:  # braces with another meaning
            continue
        if fields & PROPERTIES:
            yield text


TEMPLATES = list(templates())


def test_there_are_templates() -> None:
    assert len(TEMPLATES) > 20


def test_every_property_of_a_template_is_one_of_the_command_line() -> None:
    commands_own = {"file", "socket"}  # of history and status
    assert {prop.name for prop in ON_COMMAND_LINES} | commands_own >= PROPERTIES


def test_no_text_of_the_lower_floors_spells_a_property_itself() -> None:
    spelled = [text for text in texts() if SPELLED.search(text)]
    assert [text for text in spelled if not any(known in text for known in WITHOUT_A_DOOR)] == []


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_door_renders_every_hint(template: str, door: Door) -> None:
    values = {field: FOUND for field in fields_of(template) if field not in PROPERTIES}
    text = Hint(template, **values).rendered(door)
    assert "{" not in text
    assert "}" not in text
    # A property of the command line has a "=", one of another door has none.
    assert bool(SPELLED.search(text)) == (door is COMMAND_LINE) or door is PYTHON
    if door is not COMMAND_LINE:
        assert not re.search(r"[a-z]+-[a-z]+=", text)


def fields_of(template: str) -> set[str]:
    """Return the fields of a template, also those within the value of a property."""
    found = set()
    for _, field, inner, _ in Formatter().parse(template):
        found |= ({field} if field else set()) | (fields_of(inner) if inner else set())
    return found


HINT = Hint("give {zone:{found}}, or leave {name} out; {verify:no}", found=FOUND)


@pytest.mark.parametrize(
    ("door", "text"),
    [
        (COMMAND_LINE, "give zone=example.com, or leave name= out; verify=no"),
        (TOML, 'give zone = "example.com", or leave name out; verify = false'),
        (PYTHON, 'give zone="example.com", or leave name out; verify=False'),
    ],
)
def test_a_property_is_spelled_as_its_door_does(door: Door, text: str) -> None:
    assert HINT.rendered(door) == text


def test_in_python_a_key_file_is_given_to_a_function() -> None:
    assert Hint("use {key-file:home.key}, not {key}") == 'use Key.from_file("home.key"), not secret'


def test_as_a_text_a_hint_is_for_programmers() -> None:
    assert HINT.rendered(PYTHON) == HINT


def test_a_door_may_have_words_of_its_own() -> None:
    hint = Hint("leave {require:existing} out", toml="another program changes {zone}")
    assert hint.rendered(COMMAND_LINE) == "leave require=existing out"
    assert hint.rendered(TOML) == "another program changes zone"


def test_a_hint_within_a_hint_is_rendered_for_the_same_door() -> None:
    outer = Hint("first: {inner}", inner=HINT)
    assert outer.rendered(TOML) == f"first: {HINT.rendered(TOML)}"


def test_braces_in_a_value_mean_nothing() -> None:
    assert Hint("{told} is not a zone", told="{zone}").rendered(COMMAND_LINE) == "{zone} is not a zone"


def test_a_plain_text_is_the_same_for_all() -> None:
    assert {rendered("look at its log {now}", door) for door in DOORS} == {"look at its log {now}"}


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda hint: pickle.loads(pickle.dumps(hint))])  # noqa: S301 - our own
def test_a_copy_renders_as_well(again: object) -> None:
    assert callable(again)
    copied = again(Hint("leave {require:existing} out", toml="{told}", told="1"))
    assert [copied.rendered(door) for door in (COMMAND_LINE, TOML)] == ["leave require=existing out", "1"]
