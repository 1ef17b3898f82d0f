"""`dns-update import`: what it writes and says, and that nothing is half written if something is wrong."""

from __future__ import annotations

import resource
import signal
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_set import records
from tests.support.command import dns_update, in_process

if TYPE_CHECKING:
    from lab import NameServer

SECRET = "aW52ZW50ZWQta2V5LW9uZTAx"
SCRIPT = f"""\
# cut three characters, and remember in a local
:local last ""
:local ip [/ip address get [find interface=ether1] address]
:set ip [:pick $ip 0 ([:len $ip] - 3)]
:if ($ip != $last) do={{
  /tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=$ip key-name=home-key key="{SECRET}"
  :set last $ip
}}
"""
LOCAL_FORGETS = "last is a :local and is empty at every run; the import sends on change only; :global last"
CUT_THREE = 'cuts three characters, whatever the length of the prefix; [:pick $x 0 [:find $x "/"]] cuts at the slash'
CONFIGURATION = """\
[keys.home-key]
file = "{keys}"
name = "home-key"

[servers."192.0.2.1"]
address = "192.0.2.1"

[zones."example.com"]
servers = ["192.0.2.1"]
key = "home-key"

[[records]]    # line 6
name = "home.example.com"
address = "interface:{interface}/ipv4"
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "router.rsc"
    path.write_text(SCRIPT)
    return path


def test_without_output_the_configuration_is_printed_and_nothing_is_written(script: Path) -> None:
    result = in_process("import", str(script))
    assert result.status == 0
    keys = Path.cwd() / "agent.keys"
    assert result.stdout.partition("\n\n")[2] == CONFIGURATION.format(keys=keys, interface="ether1")
    assert not keys.exists()
    assert result.lines == [
        f"{script}: line 2: warning: {LOCAL_FORGETS}",
        f"{script}: line 4: warning: {CUT_THREE}",
        f"1 key is not printed; output=agent.toml writes the configuration, and the keys to {keys}",
    ]


def test_configuration_and_keys_are_written_and_the_agent_takes_them(script: Path, tmp_path: Path) -> None:
    output, keys = tmp_path / "agent.toml", tmp_path / "agent.keys"
    result = in_process("import", str(script), f"output={output}", "map=ether1:eth0")
    assert result.status == 0
    assert result.lines[-1] == f"{output}: 1 name; next: dns-update agent --check config={output}"
    assert output.read_text().partition("\n\n")[2] == CONFIGURATION.format(keys=keys, interface="eth0")
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert keys.read_text() == f'key "home-key" {{\n\talgorithm hmac-md5;\n\tsecret "{SECRET}";\n}};\n'
    assert in_process("agent", "--check", f"config={output}").status == 0
    assert SECRET not in result.stdout + result.stderr + output.read_text()


@pytest.mark.parametrize("exists", ["agent.toml", "agent.keys"])
def test_no_file_is_overwritten_and_none_is_left_behind(exists: str, script: Path, tmp_path: Path) -> None:
    (tmp_path / exists).write_text("precious")
    result = in_process("import", str(script), f"output={tmp_path / 'agent.toml'}")
    assert (result.status, result.stderr.splitlines()[-1]) == (
        2,
        f"dns-update: {tmp_path / exists} exists: give another path, or move the file away",
    )
    assert {path.name for path in tmp_path.iterdir()} == {"router.rsc", exists}
    assert (tmp_path / exists).read_text() == "precious"


def test_a_full_disk_leaves_no_file_behind(script: Path, tmp_path: Path) -> None:
    # A limit on the size of files, which a process sets for itself, is felt as a full disk is: write() fails.
    output = tmp_path / "agent.toml"
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8, limits[1]))
    try:
        result = in_process("import", str(script), f"output={output}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert result.status != 0
    assert result.lines[-1] == f"cannot write {tmp_path / 'agent.keys'}: File too large"
    assert {path.name for path in tmp_path.iterdir()} == {"router.rsc"}


def test_a_configuration_that_the_agent_does_not_take_says_where(tmp_path: Path) -> None:
    path, output = tmp_path / "one.rsc", tmp_path / "agent.toml"
    update = "/tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=203.0.113.45 key-name=k"
    path.write_text(f'{update} key="@{tmp_path}/no.key"\n')
    result = in_process("import", str(path), f"output={output}")
    assert result.status == 2
    assert f"{output}:" in result.stderr
    assert "no.key" in result.stderr
    assert result.lines[-1] == f"{output} is written, and must be corrected there"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("name=my..home zone=example.com", "name=: 'my..home.example.com' has an empty label"),
        ("name=home zone=exa..mple", "zone=: 'exa..mple' has an empty label"),
        ("name=home", "name=: it is not a full name, and no zone is given; give zone="),
        ('name=home zone=example.com key-name="a b" key=c2VjcmV0', "key-name=: 'a b' has a blank in it"),
        ('name=home zone=example.com dns-server="not a host"', "dns-server=: 'not a host' is not a host"),
    ],
)
def test_what_the_agent_does_not_take_is_left_out(given: str, said: str, tmp_path: Path) -> None:
    path, output = tmp_path / "one.rsc", tmp_path / "agent.toml"
    other = "/tool dns-update name=other zone=example.com address=203.0.113.45\n"
    path.write_text(f"/tool dns-update {given} address=203.0.113.45\n{other}")
    result = in_process("import", str(path), f"output={output}")
    assert result.status == 10
    assert f"{path}: line 1: error: {said}" in result.stderr
    assert in_process("agent", "--check", f"config={output}").status == 0


def test_an_interface_that_cannot_be_called_so_here_gets_another_name(tmp_path: Path) -> None:
    path, output = tmp_path / "one.rsc", tmp_path / "agent.toml"
    path.write_text(
        ':local ip [/ip address get [find interface="WAN, 1/uplink of the provider"] address]\n'
        '/tool dns-update name=home zone=example.com address=[:pick $ip 0 [:find $ip "/"]]\n'
    )
    result = in_process("import", str(path), f"output={output}")
    assert result.status == 0
    said = "this machine cannot have an interface called 'WAN, 1/uplink of the provider'; the import calls it"
    assert f"{path}: line 2: warning: {said} WAN-1-uplink-of; map= gives it another name" in result.lines
    assert in_process("agent", "--check", f"config={output}").status == 0
    assert in_process("import", str(path), "diff-run=yes").status == 0


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_standard_input_is_read(name: str) -> None:
    result = dns_update("import", name, stdin=SCRIPT)
    assert result.status == 0
    assert 'name = "home.example.com"' in result.stdout


def test_a_backup_is_not_a_text(tmp_path: Path) -> None:
    path = tmp_path / "router.backup"
    path.write_bytes(b"\x88\xac\xa1\xb1\0\0/tool dns-update address=203.0.113.45\n")
    hint = "a backup of a router is not one; its export is: /export file=NAME"
    assert in_process("import", str(path)).stderr == f"dns-update: {path} is not a text: {hint}\n"


def test_a_device_without_an_end_is_too_large() -> None:
    result = in_process("import", "/dev/zero")
    assert (result.status, result.lines) == (2, ["/dev/zero is too large for a set-up: at most 16777216 octets"])


def test_json_has_everything_but_the_secret(script: Path) -> None:
    result = in_process("import", str(script), "--json")
    assert (result.status, result.stderr) == (0, "")
    assert result.json["understood"] == "yes"
    assert result.json["records"] == [
        {
            "name": "home.example.com",
            "zone": "example.com",
            "type": "A",
            "source": {"kind": "interface", "interface": "ether1", "detail": None},
            "servers": ["192.0.2.1"],
            "servers_used": "one",
            "key_name": "home-key",
            "ttl": None,
            "when": [{"kind": "manual", "seconds": None, "start_time": None, "item": None}],
            "change_check": "memory-broken",
            "only_if_running": False,
            "line": 6,
        }
    ]
    assert [(each["line"], each["code"]) for each in result.json["remarks"]] == [(2, "local-forgets"), (4, "cut-three")]
    assert SECRET not in result.stdout


def test_a_name_that_is_not_a_host_name_is_taken_as_a_router_takes_it(tmp_path: Path) -> None:
    path, output = tmp_path / "one.rsc", tmp_path / "agent.toml"
    path.write_text("/tool dns-update dns-server=192.0.2.1 name=my_home zone=example.com address=203.0.113.45\n")
    assert in_process("import", str(path), f"output={output}").status == 0
    assert "check-names = false" in output.read_text()


def test_what_is_not_understood_is_status_10(script: Path) -> None:
    script.write_text(SCRIPT + '/tool fetch url="https://dyn.example/update?host=home"\n')
    result = in_process("import", str(script))
    assert result.status == 10
    assert "line 9: error: this tells a web service" in result.stderr
    assert 'name = "home.example.com"' in result.stdout


def test_quiet_says_only_what_was_not_understood(script: Path, tmp_path: Path) -> None:
    assert in_process("import", str(script), "quiet=yes").stderr == ""
    assert in_process("import", str(script), f"output={tmp_path / 'agent.toml'}", "quiet=yes").stderr == ""
    script.write_text(SCRIPT + '/tool fetch url="https://dyn.example/update?host=home"\n')
    assert [line.split(": ")[2] for line in in_process("import", str(script), "quiet=yes").lines] == ["error"]


def test_a_difference_between_script_and_import_is_shown(script: Path) -> None:
    result = in_process("import", str(script), "--diff-run")
    assert result.status == 10
    assert result.stdout.splitlines()[0] == (
        "other addresses, with a prefix of 8 bits: home.example.com A: the script leaves 203.0.113.2, "
        "the import 203.0.113.20"
    )
    assert in_process("import", str(script), "--diff-run", "--json").json["differences"][0] == {
        "about": "other addresses, with a prefix of 8 bits",
        "name": "home.example.com",
        "type": "A",
        "by_script": "203.0.113.2",
        "by_import": "203.0.113.20",
        "error": "",
    }


def test_a_script_without_mistakes_differs_nowhere(script: Path) -> None:
    script.write_text(SCRIPT.replace("([:len $ip] - 3)", '[:find $ip "/"]'))
    result = in_process("import", str(script), "--diff-run", "map=ether1:eth0")
    assert (result.status, result.stdout) == (0, "")
    assert result.lines == [f"{script}: script and import do the same in every state"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "file= is missing"),
        (["{dir}/nothing.rsc"], "cannot read {dir}/nothing.rsc: No such file or directory"),
        ([SECRET], "cannot read the file: No such file or directory"),
        (["{dir}"], "cannot read {dir}: Is a directory"),
        (["{dir}/router.rsc", "another.rsc"], "one of the words is not a property"),
        (["{dir}/router.rsc", "map=ether1"], "map=: 'ether1' is not a pair of interfaces"),
        (["{dir}/router.rsc", "map=ether1:eth0,ether1:eth1"], "map=: 'ether1' of the router is in two pairs"),
        (["{dir}/router.rsc", "public-address=there"], "public-address=: "),
        (["{dir}/router.rsc", "keys=agent.keys"], "keys= is given without output="),
        (["{dir}/router.rsc", "output={dir}/no/agent.toml"], "cannot write {dir}/no/agent.keys: No such file"),
        (["{dir}/router.rsc", "identity=-a b"], "identity=: "),
        (["/etc/hostname"], "/etc/hostname' is not a set-up that can be imported"),
        (["{dir}/router.rsc", "diff-run=perhaps"], "diff-run=: 'perhaps' is not a valid value"),
    ],
)
def test_what_is_wrong_is_one_line_and_status_2(words: list[str], says: str, script: Path) -> None:
    result = in_process("import", *[word.format(dir=script.parent) for word in words])
    assert (result.status, result.stdout) == (2, "")
    assert says.format(dir=script.parent) in result.lines[-1]
    assert len([line for line in result.lines if ": line " not in line]) == 1
    assert [path.name for path in script.parent.iterdir()] == ["router.rsc"]


OTHERS = {
    "ddclient": "protocol=nsupdate, server=192.0.2.1, zone=example.com, use=if, if=eth0 \\\n  home.example.com\n",
    "nsupdate": """\
