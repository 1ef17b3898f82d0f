"""`update-server=` and `query-server=`: a primary that only takes updates, and secondaries where the zone is read."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dns_update.bulk import Wish
from dns_update.client import Client
from dns_update.client.aio import AsyncClient
from dns_update.client.outcome import Outcome
from dns_update.errors import UsageError
from lab import Bind, Knot, LabKey, NameServer, PowerDns, Zone, dig
from tests.client.servers import key_of
from tests.support.command import Result, dns_update, in_process, key_file
from tests.support.forwarder import Forwarder

KEY = LabKey.generate("ddns-key", "hmac-sha256")
READER = LabKey.generate("reader", "hmac-sha256")
_QUERY = 0


def is_query(_transport: str, message: bytes) -> bool:
    return message[2] >> 3 & 0xF == _QUERY


@dataclass(frozen=True)
class Hidden:
    """A primary that answers updates and no queries, at `updates`; a secondary, which it notifies; a stale copy."""

    primary: NameServer
    updates: str
    secondary: Bind
    stale: Bind

    def words(self, *own: str, reader: NameServer | None = None) -> list[str]:
        reader = reader or self.secondary
        servers = [f"update-server={self.updates}", f"query-server={reader.host}:{reader.port}"]
        return [*own, *servers, "zone=example.com", key_file(self.primary, KEY)]

    def run(self, *own: str, reader: NameServer | None = None) -> Result:
        return in_process(*self.words(*own, reader=reader))


@pytest.fixture(scope="module", name="hidden")
def _hidden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hidden]:
    directory = tmp_path_factory.mktemp("hidden")
    with Bind(directory / "primary", keys=[KEY], readonly_keys=[READER], listen_v6=False) as primary:
        copy = [Zone("example.com", type="secondary", extra=f"primaries port {primary.port} {{ 127.0.0.1; }};")]
        with Bind(directory / "secondary", zones=copy, listen_v6=False) as secondary:
            primary.stop()
            notify = f"notify explicit; notify-delay 0; also-notify {{ 127.0.0.1 port {secondary.port}; }};"
            primary.zones = [Zone("example.com", extra=notify)]
            primary.start()
            with (
                Bind(directory / "stale", zones=copy, listen_v6=False) as stale,
                Forwarder(primary, is_query) as updates,
            ):
                yield Hidden(primary, updates.address, secondary, stale)


@pytest.mark.parametrize("command", ["set", "add", "delete"])
def test_the_update_goes_to_one_and_is_read_at_the_other(hidden: Hidden, command: str, unique_name: str) -> None:
    name = f"name={unique_name}"
    first = hidden.run("set", name, "address=192.0.2.1")
    assert first.status == 0, first.stderr
    own = [] if command == "delete" else ["address=192.0.2.2"]
    done = hidden.run(command, name, *own, "--json")
    assert done.status == 0, done.stdout
    assert (done.json["server"], done.json["query_server"]) == (
        hidden.updates,
        f"127.0.0.1:{hidden.secondary.port}",
    )
    assert done.json["changed"] is True
    owner = f"{unique_name}.example.com"
    both = [sorted(dig(server, owner, "A")) for server in (hidden.primary, hidden.secondary)]
    assert both[0] == both[1]
    assert len(both[0]) == {"set": 1, "add": 2, "delete": 0}[command]


def test_the_zone_is_found_where_it_is_read(hidden: Hidden, unique_name: str) -> None:
    words = [word for word in hidden.words("set") if not word.startswith("zone=")]
    done = in_process(*words, f"name={unique_name}.example.com", "address=192.0.2.1")
    assert done.status == 0, done.stderr


def test_what_is_given_for_both_is_used_for_the_other(hidden: Hidden, unique_name: str) -> None:
    both = f"dns-server=127.0.0.1:{hidden.secondary.port}"
    words = [word for word in hidden.words("set") if not word.startswith("query-server=")]
    done = in_process(*words, both, f"name={unique_name}", "address=192.0.2.1", "--json")
    assert done.status == 0, done.stdout
    assert done.json["query_server"] == f"127.0.0.1:{hidden.secondary.port}"
    shown = in_process("show", both, "zone=example.com", f"name={unique_name}")
    assert shown.stdout.endswith(" IN A 192.0.2.1\n")


def test_a_plan_reads_and_sends_no_update(hidden: Hidden, unique_name: str) -> None:
    done = hidden.run("plan", f"name={unique_name}", "address=192.0.2.1", "ttl=60", "--debug")
    assert (done.status, done.stdout) == (20, f"+ {unique_name} 60 A 192.0.2.1\n")
    assert {sent.to for sent in done.sent} == {f"127.0.0.1:{hidden.secondary.port}"}


def test_conditions_are_those_of_the_primary(hidden: Hidden, unique_name: str) -> None:
    name = f"name={unique_name}"
    assert hidden.run("set", name, "address=192.0.2.1", "require=absent").status == 0
    again = hidden.run("set", name, "address=192.0.2.1", "require=absent", "diagnose=no")
    assert again.status == 8
    assert again.failure == f"Name exists: {unique_name}.example.com exists at {hidden.updates}"


def test_a_reader_that_stays_behind_is_named(hidden: Hidden, unique_name: str) -> None:
    words = (f"name={unique_name}", "address=192.0.2.1", "ttl=60", "wait=0")
    done = hidden.run("set", *words, reader=hidden.stale)
    stale = f"127.0.0.1:{hidden.stale.port}"
    assert done.status == 8
    assert done.failure.startswith(f"Update not applied: {hidden.updates} said NOERROR, but at {stale} ")
    assert done.hint.startswith(f"{stale} may get it only later: wait longer, ")
    assert dig(hidden.primary, f"{unique_name}.example.com", "A") != []


def test_a_reader_that_does_not_answer_lets_nothing_be_sent(hidden: Hidden, unique_name: str) -> None:
    words = [word for word in hidden.words("set") if not word.startswith("query-server=")]
    own = ("query-server=127.0.0.1:1", f"name={unique_name}", "address=192.0.2.1", "timeout=0.2", "retries=0")
    done = dns_update(*words, *own)
    assert done.status == 4
    assert done.failure.startswith("No answer from 127.0.0.1:1:")
    assert dig(hidden.primary, f"{unique_name}.example.com", "A") == []


def test_the_second_reader_is_asked_if_the_first_does_not_answer(hidden: Hidden, unique_name: str) -> None:
    words = [word for word in hidden.words("set") if not word.startswith("query-server=")]
    readers = f"query-server=127.0.0.1:1,127.0.0.1:{hidden.secondary.port}"
    done = in_process(*words, readers, f"name={unique_name}", "address=192.0.2.1", "--json")
    assert done.status == 0, done.stdout
    assert [failure["server"] for failure in done.json["failures"]] == ["127.0.0.1:1"]


def test_all_name_servers_are_asked_for_where_the_zone_is_read(hidden: Hidden, unique_name: str) -> None:
    port = f"port={hidden.secondary.port}"  # the zone's name server is 127.0.0.1 at this port
    done = hidden.run("set", f"name={unique_name}", "address=192.0.2.1", "verify=all", "wait=20", port)
    assert done.status == 0, done.stderr
    assert "the one name server of example.com shows it" in done.lines[-1]


def test_many_names(hidden: Hidden, tmp_path: Path, unique_name: str) -> None:
    names = tmp_path / "names.csv"
    lines = "".join(f"{unique_name}-{number},192.0.2.{number},60\n" for number in range(1, 40))
    names.write_text(f"name,address,ttl\n{lines}")
    planned = hidden.run("apply", str(names), "dry-run=yes")
    assert planned.status == 20
    done = hidden.run("apply", str(names), "--json")
    assert done.status == 0, done.stdout
    assert dig(hidden.secondary, f"{unique_name}-39.example.com", "A") != []


def test_a_token_for_a_certificate(hidden: Hidden) -> None:
    words = ["acme", "present", "domain=example.com", "token=LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo"]
    port = f"port={hidden.secondary.port}"
    done = hidden.run(*words, port)
    assert done.status == 0, done.stderr
    assert dig(hidden.secondary, "_acme-challenge.example.com", "TXT") != []


def test_the_doctor_says_who_is_asked_what(hidden: Hidden, unique_name: str) -> None:
    done = hidden.run("check", f"name={unique_name}", "address=192.0.2.1", "--json")
    assert done.status == 0, done.stdout
    texts = [step["text"] for step in done.json["steps"]]
    assert f"{hidden.updates} answers updates" in texts
    reader = f"127.0.0.1:{hidden.secondary.port}"
    assert any(text.startswith(f"example.com is served at {reader}, where it is read, with serial ") for text in texts)


@pytest.mark.parametrize("kind", [Knot, PowerDns])
def test_other_servers_that_take_updates(
    kind: type[NameServer], hidden: Hidden, tmp_path: Path, unique_name: str
) -> None:
    with kind(tmp_path, keys=[KEY]) as server, Forwarder(server, is_query) as updates:
        apart = Hidden(server, updates.address, hidden.secondary, hidden.stale)
        done = apart.run("set", f"name={unique_name}", "address=192.0.2.1", "ttl=60", reader=server)
    assert done.status == 0, done.stderr
    assert done.lines[-1] == f"update successful: {unique_name}.example.com A 192.0.2.1 added"


def test_the_library_has_both(hidden: Hidden, unique_name: str) -> None:
    reader = f"127.0.0.1:{hidden.secondary.port}"
    client = Client(update_servers=[hidden.updates], query_servers=[reader], key=key_of(KEY))
    outcome = client.set(unique_name, "192.0.2.1", zone="example.com")
    assert (str(outcome.server), str(outcome.read_at), outcome.verified) == (hidden.updates, reader, False)
    assert outcome.read_unsigned  # the secondary does not have the key

    async def removed() -> Outcome:
        async with AsyncClient(
            update_servers=[hidden.updates], query_servers=[reader], key=key_of(KEY), query_wait=20
        ) as client:
            return await client.delete(unique_name, zone="example.com")

    assert asyncio.run(removed()).after == ()
    assert dig(hidden.primary, f"{unique_name}.example.com", "A") == []


def test_the_library_applies_many_names(hidden: Hidden, unique_name: str) -> None:
    wishes = [Wish.from_text(f"{unique_name}-{n}", "192.0.2.1", zone="example.com", ttl=60) for n in range(3)]

    async def states() -> set[str]:
        reader = f"127.0.0.1:{hidden.secondary.port}"
        async with AsyncClient(update_servers=[hidden.updates], query_servers=[reader], key=key_of(KEY)) as client:
            return {outcome.state async for outcome in client.apply(wishes)}

    assert asyncio.run(states()) == {"updated"}


@pytest.mark.parametrize("wrong", [-1, "5", True, float("nan")])
def test_a_wrong_time_is_a_usage_error(wrong: object) -> None:
    with pytest.raises(UsageError, match="query_wait is a number of seconds"):
        Client("192.0.2.1", query_wait=wrong)  # type: ignore[arg-type]


CONFIGURATION = """\
[agent]
socket = ""
history = ""
[keys.home]
file = "{key}"
[servers.hidden]
address = "{updates}"
key = "home"
[servers.public]
address = "{reader}"
[zones."example.com"]
servers = ["hidden"]
query-servers = ["public"]
[[records]]
name = "{name}.example.com"
address = "192.0.2.7"
"""


@pytest.fixture(name="configuration")
def _configuration(hidden: Hidden, tmp_path: Path, unique_name: str) -> str:
    path = tmp_path / "config.toml"
    reader = f"127.0.0.1:{hidden.secondary.port}"
    key = KEY.write(tmp_path / "home.key")
    path.write_text(CONFIGURATION.format(key=key, updates=hidden.updates, reader=reader, name=unique_name))
    return f"config={path}"


def test_the_agent_has_both(hidden: Hidden, configuration: str, unique_name: str) -> None:
    for _ in range(2):  # the second time, there is nothing to do
        done = dns_update("agent", "--once", configuration)
        assert done.status == 0, done.stderr
    assert dig(hidden.secondary, f"{unique_name}.example.com", "A") != []
    checked = dns_update("agent", "--check", "--online", configuration)
    assert checked.status == 0, checked.stderr


def test_a_command_finds_both_in_the_configuration(hidden: Hidden, configuration: str, unique_name: str) -> None:
    done = in_process("set", f"{unique_name}.example.com", "192.0.2.8", configuration, "--json")
    assert done.status == 0, done.stdout
    assert (done.json["server"], done.json["query_server"]) == (hidden.updates, f"127.0.0.1:{hidden.secondary.port}")
    owner, primary = f"{unique_name}.example.com", f"dns-server=127.0.0.1:{hidden.primary.port}"
    alone = in_process("set", owner, "192.0.2.9", configuration, primary, "--json")
    assert (alone.status, alone.json["query_server"]) == (0, None)


def test_servers_of_one_record_are_asked_alike(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        '[servers.a]\naddress = "192.0.2.1"\n[servers.b]\naddress = "192.0.2.2"\ntransport = "tcp"\n'
        '[[records]]\nname = "home.example.com"\naddress = "192.0.2.7"\nservers = ["a"]\nquery-servers = ["b"]\n'
    )
    done = in_process("agent", "--check", f"config={path}")
    assert done.status == 2
    assert "records[0].query-servers: the servers 'a' and 'b' differ in more than address and key" in done.stderr


def test_a_refusal_of_a_primary_that_answers_no_queries(hidden: Hidden, unique_name: str) -> None:
    words = [word for word in hidden.words("set") if not word.startswith("key-file=")]
    own = (f"name={unique_name}", "address=192.0.2.1", "ttl=60", key_file(hidden.primary, READER))
    done = in_process(*words, *own, "timeout=0.5", "retries=0")
    assert done.status == 7
    assert done.failure.startswith(f"Permission denied: {hidden.updates} refuses to change {unique_name}.example.com A")


def test_what_neither_gives_is_the_primary(network: NameServer, unique_name: str) -> None:
    prefix = network.namespace.prefix if network.namespace is not None else []
    own = (f"name={unique_name}.example.com", "address=192.0.2.1", key_file(network), "--json")
    for given, servers in (
        ("update-server", ("127.0.0.8", "127.0.0.1")),
        ("query-server", ("127.0.0.1", "127.0.0.8")),
    ):
        done = dns_update("set", f"{given}=127.0.0.8", *own, prefix=prefix)
        assert done.status == 0, done.stdout
        assert (done.json["server"], done.json["query_server"]) == servers
    unknown = dns_update(
        "set", "dns-server=127.0.0.8", "query-server=nobody.example.com", *own, "--debug", prefix=prefix
    )
    assert (unknown.status, unknown.updates) == (4, [])
    assert unknown.json["error"]["cause"] == "address-not-found"
