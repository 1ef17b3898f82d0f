"""Finding the zone where answers lack the SOA record, and where only the root has one: as BIND's nsupdate does it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.message import Message
from dns_update.wire.codes import Opcode
from lab import Bind, NameServer, Zone
from lab.server import find_program
from tests.support.peer import Relay, stripped

OURS = str(Path(sys.executable).with_name("dns-nsupdate"))


@pytest.fixture(scope="module")
def rooted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """Yield BIND with the root zone and another, open to all."""
    zones = [Zone(name, policy="allow-update { any; };") for name in (".", "example.com")]
    with Bind(tmp_path_factory.mktemp("rooted"), zones=zones, listen_v6=False) as server:
        yield server


def asked(server: NameServer, program: str, name: str) -> list[tuple[int, str]]:
    """Run a script that leaves the zone out; return opcode and question of each message."""
    with Relay(server, stripped) as relay:
        script = f"server 127.0.0.1 {relay.port}\nadd {name}. 60 A 192.0.2.1\nsend\n"
        done = subprocess.run([program], input=script, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        messages = [Message.decode(request) for request in relay.requests]
    return [(message.opcode, str(message.question[0].name)) for message in messages]


@pytest.mark.parametrize(
    ("name", "zone"), [("a.b.example.com", "example.com"), ("nas.lan", ".")], ids=["label-by-label", "root"]
)
def test_the_same_is_asked_and_the_same_zone_updated(rooted: NameServer, name: str, zone: str) -> None:
    ours = asked(rooted, OURS, name)
    assert ours == asked(rooted, find_program("nsupdate", "bind9-dnsutils"), name)
    assert ours[-1] == (Opcode.UPDATE, zone)
