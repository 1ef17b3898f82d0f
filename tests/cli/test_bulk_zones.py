"""`dns-update apply` and `plan` of names whose zones are found name by name, or not found; and Ctrl-C, twice."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.cli.apply import Interruption
from lab import Bind, LabKey, NameServer, Zone, dig
from tests.support.command import at, in_process, key_file

KEY = LabKey.generate("bulk", "hmac-sha256")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    zones = [Zone("example.com"), Zone("example.net", records="old A 192.0.2.9\n")]
    with Bind(tmp_path_factory.mktemp("bind"), keys=[KEY], zones=zones) as running:
        yield running


def listed(directory: Path, *names: str) -> str:
    path = directory / "names.csv"
    path.write_text("name,address\n" + "".join(f"{name},192.0.2.1\n" for name in names), encoding="utf-8")
    return str(path)


def line(server: NameServer, path: str) -> list[str]:
    return [path, at(server), key_file(server), "ttl=60"]


def test_names_of_two_zones_and_of_one_that_is_not_found(server: NameServer, unique_name: str, tmp_path: Path) -> None:
    names = [f"{unique_name}.{zone}" for zone in ("example.com", "nowhere.test", "example.net")]
    result = in_process("apply", *line(server, listed(tmp_path, *names)))
    assert result.status == 10
    assert any(f"{unique_name}.nowhere.test A (line 3): Zone not found: " in told for told in result.lines)
    assert result.lines[-1].startswith("2 updated, 1 ")
    for name in (names[0], names[2]):
        assert dig(server, name, "A") == [f"{name}. 60 IN A 192.0.2.1"]


def test_names_of_which_no_zone_is_found(server: NameServer, unique_name: str, tmp_path: Path) -> None:
    names = [f"{label}.{unique_name}.nowhere.test" for label in ("a", "b")]
    result = in_process("apply", *line(server, listed(tmp_path, *names)), "--json")
    assert result.status == 8
    assert [failure["name"] for failure in result.json["failures"]] == [f"{name}." for name in names]
    assert sum(result.json["states"].values()) == result.json["states"]["not-tried"] == len(names)


def test_a_plan_needs_the_zone_of_each_name(server: NameServer, unique_name: str, tmp_path: Path) -> None:
    result = in_process("plan", *line(server, listed(tmp_path, f"{unique_name}.nowhere.test")))
    assert (result.status, result.stdout) == (8, "")
    assert "Zone not found: " in result.lines[0]


def test_a_plan_of_a_name_that_is_deleted_has_its_data(server: NameServer, tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("name\nold.example.net\n", encoding="utf-8")
    result = in_process("plan", str(path), at(server), key_file(server), "delete=yes")
    assert (result.status, result.stdout) == (20, "- old.example.net. 3600 A 192.0.2.9\n")
    assert dig(server, "old.example.net", "A")


@pytest.mark.parametrize("command", ["apply", "plan"])
def test_zones_and_ttls_of_a_configuration(command: str, server: NameServer, unique_name: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        f'[keys.main]\nfile = "{KEY.write(tmp_path / "key")}"\n'
        f'[servers.main]\naddress = "{server.host}:{server.port}"\nkey = "main"\n'
        '[zones."example.com"]\nservers = ["main"]\nttl = 111\n[zones."example.net"]\nservers = ["main"]\nttl = 222\n',
        encoding="utf-8",
    )
    names = [f"{unique_name}.{zone}" for zone in ("example.com", "example.net")]
    result = in_process(command, listed(tmp_path, *names), f"config={path}")
    if command == "plan":
        assert result.status == 20
        assert result.stdout == f"+ {names[0]}. 111 A 192.0.2.1\n+ {names[1]}. 222 A 192.0.2.1\n"
    else:
        assert result.status == 0, result.stderr
        assert dig(server, names[0], "A") + dig(server, names[1], "A") == [
            f"{names[0]}. 111 IN A 192.0.2.1",
            f"{names[1]}. 222 IN A 192.0.2.1",
        ]


def test_a_name_of_a_zone_that_the_configuration_does_not_have(
    server: NameServer, unique_name: str, tmp_path: Path
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        f'[servers.main]\naddress = "{server.host}:{server.port}"\n[zones."example.net"]\nservers = ["main"]\n',
        encoding="utf-8",
    )
    result = in_process("apply", *line(server, listed(tmp_path, f"{unique_name}.example.com")), f"config={path}")
    assert result.status == 0, result.stderr
    assert dig(server, f"{unique_name}.example.com", "A") == [f"{unique_name}.example.com. 60 IN A 192.0.2.1"]


def test_small_messages_carry_the_same(server: NameServer, unique_name: str, tmp_path: Path) -> None:
    names = [f"{unique_name}-{number}.example.com" for number in range(100)]
    result = in_process("apply", *line(server, listed(tmp_path, *names)), "message-size=1024", "zone=example.com")
    assert result.status == 0, result.stderr
    assert result.lines[-1].startswith("100 updated: ")
    assert dig(server, names[-1], "A") == [f"{names[-1]}. 60 IN A 192.0.2.1"]


def test_the_first_ctrl_c_asks_to_stop_and_the_second_one_ends() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interruption() as stop:
        assert not stop()
        signal.raise_signal(signal.SIGINT)
        assert stop()
        with pytest.raises(KeyboardInterrupt, match="may have been carried out"):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
