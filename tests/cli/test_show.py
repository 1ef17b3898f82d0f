"""`dns-update show`, and where output goes: data, talk, JSON, debugging."""

import base64
import json
import re
import subprocess
from pathlib import Path
from urllib.parse import quote

import dns.rrset
import dns.zone
import pytest

from lab import Knot, LabKey, NameServer
from lab.versions import knot_keeps_ttls
from tests.cli.test_set import SERVERS, done
from tests.support.command import COMMAND, Result, access, at, given, in_process, key_file
from tests.support.peer import Silent, closed_port


@pytest.fixture
def home(server: NameServer, unique_name: str) -> list[str]:
    """Give a name addresses and a text; return the words that lead to it."""
    name = [*access(server), f"name={unique_name}"]
    given(*name, "address=192.0.2.1,2001:db8::1", "ttl=60")
    given(*name, "type=TXT", "value=some; text", "ttl=120")
    return name


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_lines_of_a_zone_file_on_standard_output_and_nothing_else(home: list[str]) -> None:
    name = f"{home[-1].removeprefix('name=')}.example.com."
    addresses = done(in_process("show", *home))
    assert addresses.stdout.splitlines() == [f"{name} 60 IN A 192.0.2.1", f"{name} 60 IN AAAA 2001:db8::1"]
    assert addresses.stderr == ""
    text = done(in_process("show", *home, "type=TXT"))
    assert text.stdout == f'{name} 120 IN TXT "some; text"\n'
    zone = dns.zone.from_text(addresses.stdout + text.stdout, origin="example.com.", check_origin=False)
    assert len(list(zone.iterate_rdatas())) == 3


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_a_name_without_such_a_record_is_told_and_ends_with_0(home: list[str]) -> None:
    result = done(in_process("show", *home, "type=MX"))
    assert result.stdout == ""
    assert result.lines == [f"{home[-1].removeprefix('name=')}.example.com has no MX record"]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_a_name_that_does_not_exist_ends_with_8(server: NameServer, unique_name: str) -> None:
    result = in_process("show", *access(server), f"name={unique_name}")
    assert result.status == 8
    assert result.stdout == ""
    assert result.lines[0].startswith(f"Name not found: {unique_name}.example.com")


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_an_alias_is_shown_as_what_it_is(server: NameServer, unique_name: str) -> None:
    name = [*access(server), f"name={unique_name}"]
    done(in_process(*name, "type=CNAME", "value=ns.example.com", "ttl=60"))
    result = done(in_process("show", *name))
    assert result.stdout == f"{unique_name}.example.com. 60 IN CNAME ns.example.com.\n"


def test_the_apex_and_any_type(bind: NameServer) -> None:
    assert (
        " SOA ns.example.com. hostmaster.example.com. "
        in done(in_process("show", *access(bind), "name=@", "type=SOA")).stdout
    )
    assert " NS ns.example.com." in done(in_process("show", *access(bind), "name=@", "type=ANY")).stdout


def test_no_key_is_needed_to_show(bind: NameServer) -> None:
    result = done(in_process("show", at(bind), "zone=example.com", "name=ns"))
    assert result.stdout == "ns.example.com. 3600 IN A 127.0.0.1\n"


def test_unknown_types_are_shown_in_generic_form(bind: NameServer, unique_name: str) -> None:
    name = [*access(bind), f"name={unique_name}", "type=TYPE65280"]
    done(in_process(*name, r"value=\# 2 abcd", "ttl=60"))
    assert done(in_process("show", *name)).stdout == f"{unique_name}.example.com. 60 IN TYPE65280 \\# 2 abcd\n"


def test_the_talk_of_set_goes_to_standard_error(bind: NameServer, unique_name: str) -> None:
    result = done(in_process(*access(bind), f"name={unique_name}", "address=192.0.2.1"))
    assert result.stdout == ""
    assert result.lines[-1].startswith("update successful")


# --json


def only_an_object(result: Result) -> dict[str, object]:
    assert result.stderr == ""
    value = json.loads(result.stdout)
    assert isinstance(value, dict)
    assert value["exit_status"] == result.status
    return value


