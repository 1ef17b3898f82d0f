"""The page about migration is right: its examples run against a real BIND, its tables are complete."""

import configparser
import re
import shlex
import subprocess
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import dns.message
import dns.query
import dns.rcode
import dns.tsigkeyring
import dns.update
import pytest

import dns_update
from dns_update.commandline.line import CommandLine
from dns_update.message import Message
from dns_update.migration.agent_toml import toml_from_plan
from dns_update.migration.ddclient import plan_from_ddclient
from dns_update.migration.nsupdate_script import plan_from_nsupdate
from dns_update.migration.openwrt import plan_from_openwrt
from dns_update.migration.plan import Choices, MovePlan
from dns_update.migration.recognise import recognised
from lab import Bind, LabKey, NameServer, Namespace, Zone, dig
from lab.key import write_private
from lab.namespace import unavailable_because
from lab.server import find_program
from tests.nsupdate.scripts import load
from tests.support.command import COMMAND
from tests.support.documents import Document, code_in, run_script
from tests.support.peer import closed_port

PAGE = Document.read(Path(__file__).resolve().parent.parent / "docs" / "migration.md")

_DEADLINE = 60  # seconds after which a command counts as hanging
_SERVER = "192.0.2.1"  # in every example
_PUBLIC = "1.2.3.4"  # not an address for documentation: those are not published from an interface
_SECRET = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3I="
_RECORDS = 'home 60 A 192.0.2.40\nhome 60 AAAA 2001:db8::40\nhome 60 TXT "here"'


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Bind]:
    """Yield a BIND with the page's keys; their files are in the test's directory."""
    with _bind(tmp_path / "bind") as server:
        _write_keys(server, tmp_path)
        yield server


def _bind(directory: Path, namespace: Namespace | None = None) -> Bind:
    keys = [LabKey("home-key", "hmac-sha256", _SECRET), LabKey.generate("router-key", "hmac-md5")]
    zones = [Zone("example.com", records=_RECORDS)]
    if namespace is None:
        return Bind(directory, zones=zones, keys=keys)
    options = f"listen-on port 53 {{ {_SERVER}; }};"
    return Bind(directory, zones=zones, keys=keys, options=options, namespace=namespace, port=53)


def _write_keys(server: NameServer, directory: Path) -> None:
    home, router = server.keys
    home.write(directory / "home.key")
    write_private(directory / "home.secret", home.secret)
    write_private(directory / "router.secret", router.secret)


def _moved(text: str, server: NameServer) -> str:
    """Return an example with the lab's server instead of the page's."""
    text = text.replace(f"dns-server={_SERVER}", f"dns-server={server.host}:{server.port}")
    return text.replace(f"server {_SERVER}", f"server {server.host} {server.port}")


def _home(server: NameServer) -> list[str]:
    """Return the addresses that the zone has for the examples' name, each with its TTL."""
    return [f"{line.split()[1]} {line.split()[4]}" for line in dig(server, "home.example.com", "A")]


# From nsupdate.

_ADDRESS = re.compile(r"\b203\.0\.113\.\d+\b")


