from pathlib import Path

import pytest

from dns_update.errors import ConfigError
from dns_update.server_config.powerdns.settings import read_settings
from lab import LabKey, PowerDns, Zone
from tests.server_config.asked import accepts, asked, codes, faults, intended, key_of

ASKED = intended("example.com", "home.example.com")


def written(directory: Path, text: str) -> Path:
    path = directory / "pdns.conf"
    path.write_text(text)
    return path


def test_later_settings_count_and_lists_grow(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/1.conf").write_text("dnsupdate=yes\nlaunch+=gsqlite3\n")
    (tmp_path / "d/not-read").write_text("dnsupdate=no\n")
    text = f"# dnsupdate=yes\ndnsupdate=no\nlaunch=bind # c\ninclude-dir={tmp_path}/d\ndaemon\n"
    settings = read_settings(str(written(tmp_path, text)))
    assert settings.is_on("dnsupdate", "no")
    assert settings.values("launch") == ("bind", "gsqlite3")
    assert settings.values("allow-dnsupdate-from", "::1") == ("::1",)
    last = settings.last("dnsupdate")
    assert last is not None
    assert (last.place.file, last.place.line) == (str(tmp_path / "d/1.conf"), 1)
    assert settings.last("missing") is None


def test_passwords_are_hidden(tmp_path: Path) -> None:
    settings = read_settings(str(written(tmp_path, "gmysql-password=Hunter2\napi-key=Hunter2\n")))
    assert "Hunter2" not in repr(settings) + repr([each.place for each in settings.all])


@pytest.mark.parametrize(
    ("dnsupdate", "options", "fault"),
    [
        (True, "", ""),
        (False, "", "dnsupdate-off"),
        (True, "allow-dnsupdate-from=192.0.2.0/24", "address"),
        (True, "allow-dnsupdate-from=", "address"),
        (True, "allow-dnsupdate-from=192.0.2.0/24,127.0.0.1", ""),
        (True, "allow-dnsupdate-from=192.0.2.0/24\nallow-dnsupdate-from+=127.0.0.0/8", ""),
    ],
)
def test_the_settings_foretell_what_powerdns_does(tmp_path: Path, dnsupdate: bool, options: str, fault: str) -> None:
    keys = [LabKey.generate("dd")]
    with PowerDns(tmp_path, zones=[Zone("example.com")], keys=keys, dnsupdate=dnsupdate, options=options) as server:
        asked_for = ASKED._replace(key=key_of(keys[0]))
        found = asked(tmp_path / "pdns.conf", asked_for)
        assert faults(found) == ([fault] if fault else [])
        assert accepts(server, asked_for) is (not fault)


def test_keys_work_without_the_dnssec_of_the_backend(tmp_path: Path) -> None:
    keys = [LabKey.generate("dd")]
    with PowerDns(tmp_path, zones=[Zone("example.com")], keys=keys, options="gsqlite3-dnssec=no") as server:
        asked_for = ASKED._replace(key=key_of(keys[0]))
        assert not faults(asked(tmp_path / "pdns.conf", asked_for))
        assert accepts(server, asked_for)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("launch=\ndnsupdate=yes\n", "no-backend"),
        ("launch=bind\ndnsupdate=yes\n", "backend"),
        ("launch=gsqlite3\n", "dnsupdate-off"),
        ("launch=gsqlite3\ndnsupdate=off\n", "dnsupdate-off"),
        ("launch=lmdb\ndnsupdate=yes\n", "backend-later"),
        ("launch=gsqlite3\ndnsupdate=yes\nlua-dnsupdate-policy-script=/etc/powerdns/policy.lua\n", "lua-policy"),
    ],
)
def test_settings_without_a_server(tmp_path: Path, text: str, code: str) -> None:
    assert code in codes(asked(written(tmp_path, text), ASKED))


def test_the_line_of_a_setting_is_named(tmp_path: Path) -> None:
    found = asked(written(tmp_path, "launch=gsqlite3\n\ndnsupdate=no  # for now\n"), ASKED)
    assert (found[0].line, found[0].source) == (3, "dnsupdate=no  # for now")


def test_without_the_address_of_the_client_the_ranges_are_told(tmp_path: Path) -> None:
    asked_for = intended("example.com", "home.example.com", client=None)
    assert "address-not-known" in codes(asked(written(tmp_path, "launch=gsqlite3\n"), asked_for))


def test_a_setting_that_powerdns_does_not_know(tmp_path: Path) -> None:
    path = written(tmp_path, "launch=\ndnsupdte=yes\n")
    with pytest.raises(ConfigError) as raised:
        asked(path, ASKED)
    assert raised.value.text == f"{path}:2: PowerDNS does not know the setting dnsupdte"


def test_the_configuration_of_debian_takes_no_updates() -> None:
    assert faults(asked(Path("/etc/powerdns/pdns.conf"), ASKED))[0] == "dnsupdate-off"
