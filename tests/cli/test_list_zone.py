"""`dns-update list`: the zone of a real server; `apply` takes what it prints."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import Bind, LabKey, NameServer, Zone
from tests.support.command import access, at, in_process, key_file

KEY = LabKey.generate("bulk", "hmac-sha256")
RECORDS = """\
a.pool A 192.0.2.1
b.pool 60 AAAA 2001:db8::1
text TXT "a, ""b"" \\\\ ; c" "second"
mail MX 10 mail.example.net.
mail CAA 0 issue "ca.example.net"
_sip._tcp SRV 0 5 5060 sip
svc HTTPS 1 . alpn="h2,h3"
odd\\.name TXT x
* A 192.0.2.9
""".replace('""b""', '\\"b\\"')


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    closed = Zone("closed.example", extra="allow-transfer { none; };")
    zones = [Zone("example.com", records=RECORDS), Zone("example.net"), closed]
    with Bind(tmp_path_factory.mktemp("bind"), keys=[KEY], zones=zones) as running:
        yield running


def test_the_zone_as_a_master_file(server: NameServer) -> None:
    result = in_process("list", *access(server))
    assert (result.status, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("example.com. 3600 IN SOA ")
    assert "b.pool.example.com. 60 IN AAAA 2001:db8::1" in lines
    assert len(lines) == len(set(lines)) == 3 + len(RECORDS.splitlines())


def test_names_and_types_are_chosen(server: NameServer) -> None:
    result = in_process("list", *access(server), "name=*.pool", "type=A,TXT", "format=csv")
    assert result.stdout == "name,type,value,ttl,zone\na.pool.example.com.,A,192.0.2.1,3600,example.com\n"
    lines = in_process("list", *access(server), "name=*.POOL.example.com", "format=json").stdout.splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["a.pool.example.com.", "b.pool.example.com."]
    whole = in_process("list", *access(server), "name=@", "type=NS", "--json").json
    assert whole["records"] == [
        {"name": "example.com.", "type": "NS", "value": "ns.example.com.", "ttl": 3600, "zone": "example.com"}
    ]


@pytest.mark.parametrize("form", ["zone", "csv", "json"])
def test_apply_takes_what_it_prints(server: NameServer, form: str, tmp_path: Path) -> None:
    path = tmp_path / "zone"
    path.write_text(in_process("list", *access(server), f"format={form}").stdout, encoding="utf-8")
    plan = in_process("plan", str(path), at(server), key_file(server))
    assert (plan.status, plan.stdout) == (0, ""), plan.stderr
    assert in_process("delete", *access(server), "name=text").status == 0
    assert in_process("apply", str(path), at(server), key_file(server)).status == 0
    assert in_process("list", *access(server), "name=text", "format=csv").stdout.splitlines()[1:] == [
        'text.example.com.,TXT,"""a, \\""b\\"" \\\\ ; c"" ""second""",3600,example.com'
    ]


def test_a_transfer_that_is_refused(server: NameServer) -> None:
    result = in_process("list", at(server), "zone=closed.example", key_file(server))
    assert result.status == 7
    assert "refuses to transfer closed.example" in result.stderr


WRONG = {
    "list": "zone= is missing: for example: dns-update list zone=example.com",
    "list zone=example.com format=csv --json": "format= and json= are both given",
    "list zone=example.com format=xml": "format=: 'xml' is not a valid value: one of zone, csv, json",
    "list zone=example.com type=FOO": "type=: ",
}


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_line(line: str) -> None:
    result = in_process(*line.split())
    assert result.status == 2
    assert WRONG[line] in result.stderr + result.stdout
