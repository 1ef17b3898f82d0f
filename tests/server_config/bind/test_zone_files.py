"""Files that named cannot write; where a real named is run, it runs as another user, which needs root."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from dns_update.auth import Key
from dns_update.server_config import texts
from dns_update.server_config.bind import zone_files
from dns_update.server_config.server_user import user_named
from lab import Bind, LabKey, Zone
from lab.versions import version
from tests.server_config.asked import accepts, asked, codes, faults, intended, key_of
from tests.server_config.bind.configured import written, zone
from tests.support.broken.servers import mount_read_only

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts named as another user")
POLICY = "update-policy { grant dd zonesub; };"
KEY = 'key "dd" { algorithm hmac-sha256; secret "c2VjcmV0c2VjcmV0c2VjcmV0"; };\n'
SAME_KEY = Key("dd", b"secretsecretsecret", "hmac-sha256")
ASKED = intended("example.com", "home.example.com", key=SAME_KEY)


@dataclass(eq=False, kw_only=True)
class AsUser(Bind):
    """named that gives up root's rights, as on Debian."""

    def _command(self) -> list[str]:
        command = [*super()._command(), "-u", "bind"]
        (self.directory / "named.conf").chmod(0o644)
        return command


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """Return a directory that other users can enter, unlike pytest's."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory


@needs_root
@pytest.mark.parametrize("is_writable", [False, True])
def test_a_directory_of_root_has_no_place_for_a_journal(open_directory: Path, is_writable: bool) -> None:
    (open_directory / "work").mkdir()
    (open_directory / "work").chmod(0o777)  # named does not start if it cannot write its working directory
    (open_directory / "zones").mkdir(0o755)
    (open_directory / "zones").chmod(0o777 if is_writable else 0o755)
    policy = f'{POLICY} journal "../zones/example.com.jnl";'
    server = AsUser(
        open_directory / "work", zones=[Zone("example.com", policy=policy)], readonly_keys=[LabKey.generate("dd")]
    )
    with server:
        asked_for = ASKED._replace(key=key_of(server.readonly_keys[0]))
        found = asked(server.directory / "named.conf", asked_for)
        assert accepts(server, asked_for) is is_writable
    assert faults(found) == ([] if is_writable else ["journal-not-writable"])
    assert is_writable or found[0].values["mode"] == "755"


@pytest.fixture
def as_bind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have configurations belong to a named that runs as the user bind."""
    monkeypatch.setattr(zone_files, "named_user", lambda _path: user_named("bind"))


@needs_root
@pytest.mark.usefixtures("as_bind")
def test_a_journal_of_root_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    journal = tmp_path / "example.com.zone.jnl"
    journal.write_bytes(b";BIND LOG V9.2\n".ljust(64, b"\0"))
    journal.chmod(0o644)
    (tmp_path / "example.com.zone").write_text(Zone("example.com").text)
    (tmp_path / "example.com.zone").chmod(0o644)
    path = written(tmp_path, f'{KEY}options {{ directory "{tmp_path}"; }};\n{zone("example.com", POLICY)}')
    found = asked(path, ASKED)
    assert faults(found) == ["journal-not-writable"]
    assert found[0].values["path"] == str(journal)


@needs_root
@pytest.mark.usefixtures("as_bind")
def test_a_zone_file_that_cannot_be_read(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    (tmp_path / "example.com.zone").touch(0o600)
    path = written(tmp_path, f'{KEY}options {{ directory "{tmp_path}"; }};\n{zone("example.com", POLICY)}')
    found = asked(path, ASKED)
    assert faults(found) == ["zone-file-unreadable"]
    assert texts(found[0])[1].endswith(" && rndc reload example.com")


def test_a_zone_file_that_does_not_exist(tmp_path: Path) -> None:
    path = written(tmp_path, f'{KEY}options {{ directory "{tmp_path}"; }};\n{zone("example.com", POLICY)}')
    found = asked(path, ASKED)
    assert faults(found) == ["zone-file-missing"]
    assert found[0].values["file"] == str(tmp_path / "example.com.zone")


@needs_root
@pytest.mark.usefixtures("as_bind")
@pytest.mark.parametrize("policy", ["dnssec-policy default;", "dnssec-policy default; inline-signing yes;"])
def test_the_directory_of_keys_cannot_be_written(tmp_path: Path, policy: str) -> None:
    tmp_path.chmod(0o777)
    (tmp_path / "keys").mkdir(0o755)
    (tmp_path / "example.com.zone").touch(0o644)
    signed = zone("example.com", f'{POLICY} {policy} key-directory "keys";')
    path = written(tmp_path, f'{KEY}options {{ directory "{tmp_path}"; }};\n{signed}')
    assert faults(asked(path, ASKED)) == ["key-directory"]


def test_a_zone_that_is_not_signed_needs_no_keys(tmp_path: Path) -> None:
    path = written(tmp_path, KEY + zone("example.com", f"{POLICY} dnssec-policy none;"))
    assert "key-directory" not in codes(asked(path, ASKED))


def test_apparmor_allows_the_directories_of_its_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    switch, profile = tmp_path / "enabled", tmp_path / "usr.sbin.named"
    switch.write_text("Y\n")
    profile.write_text("/usr/sbin/named {\n  /etc/bind/** r,\n  /var/lib/bind/** rw,\n  /var/cache/bind/** lrw,\n}\n")
    monkeypatch.setattr(zone_files, "_APPARMOR_SWITCH", switch)
    monkeypatch.setattr(zone_files, "_APPARMOR_PROFILES", (profile, tmp_path / "local"))
    monkeypatch.setattr(zone_files, "named_user", lambda _path: None)
    for directory, expected in (("/var/lib/bind", []), ("/var/cache/bind/x", []), ("/srv/x", ["apparmor"])):
        path = written(tmp_path, f'{KEY}options {{ directory "{tmp_path}"; }};\n' + _with_file(directory))
        assert faults(asked(path, ASKED)) == [*expected]


def test_without_apparmor_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zone_files, "_APPARMOR_SWITCH", tmp_path / "missing")
    path = written(tmp_path, KEY + _with_file("/srv/x"))
    assert "apparmor" not in codes(asked(path, ASKED))


