"""`dns-update agent --check --online` against real servers: what it finds, and that it changes nothing."""

import base64
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab import Bind, Knot, LabKey, NameServer, Zone, dig
from lab.key import write_private
from tests.support.agents import Machine, machine_at
from tests.support.command import COMMAND, Result, dns_update, given, in_process

GRANTS = """update-policy {
    grant "ddns-key" name home.example.com. A;
    grant "ddns-key" name both.example.com. A AAAA;
    grant "ddns-key" name shared.example.com. A AAAA TXT;
    grant "ddns-key" name alias.example.com. A;
};"""
RECORDS = "home A 192.0.2.1\nboth 60 A 192.0.2.1\nboth 60 AAAA 2001:db8::1\nalias CNAME home"
DEADLINE = 60
PUBLIC = "9.8.7.6"


class Case:
    """Configurations for servers, and what the check says about them."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.path = directory / "config.toml"

    def write(self, records: str, *servers: NameServer, key: LabKey | None = None) -> None:
        """Write the configuration of a zone example.com at these servers; `records` is TOML behind it."""
        self.write_at(records, *(f"{s.host}:{s.port}" for s in servers), key=key or servers[0].keys[0])

    def write_at(self, records: str, *addresses: str, key: LabKey) -> None:
        """Do as `write` for servers by their addresses."""
        key.write(self._directory / "key")
        tables = "".join(
            f'[servers.s{number}]\naddress = "{address}"\nkey = "main"\ntimeout = 0.3\nretries = 1\n'
            for number, address in enumerate(addresses)
        )
        names = [f"s{number}" for number in range(len(addresses))]
        self.path.write_text(
            f'[keys.main]\nfile = "{self._directory}/key"\n{tables}[zones."example.com"]\nservers = {names}\n{records}'
        )

    def check(self, *words: str, prefix: tuple[str, ...] = ()) -> Result:
        """Run the check."""
        line = ("agent", "--check", "--online", f"config={self.path}", *words)
        done = dns_update(*line, prefix=prefix) if prefix else in_process(*line)
        assert "bug in dns-update" not in done.stderr
        return done

    def json(self, *, status: int) -> dict[str, Any]:
        """Return the check's one JSON object."""
        done = self.check("--json")
        assert done.stderr == ""
        assert (done.status, done.json["exit_status"]) == (status, status)
        assert done.json["status"] == ("error" if status else "ok")
        return done.json


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


@pytest.fixture(scope="module")
def granting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bind]:
    """BIND that lets the key change some names, and some of their types."""
    keys, readers = [LabKey.generate()], [LabKey.generate("reader")]
    zones = [Zone("example.com", policy=GRANTS, records=RECORDS)]
    with Bind(tmp_path_factory.mktemp("granting"), zones=zones, keys=keys, readonly_keys=readers) as server:
        yield server


def name(label: str, address: str = "192.0.2.1", more: str = "") -> str:
    return f'[[records]]\nname = "{label}"\nzone = "example.com"\naddress = "{address}"\n{more}\n'


def record_of(answer: dict[str, Any], label: str) -> dict[str, Any]:
    found: dict[str, Any] = next(r for r in answer["records"] if r["name"] == f"{label}.example.com")
    return found


def kinds(answer: dict[str, Any]) -> list[str]:
    return [finding["kind"] for finding in answer["findings"]]


def serial(server: NameServer) -> int:
    return int(dig(server, "example.com", "SOA")[0].split()[6])


# All is well


def test_a_name_that_is_right(case: Case, granting: Bind) -> None:
    case.write(name("home"), granting)
    done = case.check()
    where = f"{granting.host}:{granting.port}"
    assert (done.status, done.stderr) == (0, f"dns-update: {case.path} is right: 1 record\n")
    assert done.stdout.splitlines()[0] == "1 name: 1 right"
    assert f"example.com  {where}  ddns-key  {serial(granting)}" in done.stdout
    assert "answers; permits the updates" in done.stdout
    assert done.stdout.splitlines()[-1] == "right  home.example.com  A 192.0.2.1"


