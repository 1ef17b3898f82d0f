"""`dns-update apply`: a file of names, carried out by real servers."""

import csv
import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import Bind, LabKey, NameServer, Zone, dig
from tests.support.command import COMMAND, access, at, dns_update, in_process, key_file
from tests.support.peer import closed_port

KEY = LabKey.generate("bulk", "hmac-sha256")
DENY = f'update-policy {{ deny "{KEY.name}" name denied.example.com; grant "{KEY.name}" zonesub ANY; }};'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    zones = [
        Zone("example.com", policy=DENY, records="alias CNAME target.example.net.\n* TXT wild", ttl=1800),
        Zone("sub.example.com"),
        Zone("closed.example", policy=f'update-policy {{ grant "{KEY.name}" name nobody.closed.example; }};'),
    ]
    with Bind(tmp_path_factory.mktemp("bind"), keys=[KEY], zones=zones) as running:
        yield running


def listed(tmp_path: Path, text: str, name: str = "names.csv") -> str:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return str(tmp_path / name)


def ttl_and_data(server: NameServer, name: str, rrtype: str) -> set[str]:
    return {" ".join([line.split()[1], *line.split()[4:]]) for line in dig(server, name, rrtype)}


def test_a_list_of_addresses(server: NameServer, unique_name: str, tmp_path: Path) -> None:
    text = f"name,address,ttl\n{unique_name},192.0.2.1,60\n{unique_name},192.0.2.2,60\n{unique_name},2001:db8::1,1h\n"
    result = in_process("apply", listed(tmp_path, text), *access(server))
    assert (result.status, result.stdout) == (0, "")
    assert result.lines[-1].startswith("2 updated: 2 RRsets in ")
    assert ttl_and_data(server, f"{unique_name}.example.com", "A") == {"60 192.0.2.1", "60 192.0.2.2"}
    assert ttl_and_data(server, f"{unique_name}.example.com", "AAAA") == {"3600 2001:db8::1"}


def test_the_ttl_is_that_of_the_line_else_the_property_else_that_of_the_zone(
    server: NameServer, unique_name: str, tmp_path: Path
) -> None:
    path = listed(tmp_path, f"name,address,ttl\n{unique_name}-a,192.0.2.1,60\n{unique_name}-b,192.0.2.1,\n")
    assert in_process("apply", path, *access(server), "ttl=77").status == 0
    assert ttl_and_data(server, f"{unique_name}-a.example.com", "A") == {"60 192.0.2.1"}
    assert ttl_and_data(server, f"{unique_name}-b.example.com", "A") == {"77 192.0.2.1"}
    path = listed(tmp_path, f"name,address\n{unique_name}-b,192.0.2.2\n{unique_name}-c,192.0.2.2\n")
    assert in_process("apply", path, *access(server)).status == 0
    assert ttl_and_data(server, f"{unique_name}-b.example.com", "A") == {"77 192.0.2.2"}
    assert ttl_and_data(server, f"{unique_name}-c.example.com", "A") == {"1800 192.0.2.2"}


def test_names_that_the_server_refuses_or_ignores_are_told_and_the_others_set(
    server: NameServer, unique_name: str, tmp_path: Path
) -> None:
    good = "".join(f"{unique_name}-{n},192.0.2.{n}\n" for n in range(50))
    path = listed(tmp_path, f"name,address\nalias,192.0.2.1\ndenied,192.0.2.1\n{good}")
    result = in_process("apply", path, *access(server), "ttl=60")
    assert result.status == 10
    assert any(line.startswith("refused: alias.example.com A (line 2): Update not applied: ") for line in result.lines)
    assert any(line.startswith("refused: denied.example.com A (line 3): Permission denied: ") for line in result.lines)
    assert result.lines[-1].startswith("50 updated, 2 refused: 52 RRsets in ")
    found = in_process("apply", path, *access(server), "ttl=60", "skip-equal=yes", "--json")
    assert found.status == 10
    assert found.json["states"] == {"updated": 0, "unchanged": 50, "refused": 2, "failed": 0, "not-tried": 0}
    assert {failure["name"] for failure in found.json["failures"]} == {"alias.example.com.", "denied.example.com."}


def test_several_zones_which_are_looked_up(server: NameServer, unique_name: str, tmp_path: Path) -> None:
    names = [f"{unique_name}.example.com", f"{unique_name}.sub.example.com"]
    path = listed(tmp_path, "name,address\n" + "".join(f"{name},192.0.2.9\n" for name in names))
    result = in_process("apply", path, at(server), key_file(server), "ttl=60")
    assert (result.status, result.lines[-1][:9]) == (0, "2 updated")
    assert all(dig(server, name, "A") for name in names)


