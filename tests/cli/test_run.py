"""`dns-update run` as a command: wrong input, updates at a real BIND, globals between runs, JSON, interrupts."""

import io
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from dns_update.cli.run import Terminal
from dns_update.routeros.machine.logbook import LogEntry
from dns_update.routeros.machine.outside import Stopped
from lab import LabKey, NameServer
from tests.cli.test_set import records
from tests.support.command import COMMAND, Result, dns_update, given, in_process


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setattr("dns_update.routeros.machine.globals_file._SYSTEM_DIRECTORY", str(tmp_path / "system"))
    monkeypatch.chdir(tmp_path)


def md5_key(server: NameServer) -> LabKey:
    """Return the server's key for a router, which knows HMAC-MD5 only."""
    return next(key for key in server.keys if key.algorithm == "hmac-md5")


def line(server: NameServer, name: str, rest: str = "ttl=60", key: LabKey | None = None) -> str:
    """Return a router's command."""
    key = md5_key(server) if key is None else key
    where = f"dns-server={server.host}:{server.port} zone=example.com name={name}"
    return f'/tool dns-update {where} {rest} key-name={key.name} key="{key.secret}"'


def ran(script: str, *words: str, file: str = "a.rsc") -> Result:
    """Write a script and run it, in this process."""
    path = Path(file)
    path.write_text(script, encoding="utf-8")
    path.chmod(0o600)
    return in_process("run", file, *words)


# Wrong input


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "file= is missing: for example: dns-update run ddns.rsc"),
        (["none.rsc"], "cannot read 'none.rsc': No such file or directory"),
        (["."], "cannot read '.': Is a directory"),
        (["a.rsc", "map=ether1"], "map=: 'ether1' is not a pair of interfaces: ROUTER:HERE"),
        (["a.rsc", "map=a:b,a:c"], "map=: 'a' of the router is in two pairs"),
        (["a.rsc", "map=a:b", "map=a:c"], "map=: 'a' of the router is in two pairs"),
        (["a.rsc", "script=none"], "a.rsc has no script 'none': it stores no script"),
        (["a.rsc", "script="], "script=: the value is empty"),
        (["a.rsc", "public-address=nowhere"], "public-address=: "),
        (["a.rsc", "dry-run=maybe"], "dry-run=: 'maybe' is not a valid value"),
        (["a.rsc", "router=none.toml"], "cannot read 'none.toml'"),
        (["a.rsc", "router=r.toml", "map=a:b"], "map= and router= are both given"),
        (["a.rsc", "key=x"], "run does not take key="),
        (["a.rsc", "b.rsc"], "'b.rsc' is not a property"),
    ],
)
def test_wrong_words_are_one_line_and_status_2(words: list[str], says: str) -> None:
    Path("a.rsc").write_text(":put 1\n")
    Path("r.toml").write_text("")
    result = in_process("run", *words)
    assert result.status == 2
    assert [text for text in result.lines if says in text] == result.lines[-1:]
    assert result.stdout in ("", "1\n")


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"\0\1\2", "is not a text"), (b"#" * ((1 << 20) + 1), "has more than 1 MiB")],
    ids=["binary", "large"],
)
def test_what_is_not_a_script_is_refused(content: bytes, says: str) -> None:
    Path("a.rsc").write_bytes(content)
    result = in_process("run", "a.rsc")
    assert result.status == 2
    assert says in result.lines[0]


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (":put 1\n:put (", "a.rsc:2: syntax error: expected a value in the expression, got the end"),
        ("\n\n:set x 1", "a.rsc:3: syntax error: expected the name of a declared variable, got 'x' (column 6)"),
        ("/system script add name=a \\\n source={ :put ( }", "a.rsc:2: syntax error: expected a value"),
    ],
)
def test_a_syntax_error_names_file_and_line_and_nothing_runs(script: str, says: str) -> None:
    result = ran(script)
    assert (result.status, result.stdout) == (2, "")
    assert result.lines[-1].startswith(says), result.stderr


def test_a_wrong_description_of_a_router_names_each_line() -> None:
    Path("r.toml").write_text(
        'identity = 7\ninterfaces = [{ nam = "ether1" }]\n'
        '[[addresses]]\ninterface = "ether1"\naddress = "203.0.113.45"\n\n[dns]\n"a.example.com" = "x"\n\n[other]\n'
    )
    Path("a.rsc").write_text(":put 1")
    result = in_process("run", "a.rsc", "router=r.toml", "--json")
    assert result.status == 2
    assert result.json["error"]["message"].startswith("r.toml:1: identity: expected a text, got a number")
    assert result.json["error"]["message"].endswith("(and 4 more)")


