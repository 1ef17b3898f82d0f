"""How a configuration is read: BIND's reading, with the places in the files; and what is wrong with it."""

import os
from pathlib import Path

import pytest

from dns_update.auth import Key
from dns_update.errors import ConfigError, UsageError
from dns_update.server_config.bind import canonical
from dns_update.server_config.bind.canonical import read_configuration
from dns_update.server_config.bind.statements import Statement
from dns_update.value import Value
from lab import NameServer
from lab.versions import version
from tests.server_config.asked import asked, intended
from tests.server_config.bind.configured import written

SECRET = "c2VjcmV0c2VjcmV0c2VjcmV0"
KEY = f'key "dd" {{ algorithm hmac-sha256; secret "{SECRET}"; }};\n'
CONFIGURATION = f"""\
// zones are last here, and first in what BIND prints
# "quotes" and {{ braces
/* acl x {{ any; }}; */
{KEY}
acl lan {{
    192.0.2/24;
    !10.0.0.1;
    {{ key dd; }};
}};
include "sub/*.conf";
options {{ directory "%s"; allow-update {{
    lan; }}; }};
zone example.com {{ type master; file "a"; update-policy {{
    grant dd name home.example.com. A AAAA;

    deny "*" zonesub
      TXT;
}}; }};
zone "b.example" IN {{ type primary; file "b"; }};
"""


def every(statements: tuple[Statement, ...]) -> list[Statement]:
    """Return the statements and all inside them."""
    found = []
    for statement in statements:
        found.append(statement)
        for block in statement.blocks:
            found += every(block)
    return found


def test_every_statement_is_found_in_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/one.conf").write_text('zone c.example {\n  type primary; file "c"; };\n')
    (tmp_path / "sub/two.conf").write_text('\nkey other { algorithm hmac-md5;\n secret "b3RoZXI="; };\n')
    monkeypatch.chdir(tmp_path)  # as named, before it has read `directory`
    statements = every(read_configuration(str(written(tmp_path, CONFIGURATION % tmp_path))))
    places = {" ".join(each.words): (Path(each.place.file).name, each.place.line) for each in statements}
    assert places["!10.0.0.1/32"] == ("named.conf", 8)
    assert places["grant dd name home.example.com. A AAAA"] == ("named.conf", 15)
    assert places["deny * zonesub TXT"] == ("named.conf", 17)
    assert places["zone b.example IN"] == ("named.conf", 20)
    assert places["zone c.example"] == ("one.conf", 1)
    assert places["algorithm hmac-md5"] == ("two.conf", 2)
    assert all(path.exists() for path in map(Path, {each.place.file for each in statements}))


def test_the_configuration_of_a_real_server_is_found_whole(bind: NameServer) -> None:
    path = bind.directory / "named.conf"
    statements = every(read_configuration(str(path)))
    assert len(statements) > 20
    assert {each.place.file for each in statements} == {str(path)}


def test_no_repr_and_no_place_shows_a_secret(tmp_path: Path) -> None:
    statements = every(read_configuration(str(written(tmp_path, KEY))))
    assert any(SECRET in each.words for each in statements)
    assert SECRET not in repr(statements) + repr([each.place for each in statements])
    assert all(isinstance(each, Value) for each in statements)


def test_a_mistake_is_named_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, 'options { directory "/tmp" };\n')
    with pytest.raises(ConfigError) as raised:
        read_configuration(str(path))
    assert raised.value.text == f"{path}:1: missing ';' before '}}'"


@pytest.mark.skipif(version("named") >= (9, 20), reason="this BIND does not know auto-dnssec any more")
def test_warnings_are_not_mistakes(tmp_path: Path) -> None:
    zone = 'zone "example.com" { type primary; file "x"; auto-dnssec off; };'
    assert read_configuration(str(written(tmp_path, zone)))
    with pytest.raises(ConfigError) as raised:
        read_configuration(str(written(tmp_path, zone + zone)))
    assert "deprecated" not in " ".join(raised.value.problems)


def test_both_permissions_at_once_are_refused_by_bind(tmp_path: Path) -> None:
    zone = 'zone "x" { type primary; file "x"; allow-update { any; }; update-policy local; };'
    with pytest.raises(ConfigError, match="'allow-update' is ignored when 'update-policy' is present"):
        asked(written(tmp_path, zone), intended("x", "home.x"))


def test_a_secret_in_the_wrong_place_is_not_repeated(tmp_path: Path) -> None:
    path = written(tmp_path, f"key dd {{ algorithm hmac-sha256; {SECRET}; }};")
    with pytest.raises(ConfigError) as raised:
        read_configuration(str(path))
    assert SECRET not in str(raised.value) + repr(raised.value.problems)


def test_an_include_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*/missing\.conf: No such file"):
        read_configuration(str(written(tmp_path, f'include "{tmp_path}/missing.conf";')))


def test_without_named_checkconf_the_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canonical, "found_program", lambda _name: None)
    with pytest.raises(UsageError) as raised:
        read_configuration(str(written(tmp_path, KEY)))
    assert "bind9-utils" in raised.value.hint


def test_a_program_that_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "named-checkconf"
    slow.write_text("#!/bin/sh\nsleep 1000\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(canonical, "_CHECK_SECONDS", 0.1)
    with pytest.raises(UsageError, match="did not end"):
        read_configuration(str(written(tmp_path, KEY)))


def test_an_old_named_checkconf_that_cannot_hide_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "named-checkconf"
    old.write_text('#!/bin/sh\n[ "$1" = -px ] && exit 1\nPATH=${PATH#*:} exec named-checkconf "$@"\n')
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    path = written(tmp_path, KEY + 'zone "x" { type primary; file "x"; };')
    found = asked(path, intended("x", "home.x", key=Key("dd", b"wrong", "hmac-sha256")))
    assert found[0].code == "key-secret"
