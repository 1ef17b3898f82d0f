"""`ptr=yes`: what is printed, the exit status, how the reverse zone is reached; the order is a matter of the client."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import Bind, LabKey, NameServer, Zone, dig
from tests.support.command import access, at, dns_update, in_process, key_file

KEY, OWN = LabKey.generate("ddns-key", "hmac-sha256"), LabKey.generate("reverse-key", "hmac-sha256")
REVERSE = "2.0.192.in-addr.arpa"


@pytest.fixture(scope="module", name="server")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """BIND with a zone, its reverse zone, and another reverse zone that has a key of its own."""
    closed = f'update-policy {{ grant "{OWN.name}" zonesub ANY; }};'
    zones = [Zone("example.com"), Zone(REVERSE), Zone("113.0.203.in-addr.arpa", policy=closed)]
    with Bind(tmp_path_factory.mktemp("ptr"), keys=[KEY, OWN], zones=zones) as server:
        yield server


def test_both_are_planned_made_and_removed(server: NameServer) -> None:
    words = ("name=home", *access(server, KEY), "ptr=yes")
    planned = in_process("plan", *words, "address=192.0.2.7", "ttl=60")
    assert (planned.status, planned.stdout) == (
        20,
        "+ home 60 A 192.0.2.7\n+ 7.2.0.192.in-addr.arpa. 60 PTR home.example.com.\n",
    )
    assert dig(server, "home.example.com", "A") == []
    done = dns_update("set", *words, "address=192.0.2.7", "ttl=60")
    assert (done.status, done.lines) == (
        0,
        [
            "updating zone: example.com: updating RR set for home",
            "update successful: home.example.com A 192.0.2.7 added",
            "update successful: 7.2.0.192.in-addr.arpa PTR home.example.com. added",
        ],
    )
    assert in_process("plan", *words, "address=192.0.2.7").status == 0
    removed = in_process("delete", *words, "--json")
    assert removed.status == 0
    assert [(each["name"], each["changed"], each["verified"]) for each in removed.json["reverse"]] == [
        ("7.2.0.192.in-addr.arpa.", True, True)
    ]
    again = in_process("set", *words, "ttl=0", "address=192.0.2.7")
    assert again.lines[-1] == "unchanged: home.example.com has no A record"


def test_a_line_that_is_added(server: NameServer) -> None:
    words = ("name=more", *access(server, KEY), "ptr=yes")
    assert in_process("set", *words, "address=192.0.2.10", "ttl=60").status == 0
    added = in_process("add", *words, "address=192.0.2.11")
    assert added.lines[-1] == "update successful: 11.2.0.192.in-addr.arpa PTR more.example.com. added"
    planned = in_process("plan", "delete", *words, "address=192.0.2.10")
    assert planned.stdout == "- more 60 A 192.0.2.10\n- 10.2.0.192.in-addr.arpa. 60 PTR more.example.com.\n"


def test_a_refusal_in_the_reverse_zone_is_explained_and_the_address_undone(server: NameServer) -> None:
    done = in_process("set", "name=closed", *access(server, KEY), "address=203.0.113.7", "ptr=yes", "ttl=60")
    assert done.status == 7
    assert "refuses to change 7.113.0.203.in-addr.arpa PTR with key ddns-key" in done.failure
    assert 'grant "ddns-key" name 7.113.0.203.in-addr.arpa. PTR' in done.hint
    assert done.notes == ["what was changed before in example.com is undone"]
    assert dig(server, "closed.example.com", "A") == []


def test_the_reverse_zone_of_the_configuration_has_its_own_key(server: NameServer, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    own, other = KEY.write(tmp_path / "own.key"), OWN.write(tmp_path / "other.key")
    config.write_text(
        f'[keys.own]\nfile = "{own}"\n[keys.other]\nfile = "{other}"\n'
        f'[servers.main]\naddress = "{server.host}:{server.port}"\n'
        '[zones."example.com"]\nservers = ["main"]\nkey = "own"\n'
        '[zones."113.0.203.in-addr.arpa"]\nservers = ["main"]\nkey = "other"\n'
    )
    words = ("configured.example.com", "203.0.113.8", "ptr=yes", f"config={config}")
    done = in_process("set", *words)
    assert done.status == 0, done.stderr
    assert done.lines[-1] == "update successful: 8.113.0.203.in-addr.arpa PTR configured.example.com. added"
    assert in_process("delete", *words).status == 0


def test_all_name_servers_of_both_zones_are_waited_for(server: NameServer) -> None:
    words = ("name=everywhere", *access(server, KEY), "ptr=yes", "verify=all", f"port={server.port}")
    done = in_process("set", *words, "address=192.0.2.12", "ttl=60")
    assert done.status == 0, done.stderr
    assert [line.split(" show")[0] for line in done.lines[-2:]] == [
        "the one name server of example.com",
        f"the one name server of {REVERSE}",
    ]
    as_json = in_process("set", *words, "address=192.0.2.13", "ttl=60", "--json")
    assert [each["host"] for each in as_json.json["name_servers"]] == ["ns.example.com", f"ns.{REVERSE}"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["set", "type=TXT", "value=x", "ptr=yes"], "ptr= goes with addresses"),
        (["set", "ptr=yes"], "set needs address="),
        (["set", "address=192.0.2.1", "ptr=maybe"], "ptr="),
        (["set", "address=192.0.2.1", f"ptr-zone={REVERSE}"], "ptr-zone= is given without ptr=yes"),
        (["set", "address=192.0.2.1", "ptr=yes", "ptr-zone=3.0.192.in-addr.arpa"], "is not in 3.0.192.in-addr.arpa"),
        (["set", "address=192.0.2.1", "ptr=yes", "ptr-zone=a..b"], "has an empty label"),
        (["add", "ptr=yes"], "add needs address="),
        (["delete", "type=TXT", "ptr=yes"], "ptr= goes with addresses"),
        (["delete", "require=absent", "ptr=yes"], "cannot be deleted"),
        (["show", "ptr=yes"], "show does not take ptr="),
    ],
    ids=str,
)
def test_wrong_words_send_no_update(server: NameServer, words: list[str], says: str) -> None:
    done = in_process(*words, "name=home", at(server), key_file(server, KEY), "zone=example.com", "--debug")
    assert done.status == 2
    assert says in done.stderr
    assert done.updates == []


def agents_configuration(server: NameServer, directory: Path, addresses: str, more: str = "") -> str:
    """Return `config=` of a file with a name that has these addresses and their PTR records."""
    own, other = KEY.write(directory / "own.key"), OWN.write(directory / "other.key")
    path = directory / "agent.toml"
    path.write_text(
        f'[agent]\nsocket = ""\nhistory = ""\n[keys.own]\nfile = "{own}"\n[keys.other]\nfile = "{other}"\n'
        f'[servers.main]\naddress = "{server.host}:{server.port}"\n'
        '[zones."example.com"]\nservers = ["main"]\nkey = "own"\n'
        f'[zones."{REVERSE}"]\nservers = ["main"]\nkey = "own"\n'
        '[zones."113.0.203.in-addr.arpa"]\nservers = ["main"]\nkey = "other"\n'
        f'[[records]]\nname = "agent.example.com"\naddress = "{addresses}"\nttl = 60\nptr = true\n{more}'
    )
    return f"config={path}"


def test_the_agent_keeps_both_right(server: NameServer, tmp_path: Path) -> None:
    def pointers(*names: str) -> list[int]:
        return [len(dig(server, name, "PTR")) for name in names]

    first, second = f"20.{REVERSE}", "9.113.0.203.in-addr.arpa"
    done = dns_update("agent", "--once", agents_configuration(server, tmp_path, "192.0.2.20"))
    assert done.status == 0, done.stderr
    assert pointers(first, second) == [1, 0]
    config = agents_configuration(server, tmp_path, "203.0.113.9")
    assert dns_update("agent", "--once", config).status == 0
    assert pointers(first, second) == [0, 1]
    given = in_process("delete", at(server), key_file(server, OWN), f"name={second}", "type=PTR")
    assert given.status == 0, given.stderr
    repaired = dns_update("agent", "--once", config)
    assert f"update successful: {second} PTR agent.example.com. added" in repaired.stderr
    assert pointers(first, second) == [0, 1]
    assert "update successful" not in dns_update("agent", "--once", config).stderr


def test_a_command_keeps_the_pointers_that_the_agent_keeps(server: NameServer, tmp_path: Path) -> None:
    config = agents_configuration(server, tmp_path, "192.0.2.21")
    done = in_process("set", "agent.example.com", "192.0.2.22", config)
    assert done.status == 0, done.stderr
    assert done.lines[1].startswith("update successful: agent.example.com A ")
    assert f"update successful: 22.{REVERSE} PTR agent.example.com. added" in done.lines
    assert in_process("delete", "agent.example.com", config).status == 0
    assert dig(server, f"22.{REVERSE}", "PTR") == []
    alone = in_process("set", "agent.example.com", "192.0.2.22", config, "ptr=no")
    assert alone.status == 0
    assert dig(server, f"22.{REVERSE}", "PTR") == []


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ('owner = "me"\n', "records[0].ptr: ptr and owner are both given"),
        ('ptr-zone = "a..b"\n', "records[0].ptr-zone: 'a..b' has an empty label"),
    ],
    ids=["owner", "zone"],
)
def test_what_the_agent_does_not_take(server: NameServer, tmp_path: Path, more: str, says: str) -> None:
    done = in_process("agent", "--check", agents_configuration(server, tmp_path, "192.0.2.21", more))
    assert done.status == 2
    assert says in done.stderr