# Updates


def test_a_line_updates_and_logs_the_routers_two_lines(bind: NameServer, unique_name: str) -> None:
    result = ran(line(bind, unique_name, "address=203.0.113.45 ttl=60"))
    assert (result.status, result.stdout) == (0, "")
    assert result.stderr.splitlines() == [
        f"dns-update: updating zone: example.com: updating RR set for {unique_name}",
        f"dns-update: update successful: {unique_name}.example.com A 203.0.113.45 added",
    ]
    assert records(bind, unique_name, "A") == ["60 203.0.113.45"]


@pytest.mark.parametrize("ttl", ["ttl=60", "ttl=0"])
def test_it_says_what_set_says(ttl: str, bind: NameServer, unique_name: str) -> None:
    key = md5_key(bind)
    words = [f"dns-server={bind.host}:{bind.port}", f"key-name={key.name}", f"key={key.secret}"]
    words += ["zone=example.com", f"name={unique_name}"]
    given(*words, "address=203.0.113.44", "ttl=30")
    said = in_process(*words, "address=203.0.113.45", ttl).stderr
    given(*words, "address=203.0.113.44", "ttl=30")
    assert ran(line(bind, unique_name, f"address=203.0.113.45 {ttl}")).stderr == said
    assert f"update successful: {unique_name}.example.com A 203.0.113.44 " in said


def test_a_removal_of_nothing_is_a_success_as_on_a_router(bind: NameServer, unique_name: str) -> None:
    result = ran(line(bind, unique_name, "address=203.0.113.45 ttl=0"))
    assert result.stderr.splitlines()[-1] == "dns-update: update successful"


def test_ipv6_and_a_prefix_and_ttl_0(bind: NameServer, unique_name: str) -> None:
    assert ran(line(bind, unique_name, "address=2001:db8::5/64 ttl=5m")).status == 0
    assert records(bind, unique_name, "AAAA") == ["300 2001:db8::5"]
    assert ran(line(bind, unique_name, "address=203.0.113.45 ttl=60")).status == 0
    assert ran(line(bind, unique_name, "address=203.0.113.45 ttl=0")).status == 0
    assert records(bind, unique_name, "A") == []
    assert records(bind, unique_name, "AAAA") == ["300 2001:db8::5"]


def test_a_full_name_is_doubled_as_on_a_router_with_a_warning(bind: NameServer, unique_name: str) -> None:
    result = ran(line(bind, f"{unique_name}.example.com", "address=203.0.113.45 ttl=60"))
    assert result.status == 0
    assert f"warning: a.rsc: line 1, column 1: name= is relative to the zone, so this is {unique_name}" in result.stderr
    assert records(bind, f"{unique_name}.example.com", "A") == ["60 203.0.113.45"]


def test_a_secret_is_read_from_a_file(bind: NameServer, unique_name: str) -> None:
    key = md5_key(bind)
    Path("home.secret").write_text(key.secret)
    Path("home.secret").chmod(0o600)
    script = line(bind, unique_name, "address=203.0.113.45 ttl=60").replace(key.secret, "@home.secret")
    result = ran(script)
    assert (result.status, result.stderr.count("\n")) == (0, 2), result.stderr


