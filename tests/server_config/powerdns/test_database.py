"""What the configuration and the database say is what the real pdns_server does: every case is asked of both."""

import base64
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from dns_update.auth import Key
from dns_update.errors.hints import COMMAND_LINE, rendered
from dns_update.server_config import powerdns, texts
from dns_update.server_config.powerdns import database
from dns_update.server_config.powerdns.database import StoredKey, open_database
from lab import LabKey, PowerDns, Zone
from tests.server_config.asked import accepts, asked, codes, faults, intended, key_of

RIGHT = ""
ALLOW = "TSIG-ALLOW-DNSUPDATE"
FROM = "ALLOW-DNSUPDATE-FROM"


@dataclass(frozen=True)
class Case:
    """A zone's metadata and kind, an update by a key, and the fault; none if the update is right."""

    fault: str
    metadata: tuple[tuple[str, ...], ...] = ()
    kind: str = "native"
    key: str = "dd"


CASES = {
    "allowed.example": Case(RIGHT, ((ALLOW, "dd"),)),
    "both.example": Case(RIGHT, ((ALLOW, "other", "dd"),)),
    "other.example": Case("other-key", ((ALLOW, "other"),)),
    "unsigned.example": Case("needs-key", ((ALLOW, "dd"),), key=""),
    "open.example": Case(RIGHT, key=""),
    "open-signed.example": Case(RIGHT),
    "from.example": Case(RIGHT, ((ALLOW, "dd"), (FROM, "192.0.2.1"))),
    "primary.example": Case(RIGHT, ((ALLOW, "dd"),), "primary"),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PowerDns]:
    """Return pdns_server with a zone for each case."""
    keys = [LabKey.generate("dd"), LabKey.generate("other")]
    zones = [Zone(name) for name in CASES]
    server = PowerDns(tmp_path_factory.mktemp("metadata"), zones=zones, readonly_keys=keys)
    with server:
        for name, case in CASES.items():
            for metadata in case.metadata:
                pdnsutil(server, "set-meta", name, *metadata)
            pdnsutil(server, "set-kind", name, case.kind)
        yield server


def pdnsutil(server: PowerDns, *words: str) -> None:
    command = ("pdnsutil", f"--config-dir={server.directory}", *words)
    subprocess.run(command, check=True, capture_output=True)


def key_named(server: PowerDns, name: str) -> Key | None:
    return next((key_of(key) for key in server.readonly_keys if key.name == name), None)


@pytest.mark.parametrize("name", CASES)
def test_the_database_foretells_what_powerdns_does(server: PowerDns, name: str) -> None:
    case = CASES[name]
    asked_for = intended(name, f"home.{name}", key=key_named(server, case.key))
    found = asked(server.directory / "pdns.conf", asked_for)
    assert faults(found) == ([case.fault] if case.fault else [])
    assert accepts(server, asked_for) is (not case.fault)


def test_a_zone_that_needs_no_key_is_remarked(server: PowerDns) -> None:
    found = asked(server.directory / "pdns.conf", intended("open.example", "home.open.example"))
    assert "no-key-needed" in codes(found)


def test_a_native_zone_is_remarked_if_a_name_server_lags(server: PowerDns) -> None:
    for name, is_native in (("allowed.example", True), ("primary.example", False)):
        asked_for = intended(name, f"home.{name}", key=key_named(server, "dd"))
        assert "native" not in codes(asked(server.directory / "pdns.conf", asked_for))
        found = asked(server.directory / "pdns.conf", asked_for._replace(is_late_elsewhere=True))
        assert ("native" in codes(found)) is is_native


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"secret": "YW5vdGhlcg=="}, "key-secret"),
        ({"algorithm": "hmac-sha512"}, "key-algorithm"),
        ({"name": "nobody"}, "key-unknown"),
        ({"name": "dd.example"}, "key-similar"),
    ],
)
def test_keys_that_powerdns_rejects(server: PowerDns, change: dict[str, str], fault: str) -> None:
    key = key_of(replace(server.readonly_keys[0], **change))
    asked_for = intended("allowed.example", "home.allowed.example", key=key)
    found = asked(server.directory / "pdns.conf", asked_for)
    assert faults(found)[0] == fault
    assert not accepts(server, asked_for)
    assert all(key.secret not in repr(found) for key in server.readonly_keys)


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("secret", '"SECRET"', "key-stored-secret"),
        ("secret", "SEC RET", "key-stored-secret"),
        ("algorithm", "sha256", "key-stored-algorithm"),
    ],
)
def test_a_key_that_was_stored_as_powerdns_cannot_use_it(tmp_path: Path, column: str, value: str, fault: str) -> None:
    key = LabKey.generate("dd")
    asked_for = intended("example.com", "home.example.com", key=key_of(key))
    with PowerDns(tmp_path, keys=[key]) as server:
        server.execute(f"UPDATE tsigkeys SET {column} = ?", value.replace("SECRET", key.secret))  # noqa: S608 - ours
        found = asked(tmp_path / "pdns.conf", asked_for)
        assert not accepts(server, asked_for)
    assert faults(found) == [fault]
    assert key.secret not in repr(found)