server 192.0.2.1
zone example.com
update delete home.example.com A
update add home.example.com 300 A 203.0.113.45
send
""",
    "openwrt": """\
config service 'home'
    option enabled '1'
    option service_name 'bind-nsupdate'
    option domain 'home@example.com'
    option dns_server '192.0.2.1'
    option ip_source 'interface'
    option ip_interface 'eth0'
""",
}


@pytest.mark.parametrize(("kind", "text"), OTHERS.items())
def test_set_ups_of_other_programs_are_recognised(kind: str, text: str, tmp_path: Path) -> None:
    path, output = tmp_path / "set-up", tmp_path / "agent.toml"
    path.write_text(text)
    result = in_process("import", str(path), f"output={output}", "--json")
    assert result.json["kind"] == kind
    assert [record["name"] for record in result.json["records"]] == ["home.example.com"]
    assert in_process("agent", "--check", f"config={output}").status == 0
    result = in_process("import", str(path), "--diff-run")
    assert (result.status, result.lines) == (2, ["diff-run= is only for scripts of RouterOS: leave it out"])


def test_an_imported_script_keeps_the_name_right(bind: NameServer, unique_name: str, tmp_path: Path) -> None:
    key = next(key for key in bind.keys if key.algorithm == "hmac-md5")
    path, output = tmp_path / "router.rsc", tmp_path / "agent.toml"
    path.write_text(
        f'/system script add name=push source="/tool dns-update dns-server={bind.host} name={unique_name} '
        f'zone=example.com address=203.0.113.45 ttl=300 key-name={key.name} key=\\"{key.secret}\\""\n'
        "/system scheduler add name=often interval=10m on-event=push\n"
    )
    assert in_process("import", str(path), f"output={output}").status == 0
    output.write_text(output.read_text().replace(f'address = "{bind.host}"', f'address = "{bind.host}:{bind.port}"'))
    result = dns_update("agent", "--once", f"config={output}")
    assert result.status == 0, result.stderr
    assert records(bind, unique_name, "A") == ["300 203.0.113.45"]