def _with_file(directory: str) -> str:
    """Return a zone whose directory, or the zone file itself, is elsewhere."""
    return (
        f'zone "example.com" {{ type primary; file "{directory}/missing/example.com"; '
        f'journal "{directory}/example.com.jnl"; {POLICY} }};'
    )


def test_the_user_is_that_of_the_start_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = tmp_path / "named"
    defaults.write_text('RESOLVCONF=no\nOPTIONS="-4 -u bind"\n')
    monkeypatch.setattr(zone_files, "running_as", lambda _program, _is_ours: None)
    monkeypatch.setattr(zone_files, "_DEFAULTS", (tmp_path / "missing", defaults))
    user = zone_files.named_user("/etc/bind/named.conf")
    assert user is not None
    assert user.name == "bind"
    assert zone_files.named_user(str(tmp_path / "named.conf")) is None


@pytest.mark.skipif(version("named") >= (9, 20), reason="this BIND does not know it any more")
def test_the_old_way_of_signing_is_remarked(tmp_path: Path) -> None:
    path = written(tmp_path, KEY + zone("example.com", f"{POLICY} auto-dnssec maintain;"))
    assert "auto-dnssec" in codes(asked(path, ASKED))


@pytest.mark.parametrize(("most", "is_enough"), [(3, False), (100, True)])
def test_a_limit_of_the_zone_is_named_if_there_is_one(tmp_path: Path, most: int, *, is_enough: bool) -> None:
    key = LabKey.generate("dd")
    server = Bind(tmp_path, zones=[Zone("example.com", policy=f"{POLICY} max-records {most};")], readonly_keys=[key])
    with server:
        asked_for = ASKED._replace(key=key_of(key))
        found = asked(tmp_path / "named.conf", asked_for)
        assert accepts(server, asked_for) is is_enough
    assert "limit" in codes(found)


def test_a_full_disk_has_no_place_for_the_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = LabKey.generate("dd")
    monkeypatch.setattr(zone_files, "disk_fault", lambda place, _root: "disk-full" if place == tmp_path else "")
    with Bind(tmp_path, zones=[Zone("example.com", policy=POLICY)], readonly_keys=[key]):
        found = asked(tmp_path / "named.conf", ASKED._replace(key=key_of(key)))
    assert faults(found) == ["disk-full"]


@pytest.mark.parametrize(
    ("records", "wrong"),
    [("@ NS ns9", "NS 'ns9.example.com' has no address records"), ("home A 192.0.2", "bad dotted quad"), ("", "")],
)
def test_a_zone_file_that_named_does_not_load(records: str, wrong: str, tmp_path: Path) -> None:
    file = tmp_path / "example.com.zone"
    file.write_text(Zone("example.com", records=records).text)
    path = written(tmp_path, f'{KEY}options {{ directory "{tmp_path}"; }};\n{zone("example.com", POLICY)}')
    found = [each for each in asked(path, ASKED) if each.code == "zone-file-wrong"]
    assert [wrong in each.values["fault"] for each in found] == ([True] if wrong else [])


@pytest.mark.parametrize("form", ["raw", "text"])
def test_a_zone_file_is_checked_in_its_own_format(tmp_path: Path, form: str) -> None:
    text = tmp_path / "text"
    text.write_text(Zone("example.com").text)
    compiled = ["named-checkzone", "-F", form, "-o", str(tmp_path / "example.com.zone"), "example.com", str(text)]
    subprocess.run(compiled, check=True, capture_output=True)
    for stated in ("raw", "text"):
        own = zone("example.com", f"masterfile-format {stated}; {POLICY}")
        path = written(tmp_path, f'{KEY}options {{ directory "{tmp_path}"; }};\n{own}')
        assert ("zone-file-wrong" in codes(asked(path, ASKED))) is (stated != form)


@needs_root
def test_a_directory_that_is_mounted_read_only(tmp_path: Path) -> None:
    zones = tmp_path / "zones"
    zones.mkdir()
    key = LabKey.generate("dd")
    policy = f'{POLICY} journal "zones/example.com.jnl";'
    with ExitStack() as stack:
        server = stack.enter_context(Bind(tmp_path, zones=[Zone("example.com", policy=policy)], readonly_keys=[key]))
        asked_for = ASKED._replace(key=key_of(key))
        mount_read_only(stack, zones)
        found = asked(tmp_path / "named.conf", asked_for)
        assert not accepts(server, asked_for)
    assert faults(found) == ["disk-read-only"]