def test_a_zone_without_its_soa_record_is_not_served(tmp_path: Path) -> None:
    key = LabKey.generate("dd")
    asked_for = intended("example.com", "home.example.com", key=key_of(key))
    with PowerDns(tmp_path, keys=[key]) as server:
        server.execute("DELETE FROM records WHERE type = ?", "SOA")
        found = asked(tmp_path / "pdns.conf", asked_for)
        assert not accepts(server, asked_for)
    assert faults(found) == ["zone-data"]


def test_a_secondary(server: PowerDns) -> None:
    pdnsutil(server, "set-kind", "primary.example", "slave")
    asked_for = intended("primary.example", "home.primary.example", key=key_named(server, "dd"))
    found = asked(server.directory / "pdns.conf", asked_for)
    assert "secondary-forwards" in codes(found)
    path = server.directory / "pdns-other.conf"
    path.write_text((server.directory / "pdns.conf").read_text() + "forward-dnsupdate=no\n")
    assert faults(asked(path, asked_for)) == ["secondary"]
    pdnsutil(server, "set-kind", "primary.example", "native")


def test_the_zone_is_missing_or_another_is_meant(server: PowerDns) -> None:
    path, key = server.directory / "pdns.conf", key_named(server, "dd")
    assert faults(asked(path, intended("nowhere.net", "x.nowhere.net", key=key))) == ["zone-missing"]
    assert faults(asked(path, intended("example", "x.allowed.example", key=key))) == ["zone-of-owner"]
    found = asked(path, intended("alowed.example", "x.alowed.example", key=key))
    assert (faults(found), rendered(texts(found[0])[1], COMMAND_LINE)) == (
        ["zone-similar"],
        "if that is meant: zone=allowed.example",
    )
    found = asked(path, intended("sub.allowed.example", "x.sub.allowed.example", key=key))
    assert (faults(found), found[0].values["parent"]) == (["zone-parent"], "allowed.example")


def test_a_zone_below(server: PowerDns) -> None:
    pdnsutil(server, "create-zone", "below.both.example")
    asked_for = intended("both.example", "x.below.both.example", key=key_named(server, "dd"))
    assert faults(asked(server.directory / "pdns.conf", asked_for)) == ["zone-below"]
    pdnsutil(server, "delete-zone", "below.both.example")


@pytest.mark.parametrize(("key", "code"), [("", "requires-key"), ("dd", "any-key")])
def test_a_server_that_requires_signatures(
    server: PowerDns, monkeypatch: pytest.MonkeyPatch, key: str, code: str
) -> None:
    """The setting is known to PowerDNS from 4.9 on, so the installed one is not asked whether it knows it."""
    monkeypatch.setattr(powerdns, "found_program", lambda _name: None)
    path = server.directory / "pdns-signed.conf"
    added = "dnsupdate-require-tsig=yes\nignore-unknown-settings=dnsupdate-require-tsig\n"
    path.write_text((server.directory / "pdns.conf").read_text() + added)
    found = asked(path, intended("open.example", "home.open.example", key=key_named(server, key)))
    assert code in codes(found)


def test_without_pdnsutil_the_command_is_named(server: PowerDns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "found_program", lambda _name: None)
    found = asked(server.directory / "pdns.conf", intended("allowed.example", "home.allowed.example"))
    finding = next(each for each in found if each.code == "database-not-asked")
    assert "pdnsutil show-zone allowed.example" in texts(finding)[1]


def test_a_file_of_another_name_cannot_be_given_to_pdnsutil(tmp_path: Path) -> None:
    assert open_database(str(tmp_path / "other.conf")) is None


# The words of PowerDNS 5, by a program that has only these

FIVE = """\
#!/bin/sh
[ "$1" = "--config-dir=$(dirname "$0")" ] || exit 2
case "$2 $3" in
"tsigkey list") echo "dd. hmac-sha256. SECRET" ;;
"zone list-all") echo example.com ;;
"zone show") [ "$4" = example.com ] || exit 1; echo "This is a Secondary zone" ;;
"metadata get") echo "Metadata for '$4'"; [ "$5" = TSIG-ALLOW-DNSUPDATE ] && echo "$5 = dd, other" ;;
*) exit 1 ;;
esac
"""


def test_the_words_of_powerdns_5(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "pdnsutil"
    secret = base64.b64encode(b"secret").decode()
    program.write_text(FIVE.replace("SECRET", secret))
    program.chmod(0o755)
    monkeypatch.setattr(database, "found_program", lambda _name: str(program))
    (tmp_path / "pdns.conf").write_text("launch=gsqlite3\ndnsupdate=yes\n")
    opened = open_database(str(tmp_path / "pdns.conf"))
    assert opened is not None
    zone = intended("example.com", "example.com").zone
    assert opened.keys == (StoredKey("dd", "hmac-sha256", secret),)
    assert secret not in repr(opened.keys)
    assert opened.kind(zone) == "secondary"
    assert opened.kind(intended("example.net", "example.net").zone) is None
    assert opened.zones() == (zone,)
    assert opened.metadata(zone, ALLOW) == ("dd", "other")
    assert opened.metadata(zone, FROM) == ()
    assert opened.command("show-zone", "example.com") == "pdnsutil zone show example.com"
    found = asked(tmp_path / "pdns.conf", intended("example.com", "x.example.com", key=Key("k", b"s", "hmac-sha256")))
    finding = next(each for each in found if each.code == "key-unknown")
    assert texts(finding)[1] == "run: pdnsutil tsigkey generate k hmac-sha256"
