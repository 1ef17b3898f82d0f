"""Zone and server left out: found by SOA records, through the system's resolvers or at the server that was given."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.message import Message
from lab import Bind, LabKey, NameServer, Namespace, Zone, dig
from lab.namespace import unavailable_because
from tests.cli.test_set import SERVERS, done, records
from tests.support.command import Result, access, at, dns_update, in_process, key_file
from tests.support.peer import Relay, Silent, closed_port, stripped


def inside(server: NameServer, *words: str) -> Result:
    assert server.namespace is not None
    return dns_update(*words, prefix=server.namespace.prefix)


def address_of(server: NameServer, name: str) -> list[str]:
    return [line.split(maxsplit=1)[1] for line in dig(server, name, "A")]


@pytest.mark.parametrize(
    "given", [[], ["zone=example.com"], ["dns-server=127.0.0.1"]], ids=["nothing", "zone", "server"]
)
def test_what_is_left_out_is_found(network: NameServer, given: list[str], unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    result = done(inside(network, *given, f"name={name}", "address=192.0.2.1", key_file(network), "--debug"))
    assert f"updating zone: example.com: updating RR set for {unique_name}" in result.lines
    assert [message.to for message in result.updates] == ["127.0.0.1"]
    assert address_of(network, name) == ["3600 IN A 192.0.2.1"]


def test_a_zone_cut_is_respected(network: NameServer, unique_name: str) -> None:
    result = done(inside(network, f"name={unique_name}.deep.sub.example.com", "address=192.0.2.1", key_file(network)))
    assert f"updating zone: sub.example.com: updating RR set for {unique_name}.deep" in result.lines
    assert address_of(network, f"{unique_name}.deep.sub.example.com") == ["900 IN A 192.0.2.1"]


def test_the_apex_of_a_zone_by_its_full_name(network: NameServer) -> None:
    result = done(inside(network, "name=example.net", "type=TXT", "value=apex", key_file(network)))
    assert "updating zone: example.net: updating RR set for @" in result.lines


def test_an_alias_is_looked_for_in_its_own_zone_and_not_in_its_targets(network: NameServer) -> None:
    name = ("name=alias.example.com", "type=CNAME", key_file(network))
    result = done(inside(network, *name, "value=target.example.net."))
    assert "updating zone: example.com: updating RR set for alias" in result.lines


def test_a_name_below_a_dname_is_looked_for_above_it(network: NameServer) -> None:
    result = inside(network, "name=x.moved.example.com", "address=192.0.2.1", key_file(network))
    assert "updating zone: example.com: updating RR set for x.moved" in result.lines


@pytest.mark.parametrize("command", ["set", "delete", "show"])
def test_a_name_in_no_zone_is_told(network: NameServer, command: str) -> None:
    more = ["address=192.0.2.1"] if command == "set" else []
    result = inside(network, command, "name=home.example.org", *more, "--debug")
    assert result.status == 8
    said = next(line for line in result.lines if "Zone not found:" in line)
    assert "127.0.0.1" in said
    assert "home.example.org" in said
    assert "zone=" in result.hint
    assert result.updates == []


def test_show_and_delete_find_the_zone_too(network: NameServer, unique_name: str) -> None:
    name = f"name={unique_name}.example.com"
    done(inside(network, name, "address=192.0.2.1", "ttl=60", key_file(network)))
    assert done(inside(network, "show", name)).stdout == f"{unique_name}.example.com. 60 IN A 192.0.2.1\n"
    done(inside(network, "delete", name, key_file(network)))
    assert inside(network, "show", name).status == 8


def test_resolvers_are_asked_unsigned_and_for_recursion(network: NameServer, unique_name: str) -> None:
    words = (f"name={unique_name}.example.com", "address=192.0.2.1", "ttl=60", "verify=no", key_file(network))
    result = done(inside(network, *words, "--debug"))
    query, update = result.stderr.split(";; sent ")[1:]
    assert "opcode: QUERY" in query
    assert ";; flags: rd;" in query
    assert "TSIG PSEUDOSECTION" not in query
    assert "opcode: UPDATE" in update
    assert "TSIG PSEUDOSECTION" in update


@pytest.fixture(scope="module")
def island() -> Iterator[Namespace]:
    """Make a network where no resolver runs, although resolv.conf names two."""
    reason = unavailable_because()
    if reason is not None:
        pytest.skip(reason)
    with Namespace(resolv_conf="nameserver 127.0.0.1\nnameserver 127.0.0.2\n") as namespace:
        yield namespace


def test_resolvers_that_do_not_answer_end_with_4(island: Namespace) -> None:
    result = dns_update("name=home.example.com", "address=192.0.2.1", prefix=island.prefix)
    assert result.status == 4
    assert "No answer from 127.0.0.1:" in result.stderr
    assert "No answer from 127.0.0.2:" in result.stderr


def test_a_server_whose_name_cannot_be_resolved_ends_with_4(island: Namespace) -> None:
    words = ("dns-server=ns.example.com", "zone=example.com", "name=home", "address=192.0.2.1")
    result = dns_update(*words, prefix=island.prefix)
    assert result.status == 4
    assert result.failure.startswith("No answer from ns.example.com:")
    assert "dns-server=" in result.hint


_AT_HOST = """\
import sys
from dns_update import Client, NoResponse, Server
try:
    Client(Server(sys.argv[1])).set("home", "192.0.2.1", zone="example.com")
