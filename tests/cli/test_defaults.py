"""What a command line leaves out: from the environment, from a configuration; which of them counts, and why not."""

import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from dns_update.agent.output.history import HistoryRow
from dns_update.agent.output.hooks import facts
from dns_update.cli import request
from dns_update.commandline.properties import RECURRING, variable_of
from lab import LabKey, NameServer
from tests.cli.test_set import done, records
from tests.support.command import Result, access, at, dns_update, in_process, key_file
from tests.support.peer import Silent

SECRET = "Y29ycmVjdCBob3JzZSBiYXR0ZXJ5"
FILE = """\
[keys.home]
file = "{key_file}"

[servers.main]
address = "{server}"
key = "home"

[zones."example.com"]
servers = ["main"]
ttl = 77
"""
RECORD = """
[[records]]
name = "{name}.example.com"
address = "interface:lo/ipv4"
allow-private = true
"""


class Settings:
    """A user's directory of configurations, with one for a server; `run` runs the command with it.

    With a `name`, it has a record for this.
    """

    key_file = "credential:home.key"

    def __init__(self, directory: Path, server: NameServer, name: str = "") -> None:
        self.directory = directory / "dns-update"
        self.path = self.directory / "config.toml"
        self.directory.mkdir()
        self.server = server
        self.environment = {"XDG_CONFIG_HOME": str(directory)}
        key_file = self.key_file.format(directory=self.directory)
        text = FILE + (RECORD if name else "")
        self.text = text.format(server=f"{server.host}:{server.port}", name=name, key_file=key_file)
        server.keys[0].write(self.directory / "home.key")
        self.write(self.text)

    def write(self, text: str) -> None:
        self.path.write_text(text, encoding="utf-8")

    def change(self, old: str, new: str) -> None:
        assert old in self.text
        self.text = self.text.replace(old, new)
        self.write(self.text)

    def run(self, *words: str, env: Mapping[str, str] | None = None) -> Result:
        return in_process(*words, env=self.environment | dict(env or {}))


@pytest.fixture
def settings(tmp_path: Path, bind: NameServer, unique_name: str) -> Settings:
    return Settings(tmp_path, bind, unique_name)


# A whole line.


def test_a_name_and_an_address_are_a_whole_line(settings: Settings, bind: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    environment = settings.environment
    result = done(dns_update(name, "203.0.113.45", env=environment))
    assert result.lines[0] == f"updating zone: example.com: updating RR set for {unique_name}"
    assert records(bind, unique_name, "A") == ["77 203.0.113.45"]
    assert done(dns_update("show", name, env=environment)).stdout == f"{name}. 77 IN A 203.0.113.45\n"
    done(dns_update("delete", name, "203.0.113.45", env=environment))
    assert records(bind, unique_name, "A") == []


def test_the_address_comes_from_the_record_of_the_name(settings: Settings, bind: NameServer, unique_name: str) -> None:
    done(settings.run(f"{unique_name}.example.com"))
    assert records(bind, unique_name, "A") == ["77 127.0.0.1"]


def test_several_records_of_a_name_give_their_addresses(settings: Settings, bind: NameServer, unique_name: str) -> None:
    v6 = f'[[records]]\nname = "{unique_name}"\nzone = "example.com"\naddress = "2001:db8::7"\nallow-private = true\n'
    settings.change("[[records]]", f"{v6}\n[[records]]")
    done(settings.run("set", unique_name, "zone=example.com"))
    assert records(bind, unique_name, "AAAA") == ["77 2001:db8::7"]
    assert records(bind, unique_name, "A") == ["77 127.0.0.1"]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ('"HOME.example.com"', "home.example.com"),
        ('"home.example.com."', "HOME.Example.COM"),
        ('"home"\nzone = "example.com"', "home.example.com"),
        ('"@"\nzone = "example.com"', "example.com"),
        ('"bücher.example.com"', "xn--bcher-kva.example.com"),
        ('"h\\\\111me.example.com"', "home.example.com"),
    ],
)
def test_a_record_is_found_however_its_name_is_written(
    written: str, asked: str, settings: Settings, silent: Silent, unique_name: str
) -> None:
    settings.change(f'"{unique_name}.example.com"', written)
    words = (asked, "--debug", f"dns-server={silent.address}", "timeout=0.01", "retries=0")
    assert "address (interface lo): from" in settings.run(*words).stderr


