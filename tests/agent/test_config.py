"""Valid configurations, key by key, and invalid ones, each with the line of its mistake."""

import base64
import gc
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.address.sources import Command, Interface, Prefix
from dns_update.agent.config import load as module
from dns_update.agent.config.load import config_from_text, read_config
from dns_update.agent.config.settings import AgentSettings, CommonSettings, Config, RecordSettings, UpstreamSettings
from dns_update.auth import Key
from dns_update.errors import ConfigError, UsageError
from dns_update.exchange import Policy
from dns_update.transport import Server
from dns_update.wire.codes import RRType
from dns_update.wire.name import Name
from lab.key import write_private

OCTETS = b"secretsecret"
SECRET = base64.b64encode(OCTETS).decode()
ADDRESS = bytes([192, 0, 2, 1])
ZONE = Name.from_text("example.com")
HOME = Name.from_text("home.example.com")

RECORD = """
[[records]]
name = "home"
zone = "example.com"
address = "192.0.2.1"
"""
KEY = f"""
[keys.home]
secret = "{SECRET}"
"""
SERVERS = """
[servers.main]
address = "192.0.2.1"
[servers.backup]
address = "192.0.2.2"
"""


def read(text: str, *, is_private: bool = True) -> Config:
    return config_from_text(text, "config.toml", is_private=is_private)


def record(text: str) -> RecordSettings:
    """Read a configuration that begins with its only record."""
    (only,) = read(f"[[records]]\n{text}").records
    return only


def test_a_value_may_be_an_expression_of_routeros(monkeypatch: pytest.MonkeyPatch) -> None:
    class Machine:
        nodename = "gw-north.example.net"

    monkeypatch.setattr("os.uname", Machine)
    text = """[servers.main]
address = '[:resolve "ns1.example.com"]'
[[records]]
name = "[/system identity get name]"
zone = "example.com"
servers = ["main"]
address = "[/ip/address/get [find interface=ppp0] address]"
ttl = "00:05:00"
"""
    (only,) = read(text).records
    assert (str(only.name), only.common.ttl) == ("gw-north.example.com", 300)
    assert [server.host for server in only.common.upstream.servers] == ["ns1.example.com"]
    assert only.sources == (Interface("ppp0", 4),)


def problems_of(text: str, *, is_private: bool = True) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        read(text, is_private=is_private)
    return caught.value.problems


# What is right.


def test_the_least_that_a_configuration_says() -> None:
    config = read(RECORD)
    assert config == Config(AgentSettings(), (RecordSettings(HOME, ZONE, sources=(ADDRESS,)),))


def test_what_is_left_out_of_the_agent() -> None:
    agent = read(RECORD).agent
    assert (agent.interval, agent.hold_down, agent.poll) == (300, 10, 300)
    assert (agent.socket, agent.history) == ("/run/dns-update/agent.sock", "/var/lib/dns-update/history.db")
    assert (agent.history_keep, agent.on_change) == (90 * 86400, ())


def test_what_is_left_out_of_a_record() -> None:
    (settings,) = read(RECORD).records
    assert (settings.common.ttl, settings.common.upstream) == (
        None,
        UpstreamSettings((), None, Policy(3, 3, "udp"), None),
    )
    assert (settings.common.owner, settings.common.grace) == ("", None)
    assert (settings.common.allow_private, settings.common.on_change, settings.data) == (False, (), {})


@pytest.mark.parametrize(
    ("line", "attribute", "expected"),
    [
        ('interval = "90s"', "interval", 90),
        ("interval = 1", "interval", 1),
        ("interval = 1.5", "interval", 1.5),
        ('interval = "7d"', "interval", 604800),
        ('hold-down = "1h"', "hold_down", 3600),
        ("hold-down = 0", "hold_down", 0),
        ("hold-down = 0.25", "hold_down", 0.25),
        ('poll = "1h30m"', "poll", 5400),
        ('poll = "45"', "poll", 45),
        ('socket = "/tmp/s"', "socket", "/tmp/s"),  # noqa: S108 - nothing is made there
        ('socket = ""', "socket", ""),
        (f'socket = "{"s" * 107}"', "socket", "s" * 107),
        ('history = "h.db"', "history", "h.db"),
        ('history = ""', "history", ""),
        ('history-keep = "3650d"', "history_keep", 315360000),
        ('history-keep = "1h"', "history_keep", 3600),
        ('on-change = ["/bin/x", "", "a b"]', "on_change", ("/bin/x", "", "a b")),
        ("on-change = []", "on_change", ()),
        ('on-failure = ["/bin/x"]', "on_failure", ("/bin/x",)),
    ],
)
def test_the_agents_settings(line: str, attribute: str, expected: object) -> None:
    agent = read(f"[agent]\n{line}\n{RECORD}").agent
    assert getattr(agent, attribute) == expected
    defaults = AgentSettings()
    others = [name for name in AgentSettings.__fields__ if name != attribute]
    assert [getattr(agent, name) for name in others] == [getattr(defaults, name) for name in others]


@pytest.mark.parametrize(
    ("line", "attribute", "expected"),
    [
        ("ttl = 300", "ttl", 300),
        ('ttl = "5m"', "ttl", 300),
        ('ttl = "300"', "ttl", 300),
        ("ttl = 1", "ttl", 1),
        ("ttl = 2147483647", "ttl", 2147483647),
        ('owner = "router-1.example_net"', "owner", "router-1.example_net"),
        ('on-missing = "keep"', "grace", None),
        ('on-missing = "delete"', "grace", 3600),
        ('on-missing = "delete"\ngrace = "2h"', "grace", 7200),
        ('on-missing = "delete"\ngrace = 0', "grace", 0),
        ("allow-private = true", "allow_private", True),
        ("allow-private = false", "allow_private", False),
        ('on-change = ["/bin/y", "z"]', "on_change", ("/bin/y", "z")),
        ('on-failure = ["/bin/y"]', "on_failure", ("/bin/y",)),
    ],
)
def test_a_records_settings(line: str, attribute: str, expected: object) -> None:
    assert getattr(record(f'name = "home.example.com"\naddress = "192.0.2.1"\n{line}').common, attribute) == expected


def test_a_records_program_runs_instead_of_the_agents() -> None:
    agent = '[agent]\non-change = ["/bin/agent"]\n'
    others = '[[records]]\nname = "{}.example.com"\naddress = "192.0.2.1"\non-change = {}\n'
    config = read(agent + RECORD + others.format("b", '["/bin/own"]') + others.format("c", "[]"))
    assert [settings.common.on_change for settings in config.records] == [("/bin/agent",), ("/bin/own",), ()]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"192.0.2.1"', (ADDRESS,)),
        ('"192.0.2.1/24"', (ADDRESS,)),
        ('"192.0.2.1, interface:ppp0/ipv6"', (ADDRESS, Interface("ppp0", 16))),
        ('["192.0.2.1", "interface:ppp0/ipv6"]', (ADDRESS, Interface("ppp0", 16))),
        ('["192.0.2.1, interface:ppp0", "command:/bin/x a,b"]', (ADDRESS, Interface("ppp0"), Command("/bin/x a,b"))),
        ('"prefix:br0+::5"', (Prefix("br0", bytes(15) + b"\5"),)),
        ('"[/ip address get [find interface=ether1] address]"', (Interface("ether1", 4),)),
    ],
)
def test_address_sources(value: str, expected: tuple[object, ...]) -> None:
    assert record(f'name = "home.example.com"\naddress = {value}').sources == expected