@pytest.mark.parametrize("flag", ["--json", "json=yes", "--json=yes"])
def test_json_of_a_success(flag: str, bind: NameServer, unique_name: str) -> None:
    name = [*access(bind), f"name={unique_name}", flag]
    first = only_an_object(in_process(*name, "address=192.0.2.1"))
    record = {"name": f"{unique_name}.example.com.", "class": "IN", "type": "A", "ttl": 3600, "data": "192.0.2.1"}
    assert first | {"seconds": 0} == {
        "command": "set",
        "status": "ok",
        "exit_status": 0,
        "zone": "example.com.",
        "name": f"{unique_name}.example.com.",
        "server": f"{bind.host}:{bind.port}",
        "query_server": None,
        "rcode": "NOERROR",
        "before": [],
        "after": [record],
        "changed": True,
        "verified": True,
        "seconds": 0,
        "notes": [],
        "failures": [],
    }
    again = only_an_object(in_process(*name, "address=192.0.2.1"))
    assert again["before"] == again["after"] == [record]
    assert again["changed"] is False
    shown = only_an_object(in_process("show", *name))
    assert shown["command"] == "show"
    assert shown["records"] == [record]
    gone = only_an_object(in_process("delete", *name))
    assert (gone["before"], gone["after"], gone["changed"]) == ([record], [], True)


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_json_tells_what_has_changed_whatever_the_ttl(server: NameServer, unique_name: str) -> None:
    name = [*access(server), f"name={unique_name}", "--json"]
    changed = [
        only_an_object(in_process(*words))["changed"]
        for words in (
            [*name, "address=192.0.2.1", "ttl=60"],
            [*name, "address=192.0.2.1", "ttl=60"],
            [*name, "address=192.0.2.1", "ttl=61"],
            [*name, "address=192.0.2.1,192.0.2.2", "ttl=61"],
            ["delete", *name, "address=192.0.2.3"],
            ["delete", *name, "address=192.0.2.2"],
            ["delete", *name],
            ["delete", *name],
        )
    ]
    is_ttl_kept = isinstance(server, Knot) and knot_keeps_ttls()
    assert changed == [True, False, not is_ttl_kept, True, False, True, True, False]


def test_json_of_a_removal_under_a_wildcard_is_no_change(bind: NameServer, unique_name: str) -> None:
    given(*access(bind), f"name=*.{unique_name}", "address=192.0.2.1", "ttl=60")
    outcome = only_an_object(in_process("delete", *access(bind), f"name=any.{unique_name}", "--json"))
    assert outcome["before"] == outcome["after"]
    assert outcome["changed"] is False


def test_json_of_a_refusal_has_its_rcode_zone_and_name(bind: NameServer) -> None:
    reader = bind.readonly_keys[0]
    value = only_an_object(in_process(*access(bind, reader), "name=home", "address=192.0.2.1", "ttl=60", "--json"))
    assert (value["zone"], value["name"]) == ("example.com", "home")
    error = value["error"]
    assert isinstance(error, dict)
    assert (error["kind"], error["rcode"], error["tsig_error"]) == ("PermissionDenied", "REFUSED", None)


def test_json_of_a_rejected_key_has_its_tsig_error(bind: NameServer) -> None:
    stranger = LabKey.generate("stranger", "hmac-sha256")
    value = only_an_object(in_process(*access(bind, stranger), "name=home", "address=192.0.2.1", "ttl=60", "--json"))
    error = value["error"]
    assert isinstance(error, dict)
    assert (error["kind"], error["rcode"], error["tsig_error"]) == ("KeyRejected", "NOTAUTH", "BADKEY")


def test_json_without_read_back_does_not_claim_to_be_verified(bind: NameServer, unique_name: str) -> None:
    words = [f"name={unique_name}", "address=192.0.2.1", "ttl=60", "verify=no", "--json"]
    outcome = only_an_object(in_process(*access(bind), *words))
    assert outcome["verified"] is False
    assert outcome["changed"] is None
    assert outcome["after"] is None


def test_json_of_a_name_without_such_a_record(bind: NameServer) -> None:
    assert only_an_object(in_process("show", *access(bind), "name=ns", "type=MX", "--json"))["records"] == []


@pytest.mark.parametrize("command", ["set", "delete", "show"])
@pytest.mark.parametrize(
    ("words", "kind", "status"),
    [
        (["name=home"], "NoResponse", 4),
        (["name=home.example.org."], "UsageError", 2),
        (["nmae=home"], "UsageError", 2),
        ([], "UsageError", 2),
    ],
    ids=["no-answer", "outside", "unknown-property", "no-name"],
)
def test_json_of_a_failure(command: str, words: list[str], kind: str, status: int) -> None:
    server = f"127.0.0.1:{closed_port()}"
    more = ["address=192.0.2.1"] if command == "set" else []
    result = in_process(command, f"dns-server={server}", "zone=example.com", *words, *more, "--json")
    value = only_an_object(result)
    assert result.status == status
    assert value["command"] == command
    assert value["status"] == "error"
    error = value["error"]
    assert isinstance(error, dict)
    assert error["kind"] == kind
    assert error["message"]
    assert error["exit_status"] == status
    assert error["server"] == (server if status == 4 else "")


def test_json_of_an_unknown_command() -> None:
    assert only_an_object(in_process("shwo", "name=home", "--json"))["status"] == "error"