def test_a_name_that_differs_is_no_failure_and_is_left_as_it_is(case: Case, granting: Bind) -> None:
    case.write(name("home", "192.0.2.7", "ttl = 300"), granting)
    before = serial(granting)
    done = case.check()
    assert (done.status, len(done.lines)) == (0, 1)
    row = done.stdout.splitlines()[-1]
    assert row.startswith("differs  home.example.com  A 192.0.2.7")
    assert "has A 192.0.2.1; to be sent: delete A, add 300 A 192.0.2.7" in row
    assert "nothing was changed" in done.stdout
    assert serial(granting) == before
    assert [line.split()[4] for line in dig(granting, "home.example.com", "A")] == ["192.0.2.1"]


def test_the_ttl_alone_differs(case: Case, granting: Bind) -> None:
    case.write(name("home", more="ttl = 60"), granting)
    answer = case.json(status=0)
    assert record_of(answer, "home")["changes"] == ["delete A", "add 60 A 192.0.2.1"]


def test_without_a_ttl_it_is_the_zones(case: Case, granting: Bind) -> None:
    case.write(name("both", "192.0.2.1, 2001:db8::1"), granting)
    assert record_of(case.json(status=0), "both")["state"] == "right"


@pytest.mark.parametrize("server", ["bind", "knot", "powerdns"], indirect=True)
def test_nothing_is_changed(case: Case, server: NameServer, unique_name: str) -> None:
    text = f'[[records]]\nname = "{unique_name}"\nzone = "example.com"\ntype = "TXT"\nvalue = "hello"\n'
    case.write(name(unique_name, "192.0.2.8, 2001:db8::8") + text + name("ns", "192.0.2.53"), server)
    before = serial(server), dig(server, "ns.example.com", "A")
    answer = case.json(status=0)
    assert (serial(server), dig(server, "ns.example.com", "A")) == before
    for rrtype in ("A", "AAAA", "TXT"):
        assert dig(server, f"{unique_name}.example.com", rrtype) == []
    assert [r["state"] for r in answer["records"]] == ["differs"] * 3
    permitted = [site["permitted"] for r in answer["records"] for site in r["servers"]]
    assert permitted == [None if answer["servers"][0]["permissions_told"] == "key" else True] * 3


def test_what_was_shown_is_what_is_sent(case: Case, bind: NameServer, unique_name: str) -> None:
    case.write(name(unique_name, "192.0.2.8", "ttl = 77"), bind)
    assert record_of(case.json(status=0), unique_name)["changes"] == ["delete A", "add 77 A 192.0.2.8"]
    assert dns_update("agent", "--once", f"config={case.path}").status == 0
    assert dig(bind, f"{unique_name}.example.com", "A") == [f"{unique_name}.example.com. 77 IN A 192.0.2.8"]
    assert record_of(case.json(status=0), unique_name)["state"] == "right"


def test_powerdns_tells_of_the_zone_only(case: Case, powerdns: NameServer, unique_name: str) -> None:
    case.write(name(unique_name), powerdns)
    assert "permits updates of the zone, and does not tell beforehand of single names" in case.check().stdout


# Permission


def test_a_type_that_is_not_granted(case: Case, granting: Bind) -> None:
    before = serial(granting)
    case.write(name("home", "192.0.2.7, 2001:db8::7") + name("both", "192.0.2.7"), granting)
    done = case.check()
    where = f"{granting.host}:{granting.port}"
    assert done.status == 7
    assert done.lines[1] == f"Permission denied: {where} refuses to change home.example.com AAAA with key ddns-key"
    assert 'add the type to the key\'s rule: grant "ddns-key" name home.example.com. A AAAA;' in done.hint
    assert len(done.lines) == 4
    assert done.stdout.startswith("2 names: 1 differs, 1 failing\n")
    assert "answers; refuses the update of 1 of 2 names" in done.stdout
    assert serial(granting) == before


def test_a_name_that_is_right_and_not_granted_is_a_finding(case: Case, granting: Bind) -> None:
    """Another program made it right, and the next change will fail."""
    case.write(name("ns", "127.0.0.1"), granting)
    answer = case.json(status=7)
    assert kinds(answer) == ["PermissionDenied"]
    assert record_of(answer, "ns")["servers"][0]["permitted"] is False


