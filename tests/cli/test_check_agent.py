"""`dns-update check --agent`: what a running agent says of its names, and then its whole configuration."""

from pathlib import Path

import pytest

from lab import NameServer
from tests.cli.test_status_command import agent, answer, failing, record
from tests.support.command import Result, in_process

_MOST_NAMES = 10


@pytest.fixture
def configuration(bind: NameServer, tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    key = bind.keys[0].write(tmp_path / "key")
    path.write_text(
        f'[keys.main]\nfile = "{key}"\n[servers.main]\naddress = "{bind.host}:{bind.port}"\nkey = "main"\n'
        '[zones."example.com"]\nservers = ["main"]\n[[records]]\nname = "check.example.com"\naddress = "192.0.2.9"\n',
        encoding="utf-8",
    )
    return path


@pytest.fixture
def socket(tmp_path: Path) -> str:
    return str(tmp_path / "agent.sock")


def checked(socket: str, *words: str) -> Result:
    return in_process("check", "--agent", f"socket={socket}", *words)


def test_an_agent_whose_names_are_right(configuration: Path, socket: str) -> None:
    with agent(Path(socket), answer(record("check"), config=str(configuration))):
        result = checked(socket)
    assert result.status == 0
    assert result.lines[0] == f"agent 4711 runs with {configuration}: 1 names, 0 failing"
    assert f"{configuration} is right: 1 record" in result.lines
    assert "check.example.com" in result.stdout


def test_names_that_fail_are_told_with_their_errors_and_not_without_end(configuration: Path, socket: str) -> None:
    names = [failing(f"n{number}") for number in range(_MOST_NAMES)]
    untold = record("untold", "failing", last_error=None)
    with agent(Path(socket), answer(untold, *names, record("check"), config=str(configuration))):
        result = checked(socket)
    told = [line for line in result.lines if " fails: " in line]
    assert told[:2] == [
        "untold.example.com fails: status name= says more",
        "n0.example.com fails: Permission denied: the key may not",
    ]
    assert len(told) == _MOST_NAMES
    assert ": 12 names, 11 failing" in result.lines[0]
    assert result.status == 0  # what is tried now works


def test_a_reload_that_failed_is_told(configuration: Path, socket: str) -> None:
    content = answer(record("check"), config=str(configuration), last_reload_error="line 3: expected a string")
    with agent(Path(socket), content):
        result = checked(socket)
    assert "it could not read its configuration at the last reload: line 3: expected a string" in result.lines


@pytest.mark.parametrize("word", ["--json", "quiet=yes"])
def test_who_wants_little_gets_only_the_result(word: str, configuration: Path, socket: str) -> None:
    with agent(Path(socket), answer(failing("check"), config=str(configuration))):
        result = checked(socket, word)
    assert result.status == 0
    assert " fails: " not in result.stderr
    assert word != "--json" or result.json["exit_status"] == 0


def test_a_configuration_that_is_gone_is_told(tmp_path: Path, socket: str) -> None:
    with agent(Path(socket), answer(record("check"), config=f"{tmp_path}/gone.toml")):
        result = checked(socket)
    assert result.status == 2
    assert f"cannot read {tmp_path}/gone.toml: No such file or directory" in result.lines
