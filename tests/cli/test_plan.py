"""`dns-update plan` and `dry-run=yes`: the difference that a line would make; no update is sent."""

import pytest

from dns_update.cli.plan import WOULD_CHANGE
from lab import Knot, NameServer
from lab.versions import knot_keeps_ttls
from tests.cli.test_set import SERVERS, done, records
from tests.support.command import Result, access, given, in_process
from tests.support.peer import Silent


@pytest.fixture
def home(server: NameServer, unique_name: str) -> str:
    """Give a name two A records and a TXT record; return its label."""
    given(*access(server), f"name={unique_name}", "address=192.0.2.1,192.0.2.2", "ttl=300")
    given(*access(server), f"name={unique_name}", "type=TXT", "value=one", "ttl=60")
    return unique_name


CHANGES: dict[str, tuple[str, list[str], list[str]]] = {
    "set": ("set", ["address=203.0.113.45"],
        ["- {0} 300 A 192.0.2.1", "- {0} 300 A 192.0.2.2", "+ {0} 300 A 203.0.113.45"]),
    "set with a ttl": ("set", ["address=192.0.2.1,192.0.2.2", "ttl=60"],
        ["- {0} 300 A 192.0.2.1", "- {0} 300 A 192.0.2.2", "+ {0} 60 A 192.0.2.1", "+ {0} 60 A 192.0.2.2"]),
    "set both families": ("set", ["address=192.0.2.1,2001:db8::1"],
        ["- {0} 300 A 192.0.2.2", "+ {0} 3600 AAAA 2001:db8::1"]),
    "set a new type": ("set", ["type=MX", "value=10 mail.example.net"], ["+ {0} 3600 MX 10 mail.example.net."]),
    "set without verification": ("set", ["type=TXT", "value=two words", "verify=no"],
        ['- {0} 60 TXT "one"', '+ {0} 60 TXT "two words"']),
    "ttl=0": ("set", ["ttl=0"], ["- {0} 300 A 192.0.2.1", "- {0} 300 A 192.0.2.2"]),
    "add": ("add", ["address=192.0.2.3"], ["+ {0} 300 A 192.0.2.3"]),
    "delete a value": ("delete", ["address=192.0.2.2"], ["- {0} 300 A 192.0.2.2"]),
    "delete an RRset": ("delete", ["type=TXT"], ['- {0} 60 TXT "one"']),
    "delete the name": ("delete", [],
        ["- {0} 300 A 192.0.2.1", "- {0} 300 A 192.0.2.2", '- {0} 60 TXT "one"']),
}  # fmt: skip
NO_CHANGES: dict[str, tuple[str, list[str]]] = {
    "set": ("set", ["address=192.0.2.2,192.0.2.1"]),
    "set with the ttl": ("set", ["type=TXT", "value=one", "ttl=1m"]),
    "add": ("add", ["address=192.0.2.2"]),
    "delete": ("delete", ["address=192.0.2.9"]),
}


def planned(server: NameServer, command: str, *words: str) -> Result:
    """Plan a line in both ways, which must be the same; check that no update was sent."""
    line = (*access(server), *words)
    result = in_process("plan", command, *line)
    other = in_process(command, *line, "dry-run=yes", "--debug")
    assert (other.status, other.stdout) == (result.status, result.stdout)
    assert other.sent
    assert not other.updates
    return result


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize(("command", "words", "lines"), CHANGES.values(), ids=CHANGES)
def test_a_plan_is_the_difference_and_its_update_leaves_nothing_to_change(
    server: NameServer, command: str, words: list[str], lines: list[str], home: str
) -> None:
    result = planned(server, command, f"name={home}", *words)
    assert (result.status, result.stderr) == (WOULD_CHANGE, "")
    assert result.stdout.splitlines() == [line.format(home) for line in lines]
    assert records(server, home, "A") == ["300 192.0.2.1", "300 192.0.2.2"]
    done(in_process(command, *access(server), f"name={home}", *words))
    is_kept = isinstance(server, Knot) and knot_keeps_ttls() and words[1:] == ["ttl=60"]
    assert planned(server, command, f"name={home}", *words).status == (WOULD_CHANGE if is_kept else 0)


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize(("command", "words"), NO_CHANGES.values(), ids=NO_CHANGES)
def test_a_plan_that_changes_nothing_is_empty(server: NameServer, command: str, words: list[str], home: str) -> None:
    result = planned(server, command, f"name={home}", *words)
    assert (result.status, result.stdout, result.lines) == (0, "", ["nothing would change"])


def test_the_word_set_may_be_left_out(bind: NameServer, unique_name: str) -> None:
    line = (*access(bind), f"name={unique_name}", "address=192.0.2.1", "ttl=60")
    for words in (["plan"], ["plan", "set"], ["/tool", "dns-update", "plan"]):
        result = in_process(*words, *line)
        assert (result.status, result.stdout) == (WOULD_CHANGE, f"+ {unique_name} 60 A 192.0.2.1\n")