# --debug


def _spellings(key: LabKey) -> list[str]:
    raw = base64.b64decode(key.secret)
    texts = [key.secret, key.secret.rstrip("="), raw.hex(), raw.hex().upper(), raw.decode("latin-1"), quote(key.secret)]
    texts += [base64.urlsafe_b64encode(raw).decode(), base64.b32encode(raw).decode(), repr(raw), repr(raw)[2:-1]]
    return [*texts, base64.b64encode(key.secret.encode()).decode(), key.secret.encode().hex()]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_debug_shows_messages_in_digs_form(server: NameServer, unique_name: str) -> None:
    words = [*access(server), f"name={unique_name}", "address=192.0.2.1", "ttl=60", "require=absent", "--debug"]
    text = done(in_process(*words)).stderr
    name = f"{unique_name}.example.com."
    for line in (
        ";; ->>HEADER<<- opcode: UPDATE, status: NOERROR, id: ",
        ";; flags:; ZONE: 1, PREREQ: 1, UPDATE: 2, ADDITIONAL: 1",
        ";; ZONE SECTION:\n;example.com.\tIN\tSOA",
        f";; PREREQUISITE SECTION:\n{name}\t0\tNONE\tANY",
        f";; UPDATE SECTION:\n{name}\t0\tANY\tA\n{name}\t60\tIN\tA\t192.0.2.1",
        ";; TSIG PSEUDOSECTION:\nddns-key.\t0\tANY\tTSIG\thmac-sha256. ",
        ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: ",
        f";; QUESTION SECTION:\n;{name}\tIN\tA",
        f";; ANSWER SECTION:\n{name}\t60\tIN\tA\t192.0.2.1",
    ):
        assert line in re.sub(r"\t+", "\t", text)
    assert text.count(";; sent ") == text.count(";; received ") >= 2


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize("command", ["set", "delete", "show"])
def test_debug_never_shows_the_secret_in_any_encoding(server: NameServer, command: str, unique_name: str) -> None:
    key = server.keys[0]
    more = ["address=192.0.2.1"] if command == "set" else []
    result = in_process(command, *access(server), f"name={unique_name}", *more, "--debug")
    assert "TSIG" in result.stderr
    for spelling in _spellings(key):
        assert spelling not in result.stderr + result.stdout


def test_debug_shows_what_a_rejecting_server_said(bind: NameServer) -> None:
    result = in_process(*access(bind, LabKey.generate()), "name=home", "address=192.0.2.1", "ttl=60", "--debug")
    assert "status: NOTAUTH" in result.stderr
    assert "BADSIG" in result.stderr


def test_debug_with_json_keeps_the_object_alone_on_standard_output(bind: NameServer) -> None:
    result = in_process("show", *access(bind), "name=ns", "--debug", "--json")
    assert result.json["status"] == "ok"
    assert ";; QUESTION SECTION:" in result.stderr


def test_debug_shows_what_was_sent_although_nobody_answered() -> None:
    with Silent() as peer:
        words = ["zone=example.com", "name=home", "address=192.0.2.1", "ttl=60", "timeout=0.1", "retries=1"]
        result = in_process(f"dns-server={peer.address}", *words, "--debug", "diagnose=no")
    assert result.status == 4
    assert [message.opcode for message in result.sent] == ["QUERY", "QUERY"]


@pytest.mark.parametrize("words", [[], ["--json"]])
@pytest.mark.parametrize("server", ["bind"], indirect=True)
def test_output_that_cannot_be_written_is_told(home: list[str], words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [COMMAND, "show", *home, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (
        2,
        "dns-update: cannot write to standard output: No space left on device\n",
    )


def test_a_property_before_the_command_gets_a_hint() -> None:
    result = in_process("json=no", "show", "name=home")
    assert (result.status, len(result.lines)) == (2, 1)
    assert "'show' is not a property" in result.stderr
    assert "the command comes first: dns-update show" in result.stderr


@pytest.mark.parametrize("server", ["bind"], indirect=True)
def test_the_cause_of_a_failure_is_found_by_questions_alone(server: NameServer) -> None:
    wrong = key_file(server, LabKey(server.keys[0].name, "hmac-sha256", LabKey.generate().secret))
    result = in_process("show", at(server), "zone=example.com", "name=ns", wrong, "--debug")
    assert result.status == 5
    assert "only the secret is another one there" in result.cause
    no_zone = in_process("show", at(server), "zone=home.example.com", "name=ns", "--debug")
    assert no_zone.status == 8
    assert no_zone.hint.startswith("give zone=example.com ")
    assert {message.opcode for message in (*result.sent, *no_zone.sent)} == {"QUERY"}