@pytest.mark.parametrize(
    ("rrtype", "value", "number", "data"),
    [
        ("TXT", '"hello world"', 16, (b"\x0bhello world",)),
        ("txt", '["one", "two", "one"]', 16, (b"\3one", b"\3two")),
        ("A", '["192.0.2.1", "192.0.2.2"]', 1, (ADDRESS, bytes([192, 0, 2, 2]))),
        ("CNAME", '"www.example.net"', 5, (b"\3www\7example\3net\0",)),
        ("TYPE65280", r'"\\# 2 abcd"', 65280, (b"\xab\xcd",)),
        ("TXT", "'key=\"some value\"'", 16, (b'\x10key="some value"',)),
    ],
)
def test_fixed_data(rrtype: str, value: str, number: int, data: tuple[bytes, ...]) -> None:
    settings = record(f'name = "home.example.com"\ntype = "{rrtype}"\nvalue = {value}')
    assert (settings.rrtype, settings.values, settings.data) == (number, data, {number: data})
    assert (settings.sources, settings.types) == ((), (number,))


@pytest.mark.parametrize(
    ("address", "types"),
    [
        ("192.0.2.1", (RRType.A,)),
        ("2001:db8::1", (RRType.AAAA,)),
        ("2001:db8::1, 192.0.2.1", (RRType.A, RRType.AAAA)),
        ("interface:ppp0", (RRType.A, RRType.AAAA)),
        ("interface:ppp0/ipv4", (RRType.A,)),
        ("interface:ppp0/ipv6", (RRType.AAAA,)),
        ("prefix:br0+::5", (RRType.AAAA,)),
        ("dns:", (RRType.A, RRType.AAAA)),
        ("dns:/ipv4", (RRType.A,)),
        ("https://192.0.2.1/", (RRType.A,)),
        ("https://www.example.com/", (RRType.A, RRType.AAAA)),
        ("command:/bin/x", (RRType.A, RRType.AAAA)),
    ],
)
def test_the_types_that_sources_can_give(address: str, types: tuple[int, ...]) -> None:
    assert record(f'name = "home.example.com"\naddress = "{address}"').types == types


def test_several_names_share_one_table() -> None:
    text = (
        '[[records]]\nnames = ["www", "@", "mail.example.com."]\nzone = "example.com"\naddress = "192.0.2.1"\nttl = 60'
    )
    names = ("www.example.com", "example.com", "mail.example.com")
    assert read(text).records == tuple(
        RecordSettings(Name.from_text(name), ZONE, sources=(ADDRESS,), common=CommonSettings(ttl=60)) for name in names
    )


def test_each_of_several_names_may_be_in_a_zone_of_its_own() -> None:
    text = '[zones."a.b"]\n[zones."c.d"]\n[[records]]\nnames = ["x.a.b", "c.d", "e.f"]\ntype = "TXT"\nvalue = "x"'
    assert [str(record.zone) for record in read(text).records] == ["a.b", "c.d", "None"]


@pytest.mark.parametrize(
    ("lines", "name", "zone"),
    [
        ('name = "home"\nzone = "example.com"', "home.example.com", "example.com"),
        ('name = "@"\nzone = "example.com"', "example.com", "example.com"),
        ('name = "home.example.com"\nzone = "example.com"', "home.example.com", "example.com"),
        ('name = "home.EXAMPLE.com."\nzone = "example.com"', "home.example.com", "example.com"),
        ('name = "home.example.com"', "home.example.com", None),
        ('name = "a.sub.example.net"', "a.sub.example.net", "sub.example.net"),
        ('name = "sub.example.net."', "sub.example.net", "sub.example.net"),
        ('name = "a.example.net"', "a.example.net", "example.net"),
        ('name = "a.sub"\nzone = "example.net"', "a.sub.example.net", "example.net"),
    ],
)
def test_where_a_name_is(lines: str, name: str, zone: str | None) -> None:
    zones = '[zones."example.net"]\n[zones."SUB.example.net."]\n'
    settings = record(f'{lines}\naddress = "192.0.2.1"\n{zones}')
    assert settings.name == Name.from_text(name)
    assert settings.zone == (None if zone is None else Name.from_text(zone))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ('"192.0.2.1"', (Server("192.0.2.1"),)),
        ('"192.0.2.1:5353"', (Server("192.0.2.1", 5353),)),
        ('["192.0.2.1", "ns.example.com:5353"]', (Server("192.0.2.1"), Server("ns.example.com", 5353))),
        ('"192.0.2.1, [2001:db8::1]:5353"', (Server("192.0.2.1"), Server("2001:db8::1", 5353))),
    ],
)
def test_the_addresses_of_a_server(address: str, expected: tuple[Server, ...]) -> None:
    text = f'name = "home.example.com"\naddress = "192.0.2.1"\nservers = ["main"]\n[servers.main]\naddress = {address}'
    assert record(text).common.upstream.servers == expected


@pytest.mark.parametrize(
    ("lines", "policy", "local_address"),
    [
        ("timeout = 5", Policy(5.0, 3, "udp"), None),
        ("timeout = 0.5", Policy(0.5, 3, "udp"), None),
        ("retries = 0", Policy(3.0, 0, "udp"), None),
        ('transport = "tcp"', Policy(3.0, 3, "tcp"), None),
        ('local-address = "2001:DB8::7"', Policy(), "2001:db8::7"),
    ],
)
def test_how_a_server_is_asked(lines: str, policy: Policy, local_address: str | None) -> None:
    server = f'[servers.main]\naddress = "192.0.2.1"\n{lines}'
    settings = record(f'name = "home.example.com"\naddress = "192.0.2.1"\nservers = ["main"]\n{server}')
    assert (settings.common.upstream.policy, settings.common.upstream.local_address) == (policy, local_address)


def test_servers_are_tried_in_the_order_of_their_list() -> None:
    text = f'name = "home.example.com"\naddress = "192.0.2.1"\nservers = ["backup", "main"]\n{SERVERS}'
    assert record(text).common.upstream.servers == (Server("192.0.2.2"), Server("192.0.2.1"))


KEYS = "".join(f'[keys.{name}]\nsecret = "{SECRET}"\n' for name in ("own", "zones", "servers"))


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({"own", "zones", "servers"}, "own"),
        ({"zones", "servers"}, "zones"),
        ({"servers"}, "servers"),
        ({"own", "servers"}, "own"),
        (set[str](), None),
    ],
)
def test_the_key_is_the_records_the_zones_or_the_servers(named: set[str], expected: str | None) -> None:
    text = f"""
name = "home.example.com"
address = "192.0.2.1"
{'key = "own"' if "own" in named else ""}
{KEYS}
[servers.main]
address = "192.0.2.1"
{'key = "servers"' if "servers" in named else ""}
[zones."example.com"]
servers = ["main"]
{'key = "zones"' if "zones" in named else ""}
"""
    key = record(text).common.upstream.key
    assert (None if key is None else str(key.name)) == expected


def test_a_key_is_used_without_servers_too() -> None:
    key = record(f'name = "home.example.com"\naddress = "192.0.2.1"\nkey = "home"\n{KEY}').common.upstream.key
    assert key is not None
    assert key.secret == OCTETS


def test_a_zone_gives_its_records_servers_and_ttl_unless_they_say_otherwise() -> None:
    text = f"""
{SERVERS}
[zones."example.com"]
servers = ["main"]
ttl = "10m"
[[records]]
name = "a"
zone = "Example.COM"
address = "192.0.2.1"
[[records]]
name = "b.example.com"
address = "192.0.2.1"
servers = ["backup"]
ttl = 7
"""
    first, second = read(text).records
    assert (first.common.upstream.servers, first.common.ttl) == ((Server("192.0.2.1"),), 600)
    assert (second.common.upstream.servers, second.common.ttl) == ((Server("192.0.2.2"),), 7)