def test_the_owners_txt_record_needs_a_grant_too(case: Case, granting: Bind) -> None:
    owner = 'owner = "router-1"'
    case.write(name("home", "192.0.2.7", owner) + name("shared", "192.0.2.7", owner), granting)
    done = case.check()
    assert done.status == 7
    assert 'add the type to the key\'s rule: grant "ddns-key" name home.example.com. A TXT;' in done.hint
    assert "shared.example.com" not in done.stderr
    assert 'add 3600 TXT "dns-update owner=router-1 192.0.2.7"' in done.stdout


def test_a_key_that_may_only_read(case: Case, granting: Bind) -> None:
    case.write(name("home") + name("both", "192.0.2.1, 2001:db8::1"), granting, key=granting.readonly_keys[0])
    done = case.check()
    assert done.status == 7
    assert 'grant "reader" name both.example.com. A AAAA;' in done.stderr
    assert "refuses the update of every name" in done.stdout


def test_ten_refusals_are_told_and_the_others_counted(case: Case, granting: Bind) -> None:
    case.write("".join(name(f"n{number}") for number in range(15)), granting)
    done = case.check()
    assert sum(line.startswith("Permission denied: ") for line in done.lines) == 10
    assert done.lines[-1].startswith("and 5 more problems of kind PermissionDenied at ")
    assert len(case.json(status=7)["findings"]) == 15


def test_knot_names_the_acl(case: Case, tmp_path: Path) -> None:
    acl = "acl:\n  - id: narrow\n    key: ddns-key\n    action: update\n    update-type: [A]\n"
    zones = [Zone("example.com", policy="    acl: narrow")]
    with Knot(tmp_path / "knot", zones=zones, keys=[LabKey.generate()], extra=acl) as server:
        case.write(name("home", "192.0.2.1, 2001:db8::1"), server)
        done = case.check()
    assert done.status == 5  # as `set` ends: Knot says BADKEY
    assert done.lines[1].startswith("TSIG error: ")
    assert done.lines[1].endswith("accepts key ddns-key for queries, and not to change home.example.com AAAA")
    assert "acl" in done.hint


# Servers and keys


def test_a_wrong_secret(case: Case, bind: NameServer) -> None:
    case.write(name("home"), bind, key=LabKey.generate("ddns-key"))
    done = case.check()
    assert done.status == 5
    where = f"{bind.host}:{bind.port}"
    assert done.lines[1].startswith(f"TSIG error: Server rejected: {where} said BADSIG")
    assert done.hint
    assert done.stdout.splitlines()[-1] == "unknown  home.example.com  A 192.0.2.1  no server could be asked"


def test_a_secret_in_its_other_reading_is_a_note(case: Case, tmp_path: Path) -> None:
    """It looks like Base64, and the server has it as raw text."""
    raw = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3I="
    key = LabKey("ddns-key", "hmac-sha256", base64.b64encode(raw.encode()).decode())
    with Bind(tmp_path / "bind", keys=[key]) as server:
        case.write(name("home"), server)
        write_private(tmp_path / "secret", raw)
        text = case.path.read_text().replace(
            f'file = "{tmp_path}/key"', f'name = "ddns-key"\nalgorithm = "hmac-sha256"\nsecret = "@{tmp_path}/secret"'
        )
        case.path.write_text(text)
        done = case.check()
    assert done.status == 0
    assert [note.split(",")[0] for note in done.notes] == ["the secret of key ddns-key was read as raw text"]


def test_clocks_that_differ(case: Case, tmp_path: Path) -> None:
    with Bind(tmp_path / "bind", keys=[LabKey.generate()], clock_offset="-1h") as server:
        case.write(name("home"), server)
        done = case.check()
    assert done.status == 6
    assert "said BADTIME: the clocks differ by 3" in done.lines[1]
    assert "(server 20" in done.lines[1]
    assert ", here 20" in done.lines[1]