def test_servers_and_keys_for_each_zone_from_the_configuration(
    server: NameServer, unique_name: str, tmp_path: Path
) -> None:
    key = KEY.write(tmp_path / "client.key")
    (tmp_path / "config.toml").write_text(
        f'[keys.k]\nfile = "{key}"\n[servers.s]\naddress = "127.0.0.1:{server.port}"\nkey = "k"\n'
        '[zones."example.com"]\nservers = ["s"]\nttl = 99\n[zones."sub.example.com"]\nservers = ["s"]\nttl = 98\n'
    )
    names = [f"{unique_name}.example.com", f"{unique_name}.sub.example.com"]
    path = listed(tmp_path, "name,address\n" + "".join(f"{name},192.0.2.9\n" for name in names))
    result = in_process("apply", path, f"config={tmp_path / 'config.toml'}")
    assert result.status == 0, result.stderr
    assert [ttl_and_data(server, name, "A") for name in names] == [{"99 192.0.2.9"}, {"98 192.0.2.9"}]


def test_a_list_of_names_to_remove(server: NameServer, unique_name: str, tmp_path: Path) -> None:
    text = f"name,type,value,ttl\n{unique_name},A,192.0.2.1,60\n{unique_name},TXT,x,60\n"
    assert in_process("apply", listed(tmp_path, text), *access(server)).status == 0
    plan = in_process("plan", "apply", listed(tmp_path, f"name\n{unique_name}\n"), *access(server), "delete=yes")
    assert (plan.status, plan.stdout) == (
        20, f'- {unique_name}.example.com. 60 A 192.0.2.1\n- {unique_name}.example.com. 60 TXT "x"\n')  # fmt: skip
    result = in_process("apply", listed(tmp_path, f"name\n{unique_name}\n"), *access(server), "--delete")
    assert (result.status, dig(server, f"{unique_name}.example.com", "A")) == (0, [])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["add=yes", "delete=yes"], "add= and delete= are both given"),
        (["add=yes", "exact=zone"], "exact= and add= are both given"),
        (["delete=yes", "exact=zone"], "exact= and delete= are both given"),
        (["require=absent", "exact=zone"], "exact= and require= are both given"),
        (["delete=yes", "require=absent"], "what is deleted cannot be required to be absent"),
        (["require=never"], "require=: 'never' is not a valid value: one of any, existing, absent"),
        (["add=perhaps"], "add=: 'perhaps' is not a valid value: yes or no"),
    ],
)
def test_properties_that_do_not_go_together(
    server: NameServer, unique_name: str, tmp_path: Path, words: list[str], says: str
) -> None:
    path = listed(tmp_path, f"name,address,ttl\n{unique_name},192.0.2.1,60\n")
    result = in_process("apply", path, *access(server), *words)
    assert result.status == 2
    assert says in result.stderr
    assert not dig(server, f"{unique_name}.example.com", "A")


def test_names_to_which_addresses_are_added(server: NameServer, unique_name: str, tmp_path: Path) -> None:
    first = listed(tmp_path, f"name,address,ttl\n{unique_name},192.0.2.1,60\n{unique_name},192.0.2.2,60\n")
    assert in_process("apply", first, *access(server)).status == 0
    more = listed(tmp_path, f"name,address\n{unique_name},192.0.2.2\n{unique_name},192.0.2.3\n")
    planned = in_process("plan", more, *access(server), "add=yes")
    assert (planned.status, planned.stdout) == (20, f"+ {unique_name}.example.com. 60 A 192.0.2.3\n")
    result = in_process("apply", more, *access(server), "add=yes")
    assert result.status == 0
    assert ttl_and_data(server, f"{unique_name}.example.com", "A") == {f"60 192.0.2.{n}" for n in (1, 2, 3)}
    again = in_process("apply", more, *access(server), "add=yes", "skip-equal=yes")
    assert again.lines[-1].startswith("1 unchanged: 1 RRsets in ")