def test_servers_with_different_keys_are_no_matter_where_the_key_is_named() -> None:
    servers = '[servers.x]\naddress = "192.0.2.1"\nkey = "own"\n[servers.y]\naddress = "192.0.2.2"\nkey = "servers"\n'
    text = f'name = "home.example.com"\naddress = "192.0.2.1"\nservers = ["x", "y"]\nkey = "zones"\n{servers}{KEYS}'
    key = record(text).common.upstream.key
    assert key is not None
    assert str(key.name) == "zones"


def test_what_nothing_refers_to_is_allowed() -> None:
    assert read(RECORD + KEY + SERVERS + '[zones."example.org"]\nttl = 5\n') == read(RECORD)


def test_inline_tables_and_dotted_keys_are_tables_too() -> None:
    text = 'servers.main.address = "192.0.2.1"\nzones = {"example.com" = {servers = ["main"]}}\n'
    text += 'records = [{name = "home.example.com", address = "192.0.2.1"}]'
    (settings,) = read(text).records
    assert settings.common.upstream.servers == (Server("192.0.2.1"),)


# Secrets.


def key_of(lines: str, *, is_private: bool = False) -> Key:
    record_with_key = '[[records]]\nname = "home.example.com"\naddress = "192.0.2.1"\nkey = "home"\n'
    (only,) = read(f"{record_with_key}[keys.home]\n{lines}", is_private=is_private).records
    assert only.common.upstream.key is not None
    return only.common.upstream.key


def test_a_key_has_its_tables_name_and_routeros_algorithm() -> None:
    key = key_of(f'secret = "{SECRET}"', is_private=True)
    assert (str(key.name), key.secret, key.algorithm.text) == ("home", OCTETS, "hmac-md5")


def test_a_key_says_its_name_algorithm_and_encoding() -> None:
    lines = f'secret = "{SECRET}"\nname = "home-key."\nalgorithm = "hmac-sha256"\nencoding = "text"'
    key = key_of(lines, is_private=True)
    assert (str(key.name), key.algorithm.text) == ("home-key", "hmac-sha256")
    assert (key.secret, key.reading) == (SECRET.encode(), "text")


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "home.secret"
    write_private(path, f"{SECRET}\n")
    assert key_of(f'secret = "@{path}"').secret == OCTETS


def test_a_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME_SECRET", SECRET)
    assert key_of('secret = "env:HOME_SECRET"').secret == OCTETS


def test_a_secret_comes_from_a_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    write_private(tmp_path / "home", SECRET)
    assert key_of('secret = "credential:home"').secret == OCTETS


KEY_FILE = "".join(f'key "{name}" {{ algorithm hmac-sha256; secret "{SECRET}"; }};\n' for name in ("a-key", "b-key"))


def test_a_key_comes_from_a_key_file(tmp_path: Path) -> None:
    path = tmp_path / "home.key"
    write_private(path, KEY_FILE.splitlines()[0])
    key = key_of(f'file = "{path}"')
    assert (str(key.name), key.algorithm.text, key.secret) == ("a-key", "hmac-sha256", OCTETS)


def test_the_name_chooses_one_key_of_a_key_file(tmp_path: Path) -> None:
    path = tmp_path / "home.key"
    write_private(path, KEY_FILE)
    assert str(key_of(f'file = "{path}"\nname = "b-key"').name) == "b-key"


def test_a_key_file_may_be_a_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    write_private(tmp_path / "home", KEY_FILE)
    assert str(key_of('file = "credential:home"\nname = "a-key"').name) == "a-key"


# Equal and shared.

FULL = f"""
[agent]
interval = "1m"
{KEY}
{SERVERS}
[zones."example.com"]
servers = ["main", "backup"]
key = "home"
[[records]]
name = "a.example.com"
address = "interface:ppp0"
[[records]]
name = "b"
zone = "example.com"
type = "TXT"
value = "x"
"""


def test_the_same_text_read_twice_is_equal() -> None:
    assert read(FULL) == read(FULL)
    assert hash(read(FULL)) == hash(read(FULL))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('interval = "1m"', 'interval = "2m"'),
        ('"192.0.2.2"', '"192.0.2.3"'),
        (SECRET, "b3RoZXI="),
        ("interface:ppp0", "interface:ppp1"),
        ('value = "x"', 'value = "y"'),
        ('name = "b"', 'name = "c"'),
    ],
)
def test_what_differs_is_not_equal(old: str, new: str) -> None:
    assert FULL.count(old) == 1
    assert read(FULL) != read(FULL.replace(old, new))


def test_the_identity_is_zone_name_and_types() -> None:
    first, second = read(FULL).records
    assert first.identity == (ZONE, Name.from_text("A.example.com"), (RRType.A, RRType.AAAA))
    assert second.identity == (ZONE, Name.from_text("b.example.com"), (RRType.TXT,))
    assert record('name = "C.example.com"\naddress = "::"').identity == (
        None,
        Name.from_text("c.example.com"),
        (RRType.AAAA,),
    )


def test_the_identity_stays_where_the_rest_changes() -> None:
    changed = FULL.replace('"192.0.2.2"', '"192.0.2.3"').replace("interface:ppp0", "interface:ppp1")
    assert [r.identity for r in read(FULL).records] == [r.identity for r in read(changed).records]
    assert read(FULL).records[0] != read(changed).records[0]


def test_records_share_what_they_have_in_common() -> None:
    first, second = read(FULL).records
    assert first.zone is second.zone
    assert first.common.upstream is second.common.upstream
    assert first.name.labels[-1] is second.name.labels[-1]


def test_records_share_equal_settings_also_with_others_between_them() -> None:
    tables = [f'[[records]]\nname = "n{n}.example.com"\naddress = "::{n}"\nttl = {60 + n % 2}\n' for n in range(6)]
    commons = [settings.common for settings in read("".join(tables)).records]
    assert [one.ttl for one in commons] == [60, 61] * 3
    assert len(set(map(id, commons))) == 2


def test_records_share_the_same_sources() -> None:
    tables = [
        f'[[records]]\nname = "n{n}.example.com"\naddress = "interface:ppp{n % 2}/ipv4, interface:lan"\n'
        for n in range(6)
    ]
    sources = [settings.sources for settings in read("".join(tables)).records]
    assert sources[:2] == [(Interface(f"ppp{n}", 4), Interface("lan")) for n in range(2)]
    assert len(set(map(id, sources))) == 2


def test_ten_thousand_records_hold_few_objects() -> None:
    text = f'{KEY}[zones."example.com"]\nkey = "home"\n'
    text += "".join(
        f'[[records]]\nname = "n{number}.example.com"\naddress = "10.0.{number >> 8}.{number & 255}"\n'
        for number in range(10_000)
    )
    before = sum(isinstance(thing, Name | Key | Policy | Server | CommonSettings) for thing in gc.get_objects())
    config = read(text)
    after = sum(isinstance(thing, Name | Key | Policy | Server | CommonSettings) for thing in gc.get_objects())
    assert len(config.records) == 10_000
    assert after - before < 10_000 + 20


def test_a_repr_shows_no_secret() -> None:
    assert SECRET not in repr(read(FULL))
    assert repr(OCTETS) not in repr(read(FULL))


# What is wrong. In each text `#!` marks the line that the error names.

TIME_EXPECTED = 'expected a number of seconds, or a string such as "5m", got'
TTL_EXPECTED = 'expected an integer of seconds, or a string such as "5m", got'

