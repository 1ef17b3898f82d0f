"""`dns-update init` from properties: what it writes works with real servers; what is wrong is said, nothing written."""

from __future__ import annotations

import base64
import os
import shlex
import stat
from pathlib import Path
from typing import Any

import pytest

from dns_update.auth import Key
from lab import Bind, Knot, LabKey, NameServer, PowerDns, Zone, dig
from tests.cli.test_key_generate import configured, expect_one_mistake, prepare
from tests.support.command import Result, at, dns_update, in_process, key_file
from tests.support.peer import Silent

SERVERS: dict[str, type[NameServer]] = {"bind": Bind, "knot": Knot, "powerdns": PowerDns}
NAMES = ("name=home", "zone=example.com", "address=192.0.2.7")
BRIEFLY = ("timeout=0.2", "retries=0")


def secrets_of(path: Path) -> list[str]:
    """Return the forms in which the secret of a key file might be shown."""
    secret = Key.from_file(path).secret
    written = base64.b64encode(secret).decode()
    return [written, written.rstrip("=")[:12], secret.hex()]


def expect_no_secret(path: Path, *texts: str) -> None:
    for secret in secrets_of(path):
        assert not any(secret in text for text in texts)


def files_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.rglob("*") if path.is_file())


@pytest.mark.parametrize("kind", SERVERS)
def test_with_a_given_key_the_configuration_works(kind: str, tmp_path: Path) -> None:
    with SERVERS[kind](tmp_path / "server", keys=[LabKey.generate()]) as server:
        given = key_file(server)
        path = tmp_path / "new" / "dir" / "config.toml"
        made = in_process("init", at(server), *NAMES, "ttl=5m", given, f"output={path}")
        assert made.status == 0, made.stderr
        assert dig(server, "home.example.com", "A") == []  # nothing was sent that changes anything
        for step in ("server", "zone", "key", "update"):
            assert f"ok      {step}" in made.stderr
        assert made.stdout == (
            "# on this machine, to try it:\n"
            f"dns-update check home.example.com config={path}\ndns-update agent --once config={path}\n"
        )
        checked = in_process("agent", "--check", "--online", f"config={path}")
        assert checked.status == 0, checked.stderr
        once = dns_update("agent", "--once", f"config={path}")
        assert once.status == 0, once.stderr
        assert dig(server, "home.example.com", "A") == ["home.example.com. 300 IN A 192.0.2.7"]
    assert files_in(path.parent) == ["config.toml", "home.key"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert stat.S_IMODE(path.with_name("home.key").stat().st_mode) == 0o600
    expect_no_secret(path.with_name("home.key"), made.stdout, made.stderr, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", SERVERS)
def test_a_made_key_works_when_the_server_has_what_is_printed(kind: str, tmp_path: Path) -> None:
    first = SERVERS[kind](tmp_path / "first", keys=[LabKey.generate()])
    path = tmp_path / "config.toml"
    with first:
        made = in_process("init", at(first), *NAMES, "make-key=yes", f"output={path}", "--json")
    assert made.status == 0, made.stdout
    assert made.json["server_type"] == kind  # recognised
    server = configured(kind, tmp_path, made.json)
    server.port = first.port
    with server:
        prepare(server, made.json)
        once = dns_update("agent", "--once", f"config={path}")
        assert once.status == 0, once.stderr
        assert dig(server, "home.example.com", "A")[0].endswith("192.0.2.7")
    expect_no_secret(tmp_path / "home.key", made.stdout, made.stderr, path.read_text(encoding="utf-8"))
    assert {stat.S_IMODE(each.stat().st_mode) for each in map(Path, made.json["files"]) if each != path} == {0o600}


def test_several_names_share_sources_and_the_key_may_change_each(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    words = ("name=home,www", "zone=example.com", "address=192.0.2.7,2001:db8::7", "check=no", "make-key=yes")
    made = in_process("init", "dns-server=192.0.2.1,ns.example.com", *words, "server-type=bind", f"output={path}")
    assert made.status == 0, made.stderr
    assert 'grant "home.example.com" name "www.example.com" A AAAA;' in made.stdout
    checked = in_process("agent", "--check", f"config={path}")
    assert "2 records" in checked.stderr, checked.stderr


def test_the_key_that_is_there_already_is_used_as_it_is(tmp_path: Path) -> None:
    key = LabKey.generate().write(tmp_path / "home.key")
    before = key.read_text(encoding="utf-8")
    words = ("dns-server=192.0.2.1", *NAMES, "check=no", f"output={tmp_path / 'config.toml'}")
    expect_one_mistake(in_process("init", *words, "make-key=yes", "server-type=bind"), "home.key exists", "text")
    other = LabKey.generate().write(tmp_path / "other.key")
    expect_one_mistake(in_process("init", *words, f"key-file={other}"), "home.key exists", "text")
    assert in_process("init", *words, f"key-file={key}").status == 0
    assert key.read_text(encoding="utf-8") == before
    assert in_process("agent", "--check", f"config={tmp_path / 'config.toml'}").status == 0


def test_a_chosen_key_of_a_file_with_several_is_the_one_that_is_used(tmp_path: Path) -> None:
    keys = [
        LabKey("first", "hmac-sha256", LabKey.generate().secret),
        LabKey("second", "hmac-sha256", LabKey.generate().secret),
    ]
    file = tmp_path / "home.key"
    file.write_text("".join(key.bind_clause() for key in keys), encoding="utf-8")
    file.chmod(0o600)
    words = ("dns-server=192.0.2.1", *NAMES, "check=no", f"key-file={file}", "key-name=second")
    assert in_process("init", *words, f"output={tmp_path / 'config.toml'}").status == 0
    assert 'name = "second"' in (tmp_path / "config.toml").read_text(encoding="utf-8")
    assert in_process("init", *words, f"output={tmp_path / 'b.toml'}").status == 0
    assert str(Key.from_file(tmp_path / "b.key").name) == "second"


def test_both_keys_of_a_replacement_are_copied(tmp_path: Path) -> None:
    file = LabKey.generate().write(tmp_path / "old.key")
    assert in_process("key", "rotate", str(file)).status == 0
    words = ("dns-server=192.0.2.1", *NAMES, "check=no", f"key-file={file}")
    assert in_process("init", *words, f"output={tmp_path / 'config.toml'}").status == 0
    copied = Key.from_file(tmp_path / "home.key")
    assert copied.predecessor is not None
    assert copied == Key.from_file(file)


def test_a_dry_run_shows_all_and_writes_nothing(tmp_path: Path) -> None:
    words = ("dns-server=192.0.2.1", *NAMES, "check=no", "make-key=yes", "server-type=knot")
    result = in_process("init", *words, f"output={tmp_path / 'config.toml'}", "dry-run=yes")
    assert result.status == 20
    assert 'file = "credential:home.key"' in result.stdout
    assert "home.knot" in result.stdout
    assert "is written" not in result.stderr
    assert "fingerprint" not in result.stderr  # of a key that nobody will ever have
    assert list(tmp_path.iterdir()) == []


def test_an_address_from_a_source_may_be_private_if_that_is_said(tmp_path: Path) -> None:
    with Bind(tmp_path / "server", keys=[LabKey.generate()]) as server:
        words = (at(server), "name=home", "zone=example.com", "address=interface:lo/ipv4", key_file(server))
        refused = in_process("init", *words, f"output={tmp_path / 'config.toml'}")
        assert refused.status == 3, refused.stderr
        assert "cannot be reached from the Internet" in refused.stderr
        assert not (tmp_path / "config.toml").exists()
        made = in_process("init", *words, "allow-private=yes", f"output={tmp_path / 'config.toml'}")
        assert made.status == 0, made.stderr
        assert dns_update("agent", "--once", f"config={tmp_path / 'config.toml'}").status == 0
        assert dig(server, "home.example.com", "A")[0].endswith("127.0.0.1")


def test_a_try_that_fails_ends_it_with_its_status_and_nothing_is_written(tmp_path: Path) -> None:
    own, other = LabKey.generate(), LabKey("other", "hmac-sha256", LabKey.generate().secret)
    policy = f'update-policy {{ grant "{own.name}" name www.example.com. A; }};'
    with (
        Bind(tmp_path / "server", keys=[own], zones=[Zone("example.com", policy=policy)]) as server,
        Silent() as silent,
    ):
        cases = {
            4: [f"dns-server={silent.address}", *NAMES, key_file(server), *BRIEFLY],
            8: [at(server), "name=home", "zone=example.org", "address=192.0.2.7", key_file(server)],
            5: [at(server), *NAMES, key_file(server, other)],
            7: [at(server), *NAMES, key_file(server)],
        }
        for form in ("text", "json"):
            for status, words in cases.items():
                flags = ["--json"] if form == "json" else []
                result = in_process("init", *words, f"output={tmp_path / 'config.toml'}", *flags)
                assert result.status == status, result
                said = result.json["error"]["hint"] if form == "json" else result.hint
                assert said, result
    assert [path.name for path in tmp_path.iterdir()] == ["server"]


def test_check_no_asks_no_server(tmp_path: Path) -> None:
    with Silent() as silent:
        words = (f"dns-server={silent.address}", *NAMES, "make-key=yes", "server-type=bind", "check=no")
        assert in_process("init", *words, f"output={tmp_path / 'config.toml'}").status == 0


def test_quiet_says_only_what_the_server_needs(tmp_path: Path) -> None:
    with Bind(tmp_path / "server") as server:
        result = in_process(
            "init", at(server), *NAMES, "make-key=yes", "quiet=yes", f"output={tmp_path / 'config.toml'}"
        )
    assert (result.status, result.stderr) == (0, "")
    assert "update-policy" in result.stdout


# Wrong values

_GIVEN = "dns-server=192.0.2.1 zone=example.com name=home address=192.0.2.7"
WRONG = {
    "": "dns-server=, name=, zone=, address= and key-file= (or make-key=yes) are missing",
    "zone=example.com name=home": "dns-server=, address= and key-file= (or make-key=yes) are missing",
    _GIVEN: "key-file= (or make-key=yes) is missing",
    f"{_GIVEN} make-key=no": "key-file= (or make-key=yes) is missing",
    f"{_GIVEN} make-key=yes": "server-type= is missing",
    f"{_GIVEN} make-key=yes key-file=taken": "key-file= and make-key= are both given",
    f"{_GIVEN} key-file=taken server-type=bind": "server-type= is given with key-file=",
    f"{_GIVEN} key-file=nowhere.key": "cannot read nowhere.key: No such file or directory",
    f"{_GIVEN} key-file=taken": "can be read or written by others",
    f"{_GIVEN} make-key=yes server-type=nsd": "server-type=: 'nsd' is not a valid value",
    f"{_GIVEN} make-key=yes server-type=bind ttl=0": "ttl=: the TTL is 0",
    f"{_GIVEN} make-key=yes server-type=bind ttl=x": "ttl=: 'x' is not a TTL",
    f"{_GIVEN} make-key=yes server-type=bind output=taken": "taken exists: init overwrites nothing",
    f"{_GIVEN} make-key=yes server-type=bind output=link": "link exists: init overwrites nothing",
    f"{_GIVEN} make-key=yes server-type=bind output=taken/config.toml": "taken is not a directory",
    f"{_GIVEN} make-key=yes server-type=bind output='a b.toml'": "output= has a character that cannot be written",
    f"{_GIVEN} make-key=yes server-type=knot output=knot.toml": "knot.knot exists",
    f"{_GIVEN} make-key=yes server-type=bind output=old.toml": "old.key exists",
    f"{_GIVEN} make-key=yes server-type=bind key-name='k\\;x'": "key-name= has a character that cannot be written",
    f"{_GIVEN} make-key=yes server-type=bind service=yes output=x.toml": "service=yes: the unit reads /etc/dns-update",
    f"{_GIVEN} make-key=yes server-type=bind service=maybe": "service=: 'maybe' is not a valid value",
    "zone=example.com name=home.example.org.": "home.example.org is not in example.com",
    "zone=example.com name=a,,b": "name=: a domain name cannot be empty",
    "zone=example.com name=a..b": "has an empty label",
    "zone=@": "zone=: '@' is not a domain name here",
    "dns-server=192.0.2": "dns-server=: '192.0.2' is not an IPv4 address",
    "address=ppp0": "address=: 'ppp0' is not an address",
    "address=https://me:secret@ip.example.org/": "has a password, which init would show",
    "key=abc": "init does not take key=",
    "config=x": "init does not take config=",
    "name=a name=b": "name= is given twice",
}


@pytest.mark.parametrize(("line", "says"), WRONG.items())
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_wrong_value_gets_one_line_and_nothing_is_written(
    line: str, says: str, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("taken", "old.key", "knot.knot"):
        (tmp_path / name).write_text("mine", encoding="utf-8")
    (tmp_path / "taken").chmod(0o644)
    (tmp_path / "link").symlink_to("nowhere")
    monkeypatch.chdir(tmp_path)
    output = [] if "output=" in line else ["output=new/config.toml"]
    flags = ["--json"] if form == "json" else []
    result = in_process("init", *shlex.split(line), "check=no", *output, *flags)
    expect_one_mistake(result, says, form)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["knot.knot", "link", "old.key", "taken"]
    assert "secret@" not in result.stdout + result.stderr


@pytest.mark.parametrize("directory", ["/proc/nothing", "/dev/null/x"])
def test_a_directory_that_cannot_be_made_is_named(directory: str) -> None:
    words = ("dns-server=192.0.2.1", *NAMES, "check=no", "make-key=yes", "server-type=bind")
    result: Result = in_process("init", *words, f"output={directory}/config.toml")
    expect_one_mistake(result, directory.removesuffix("/x"), "text")


def test_the_result_is_one_object(tmp_path: Path) -> None:
    with Bind(tmp_path / "server", keys=[LabKey.generate()]) as server:
        words = (at(server), *NAMES, key_file(server), f"output={tmp_path / 'config.toml'}", "--json")
        result = in_process("init", *words)
    fields: dict[str, Any] = result.json
    assert (fields["command"], fields["status"], fields["exit_status"]) == ("init", "ok", 0)
    assert fields["files"] == [str(tmp_path / "home.key"), str(tmp_path / "config.toml")]
    assert fields["configuration"] == (tmp_path / "config.toml").read_text(encoding="utf-8")
    assert {step["mark"] for step in fields["steps"]} == {"ok"}
    assert (fields["key"]["made"], fields["server"], fields["service"]) == (False, [], False)
    assert result.stderr == ""
    expect_no_secret(tmp_path / "home.key", result.stdout)


# Where it is written


def test_root_writes_for_the_service_and_others_for_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("dns-server=192.0.2.1", *NAMES, "check=no", "make-key=yes", "server-type=bind", "dry-run=yes", "--json")

    def output(user: int, **variables: str) -> str:
        for name in ("HOME", "XDG_CONFIG_HOME"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(os, "geteuid", lambda: user)
        result = in_process("init", *words, env=variables)
        return str(result.json["files"][-1]) if result.status == 20 else str(result.json["error"]["message"])

    assert output(0, HOME=str(tmp_path)) == "/etc/dns-update/config.toml"
    assert output(1000, HOME=str(tmp_path)) == f"{tmp_path}/.config/dns-update/config.toml"
    assert output(1000, XDG_CONFIG_HOME=f"{tmp_path}/own") == f"{tmp_path}/own/dns-update/config.toml"
    assert output(1000) == "output= is missing: there is no home directory"
    assert list(tmp_path.iterdir()) == []


def test_a_users_own_configuration_is_found_without_being_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    env = {"XDG_CONFIG_HOME": str(tmp_path)}
    words = ("dns-server=192.0.2.1", *NAMES, "check=no", "make-key=yes", "server-type=bind")
    result = in_process("init", *words, env=env)
    assert result.stdout.endswith("\ndns-update check home.example.com\ndns-update agent --once\n")
    monkeypatch.undo()
    assert in_process("agent", "--check", env=env).status == 0
