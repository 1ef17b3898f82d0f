"""Servers that apply a change later than they say, or never: real secondaries that forward, real ignored updates."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.client import Client
from dns_update.errors import NotApplied
from dns_update.exchange import Policy
from dns_update.message import Message, Question
from dns_update.wire.codes import Flag, RRClass, RRType
from dns_update.wire.name import Name
from lab import Bind, LabKey, NameServer, Zone, dig
from tests.client.servers import key_of
from tests.support.command import access, dns_update, given

ZONE = Name.from_text("example.com")
NOT_YET = "does not show the change yet; reading it again for up to"
NOTIFY = 4  # RFC 1996, section 3.2


@pytest.fixture(scope="module")
def secondary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """Yield a secondary of a real BIND that forwards updates; it checks for changes only when it is notified."""
    key = LabKey.generate()
    with Bind(tmp_path_factory.mktemp("primary"), keys=[key], listen_v6=False) as primary:
        extra = f"primaries {{ {primary.host} port {primary.port}; }}; allow-update-forwarding {{ any; }};"
        zones = [Zone("example.com", type="secondary", extra=extra)]
        with Bind(tmp_path_factory.mktemp("secondary"), zones=zones, keys=[key], listen_v6=False) as server:
            yield server


def notify(server: NameServer) -> None:
    """Tell a secondary that its zone has changed, as its primary would."""
    message = Message(opcode=NOTIFY, question=(Question(ZONE, RRType.SOA, RRClass.IN),), flags=Flag.AA)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.settimeout(20)
        connection.connect((server.host, server.port))
        connection.send(message.encode(1))
        assert Message.decode(connection.recv(512)).is_response


def test_a_forwarded_update_is_looked_for_until_the_secondary_shows_it(secondary: NameServer, unique_name: str) -> None:
    log: list[str] = []

    def hear(line: str) -> None:
        log.append(line)
        if NOT_YET in line:
            notify(secondary)

    client = Client(f"{secondary.host}:{secondary.port}", key=key_of(secondary.keys[0]), log=hear)
    outcome = client.set(unique_name, "192.0.2.1", zone=ZONE, ttl=60)
    assert outcome.verified
    assert outcome.notes == ()
    assert [NOT_YET in line for line in log] == [False, True]
    assert dig(secondary, f"{unique_name}.example.com", "A") == [f"{unique_name}.example.com. 60 IN A 192.0.2.1"]


def test_a_forwarded_removal_is_looked_for_too(secondary: NameServer, unique_name: str) -> None:
    log: list[str] = []

    def hear(line: str) -> None:
        log.append(line)
        if NOT_YET in line:
            notify(secondary)

    client = Client(f"{secondary.host}:{secondary.port}", key=key_of(secondary.keys[0]), log=hear)
    client.set(unique_name, "192.0.2.1", zone=ZONE, ttl=60)
    assert client.delete(unique_name, zone=ZONE).after == ()
    assert [NOT_YET in line for line in log] == [False, True, False, True]


def test_a_change_that_the_secondary_does_not_get_is_not_applied_there(secondary: NameServer, unique_name: str) -> None:
    words = (f"name={unique_name}", "address=192.0.2.1", "ttl=60", "timeout=0.2", "retries=1")
    result = dns_update(*access(secondary), *words)
    assert result.status == 8
    assert result.failure.startswith(f"Update not applied: {secondary.host}:{secondary.port} said NOERROR")
    assert "the name has no such record" in result.failure
    assert "a secondary that forwards updates shows them only later" in result.hint
    assert [line for line in result.lines if NOT_YET in line] == [
        f"{secondary.host}:{secondary.port} does not show the change yet; reading it again for up to 0.4 s"
    ]


def test_the_command_waits_for_a_primary_that_notifies(tmp_path: Path) -> None:
    key = LabKey.generate()
    with Bind(tmp_path / "primary", keys=[key], listen_v6=False) as primary:
        extra = f"primaries {{ {primary.host} port {primary.port}; }}; allow-update-forwarding {{ any; }};"
        zones = [Zone("example.com", type="secondary", extra=extra)]
        with Bind(tmp_path / "secondary", zones=zones, keys=[key], listen_v6=False) as second:
            primary.stop()
            told = f"notify explicit; also-notify {{ {second.host} port {second.port}; }}; notify-delay 0;"
            primary.zones = [Zone("example.com", extra=told)]
            primary.start()
            result = dns_update(*access(second), "name=home", "address=192.0.2.1", "ttl=60")
            assert result.status == 0, result.stderr
            assert result.lines[-1] == "update successful: home.example.com A 192.0.2.1 added"
            assert result.notes == []
            assert dig(second, "home.example.com", "A") == ["home.example.com. 60 IN A 192.0.2.1"]


DS = "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"


@pytest.mark.parametrize("server", ["bind", "knot"], indirect=True)
@pytest.mark.parametrize(
    ("standing", "words", "hint"),
    [
        (["type=CNAME", "value=other.example.com."], ["address=192.0.2.1"], "a name with a CNAME has no other records"),
        (
            ["address=192.0.2.1"],
            ["type=CNAME", "value=other.example.com."],
            "a CNAME cannot be beside other records",
        ),
    ],
    ids=["address-beside-cname", "cname-beside-address"],
)
def test_what_cannot_stand_there_is_told_at_once(
    server: NameServer, standing: list[str], words: list[str], hint: str, unique_name: str
) -> None:
    name = [*access(server), f"name={unique_name}", "ttl=60"]
    given(*name, *standing)
    _expect_at_once(name, words, hint)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (
            ["type=SOA", "value=ns.example.com. hostmaster.example.com. 1 3600 900 604800 300"],
            "a zone keeps its SOA record, and ignores a new one whose serial",
        ),
        (["type=DS", f"value={DS}"], "DS records belong in the parent zone"),
    ],
    ids=["lower-serial", "DS"],
)
def test_what_the_apex_does_not_take_is_told_at_once(bind: NameServer, words: list[str], hint: str) -> None:
    given(*access(bind), "name=serial", "address=192.0.2.1")  # to make the zone's serial higher than 1
    _expect_at_once([*access(bind), "name=@", "ttl=60"], words, hint)


@pytest.mark.parametrize("server", ["bind", "knot"], indirect=True)
def test_the_last_name_server_stays_and_that_is_told_at_once(server: NameServer) -> None:
    _expect_at_once(["delete", *access(server), "name=@"], ["type=NS"], "a zone keeps its last name server")


def test_below_a_dname_nothing_shows_and_that_is_told_at_once(bind: NameServer, unique_name: str) -> None:
    given(*access(bind), f"name={unique_name}", "type=DNAME", "value=example.net.", "ttl=60")
    hint = f"the DNAME at {unique_name}.example.com hides all names below it"
    _expect_at_once([*access(bind), f"name=home.{unique_name}", "ttl=60"], ["address=192.0.2.1"], hint)


def _expect_at_once(name: list[str], words: list[str], hint: str) -> None:
    result = dns_update(*name, *words)
    assert result.failure.startswith("Update not applied:"), result.stderr
    assert result.status == 8
    assert result.hint.startswith(hint)
    assert not [line for line in result.lines if NOT_YET in line]


def test_with_no_time_at_all_to_spare_it_is_looked_for_once_more(secondary: NameServer, unique_name: str) -> None:
    client = Client(
        f"{secondary.host}:{secondary.port}", key=key_of(secondary.keys[0]), policy=Policy(timeout=0.2, retries=0)
    )
    with pytest.raises(NotApplied):
        client.set(unique_name, "192.0.2.1", zone=ZONE, ttl=60)