@pytest.fixture
def no_real_nsupdate(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which the program `nsupdate` fails, and home is the test's directory."""
    directory = tmp_path / "no-nsupdate"
    directory.mkdir()
    (directory / "nsupdate").write_text("#!/bin/sh\nexit 99\n", encoding="ascii")
    (directory / "nsupdate").chmod(0o755)
    return {"PATH": f"{directory}:{COMMAND.parent}:/usr/bin:/bin", "HOME": str(tmp_path)}


@pytest.mark.parametrize("way", ["variable", "link", "by hand"])
def test_the_script_runs_through_ours_each_way(
    way: str, server: Bind, no_real_nsupdate: Mapping[str, str], tmp_path: Path
) -> None:
    script = tmp_path / "home-address"
    script.write_text(_moved(PAGE.shown("sh home-address", "From nsupdate"), server), encoding="utf-8")
    script.chmod(0o755)
    shown = PAGE.shown(f"sh {way}", "From nsupdate")
    wanted = _ADDRESS.findall(shown)
    assert run_script(_moved(shown, server), tmp_path, no_real_nsupdate) == ""
    assert _home(server) == [f"300 {wanted[0]}"]


@pytest.mark.parametrize("kind", ["sh properties", "sh routeros"])
def test_the_line_in_place_of_the_script_does_the_same(kind: str, server: Bind, tmp_path: Path) -> None:
    shown = PAGE.shown(kind, "The same in properties")
    assert "update successful" in run_script(_moved(shown, server), tmp_path)
    assert _home(server) == [f"300 {_ADDRESS.findall(shown)[0]}"]


def _pairs() -> list[tuple[list[str], str]]:
    """Return nsupdate's lines and the line of properties of each row that has both in full."""
    rows = [(code_in(row[0]), code_in(row[1])[0]) for row in PAGE.table("The same in properties") if len(row) == 2]
    return [(lines, words) for lines, words in rows if "name=" in words and not lines[0].startswith("key ")]


PAIRS = _pairs()


@pytest.mark.parametrize(("lines", "words"), PAIRS, ids=[words for _, words in PAIRS])
def test_the_line_of_properties_leaves_the_zone_that_the_script_leaves(
    lines: list[str], words: str, tmp_path: Path
) -> None:
    command, *rest = words.split(" ") if words.startswith("delete ") else ["set", *words.split(" ")]
    line = shlex.join([command, f"dns-server={_SERVER}", "zone=example.com", "key-file=home.key", *rest])
    script = "\n".join([f"server {_SERVER}", "zone example.com", *lines, "send"])
    before, after_script = _zone_around(f"dns-nsupdate -k home.key <<'END'\n{script}\nEND", tmp_path / "script")
    _, after_line = _zone_around(f"dns-update {line}", tmp_path / "line")
    assert after_line == after_script != before


def _zone_around(script: str, directory: Path) -> tuple[list[str], list[str]]:
    """Return the records of a fresh zone before and after a shell script, SOA left out."""
    with _bind(directory) as server:
        _write_keys(server, directory)
        before = _records(server)
        run_script(_moved(script, server), directory)
        return before, _records(server)


def _records(server: NameServer) -> list[str]:
    return sorted(line for line in dig(server, "example.com", "AXFR") if " SOA " not in line)


def _properties(*headings: str) -> list[str]:
    cells = [row[1] for heading in headings for row in PAGE.table(heading) if len(row) == 2]
    return [code for cell in cells for code in code_in(cell) if "=" in code]


@pytest.mark.parametrize("code", _properties("The same in properties", "Without ddclient"))
def test_properties_in_the_tables_are_understood(code: str) -> None:
    words = shlex.split(code)
    command = words.pop(0) if words[0] == "delete" else "set"
    assert CommandLine(words).options(command)


# The differences from nsupdate: for each row of the table, the scripts of the corpus that assert it.
_DIFFERENCES = {
    "a key that cannot be read": {
        "option-k-missing",
        "option-k-is-a-directory",
        "option-k-empty",
        "option-k-unfinished",
        "option-k-bad-secret",
        "option-y-bad-base64",
    },
    "a key file that others can read or write": set[str](),  # below; the corpus's key files are private
    "a key file with several keys": {"option-k-with-two-keys", "option-k-beside-other-statements"},
    "a `-k` file that has nothing but an `include`": set[str](),  # below; nsupdate follows it
    "a MAC cut shorter": {"option-y-truncated-too-far", "key-command-truncated-too-far"},
    "`hmac-md5.sig-alg.reg.int`": {"key-command-md5-long-name"},
    "`-` as the file": {"file-is-a-dash"},
    "a directory as the file": {"file-is-a-directory"},
    "a name in quotes": {"data-name-quoted"},
    "the output of `-d` after a failed update": {"option-d-refused"},
    "NSEC3PARAM": {"type-nsec3param-with-51-iterations", "type-nsec3param-with-151-iterations"},
    "SVCB of the alias form": {
        "data-svcb-alias-with-parameters",
        "type-svcb-for-dns-without-alpn",
        "type-svcb-for-dns-without-dohpath",
        "type-svcb-for-dns-unchecked",
    },
    "SVCB and HTTPS with an `ech`": {"type-https-with-broken-ech"},
    "EUI48 and EUI64 with more": {"data-eui48-with-more-after-them", "data-eui64-with-more-after-them"},
    "EUI48 and EUI64 with one digit": {"data-eui48-without-zeros"},
    "URI": {"data-uri-empty"},
    "DNSKEY, KEY, RRSIG": set[str](),  # tests/nsupdate/rdata; no server takes it
    "`lease SECONDS`": {"lease", "lease-of-a-key", "lease-none"},
    "`tkeyname NAME`": set[str](),  # tests/nsupdate/test_command_reader.py
    "`-g`: no ticket": set[str](),  # tests/cli/test_gss.py
    "`-g` with `-d`": set[str](),  # the same
    "`local` with an address": {"local-that-is-not-ours"},
    "a closed port, by TCP": {"server-closed-port-over-tcp"},
    "`-6` with an IPv4 server": {"option-6-and-ipv4-server"},
    "`--help`": {"option-help"},
    "`-V`": {"option-big-v"},
    "`-L LEVEL`": {"option-big-l"},
    "`show` before `send`": {"show-counts"},
}


def test_each_deliberate_difference_is_told() -> None:
    told = set().union(*_DIFFERENCES.values())
    assert told == {script.name for script in load() if script.better is not None}


def test_no_other_difference_is_told() -> None:
    rows = [row[0] for row in PAGE.table("What is different on purpose")]
    assert len(rows) == len(_DIFFERENCES)
    for row, beginning in zip(rows, _DIFFERENCES, strict=True):
        assert row.startswith(beginning)


def _nsupdate(program: str, server: NameServer, directory: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    script = f"server {server.host} {server.port}\nzone example.com\nadd new.example.com 300 A 203.0.113.45\nsend\n"
    return subprocess.run(
        [program, *options],
        input=script,
        capture_output=True,
        text=True,
        check=False,
        timeout=_DEADLINE,
        cwd=directory,
    )


OURS = str(COMMAND.parent / "dns-nsupdate")


def test_a_key_file_that_others_can_read_is_warned_of_where_nsupdate_is_silent(server: Bind, tmp_path: Path) -> None:
    (tmp_path / "home.key").chmod(0o644)
    done = _nsupdate(OURS, server, tmp_path, "-k", "home.key")
    assert (done.returncode, "run: chmod o-rw home.key" in done.stderr) == (0, True)
    assert dig(server, "new.example.com", "A") != []
    real = _nsupdate(find_program("nsupdate", "bind9-dnsutils"), server, tmp_path, "-k", "home.key")
    assert (real.returncode, real.stderr) == (0, "")


def test_a_key_file_that_only_includes_another_ends_the_run_where_nsupdate_follows_it(
    server: Bind, tmp_path: Path
) -> None:
    write_private(tmp_path / "outer.key", f'include "{tmp_path}/home.key";\n')
    done = _nsupdate(OURS, server, tmp_path, "-k", "outer.key")
    assert (done.returncode, "holds no key" in done.stderr) == (1, True)
    assert dig(server, "new.example.com", "A") == []
    assert _nsupdate(find_program("nsupdate", "bind9-dnsutils"), server, tmp_path, "-k", "outer.key").returncode == 0
    assert dig(server, "new.example.com", "A") != []


# From dnspython.


@pytest.mark.parametrize("kind", ["dnspython", "dns_update", "Update"])
def test_the_program_updates_the_name(kind: str, server: Bind) -> None:
    code = PAGE.shown(f"python {kind}", "From dnspython")
    where = f'"{server.host}", port={server.port}'
    exec(code.replace(f'"{_SERVER}"', where), {"__name__": "example"})  # noqa: S102
    assert _home(server) == ["300 203.0.113.45"]


METHODS = [(code_in(row[0])[0], code_in(row[1])[0], row[2]) for row in PAGE.table("Method by method")]


@pytest.mark.parametrize(("theirs", "ours", "sections"), METHODS, ids=[theirs for theirs, *_ in METHODS])
def test_both_methods_make_the_same_records(theirs: str, ours: str, sections: str) -> None:
    message = dns.update.UpdateMessage("example.com")
    eval(theirs, {"update": message})  # noqa: S307 - what the page shows
    update = eval(ours, {"update": dns_update.Update("example.com")})  # noqa: S307
    by_them = Message.decode(message.to_wire())
    assert (by_them.answer, by_them.authority) == (update.to_message().answer, update.to_message().authority)
    called = getattr(dns_update.Update, re.match(r"update\.(\w+)", ours)[1])  # type: ignore[index]
    assert sections.split(", ", maxsplit=1)[0] in called.__doc__ or "replace" in ours


def test_every_method_that_changes_or_demands_is_in_the_table() -> None:
    methods = {name for name, value in vars(dns_update.Update).items() if callable(value) and not name.startswith("_")}
    told = {re.match(r"update\.(\w+)", ours)[1] for _, ours, _ in METHODS}  # type: ignore[index]
    assert told == methods - {"to_message"}


def test_names_differ_as_told() -> None:
    theirs = dns.update.UpdateMessage("example.com")
    theirs.add("home.example.com", 300, "CNAME", "www")
    ours = dns_update.Update("example.com").add("home.example.com", 300, "CNAME", "www.example.com.")
    assert str(theirs.update[0].to_text(origin=theirs.origin, relativize=False)).split()[0::4] == [
        "home.example.com.example.com.",
        "www.example.com.",
    ]
    assert [str(record.name) for record in ours.changes] == ["home.example.com"]


ERRORS = [(code_in(row[0]), code_in(row[1])[0]) for row in PAGE.table("Errors")]


@pytest.mark.parametrize(("theirs", "ours"), ERRORS, ids=[ours for _, ours in ERRORS])
def test_the_errors_in_the_table_are_there(theirs: list[str], ours: str) -> None:
    assert issubclass(getattr(dns_update, ours), dns_update.DnsUpdateError)
    for name in theirs:
        module, _, attribute = name.rpartition(".")
        assert hasattr(pytest.importorskip(module or "builtins"), attribute)


def _same(server: NameServer) -> SimpleNamespace:
    return SimpleNamespace(host=server.host, port=server.port, key=server.keys[0], zone="example.com")


def _failing(server: NameServer, **other: object) -> SimpleNamespace:
    return SimpleNamespace(**vars(_same(server)) | other)


FAILURES: dict[str, Callable[[NameServer], SimpleNamespace]] = {
    "nobody listens": lambda server: _failing(server, port=closed_port()),
    "another secret": lambda server: _failing(server, key=LabKey.generate("home-key")),
    "an unknown key": lambda server: _failing(server, key=LabKey.generate("stranger")),
    "no permission": lambda server: _failing(server, key=server.readonly_keys[0]),
    "another zone": lambda server: _failing(server, zone="example.net"),
    "the name exists": lambda server: _failing(server, absent="ns"),
    "the name does not exist": lambda server: _failing(server, present="nobody"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_has_both_names_of_its_row(failure: str, bind: NameServer) -> None:
    case = FAILURES[failure](bind)
    theirs, ours = _their_error(case), _our_error(case)
    rows = [left for left, right in ERRORS if right == type(ours).__name__]
    assert theirs & set(rows[0]), (theirs, ours)


def _their_error(case: SimpleNamespace) -> set[str]:
    """Return dnspython's names for a failure: those of the exception and its bases, or of the rcode."""
    keyring = dns.tsigkeyring.from_text({case.key.name: case.key.secret})
    update = dns.update.UpdateMessage(case.zone, keyring=keyring, keyalgorithm=case.key.algorithm)
    if hasattr(case, "absent"):
        update.absent(case.absent)
    if hasattr(case, "present"):
        update.present(case.present)
    update.add("never", 300, "A", "192.0.2.1")
    try:
        response = dns.query.tcp(update, case.host, port=case.port, timeout=_DEADLINE)
    except (OSError, dns.exception.DNSException) as error:
        kinds = type(error).__mro__
        return {
            kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}" for kind in kinds
        }
    return {f"dns.rcode.{dns.rcode.to_text(response.rcode())}"}


def _our_error(case: SimpleNamespace) -> dns_update.DnsUpdateError:
    key = dns_update.Key.from_secret(case.key.name, case.key.secret, case.key.algorithm, "base64")
    update = dns_update.Update(case.zone)
    if hasattr(case, "absent"):
        update = update.require_absent(case.absent)
    if hasattr(case, "present"):
        update = update.require_present(case.present)
    with pytest.raises(dns_update.DnsUpdateError) as caught:
        dns_update.Client(case.host, port=case.port, key=key).send(update.add("never", 300, "A", "192.0.2.1"))
    return caught.value


# From ddclient.

_CONF = PAGE.shown("conf ddclient.conf", "Keep ddclient, and replace nsupdate")


def _fed_by_ddclient(conf: str, address: str) -> tuple[str, str]:
    """Return the command line and the input that ddclient (3.10, 4.0) makes from its configuration."""
    settings = dict(line.split("=", 1) for line in conf.splitlines() if "=" in line and not line.startswith("use="))
    (host,) = (line for line in conf.splitlines() if "=" not in line)
    server = settings["server"].replace(":", " ", 1)
    lines = [
        f"server {server}",
        f"zone {settings['zone']}.",
        f"update delete {host}. A",
        f"update add {host}. {settings['ttl']} A {address}",
        "send",
    ]
    return f"{settings['login']} -k {settings['password']}", "".join(f"{line}\n" for line in lines)


def _as_ddclient_pipes(server: NameServer, directory: Path) -> "subprocess.CompletedProcess[str]":
    conf = _CONF.replace("/usr/local/bin/", f"{COMMAND.parent}/").replace("/etc/ddclient/", f"{directory}/")
    conf = conf.replace(f"server={_SERVER}", f"server={server.host}:{server.port}")
    command, fed = _fed_by_ddclient(conf, "203.0.113.45")
    return subprocess.run(
        ["sh", "-c", command], input=fed, capture_output=True, text=True, check=False, timeout=_DEADLINE
    )


def test_ddclient_can_go_on_with_ours_in_its_login(server: Bind, tmp_path: Path) -> None:
    done = _as_ddclient_pipes(server, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert _home(server) == ["300 203.0.113.45"]


def test_ddclient_hears_of_a_key_file_that_is_missing(server: Bind, tmp_path: Path) -> None:
    (tmp_path / "home.key").unlink()
    assert _as_ddclient_pipes(server, tmp_path).returncode != 0
    assert _home(server) == ["60 192.0.2.40"]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Bind]:
    """Yield the page's server, at its address and port 53, in a namespace whose interface ppp0 has a public address."""
    reason = unavailable_because()
    if reason is not None:
        pytest.skip(reason)
    with ExitStack() as stack:
        namespace = stack.enter_context(Namespace())
        namespace.ip("address", "add", f"{_SERVER}/32", "dev", "lo")
        namespace.ip("link", "add", "ppp0", "type", "veth", "peer", "name", "isp")
        namespace.ip("address", "add", f"{_PUBLIC}/32", "dev", "ppp0")
        for interface in ("ppp0", "isp"):
            namespace.ip("link", "set", interface, "up")
        server = stack.enter_context(_bind(tmp_path / "bind", namespace))
        _write_keys(server, tmp_path)
        yield server


def _on(machine: Bind, script: str, directory: Path) -> str:
    """Run a shell script of the page on the machine, with its files in the test's directory."""
    assert machine.namespace is not None
    for theirs in ("/etc/ddclient", "%d"):
        script = script.replace(theirs, str(directory))
    script = script.replace("/usr/local/bin", str(COMMAND.parent))
    return run_script(shlex.join([*machine.namespace.prefix, "bash", "-euc", script]), directory)


def _unit() -> configparser.ConfigParser:
    unit = configparser.ConfigParser(interpolation=None, delimiters=["="])
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(PAGE.shown("ini /etc/systemd/system/dns-update.service", "Without ddclient").replace("\\\n", " "))
    return unit


def _cron_line() -> str:
    found = re.fullmatch(r"\*/5 \* \* \* \* root (.+)\n", PAGE.shown("crontab", "Without ddclient"))
    assert found
    return f"logger() {{ cat; }}; {found[1]}"


LINES = {
    "line": PAGE.shown("sh ddclient.conf as one line", "Without ddclient"),
    "service": _unit()["Service"]["ExecStart"],
    "cron": _cron_line(),
}


@pytest.mark.parametrize("how", LINES)
def test_the_line_in_place_of_ddclient_publishes_the_interfaces_address(
    how: str, machine: Bind, tmp_path: Path
) -> None:
    assert "update successful" in _on(machine, LINES[how], tmp_path)
    assert _home(machine) == [f"300 {_PUBLIC}"]


def test_a_second_run_leaves_the_serial_alone(machine: Bind, tmp_path: Path) -> None:
    first = dig(machine, "example.com", "SOA")
    _on(machine, LINES["line"], tmp_path)
    second = dig(machine, "example.com", "SOA")
    _on(machine, LINES["line"], tmp_path)
    assert dig(machine, "example.com", "SOA") == second != first


def test_the_service_reads_the_key_that_systemd_lends_it() -> None:
    service = _unit()["Service"]
    name, _, path = service["LoadCredential"].partition(":")
    assert f"key-file=%d/{name}" in service["ExecStart"]
    assert f"password={path}" in _CONF


# The imports: what the page shows is what comes out, and the agent publishes it.

_IMPORTED = {
    "home-address": PAGE.shown("sh home-address", "From nsupdate"),
    "ddclient.conf": PAGE.shown("conf ddclient.conf to import", "Import ddclient.conf"),
    "ddns": PAGE.shown("text /etc/config/ddns", "From OpenWrt's ddns"),
}
_HEADINGS = ("From a script to the agent", "Import ddclient.conf", "From OpenWrt's ddns")
_KINDS = {"home-address": "nsupdate", "ddclient.conf": "ddclient", "ddns": "openwrt"}


def _import(file: str, directory: Path) -> tuple[str, str, list[str]]:
    """Run the page's line: return the configuration, the key file, and what is told."""
    LabKey("home-key", "hmac-sha256", _SECRET).write(directory / "home.key")
    write_private(directory / file, _IMPORTED[file].replace("/etc/ddclient", str(directory)))
    line = PAGE.shown(f"sh import {file}", *_HEADINGS)
    done = subprocess.run(
        [COMMAND, *shlex.split(line)[1:]], cwd=directory, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "")
    keys = directory / "agent.keys"
    toml = (directory / "agent.toml").read_text(encoding="utf-8")
    for name, shown in (("home.key", "/etc/ddclient"), ("agent.keys", "/root")):
        toml = toml.replace(f"{directory}/{name}", f"{shown}/{name}")
    return toml, keys.read_text(encoding="utf-8") if keys.exists() else "", done.stderr.splitlines()


@pytest.mark.parametrize("file", _IMPORTED)
def test_an_import_makes_what_is_shown(file: str, tmp_path: Path) -> None:
    toml, keys, told = _import(file, tmp_path)
    assert toml == PAGE.shown(f"toml {file}", *_HEADINGS)
    assert told == PAGE.shown(f"text told about {file}", *_HEADINGS).splitlines()
    assert (_SECRET in keys) == (file == "ddns")
    assert recognised(_IMPORTED[file]) == _KINDS[file]


@pytest.mark.parametrize("file", _IMPORTED)
def test_the_agent_publishes_what_was_imported(file: str, machine: Bind, tmp_path: Path) -> None:
    toml, _, _ = _import(file, tmp_path)
    toml = toml.replace("interface:wan", "interface:ppp0").replace("dns:/ipv4", _PUBLIC).replace("/etc/ddclient", ".")
    (tmp_path / "agent.toml").write_text(toml.replace("/root/", f"{tmp_path}/"), encoding="utf-8")
    _on(machine, f"STATE_DIRECTORY={tmp_path} dns-update agent --once config=agent.toml", tmp_path)
    assert _home(machine) == [f"{600 if file == 'ddns' else 300} {_PUBLIC}"]


_ROWS = [
    (plan_from, code, code_in(row[1])[0])
    for plan_from, heading in (
        (plan_from_nsupdate, "What is understood of a script"),
        (plan_from_ddclient, "Address sources of ddclient"),
    )
    for row in PAGE.table(heading)
    for code in code_in(row[0].replace("\\|", "|"))
]


@pytest.mark.parametrize(("plan_from", "theirs", "ours"), _ROWS, ids=[theirs for _, theirs, _ in _ROWS])
def test_an_address_becomes_the_source_in_its_row(
    plan_from: Callable[[str, Choices], MovePlan], theirs: str, ours: str
) -> None:
    script = f"#!/bin/sh\nIP={theirs}\nnsupdate -k /k <<END\nserver 192.0.2.1\nadd a.example.com 60 A $IP\nsend\nEND\n"
    options = f"{theirs}, protocol=nsupdate, server=192.0.2.1, zone=example.com, password=/k a.example.com\n"
    plan = plan_from(script if plan_from is plan_from_nsupdate else options, Choices({}, "box"))
    toml = tomllib.loads(toml_from_plan(plan, Choices({}, "box"), origin="a file", key_file="keys"))
    assert [record["address"] for record in toml["records"]] == [ours]


def test_each_option_of_openwrt_becomes_what_is_in_its_row() -> None:
    rows = [(code_in(row[0]), code_in(row[1])) for row in PAGE.table("Options of OpenWrt's ddns")]
    base = (
        "config service 'a'\noption enabled '1'\noption service_name 'bind-nsupdate'\noption domain 'a.example.com'\n"
    )
    seen = 0
    for options, shown in rows:
        if shown and not options[0].startswith(("username", "enabled")):
            written = "".join(f"option {option}\n" for option in ["dns_server '192.0.2.1'", *options])
            plan = plan_from_openwrt(base + written, Choices({}, "box"))
            assert shown[0] in toml_from_plan(plan, Choices({}, "box"), origin="a file", key_file="keys"), options
            seen += 1
    assert seen == 9
