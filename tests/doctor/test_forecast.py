"""What `check` foresees of an update that BIND permits, and does not carry out; and what it does not cry out about."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.client import Client
from dns_update.doctor.diagnosis import Case, Examined
from dns_update.doctor.forecast import foresee
from dns_update.doctor.questions import Questions
from dns_update.doctor.server_kind import BIND, ServerKind
from dns_update.message import Message
from dns_update.transport import Endpoint
from dns_update.transport.memory import MemoryTransport
from dns_update.update import Update
from dns_update.wire.codes import RRClass
from lab import Bind, Knot, LabKey, NameServer, Zone
from tests.client.replies import HOME, ZONE, reply
from tests.support.command import access, dns_update, in_process

KEY = LabKey.generate("home")
MANY = [f"192.0.2.{n}" for n in range(101)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    with Bind(tmp_path_factory.mktemp("bind"), keys=[KEY], zones=[Zone("example.com", records="old CNAME ns\n")]) as it:
        yield it


def causes(server: NameServer, *words: str) -> list[str]:
    """Return the causes of the notes of a check."""
    told = in_process("check", *access(server), *words, "json=yes").json
    return [step["cause"] for step in told["steps"] if step["mark"] == "note" and step["cause"]]


@pytest.mark.parametrize(
    ("rrtype", "value", "name"),
    [
        ("MX", "10 nowhere.example.com.", "home"),
        ("NS", "nowhere.example.com.", "@"),
        ("MX", "10 old.example.com.", "@"),
    ],
)
def test_a_host_without_an_address_is_foreseen_as_bind_refuses_it(
    server: NameServer, rrtype: str, value: str, name: str
) -> None:
    words = [f"name={name}", f"type={rrtype}", f"value={value}"]
    assert causes(server, *words) == ["check-integrity"]
    assert dns_update("set", *access(server), *words).status == 7


@pytest.mark.parametrize(
    ("rrtype", "value", "name"),
    [
        ("MX", "10 ns.example.com.", "mail"),
        ("MX", "10 mail.example.net.", "other"),
        ("MX", "0 .", "none"),
        ("SRV", "0 0 1 nowhere.example.com.", "_x._tcp"),
        ("NS", "nowhere.example.com.", "below"),
        ("CNAME", "nowhere.example.com.", "alias"),
    ],
)
def test_what_bind_takes_is_not_said_to_fail(server: NameServer, rrtype: str, value: str, name: str) -> None:
    words = [f"name={name}", f"type={rrtype}", f"value={value}", "ttl=60"]
    assert causes(server, *words) == []
    assert dns_update("set", *access(server), *words).status == 0


def test_as_many_addresses_as_bind_keeps_are_right(server: NameServer) -> None:
    words = ["name=pool", f"address={','.join(MANY[:100])}", "ttl=60"]
    assert causes(server, *words) == []
    assert dns_update("set", *access(server), *words).status == 0
    added = dns_update("add", *access(server), "name=pool", "address=192.0.2.200", "ttl=60", "json=yes")
    assert added.json["error"]["diagnosis"] == "too-many-records"


def test_another_program_keeps_more(tmp_path: Path) -> None:
    with Knot(tmp_path, keys=[KEY]) as knot:
        words = ["name=pool", f"address={','.join(MANY)}", "ttl=60"]
        assert causes(knot, *words) == []
        assert dns_update("set", *access(knot), *words).status == 0


@pytest.mark.parametrize(
    ("version", "is_foreseen"), [("9.16.50", False), ("9.18.27", False), ("9.18.28", True), ("9.20", True), ("", True)]
)
def test_a_bind_before_the_limit_keeps_more(version: str, *, is_foreseen: bool) -> None:
    changes = Update(ZONE).replace(HOME, 300, "A", *MANY).changes
    memory = MemoryTransport(lambda sent: (reply(Message.decode(sent.octets)),))
    questions = Questions(Endpoint("192.0.2.53"), RRClass.IN, memory.wall)
    examined = Examined(questions, Case(HOME, ZONE, None, changes), ZONE, ServerKind(BIND, version))
    found = Client("192.0.2.53", transport=memory).run(lambda _transaction: foresee(examined))
    assert (found is not None) == is_foreseen