def test_the_zone_itself_is_written_as_such(bind: NameServer) -> None:
    line = ("name=@", "zone=example.com", "type=TXT", "value=hello", "ttl=60")
    assert in_process("plan", access(bind)[0], *line).stdout == '+ @ 60 TXT "hello"\n'


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_no_key_is_needed_for_a_plan(server: NameServer, home: str) -> None:
    server_only = access(server)[:2]
    assert in_process("plan", *server_only, f"name={home}", "address=192.0.2.9").status == WOULD_CHANGE
    assert in_process("plan", "delete", *server_only, f"name={home}").status == WOULD_CHANGE


@pytest.mark.parametrize(("words", "status"), [(["address=192.0.2.9"], WOULD_CHANGE), (["type=TXT", "value=one"], 0)])
@pytest.mark.parametrize("server", ["bind"], indirect=True)
def test_the_object_has_both_sides(server: NameServer, words: list[str], status: int, home: str) -> None:
    result = in_process("plan", "add", *access(server), f"name={home}", *words, "--json")
    assert (result.status, result.stderr) == (status, "")
    value = result.json
    assert (value["command"], value["status"], value["exit_status"]) == ("plan", "ok", status)
    assert value["changed"] == (status == WOULD_CHANGE)
    assert value["verified"] is False
    assert len(value["after"]) - len(value["before"]) == (1 if status else 0)
    dry = in_process("add", *access(server), f"name={home}", *words, "--json", "--dry-run").json
    assert [dry[key] for key in ("command", "exit_status", "name")] == ["plan", status, f"{home}.example.com."]


@pytest.mark.parametrize("flags", [["--json"], ["--json", "yes"], ["json=yes", "--no-quiet"]])
def test_flags_may_be_before_the_planned_command(bind: NameServer, unique_name: str, flags: list[str]) -> None:
    result = in_process("plan", *flags, "delete", *access(bind), f"name={unique_name}")
    assert (result.status, result.json["changed"]) == (0, False)


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("set name={0} type=CNAME value=a.example.net", "Update not applied: "),
        ("set name={0} address=192.0.2.1 require=absent", "Name exists: {0}.example.com exists at "),
        ("add name=new.{0} address=192.0.2.1 require=existing", "Name not found: new.{0}.example.com does not exist"),
        ("delete name={0} type=MX require=existing", "Name not found: {0}.example.com MX does not exist"),
        ("delete name=@ type=NS", "Update not applied: "),
    ],
    ids=["alias", "absent", "existing", "existing type", "last name server"],
)
def test_what_the_update_would_fail_with_is_the_plans_error(
    server: NameServer, line: str, says: str, home: str
) -> None:
    command, *words = line.format(home).split()
    words += access(server)
    result = in_process("plan", command, *words)
    assert (result.status, result.stdout) == (8, "")
    assert result.lines[0].startswith(says.format(home))
    assert in_process(command, *words, "--dry-run").stderr == result.stderr
    real = in_process(command, *words)
    assert real.status in (8, 7)  # PowerDNS refuses a CNAME beside other records
    assert real.failure


def test_a_server_that_is_silent_is_the_plans_error_too() -> None:
    with Silent() as peer:
        line = (f"dns-server={peer.address}", "zone=example.com", "name=home", "address=192.0.2.1", "timeout=0.1")
        for words in (["plan", *line], ["set", *line, "dry-run=yes"]):
            result = in_process(*words, "retries=0")
            assert result.status == 4
            assert result.lines[0].startswith(f"No answer from {peer.address}: ")
            as_object = in_process(*words, "retries=0", "--json").json
            assert (as_object["command"], as_object["exit_status"]) == ("plan", 4)


def test_a_name_in_a_zone_below_cannot_be_planned(bind: NameServer, unique_name: str) -> None:
    given(*access(bind), f"name={unique_name}", "type=NS", "value=ns.example.net", "ttl=60")
    result = in_process("plan", *access(bind), f"name=www.{unique_name}", "address=192.0.2.1", "ttl=60")
    assert result.status == 8
    assert "which" in result.lines[0]
    assert "delegates and does not show" in result.lines[0]


def test_a_quiet_plan_prints_its_difference_only(bind: NameServer, unique_name: str) -> None:
    line = (*access(bind), f"name={unique_name}", "address=192.0.2.1", "ttl=60", "quiet=yes")
    assert in_process("plan", *line).stdout == f"+ {unique_name} 60 A 192.0.2.1\n"
    given(*line)
    result = in_process("plan", *line)
    assert (result.status, result.stdout, result.stderr) == (0, "", "")


def test_a_plan_that_cannot_be_written_is_a_failure(bind: NameServer, unique_name: str) -> None:
    from tests.cli.test_streams import losing

    result = losing("stdout", "closed", "plan", *access(bind), f"name={unique_name}", "address=192.0.2.1")
    assert (result.status, result.lines) == (2, ["cannot write to standard output: it is closed"])


@pytest.mark.parametrize("line", ["plan --help", "help plan", "plan set --help", "plan delete name=x -h"])
def test_the_help_of_plan(line: str) -> None:
    result = in_process(*line.split())
    assert (result.status, result.stderr) == (0, "")
    assert result.stdout.startswith("dns-update plan [COMMAND] PROPERTY=VALUE...")
