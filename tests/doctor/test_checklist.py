"""The steps of `check` where a server or a source fails on the way, or servers do not agree."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import pytest

from dns_update.doctor.checklist import Line, Step, steps_of
from dns_update.doctor.examiner import examine
from dns_update.doctor.subject import Destination
from dns_update.transport import Server
from dns_update.wire.codes import Opcode, RRType
from lab import NameServer, Namespace
from tests.address.conftest import add_pair
from tests.address.inside import entered
from tests.client.replies import ZONE
from tests.doctor.test_examiner_scripted import ONCE, Network, subjects
from tests.support.command import access, given, in_process, key_file
from tests.support.peer import Silent

if TYPE_CHECKING:
    from dns_update.exchange import Exchange, Reply, UnverifiedReply
    from dns_update.message import Message
    from dns_update.transport import Endpoint

SERVER = Server("192.0.2.53")
NOWHERE = ("dns-server=127.0.0.1:1", "zone=example.com", "name=home", "timeout=0.1", "retries=0")
LINE = Line(gives_zone=True, gives_server=True, gives_key=False, gives_data=True)


def steps(*words: str) -> list[dict[str, str]]:
    told: list[dict[str, str]] = in_process("check", *words, "--json").json["steps"]
    return told


def texts(told: list[dict[str, str]], topic: str) -> list[tuple[str, str]]:
    """Return the marks and texts of the steps of a topic."""
    return [(step["mark"], step["text"]) for step in told if step["topic"] == topic]


# The server


def test_a_host_without_an_address_is_a_step_that_failed(bind: NameServer) -> None:
    words = ["dns-server=nowhere.invalid", "zone=example.com", "name=home", "address=192.0.2.9", key_file(bind)]
    result = in_process("check", *words)
    assert result.status == 4
    assert "FAILED  server" in result.stdout
    assert "nowhere.invalid" in result.stdout
    assert "its address cannot be found" in result.stdout


@pytest.mark.usefixtures("has_namespaces")
@pytest.mark.parametrize("command", ["check", "set"])
def test_a_zone_that_the_resolvers_do_not_find(command: str, network: NameServer) -> None:
    """What a resolver says of a zone is not looked into: it is not the zone's server."""
    assert network.namespace is not None
    with entered(network.namespace):
        result = in_process(command, "name=home.nowhere.test", "address=192.0.2.9", "timeout=1", "retries=0")
    told = result.stdout + result.stderr
    assert result.status == 8
    assert "Zone not found: " in told
    assert "why:" not in told
    assert "cause:" not in told
    assert "give the zone by zone= and its primary by dns-server=" in told


def test_two_servers_that_do_not_agree(bind: NameServer, knot: NameServer, unique_name: str) -> None:
    given(*access(bind), f"name={unique_name}", "address=192.0.2.1", "ttl=60")
    words = [f"dns-server={bind.host}:{bind.port},{knot.host}:{knot.port}", "zone=example.com", f"name={unique_name}"]
    told = steps(*words, "address=192.0.2.1")
    (mark, text) = texts(told, "servers")[0]
    assert mark == "failed"
    assert f"{knot.host}:{knot.port}" in text
    assert f"{bind.host}:{bind.port}" in text


# A server that falls silent or is slow


class Slow(Network):
    """A network in which each answer takes a while, and one kind of question gets none."""

    async def carry(self, exchange: Exchange, endpoint: Endpoint) -> Reply | UnverifiedReply:
        await self.pause(0.9)
        return await super().carry(exchange, endpoint)


def examined(network: Network) -> list[Step]:
    """Return the steps of a check of one name on a scripted network: no real server is slow on request."""
    names = subjects(1, Destination(ZONE, (SERVER,), policy=ONCE))
    seen = asyncio.run(examine(names, transport=lambda _local: network, wall=lambda: 0.0, thorough=True))
    return list(steps_of(seen, seen.names[0], LINE))