def test_a_server_that_is_not_given_is_found_and_told(network: NameServer) -> None:
    Path("a.rsc").write_text("/tool dns-update zone=example.com name=found address=203.0.113.45 ttl=60\n")
    assert network.namespace is not None
    result = dns_update("run", "a.rsc", prefix=network.namespace.prefix)
    assert "warning: dns-server= is not given; the primary of the zone of found.example.com" in result.stderr
    assert "updating zone: example.com: updating RR set for found" in result.stderr


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("silent", (4, "failure: update send failed", "No answer from 127.0.0.1:1")),
        ("wrong key", (5, "failure: reply not signed", "TSIG error: Server rejected:")),
        ("key that is not known", (5, "failure: reply not signed", "TSIG error: Server rejected:")),
        ("not signed", (7, "failure: refused", "Permission denied:")),
        ("other zone", (8, "failure: not authoritative for zone", "Zone not found:")),
        ("key alone", (2, "failure: bad argument", "key= is given without key-name=")),
        ("bad name", (2, "failure: bad name", "")),
    ],
)
def test_an_update_that_fails_ends_the_script_with_its_status(
    case: str, expected: tuple[int, str, str], bind: NameServer, unique_name: str
) -> None:
    status, text, explained = expected
    script = line(bind, unique_name, "address=203.0.113.45")
    if case == "silent":
        script = script.replace(f":{bind.port} ", ":1 ")
    elif case == "wrong key":
        script = line(bind, unique_name, "address=203.0.113.45", LabKey.generate(md5_key(bind).name, "hmac-md5"))
    elif case == "key that is not known":
        script = line(bind, unique_name, "address=203.0.113.45", LabKey.generate("nobody", "hmac-md5"))
    elif case == "not signed":
        script = script.partition(" key-name=")[0]
    elif case == "other zone":
        script = script.replace("example.com", "example.org")
    elif case == "key alone":
        script = script.partition(" key-name=")[0] + " key=c2VjcmV0c2VjcmV0"
    else:
        script = script.replace(f"name={unique_name}", f"name={'x' * 64}")
    result = ran(f":put before\n{script}\n:put after")
    assert (result.status, result.stdout) == (status, "before\n")
    assert result.lines[-1] == f"a.rsc:2: {text} (/tool/dns-update)"
    assert any(told.startswith(f"update failed: {explained}") for told in result.lines)


def test_a_failure_that_the_script_catches_is_explained_and_not_its_end(bind: NameServer, unique_name: str) -> None:
    good = line(bind, unique_name, "address=203.0.113.45 ttl=60")
    bad = good.replace(f":{bind.port} ", ":1 ")
    result = ran(f':do {{ {bad} }} on-error={{ :log warning "trying the next"; {good} }}')
    assert result.status == 0
    assert [told for told in result.lines if told.startswith(("update failed", "script,"))] == [
        result.lines[1], "script,warning trying the next",
    ]  # fmt: skip
    assert records(bind, unique_name, "A") == ["60 203.0.113.45"]


@pytest.mark.parametrize(
    ("script", "status", "says"),
    [
        (':error "no luck"', 2, "a.rsc:1: no luck (/error)"),
        (":put [/ip address get [find interface=none] address]", 3, "a.rsc:1: no such item (/ip/address/get)"),
        ("/ip cloud get public-address", 2, "a.rsc:1: failure: no source of the public address is allowed"),
        (":global x [/interface get none]", 2, "a.rsc:1: no such item (/interface/get)"),
        ("/tool dns-update zone=example.com", 2, "a.rsc:1: missing value(s) of argument(s) address (/tool/dns-update)"),
        (":while (true) do={}", 2, "a.rsc:1: the script ran more than 200000 commands"),
    ],
)
def test_the_end_of_a_script_with_an_error_has_a_fitting_status(script: str, status: int, says: str) -> None:
    result = ran(script)
    assert result.status == status
    assert any(told.startswith(says) for told in result.lines), result.stderr


def test_an_interface_that_is_not_there_is_answered_with_those_that_are() -> None:
    result = ran(":put [/ip address get [find interface=none] address]")
    assert result.hint.startswith("the interfaces are lo")
    assert "map=ROUTER:HERE" in result.hint


def test_a_dry_run_sends_nothing_and_says_what_it_would_send(bind: NameServer, unique_name: str) -> None:
    result = ran(line(bind, unique_name, "address=203.0.113.45 ttl=60"), "--dry-run")
    key = md5_key(bind)
    where = f"{unique_name}.example.com. 60 A 203.0.113.45 to {bind.host}:{bind.port}, key {key.name}"
    assert (result.status, result.stderr) == (20, f"dns-update: dry run, not sent: {where}\n")
    assert key.secret not in result.stderr
    assert records(bind, unique_name, "A") == []
    assert ran(":put 1", "--dry-run").status == 0


def test_an_address_that_the_world_cannot_reach_is_noted_once() -> None:
    update = "/tool dns-update dns-server=127.0.0.1 zone=example.com name=a address="
    result = ran(f"{update}192.168.1.5\n{update}192.168.1.5\n{update}192.31.1.1\n", "--dry-run")
    assert result.notes == ["192.168.1.5 cannot be reached from the Internet (private-use)"]


def test_debug_and_logging_of_dns_show_the_messages(bind: NameServer, unique_name: str) -> None:
    update = line(bind, unique_name, "address=203.0.113.45 ttl=60")
    assert len(ran(update, "--debug").updates) == 1
    later = ran(f"{update}\n/system logging add topics=dns,debug action=memory\n{update}")
    assert len(later.updates) == 1
    assert md5_key(bind).secret not in later.stderr


