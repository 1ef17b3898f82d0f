"""What the agent says is said in the words of its configuration, and not in those of the command line."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import dns_update
from dns_update.agent.wording import in_toml
from dns_update.commandline.properties import PROPERTIES
from lab import LabKey
from tests.support.agents import FROM_WAN_IPV4, Machine
from tests.support.waiting import eventually

PACKAGE = Path(dns_update.__file__).parent
PROPERTY = re.compile(
    rf"(?<![\w.-])({'|'.join(sorted(map(re.escape, (p.name for p in PROPERTIES if 'set' in p.commands))))})="
)
SAID_ONLY_BY_COMMANDS = (
    "dns-update delete name=",  # a line to be run
    "require=absent makes no sense with delete",
    "use require=existing, or leave it out",
    "say which: type=A, or address=, or value=",
    "remove it: X type=CNAME",  # X is that line
    "policy=Policy(",  # of the library, as what follows
    "as Policy(",
    "Key(name=",
)


def texts() -> Iterator[str]:
    """Yield every text below the commands that speaks of a property; X stands for what is put into it."""
    for part in ("address", "auth", "client"):
        for path in sorted((PACKAGE / part).glob("*.py")):
            tree = ast.parse(path.read_text())
            docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            inner = {id(value) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for value in node.values}
            for node in ast.walk(tree):
                text = "" if id(node) in docs | inner else text_of(node)
                if PROPERTY.search(text):
                    yield text


def text_of(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(value) if isinstance(value, ast.Constant) else "X" for value in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


TEXTS = [text for text in texts() if not any(known in text for known in SAID_ONLY_BY_COMMANDS)]


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_speaks_of_properties(text: str) -> None:
    assert not PROPERTY.search(in_toml(text).replace(" = ", " is "))
    assert in_toml(in_toml(text)) == in_toml(text)


def test_there_are_texts_that_would() -> None:
    assert len(TEXTS) > 20


def test_what_is_no_property_is_left_alone() -> None:
    line = "remove it: dns-update delete name=www zone=example.com type=CNAME"
    assert in_toml(line) == line


def test_a_zone_is_given_as_in_the_configuration() -> None:
    assert in_toml("zone=example.com") == 'zone = "example.com"'


def test_the_log_and_the_status_speak_so(machine: Machine) -> None:
    machine.add("10.0.0.1/8")
    machine.add("9.9.9.1/24", "lan")
    lan = FROM_WAN_IPV4.replace("wan", "lan").replace("home", "other")
    unknown = LabKey.generate("nobody").write(machine.directory / "unknown")
    with machine.agent(machine.configure(FROM_WAN_IPV4 + lan, key=f'file = "{unknown}"')) as agent:
        agent.wait_for_line("allow-private = true publishes such an address")
        agent.wait_for_line(r"BADKEY.*\(compare name and algorithm of the key with")
        status = eventually(machine.status, lambda found: found["records"][1]["last_error"] is not None)
        assert status["records"][1]["last_error"]["hint"].startswith("compare name and algorithm of the key")
        assert not PROPERTY.search(f"{agent.text} {status}")