def test_a_server_that_is_too_slow_for_all_questions_is_still_checked() -> None:
    asked: list[int] = []

    def is_silent(message: Message) -> bool:
        asked.extend([message.question[0].rrtype] if message.opcode == Opcode.QUERY else [])
        return message.opcode == Opcode.QUERY and asked.count(RRType.SOA) > 1

    told = examined(Slow(is_silent=is_silent))
    assert [(step.topic, step.mark) for step in told] == [
        ("server", "ok"),
        ("zone", "ok"),
        ("key", "left out"),
        ("update", "ok"),
        ("record", "ok"),
    ]
    assert told[0].text == "192.0.2.53 answers"  # by what, the time did not suffice for


def test_a_server_that_falls_silent_before_the_permission_is_asked_for() -> None:
    def is_silent(message: Message) -> bool:
        return message.question[0].rrtype == RRType.A and message.opcode == Opcode.QUERY

    told = examined(Network(is_silent=is_silent))
    assert [(step.topic, step.mark) for step in told][-1] == ("update", "failed")
    assert "No answer from 192.0.2.53" in told[-1].text


# Where the address comes from


@pytest.mark.skipif(sys.platform != "linux", reason="interfaces are read from Linux's kernel")
def test_what_a_source_gives_is_a_step(bind: NameServer, unique_name: str) -> None:
    told = steps(*access(bind), f"name={unique_name}", "address=interface:lo/ipv4", "allow-private=yes")
    assert texts(told, "address") == [("ok", "interface:lo/ipv4 gives 127.0.0.1")]
    assert "A 127.0.0.1" in texts(told, "record")[0][1]


def test_a_source_that_gives_nothing_is_a_step_that_failed(bind: NameServer, unique_name: str) -> None:
    result = in_process("check", *access(bind), f"name={unique_name}", "address=interface:nowhere0")
    assert result.status == 3
    assert "FAILED  address" in result.stdout
    assert "there is no interface nowhere0" in result.stdout


@pytest.mark.usefixtures("has_namespaces")
def test_an_interface_without_a_public_address_names_one_that_has_it() -> None:
    with Namespace() as namespace:
        add_pair(namespace, "lan", "wan")
        namespace.ip("address", "add", "192.168.7.1/24", "dev", "lan")
        namespace.ip("address", "add", "9.8.7.6/24", "dev", "wan")
        with entered(namespace):
            result = in_process("check", *NOWHERE, "address=interface:lan/ipv4")
    assert "FAILED  address" in result.stdout
    assert "interface:wan has 9.8.7.6" in result.stdout


@pytest.mark.usefixtures("has_namespaces")
def test_what_a_source_leaves_out_is_a_note() -> None:
    with Namespace() as namespace:
        add_pair(namespace, "lan", "wan")
        for address in ("9.8.7.6/24", "fd00:7::1/64"):
            namespace.ip("address", "add", address, "dev", "wan")
        with entered(namespace):
            told = steps(*NOWHERE, "address=interface:wan")
    assert [mark for mark, _text in texts(told, "address")] == ["ok", "note"]
    assert texts(told, "address")[0][1] == "interface:wan gives 9.8.7.6"
    assert "fd00:7::1" in texts(told, "address")[1][1]


# Without a zone


def test_a_server_that_is_silent_in_every_way_is_told_as_such() -> None:
    with Silent() as silent:
        result = in_process("check", f"dns-server={silent.address}", "timeout=0.1", "retries=0")
    assert result.status == 4
    assert "neither by UDP nor by TCP" in result.stdout
    assert f"why: nothing comes from {silent.address}, neither by UDP nor by TCP" in result.stdout
    assert f"tcpdump -n port {silent.port} on the server tells which" in result.stdout


def test_each_server_of_several_is_greeted(bind: NameServer, knot: NameServer) -> None:
    with Silent() as silent:
        servers = f"dns-server={silent.address},{bind.host}:{bind.port},{knot.host}:{knot.port}"
        told = steps(servers, "timeout=0.1", "retries=0")
    assert [mark for mark, _text in texts(told, "server")] == ["failed", "ok", "ok"]
    assert "(Knot DNS" in texts(told, "server")[2][1]