# Globals


_ONLY_ON_CHANGE = """\
:global last
:local now 203.0.113.45
:if ($now != $last) do={
  :put "changed"
  :set last $now
}
"""


def test_globals_are_there_in_the_next_run(tmp_path: Path) -> None:
    assert ran(_ONLY_ON_CHANGE).stdout == "changed\n"
    assert ran(_ONLY_ON_CHANGE).stdout == ""
    assert ran(_ONLY_ON_CHANGE, file="b.rsc").stdout == "changed\n"
    assert ran(_ONLY_ON_CHANGE, "globals=g.json").stdout == "changed\n"
    assert ran(_ONLY_ON_CHANGE, "globals=g.json").stdout == ""
    places = [*(tmp_path / "system").glob("*"), *(tmp_path / "runtime").glob("*/*")]
    assert sorted(path.name.partition("-")[0] for path in places) == ["a.rsc", "b.rsc"]


def test_globals_are_kept_also_if_the_script_fails() -> None:
    script = ':global n\n:set n ([:len $n] + 1)\n:put $n\n:set n "$n."\n:error "x"'
    assert [ran(script).stdout for _ in range(3)] == ["1\n", "3\n", "3\n"]


def test_a_broken_file_of_globals_is_one_warning() -> None:
    assert ran(_ONLY_ON_CHANGE).stdout == "changed\n"
    (kept,) = Path("system" if os.geteuid() == 0 else "runtime/dns-update").iterdir()
    kept.write_text("{", encoding="ascii")
    result = ran(_ONLY_ON_CHANGE)
    assert (result.status, result.stdout) == (0, "changed\n")
    assert result.lines == [f"warning: {kept.absolute()} is not a file of global variables; they start empty"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("notes.txt", "notes.txt is not a file of global variables"),
        ("nowhere/g.json", "nowhere is not a directory"),
        (".", ". cannot be read (is a directory)"),
    ],
)
def test_a_file_that_is_not_one_of_globals_is_left_alone(path: str, says: str) -> None:
    Path("notes.txt").write_text("precious", encoding="ascii")
    result = ran(_ONLY_ON_CHANGE, f"globals={path}")
    assert (result.status, result.stdout) == (2, "")
    assert result.lines[0].startswith(f"globals=: {says}")
    assert Path("notes.txt").read_text(encoding="ascii") == "precious"
    assert not Path("nowhere").exists()


# Secrets, and what a terminal should not get


_SECRET = "U0VDUkVUU0VDUkVU"


@pytest.mark.parametrize("words", [[], ["--json"], ["quiet=yes"]], ids=" ".join)
@pytest.mark.parametrize("telling", [':log info "with $k"', ":put $k", ':error "no $k"', ':put "$k$k"'])
def test_a_key_of_a_script_is_not_shown(telling: str, words: list[str]) -> None:
    update = "/tool dns-update dns-server=192.0.2.1 zone=example.com name=home address=203.0.113.4 key-name=k"
    result = ran(f':local k "{_SECRET}"\n{telling}\n{update} key=$k', "dry-run=yes", *words)
    assert _SECRET not in result.stdout + result.stderr
    assert _SECRET not in ran(f"{update} key={_SECRET}\n:put {_SECRET}", "dry-run=yes", *words).stdout


def test_a_log_line_is_one_line_without_control_characters() -> None:
    result = ran(':log info "a\\1B[31m\\nb"')
    assert result.lines == ["script,info a\\x1b[31m\\nb"]


def test_a_router_without_interfaces_is_told() -> None:
    Path("router.toml").write_text("", encoding="ascii")
    result = ran(":put [/ip address get [find interface=ether1] address]", "router=router.toml")
    assert (result.status, result.hint) == (3, "there are no interfaces")


# What is stored


_STORED = '/system script add name=one source={ :put "one" }\n'


def test_the_only_script_of_a_file_is_run() -> None:
    result = ran(_STORED)
    assert (result.status, result.stdout) == (0, "one\n")
    assert result.lines == ["running the script one, the only one that the file stores"]


