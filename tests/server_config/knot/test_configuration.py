"""Findings about zones, keys, files and the running server, and mistakes that Knot itself finds."""

import base64
import os
import subprocess
from pathlib import Path

import pytest

from dns_update.auth import Key
from dns_update.errors import ConfigError, UsageError
from dns_update.errors.hints import COMMAND_LINE, rendered
from dns_update.server_config import texts
from dns_update.server_config.knot import configuration
from lab import Knot, LabKey, Zone
from tests.server_config.asked import accepts, asked, codes, faults, intended, key_of

SECRET = b"the secret of tests, 32 octets.."
TEXT = base64.b64encode(SECRET).decode()
KEY = f"key:\n  - id: dd\n    algorithm: hmac-sha256\n    secret: {TEXT}\n"
ACL = "acl:\n  - id: u\n    key: dd\n    action: update\n"
ZONE = "zone:\n  - domain: example.com\n    acl: u\n"
SAME_KEY = Key("dd", SECRET, "hmac-sha256")
ASKED = intended("example.com", "home.example.com", key=SAME_KEY)


def written(directory: Path, text: str) -> Path:
    path = directory / "knot.conf"
    path.write_text(f'server:\n    rundir: "{directory}"\ndatabase:\n    storage: "{directory}"\n{text}')
    return path


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        (Key("dd", SECRET, "hmac-sha256"), ""),
        (Key("DD.", SECRET, "hmac-sha256"), ""),
        (Key("dd", SECRET, "hmac-sha512"), "key-algorithm"),
        (Key("dd", SECRET[::-1], "hmac-sha256"), "key-secret"),
        (Key("dd.example", SECRET, "hmac-sha256"), "key-similar"),
    ],
)
def test_knotd_rejects_the_keys_that_are_said_to_be_wrong(tmp_path: Path, key: Key, fault: str) -> None:
    with Knot(tmp_path, keys=[LabKey("dd", "hmac-sha256", TEXT)]) as server:
        asked_for = ASKED._replace(key=key)
        found = [code for code in faults(asked(tmp_path / "knot.conf", asked_for)) if code.startswith("key-")]
        assert found == ([fault] if fault else [])
        assert accepts(server, asked_for) is (not fault)


def test_a_key_that_is_not_there(tmp_path: Path) -> None:
    found = asked(written(tmp_path, KEY + ACL + ZONE), ASKED._replace(key=Key("nobody", SECRET, "hmac-sha256")))
    assert faults(found)[:2] == ["key-unknown", "acl-key"]


def test_the_zone_is_missing(tmp_path: Path) -> None:
    path = written(tmp_path, KEY + ACL + ZONE)
    assert faults(asked(path, intended("other.example", "x.other.example", key=SAME_KEY))) == ["zone-missing"]


def test_there_is_only_a_parent_or_a_zone_below(tmp_path: Path) -> None:
    path = written(tmp_path, f"{KEY}{ACL}{ZONE}  - domain: b.example.com\n")
    found = asked(path, intended("a.example.com", "x.a.example.com", key=SAME_KEY))
    assert (faults(found), found[0].values["parent"]) == (["zone-parent"], "example.com")
    assert "zone-below" in faults(asked(path, intended("example.com", "x.b.example.com", key=SAME_KEY)))


def test_a_secondary_forwards(tmp_path: Path) -> None:
    remote = "remote:\n  - id: primary\n    address: 192.0.2.7\n"
    found = asked(written(tmp_path, f"{KEY}{ACL}{remote}{ZONE}    master: primary\n"), ASKED)
    assert codes(found)[0] == "secondary-forwards"


@pytest.mark.parametrize(
    ("address", "shown"),
    [("192.0.2.7@5353", "192.0.2.7:5353"), ("2001:db8::7@5353", "[2001:db8::7]:5353"), ("192.0.2.7", "192.0.2.7")],
)
@pytest.mark.parametrize("acl", ["    address: 192.0.2.7\n    action: notify\n", "    key: k\n    action: update\n"])
def test_a_secondary_that_takes_no_updates_names_its_primary_alone(
    tmp_path: Path, acl: str, address: str, shown: str
) -> None:
    key = KEY.replace("id: dd", "id: k")
    remote = f"remote:\n  - id: primary\n    address: {address}\nremotes:\n  - id: all\n    remote: primary\n"
    zone = "zone:\n  - domain: example.com\n    master: all\n    acl: u\n"
    found = asked(written(tmp_path, f"{key}{remote}acl:\n  - id: u\n{acl}{zone}"), ASKED)
    assert [each.code for each in found if each.code != "status-refused"] == ["secondary"]
    assert f"its primary is primary ({shown})" in texts(found[0])[0]
    assert rendered(texts(found[0])[1], COMMAND_LINE) == f"send the update to the primary: dns-server={shown}"


def test_a_key_is_not_told_to_an_acl_for_notify(tmp_path: Path) -> None:
    acl = "acl:\n  - id: u\n    action: notify\n    address: 192.0.2.7\n"
    found = asked(written(tmp_path, f"{KEY}{acl}{ZONE}"), ASKED)
    assert "no-acl-for-updates" in faults(found)
    assert 'write in the zone: "acl: [u, dns-update]", with an acl' in texts(found[0])[1]


@pytest.mark.parametrize(("other", "code"), [("x.exmaple.com", "zone-of-owner"), ("example.com", "zone-similar")])
def test_a_zone_that_was_meant_is_not_made_anew(tmp_path: Path, other: str, code: str) -> None:
    path = written(tmp_path, KEY + ACL + ZONE.replace("example.com", other))
    found = asked(path, intended("exmaple.com", "x.exmaple.com", key=SAME_KEY))
    assert faults(found) == [code]
    assert f"zone={other}" in rendered(texts(found[0])[1], COMMAND_LINE).split()