def test_names_that_must_or_must_not_be_there(server: NameServer, unique_name: str, tmp_path: Path) -> None:
    old = listed(tmp_path, f"name,address,ttl\n{unique_name}-old,192.0.2.1,60\n")
    assert in_process("apply", old, *access(server)).status == 0
    rows = "".join(f"{unique_name}-{n},192.0.2.9,60\n" for n in ("old", *range(40)))
    both = listed(tmp_path, f"name,address,ttl\n{rows}")
    planned = in_process("plan", both, *access(server), "require=existing")
    assert planned.lines[-2:] == ["1 of 41 RRsets would change", "40 would be refused, because of require=existing"]
    result = in_process("apply", both, *access(server), "require=absent")
    assert result.status == 10
    assert result.lines[0].startswith(
        f"refused: {unique_name}-old.example.com A (line 2): Name exists: {unique_name}-old.example.com A exists at "
    )
    assert result.lines[-1].startswith("40 updated, 1 refused: 41 RRsets in ")
    assert ttl_and_data(server, f"{unique_name}-old.example.com", "A") == {"60 192.0.2.1"}
    assert ttl_and_data(server, f"{unique_name}-39.example.com", "A") == {"60 192.0.2.9"}
    missing = listed(tmp_path, f"name,address,ttl\n{unique_name}-old,192.0.2.7,60\n{unique_name}-none,192.0.2.7,60\n")
    result = in_process("apply", missing, *access(server), "require=existing")
    assert result.lines[0].startswith(f"refused: {unique_name}-none.example.com A (line 3): Name not found: ")
    assert ttl_and_data(server, f"{unique_name}-old.example.com", "A") == {"60 192.0.2.7"}
    result = in_process("apply", missing, *access(server), "require=existing", "delete=yes")
    assert result.lines[-1].startswith("1 updated, 1 refused: 2 RRsets in ")
    assert not dig(server, f"{unique_name}-old.example.com", "A")


def test_a_plan_is_what_the_run_changes_and_afterwards_empty(
    server: NameServer, unique_name: str, tmp_path: Path
) -> None:
    listed(tmp_path, f"name,address,ttl\n{unique_name},192.0.2.1,60\n")
    path = str(tmp_path / "names.csv")
    assert in_process("apply", path, *access(server)).status == 0
    listed(tmp_path, f"name,address,ttl\n{unique_name},192.0.2.2,60\n{unique_name}-n,192.0.2.3,60\n")
    for words in (("plan", path), ("apply", path, "dry-run=yes")):
        plan = in_process(*words, *access(server))
        assert plan.status == 20
        assert plan.stdout.splitlines() == [
            f"- {unique_name}.example.com. 60 A 192.0.2.1",
            f"+ {unique_name}.example.com. 60 A 192.0.2.2",
            f"+ {unique_name}-n.example.com. 60 A 192.0.2.3",
        ]
    as_json = in_process("plan", path, *access(server), "--json").json
    assert (as_json["changed"], as_json["rrsets"], as_json["exit_status"]) == (2, 2, 20)
    assert as_json["changes"][0]["removed"] == ["60 A 192.0.2.1"]
    assert in_process("apply", path, *access(server)).status == 0
    after = in_process("plan", path, *access(server))
    assert (after.status, after.stdout, after.lines[-1]) == (0, "", "nothing would change")


def test_a_wrong_line_is_told_and_nothing_is_sent(server: NameServer, unique_name: str, tmp_path: Path) -> None:
    path = listed(tmp_path, f"name,address\n{unique_name},192.0.2.1\nx,192.0.2.300\n{unique_name},192.0.2.1\n")
    result = in_process("apply", path, *access(server), "ttl=60")
    assert result.status == 2
    assert result.lines == [
        f"{path}:3: '192.0.2.300' is not an IPv4 address: four numbers from 0 to 255, e.g. 203.0.113.45",
        f"{path}:4: this repeats line 2: {unique_name}.example.com A: remove one of the lines",
        "nothing was sent",
    ]
    assert dig(server, f"{unique_name}.example.com", "A") == []
    as_json = in_process("apply", path, *access(server), "ttl=60", "--json")
    assert (as_json.status, len(as_json.json["notes"])) == (2, 2)


def test_a_hint_names_properties_as_the_command_line_has_them(server: NameServer, tmp_path: Path) -> None:
    result = in_process("apply", listed(tmp_path, "name,address\nmy_host,192.0.2.1\n"), *access(server))
    assert result.lines[0].endswith("a host name has letters, digits and inner hyphens; check-names=no sends any name")


def test_names_from_standard_input(server: NameServer, unique_name: str) -> None:
    text = json.dumps({"name": unique_name, "address": ["192.0.2.1", "2001:db8::1"], "ttl": 60})
    assert dns_update("apply", "-", *access(server), stdin=text).status == 0
    assert dig(server, f"{unique_name}.example.com", "AAAA")