AGENT_FAULTS = {
    'intervall = "5m" #!': "[agent] intervall: unknown key: did you mean interval?",
    'hold_down = "5m" #!': "[agent] hold_down: unknown key: did you mean hold-down?",
    "colour = 1 #!": "[agent] colour: unknown key: "
    "one of interval, hold-down, poll, socket, history, history-keep, on-change, on-failure",
    "interval = true #!": f"[agent] interval: {TIME_EXPECTED} a boolean",
    "\n\ninterval = 1979-05-27 #!": f"[agent] interval: {TIME_EXPECTED} a date or time",
    "interval = [1] #!": f"[agent] interval: {TIME_EXPECTED} an array",
    'interval = "5 m" #!': '[agent] interval: \'5 m\' is not a time: seconds, or "10s", "5m", "1h30m"',
    'interval = "" #!': '[agent] interval: \'\' is not a time: seconds, or "10s", "5m", "1h30m"',
    "interval = 0.9 #!": "[agent] interval: '0.9' is out of range: 1s to 7d",
    "interval = nan #!": "[agent] interval: 'nan' is out of range: 1s to 7d",
    'interval = "8d" #!': "[agent] interval: '8d' is out of range: 1s to 7d",
    "hold-down = -1 #!": "[agent] hold-down: '-1' is out of range: 0s to 1h",
    "hold-down = inf #!": "[agent] hold-down: 'inf' is out of range: 0s to 1h",
    "poll = 0 #!": "[agent] poll: '0' is out of range: 1s to 7d",
    f"poll = 0x{'f' * 5000} #!": f"[agent] poll: '0x{'f' * 58}'... is out of range: 1s to 7d",
    "history-keep = 1 #!": "[agent] history-keep: '1' is out of range: 1h to 3650d",
    "socket = 1 #!": "[agent] socket: expected a string, got an integer",
    f'socket = "{"é" * 54}" #!': "[agent] socket: the path of the socket has 108 octets: at most 107",
    'socket = "a\\u0000" #!': "[agent] socket: it contains a NUL",
    'history = "a\\u0000" #!': "[agent] history: it contains a NUL",
    "history = false #!": "[agent] history: expected a string, got a boolean",
    'on-change = "/bin/x" #!': "[agent] on-change: "
    "expected an array of strings, a program and its arguments, got a string",
    'on-change = ["/bin/x",\n\n2] #!': "[agent] on-change[1]: expected a string, got an integer",
    'on-change = ["/bin/x",\n"\\u0000"] #!': "[agent] on-change[1]: it contains a NUL",
    'on-failure = "/bin/x" #!': "[agent] on-failure: "
    "expected an array of strings, a program and its arguments, got a string",
    'on-failure = [""] #!': "[agent] on-failure: the program's name is empty: "
    'e.g. ["/usr/local/bin/changed"], or [] for none',
    'on-change = ["", "a"] #!': "[agent] on-change: the program's name is empty: "
    'e.g. ["/usr/local/bin/changed"], or [] for none',
}
DOCUMENT_FAULTS = {
    "[agnet] #!\n": "agnet: unknown table: did you mean agent?",
    "[[record]] #!\n": "record: unknown key: did you mean records?",
    "[other] #!\n": "other: unknown table: one of agent, keys, servers, zones, records",
    "ttl = 1 #!\n": 'ttl: unknown key: it is a key of [zones."ZONE"] and [[records]]',
    "colour = 1 #!\n": "colour: unknown key: one of agent, keys, servers, zones, records",
    'ttl."a b" = 1 #!\n': "ttl: unknown table: one of agent, keys, servers, zones, records",
    "[[agent]] #!\n": "[agent]: expected a table, got an array",
    "keys = 1 #!\n": "[keys]: expected a table, got an integer",
    "[servers]\nmain = 1 #!\n": "[servers]: expected tables [servers.NAME], got a key",
    f'[keys]\nhome = "{SECRET}" #!\n': "[keys]: expected tables [keys.NAME], got a key",
    "[[zones]] #!\n": "[zones]: expected a table, got an array",
}
KEY_NAMES = "one of name, algorithm, secret, encoding, file, auth, realm, principal, keytab, ccache, password"
ALGORITHMS = "one of hmac-md5, hmac-sha1, hmac-sha224, hmac-sha256, hmac-sha384, hmac-sha512"
KEY_FAULTS = {
    "[keys.home] #!": "[keys.home]: the secret is missing: "
    'secret = "@FILE", or file = "FILE" for a key file',
    '[keys."a.b"]\nsecret = 1 #!': '[keys."a.b"] secret: expected a string, got an integer',
    '[keys.home]\nsecret = "" #!': "[keys.home] secret: the key's secret is empty",
    f'[keys.home]\nsecrett = "{SECRET}" #!\nsecret = "x"': "[keys.home] secrett: unknown key: did you mean secret?",
    f'[keys.home]\nsecret = "x"\n"{SECRET}" = 1 #!': "[keys.home]: unknown key; "
    f"it is not shown, because it may be a part of the secret: {KEY_NAMES}",
    '[keys.home]\nsecret = "env:NO_SUCH" #!': "[keys.home] secret: "
    "the environment variable 'NO_SUCH' is not set or empty",
    '[keys.home]\nsecret = "credential:x" #!': "[keys.home] secret: cannot read ./x: No such file or directory",
    '[keys.home]\nsecret = "@/tmp/no/such" #!': "[keys.home] secret: "
    "cannot read /tmp/no/such: No such file or directory",
    '[keys.home]\nfile = "/tmp/no/such" #!': "[keys.home] file: cannot read /tmp/no/such: No such file or directory",
    '[keys.home]\nfile = "" #!': "[keys.home] file: the path is empty",
    '[keys.home]\nfile = "a\\u0000" #!': "[keys.home] file: it contains a NUL",
    '[keys.home]\nfile = "credential:x" #!': "[keys.home] file: cannot read ./x: No such file or directory",
    '[keys.home]\nsecret = "x"\nname = "a..b" #!': "[keys.home] name: the key's name is not a domain name",
    '[keys.home]\nsecret = "x"\nname = 1 #!': "[keys.home] name: expected a string, got an integer",
    '[keys."@"]\nsecret = "x" #!': '[keys."@"] secret: @ is the zone, not a key\'s name: '
    "the name is that in the server's key statement",
    '[keys.home]\nsecret = "x"\nalgorithm = "hmac-sha265" #!': "[keys.home] algorithm: "
    f"unknown algorithm 'hmac-sha265': {ALGORITHMS}",
    f'[keys.home]\nsecret = "x"\nalgorithm = "{SECRET}" #!': f"[keys.home] algorithm: unknown algorithm: {ALGORITHMS}",
    f'[keys.home]\nsecret = "x"\nencoding = "{SECRET}" #!': "[keys.home] encoding: "
    "this is not an encoding of a secret: one of auto, base64, text",
    '[keys.home]\nencoding = "base64"\nsecret = "hunter2" #!': "[keys.home] secret: "
    'the secret is not strict, padded Base64: encoding = "text" if it is raw text',
    '[keys.home]\nfile = "x"\nsecret = "x" #!': "[keys.home] secret: secret and file are both given: "
    "the file has all of it",
    '[keys.home]\nfile = "x"\nencoding = "text" #!': "[keys.home] encoding: encoding and file are both given: "
    "the file has all of it",
}  # fmt: skip
SERVER_FAULTS = {
    "[servers.main] #!": '[servers.main]: the address is missing: e.g. address = "192.0.2.1", or "ns.example.com:5353"',
    "[servers.main]\naddress = 1 #!": "[servers.main] address: "
    "expected a string or an array of strings, got an integer",
    "[servers.main]\naddress = [] #!": "[servers.main] address: the array is empty: "
    "give one string at least",
    '[servers.main]\naddress = ["192.0.2.1",\n"192.0.2.1:x"] #!': "[servers.main] address[1]: "
    "'x' is not a port: a number from 1 to 65535",
    '[servers.main]\naddress = "" #!': "[servers.main] address: a server is empty: "
    "e.g. 192.0.2.1, ns.example.com or [2001:db8::1]:5353",
    '[servers.main]\naddress = "192.0.2.1"\ntransport = "dtls" #!': "[servers.main] transport: "
    "'dtls' is not a valid value: one of udp, tcp, tls, quic",
    '[servers.main]\naddress = "192.0.2.1"\ntimeout = 0 #!': "[servers.main] timeout: "
    "'0' is not a time: more than 0 and at most 3600 seconds, e.g. 2.5",
    '[servers.main]\naddress = "192.0.2.1"\ntimeout = "3" #!': "[servers.main] timeout: "
    "expected a number of seconds, got a string",
    '[servers.main]\naddress = "192.0.2.1"\nretries = 101 #!': "[servers.main] retries: "
    "'101' is not a number of retries: 0 to 100",
    '[servers.main]\naddress = "192.0.2.1"\nretries = 1.0 #!': "[servers.main] retries: "
    "expected an integer, got a float",
    '[servers.main]\naddress = "192.0.2.1"\nretries = true #!': "[servers.main] retries: "
    "expected an integer, got a boolean",
    '[servers.main]\naddress = "192.0.2.1"\nlocal-address = "eth0" #!': "[servers.main] local-address: "
    "'eth0' is not an IPv4 address: four numbers from 0 to 255, e.g. 203.0.113.45",
    '[servers.main]\naddress = "192.0.2.1"\nport = 53 #!': "[servers.main] port: unknown key: "
    'it is a part of the address: address = "192.0.2.1:5353", or "[2001:db8::1]:5353"',
    '[servers.main]\naddress = "192.0.2.1"\nhost = "ns" #!': "[servers.main] host: unknown key: did you mean address?",
    '[servers.main]\naddress = "192.0.2.1"\nkey-name = "k" #!': "[servers.main] key-name: unknown key: "
    'key = "NAME", of a table [keys.NAME]',
    f'[servers.main]\naddress = "192.0.2.1"\nsecret = "{SECRET}" #!': "[servers.main] secret: unknown key: "
    "it is a key of [keys.NAME]",
    '[servers.main]\naddress = "192.0.2.1"\nkey = "hone" #!\n[keys.home]\nsecret = "x"': "[servers.main] key: "
    "there is no key 'hone': did you mean home?",
    f'[servers.main]\naddress = "192.0.2.1"\nkey = "{SECRET}" #!\n[keys.home]\nsecret = "x"': "[servers.main] key: "
    "there is no such key; it is not shown, because it may be a secret: the tables [keys.NAME] are: home",
    '[servers.main]\naddress = "192.0.2.1"\nkey = "home" #!': "[servers.main] key: "
    "there is no such key; it is not shown, because it may be a secret: there is no table [keys.NAME]",
}  # fmt: skip
TWO_KEYS = '[keys.k]\nsecret = "x"\n[servers.a]\naddress = "192.0.2.1"\nkey = "k"\n[servers.b]\naddress = "192.0.2.2"\n'
ZONE_FAULTS = {
    "[zones.example.com] #!": "[zones.example] com: unknown table: "
    'a name with dots needs quotes: [zones."example.com"]',
    '[zones."example..com"] #!': "[zones.\"example..com\"]: 'example..com' has an empty label: "
    "two dots in a row, or one at the start",
    '[zones."@"] #!': "[zones.\"@\"]: '@' is not a domain name here: write the name in full, e.g. example.com",
    '[zones."a.b"]\n[zones."A.b."] #!': '[zones."A.b."]: the zone A.b has a table already',
    '[zones."a.b"]\nttl = 0 #!': '[zones."a.b"] ttl: the TTL is 0: '
    '1 or more; to remove a name: on-missing = "delete", or dns-update delete',
    '[zones."a.b"]\nttl = 1.5 #!': f'[zones."a.b"] ttl: {TTL_EXPECTED} a float',
    '[zones."a.b"]\nttl = "1x" #!': "[zones.\"a.b\"] ttl: '1x' is not a TTL: 0 to 2147483647 seconds, or 10m, 1h, 1d",
    '[zones."a.b"]\nttl = -1 #!': "[zones.\"a.b\"] ttl: '-1' is not a TTL: 0 to 2147483647 seconds, or 10m, 1h, 1d",
    '[zones."a.b"]\nservers = "main" #!': '[zones."a.b"] servers: expected '
    "an array of names of [servers.NAME], got a string",
    f'[zones."a.b"]\nservers = ["main",\n"bakcup"] #!\n{SERVERS}': '[zones."a.b"] servers[1]: '
    "there is no server 'bakcup': did you mean backup?",
    f'[zones."a.b"]\nservers = ["x"] #!\n{SERVERS}': "[zones.\"a.b\"] servers[0]: there is no server 'x': "
    "the tables [servers.NAME] are: main, backup",
    '[zones."a.b"]\nservers = ["x"] #!': "[zones.\"a.b\"] servers[0]: there is no server 'x': "
    "there is no table [servers.NAME]",
    f'[zones."a.b"]\nservers = ["main",\n"main"] #!\n{SERVERS}': '[zones."a.b"] servers[1]: '
    "the server 'main' is listed twice",
    '[zones."a.b"]\nkey = "x" #!': '[zones."a.b"] key: there is no such key; '
    "it is not shown, because it may be a secret: there is no table [keys.NAME]",
    f'[zones."a.b"]\nservers = ["a", "b"] #!\n{TWO_KEYS}': '[zones."a.b"] servers: '
    "the servers 'a' and 'b' have different keys: choose one here: key = \"NAME\"",
    f'[zones."a.b"]\nkey = "k"\nservers = ["a", "b"] #!\n{TWO_KEYS}retries = 1': '[zones."a.b"] servers: '
    "the servers 'a' and 'b' differ in more than address and key: "
    "servers of one record need the same transport, timeout, retries and local-address",
    '[zones."a.b"]\nname = "a" #!': '[zones."a.b"] name: unknown key: it is a key of [keys.NAME] and [[records]]',
    '[zones."a.b"]\ncolour = 1 #!': '[zones."a.b"] colour: unknown key: one of servers, query-servers, key, ttl',
    '[zones."a.b"]\ndns-server = "192.0.2.1" #!': '[zones."a.b"] dns-server: unknown key: '
    'servers = ["NAME"], of a table [servers.NAME]',
}  # fmt: skip
NAMED = 'name = "home.example.com"\n'
GIVEN = f'{NAMED}address = "192.0.2.1"\n'
FIXED = f'{NAMED}type = "TXT"\nvalue = "x"\n'
RECORD_FAULTS = {
    # The header is the first line of each.
    f"#!\n{NAMED}": "records[0]: there is nothing to publish: give an address, or a type and a value",
    '#!\naddress = "192.0.2.1"': 'records[0]: the name is missing: e.g. name = "home", or "@" for the zone itself',
    f'#!\n{NAMED}type = "TXT"': 'records[0]: the value is missing: for example: type = "TXT", value = "hello"',
    f'#!\n{NAMED}value = "x"': 'records[0]: the type is missing: for example: type = "TXT", value = "hello"',
    f'\n{GIVEN}type = "TXT" #!': "records[0].type: type and address are both given: "
    "an address makes A and AAAA records by itself",
    f'\n{GIVEN}value = "x" #!': "records[0].value: value and address are both given: "
    "an address makes A and AAAA records by itself",
    f'\n{FIXED}owner = "router" #!': "records[0].owner: "
    "owner has no meaning with type and value: it is for addresses",
    f'\n{FIXED}on-missing = "delete" #!': "records[0].on-missing: "
    "on-missing has no meaning with type and value: it is for addresses",
    f"\n{FIXED}allow-private = true #!": "records[0].allow-private: "
    "allow-private has no meaning with type and value: it is for addresses",
    f'\n{GIVEN}grace = "1h" #!': "records[0].grace: "
    "grace has no meaning where nothing is deleted: "
    'it needs on-missing = "delete"',
    f'\n{GIVEN}on-missing = "keep"\ngrace = "1h" #!': "records[0].grace: "
    "grace has no meaning where nothing is deleted: "
    'it needs on-missing = "delete"',
    f'\n{GIVEN}on-missing = "delete"\ngrace = "366d" #!': "records[0].grace: '366d' is out of range: 0s to 365d",
    f'\n{GIVEN}on-missing = "remove" #!': "records[0].on-missing: 'remove' is not a choice: \"keep\" or \"delete\"",
    f"\n{GIVEN}on-missing = false #!": "records[0].on-missing: expected a string, got a boolean",
    f'\n{GIVEN}allow-private = "yes" #!': "records[0].allow-private: expected true or false, got a string",
    f'\n{GIVEN}ptr-zone = "a.example" #!': "records[0].ptr-zone: ptr-zone has no meaning without ptr: ptr = true",
    f'\n{GIVEN}ptr = "yes" #!': "records[0].ptr: expected true or false, got a string",
    f"\n{GIVEN}allow-privat = true #!": "records[0].allow-privat: unknown key: did you mean allow-private?",
    f'\n{GIVEN}"a.b" = 1 #!': 'records[0]."a.b": unknown key: one of name, names, zone, address, type, value, ttl, '
    "servers, query-servers, key, owner, on-missing, grace, ptr, ptr-zone, allow-private, check-names, on-change, "
    "on-failure",
    f'\n{GIVEN}hold_down = "5s" #!': "records[0].hold_down: unknown key: it is a key of [agent]",
    f"\n{GIVEN}timeout = 3 #!": "records[0].timeout: unknown key: it is a key of [servers.NAME]",
    f'\n{GIVEN}dns-server = "192.0.2.1" #!': "records[0].dns-server: unknown key: "
    'servers = ["NAME"], of a table [servers.NAME]',
    f'\n{GIVEN}interface = "ppp0" #!': "records[0].interface: unknown key: "
    'address = "interface:ppp0", or "interface:ppp0/ipv4" for one family',
    f'\n{NAMED}address = "ppp0" #!': "records[0].address: 'ppp0' is not an address: "
    "if it is an interface: interface:ppp0",
    f'\n{NAMED}address = ["::1",\n"br-lan.7/ipv6"] #!': "records[0].address[1]: 'br-lan.7/ipv6' is not an address: "
    "if it is an interface: interface:br-lan.7/ipv6",
    f'\n{NAMED}address = "home.example" #!': "records[0].address: 'home.example' is not an IPv4 address: "
    "four numbers from 0 to 255, e.g. 203.0.113.45",
    '\nname = "home" #!\naddress = "192.0.2.1"\n[zones."example.com"]': "records[0].name: 'home' is not a full name: "
    'write "home.example.com", or add zone = "example.com"',
    '\nname = "@" #!\naddress = "192.0.2.1"\n[zones."example.com"]': "records[0].name: '@' is not a full name: "
    'write "example.com", or add zone = "example.com"',
    f"\n{GIVEN}ttl = true #!": f"records[0].ttl: {TTL_EXPECTED} a boolean",
    f'\n{GIVEN}ttl = "0" #!': "records[0].ttl: the TTL is 0: "
    '1 or more; to remove a name: on-missing = "delete", or dns-update delete',
    f"\n{GIVEN}ttl = 0x{'f' * 5000} #!": f"records[0].ttl: '0x{'f' * 58}'... is not a TTL: "
    "0 to 2147483647 seconds, or 10m, 1h, 1d",
    f'\n{GIVEN}owner = "" #!': "records[0].owner: '' is not a name for an owner: "
    "1 to 63 letters, digits, hyphens, dots, underscores, e.g. router-1",
    f'\n{GIVEN}owner = "a b" #!': "records[0].owner: 'a b' is not a name for an owner: "
    "1 to 63 letters, digits, hyphens, dots, underscores, e.g. router-1",
    f'\n{GIVEN}owner = "{"a" * 64}" #!': f"records[0].owner: '{'a' * 60}'... is not a name for an owner: "
    "1 to 63 letters, digits, hyphens, dots, underscores, e.g. router-1",
    f'\n{GIVEN}servers = ["x"] #!': "records[0].servers[0]: there is no server 'x': "
    "there is no table [servers.NAME]",
    f"\n{GIVEN}servers = [\n1] #!": "records[0].servers[0]: expected a string, got an integer",
    f'\n{GIVEN}key = "x" #!': "records[0].key: there is no such key; it is not shown, because it may be a secret: "
    "there is no table [keys.NAME]",
    f'\n{GIVEN}servers = ["a", "b"] #!\n{TWO_KEYS}': "records[0].servers: "
    "the servers 'a' and 'b' have different keys: choose one here: key = \"NAME\"",
    f'\n{GIVEN}on-change = ["/bin/x", true] #!': "records[0].on-change[1]: expected a string, got a boolean",
    f'\n{NAMED}address = "192.0.2.300" #!': "records[0].address: '192.0.2.300' is not an IPv4 address: "
    "four numbers from 0 to 255, e.g. 203.0.113.45",
    f'\n{NAMED}address = ["192.0.2.1",\n"interface:"] #!': "records[0].address[1]: "
    "'interface:' names no interface: e.g. interface:ppp0, interface:ppp0/ipv4, interface:ppp0/ipv6",
    f"\n{NAMED}address = [\n\n1979-05-27] #!": "records[0].address[0]: "
    "expected a string, got a date or time",
    f"\n{NAMED}address = [] #!": "records[0].address: the array is empty: give one string at least",
    f'\n{NAMED}type = "TXX" #!\nvalue = "x"': "records[0].type: unknown record type 'TXX': "
    "use a mnemonic, or TYPEn for number n",
    f'\n{NAMED}type = "any" #!\nvalue = "x"': "records[0].type: 'any' is not a type that a zone can hold",
    f'\n{NAMED}type = "TSIG" #!\nvalue = "x"': "records[0].type: 'TSIG' is not a type that a zone can hold",
    f'\n{NAMED}type = "A"\nvalue = ["192.0.2.1",\n"x"] #!': "records[0].value[1]: 'x' is not an IPv4 address: "
    "four numbers from 0 to 255, e.g. 203.0.113.45",
    f'\n{NAMED}type = "AAAA"\nvalue = "192.0.2.1" #!': "records[0].value: '192.0.2.1' is not an IPv6 address: "
    "e.g. 2001:db8::1",
    f'\n{NAMED}type = "TXT"\nvalue = "" #!': "records[0].value: the value is empty",
    f'\n{NAMED}type = "CNAME"\nvalue = ["a", "b"] #!': "records[0].value: a name has one CNAME record; 2 are given",
    '\nnames = ["www.example.com",\n"www"] #!\naddress = "192.0.2.1"': "records[0].names[1]: 'www' is not a full name: "
    "give the zone, or the name in full",
    '\nnames = ["www.example.com",\n"a..b"] #!\naddress = "192.0.2.1"': "records[0].names[1]: "
    "'a..b' has an empty label: two dots in a row, or one at the start",
    '\nnames = ["a.example.com",\n"b.a",\n"A.example.com."] #!\naddress = "192.0.2.1"': "records[0].names[2]: "
    "A records of A.example.com are managed already in line 2",
    '\nnames = ["a.example.com",\n"_b.example.com"] #!\naddress = "192.0.2.1"': "records[0].names[1]: "
    "_b.example.com is not a host name, as the owner of A records must be: "
    "a host name has letters, digits and inner hyphens; check-names = false sends any name",
    '\nnames = ["a.example.com", "b.example.com"]\ntype = "MX"\nvalue = "10 _c.example.com." #!': "records[0].value: "
    "_c.example.com is not a host name, as the data of MX records must be: "
    "a host name has letters, digits and inner hyphens; check-names = false sends any name",
    '\nnames = [] #!\naddress = "192.0.2.1"': "records[0].names: the array is empty: give one name at least",
    '\nnames = "a.b" #!\naddress = "192.0.2.1"': "records[0].names: expected an array of names, got a string",
    '\nnames = ["a.b",\n1] #!\naddress = "192.0.2.1"': "records[0].names[1]: expected a string, got an integer",
    '\nname = ["a.b", "c.d"] #!\naddress = "192.0.2.1"': "records[0].name: expected a string, got an array: "
    'several names of one record: names = ["home", "www"]',
    f'\n{GIVEN}names = ["a.b"] #!': "records[0].names: name and names are both given: names has all of them",
    '\nname = "home" #!\naddress = "192.0.2.1"': "records[0].name: 'home' is not a full name: "
    "give the zone, or the name in full",
    '\nname = "@" #!\naddress = "192.0.2.1"': "records[0].name: '@' is not a full name: "
    "give the zone, or the name in full",
    '\nname = "a..b" #!\naddress = "192.0.2.1"': "records[0].name: 'a..b' has an empty label: "
    "two dots in a row, or one at the start",
    '\nname = "home.example.net." #!\nzone = "example.com"\naddress = "192.0.2.1"': "records[0].name: "
    "home.example.net is not in example.com: give the zone that holds the name",
    '\nname = "home"\nzone = "@" #!\naddress = "192.0.2.1"': "records[0].zone: "
    "'@' is not a domain name here: write the name in full, e.g. example.com",
    '\nname = "home"\nzone = 1 #!\naddress = "192.0.2.1"': "records[0].zone: "
    "expected a string, got an integer",
    f"\n{GIVEN}[[records]] #!\n{GIVEN}": "records[1]: A records of home.example.com are managed already in line 1",
    f'\n{GIVEN}[[records]] #!\n{NAMED}address = "interface:ppp0"': "records[1]: "
    "A and AAAA records of home.example.com are managed already in line 1",
    f'\n{FIXED}[[records]] #!\nname = "HOME.example.com."\ntype = "TXT"\nvalue = "y"': "records[1]: "
    "TXT records of HOME.example.com are managed already in line 1",
    f'\n{GIVEN}owner = "a"\n[[records]] #!\n{FIXED}': "records[1]: "
    "TXT records of home.example.com are managed already in line 1",
    f'\n{FIXED}[[records]] #!\n{GIVEN}owner = "a"': "records[1]: "
    "A records of home.example.com are managed already in line 1",
    f'\n{NAMED}address = "192.0.2.1"\n[[records]] #!\nname = "home"\nzone = "example.com"\naddress = "interface:ppp0"':
    "records[1]: A and AAAA records of home.example.com are managed already in line 1",
    f'\nname = "home"\nzone = "example.com"\naddress = "192.0.2.1"\n[[records]] #!\n{NAMED}address = "192.0.2.1"':
    "records[1]: A records of home.example.com are managed already in line 1",
    f'\n{NAMED}address = "interface:ppp0"\n[[records]] #!\n{NAMED}type = "CNAME"\nvalue = "www.example.com."':
    "records[1]: a CNAME must be alone at its name, and home.example.com has A and AAAA records in line 1",
    f'\n{NAMED}type = "CNAME"\nvalue = "www.example.com."\n[[records]] #!\n{FIXED}':
    "records[1]: a CNAME must be alone at its name, and home.example.com has CNAME records in line 1",
    '\nname = "@"\nzone = "example.com"\ntype = "CNAME" #!\nvalue = "www.example.com."':
    "records[0].type: a CNAME must be alone at its name, and a zone has SOA and NS records at its own",
}  # fmt: skip
WHOLE_FAULTS = {
    "#!": "records: there is no name to manage: add a table [[records]] with a name and an address",
    "#!\n[agent]\n": "records: there is no name to manage: add a table [[records]] with a name and an address",
    "\nrecords = [] #!": "records: there is no name to manage: add a table [[records]] with a name and an address",
    "\n[records] #!\n": "records: expected [[records]], in two brackets, got a table",
    "\nrecords = [\n\n1] #!": "records[0]: expected a table, got an integer",
    '\nrecords = [\n{name = "a.b", address = "::"},\n{name = "c.d", address = "x"}] #!': "records[1].address: "
    "'x' is not an address: if it is an interface: interface:x",
}
FAULTS = (
    [pytest.param(f"{RECORD}[agent]\n{text}", fault, id=fault[:60]) for text, fault in AGENT_FAULTS.items()]
    + [pytest.param(text + RECORD, fault, id=fault[:60]) for text, fault in DOCUMENT_FAULTS.items()]
    + [
        pytest.param(f"{RECORD}\n{text}", fault, id=fault[:60])
        for text, fault in (KEY_FAULTS | SERVER_FAULTS | ZONE_FAULTS).items()
    ]
    + [pytest.param(f"[[records]] {text}", fault, id=fault[:60]) for text, fault in RECORD_FAULTS.items()]
    + [pytest.param(text, fault, id=fault[:60]) for text, fault in WHOLE_FAULTS.items()]
)