def test_a_server_that_is_dead_beside_one_that_is_not(case: Case, bind: NameServer, unique_name: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        dead = f"127.0.0.1:{silent.getsockname()[1]}"
        case.write_at(name(unique_name), dead, f"{bind.host}:{bind.port}", key=bind.keys[0])
        done = case.check()
    assert done.status == 4
    assert done.lines[1].startswith(f"No answer from {dead}: ")
    assert f"differs  {unique_name}.example.com" in done.stdout


def test_a_server_that_does_not_hold_the_zone(case: Case, tmp_path: Path) -> None:
    with Bind(tmp_path / "bind", zones=[Zone("example.net")], keys=[LabKey.generate()]) as server:
        case.write(name("home"), server)
        done = case.check()
    assert done.status == 8
    assert done.lines[1].startswith("Zone not found: ")
    assert f"{server.host}:{server.port}" in done.lines[1]


def test_a_host_that_has_no_address(case: Case, network: NameServer) -> None:
    assert network.namespace is not None
    case.write_at(name("home"), "nowhere.example.com", key=network.keys[0])
    done = case.check(prefix=tuple(network.namespace.prefix))
    assert done.status == 4
    assert done.lines[1].startswith("No answer from nowhere.example.com: its address cannot be found")


def test_different_failures_end_with_ten(case: Case, granting: Bind) -> None:
    case.write_at(name("other"), f"{granting.host}:{granting.port}", "127.0.0.1:1", key=granting.keys[0])
    answer = case.json(status=10)
    assert sorted(kinds(answer)) == ["NoResponse", "PermissionDenied"]


def test_several_zones_servers_and_keys(
    case: Case, granting: Bind, knot: NameServer, powerdns: NameServer, unique_name: str
) -> None:
    """Each zone has its own; two records of one zone may also have different keys."""
    servers = {"bind": granting, "knot": knot, "powerdns": powerdns}
    tables = []
    for label, server in servers.items():
        path = server.keys[0].write(case.path.parent / f"{label}.key")
        tables.append(
            f'[keys.{label}]\nfile = "{path}"\nname = "ddns-key"\n'
            f'[servers.{label}]\naddress = "{server.host}:{server.port}"\nkey = "{label}"\n'
        )
    reader = granting.readonly_keys[0].write(case.path.parent / "reader.key")
    tables.append(f'[keys.reader]\nfile = "{reader}"\n')
    records = [name("home", more='servers = ["bind"]'), name("both", more='servers = ["bind"]\nkey = "reader"')]
    records += [name(f"{unique_name}-{label}", more=f'servers = ["{label}"]') for label in ("knot", "powerdns")]
    case.path.write_text("".join(tables + records))
    answer = case.json(status=7)
    assert [(s["key"], s["permissions_told"]) for s in answer["servers"]] == [
        ("ddns-key", "record"),
        ("reader", "record"),
        ("ddns-key", "record"),
        ("ddns-key", "key"),
    ]
    assert [f["name"] for f in answer["findings"]] == ["both.example.com"]


def test_zone_and_primary_are_found(network: NameServer, tmp_path: Path) -> None:
    assert network.namespace is not None
    network.keys[0].write(tmp_path / "key")
    path = tmp_path / "config.toml"
    path.write_text(
        f'[keys.main]\nfile = "{tmp_path}/key"\n'
        '[[records]]\nname = "home.example.com"\naddress = "192.0.2.1"\nkey = "main"\n'
    )
    words = ("agent", "--check", "--online", "--json", f"config={path}")
    done = dns_update(*words, prefix=network.namespace.prefix)
    assert done.status == 0, done.stdout
    assert [(s["zone"], s["server"]) for s in done.json["servers"]] == [("example.com", "127.0.0.1")]
    assert done.json["records"][0]["state"] == "right"


def test_an_address_to_send_from_that_is_not_this_machines(case: Case, bind: NameServer) -> None:
    case.write(name("home"), bind)
    case.path.write_text(case.path.read_text().replace("timeout", 'local-address = "203.0.113.99"\ntimeout', 1))
    done = case.check()
    assert (done.status, len(done.lines), done.stdout) == (2, 2, "")
    assert "203.0.113.99" in done.lines[1]


# Names


def test_a_cname_in_the_way(case: Case, granting: Bind) -> None:
    case.write(name("alias", "192.0.2.7"), granting)
    done = case.check()
    where = f"{granting.host}:{granting.port}"
    assert done.status == 8
    assert done.lines[1] == (
        f"Update not applied: {where} would not add A to alias.example.com, which has CNAME home.example.com."
    )
    assert "dns-update delete name=alias zone=example.com type=CNAME" in done.hint


def test_a_cname_wanted_where_something_else_stands(case: Case, bind: NameServer, unique_name: str) -> None:
    case.write(name("unused"), bind)
    given("set", f"name={unique_name}", "address=192.0.2.1", *_access(bind, case))
    text = f'[[records]]\nname = "{unique_name}"\nzone = "example.com"\ntype = "CNAME"\nvalue = "home.example.com."\n'
    case.write(text, bind)
    done = case.check()
    assert done.status == 8
    assert f"would not add CNAME to {unique_name}.example.com" in done.lines[1]


def _access(server: NameServer, case: Case) -> tuple[str, str, str]:
    return f"dns-server={server.host}:{server.port}", "zone=example.com", f"key-file={case.path.parent}/key"


def test_servers_that_disagree(case: Case, bind: NameServer, tmp_path: Path, unique_name: str) -> None:
    records = f"{unique_name} A 192.0.2.99"
    with Bind(tmp_path / "other", zones=[Zone("example.com", records=records)], keys=bind.keys) as other:
        case.write(name(unique_name, "192.0.2.1"), bind, other)
        done = case.check()
        case.write(name(unique_name, "192.0.2.1"), other, other)
        same = case.check()
    assert done.status == 8
    finding = done.lines[1]
    assert finding.startswith(f"Update not applied: {unique_name}.example.com differs between servers: ")
    assert f"{bind.host}:{bind.port} has nothing (serial " in finding
    assert f"{other.host}:{other.port} has A 192.0.2.99 (serial 1)" in finding
    assert same.status == 0


def test_a_secondary_that_follows_and_does_not_forward(case: Case, bind: NameServer, tmp_path: Path) -> None:
    primaries = f"primaries {{ {bind.host} port {bind.port}; }};"
    zones = [Zone("example.com", type="secondary", extra=primaries)]
    with Bind(tmp_path / "secondary", zones=zones, keys=bind.keys) as secondary:
        case.write(name("ns", "127.0.0.1"), bind, secondary)
        done = case.check()
    assert done.status == 7
    assert done.lines[1].startswith(f"Permission denied: {secondary.host}:{secondary.port} refuses to change")
    assert '"type: secondary" (update the primary)' in done.hint


def test_a_name_below_a_delegation(case: Case, tmp_path: Path) -> None:
    zones = [Zone("example.com", records="sub NS ns.example.net.")]
    with Bind(tmp_path / "bind", zones=zones, keys=[LabKey.generate()]) as server:
        case.write(name("home.sub"), server)
        done = case.check()
    assert done.status == 8
    assert done.lines[1].startswith("Zone not found: home.sub.example.com lies in sub.example.com")


def test_hundreds_of_names_with_some_that_are_refused(case: Case, tmp_path: Path) -> None:
    policy = 'update-policy { grant "ddns-key" wildcard *.free.example.com. A; };'
    records = "".join(f"n{number}.free A 192.0.2.1\n" for number in range(0, 250, 2))
    zones = [Zone("example.com", policy=policy, records=records)]
    with Bind(tmp_path / "bind", zones=zones, keys=[LabKey.generate()]) as server:
        labels = [f"n{number}.{'free' if number % 50 else 'closed'}" for number in range(250)]
        case.write("".join(map(name, labels)), server)
        answer = case.json(status=7)
        assert serial(server) == 1
    assert [f["name"].split(".")[0] for f in answer["findings"]] == ["n0", "n50", "n100", "n150", "n200"]
    states = [record["state"] for record in answer["records"]]
    assert (states.count("failing"), states.count("right"), states.count("differs")) == (5, 120, 125)


# Sources


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory, has_namespaces: None) -> Iterator[Machine]:  # noqa: ARG001
    """Return a machine whose interface `wan` has a public IPv4 address, and `lan` a private one."""
    with machine_at(tmp_path_factory.mktemp("machine")) as made:
        made.add(f"{PUBLIC}/24")
        made.add("192.168.7.1/24", "lan")
        yield made


