"""`dns-update key generate`: real servers load what it prints, and grant what was asked for and nothing else."""

from __future__ import annotations

import base64
import os
import shlex
import signal
import sqlite3
import stat
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dns_update.auth import Key
from lab import Bind, Knot, NameServer, PowerDns, Zone, dig
from tests.support.command import COMMAND, Result, at, dns_update, in_process

NAMES = ("name=home", "zone=example.com")
SERVERS = ("bind", "knot", "powerdns")
BRIEFLY = ("timeout=0.2", "retries=0")  # a change that PowerDNS's policy has dropped is waited for that long


def generated(directory: Path, *words: str) -> dict[str, Any]:
    """Make a key in a directory; return the JSON that describes it."""
    result = in_process("key", "generate", f"key-file={directory / 'made.key'}", *words, "--json")
    assert result.status == 0, result.stdout
    return result.json


def configured(kind: str, directory: Path, made: dict[str, Any]) -> NameServer:
    """Return a server, not started yet, with the configuration as it was printed."""
    first, second, *third = [piece["text"] for piece in made["server"]]
    if kind == "bind":
        return Bind(directory / "server", zones=[Zone("example.com", policy=second)], extra=first)
    if kind == "knot":
        return Knot(directory / "server", zones=[Zone("example.com", policy=second)], extra=first)
    policy = directory / "dnsupdate.lua"
    policy.write_text(third[0], encoding="utf-8")
    settings = second.replace("/etc/powerdns/dnsupdate.lua", str(policy))
    return PowerDns(directory / "server", extra=settings)


def prepare(server: NameServer, made: dict[str, Any]) -> None:
    """Run the commands that are printed for PowerDNS, at its own database and configuration."""
    if not isinstance(server, PowerDns):
        return
    load, *others = made["server"][0]["text"].splitlines()
    rows = load.partition(" < ")[2].partition("   #")[0]
    with closing(sqlite3.connect(server.directory / "zones.sqlite3")) as database, database:
        database.executescript(Path(rows).read_text(encoding="utf-8"))
    for line in others:
        program, *words = shlex.split(line)
        subprocess.run([program, "--config-dir=.", *words], cwd=server.directory, check=True, capture_output=True)


@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize("algorithm", ["hmac-sha256", "hmac-md5"])
def test_the_key_may_change_what_it_is_for_and_nothing_else(kind: str, algorithm: str, tmp_path: Path) -> None:
    made = generated(tmp_path, *NAMES, "acme=yes", "type=A,AAAA", f"server-type={kind}", f"algorithm={algorithm}")
    with configured(kind, tmp_path, made) as server:
        prepare(server, made)
        words = at(server), "zone=example.com", f"key-file={tmp_path / 'made.key'}"
        granted = in_process("set", *words, "name=home", "address=192.0.2.7,2001:db8::7")
        assert granted.status == 0, granted.stderr
        token = in_process("add", *words, "name=_acme-challenge.home", "type=TXT", "value=t")
        assert token.status == 0, token.stderr
        for refused in (
            ("name=other", "address=192.0.2.8"),
            ("name=home", "type=TXT", "value=t"),
            ("name=a.home", "address=192.0.2.8"),
            ("name=_acme-challenge.home", "address=192.0.2.8", "check-names=no"),
            ("name=_acme-challenge", "type=TXT", "value=t"),
        ):
            assert in_process("set", *words, *refused, *BRIEFLY).status in (5, 7, 8), refused
        assert dig(server, "other.example.com", "A") == dig(server, "home.example.com", "TXT") == []
        assert in_process("delete", *words, "name=home", "address=192.0.2.7").status == 0


