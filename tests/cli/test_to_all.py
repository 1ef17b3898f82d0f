"""`to=all`: several primaries of one zone each get a change, and each has its own result."""

import asyncio
import signal
import subprocess
from collections.abc import Iterator

import pytest

from dns_update.client import Client
from dns_update.client.aio import AsyncClient
from dns_update.client.all_servers import ServerResult
from dns_update.client.requests import delete_records, set_records
from dns_update.errors import NoResponse, UsageError
from lab import Bind, Knot, LabKey, NameServer, PowerDns, Zone, dig
from tests.client.servers import key_of
from tests.support.command import COMMAND, Result, in_process, key_file
from tests.support.peer import Silent

KEY, OTHER = LabKey.generate("ddns-key", "hmac-sha256"), LabKey.generate("other", "hmac-sha256")
ZONES = [Zone("example.com"), Zone("2.0.192.in-addr.arpa")]


@pytest.fixture(scope="module", name="site")
def _site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[NameServer]]:
    """BIND, Knot and PowerDNS, each a primary of the same zones."""
    directory = tmp_path_factory.mktemp("site")
    with (
        Bind(directory / "bind", keys=[KEY], readonly_keys=[OTHER], zones=ZONES, listen_v6=False) as bind,
        Knot(directory / "knot", keys=[KEY], zones=ZONES, listen_v6=False) as knot,
        PowerDns(directory / "powerdns", keys=[KEY], zones=ZONES, listen_v6=False) as powerdns,
    ):
        yield [bind, knot, powerdns]


def addresses(servers: list[NameServer]) -> list[str]:
    return [f"127.0.0.1:{server.port}" for server in servers]


def run(servers: list[str], key: str, *own: str) -> Result:
    return in_process(*own, f"dns-server={','.join(servers)}", key, "zone=example.com", "to=all")


def test_each_server_gets_the_change_and_is_read_back(site: list[NameServer], unique_name: str) -> None:
    servers, key, name = addresses(site), key_file(site[0]), f"name={unique_name}"
    owner = f"{unique_name}.example.com"
    done = run(servers, key, "set", name, "address=192.0.2.1", "ttl=60")
    assert done.status == 0, done.stderr
    said = [line for line in done.lines if "update successful" in line]
    assert said == [f"{server}: update successful: {owner} A 192.0.2.1 added" for server in servers]
    assert [dig(server, owner, "A") for server in site] == [[f"{owner}. 60 IN A 192.0.2.1"]] * 3
    assert run(servers, key, "add", name, "address=192.0.2.2").status == 0
    planned = run(servers, key, "plan", "delete", name)
    assert (planned.status, planned.stdout.count("# 127.0.0.1:"), planned.stdout.count("- ")) == (20, 3, 6)
    removed = run(servers, key, "delete", name, "--json")
    assert removed.status == 0
    results = removed.json["servers"]
    assert [(each["server"], each["status"], each["verified"]) for each in results] == [
        (server, "ok", True) for server in servers
    ]
    assert [dig(server, owner, "A") for server in site] == [[]] * 3


def test_addresses_with_their_pointers(site: list[NameServer], unique_name: str) -> None:
    done = run(addresses(site), key_file(site[0]), "set", f"name={unique_name}", "address=192.0.2.9", "ptr=yes")
    assert done.status == 0, done.stderr
    assert [len(dig(server, "9.2.0.192.in-addr.arpa", "PTR")) for server in site] == [1, 1, 1]
    assert run(addresses(site), key_file(site[0]), "delete", f"name={unique_name}", "ptr=yes").status == 0