@pytest.mark.parametrize("template", ["default", "t"])
def test_items_of_templates_count(tmp_path: Path, template: str) -> None:
    (tmp_path / "example.com.zone").touch()
    text = f'template:\n  - id: {template}\n    acl: u\n    storage: "{tmp_path}"\n'
    zone = "zone:\n  - domain: example.com\n" + ("" if template == "default" else "    template: t\n")
    assert not faults(asked(written(tmp_path, KEY + ACL + text + zone), ASKED))


def test_another_template_hides_the_default_one(tmp_path: Path) -> None:
    text = "template:\n  - id: default\n    acl: u\n  - id: t\n    file: x\n"
    zone = "zone:\n  - domain: example.com\n    template: t\n"
    with Knot(tmp_path / "server", keys=[LabKey("dd", "hmac-sha256", TEXT)]) as server:
        conf = server.directory / "knot.conf"
        conf.write_text(f'{KEY}{ACL}{text}{zone}    storage: "{server.directory}"\n')
        assert "no-acl" in faults(asked(conf, ASKED))


# Files


def test_the_zone_file_does_not_exist(tmp_path: Path) -> None:
    path = written(tmp_path, f'{KEY}{ACL}{ZONE}    storage: "{tmp_path}"\n')
    found = asked(path, ASKED)
    assert (faults(found), found[0].values["path"]) == (["zone-file-missing"], str(tmp_path / "example.com.zone"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files of another user")
def test_files_that_knotd_cannot_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "example.com.zone").touch(0o644)
    path = tmp_path / "knot.conf"
    storage = f'storage: "{tmp_path}"\n'
    text = f"server:\n    user: knot:knot\ndatabase:\n    {storage}{KEY}{ACL}{ZONE}    {storage}"
    path.write_text(text)
    found = asked(path, ASKED)
    assert faults(found) == ["journal-not-writable"]
    assert "zone-file-not-writable" in codes(found)
    (tmp_path / "example.com.zone").chmod(0o600)
    hints = {finding.code: texts(finding)[1] for finding in asked(path, ASKED)}
    assert hints["zone-file-unreadable"].endswith(" && knotc zone-reload example.com")
    tmp_path.chmod(0o777)
    (tmp_path / "example.com.zone").chmod(0o644)
    assert not faults(asked(path, ASKED))


# The running server


def test_a_frozen_zone(tmp_path: Path) -> None:
    with Knot(tmp_path, keys=[LabKey("dd", "hmac-sha256", TEXT)]) as server:
        path = tmp_path / "knot.conf"
        assert "running" in codes(asked(path, ASKED))
        control = ("/usr/sbin/knotc", "-b", "-c", str(path))
        subprocess.run([*control, "zone-freeze", "example.com"], check=True, capture_output=True)
        found = asked(path, ASKED)
        assert faults(found) == ["frozen"]
        assert not accepts(server, ASKED)
        _text, hint = texts(found[0])
        subprocess.run([*control, *hint.split()[2:]], check=True, capture_output=True)
        assert accepts(server, ASKED)


def test_a_zone_that_is_not_loaded(tmp_path: Path) -> None:
    key = LabKey("dd", "hmac-sha256", TEXT)
    missing = f'  - domain: other.example\n    storage: "{tmp_path}/missing"\n    acl: lab-update\n'
    with Knot(tmp_path, zones=[Zone("example.com", policy="    acl: lab-update", extra=missing)], keys=[key]):
        found = asked(tmp_path / "knot.conf", intended("other.example", "x.other.example", key=SAME_KEY))
    assert faults(found) == ["not-loaded"]


def test_without_a_running_server_the_command_is_named(tmp_path: Path) -> None:
    found = asked(written(tmp_path, KEY + ACL + ZONE), ASKED)
    finding = next(each for each in found if each.code == "status-refused")
    text, hint = texts(finding)
    assert finding.values["said"] in text
    assert finding.values["said"] != "nothing"
    assert hint == "run as root: knotc zone-status example.com"


# Mistakes


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("zone:\n  - domain: example.com\n    acl: missing\n", "line 7, item 'acl', value 'missing'"),
        ("server:\n    lisen: x\n", "line 6, item 'lisen'"),
    ],
)
def test_mistakes_are_named_with_their_lines(tmp_path: Path, text: str, error: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError, match=error) as raised:
        asked(path, ASKED)
    assert str(path) in raised.value.text


def test_a_secret_in_a_mistake_is_hidden(tmp_path: Path) -> None:
    path = written(tmp_path, f"key:\n  - id: dd\n    algorithm: hmac-sha256\n    secret: {TEXT}x\n")
    with pytest.raises(ConfigError) as raised:
        asked(path, ASKED)
    assert TEXT not in repr(raised.value.problems)


def test_without_knotc_the_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configuration, "found_program", lambda _name: None)
    with pytest.raises(UsageError) as raised:
        asked(written(tmp_path, KEY), ASKED)
    assert "knot" in raised.value.hint


def test_the_key_of_the_lab_is_right(tmp_path: Path) -> None:
    key = LabKey.generate("dd")
    with Knot(tmp_path, zones=[Zone("example.com")], keys=[key]) as server:
        found = asked(server.directory / "knot.conf", ASKED._replace(key=key_of(key)))
    assert "key-right" in codes(found)