@pytest.mark.parametrize("kind", SERVERS)
def test_each_key_of_a_fleet_may_change_its_own_name(kind: str, tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text(
        "r1 192.0.2.1\n# none\n\nr2.example.com, 192.0.2.2, 2001:db8::2  # in the north\n", encoding="utf-8"
    )
    fleet = tmp_path / "fleet"
    result = in_process(
        "key", "generate", f"hosts={hosts}", "zone=example.com", f"output={fleet}", f"server-type={kind}", "--json"
    )
    assert result.status == 0, result.stdout
    with configured(kind, tmp_path, result.json) as server:
        prepare(server, result.json)
        for own, other in (("r1", "r2"), ("r2", "r1")):
            words = at(server), "zone=example.com", f"key-file={fleet / own}.example.com.key"
            assert in_process("set", *words, f"name={own}", "address=192.0.2.9").status == 0
            assert in_process("set", *words, f"name={other}", "address=192.0.2.10", *BRIEFLY).status in (5, 7, 8)
    assert [stat.S_IMODE(path.stat().st_mode) for path in fleet.iterdir()] == [0o600] * 5
    assert stat.S_IMODE(fleet.stat().st_mode) == 0o700
    configuration = (fleet / "r2.example.com.toml").read_text(encoding="utf-8")
    assert 'address = ["192.0.2.2", "2001:db8::2"]' in configuration


def test_the_agents_configuration_is_one_beside_the_key(tmp_path: Path) -> None:
    made = generated(tmp_path, *NAMES, "dns-server=192.0.2.1")
    (piece,) = made["clients"]
    (tmp_path / "config.toml").write_text(piece["text"], encoding="utf-8")
    result = in_process("agent", "--check", f"config={tmp_path / 'config.toml'}")
    assert (result.status, result.stderr.count("home.example.com")) == (0, 0), result.stderr


def test_the_line_of_a_router_is_in_a_file_that_runs_with_its_secret(tmp_path: Path) -> None:
    with Bind(tmp_path / "first") as claimed:
        port = claimed.port
    made = generated(tmp_path, *NAMES, "algorithm=hmac-md5", f"dns-server=127.0.0.1:{port}")
    script = tmp_path / "made.rsc"
    assert str(script) in made["files"]
    text = script.read_text(encoding="utf-8").replace("[/ip address get [find interface=ether1] address]", "192.0.2.7")
    script.write_text(text, encoding="utf-8")
    server = configured("bind", tmp_path, made)
    server.port = port
    with server:
        ran = dns_update("run", str(script))
        assert ran.status == 0, ran.stderr
        assert dig(server, "home.example.com", "A")[0].endswith("192.0.2.7")


def test_a_key_has_as_many_random_bits_as_its_digest_and_a_file_for_its_owner_only(tmp_path: Path) -> None:
    secrets = set()
    for number, (algorithm, octets) in enumerate({"hmac-md5": 16, "hmac-sha256": 32, "hmac-sha512": 64}.items()):
        path = tmp_path / f"{number}.key"
        result = in_process("key", "generate", str(path), *NAMES, f"algorithm={algorithm}")
        assert result.status == 0
        key = Key.from_file(path)
        assert (key.algorithm.text, len(key.secret), str(key.name)) == (algorithm, octets, "home.example.com")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        secrets.add(key.secret[:16])
    assert len(secrets) == 3


@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize("flag", ["json=yes", "json=no", "quiet=yes"])
def test_no_secret_is_printed(kind: str, flag: str, tmp_path: Path) -> None:
    words = (*NAMES, f"server-type={kind}", "algorithm=hmac-md5", "dns-server=192.0.2.1", flag)
    result = in_process("key", "generate", str(tmp_path / "a.key"), *words)
    secret = Key.from_file(tmp_path / "a.key").secret
    written = base64.b64encode(secret).decode()
    assert written not in result.stdout + result.stderr
    assert written.rstrip("=")[:12] not in result.stdout + result.stderr
    assert secret.hex() not in result.stdout + result.stderr


def test_without_key_file_it_is_named_for_the_key(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(COMMAND), "key", "generate", *NAMES, "acme=yes"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["_acme-challenge.home.example.com.key"]


# Wrong values


WRONG = {
    "": "zone= is missing",
    "zone=example.com": "name= is missing",
    "zone=example.com name=": "name=: a domain name cannot be empty",
    "zone=example.com name=a..b": "has an empty label",
    "zone=example.com name=home.example.org.": "home.example.org is not in example.com",
    "zone=example.com name='a;b'": "name= has a character that cannot be written",
    "zone=example.com name='a\\\"b'": "name= has a character that cannot be written",
    "zone='ex;ample.com' name=a": "zone= has a character that cannot be written",
    "zone=example.com name=a key-name='k\\;x'": "key-name= has a character that cannot be written",
    "zone=example.com name=a key-name=a..b": "key-name=: 'a..b' has an empty label",
    "zone=example.com name=a algorithm=hmac-sha3": "algorithm=: unknown algorithm 'hmac-sha3'",
    "zone=example.com name=a algorithm=hmac-sha256-128": "a key is for a whole algorithm",
    "zone=example.com name=a type=ANY": "type=: ANY is not a type that can be granted",
    "zone=example.com name=a type=A,,TXT": "type=:",
    "zone=example.com name=a type=AXFR": "is not a type that a zone can hold",
    "zone=example.com name=a server-type=nsd": "server-type=: 'nsd' is not a valid value: one of bind, knot, powerdns",
    "zone=example.com name=a acme=maybe": "acme=: 'maybe' is not a valid value",
    "zone=example.com name=a dns-server=192.0.2": "is not an IPv4 address",
    "zone=example.com name=a output=d": "output= is given without hosts=",
    "zone=example.com name=a hosts=/dev/null output=d": "name= and hosts= are both given",
    "zone=example.com key-name=a hosts=/dev/null output=d": "key-name= and hosts= are both given",
    "zone=example.com other.key hosts=/dev/null output=d": "key-file= and hosts= are both given",
    "zone=example.com hosts=/dev/null": "hosts= is given without output=",
    "zone=example.com hosts=/dev/null output=d": "/dev/null has no hosts",
    "zone=example.com hosts=nowhere output=d": "hosts=: cannot read nowhere: No such file or directory",
    "zone=example.com hosts=/dev/null output=.": "exists: output= is a new directory",
    "zone=example.com hosts=taken output=taken": "taken exists: output= is a new directory",
    "zone=example.com name=a key-file='a\\\"b'": "key-file= has a character that cannot be written",
    "zone=example.com name=a key-file='a b'": "key-file= has a character that cannot be written",
    "zone=example.com hosts=/dev/null output='a;b'": "output= has a character that cannot be written",
    "zone=example.com name=a key-file=taken": "taken exists: give another path",
    "zone=example.com name=a key-file=no/dir/a.key": "a.key: No such file or directory",
    "zone=example.com name=a apply-to=x": "key generate does not take apply-to=",
    "zone=example.com name=a yes=yes": "key generate does not take yes=",
    "zone=example.com name=a timeout=1": "key generate does not take timeout=",
    "zone=example.com name=a key=abc": "key does not take key=",
    "zone=example.com name=a name=b": "name= is given twice",
}


@pytest.mark.parametrize(("line", "says"), WRONG.items())
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_wrong_value_gets_one_line_and_nothing_is_written(
    line: str, says: str, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    result = in_process("key", "generate", *shlex.split(line), *(["--json"] if form == "json" else []))
    expect_one_mistake(result, says, form)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("taken", "mine")]


def expect_one_mistake(result: Result, says: str, form: str) -> None:
    assert result.status == 2, result
    if form == "json":
        assert says in f"{result.json['error']['message']}: {result.json['error']['hint']}"
        return
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert says in result.stderr


LISTS = {
    "a..b": "line 1: 'a..b' has an empty label",
    "a\nhome.example.org.": "line 2: home.example.org is not in example.com",
    "a\n\na": "line 3: a.example.com is in line 1 already",
    "a\nA.example.com": "line 2: A.example.com is in line 1 already",
    "a 192.0.2.256": "line 1: '192.0.2.256' is not an IPv4 address",
    "a;b": "line 1: 'a;b' has a character that cannot be written",
    "# nothing": "has no hosts",
    "\udcff": "it is not a text",
}


@pytest.mark.parametrize(("text", "says"), LISTS.items())
def test_a_wrong_line_of_a_list_is_named_and_no_key_is_made(text: str, says: str, tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_bytes(text.encode(errors="surrogateescape"))
    result = in_process("key", "generate", f"hosts={hosts}", "zone=example.com", f"output={tmp_path / 'fleet'}")
    expect_one_mistake(result, says, "text")
    assert [path.name for path in tmp_path.iterdir()] == ["hosts"]


@pytest.mark.parametrize("word", ["", "make", "step=", "--step"])
def test_another_word_is_refused(word: str) -> None:
    result = in_process("key", *([word] if word else []))
    expect_one_mistake(result, "key needs a word" if not word else "step", "text") if word != "make" else None
    assert result.status == 2


def test_nothing_is_left_of_a_fleet_that_was_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hosts").write_text("a\nb\nc\n", encoding="utf-8")
    opened = os.open

    def interrupted(path: str, *arguments: Any, **named: Any) -> int:  # noqa: ANN401 - those of os.open
        if str(path).endswith("c.example.com.key"):
            os.kill(os.getpid(), signal.SIGINT)
        return opened(path, *arguments, **named)

    monkeypatch.setattr(os, "open", interrupted)
    result = in_process(
        "key", "generate", f"hosts={tmp_path / 'hosts'}", "zone=example.com", f"output={tmp_path / 'fleet'}"
    )
    assert result.status == 130
    assert [path.name for path in tmp_path.iterdir()] == ["hosts"]


def test_no_file_is_left_if_one_of_several_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "a.knot").write_text("mine", encoding="utf-8")
    result = in_process("key", "generate", str(tmp_path / "a.key"), *NAMES, "server-type=knot")
    expect_one_mistake(result, "a.knot exists", "text")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.knot", "mine")]
