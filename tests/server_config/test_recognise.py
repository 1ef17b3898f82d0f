from pathlib import Path

import pytest

from dns_update.errors import UsageError
from dns_update.server_config.recognise import recognised
from lab import NameServer

INSTALLED = {"/etc/bind/named.conf": "bind", "/etc/knot/knot.conf": "knot", "/etc/powerdns/pdns.conf": "powerdns"}


@pytest.mark.parametrize(
    ("server", "name"), [(name, name) for name in ("bind", "knot", "powerdns")], indirect=["server"]
)
def test_the_configuration_of_a_real_server(server: NameServer, name: str, tmp_path: Path) -> None:
    conf = next(server.directory.glob("*.conf"))
    copy = tmp_path / "a file of any name"
    copy.write_text(conf.read_text())
    assert recognised(str(copy)) == name


@pytest.mark.parametrize("path", INSTALLED)
def test_the_files_of_debian(path: str) -> None:
    assert recognised(path) == INSTALLED[path]


@pytest.mark.parametrize(
    ("text", "name", "server"),
    [
        ('include "/etc/bind/named.conf.options";\n', "x", "bind"),
        ('zone "example.com" { type primary; };', "x", "bind"),
        ('key "dd" {\n', "x", "bind"),
        ("options\n{\n", "x", "bind"),
        ("include: zones.conf\n", "x", "knot"),
        ("zone:\n  - domain: example.com\n", "x", "knot"),
        ("launch=gsqlite3\n", "x", "powerdns"),
        ("launch+=bind\n", "x", "powerdns"),
        ("# launch=bind\n", "pdns.conf", "powerdns"),
        ("", "named.conf", "bind"),
    ],
)
def test_by_content_and_only_then_by_name(tmp_path: Path, text: str, name: str, server: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert recognised(str(path)) == server


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ('server:\n  ip-address: 127.0.0.1\nzone:\n  name: example.com\n  zonefile: "x"\n', "NSD"),
        ("server:\n  interface: 0.0.0.0\n  access-control: 10.0.0.0/8 allow\n", "Unbound"),
        ("forward-zone:\n  name: .\n  forward-addr: 192.0.2.1\n", "Unbound"),
        ("domain-needed\ninterface=lan0\ndhcp-range=10.0.0.10,10.0.0.99\n", "dnsmasq"),
        ("local-address=127.0.0.1\nforward-zones-recurse=.=192.0.2.1\n", "PowerDNS Recursor"),
    ],
)
def test_the_configuration_of_another_program_is_told(tmp_path: Path, text: str, program: str) -> None:
    path = tmp_path / "file.conf"
    path.write_text(text)
    with pytest.raises(UsageError, match=f"is the configuration of {program}, which takes no updates"):
        recognised(str(path))


@pytest.mark.parametrize("text", ["", "hello\n", "$ORIGIN example.com.\n@ SOA ns root 1 2 3 4 5\n", '{"a": 1}'])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "file"
    path.write_text(text)
    with pytest.raises(UsageError, match="not the configuration of a name server"):
        recognised(str(path))
