"""Several servers, several addresses of one: the order, what is said of each, and what is the end of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import Bind, LabKey, NameServer, Zone
from tests.cli.test_set import done, records
from tests.support.command import access, dns_update, in_process, key_file
from tests.support.peer import Relay, Silent, closed_port

DEAD = f"127.0.0.1:{closed_port()}"
CHANGE = ("zone=example.com", "address=192.0.2.1", "ttl=60")


@pytest.fixture(scope="module")
def refusing(bind: NameServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """BIND with the same key, which permits nothing."""
    zone = Zone("example.com", policy="update-policy { grant nobody zonesub ANY; };")
    with Bind(tmp_path_factory.mktemp("refusing"), zones=[zone], keys=bind.keys) as server:
        yield server


def address(server: NameServer) -> str:
    return f"{server.host}:{server.port}"


@pytest.mark.parametrize("form", ["dns-server={0},{1},{2}", "dns-server={0} dns-server={1} dns-server={2}"])
def test_servers_are_tried_in_order_until_one_succeeds(
    form: str, bind: NameServer, refusing: NameServer, unique_name: str
) -> None:
    servers = form.format(DEAD, address(refusing), address(bind)).split()
    result = done(in_process(*servers, *CHANGE, f"name={unique_name}", key_file(bind), "--debug"))
    tried = list(dict.fromkeys(message.to for message in result.sent))
    assert tried == [DEAD, address(refusing), address(bind)]
    assert records(bind, unique_name, "A") == ["60 192.0.2.1"]
    assert any(line.startswith(f"No answer from {DEAD}:") for line in result.lines)
    assert any(line.startswith(f"Permission denied: {address(refusing)}") for line in result.lines)


def test_the_object_names_the_server_that_did_it_and_the_failures_before(
    bind: NameServer, refusing: NameServer, unique_name: str
) -> None:
    servers = f"dns-server={DEAD},{address(refusing)},{address(bind)}"
    outcome = done(in_process(servers, *CHANGE, f"name={unique_name}", key_file(bind), "--json")).json
    assert outcome["server"] == address(bind)
    assert [(failure["kind"], failure["server"]) for failure in outcome["failures"]] == [
        ("NoResponse", DEAD),
        ("PermissionDenied", address(refusing)),
    ]


def test_a_server_behind_the_one_that_succeeds_is_not_asked(bind: NameServer, unique_name: str) -> None:
    with Silent() as peer:
        servers = f"dns-server={address(bind)},{peer.address}"
        done(in_process(servers, *CHANGE, f"name={unique_name}", key_file(bind)))
        assert peer.is_untouched


def test_each_server_gets_a_message_of_its_own(bind: NameServer, unique_name: str) -> None:
    words = (*CHANGE, f"name={unique_name}", key_file(bind), "--debug", "verify=no", "timeout=0.1", "retries=1")
    with Silent() as peer:
        result = done(in_process(f"dns-server={peer.address},{address(bind)}", *words))
    headers = [line for line in result.stderr.splitlines() if line.startswith(";; ->>HEADER<<-")]
    assert len(headers) == 4  # two tries, one more at the next server, its answer
    assert len({line.rpartition("id: ")[2] for line in headers}) == 3
    assert result.stderr.count("TSIG PSEUDOSECTION") == 4


@pytest.mark.parametrize("order", [1, -1], ids=["dead-first", "refusing-first"])
def test_the_failure_that_tells_most_is_the_end_and_all_are_named(
    order: int, bind: NameServer, refusing: NameServer
) -> None:
    servers = [DEAD, address(refusing)][::order]
    result = in_process(f"dns-server={','.join(servers)}", *CHANGE, "name=home", key_file(bind))
    assert result.status == 7
    assert result.failure.startswith(f"Permission denied: {address(refusing)}")
    assert f"No answer from {DEAD}: port unreachable" in result.stderr


@pytest.mark.parametrize("order", [1, -1], ids=["dead-first", "refusing-first"])
def test_the_object_has_all_failures(order: int, bind: NameServer, refusing: NameServer) -> None:
    servers = [DEAD, address(refusing)][::order]
    value = in_process(f"dns-server={','.join(servers)}", *CHANGE, "name=home", key_file(bind), "--json").json
    assert value["error"]["server"] == address(refusing)
    assert [failure["server"] for failure in value["failures"]] == [DEAD]


def test_all_dead_ends_with_4_and_names_each() -> None:
    with Silent() as peer:
        words = (*CHANGE, "name=home", "timeout=0.1", "retries=0")
        result = in_process(f"dns-server={DEAD},{peer.address}", *words)
    assert result.status == 4
    assert f"No answer from {DEAD}: port unreachable" in result.stderr
    assert f"No answer from {peer.address}: no answer in time" in result.stderr


def test_what_every_server_of_the_zone_would_say_is_not_asked_again(bind: NameServer, unique_name: str) -> None:
    with Silent() as peer:
        servers = f"dns-server={address(bind)},{peer.address}"
        result = in_process(servers, *CHANGE, f"name={unique_name}", key_file(bind), "require=existing")
        assert result.status == 8
        assert result.failure.startswith("Name not found:")
        assert peer.is_untouched


def test_a_wrong_clock_at_one_server_does_not_stop_the_next(bind: NameServer, unique_name: str, tmp_path: Path) -> None:
    with Bind(tmp_path / "server", keys=bind.keys, clock_offset="+10m") as late:
        result = done(
            in_process(f"dns-server={address(late)},{address(bind)}", *CHANGE, f"name={unique_name}", key_file(bind))
        )
    assert "BADTIME" in result.stderr


# Host names, families, addresses of our own


def test_a_host_name(bind: NameServer, unique_name: str) -> None:
    words = (*CHANGE, f"name={unique_name}", key_file(bind))
    done(in_process(f"dns-server=localhost:{bind.port}", *words))
    assert records(bind, unique_name, "A") == ["60 192.0.2.1"]


def test_the_port_may_stand_apart(bind: NameServer, unique_name: str) -> None:
    done(in_process("dns-server=localhost", f"port={bind.port}", *CHANGE, f"name={unique_name}", key_file(bind)))
    assert records(bind, unique_name, "A") == ["60 192.0.2.1"]


def test_the_port_of_a_server_goes_before_that_of_all(bind: NameServer, unique_name: str) -> None:
    words = (f"dns-server={address(bind)}", f"port={closed_port()}", *CHANGE, f"name={unique_name}", key_file(bind))
    done(in_process(*words))


def test_the_next_address_of_a_host_is_tried_when_one_does_not_answer(network: NameServer, unique_name: str) -> None:
    assert network.namespace is not None
    network.namespace.write("hosts", "127.0.0.9 twofold\n127.0.0.8 twofold\n")  # BIND listens at the second
    words = ("dns-server=twofold", *CHANGE, f"name={unique_name}", key_file(network), "--debug")
    result = done(dns_update(*words, prefix=network.namespace.prefix))
    assert list(dict.fromkeys(message.to for message in result.sent)) == ["127.0.0.9", "127.0.0.8"]
    assert any(line.startswith("No answer from 127.0.0.9: port unreachable") for line in result.lines)
    assert records(network, unique_name, "A") == ["60 192.0.2.1"]


def _needs_ipv6(server: NameServer) -> None:
    if "::1" not in server.addresses:
        pytest.skip("this machine has no IPv6 on loopback")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_an_ipv6_server_with_its_port_in_brackets(bind: NameServer, transport: str, unique_name: str) -> None:
    _needs_ipv6(bind)
    words = (*CHANGE, f"name={unique_name}", key_file(bind), f"transport={transport}", "--debug")
    result = done(in_process(f"dns-server=[::1]:{bind.port}", *words))
    assert {message.to for message in result.sent} == {f"[::1]:{bind.port}"}


def test_an_ipv6_server_without_brackets(bind: NameServer, unique_name: str) -> None:
    _needs_ipv6(bind)
    done(in_process("dns-server=::1", f"port={bind.port}", *CHANGE, f"name={unique_name}", key_file(bind)))


def test_a_closed_port_over_ipv6_is_told_at_once(bind: NameServer) -> None:
    _needs_ipv6(bind)
    result = in_process(f"dns-server=[::1]:{closed_port()}", *CHANGE, "name=home")
    assert result.status == 4
    assert result.failure.startswith(f"No answer from [::1]:{closed_port()}: port unreachable")


@pytest.mark.parametrize("own", ["127.0.0.1", "127.0.0.2", "127.9.8.7"])
def test_messages_leave_from_the_local_address(own: str, bind: NameServer, unique_name: str) -> None:
    with Relay(bind) as relay:
        words = (f"dns-server={relay.address}", *CHANGE, f"name={unique_name}", key_file(bind))
        done(in_process(*words, f"local-address={own}"))
        assert set(relay.clients) == {own}


def test_the_local_address_chooses_among_a_hosts_addresses(bind: NameServer, unique_name: str) -> None:
    words = (f"dns-server=localhost:{bind.port}", *CHANGE, f"name={unique_name}", key_file(bind), "--debug")
    result = done(in_process(*words, "local-address=127.0.0.1"))
    assert {message.to for message in result.sent} == {f"127.0.0.1:{bind.port}"}


def test_a_key_unknown_at_the_first_server_does_not_stop_the_second(
    bind: NameServer, unique_name: str, tmp_path: Path
) -> None:
    with Bind(tmp_path / "server", keys=[LabKey.generate("another")]) as other:
        words = (*access(bind)[1:], f"name={unique_name}", "address=192.0.2.1")
        result = done(in_process(f"dns-server={address(other)},{address(bind)}", *words))
    assert "BADKEY" in result.stderr
    assert records(bind, unique_name, "A") == ["3600 192.0.2.1"]