def test_the_address_comes_from_a_record_of_several_names(
    settings: Settings, bind: NameServer, unique_name: str
) -> None:
    names = f'names = ["other.example.com", "{unique_name}.example.com"]'
    settings.change(f'name = "{unique_name}.example.com"', names)
    done(settings.run(f"{unique_name}.example.com"))
    assert records(bind, unique_name, "A") == ["77 127.0.0.1"]


def test_a_record_that_shares_its_name_gives_no_address(settings: Settings, bind: NameServer, unique_name: str) -> None:
    settings.change("allow-private = true", 'allow-private = true\nowner = "router-1"')
    result = settings.run(f"{unique_name}.example.com")
    assert (result.status, result.lines[0][:18]) == (2, "set needs address=")
    assert records(bind, unique_name, "A") == []


def test_a_deletion_takes_no_address_from_the_record(settings: Settings, bind: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    done(settings.run(name, "203.0.113.45"))
    done(settings.run(name, "type=TXT", "value=x"))
    done(settings.run("delete", name))
    assert records(bind, unique_name, "A") == records(bind, unique_name, "TXT") == []


def test_what_is_added_keeps_the_ttl_of_what_is_there(settings: Settings, bind: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    done(settings.run("set", name, "203.0.113.45", "ttl=60"))
    done(settings.run("add", name, "203.0.113.46"))
    assert records(bind, unique_name, "A") == ["60 203.0.113.45", "60 203.0.113.46"]


def test_a_record_has_its_own_ttl(settings: Settings, bind: NameServer, unique_name: str) -> None:
    settings.change("allow-private", "ttl = 66\nallow-private")
    done(settings.run(f"{unique_name}.example.com"))
    assert records(bind, unique_name, "A") == ["66 127.0.0.1"]
    done(settings.run(f"{unique_name}.example.com", "type=TXT", "value=x"))
    assert records(bind, unique_name, "TXT") == ['77 "x"']  # that of the zone: the record manages addresses


def test_a_record_has_its_own_servers_and_key(settings: Settings, bind: NameServer, unique_name: str) -> None:
    zone = '[zones."example.com"]\nservers = ["main"]\nttl = 77\n'
    settings.change(zone, "")
    settings.change("allow-private", 'zone = "example.com"\nservers = ["main"]\nkey = "home"\nallow-private')
    done(settings.run(f"{unique_name}.example.com"))
    assert records(bind, unique_name, "A") != []


def test_the_longest_zone_that_holds_the_name_counts(settings: Settings, unique_name: str) -> None:
    settings.change("[[records]]", '[zones."sub.example.com"]\nservers = ["main"]\nttl = 5\n[[records]]')
    result = settings.run("show", f"{unique_name}.sub.example.com", "--debug")
    assert '[zones."sub.example.com"]' in result.stderr
    result = settings.run("show", f"{unique_name}.sub.example.com", "zone=example.com", "--debug")
    assert '[zones."sub.example.com"]' not in result.stderr
    assert '[zones."example.com"] servers' in result.stderr


def test_what_the_file_says_about_a_server_goes_with_it(settings: Settings, unique_name: str) -> None:
    settings.change('key = "home"\n', 'key = "home"\ntransport = "tcp"\ntimeout = 2.5\nretries = 1\n')
    name = f"{unique_name}.example.com"
    result = settings.run(name, "203.0.113.45", "--debug")
    assert {sent.transport for sent in result.sent} == {"TCP"}
    assert [line.partition(": from ")[0] for line in result.lines if ": from " in line] == [
        f"dns-server={settings.server.host}:{settings.server.port}",
        "timeout=2.5",
        "retries=1",
        "transport=tcp",
        "zone=example.com",
        "ttl=77",
        "key ddns-key",
    ]
    result = settings.run(name, "203.0.113.45", at(settings.server), "--debug")
    assert {sent.transport for sent in result.sent} == {"UDP"}


def test_a_name_that_the_file_does_not_have_is_looked_up(settings: Settings, network: NameServer) -> None:
    environment = {"XDG_CONFIG_HOME": str(settings.directory.parent)}
    assert network.namespace is not None
    prefix = network.namespace.prefix
    result = done(dns_update("show", "example.net", "type=SOA", "--debug", env=environment, prefix=prefix))
    assert ": from " not in result.stderr


# What counts more.


LEVELS = [
    ((), {}, "77"),
    ((), {"DNS_UPDATE_TTL": "66"}, "66"),
    (("ttl=55",), {"DNS_UPDATE_TTL": "66"}, "55"),
    (("ttl=55",), {"DNS_UPDATE_TTL": "x"}, "55"),
    ((), {"DNS_UPDATE_TTL": ""}, "77"),
]


@pytest.mark.parametrize(("words", "env", "ttl"), LEVELS)
def test_the_line_is_above_the_environment_which_is_above_the_file(
    words: Sequence[str], env: Mapping[str, str], ttl: str, settings: Settings, unique_name: str
) -> None:
    done(settings.run(f"{unique_name}.example.com", "203.0.113.45", *words, env=env))
    assert records(settings.server, unique_name, "A") == [f"{ttl} 203.0.113.45"]


def test_the_environment_alone_is_enough(bind: NameServer, unique_name: str) -> None:
    server, zone, file = access(bind)
    env = {
        "DNS_UPDATE_DNS_SERVER": server.partition("=")[2],
        "DNS_UPDATE_ZONE": zone.partition("=")[2],
        "DNS_UPDATE_KEY_FILE": file.partition("=")[2],
        "DNS_UPDATE_TTL": "1m",
    }
    done(dns_update("set", unique_name, "203.0.113.45", env=env))
    assert records(bind, unique_name, "A") == ["60 203.0.113.45"]


@pytest.mark.parametrize("place", ["line", "environment", "both"])
def test_a_key_may_be_given_in_parts(place: str, bind: NameServer, unique_name: str) -> None:
    key = bind.keys[0]
    parts = {"key": key.secret, "key-name": key.name, "algorithm": key.algorithm}
    on_line = {"line": ["key", "key-name", "algorithm"], "environment": [], "both": ["key"]}[place]
    words = [f"{name}={parts[name]}" for name in on_line]
    env = {variable_of(name): text for name, text in parts.items() if name not in on_line}
    server, zone, _file = access(bind)
    result = done(in_process(server, zone, f"name={unique_name}", "203.0.113.45", "--debug", *words, env=env))
    assert key.secret not in result.stderr
    assert ("key=...: from DNS_UPDATE_KEY" in result.lines) == (place == "environment")


def test_a_key_file_on_the_line_hides_the_key_of_the_environment(bind: NameServer, unique_name: str) -> None:
    env = {"DNS_UPDATE_KEY": SECRET, "DNS_UPDATE_KEY_NAME": "other", "DNS_UPDATE_ALGORITHM": "hmac-sha512"}
    done(in_process(*access(bind), f"name={unique_name}", "203.0.113.45", env=env))
    assert records(bind, unique_name, "A") != []


@pytest.mark.parametrize(
    ("words", "env"),
    [(("{wrong}",), {}), ((), {"DNS_UPDATE_KEY_FILE": "{wrong}"}), (("key-name=other", f"key={SECRET}"), {})],
)
def test_a_key_of_the_line_or_the_environment_hides_that_of_the_file(
    words: Sequence[str], env: Mapping[str, str], settings: Settings, unique_name: str
) -> None:
    wrong = key_file(settings.server, LabKey.generate("other"))
    words = [word.format(wrong=wrong) for word in words]
    env = {name: text.format(wrong=wrong.partition("=")[2]) for name, text in env.items()}
    (settings.directory / "home.key").unlink()  # so it is not even read
    assert settings.run(f"{unique_name}.example.com", "203.0.113.45", *words, env=env).status == 5


def test_a_part_of_a_key_alone_does_not_sign(settings: Settings, unique_name: str) -> None:
    result = settings.run(f"{unique_name}.example.com", "203.0.113.45", "algorithm=hmac-sha512")
    assert (result.status, result.lines[0][:43]) == (2, "algorithm= is given without a secret: give ")


def test_debug_says_where_each_value_came_from(settings: Settings, unique_name: str) -> None:
    result = done(settings.run(f"{unique_name}.example.com", "--debug", env={"DNS_UPDATE_RETRIES": "2"}))
    server, path = f"{settings.server.host}:{settings.server.port}", settings.path
    assert [line for line in result.lines if ": from " in line] == [
        "retries=2: from DNS_UPDATE_RETRIES",
        f'dns-server={server}: from {path}:9: [zones."example.com"] servers',
        f'zone=example.com: from {path}:8: [zones."example.com"]',
        f'ttl=77: from {path}:10: [zones."example.com"] ttl',
        f"address (interface lo): from {path}:14: records[0].address",
        f"allow-private=yes: from {path}:15: records[0].allow-private",
        f"key ddns-key: from {path}:1: [keys.home]",
    ]


def test_without_debug_nothing_is_said(settings: Settings, unique_name: str) -> None:
    assert "from" not in done(settings.run(f"{unique_name}.example.com")).stderr


# Where the file is.


@pytest.fixture
def places(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Path]]:
    """Yield the directories of the configurations, each empty, by what names them."""
    monkeypatch.delenv("XDG_CONFIG_HOME")
    found = {name: tmp_path / name for name in ("home/.config", "xdg", "etc")}
    for directory in found.values():
        directory.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(request, "SYSTEM", str(found["etc"]))
    yield found
    assert settings.path.exists()


def _origin(settings: Settings, unique_name: str, env: Mapping[str, str] | None = None) -> str:
    """Return the path of the configuration that is used; empty if there is none."""
    result = in_process("show", f"{unique_name}.example.com", "--debug", at(settings.server), env=env)
    return next((line.split(": from ")[1].partition(":")[0] for line in result.lines if ": from /" in line), "")


def _fill(settings: Settings, place: Path) -> str:
    shutil.copytree(settings.directory, place / "dns-update")
    return str(place / "dns-update" / "config.toml")


def test_the_users_file_is_used_before_the_systems(
    places: dict[str, Path], settings: Settings, unique_name: str
) -> None:
    assert _origin(settings, unique_name) == ""
    system = _fill(settings, places["etc"])
    assert _origin(settings, unique_name) == system
    own = _fill(settings, places["home/.config"])
    assert _origin(settings, unique_name) == own
    assert _origin(settings, unique_name, {"XDG_CONFIG_HOME": "relative"}) == system
    assert _origin(settings, unique_name, {"XDG_CONFIG_HOME": str(places["xdg"])}) == system
    xdg = _fill(settings, places["xdg"])
    assert _origin(settings, unique_name, {"XDG_CONFIG_HOME": str(places["xdg"])}) == xdg
    assert _origin(settings, unique_name, {"DNS_UPDATE_CONFIG": system}) == system
    assert _origin(settings, unique_name, {"DNS_UPDATE_CONFIG": "/dev/null"}) == ""
    assert _origin(settings, unique_name, {"HOME": ""}) == system


def test_the_agent_uses_the_same_file(places: dict[str, Path], settings: Settings) -> None:
    missing = f"{places['etc']}/dns-update/config.toml"
    assert in_process("agent", "--check").lines == [f"cannot read {missing}: No such file or directory"]
    system = _fill(settings, places["etc"])
    assert in_process("agent", "--check").lines[0] == f"{system} is right: 1 record"
    own = _fill(settings, places["home/.config"])
    assert in_process("agent", "--check").lines[0] == f"{own} is right: 1 record"
    there = {"DNS_UPDATE_CONFIG": system}
    assert in_process("agent", "--check", env=there).lines[0] == f"{system} is right: 1 record"
    assert in_process("agent", "--check", f"config={own}", env=there).lines[0] == f"{own} is right: 1 record"


def test_a_file_with_the_former_name_is_said(places: dict[str, Path], settings: Settings) -> None:
    path = _fill(settings, places["etc"])
    old = path.replace("config.toml", "agent.toml")
    os.rename(path, old)  # noqa: PTH104 - both are texts
    says = f"cannot read {path}: No such file or directory: there is {old}: its name is config.toml now, rename it"
    assert in_process("agent", "--check").lines == [says]
    assert in_process("show", "home.example.com", f"config={path}").lines == [says]


def test_only_what_is_certainly_missing_is_passed_over(
    places: dict[str, Path], settings: Settings, unique_name: str
) -> None:
    system = _fill(settings, places["etc"])
    (places["home/.config"] / "dns-update").write_text("not a directory", encoding="utf-8")
    assert _origin(settings, unique_name) == system


def test_a_file_that_cannot_be_read_is_not_passed_over(
    places: dict[str, Path], settings: Settings, silent: Silent
) -> None:
    _fill(settings, places["etc"])
    own = places["home/.config"] / "dns-update" / "config.toml"
    own.mkdir(parents=True)
    result = in_process("home.example.com", "203.0.113.45", f"dns-server={silent.address}")
    assert (result.status, result.lines) == (2, [f"cannot read {own}: Is a directory"])
    assert silent.is_untouched


def test_a_file_that_its_user_may_not_read_is_one_line(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for root, who may read all files: so what the kernel would say is said here."""

    def refuse(*_arguments: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    result = settings.run("home.example.com", "203.0.113.45")
    assert (result.status, result.lines) == (2, [f"cannot read {settings.path}: Permission denied"])


# Mistakes: one line, exit status 2, nothing sent.


@pytest.fixture
def silent() -> Iterator[Silent]:
    with Silent() as peer:
        yield peer


IN_THE_FILE = {
    "[agent]\npol = 1\n": ":2: [agent] pol: unknown key: did you mean poll?",
    "x = 1\n": ":1: x: unknown key: one of agent, keys, servers, zones, records",
    "[keys.other]\n": ":1: [keys.other]: the secret is missing",
    '[servers.other]\nport = 1\naddress = "192.0.2.1"\n': ":2: [servers.other] port: unknown key",
    '[zones."example.org"]\nservers = ["man"]\n': ":2: [zones.\"example.org\"] servers[0]: there is no server 'man'",
    '[zones."a..b"]\n': ":1: [zones.\"a..b\"]: 'a..b' has an empty label",
    '[zones."example.org"]\nttl = 0\n': ':2: [zones."example.org"] ttl: the TTL is 0',
    "= 1\n": ": not TOML:",
    f'[keys.other]\nsecret = "{SECRET}"\n': ":2: [keys.other] secret: there is a secret here, and others can read",
}


@pytest.mark.parametrize(("text", "says"), IN_THE_FILE.items(), ids=list(IN_THE_FILE.values()))
@pytest.mark.parametrize("command", ["set", "delete", "show"])
def test_a_mistake_in_the_file_is_one_line_with_its_place(
    text: str, says: str, command: str, settings: Settings, silent: Silent
) -> None:
    settings.write(text + settings.text)
    words = [] if command == "show" else ["203.0.113.45"]
    result = settings.run(command, "home.example.com", *words, f"dns-server={silent.address}")
    assert (result.status, len(result.lines)) == (2, 1)
    assert result.lines[0].startswith(f"{settings.path}{says}")
    assert SECRET not in result.stderr
    assert silent.is_untouched


IN_THE_RECORD = {
    "allow-private = 1": ":15: records[0].allow-private: expected true or false, got an integer",
    'type = "TXT"': ":15: records[0].type: type and address are both given",
    'servers = ["other"]': ":15: records[0].servers[0]: there is no server 'other'",
    "ttl = 0": ":15: records[0].ttl: the TTL is 0",
}


@pytest.mark.parametrize(("line", "says"), IN_THE_RECORD.items())
def test_a_mistake_in_the_record_of_the_name_is_said(
    line: str, says: str, settings: Settings, unique_name: str
) -> None:
    settings.change("allow-private = true", line)
    result = settings.run(f"{unique_name}.example.com")
    assert result.status == 2
    assert result.lines[0].startswith(f"{settings.path}{says}")


def test_a_mistake_in_a_record_of_another_name_is_for_the_agent(
    settings: Settings, bind: NameServer, unique_name: str
) -> None:
    settings.write(f'{settings.text}[[records]]\nname = "other.example.com"\nadress = "dns:"\n')
    done(settings.run(f"{unique_name}.example.com"))
    assert records(bind, unique_name, "A") == ["77 127.0.0.1"]
    assert settings.run("agent", "--check").status == 2


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            "missing",
            "cannot read {dir}/home.key: No such file or directory: key-file=FILE is another key; config=/dev/null",
        ),
        ("open", "{dir}/home.key can be read or written by others: if it is for keys only, run: chmod o-rw"),
        ("empty", "{dir}/home.key holds no key"),
    ],
)
def test_a_key_that_cannot_be_read_is_said_with_its_place(
    change: str, says: str, settings: Settings, silent: Silent, unique_name: str
) -> None:
    path = settings.directory / "home.key"
    if change == "missing":
        path.unlink()
    elif change == "open":
        path.chmod(path.stat().st_mode | stat.S_IROTH)
    else:
        path.write_text("", encoding="utf-8")
    result = settings.run("show", f"{unique_name}.example.com", f"dns-server={silent.address}")
    assert (result.status, len(result.lines)) == (2, 1)
    place = f"{settings.path}:2: [keys.home] file: "
    assert result.lines[0].startswith(place + says.format(dir=settings.directory))
    assert silent.is_untouched


def test_the_key_of_another_zone_is_not_read(settings: Settings, unique_name: str) -> None:
    other = '[keys.other]\nfile = "/nonexistent/other.key"\n[zones."example.org"]\nkey = "other"\nservers = ["main"]\n'
    settings.write(other + settings.text)
    done(settings.run(f"{unique_name}.example.com", "203.0.113.45"))
    assert settings.run("show", "home.example.org").status == 2


def test_servers_that_do_not_go_together_are_said(settings: Settings, unique_name: str) -> None:
    second = '[servers.second]\naddress = "192.0.2.2"\nkey = "home"\nretries = 1\n'
    settings.change('servers = ["main"]', 'servers = ["main", "second"]')
    settings.write(second + settings.text)
    result = settings.run("show", f"{unique_name}.example.com")
    assert result.status == 2
    assert "differ in more than address and key" in result.lines[0]


def test_a_program_that_others_can_change_is_not_run(settings: Settings, unique_name: str) -> None:
    settings.change("interface:lo/ipv4", "command:echo 192.0.2.9")
    settings.path.chmod(0o646)
    result = settings.run(f"{unique_name}.example.com")
    assert result.status == 2
    says = f"{settings.path} names programs to run, and others can write it: run: chmod o-w {settings.path}"
    assert result.lines[0] == says


def test_a_relative_name_without_a_zone_is_said(settings: Settings) -> None:
    result = settings.run("set", "home", "203.0.113.45")
    assert (result.status, result.lines[0][:29]) == (2, "'home' is not a full name: gi")


WRONG = {
    "config": ("/nonexistent", "cannot read /nonexistent: No such file or directory"),
    "zone": ("a..b", "DNS_UPDATE_ZONE: 'a..b' has an empty label"),
    "dns-server": ("192.0.2.256", "DNS_UPDATE_DNS_SERVER: '192.0.2.256' is not an IPv4 address"),
    "update-server": ("192.0.2.256", "DNS_UPDATE_UPDATE_SERVER: '192.0.2.256' is not an IPv4 address"),
    "query-server": ("a..b", "DNS_UPDATE_QUERY_SERVER: 'a..b' has an empty label"),
    "key-name": ("@", "DNS_UPDATE_KEY_NAME: '@' is not a domain name here"),
    "key": (f"\udcff{SECRET}", "DNS_UPDATE_KEY: the value is not valid; it is not shown"),
    "ttl": ("x", "DNS_UPDATE_TTL: 'x' is not a TTL"),
    "key-file": ("/nonexistent.key", "cannot read /nonexistent.key: No such file or directory"),
    "algorithm": ("md5", "DNS_UPDATE_ALGORITHM: unknown algorithm"),
    "key-encoding": ("hex", "DNS_UPDATE_KEY_ENCODING: 'hex' is not a valid value"),
    "auth": ("kerberos", "DNS_UPDATE_AUTH: 'kerberos' is not a valid value"),
    "realm": ("EXAMPLE.COM", "realm= is given without auth=gss"),
    "principal": ("user", "principal= is given without auth=gss"),
    "keytab": ("/etc/krb5.keytab", "keytab= is given without auth=gss"),
    "ccache": ("/run/krb5cc", "ccache= is given without auth=gss"),
    "password": (SECRET, "password= is given without auth=gss"),
    "transport": ("dtls", "DNS_UPDATE_TRANSPORT: 'dtls' is not a valid value"),
    "port": ("0", "DNS_UPDATE_PORT: '0' is not a port"),
    "timeout": ("0", "DNS_UPDATE_TIMEOUT: '0' is not a time"),
    "retries": ("-1", "DNS_UPDATE_RETRIES: '-1' is not a number of retries"),
    "local-address": ("lo", "DNS_UPDATE_LOCAL_ADDRESS: 'lo' is not an IPv4 address"),
}
"""For each variable a wrong value, and what is said."""


def test_there_is_a_wrong_value_of_every_variable() -> None:
    assert sorted(WRONG) == sorted(RECURRING)


@pytest.mark.parametrize("name", RECURRING)
def test_a_wrong_variable_is_one_line_and_nothing_is_sent(name: str, silent: Silent) -> None:
    text, says = WRONG[name]
    words = [f"dns-server={silent.address}"] if not name.endswith("-server") else []
    result = in_process("home.example.com", "203.0.113.45", *words, env={variable_of(name): text})
    assert (result.status, len(result.lines)) == (2, 1)
    assert result.lines[0].startswith(says)
    assert SECRET not in result.stderr
    assert silent.is_untouched


def test_a_ttl_that_deletes_is_refused_in_the_environment(silent: Silent) -> None:
    result = in_process("home.example.com", f"dns-server={silent.address}", env={"DNS_UPDATE_TTL": "0"})
    assert (result.status, result.lines[0][:48]) == (2, "DNS_UPDATE_TTL: the TTL is 0, which deletes: 1 o")
    assert silent.is_untouched


def test_a_variable_that_the_command_has_no_property_for_is_left_alone(settings: Settings, unique_name: str) -> None:
    done(settings.run("delete", f"{unique_name}.example.com", env={"DNS_UPDATE_TTL": "x"}))


def test_the_variables_of_hooks_are_none_of_properties() -> None:
    """Else a program of `on-change` that runs dns-update would use what describes the change."""
    row = HistoryRow(
        when=0.0, name="", zone="", types=(), before="", after="", server="", key_name="", outcome="", message="",
        seconds=0.0,
    )  # fmt: skip
    assert facts(row).keys().isdisjoint(map(variable_of, RECURRING))


def test_another_class_has_no_configuration(settings: Settings, unique_name: str) -> None:
    result = settings.run("show", f"{unique_name}.example.com", "class=CH", "type=TXT", "--debug", at(settings.server))
    assert ": from " not in result.stderr


def test_with_json_a_name_without_its_property_is_in_the_error(settings: Settings) -> None:
    (settings.directory / "home.key").unlink()
    result = settings.run("show", "home.example.com", "--json")
    assert (result.status, result.stderr, result.json["name"]) == (2, "", "home.example.com")