def check_at(machine: Machine, records: str, *words: str) -> Result:
    configuration = machine.configure(records)
    return machine.command("agent", "--check", "--online", f"config={configuration}", *words)


def test_an_interface(machine: Machine) -> None:
    before = machine.serial
    done = check_at(machine, name("home", "interface:wan"))
    assert done.status == 0, done.stderr
    assert f"interface:wan  {PUBLIC}" in done.stdout
    assert f"to be sent: delete A, add 60 A {PUBLIC}" in done.stdout
    assert (machine.serial, machine.data()) == (before, "")


def test_a_source_that_fails_and_one_that_does_not(machine: Machine) -> None:
    done = check_at(machine, name("home", "interface:nowhere") + name("beacon", "interface:wan/ipv4"))
    assert done.status == 3
    assert done.lines[1] == "No address: there is no interface nowhere"
    assert done.hint
    assert "unknown  home.example.com" in done.stdout
    assert "differs  beacon.example.com" in done.stdout


def test_a_source_that_several_names_follow_is_one_finding(machine: Machine) -> None:
    done = check_at(machine, name("home", "interface:nowhere") + name("beacon", "interface:nowhere"))
    assert sum("No address" in line for line in done.lines) == 1


def test_an_address_that_the_world_cannot_reach(machine: Machine) -> None:
    done = check_at(machine, name("home", "interface:lan"))
    assert done.status == 3
    assert "192.168.7.1" in done.lines[1]
    assert "allow-private" in done.hint
    assert check_at(machine, name("home", "interface:lan", "allow-private = true")).status == 0


