"""What holds for each of the three servers."""

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import Bind, DigFailed, Knot, LabKey, NameServer, PowerDns, ServerFailed, Zone, dig
from lab.errors import PortTaken
from tests.lab.nsupdate import ADDRESS, add_address

KINDS = [Bind, Knot, PowerDns]
SHARED = ["bind", "knot", "powerdns"]
SOA = "example.com. 3600 IN SOA ns.example.com. hostmaster.example.com. 1 3600 900 604800 300"


@pytest.fixture(params=SHARED)
def shared(request: pytest.FixtureRequest) -> NameServer:
    server = request.getfixturevalue(request.param)
    assert isinstance(server, NameServer)
    return server


@pytest.fixture(params=KINDS)
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NameServer]:
    """Yield a server that the test may stop."""
    kind: type[NameServer] = request.param
    with kind(tmp_path / "server", keys=[LabKey.generate()]) as server:
        yield server


def test_a_signed_update_is_applied(shared: NameServer, unique_name: str, tmp_path: Path) -> None:
    result = add_address(shared, unique_name, shared.keys[0], tmp_path)
    assert result.returncode == 0, result.stderr
    assert dig(shared, f"{unique_name}.example.com", "A") == [f"{unique_name}.example.com. 60 IN A {ADDRESS}"]


def test_a_wrong_secret_is_rejected(shared: NameServer, unique_name: str, tmp_path: Path) -> None:
    result = add_address(shared, unique_name, LabKey.generate(), tmp_path)
    assert result.returncode == 2
    assert "BADSIG" in result.stderr or "REFUSED" in result.stderr
    assert dig(shared, f"{unique_name}.example.com", "A") == []


def test_an_unknown_key_is_rejected(shared: NameServer, unique_name: str, tmp_path: Path) -> None:
    result = add_address(shared, unique_name, LabKey.generate("another-key"), tmp_path)
    assert result.returncode == 2
    assert re.search("BADKEY|REFUSED|NOTAUTH", result.stderr)  # nsupdate tells of Knot 3.4's unsigned answer only this
    assert dig(shared, f"{unique_name}.example.com", "A") == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_readonly_key_may_not_update(kind: type[NameServer], tmp_path: Path) -> None:
    reader = LabKey.generate("reader")
    with kind(tmp_path / "server", keys=[LabKey.generate()], readonly_keys=[reader]) as server:
        assert add_address(server, "refused", reader, tmp_path).returncode == 2
        assert dig(server, "refused.example.com", "A") == []


def test_a_query_can_be_signed(shared: NameServer) -> None:
    assert len(dig(shared, "example.com", "SOA", key=shared.keys[0])) == 1


def test_a_refusal_is_not_taken_for_an_empty_answer(shared: NameServer) -> None:
    with pytest.raises(DigFailed, match="REFUSED"):
        dig(shared, "example.org", "A")
    with pytest.raises(DigFailed, match="NOTAUTH"):
        dig(shared, "example.com", "SOA", key=LabKey.generate())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("algorithm", ["hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha384", "hmac-sha512"])
def test_every_key_may_update_whatever_its_algorithm(kind: type[NameServer], algorithm: str, tmp_path: Path) -> None:
    key = LabKey.generate("second", algorithm)
    with kind(tmp_path / "server", keys=[LabKey.generate("first"), key]) as server:
        result = add_address(server, "home", key, tmp_path)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_it_serves_each_zone_with_the_records_and_ttl_given(kind: type[NameServer], tmp_path: Path) -> None:
    zones = [Zone("example.com", records='home 300 A 192.0.2.1\nnote TXT "two  blanks"'), Zone("example.net.", ttl=120)]
    with kind(tmp_path / "server", zones=zones) as server:
        assert dig(server, "home.example.com", "A") == ["home.example.com. 300 IN A 192.0.2.1"]
        assert dig(server, "note.example.com", "TXT") == ['note.example.com. 3600 IN TXT "two  blanks"']
        assert dig(server, "example.net", "NS") == ["example.net. 120 IN NS ns.example.net."]
        assert dig(server, "example.com", "SOA") == [SOA]


