"""Finding the zone and its primary by SOA queries."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from dns_update.message import Message
from dns_update.nsupdate import Fatal
from dns_update.rr.record import Record
from dns_update.wire.codes import Flag, Opcode, Rcode, RRClass, RRType
from dns_update.wire.name import ROOT, Name
from lab import Bind, LabKey, NameServer, Zone, dig
from tests.nsupdate.messages import ZONE
from tests.nsupdate.peer_runs import PeerRun, answered, sends_below
from tests.nsupdate.program import COMMAND, key_of, nsupdate, to
from tests.nsupdate.scripted import NetworkRun, reply, soa, well
from tests.nsupdate.twins import REAL
from tests.support.command import Result
from tests.support.peer import Relay, stripped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from dns_update.transport.memory import SentMessage

# On a scripted network


def test_the_resolvers_find_the_zone_and_its_primary_at_the_port_of_the_options(tmp_path: Path) -> None:
    conf = tmp_path / "resolv.conf"
    conf.write_text("nameserver 2001:db8::1\nnameserver 192.0.2.8\n", encoding="utf-8")
    run = NetworkRun(well, {"C": str(conf), "p": "5353", "4": "", "v": ""})
    assert run.take("add www.example.com 60 A 192.0.2.1", "send") == 0
    assert run.at == ["192.0.2.8#5353", "192.0.2.53#5353"]
    assert run.how == ["udp", "tcp"]  # -v is for the servers of the zone
    assert (run.sent[0].flags, run.sent[0].question[0].name) == (Flag.RD, Name.from_text("www.example.com"))
    assert run.sent[1].question[0].name == ZONE


@pytest.mark.parametrize("script", [lambda _sent: ConnectionRefusedError(), lambda sent: reply(sent, Rcode.REFUSED)])
def test_the_run_ends_where_no_server_answers_the_soa_query(script: Callable[[SentMessage], bytes | OSError]) -> None:
    run = NetworkRun(script)
    with pytest.raises(Fatal, match="could not reach any name server"):
        run.take("server two", "del x.example.com", "send")
    assert run.at == ["192.0.2.1#53", "192.0.2.2#53"]
    assert run.said[0].startswith("; Communication with 192.0.2.1#53 failed: ")


def test_the_local_host_is_first_tried_by_ipv6(tmp_path: Path) -> None:
    (tmp_path / "resolv.conf").write_text("search example.com\n", encoding="utf-8")
    for given in ({"l": ""}, {"C": str(tmp_path / "resolv.conf")}):
        run = NetworkRun(lambda _sent: ConnectionRefusedError(), given)
        with pytest.raises(Fatal, match="could not reach any name server"):
            run.take("del x.example.com", "send")
        assert run.at == ["::1#53", "127.0.0.1#53"]


def test_an_answer_of_no_use_ends_the_run() -> None:
    run = NetworkRun(lambda sent: reply(sent, Rcode.SERVFAIL))
    with pytest.raises(Fatal, match="response to SOA query was unsuccessful"):
        run.take("server 192.0.2.1", "del x.example.com", "send")
    run = NetworkRun(reply)
    with pytest.raises(Fatal, match="could not find enclosing zone"):
        run.take("server 192.0.2.1", "del x.example.com", "send")
    assert [message.question[0].name for message in run.sent][-1] == ROOT


def test_an_alias_drops_a_label_and_so_does_a_ds_record() -> None:
    def script(sent: SentMessage) -> bytes:
        name = Message.decode(sent.octets).question[0].name
        alias = Record(name, RRType.CNAME, 1, 60, Name.from_text("example.net").to_wire())
        return reply(sent, answer=(alias,)) if len(name.labels) > 2 else well(sent)

    run = NetworkRun(script)
    assert run.take("server 192.0.2.1", "del a.b.example.com", "send", "del sub.example.com DS", "send") == 0
    asked = [str(message.question[0].name) for message in run.sent if message.opcode == Opcode.QUERY]
    assert asked == ["a.b.example.com", "b.example.com", "example.com", "example.com"]


def test_without_a_change_the_first_prerequisite_tells_the_zone() -> None:
    run = NetworkRun(well)
    assert run.take("server 192.0.2.1", "nxdomain a.example.com", "yxdomain b.example.net", "send") == 0
    assert [str(message.question[0].name) for message in run.sent] == ["a.example.com", "example.com"]


def test_the_zone_itself_has_its_soa_record_in_the_answer_section() -> None:
    def script(sent: SentMessage) -> bytes:
        other = soa(Name.from_text("other.example.com"))  # not above the name that is searched for
        is_update = Message.decode(sent.octets).opcode == Opcode.UPDATE
        return reply(sent) if is_update else reply(sent, answer=(other, soa()), authority=(other,))

    run = NetworkRun(script)
    assert run.take("server 192.0.2.1", "del example.com", "send") == 0
    assert run.sent[1].question[0].name == ZONE


def test_a_zone_that_does_not_exist_is_a_failed_update(tmp_path: Path) -> None:
    run = NetworkRun(lambda sent: reply(sent, Rcode.NXDOMAIN, authority=(soa(),)), {"C": str(tmp_path / "none")})
    assert run.take("zone nono.example.com", "del x.nono.example.com", "send") == 2
    assert run.said == ["specified zone 'nono.example.com' does not exist (NXDOMAIN)\n"]


def test_a_primary_without_an_address_is_a_failed_update(tmp_path: Path) -> None:
    soa_of_lost = Record(ZONE, RRType.SOA, RRClass.IN, 60, Name.from_text("lost").to_wire() + bytes(21))
    run = NetworkRun(lambda sent: reply(sent, authority=(soa_of_lost,)), {"C": str(tmp_path / "none")})
    assert run.take("del x.example.com", "send", "answer") == 2
    assert run.said == ["couldn't get address for 'lost': not found\n"]
    assert run.shown == []


def test_a_list_of_resolvers_that_cannot_be_read_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="cannot read "):
        NetworkRun(well, {"C": str(tmp_path)}).take("del x.example.com", "send")


def test_a_search_is_shown_with_debug() -> None:
    run = NetworkRun(well, {"d": ""})
    assert run.take("server 192.0.2.1", "del www.example.com", "send") == 0
    said = [text.partition("\n")[0] for text in run.said]
    assert said == [
        "Reply from SOA query:",
        "Found zone name: example.com",
        "Sending update to 192.0.2.1#53",
        "",
    ]
    assert "The primary is: ns.example.com\n" in run.said[1]


# As BIND's nsupdate does it, where answers lack the SOA record, and where only the root has one


@pytest.fixture(scope="module")
def rooted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    """Yield BIND with the root zone and another zone; all may update them."""
    zones = [Zone(name, policy="allow-update { any; };") for name in (".", "example.com")]
    with Bind(tmp_path_factory.mktemp("rooted"), zones=zones, listen_v6=False) as server:
        yield server


def asked(server: NameServer, program: str | Path, name: str) -> list[tuple[int, str]]:
    """Run a script that names no zone; return the opcode and the question of each message."""
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
    ours = asked(rooted, COMMAND, name)
    assert ours == asked(rooted, REAL, name)
    assert ours[-1] == (Opcode.UPDATE, zone)


# With a key or a source that the server does not take


def test_the_search_continues_unsigned_where_the_server_does_not_accept_the_key(bind: NameServer) -> None:
    script = f"server {bind.host} {bind.port}\ndel x.example.com\nsend\n"
    result = nsupdate(script, "-k", key_of(bind, LabKey.generate("stranger")))
    assert (result.status, result.stderr.splitlines()[-1]) == (2, "update failed: NOTAUTH(BADKEY)")


def test_a_search_from_a_source_that_is_not_ours_reaches_no_server(bind: NameServer) -> None:
    result = nsupdate(f"server {bind.host} {bind.port}\nlocal 192.0.2.77\ndel x.example.com\nsend\n")
    assert (result.status, result.stderr.splitlines()[-1]) == (1, "could not reach any name server")


# Where the zone is found for each send of many


def found_and_answered(octets: bytes) -> bytes:
    """Return an answer; for a query, it has the SOA record of example.com."""
    asked = Message.decode(octets)
    if asked.opcode == Opcode.UPDATE:
        return answered(octets)
    mname = Name.from_text("ns.example.com").to_wire()
    soa = Record(ZONE, RRType.SOA, RRClass.IN, 60, mname + mname + bytes(20))
    return Message(
        opcode=asked.opcode, question=asked.question, flags=Flag.QR, message_id=asked.message_id, authority=(soa,)
    ).encode()


def kinds_of(requests: Iterable[bytes]) -> list[str]:
    """Return each request as "?" and the name that it searches, or "+" and the names that it updates."""
    kinds = []
    for octets in requests:
        message = Message.decode(octets)
        is_update = message.opcode == Opcode.UPDATE
        owners = [r.name for r in message.authority] if is_update else [message.question[0].name]
        kinds.append(("+" if is_update else "?") + "".join(owner.labels[0].decode() for owner in owners))
    return kinds


def test_a_search_does_not_wait_for_updates_of_other_names() -> None:
    """The first try of the first update is lost; the second one comes while the next update waits."""
    requests: list[bytes] = []

    def script(_number: int, octets: bytes) -> list[bytes]:
        requests.append(octets)
        return [] if kinds_of(requests) == ["?a", "+a"] else [found_and_answered(octets)]

    run = PeerRun(script, {"u": "1", "r": "1"})
    lines = [line for name in "ab" for line in (f"add {name}.example.com 60 A 192.0.2.1", "send")]
    assert run.take(*lines, key=None, zone="") == 0
    assert kinds_of(requests) == ["?a", "+a", "?b", "+a", "+b"]


def test_a_search_waits_for_updates_of_its_name() -> None:
    requests: list[bytes] = []

    def script(_number: int, octets: bytes) -> list[bytes]:
        requests.append(octets)
        return [found_and_answered(octets)]

    run = PeerRun(script)
    lines = [line for number in "123" for line in (f"add a.example.com 60 A 192.0.2.{number}", "send")]
    assert run.take(*lines, key=None, zone="") == 0
    assert kinds_of(requests) == ["?a", "+a"] * 3


def test_what_a_search_prints_comes_after_the_outcomes_of_the_sends_before() -> None:
    def script(_number: int, octets: bytes) -> list[bytes]:
        asked = Message.decode(octets)
        if asked.opcode == Opcode.UPDATE:
            return [answered(octets, Rcode.REFUSED)]
        is_bad = asked.question[0].name.labels[0] == b"bad"
        return [answered(octets, Rcode.REFUSED)] if is_bad else [found_and_answered(octets)]

    run = PeerRun(script)
    lines = [line for name in ("a", "b", "bad") for line in (f"add {name}.example.com 60 A 192.0.2.1", "send")]
    with pytest.raises(Fatal, match="could not reach any name server"):
        run.take(*lines, key=None, zone="")
    said = [text.rpartition(": ")[2] for _, text in run.said]
    assert said == ["REFUSED\n"] * 3
    assert run.said[2][1].startswith("; Communication with ")


@pytest.mark.parametrize("server", ["bind", "knot", "powerdns"], indirect=True)
def test_the_zone_is_found_for_each_send_of_many(server: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    lines = [*sends_below(name, 6), f"prereq yxdomain no.{name}", f"del {name}", "send", *sends_below(f"b.{name}", 6)]
    script = to(server, *lines).replace("zone example.com\n", "")
    assert nsupdate(script, "-k", key_of(server)) == Result(2, "", "update failed: NXDOMAIN\n")
    assert len(dig(server, f"5.b.{name}", "A")) == 1