@pytest.mark.parametrize(("text", "fault"), FAULTS)
def test_a_fault_is_told_with_its_line_and_key(text: str, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.delenv("NO_SUCH", raising=False)
    line = text[: text.index("#!")].count("\n") + 1
    assert problems_of(text) == (f"config.toml:{line}: {fault}",)
    assert SECRET not in str(problems_of(text))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[agent\n", "at line 1, column 7"),
        (f"\na = {SECRET}\n", "at line 2, column 5"),
        ("a = 1\n\na = 2\n", "at line 3, column 6"),
        ("a = 1\n\na = 2", "at end of document"),
        ("\n\n= 1", "at line 3, column 1"),
        ("[a]\n[a]\n", "at line 2, column 3"),
        ("a = 1\nb = [\n\n", "at end of document"),
    ],
)
def test_what_is_not_toml_is_told_with_its_place_and_with_what_a_line_may_be(text: str, where: str) -> None:
    (problem,) = problems_of(text)
    assert re.match(rf"config\.toml: not TOML: \w.* \({where}\): a line is \[table\], ", problem)
    assert SECRET not in problem


@pytest.mark.parametrize("line", [f"a = {'1' * 5000}", f"a = {'[' * 5000}"])
def test_what_python_cannot_take_is_told_with_its_line(line: str) -> None:
    what = "a number is too long, or arrays are nested too deep"
    assert problems_of(f"b = 1\n\n{line}\nc = 2\n") == (f"config.toml:3: {what}",)


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_lines() -> None:
    text = f"""{RECORD}colour = 1
[agent]
pol = 1
[zones."example.com"]
servers = ["x"]
ttl = 0
"""
    lines = [problem.split(":")[1] for problem in problems_of(text)]
    assert lines == ["6", "8", "10", "11"]


