"""What `check` says of a line itself: what is left out, and what `set` would refuse."""

from pathlib import Path

import pytest

from lab import Bind, LabKey
from tests.support.command import Result, in_process
from tests.support.peer import closed_port

KEY = LabKey.generate("home")


def checked(directory: Path, *words: str) -> Result:
    """Check without any configuration."""
    return in_process("check", *words, env={"HOME": str(directory), "XDG_CONFIG_HOME": str(directory)})


def test_a_key_alone(tmp_path: Path) -> None:
    said = checked(tmp_path, f"key-file={KEY.write(tmp_path / 'key')}")
    assert said.status == 0
    assert "home (hmac-sha256, 256 bits) can be read" in said.stdout
    assert "neither a zone nor a server is given" in said.stdout
    assert "no name is given" in said.stdout


def test_a_server_alone(tmp_path: Path) -> None:
    with Bind(tmp_path / "bind", keys=[KEY]) as server:
        said = checked(tmp_path, f"dns-server=127.0.0.1:{server.port}")
    assert said.status == 0
    assert "(BIND 9." in said.stdout
    assert "no zone is given" in said.stdout
    assert "no name is given" in said.stdout


def test_a_server_alone_that_does_not_listen(tmp_path: Path) -> None:
    said = checked(tmp_path, f"dns-server=127.0.0.1:{closed_port()}")
    assert said.status == 4
    assert f"why: nothing listens at port {closed_port()} of 127.0.0.1, for UDP: that address is this" in said.stdout


def test_a_zone_and_its_server(tmp_path: Path) -> None:
    with Bind(tmp_path / "bind", keys=[KEY]) as server:
        words = [f"dns-server=127.0.0.1:{server.port}", "zone=example.com", f"key-file={KEY.write(tmp_path / 'key')}"]
        said = checked(tmp_path, *words)
    assert said.status == 0
    assert "home (hmac-sha256, 256 bits) is accepted" in said.stdout
    assert "no name is given" in said.stdout


def test_an_address_alone(tmp_path: Path) -> None:
    said = checked(tmp_path, "address=192.0.2.1")
    assert said.status == 0
    assert "give zone=, or dns-server=" in said.stdout
    assert "give name=" in said.stdout


@pytest.mark.skipif(Path("/etc/dns-update/config.toml").exists(), reason="this machine has a configuration")
def test_nothing_at_all(tmp_path: Path) -> None:
    said = checked(tmp_path)
    assert said.status == 2
    assert "nothing is given to check, and there is no configuration /etc/dns-update/config.toml" in said.stderr
    assert "dns-update check name=home zone=example.com" in said.stderr


def test_data_that_set_refuses(tmp_path: Path) -> None:
    words = [
        "dns-server=127.0.0.1:1",
        "zone=example.com",
        "name=home",
        "type=CNAME",
        "value=a.example.",
        "value=b.example.",
    ]
    said = checked(tmp_path, *words)
    assert (said.status, said.stderr) == (2, "dns-update: a name has one CNAME record; 2 are given\n")


def test_a_name_that_set_refuses_unless_it_is_told_to_send_it(tmp_path: Path) -> None:
    with Bind(tmp_path / "bind", keys=[KEY]) as server:
        words = [f"dns-server=127.0.0.1:{server.port}", "zone=example.com", "type=MX", "value=10 mail_1.example.net."]
        said = checked(tmp_path, *words, "name=home", f"key-file={KEY.write(tmp_path / 'key')}")
    assert "set refuses it: mail_1.example.net is not a host name" in said.stdout
    assert "check-names=no" in said.stdout