def test_all_are_tried_and_the_first_failure_gives_the_status(site: list[NameServer], unique_name: str) -> None:
    servers = ["127.0.0.1:1", *addresses(site[:1]), "127.0.0.1:2"]
    words = ("set", f"name={unique_name}", "address=192.0.2.1", "ttl=60")
    done = run(servers, key_file(site[0]), *words)
    assert done.status == 4
    assert [line.partition(" ")[0] for line in done.lines if "update failed: No answer" in line] == [
        "127.0.0.1:1:",
        "127.0.0.1:2:",
    ]
    assert f"{servers[1]}: update successful: {unique_name}.example.com A 192.0.2.1 added" in done.lines
    as_json = run(servers, key_file(site[0]), *words, "--json")
    assert [each["status"] for each in as_json.json["servers"]] == ["error", "ok", "error"]
    assert as_json.json["status"] == "error"
    assert as_json.json["servers"][0]["error"]["kind"] == "NoResponse"


def test_each_refusal_is_explained(site: list[NameServer], unique_name: str) -> None:
    key = key_file(site[0], OTHER)
    done = run(addresses(site[:2]), key, "set", f"name={unique_name}", "address=192.0.2.1", "ttl=60")
    assert done.status == 7
    causes = [line for line in done.lines if line.startswith("cause: ")]
    assert "accepts key other" in causes[0]
    assert "Knot DNS does not accept key other" in causes[1]


def test_ctrl_c_says_what_was_done(site: list[NameServer], unique_name: str) -> None:
    with Silent() as silent:
        servers = [*addresses(site[:1]), silent.address]
        words = ["set", f"name={unique_name}", "address=192.0.2.1", f"dns-server={','.join(servers)}", "to=all"]
        words += ["zone=example.com", key_file(site[0]), "timeout=60", "ttl=60", "verify=no", "diagnose=no"]
        with subprocess.Popen([COMMAND, *words], stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            while f"{silent.address}: updating zone" not in (line := process.stderr.readline()):
                assert line
            silent.wait_for_datagram()
            process.send_signal(signal.SIGINT)
            stderr = process.stderr.read()
    assert process.returncode == 130
    assert f"{servers[0]} has the change; an update that was already sent may have been carried out" in stderr


def test_the_library_does_the_same(site: list[NameServer], unique_name: str) -> None:
    servers = [*addresses(site), "127.0.0.1:1"]
    results = Client(*servers, key=key_of(KEY)).to_all(
        set_records, unique_name, "192.0.2.1", zone="example.com", ttl=60
    )
    assert [str(result.server) for result in results] == servers
    assert [result.outcome is not None and result.outcome.verified for result in results] == [True, True, True, False]
    assert isinstance(results[3].error, NoResponse)

    async def removed() -> tuple[ServerResult, ...]:
        async with AsyncClient(*servers[:3], key=key_of(KEY)) as client:
            return await client.to_all(delete_records, unique_name, zone="example.com")

    assert [result.error for result in asyncio.run(removed())] == [None, None, None]


@pytest.mark.parametrize("servers", [(), ("127.0.0.1",), ("127.0.0.1", "127.0.0.1")], ids=["none", "one", "twice"])
def test_it_needs_several_servers(servers: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="needs several"):
        Client(*servers).to_all(set_records, "home", "192.0.2.1", zone="example.com")


@pytest.mark.parametrize(
    ("own", "says"),
    [
        (["dns-server=127.0.0.1:9"], "a change for all servers needs several; 1 is given"),
        ([], "a change for all servers needs several; none is given"),
        (["dns-server=127.0.0.1:9,127.0.0.1:8", "query-server=127.0.0.1:9"], "is read back at each of them"),
        (["update-server=127.0.0.1:9,127.0.0.1:8"], "is read back at each of them"),
        (["dns-server=127.0.0.1:9,127.0.0.1:8", "verify=all"], "to=all and verify=all are both given"),
        (["dns-server=127.0.0.1:9", "to=some"], "'some' is not a valid value: one of first, all"),
        (["dns-server=127.0.0.1:9,127.0.0.1:8", "name=a..b"], "has an empty label"),
    ],
    ids=str,
)
def test_wrong_words(own: list[str], says: str) -> None:
    words = {word.partition("=")[0]: word for word in ["to=all", "name=home", *own]}
    done = in_process("set", *words.values(), "address=192.0.2.1", "zone=example.com", "ttl=60")
    assert (done.status, len(done.lines)) == (2, 1), done.stderr
    assert says in done.stderr
