"""The words of `dns-update agent --check`, and what is wrong with them."""

from pathlib import Path

import pytest

from lab import LabKey
from tests.support.command import dns_update

CONFIGURATION = """\
[servers.main]
address = "127.0.0.1:1"

[zones."example.com"]
servers = ["main"]

[[records]]
name = "home.example.com"
address = "192.0.2.1"
"""


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    path = tmp_path / "agent.toml"
    path.write_text(CONFIGURATION)
    return path


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--online"], "online= is given without check=: dns-update agent --check --online"),
        (["online=yes"], "online= is given without check=: dns-update agent --check --online"),
        (["--once", "--online"], "online= is given without check=: dns-update agent --check --online"),
        (["check=no", "--online"], "online= is given without check=: dns-update agent --check --online"),
        (["--check", "online=perhaps"], "online=: 'perhaps' is not possible: yes or no"),
        (["--check", "--onlin"], "--onlin has no value: --onlin VALUE"),
        (["--check", "onlin=yes"], "unknown property 'onlin': did you mean online?"),
        (["--check", "--online", "--online"], "online= is given twice: it takes one value"),
    ],
)
def test_wrong_words_are_one_line(words: list[str], line: str, configuration: Path) -> None:
    done = dns_update("agent", f"config={configuration}", *words)
    assert (done.status, done.stdout, done.lines) == (2, "", [line])


def test_json_is_for_online() -> None:
    done = dns_update("agent", "--check", "--json")
    assert done.status == 2
    assert done.json["error"]["message"] == "json= is given without online="


def test_without_online_no_server_is_asked(configuration: Path) -> None:
    done = dns_update("agent", "--check", f"config={configuration}")
    assert (done.status, done.stdout, done.lines) == (0, "", [f"{configuration} is right: 1 record"])
    assert dns_update("agent", "--check", "online=no", f"config={configuration}").status == 0


def test_a_wrong_configuration_is_told_as_without_online(configuration: Path) -> None:
    configuration.write_text(CONFIGURATION.replace("address", "adress"))
    online = dns_update("agent", "--check", "--online", f"config={configuration}")
    offline = dns_update("agent", "--check", f"config={configuration}")
    assert online == offline
    assert online.status == 2


def test_a_wrong_configuration_as_json_has_every_problem(configuration: Path) -> None:
    configuration.write_text(CONFIGURATION.replace("address", "adress"))
    told = dns_update("agent", "--check", f"config={configuration}").lines
    done = dns_update("agent", "--check", "--online", "--json", f"config={configuration}")
    assert (done.status, done.stderr) == (2, "")
    assert done.json["notes"] == told
    assert len(told) > 1


def test_a_configuration_that_is_not_there(tmp_path: Path) -> None:
    done = dns_update("agent", "--check", "--online", f"config={tmp_path}/none.toml")
    assert (done.status, done.lines) == (2, [f"cannot read {tmp_path}/none.toml: No such file or directory"])


def test_a_key_that_others_can_read(tmp_path: Path, configuration: Path) -> None:
    LabKey.generate().write(tmp_path / "key").chmod(0o644)
    configuration.write_text(f'[keys.main]\nfile = "{tmp_path}/key"\n' + CONFIGURATION)
    done = dns_update("agent", "--check", "--online", f"config={configuration}")
    assert (done.status, len(done.lines)) == (2, 1)
    assert "chmod" in done.lines[0]


def test_the_help_tells_of_it() -> None:
    done = dns_update("agent", "--help")
    assert "online=yes|no" in done.stdout
    assert "dns-update agent --check --online" in done.stdout
