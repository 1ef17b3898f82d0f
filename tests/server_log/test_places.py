"""Where a server writes its log is read in its configuration."""

from pathlib import Path

import pytest

from dns_update.server_config import server_user
from dns_update.server_log import places
from dns_update.server_log.places import places_of
from lab import Bind


def bind_configuration(directory: Path, logging: str, options: str = "") -> str:
    path = directory / "etc" / "bind" / "named.conf"
    path.parent.mkdir(parents=True)
    path.write_text(f"options {{ {options} }};\nlogging {{ {logging} }};\n")
    return str(path)


def test_the_files_of_binds_channels(tmp_path: Path) -> None:
    channels = (
        'channel a { file "/var/log/named/a" versions 3 size 5m; }; channel b { file "b"; }; category update { a; };'
    )
    path = bind_configuration(tmp_path, f"{channels} channel c {{ syslog daemon; }};", 'directory "/var/cache/bind";')
    found = places_of("bind", path)
    assert found.files == ("/var/log/named/a", "/var/cache/bind/b")
    assert not found.in_system


def test_a_root_of_its_own_is_before_the_files(tmp_path: Path) -> None:
    path = bind_configuration(tmp_path, 'channel a { file "/var/log/a"; };')
    (tmp_path / "var" / "log").mkdir(parents=True)
    (tmp_path / "var" / "log" / "a").touch()
    assert places_of("bind", path).files == (f"{tmp_path}/var/log/a",)


def test_without_a_directory_a_file_is_beside_the_configuration(tmp_path: Path) -> None:
    path = bind_configuration(tmp_path, 'channel a { file "a"; };')
    assert places_of("bind", path).files == (str(Path(path).parent / "a"),)


@pytest.mark.parametrize("words", [["-L", "/var/log/bind"], ["-L=/var/log/bind"]])
def test_the_command_line_of_a_running_named_counts(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = bind_configuration(tmp_path, "")
    running = [["named", "-c", "/other"], ["named", "-t", "/nowhere", "-c", path, *words]]
    monkeypatch.setattr(places, "command_lines", lambda _program: iter(running))
    found = places_of("bind", path)
    assert (found.files, found.in_system) == (("/var/log/bind",), True)


def test_a_running_server_is_found(tmp_path: Path) -> None:
    with Bind(tmp_path / "server") as server:
        path = str(server.directory / "named.conf")
        assert places_of("bind", path).in_system
        assert any(path in words for words in server_user.command_lines("named"))
    assert not places_of("bind", path).in_system


def test_the_files_of_knots_targets(tmp_path: Path) -> None:
    path = tmp_path / "knot.conf"
    path.write_text("log:\n  - target: syslog\n    any: info\n  - target: /var/log/knot.log\n  - target: stderr\n")
    assert places_of("knot", str(path)).files == ("/var/log/knot.log",)


def test_powerdns_writes_to_the_systems_log() -> None:
    found = places_of("powerdns", "/etc/powerdns/pdns.conf")
    assert (found.files, found.in_system) == ((), True)


def test_a_configuration_that_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "named.conf"
    path.write_text("options {" * 200)
    assert places_of("bind", str(path)).files == ()
    assert places_of("bind", "/etc/bind/named.conf").in_system