def test_the_error_says_the_first_and_how_many_more() -> None:
    with pytest.raises(ConfigError) as caught:
        read(f"{RECORD}[agent]\npol = 1\nintervall = 2\n")
    assert str(caught.value) == "config.toml:7: [agent] pol: unknown key (and 1 more)"
    assert caught.value.hint == "did you mean poll?"
    assert caught.value.exit_status == 2
    assert isinstance(caught.value, UsageError)


def test_one_fault_is_told_once() -> None:
    """A mistake in a table is not repeated for tables that refer to it."""
    text = '[keys.home]\n[servers.main]\nkey = "home"\n[zones."example.com"]\nservers = ["main"]\nkey = "home"\n'
    assert [problem.split(":")[1] for problem in problems_of(text + RECORD)] == ["1", "2"]


def test_servers_that_differ_are_told_once_for_all_records() -> None:
    zone = '[zones."example.com"]\nservers = ["a", "b"]\n'
    assert len(problems_of(zone + TWO_KEYS + RECORD + RECORD.replace("home", "work"))) == 1


def test_the_same_name_in_another_zone_or_of_another_type_is_another_record() -> None:
    others = RECORD.replace("192.0.2.1", "::1") + RECORD.replace("example.com", "example.net")
    others += '[[records]]\nname = "home"\nzone = "example.com"\ntype = "TXT"\nvalue = "x"\n'
    assert len(read(RECORD + others).records) == 4