def test_a_program_is_run_once(machine: Machine) -> None:
    told = machine.directory / "ran"
    program = machine.directory / "source"
    program.write_text(f"#!/bin/sh\necho >>{told}\necho {PUBLIC}\n")
    program.chmod(0o755)
    done = check_at(machine, name("home", f"command:{program}") + name("beacon", f"command:{program}"))
    assert done.status == 0, done.stderr
    assert told.read_text() == "\n"


def test_a_type_that_is_not_there_now_and_not_granted_is_a_note(machine: Machine, tmp_path: Path) -> None:
    """The interface has no IPv6 address; when it gets one, the whole update would be refused."""
    policy = 'update-policy { grant "ddns-key" name home.example.com. A; };'
    zones = [Zone("example.com", policy=policy)]
    server = Bind(tmp_path, zones=zones, keys=[machine.key], namespace=machine.namespace, port=5353)
    with server:
        configuration = machine.configure(name("home", "interface:wan"), address='"127.0.0.1:5353"')
        done = machine.command("agent", "--check", "--online", f"config={configuration}")
    assert done.status == 0, done.stderr
    (note,) = done.notes
    assert "AAAA" in note
    assert 'grant "ddns-key" name home.example.com. A AAAA;' in note


# Interrupted


def test_ctrl_c_ends_it_at_once(case: Case, bind: NameServer) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.settimeout(DEADLINE)
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        case.write_at(name("home"), address, key=bind.keys[0])
        case.path.write_text(case.path.read_text().replace("timeout = 0.3", "timeout = 300"))
        command = ["env", "--default-signal=INT", str(COMMAND), "agent", "--check", "--online", f"config={case.path}"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            silent.recv(512)
            process.send_signal(signal.SIGINT)
            stdout, stderr = process.communicate(timeout=DEADLINE)
    assert process.returncode == 130
    assert stdout == ""
    assert stderr.splitlines()[1:] == ["dns-update: interrupted", "dns-update: hint: nothing was changed"]