def test_nobody_else_can_read_the_secret(own: NameServer) -> None:
    secret = own.keys[0].secret.encode()
    assert secret not in Path(f"/proc/{own.pid}/cmdline").read_bytes()
    holders = [path for path in own.directory.rglob("*") if path.is_file() and secret in path.read_bytes()]
    assert holders
    assert [path for path in holders if path.stat().st_mode & 0o077] == []


def test_the_process_is_the_server_itself(own: NameServer) -> None:
    assert Path(f"/proc/{own.pid}/exe").resolve().name == own.program


def test_stop_ends_the_process_and_frees_the_port(own: NameServer) -> None:
    pid = own.pid
    own.stop()
    assert not own.is_running
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with socket.socket() as connection:
        assert connection.connect_ex((own.host, own.port)) != 0
    with pytest.raises(DigFailed):
        dig(own, "example.com", "SOA")
    own.stop()


def test_a_restart_keeps_the_port_and_what_was_updated(own: NameServer, tmp_path: Path) -> None:
    port = own.port
    add_address(own, "home", own.keys[0], tmp_path)
    own.stop()
    own.start()
    assert own.port == port
    assert dig(own, "home.example.com", "A") == [f"home.example.com. 60 IN A {ADDRESS}"]


def test_a_paused_server_answers_nothing_until_resumed(own: NameServer) -> None:
    own.pause()
    assert own.is_running
    with pytest.raises(DigFailed, match="timed out"):
        dig(own, "example.com", "SOA", timeout=1)
    own.resume()
    assert dig(own, "example.com", "SOA") == [SOA]


def test_it_can_be_paused_again(own: NameServer) -> None:
    for _ in range(3):
        own.pause()
        assert _state(own.pid) == "T"
        own.resume()
        assert dig(own, "example.com", "SOA") == [SOA]


def test_a_paused_server_can_be_stopped(own: NameServer) -> None:
    pid = own.pid
    own.pause()
    own.stop()
    assert not Path(f"/proc/{pid}").exists()


def test_a_running_server_is_not_started_again(own: NameServer) -> None:
    with pytest.raises(ServerFailed, match="running already"):
        own.start()


@pytest.mark.parametrize("kind", KINDS)
def test_clock_offset_makes_the_server_reject_the_time(kind: type[NameServer], tmp_path: Path) -> None:
    key = LabKey.generate()
    with kind(tmp_path / "server", keys=[key], clock_offset="+10m") as server:
        pid = server.pid
        assert Path(f"/proc/{pid}/exe").resolve().name == server.program
        result = add_address(server, "home", key, tmp_path)
        assert result.returncode == 2
        # PowerDNS refuses whatever it does not like about a signature.
        assert ("REFUSED" if kind is PowerDns else "BADTIME") in result.stderr
    assert not list(Path("/dev/shm").glob(f"*faketime*_{pid}"))  # noqa: S108 - where libfaketime leaves files


@pytest.mark.parametrize("kind", KINDS)
def test_a_configuration_error_is_told_with_the_log(kind: type[NameServer], tmp_path: Path) -> None:
    server = kind(tmp_path / "server", extra="nonsense-setting=1")
    with pytest.raises(ServerFailed, match=r"(?s)ended; its log:\n.*(nonsense-setting|parser failed)"):
        server.start()
    assert not server.is_running
    assert server.port == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_port_given_and_taken_is_told_at_once(kind: type[NameServer], own: NameServer, tmp_path: Path) -> None:
    with pytest.raises(PortTaken):
        kind(tmp_path / "second", port=own.port).start()


@pytest.mark.parametrize("kind", KINDS)
def test_another_port_is_taken_if_the_server_cannot_bind(
    kind: type[NameServer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        taken = other.getsockname()[1]
        free = _number_of_a_free_port()
        numbers = iter([taken, free])
        monkeypatch.setattr("lab.port._numbers", lambda: numbers)
        monkeypatch.setattr("lab.port._check_free", lambda _number: None)
        with kind(tmp_path / "server") as server:
            assert server.port == free


def _number_of_a_free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def _state(pid: int) -> str:
    """Return the process's state as the kernel letters it: T is stopped."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