def test_of_several_scripts_one_is_chosen() -> None:
    both = _STORED + '/system script add name=two source=":put \\"two\\""\n'
    result = ran(both)
    assert result.status == 2
    assert result.lines == ["the file stores 2 scripts, and nothing says which to run: script=NAME, one of one, two"]
    assert ran(both, "script=two").stdout == "two\n"
    result = ran(both, "script=three")
    assert (result.status, result.lines) == (2, ["a.rsc has no script 'three': it has one, two"])


def test_a_file_that_runs_its_script_itself_runs_it_once() -> None:
    assert ran(f"{_STORED}/system script run one").stdout == "one\n"


def test_an_export_is_loaded_and_what_is_left_out_is_told() -> None:
    export = (
        "# 2026-01-05 21:40:11 by RouterOS 7.16\n/interface bridge\nadd name=bridge\n/ip pool\nadd name=dhcp "
        "ranges=192.168.88.10-192.168.88.254\n/interface ethernet\nset [ find default-name=ether1 ] name=wan\n"
        f"/system script\n{_STORED.removeprefix('/system script ')}"
    )
    result = ran(export, "script=one")
    assert (result.status, result.stdout) == (0, "one\n")
    assert result.notes[-1] == "left out, because this machine has its own configuration for it: /ip/pool add"


def test_an_error_in_a_stored_script_has_its_line_in_the_file() -> None:
    result = ran("/system script add name=one source={\n  :put 1\n  :error x\n}\n")
    assert result.lines[-1] == "a.rsc:3: x (/error)"


def test_a_script_of_several_schedules_is_run_once_by_its_name() -> None:
    script = f"{_STORED}/system scheduler add name=s interval=5m on-event=one"
    assert ran(script, "script=one").stdout == "one\n"


def test_standard_input_is_a_script() -> None:
    assert dns_update("run", "-", stdin=":put 1\n").stdout == "1\n"


def test_octets_of_an_export_are_characters_again() -> None:
    assert ran(':put "caf\\C3\\A9 \\FF"').stdout == "café \N{REPLACEMENT CHARACTER}\n"


def test_a_file_with_a_key_that_others_can_read_is_a_warning(bind: NameServer, unique_name: str) -> None:
    path = Path("open.rsc")
    path.write_text(line(bind, unique_name, "address=203.0.113.45"))
    path.chmod(0o644)
    result = in_process("run", "open.rsc", "--dry-run")
    assert result.lines[0] == "warning: other users can read open.rsc, which has a key in it: chmod 600"


def test_quiet_prints_what_the_script_prints_and_failures(bind: NameServer, unique_name: str) -> None:
    update = line(bind, unique_name, "address=203.0.113.45")
    result = ran(f':put "x"\n:log info "y"\n{update}\n/system ntp client set enabled=yes', "quiet=yes")
    assert (result.status, result.stdout, result.stderr) == (0, "x\n", "")
    failing = update.replace(f":{bind.port} ", ":1 ")
    result = ran(failing, "quiet=yes")
    assert result.status == 4
    assert "update failed: No answer" in result.stderr


# JSON


def test_the_object_says_all_that_happened(bind: NameServer, unique_name: str) -> None:
    update = line(bind, unique_name, "address=203.0.113.45 ttl=60")
    silent = update.replace(f":{bind.port} ", ":1 ")
    result = ran(f':put "x"\n:log info "y"\n:put $z\n{update}\n{silent}', "--json")
    told = result.json
    assert (result.status, result.stderr) == (4, "")
    assert (told["command"], told["status"], told["exit_status"], told["file"]) == ("run", "error", 4, "a.rsc")
    assert told["put"] == ["x", ""]
    assert (told["log"][0]["topics"], told["log"][0]["message"]) == ("script,info", "y")
    assert [remark["code"] for remark in told["remarks"] if remark["code"] != "router-would-refuse"] == [
        "undeclared-read"
    ]
    first, second = told["updates"]
    assert (first["line"], first["name"], first["result"]) == (4, f"{unique_name}.example.com.", "accepted")
    assert first["records"][0]["data"] == "203.0.113.45"
    assert (second["result"], second["error"]["kind"]) == ("failure: update send failed", "NoResponse")
    assert told["error"]["kind"] == "ScriptFailed"
    assert md5_key(bind).secret not in result.stdout


def test_the_object_says_what_is_for_another_program() -> None:
    (note,) = ran("/system ntp client set enabled=yes", "--json").json["notes"]
    assert note.startswith("/system/ntp/client set changes a router, not this machine; here: timedatectl")