except NoResponse as error:
    print(error.text)
"""


@pytest.mark.parametrize("label", [r"\255" * 20, "a" * 63, r"a\.b", r"\000"], ids=["octets", "long", "dot", "zero"])
def test_a_host_that_the_resolver_cannot_take_has_no_address(island: Namespace, label: str) -> None:
    # dns-server= takes no escapes, but a SOA record may name such a host as the primary.
    command = [*island.prefix, sys.executable, "-c", _AT_HOST, f"{label}.example"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.stdout.startswith("its address cannot be found"), result.stderr


def test_the_second_resolver_is_asked_when_the_first_does_not_answer(network: NameServer, unique_name: str) -> None:
    assert network.namespace is not None
    network.namespace.write("resolv.conf", "nameserver 127.0.0.2\nnameserver 127.0.0.1\n")
    try:
        words = (f"name={unique_name}.example.com", "address=192.0.2.1", "dns-server=127.0.0.1", key_file(network))
        done(inside(network, *words[:2], *words[3:]))
    finally:
        network.namespace.write("resolv.conf", "nameserver 127.0.0.1\n")
    assert address_of(network, f"{unique_name}.example.com") == ["3600 IN A 192.0.2.1"]


def test_a_silent_server_is_waited_for_once_and_told_once(bind: NameServer, unique_name: str) -> None:
    """Asked for the zone, it says nothing; the update then goes to the next server at once."""
    with Silent() as peer:
        servers = f"dns-server={peer.address},{bind.host}:{bind.port}"
        words = (f"name={unique_name}.example.com", "address=192.0.2.1", "ttl=60", key_file(bind))
        result = done(in_process(servers, *words, "timeout=0.1", "retries=1", "--json", "--debug"))
    assert [message.opcode for message in result.sent if message.to == peer.address] == ["QUERY", "QUERY"]
    assert [(failure["kind"], failure["server"]) for failure in result.json["failures"]] == [
        ("NoResponse", peer.address)
    ]
    assert records(bind, unique_name, "A") == ["60 192.0.2.1"]


def test_silent_servers_are_in_the_object_of_the_failure_once_each() -> None:
    with Silent() as first, Silent() as second:
        servers = f"dns-server={first.address},{second.address},{first.address}"
        result = in_process(servers, "name=home.example.com", "address=192.0.2.1", "timeout=0.1", "retries=0", "--json")
    assert result.status == 4
    told = [result.json["error"], *result.json["failures"]]
    assert sorted(error["server"] for error in told) == sorted([first.address, second.address])


# With the server given, it alone is asked


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_the_server_given_tells_the_zone(server: NameServer, unique_name: str) -> None:
    words = (at(server), f"name={unique_name}.deep.example.com", "address=192.0.2.1", key_file(server))
    result = done(in_process(*words, "--debug"))
    assert {message.to for message in result.sent} == {f"{server.host}:{server.port}"}
    assert f"updating zone: example.com: updating RR set for {unique_name}.deep" in result.lines
    assert records(server, f"{unique_name}.deep", "A") == ["3600 192.0.2.1"]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_an_existing_name_is_found_as_well(server: NameServer, unique_name: str) -> None:
    name = f"name={unique_name}.example.com"
    done(in_process(*access(server), name, "address=192.0.2.1"))
    done(in_process(at(server), name, "address=192.0.2.2", key_file(server)))
    assert records(server, unique_name, "A") == ["3600 192.0.2.2"]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_an_alias_is_found_as_well(server: NameServer, unique_name: str) -> None:
    name = f"name={unique_name}.example.com"
    done(in_process(*access(server), name, "type=CNAME", "value=ns.example.com."))
    done(in_process(at(server), name, "type=CNAME", "value=target.example.net.", key_file(server)))
    assert records(server, unique_name, "CNAME") == ["3600 target.example.net."]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_a_name_that_the_server_given_does_not_hold_is_told(server: NameServer) -> None:
    result = in_process(at(server), "name=home.example.org", "address=192.0.2.1", "--debug")
    assert result.status == 8
    assert result.failure.startswith("Zone not found:")
    assert f"{server.host}:{server.port}" in result.failure
    assert result.updates == []


def test_a_single_label_says_too_little_without_a_zone() -> None:
    result = in_process(f"dns-server=127.0.0.1:{closed_port()}", "name=home", "address=192.0.2.1")
    assert result.status == 2
    assert "not a full name" in result.stderr
    assert "zone=" in result.stderr


# A server between that leaves out all but the answer: the SOA record above is asked for, label by label


@pytest.mark.parametrize("server", SERVERS, indirect=True)
@pytest.mark.parametrize("label", ["home", "a.b.c"], ids=["NODATA", "NXDOMAIN"])
def test_a_negative_answer_without_a_soa_record_is_asked_further_up(
    server: NameServer, label: str, unique_name: str
) -> None:
    name = f"{label}.{unique_name}.example.com"
    if label == "home":
        done(in_process(*access(server), f"name={name}", "type=TXT", "value=there"))
    with Relay(server, stripped) as relay:
        result = in_process("show", f"dns-server={relay.address}", f"name={name}", "type=TXT")
        asked = [str(Message.decode(request).question[0].name) for request in relay.requests]
    assert asked[: name.count(".")] == [name.split(".", up)[-1] for up in range(name.count("."))]
    assert result.status == (0 if label == "home" else 8)
    assert result.stdout == (f'{name}. 3600 IN TXT "there"\n' if label == "home" else "")
    assert not [line for line in result.lines if line.startswith("Zone not found")]


# Zones that are nobody's: found, but not meant


@pytest.fixture(scope="module")
def rooted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """Yield a resolver that tells of the root zone, of lan and of in-addr.arpa, and would take updates for them."""
    reason = unavailable_because()
    if reason is not None:
        pytest.skip(reason)
    zones = [Zone("."), Zone("lan"), Zone("in-addr.arpa"), Zone("home.arpa")]
    with (
        Namespace() as namespace,
        Bind(
            tmp_path_factory.mktemp("rooted"), zones=zones, keys=[LabKey.generate()], namespace=namespace, port=53
        ) as server,
    ):
        yield server


@pytest.mark.parametrize("command", ["set", "delete", "show"])
@pytest.mark.parametrize(
    "words",
    [
        ["name=nas.home"],
        ["name=nas", "zone=home"],
        ["name=nas.home", "dns-server=127.0.0.1"],
        ["name=nas.lan"],
        ["name=9.1.168.192.in-addr.arpa"],
    ],
    ids=" ".join,
)
def test_no_update_goes_to_the_root_or_a_top_level_zone_on_a_guess(
    rooted: NameServer, command: str, words: list[str]
) -> None:
    more = ["type=TXT", *(["value=x"] if command == "set" else [])]
    result = inside(rooted, command, *words, *more, key_file(rooted), "--debug")
    assert result.status == 8
    assert "Zone not found: 127.0.0.1 was asked which zone holds " in result.stderr
    assert "no update is sent there on a guess" in result.stderr
    assert result.hint == "check the spelling of name=, or give the zone by zone= and its primary by dns-server="
    assert {message.opcode for message in result.sent} == {"QUERY"}


@pytest.mark.parametrize(
    "words",
    [
        ["name=nas", "zone=lan"],
        ["name=nas.lan", "dns-server=127.0.0.1"],
        ["name=nas.home.arpa"],
        ["name=nas.home", "zone=.", "dns-server=127.0.0.1"],
    ],
    ids=" ".join,
)
def test_what_the_user_names_is_updated(rooted: NameServer, words: list[str]) -> None:
    done(inside(rooted, *words, "address=192.0.2.10", key_file(rooted)))


def test_the_agent_sends_nothing_there_either(rooted: NameServer, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[[records]]\nname = "nas.home"\naddress = "192.0.2.10"\n')
    assert rooted.namespace is not None
    for words in (["--once"], ["--check", "--online"]):
        result = dns_update(
            "agent", *words, f"config={path}", prefix=rooted.namespace.prefix, env={"STATE_DIRECTORY": str(tmp_path)}
        )
        assert result.status == 8
        assert "no update is sent there on a guess" in result.stderr
        assert "give the zone, and servers that have it" in result.stderr