def test_a_name_may_stand_in_two_zones_that_are_both_given() -> None:
    """The zone of a name server has its address, and so has the parent zone, as glue."""
    table = '[[records]]\nname = "ns.lab.example.com."\naddress = "192.0.2.1"\n'
    config = read(f'{table}zone = "example.com"\n{table}zone = "lab.example.com"\n')
    assert [str(record.zone) for record in config.records] == ["example.com", "lab.example.com"]


def test_two_owners_records_of_one_name_share_it() -> None:
    text = RECORD + 'owner = "a"\n' + RECORD.replace("192.0.2.1", "::1") + 'owner = "a"\n'
    assert len(read(text).records) == 2


def test_several_keys_in_a_file_are_told_in_words_of_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "home.key"
    write_private(path, KEY_FILE + KEY_FILE.replace("a-key", "c-key").replace("b-key", "d-key"))
    expected = (
        f"config.toml:7: [keys.home] file: {path} holds several keys: a-key, b-key, c-key, d-key: choose one by name"
    )
    assert problems_of(f'{RECORD}[keys.home]\nfile = "{path}"\n') == (expected,)


def test_a_key_file_in_a_secrets_place_is_told_in_words_of_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "home.key"
    write_private(path, KEY_FILE)
    expected = f'config.toml:7: [keys.home] secret: {path} is a key file, not a bare secret: use file = "{path}"'
    assert problems_of(f'{RECORD}[keys.home]\nsecret = "@{path}"\n') == (expected,)