def test_a_report_from_which_a_later_run_goes_on(server: NameServer, unique_name: str, tmp_path: Path) -> None:
    names = "".join(f"{unique_name}-{n},192.0.2.{n},60\n" for n in range(20))
    path = listed(tmp_path, f"name,address,ttl\ndenied,192.0.2.1,60\n{names}")
    report = tmp_path / "report.csv"
    first = in_process("apply", path, *access(server), f"report={report}")
    assert first.status == 10, first.stderr
    with report.open(newline="") as file:
        states = {row["name"]: row["state"] for row in csv.DictReader(file)}
    assert states == {f"{unique_name}-{n}.example.com": "updated" for n in range(20)} | {
        "denied.example.com": "refused"
    }
    again = in_process("apply", path, *access(server), f"report={report}")
    assert (again.status, again.lines[0].split(": ")[0]) == (2, f"{report} is there already")
    resumed = in_process("apply", path, *access(server), f"report={report}", "resume=yes")
    assert resumed.status == 10
    assert resumed.lines[-1].startswith("1 refused, 20 done before: 21 RRsets in ")
    report.write_bytes(report.read_bytes().replace(b"refused", b"updated", 1))
    changed = in_process("apply", path, *access(server), f"report={report}", "resume=yes")
    assert changed.status == 2
    assert "it was changed, or lines before it are missing; this report is not gone on from" in changed.stderr


def test_why_a_whole_zone_fails_is_found_out_once(server: NameServer, tmp_path: Path) -> None:
    names = "".join(f"host-{n},192.0.2.{n}\n" for n in range(30))
    path = listed(tmp_path, f"name,address\n{names}")
    words = (at(server), "zone=closed.example", key_file(server), "ttl=60")
    result = in_process("apply", path, *words)
    assert result.status == 7
    assert result.stderr.count("cause: ") == 1
    assert result.lines[-2:][0] == "and 10 more; report=FILE lists them all"
    assert "cause: " not in in_process("apply", path, *words, "diagnose=no").stderr


def test_a_key_that_the_server_does_not_know(server: NameServer, tmp_path: Path) -> None:
    stranger = LabKey.generate("stranger", "hmac-sha256")
    path = listed(tmp_path, "name,address\n" + "".join(f"host-{n},192.0.2.{n}\n" for n in range(30)))
    result = in_process("apply", path, *access(server, stranger), "ttl=60")
    assert result.status == 5
    assert stranger.secret not in result.stderr


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    path = listed(tmp_path, "name,address\nhost,192.0.2.1\n")
    result = in_process("apply", path, f"dns-server=127.0.0.1:{closed_port()}", "zone=example.com", "ttl=60")
    assert result.status == 4
    assert result.lines[0].startswith("not-tried: host.example.com A (line 2): No answer from ")


def test_ctrl_c_finishes_what_is_in_flight_and_writes_the_report(
    server: NameServer, unique_name: str, tmp_path: Path
) -> None:
    count = 20_000
    names = "".join(f"{unique_name}-{n},10.0.{n >> 8}.{n & 255},60\n" for n in range(count))
    path = listed(tmp_path, f"name,address,ttl\n{names}")
    report = tmp_path / "report.csv"
    words = [str(COMMAND), "apply", path, *access(server), f"report={report}", "verify=no", "message-size=1024"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        while not report.exists() or report.stat().st_size < 4096:  # an outcome is the sign that it has begun
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate()
    assert process.returncode == 130, stderr
    with report.open(newline="") as file:
        states = [row["state"] for row in csv.DictReader(file)]
    assert len(states) == count
    assert set(states) == {"updated", "not-tried"}
    resumed = in_process("apply", path, *access(server), f"report={report}", "resume=yes", "verify=no")
    assert resumed.status == 0
    assert f"{states.count('updated'):,} done before" in resumed.lines[-1]


def test_quiet_says_failures_only(server: NameServer, unique_name: str, tmp_path: Path) -> None:
    path = listed(tmp_path, f"name,address,ttl\n{unique_name},192.0.2.1,60\n")
    assert in_process("apply", path, *access(server), "quiet=yes").stderr == ""
    path = listed(tmp_path, "name,address,ttl\ndenied,192.0.2.1,60\n")
    assert in_process("apply", path, *access(server), "quiet=yes").lines[0].startswith("refused: denied.example.com")


def test_records_that_the_server_keeps_by_itself_are_left_out(
    server: NameServer, unique_name: str, tmp_path: Path
) -> None:
    text = f"$TTL 60\n@ SOA ns hostmaster 1 3600 900 604800 300\n@ NS ns\n{unique_name} A 192.0.2.1\n"
    result = in_process("apply", listed(tmp_path, text, "zone"), *access(server))
    assert result.status == 0, result.stderr
    assert result.lines[0] == "note: 1 records are left out that the server keeps by itself (SOA, DNSSEC)"
    assert ttl_and_data(server, "example.com", "NS") == {"60 ns.example.com."}
