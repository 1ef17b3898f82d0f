import base64
from pathlib import Path

import pytest

from dns_update.auth import Key
from lab import Bind, LabKey, Zone
from tests.server_config.asked import accepts, asked, codes, faults, intended
from tests.server_config.bind.configured import written, zone

SECRET = b"the secret of tests, 32 octets.."
TEXT = base64.b64encode(SECRET).decode()
KEY = f'key "dd" {{ algorithm hmac-sha256; secret "{TEXT}"; }};\n'
ZONE = zone("example.com", "update-policy { grant dd zonesub; };")


def fault_of(path: Path, key: Key) -> str:
    """Return the one fault about a key."""
    found = asked(path, intended("example.com", "home.example.com", key=key))
    (fault,) = (code for code in faults(found) if code.startswith("key-"))
    return fault


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        (Key("dd", SECRET, "hmac-sha256"), ""),
        (Key("DD.", SECRET, "hmac-sha256"), ""),
        (Key("dd", SECRET, "hmac-sha256-128"), "key-algorithm"),
        (Key("dd", SECRET, "hmac-sha512"), "key-algorithm"),
        (Key("dd", SECRET[::-1], "hmac-sha256"), "key-secret"),
        (Key("somebody", SECRET[::-1], "hmac-sha256"), "key-unknown"),
        (Key("somebody", SECRET, "hmac-sha256"), "key-other-name"),
        (Key("dd.example.com", SECRET[::-1], "hmac-sha256"), "key-similar"),
    ],
)
def test_named_rejects_the_keys_that_are_said_to_be_wrong(tmp_path: Path, key: Key, fault: str) -> None:
    known = [LabKey("dd", "hmac-sha256", TEXT)]
    zones = [Zone("example.com", policy="update-policy { grant * zonesub; };")]
    with Bind(tmp_path, zones=zones, readonly_keys=known) as server:
        asked_for = intended("example.com", "home.example.com", key=key)
        assert faults(asked(tmp_path / "named.conf", asked_for)) == ([fault] if fault else [])
        assert accepts(server, asked_for) is (not fault)


def test_the_line_of_a_secret_is_named_and_the_secret_is_not_shown(tmp_path: Path) -> None:
    text = f'key "dd" {{\n  algorithm hmac-sha256;\n  secret\n    "{TEXT}"; }};\n'
    path = written(tmp_path, text + ZONE)
    found = asked(path, intended("example.com", "home.example.com", key=Key("dd", b"other", "hmac-sha256")))
    assert (found[0].code, found[0].line, found[0].source) == ("key-secret", 3, "secret")


def test_a_secret_in_the_same_line_is_hidden(tmp_path: Path) -> None:
    path = written(tmp_path, KEY + ZONE)
    found = asked(path, intended("example.com", "home.example.com", key=Key("dd", b"other", "hmac-sha256")))
    assert found[0].source == 'key "dd" { algorithm hmac-sha256; secret ...; };'


def test_a_secret_that_is_read_the_other_way(tmp_path: Path) -> None:
    path = written(tmp_path, KEY + ZONE)
    as_text = Key("dd", TEXT.encode(), "hmac-sha256", other_reading=Key("dd", SECRET, "hmac-sha256"))
    assert fault_of(path, as_text) == "key-secret-reading"


def test_without_a_secret_only_name_and_algorithm_are_compared(tmp_path: Path) -> None:
    path = written(tmp_path, KEY + ZONE)
    named = Key("dd", SECRET, "hmac-sha256")
    asked_for = intended("example.com", "home.example.com")._replace(key_name=named.name, algorithm=named.algorithm)
    assert "key-right" in codes(asked(path, asked_for))


def test_a_name_with_a_letter_more(tmp_path: Path) -> None:
    path = written(tmp_path, KEY.replace('"dd"', '"ddns-keys"') + ZONE)
    assert fault_of(path, Key("ddns-key", SECRET[::-1], "hmac-sha256")) == "key-similar"


def test_a_key_of_another_view(tmp_path: Path) -> None:
    text = f'view "one" {{ match-clients {{ any; }}; {ZONE} }};\nview "two" {{ {KEY} }};\n'
    path = written(tmp_path, text)
    assert fault_of(path, Key("dd", SECRET, "hmac-sha256")) == "key-in-other-view"


def test_a_key_of_the_view_itself(tmp_path: Path) -> None:
    path = written(tmp_path, f'view "one" {{ {KEY} {ZONE} }};\n')
    found = asked(path, intended("example.com", "home.example.com", key=Key("dd", SECRET, "hmac-sha256")))
    assert "key-right" in codes(found)


def test_a_key_in_a_file_that_is_not_included(tmp_path: Path) -> None:
    (tmp_path / "ddns.key").write_text(KEY)
    (tmp_path / "broken.key").write_text("key {")
    path = written(tmp_path, ZONE)
    found = asked(path, intended("example.com", "home.example.com", key=Key("dd", SECRET, "hmac-sha256")))
    assert (found[0].code, found[0].file) == ("key-not-included", str(tmp_path / "ddns.key"))


def test_a_key_in_a_file_that_is_included(tmp_path: Path) -> None:
    (tmp_path / "ddns.key").write_text(KEY)
    path = written(tmp_path, f'include "{tmp_path}/ddns.key";\n{ZONE}')
    found = asked(path, intended("example.com", "home.example.com", key=Key("dd", SECRET, "hmac-sha256")))
    finding = next(each for each in found if each.code == "key-right")
    assert (finding.file, finding.line) == (str(tmp_path / "ddns.key"), 1)


def test_the_session_key_needs_no_statement(tmp_path: Path) -> None:
    path = written(tmp_path, zone("example.com", "update-policy local;"))
    session = Key("local-ddns", SECRET, "hmac-sha256")
    found = asked(path, intended("example.com", "home.example.com", key=session))
    assert not faults(found)
    found = asked(path, intended("example.com", "home.example.com", key=session, client="192.0.2.1"))
    assert faults(found) == ["policy-local-address"]