def test_the_object_of_a_script_that_ends_well() -> None:
    told = ran(":put 1", "--json").json
    assert (told["status"], told["exit_status"], told["error"], told["updates"]) == ("ok", 0, None, [])


def test_a_wrong_line_is_an_object_too() -> None:
    assert in_process("run", "none.rsc", "--json").json["error"]["kind"] == "UsageError"
    assert ran(":put (", "--json").json["error"]["message"].startswith("a.rsc:1: ")


def test_a_service_has_no_object() -> None:
    result = ran(f"{_STORED}/system scheduler add name=s interval=5m on-event=one", "--json")
    assert result.status == 2
    assert json.loads(result.stdout)["error"]["hint"] == "script=NAME runs one script"


# Interrupts and streams


def test_an_interrupt_keeps_what_is_done_and_ends_with_130(tmp_path: Path) -> None:
    script = tmp_path / "a.rsc"
    script.write_text(':global n 7\n:put "waiting"\n:delay 60s\n:set n 8\n')
    words = ["run", str(script), f"globals={tmp_path}/g.json"]
    with subprocess.Popen([COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        _, told = process.communicate()
    assert (process.returncode, told) == (130, "dns-update: interrupted\ndns-update: hint: nothing was changed\n")
    assert json.loads((tmp_path / "g.json").read_text())["globals"] == {"n": 7}


def test_an_interrupt_says_what_was_done_before(bind: NameServer, unique_name: str, tmp_path: Path) -> None:
    script = tmp_path / "a.rsc"
    script.write_text(f'{line(bind, unique_name, "address=203.0.113.45 ttl=60")}\n:put "waiting"\n:delay 60s\n')
    script.chmod(0o600)
    with subprocess.Popen(
        [COMMAND, "run", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        _, told = process.communicate()
    assert process.returncode == 130
    assert told.endswith("dns-update: interrupted\ndns-update: hint: 1 update was carried out before that\n")


def test_a_reader_that_leaves_ends_the_script(tmp_path: Path) -> None:
    script = tmp_path / "a.rsc"
    script.write_text(":for i from=1 to=100000 do={ :put $i }")
    read, write = os.pipe()
    with subprocess.Popen([COMMAND, "run", script], stdout=write, stderr=subprocess.PIPE, text=True) as process:
        os.close(write)
        os.read(read, 10)
        os.close(read)
        _, told = process.communicate()
    assert (process.returncode, told) == (141, "")


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_an_interrupt_is_told_also_as_an_object(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", interrupted)
    monkeypatch.setattr(Terminal, "pause", lambda _terminal, seconds: interrupted(seconds))
    result = ran(":put x\n:delay 1s\n:put y", *words)
    assert result.status == 130
    if words:
        assert (result.json["exit_status"], result.json["put"]) == (130, ["x"])
        assert result.json["error"]["message"] == "interrupted"
    else:
        assert (result.stdout, result.lines) == ("x\n", ["interrupted", "hint: nothing was changed"])


def test_a_source_without_a_public_address_ends_the_script_with_3() -> None:
    result = ran("/ip cloud get public-address", "public-address=dns:my.example.com@127.0.0.1:1")
    assert result.status == 3
    assert result.lines[0].startswith("No address: ")
    assert result.lines[-1] == "a.rsc:1: failure: the public address is not known (/ip/cloud/get)"


def test_a_delay_is_waited_for() -> None:
    assert ran(":put [:time { :delay 20ms }]").stdout.startswith("00:00:00.0")


def test_standard_input_of_a_script_with_globals_says_that_they_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b":global x 1\n:put $x")))
    result = in_process("run", "-")
    assert (result.stdout, result.status) == ("1\n", 0)
    assert result.lines == [
        "warning: global variables are not kept: there is no place for them; globals=FILE names one"
    ]


def test_a_service_s_terminal_stops_scripts_and_outlives_its_reader(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal(is_silent=False)
    end = terminal.stay()
    before = terminal.monotonic()
    terminal.pause(0)
    assert terminal.monotonic() >= before
    terminal.log(LogEntry("", "script,error", "bad"))
    terminal.log(LogEntry("", "dns,info", "dns-update: update successful"))
    assert capfd.readouterr().err == "dns-update: script,error bad\ndns-update: update successful\n"
    monkeypatch.setattr("sys.stdout", None)
    terminal.put("nobody reads this")
    end.set()
    with pytest.raises(Stopped):
        terminal.monotonic()
    with pytest.raises(Stopped):
        terminal.pause(60)