def test_a_credential_is_no_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (problem,) = problems_of(f'{RECORD}[keys.home]\nfile = "credential:../x"\n')
    assert problem == "config.toml:7: [keys.home] file: the text after credential: is not a credential's name"


# Files.


def write(tmp_path: Path, content: str | bytes, mode: int = 0o600) -> str:
    path = tmp_path / "config.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    return str(path)


def test_a_file_is_read(tmp_path: Path) -> None:
    assert read_config(write(tmp_path, FULL)) == read(FULL)


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n"), lambda text: f"\ufeff{text}"])
def test_a_file_of_another_system_is_read(tmp_path: Path, change: Callable[[str], str]) -> None:
    assert read_config(write(tmp_path, change(FULL))) == read(FULL)


def test_a_files_faults_name_it(tmp_path: Path) -> None:
    path = write(tmp_path, f"{RECORD}[agent]\npol = 1\n")
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    assert caught.value.text == f"{path}:7: [agent] pol: unknown key"


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602])
def test_a_secret_may_not_stand_in_a_file_that_others_can_read_or_write(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path, FULL, mode)
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    assert caught.value.text.endswith(
        "[keys.home] secret: there is a secret here, and others can read or write this file"
    )
    assert caught.value.hint == f"run: chmod o-rw {path}; or say where it is: @FILE, env:NAME, credential:NAME"
    assert SECRET not in str(caught.value.problems)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400])
def test_a_secret_may_stand_in_a_file_that_only_we_and_our_group_can_read(tmp_path: Path, mode: int) -> None:
    assert read_config(write(tmp_path, FULL, mode)).records[0].common.upstream.key is not None


def test_a_secret_may_stand_in_a_file_where_containers_have_their_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dns_update.auth.private_file.SECRETS_OF_CONTAINERS", (str(tmp_path),))
    assert read_config(write(tmp_path, FULL, 0o444)).records[0].common.upstream.key is not None


def test_a_file_without_secrets_may_be_read_by_everybody(tmp_path: Path) -> None:
    assert read_config(write(tmp_path, RECORD, 0o644)) == read(RECORD)


def test_a_file_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, RECORD.encode() + b"# \xe9\n")
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    assert caught.value.problems == (f"{path}:6: not UTF-8, which TOML requires",)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*/x: No such file or directory"):
        read_config(str(tmp_path / "x"))


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*: Is a directory"):
        read_config(str(tmp_path))


def test_a_file_that_cannot_be_read() -> None:
    with pytest.raises(UsageError, match=r"cannot read /proc/self/mem: Input/output error"):
        read_config("/proc/self/mem")


@pytest.mark.parametrize("path", ["", "a\0b"])
def test_a_path_that_is_none(path: str) -> None:
    with pytest.raises(UsageError, match=r"cannot read '.*': (No such file or directory|not a path)"):
        read_config(path)


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CONFIG_OCTETS", len(RECORD))
    assert read_config(write(tmp_path, RECORD)) == read(RECORD)
    with pytest.raises(UsageError, match="is too large for a configuration"):
        read_config(write(tmp_path, f"{RECORD} "))


# Whatever the text.

WORDS = st.sampled_from(
    ["[agent]", "[keys.a]", "[servers.b]", '[zones."c.d"]', "[[records]]", "[records]", "[x]"]
    + [f"{key} = " for key in ("name", "zone", "address", "type", "value", "ttl", "servers", "key", "secret", "poll")]
    + ['"a"', '"c.d"', '"a.c.d"', '"192.0.2.1"', '"TXT"', '["b"]', '["a", 1]', "1", "-1.5", "true", "{}", "[]", "nan"]
)


PLACE = re.compile(
    r"config\.toml:(?:(?P<line>\d+): \S| not TOML: .* \(at (?:line (?P<at>\d+), column \d+|end of document)\): )"
)


@given(st.lists(st.tuples(WORDS, st.sampled_from(["\n", "", "\n\n"])).map("".join), max_size=24).map("".join))
def test_whatever_the_text_it_is_read_or_refused_with_lines(text: str) -> None:
    try:
        config = read(text)
    except ConfigError as error:
        for problem in error.problems:
            found = PLACE.match(problem)
            assert found, problem
            assert 1 <= int(found["line"] or found["at"] or 1) <= text.count("\n") + 1
    else:
        assert config.records
        assert config == read(text)


@given(st.text())
def test_whatever_the_secret_it_is_in_no_error(secret: str) -> None:
    written = "".join(f"\\U{ord(character):08x}" for character in f"hunter{secret}")
    # Even if the secret ends with a backslash, which makes the blank part of a name, an empty label is left.
    for place in ("name", "encoding", "colour"):
        for problem in problems_of(f'{RECORD}[keys.home]\nsecret = "{written}"\n{place} = "{written} .."\n'):
            assert "hunter" not in problem


@pytest.mark.parametrize(
    ("lines", "at"),
    [
        ('name = "a1,b1.example.com"\naddress = "192.0.2.1"', "a1,b1.example.com is not a host name"),
        ('name = "a_b.example.com"\naddress = "interface:ppp0/ipv6"', "a_b.example.com is not a host name"),
        ('name = "a.example.com"\ntype = "MX"\nvalue = "10 $mail.example.com"', "$mail"),
        ('name = "_a.example.com"\ntype = "SRV"\nvalue = "0 0 1 _a.example.com"', "_a"),
    ],
)
def test_what_is_not_a_host_name_is_a_problem_unless_check_names_is_false(lines: str, at: str) -> None:
    (problem,) = problems_of(f"[[records]]\n{lines}")
    assert at.replace("$", "\\$") in problem
    assert "check-names = false" in problem
    record(f"{lines}\ncheck-names = false")
