"""Several sends under way at once: which may be, and that a script sees them done one by one all the same."""

from __future__ import annotations

import base64
import io
import os
import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest

from dns_update.auth import Key
from dns_update.auth.tsig import Tsig, sign
from dns_update.cli import main
from dns_update.message import Message
from dns_update.nsupdate import Fatal
from dns_update.nsupdate.footprint import ALONE, reach_of
from dns_update.nsupdate.network import Network
from dns_update.nsupdate.options import Settings
from dns_update.nsupdate.session import Session
from dns_update.nsupdate.talk import Talk
from dns_update.nsupdate.window import MOST, Batch, Window
from dns_update.rr.record import Record
from dns_update.wire.codes import Flag, Opcode, Rcode, RRClass, RRType
from dns_update.wire.framing import frame
from dns_update.wire.name import Name
from lab import Bind, NameServer, Zone, dig
from tests.nsupdate.messages import ZONE, altering, exchanger_of, record, update
from tests.nsupdate.test_session import COMMAND, key_of, nsupdate, to
from tests.support.command import Result
from tests.transport.peers import TcpPeer, UdpPeer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable
    from pathlib import Path

_DEADLINE = 60  # seconds after which a run hangs; none of the tests counts on it
KEY = Key("ddns-key", b"0123456789abcdef", "hmac-sha256")


# What may join.


def window_after(answers: int) -> Window:
    """Return a window with nothing under way, after so many answers."""
    window = Window()
    for _answer in range(answers):
        window.enter("common", altering())
        window.leave(was_answered=True, was_carried_out=True)
    return window


def room_in(window: Window) -> int:
    """Fill a window; return how many updates it took."""
    count = 0
    while window.admits("common", altering(f"{count}.example.com")):
        window.enter("common", altering(f"{count}.example.com"))
        count += 1
    return count


@pytest.mark.parametrize("answers", [0, 1, 2, 10, MOST - 1, MOST, 2 * MOST])
def test_there_is_room_for_one_more_with_each_answer(answers: int) -> None:
    assert room_in(window_after(answers)) == min(1 + answers, MOST)


def test_where_no_answer_came_it_starts_anew() -> None:
    window = window_after(MOST)
    window.enter("common", altering())
    window.leave(was_answered=False, was_carried_out=False)
    assert room_in(window) == 1


def test_a_refusal_is_an_answer_but_the_next_message_has_one_send() -> None:
    window = window_after(5)
    assert window.most_sends == 6
    window.enter("common", altering())
    window.leave(was_answered=True, was_carried_out=False)
    assert window.most_sends == 1
    assert room_in(window) == 7


def test_a_name_that_is_under_way_keeps_others_out_until_it_is_settled() -> None:
    window = window_after(MOST)
    window.enter("common", altering("a.example.com", "b.example.com"))
    window.enter("common", altering("c.example.com"))
    for taken in ("a.example.com", "B.example.com", "c.example.com"):
        assert not window.admits("common", altering(taken, "d.example.com"))
    assert window.admits("common", altering("a.a.example.com", "d.example.com"))
    window.leave(was_answered=True, was_carried_out=True)
    assert window.admits("common", altering("a.example.com", "b.example.com"))
    assert not window.admits("common", altering("c.example.com"))


def test_what_goes_alone_waits_and_is_waited_for() -> None:
    window = window_after(MOST)
    assert window.admits("common", ALONE)
    window.enter("common", altering("a.example.com"))
    assert not window.admits("common", ALONE)
    window.leave(was_answered=True, was_carried_out=True)
    window.enter("common", ALONE)
    assert not window.admits("common", altering("b.example.com"))


def test_what_differs_in_server_key_or_zone_waits_until_all_is_settled() -> None:
    window = window_after(MOST)
    window.enter("common", altering("a.example.com"))
    assert not window.admits("another", altering("b.example.com"))
    window.leave(was_answered=True, was_carried_out=True)
    assert window.admits("another", altering("b.example.com"))


# With a scripted server


def answered(request: bytes, rcode: int = 0) -> bytes:
    """Return an answer; to a signed request, one that the key's holder gives."""
    asked = Message.decode(request)
    reply = Message(
        opcode=asked.opcode, question=asked.question, flags=Flag.QR, rcode=rcode, message_id=asked.message_id
    )
    if asked.signature is None:
        return reply.encode()
    request_mac = Tsig.from_rdata(asked.signature.record.rdata).mac
    return sign(reply.encode(), KEY, time_signed=int(time.time()), request_mac=request_mac)[0]


class Run:
    """A session whose server is a scripted peer; `said` is what came of it, and after how many requests."""

    def __init__(self, script: Callable[[int, bytes], Iterable[bytes]], given: dict[str, str] | None = None) -> None:
        self.said: list[tuple[int, str]] = []
        self._script = script
        self._settings = Settings(given)
        self._peer: UdpPeer | None = None

    def take(self, *lines: str, key: Key | None = KEY, zone: str = "zone example.com") -> int:
        """Carry out lines, settle, and return the status."""
        with UdpPeer(self._script) as peer:
            talk = Talk(print, lambda text: self.said.append((len(peer.clients), text)))
            network = Network(self._settings, talk.trace)
            session = Session(self._settings, key, network, talk)
            try:
                for line in (f"server 127.0.0.1 {peer.endpoint.port}", zone or ";", *lines):
                    session.take(line)
                session.settle()
            finally:
                network.close()
                self.ports = [port for _, port in peer.clients]
            return session.status


def sends(count: int) -> list[str]:
    return [line for number in range(count) for line in (f"add {number}.example.com 60 A 192.0.2.1", "send")]


def lone_sends(count: int) -> list[str]:
    """Return sends that share no message, for all look at one name."""
    return [f"prereq yxdomain all.example.com\n{line}" if line != "send" else line for line in sends(count)]


def owners_in(requests: Iterable[bytes]) -> list[int]:
    """Return the numbers of the sends that requests hold."""
    return [int(change.name.labels[0]) for octets in requests for change in Message.decode(octets).authority]


def lines_of(texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in text.splitlines()]


def test_sends_that_have_nothing_to_do_with_each_other_are_under_way_together() -> None:
    """The server is silent until it has one, then two more, then four more: so many there are at once."""
    held: list[bytes] = []

    def script(number: int, octets: bytes) -> list[bytes]:
        held.append(octets)
        if number not in (1, 3, 7):
            return []
        replies = [answered(request) for request in reversed(held)]
        held.clear()
        return replies

    run = Run(script)
    assert run.take(*lines_of(lone_sends(7))) == 0
    assert (run.said, len(run.ports), len(set(run.ports))) == ([], 7, 1)


def test_a_server_that_is_silent_is_sent_one_at_a_time() -> None:
    run = Run(lambda _number, _octets: [], {"u": "1", "r": "0"})
    assert run.take(*sends(2)) == 2
    assert [(requests, text.rpartition(": ")[2]) for requests, text in run.said] == [
        (1, "timed out\n"),
        (2, "timed out\n"),
    ]


def test_what_came_of_the_sends_is_told_in_their_order() -> None:
    """The server answers from the last to the first."""
    rcodes = [Rcode.NOERROR, Rcode.REFUSED, Rcode.NOTZONE, Rcode.NXDOMAIN, Rcode.YXRRSET]
    held: list[bytes] = []

    def script(number: int, octets: bytes) -> list[bytes]:
        held.append(octets)
        if number not in (1, 3, 5):
            return []
        replies = [
            answered(request, rcodes[int(Message.decode(request).authority[0].name.labels[0])])
            for request in reversed(held)
        ]
        held.clear()
        return replies

    run = Run(script)
    assert run.take(*lines_of(lone_sends(5))) == 2
    said = [text for _, text in run.said]
    assert said == [f"update failed: {rcode}\n" for rcode in ("REFUSED", "NOTZONE", "NXDOMAIN", "YXRRSET")]


def test_unsigned_sends_are_under_way_together_from_a_port_each() -> None:
    held: list[bytes] = []

    def script(number: int, octets: bytes) -> list[bytes]:
        held.append(octets)
        return [answered(octets)] if number == 1 else []

    run = Run(script, {"u": "1", "r": "0"})
    assert run.take(*lines_of(lone_sends(3)), key=None) == 2
    assert [(requests, text.rpartition(": ")[2]) for requests, text in run.said] == [(3, "timed out\n")] * 2
    assert len(set(run.ports)) == 3


def test_unsigned_sends_share_messages() -> None:
    requests: list[bytes] = []

    def script(_number: int, octets: bytes) -> list[bytes]:
        requests.append(octets)
        return [answered(octets)]

    run = Run(script)
    assert run.take(*sends(60), key=None) == 0
    assert len(requests) <= 20
    assert len(set(run.ports)) > 1
    assert max(map(len, requests)) <= 512
    assert owners_in(requests) == list(range(60))


def test_the_next_send_about_a_name_waits_for_the_answer_to_the_one_before() -> None:
    requests: list[bytes] = []

    def script(_number: int, octets: bytes) -> list[bytes]:
        requests.append(octets)
        return [answered(octets)]

    run = Run(script)
    lines = [line for n in range(9) for line in (f"add 0.example.com 60 A 192.0.2.{n}", "send")]
    assert run.take(*lines) == 0
    assert [[change.rdata[3] for change in Message.decode(r).authority] for r in requests] == [[n] for n in range(9)]


def test_a_failure_among_others_counts_only_where_the_update_was_alone() -> None:
    """Each that is not alone gets SERVFAIL, and is sent again; the last one alone, too, and is not."""
    held: list[bytes] = []

    def script(number: int, octets: bytes) -> list[bytes]:
        held.append(octets)
        if number == 2:
            return []
        rcode = Rcode.SERVFAIL if len(held) > 1 or number == 6 else Rcode.NOERROR
        replies = [answered(request, rcode) for request in held]
        held.clear()
        return replies

    run = Run(script)
    assert run.take(*sends(3), "add 9.example.com 60 CNAME x", "send") == 2
    assert run.said == [(6, "update failed: SERVFAIL\n")]


# What goes together in one message.


def batch_of(*messages: Message, room: int = 1000, most_sends: int = 100) -> tuple[Batch, list[bool]]:
    """Offer messages to a batch; return it, and which of them it took."""
    batch = Batch("common", ([], KEY), room, most_sends)
    return batch, [batch.takes(message, reach_of(message), "common") for message in messages]


def test_sends_about_different_names_go_together_in_their_order() -> None:
    records = [record(f"{number}.example.com") for number in range(3)]
    batch, taken = batch_of(*map(update, records))
    assert taken == [True] * 3
    assert batch.to_message() == update(*records)
    assert batch.reach == altering("0.example.com", "1.example.com", "2.example.com")


def test_a_batch_has_no_more_sends_than_it_may() -> None:
    records = [record(f"{number}.example.com") for number in range(3)]
    batch, taken = batch_of(*map(update, records), most_sends=2)
    assert taken == [True, True, False]
    assert batch.is_full


def test_a_name_is_not_twice_in_a_message() -> None:
    assert batch_of(update(record("a.example.com")), update(record("A.example.com")))[1] == [True, False]


def test_prerequisites_about_different_names_go_together() -> None:
    conditions = [record(f"p{number}.example.com", RRType.ANY, RRClass.NONE) for number in range(2)]
    changes = [record(f"{number}.example.com") for number in range(3)]
    messages = [
        update(changes[0], prerequisites=(conditions[0],)),
        update(changes[1]),
        update(changes[2], prerequisites=(conditions[1],)),
    ]
    batch, taken = batch_of(*messages)
    assert taken == [True] * 3
    assert batch.to_message() == update(*changes, prerequisites=tuple(conditions))


def test_a_name_that_one_send_looks_at_is_no_other_sends() -> None:
    """Two conditions about the data of one RRset would be one about both (RFC 2136, section 3.2.3)."""
    condition = record("p.example.com")
    looking = [update(record(f"{number}.example.com"), prerequisites=(condition,)) for number in range(2)]
    altering_it = update(condition)
    assert batch_of(looking[0], looking[1])[1] == [True, False]
    assert batch_of(looking[0], altering_it)[1] == [True, False]
    assert batch_of(altering_it, looking[0])[1] == [True, False]


def test_what_goes_alone_is_a_batch_of_its_own() -> None:
    delegation = update(record("child.example.com", RRType.NS))
    batch, taken = batch_of(delegation, update(record("a.example.com")))
    assert taken == [True, False]
    assert batch.is_full
    assert batch.reach == ALONE
    assert batch_of(update(record("a.example.com")), delegation)[1] == [True, False]


def test_a_mail_exchanger_and_its_host_do_not_go_together() -> None:
    exchanger = update(exchanger_of("a.example.com", "host.example.com"))
    other = update(exchanger_of("b.example.com", "host.example.com"))
    host = update(record("host.example.com"))
    assert batch_of(exchanger, other)[1] == [True, True]
    assert batch_of(exchanger, host)[1] == [True, False]
    assert batch_of(host, exchanger)[1] == [True, False]


def test_what_differs_in_server_key_or_zone_goes_in_another_message() -> None:
    batch, _taken = batch_of(update(record("a.example.com")))
    assert not batch.takes(update(record("b.example.com")), altering("b.example.com"), "another")


def test_a_batch_is_full_when_its_room_is_and_takes_one_send_of_any_size() -> None:
    one, other, condition = (
        Record(Name.from_text(f"{name}.example.com"), RRType.TXT, RRClass.IN, 60, b"x" * 48) for name in "abc"
    )
    both = [update(one), update(other, prerequisites=(condition,))]
    octets = len(update(one, other, prerequisites=(condition,)).encode(0)) - len(update().encode(0))
    assert batch_of(*both, room=octets)[1] == [True, True]
    assert batch_of(*both, room=octets - 1)[1] == [True, False]
    assert batch_of(update(one), room=1)[1] == [True]


def test_once_the_server_answers_waiting_sends_share_a_datagram() -> None:
    requests: list[bytes] = []

    def script(_number: int, octets: bytes) -> list[bytes]:
        requests.append(octets)
        return [answered(octets)]

    run = Run(script)
    assert run.take(*sends(60)) == 0
    assert len(requests) <= 20
    assert max(map(len, requests)) <= 512
    assert owners_in(requests) == list(range(60))


def test_of_sends_that_were_refused_together_each_gets_its_own_answer() -> None:
    def script(_number: int, octets: bytes) -> list[bytes]:
        owners = {change.name.labels[0] for change in Message.decode(octets).authority}
        return [answered(octets, Rcode.REFUSED if b"3" in owners else Rcode.NOERROR)]

    run = Run(script)
    assert run.take(*sends(8)) == 2
    assert [text for _, text in run.said] == ["update failed: REFUSED\n"]


def test_of_sends_that_got_no_answer_together_each_is_tried_alone() -> None:
    def script(number: int, octets: bytes) -> list[bytes]:
        return [answered(octets)] if number == 1 or len(Message.decode(octets).authority) == 1 else []

    run = Run(script, {"u": "1", "r": "0"})
    assert run.take(*sends(8)) == 0
    assert run.said == []


def test_once_a_message_was_refused_the_next_ones_begin_with_one_send_again() -> None:
    """From the tenth send on the server refuses; what is under way then goes on as it was made."""
    requests: list[bytes] = []

    def script(_number: int, octets: bytes) -> list[bytes]:
        requests.append(octets)
        return [answered(octets, Rcode.REFUSED if max(owners_in([octets])) >= 10 else Rcode.NOERROR)]

    run = Run(script)
    assert run.take(*sends(600)) == 2
    assert [text for _, text in run.said] == ["update failed: REFUSED\n"] * 590
    assert [owners_in([octets]) for octets in requests[-20:]] == [[number] for number in range(580, 600)]


def test_a_condition_that_does_not_hold_fails_its_own_send_only() -> None:
    def script(_number: int, octets: bytes) -> list[bytes]:
        looked_at = {condition.name.labels[0] for condition in Message.decode(octets).answer}
        return [answered(octets, Rcode.YXDOMAIN if b"5" in looked_at else Rcode.NOERROR)]

    run = Run(script)
    lines = [f"prereq nxdomain {line.split()[1]}\n{line}" if line != "send" else line for line in sends(12)]
    assert run.take(*lines_of(lines)) == 2
    assert [text for _, text in run.said] == ["update failed: YXDOMAIN\n"]


def test_an_answer_that_is_lost_brings_the_same_message_again() -> None:
    requests: list[bytes] = []

    def script(_number: int, octets: bytes) -> list[bytes]:
        requests.append(octets)
        return [] if len(requests) == 3 else [answered(octets)]

    run = Run(script, {"u": "1", "r": "1"})
    assert run.take(*sends(4)) == 0
    assert run.said == []
    assert sorted(owners_in(requests)) in ([0, 1, 2, 2, 3], [0, 1, 2, 2, 3, 3])


# What goes by TCP.


def test_over_tcp_each_that_the_server_leaves_behind_goes_on_over_a_new_connection() -> None:
    """The server ends the connection behind the first answer."""
    requests: list[bytes] = []

    def script(connection: socket.socket, octets: bytes) -> None:
        requests.append(octets)
        connection.sendall(frame(answered(octets)))

    said: list[str] = []
    with TcpPeer(script) as peer:
        talk = Talk(print, said.append)
        settings = Settings({"v": ""})
        network = Network(settings, talk.trace)
        session = Session(settings, KEY, network, talk)
        for line in (f"server 127.0.0.1 {peer.endpoint.port}", "zone example.com", *sends(20)):
            session.take(line)
        session.settle()
        network.close()
    assert (session.status, said) == (0, [])
    assert set(owners_in(requests)) == set(range(20))


def test_over_tcp_failures_are_told_in_order_and_the_rest_stands(bind: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    lines = [*sends_below(name, 20), f"prereq yxdomain no.{name}", "send", *sends_below(f"b.{name}", 20)]
    long = [f"add long.{name} 60 TXT {' '.join(['x' * 250] * 4)}", "send"]
    assert nsupdate(to(bind, *lines, *long), "-v", "-k", key_of(bind)) == Result(2, "", "update failed: NXDOMAIN\n")
    for owner in (f"19.{name}", f"19.b.{name}"):
        assert len(dig(bind, owner, "A")) == 1
    assert len(dig(bind, f"long.{name}", "TXT")) == 1


# Where the zone is found for each send.


def found_and_answered(octets: bytes) -> bytes:
    """Return an answer: for a query, the SOA record of example.com."""
    asked = Message.decode(octets)
    if asked.opcode == Opcode.UPDATE:
        return answered(octets)
    mname = Name.from_text("ns.example.com").to_wire()
    soa = Record(ZONE, RRType.SOA, RRClass.IN, 60, mname + mname + bytes(20))
    return Message(
        opcode=asked.opcode, question=asked.question, flags=Flag.QR, message_id=asked.message_id, authority=(soa,)
    ).encode()


def kinds_of(requests: Iterable[bytes]) -> list[str]:
    """Return which requests were searches, by the name, and which updates, by their names."""
    kinds = []
    for octets in requests:
        message = Message.decode(octets)
        is_update = message.opcode == Opcode.UPDATE
        owners = [r.name for r in message.authority] if is_update else [message.question[0].name]
        kinds.append(("+" if is_update else "?") + "".join(owner.labels[0].decode() for owner in owners))
    return kinds


def test_a_search_does_not_wait_for_updates_of_other_names() -> None:
    """The first try of the first update is lost; the second one comes when the next update wants to know."""
    requests: list[bytes] = []

    def script(_number: int, octets: bytes) -> list[bytes]:
        requests.append(octets)
        return [] if kinds_of(requests) == ["?a", "+a"] else [found_and_answered(octets)]

    run = Run(script, {"u": "1", "r": "1"})
    lines = [line for name in "ab" for line in (f"add {name}.example.com 60 A 192.0.2.1", "send")]
    assert run.take(*lines, key=None, zone="") == 0
    assert kinds_of(requests) == ["?a", "+a", "?b", "+a", "+b"]


def test_a_search_waits_for_updates_of_its_name() -> None:
    requests: list[bytes] = []

    def script(_number: int, octets: bytes) -> list[bytes]:
        requests.append(octets)
        return [found_and_answered(octets)]

    run = Run(script)
    lines = [line for number in "123" for line in (f"add a.example.com 60 A 192.0.2.{number}", "send")]
    assert run.take(*lines, key=None, zone="") == 0
    assert kinds_of(requests) == ["?a", "+a"] * 3


def test_what_a_search_says_stands_behind_what_came_of_the_sends_before() -> None:
    def script(_number: int, octets: bytes) -> list[bytes]:
        asked = Message.decode(octets)
        if asked.opcode == Opcode.UPDATE:
            return [answered(octets, Rcode.REFUSED)]
        is_bad = asked.question[0].name.labels[0] == b"bad"
        return [answered(octets, Rcode.REFUSED)] if is_bad else [found_and_answered(octets)]

    run = Run(script)
    lines = [line for name in ("a", "b", "bad") for line in (f"add {name}.example.com 60 A 192.0.2.1", "send")]
    with pytest.raises(Fatal, match="could not reach any name server"):
        run.take(*lines, key=None, zone="")
    said = [text.rpartition(": ")[2] for _, text in run.said]
    assert said == ["REFUSED\n"] * 3
    assert run.said[2][1].startswith("; Communication with ")


# With real servers


@pytest.mark.parametrize("server", ["bind", "knot", "powerdns"], indirect=True)
def test_a_failure_changes_nothing_for_others_on_any_server(server: NameServer, unique_name: str) -> None:
    """Knot fails together what came together."""
    lines = []
    for number in range(100):
        lines += [f"prereq yxdomain {number}.{unique_name}.example.com"] if number % 9 == 8 else []
        lines += [f"add {number}.{unique_name}.example.com 60 A 192.0.2.1", "send"]
    result = nsupdate(to(server, *lines), "-k", key_of(server))
    assert result == Result(2, "", "update failed: NXDOMAIN\n" * 11)
    for number in (0, 7, 8, 9, 98, 99):
        found = dig(server, f"{number}.{unique_name}.example.com", "A")
        assert len(found) == (number % 9 != 8)


def test_a_chain_of_sends_each_of_which_needs_the_one_before(bind: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    lines = [f"add {name} 60 A 192.0.2.0", "send"]
    for number in range(1, 60):
        lines += [f"prereq yxrrset {name} A 192.0.2.{number - 1}", f"del {name} A"]
        lines += [f"add {name} 60 A 192.0.2.{number}", "send", f"add x{number}.{name} 60 A 192.0.2.1", "send"]
    assert nsupdate(to(bind, *lines), "-k", key_of(bind)) == Result(0, "", "")
    assert dig(bind, name, "A") == [f"{name}. 60 IN A 192.0.2.59"]
    assert dig(bind, f"x59.{name}", "A") == [f"x59.{name}. 60 IN A 192.0.2.1"]


@pytest.mark.parametrize("server", ["bind", "knot", "powerdns"], indirect=True)
def test_what_stands_in_for_an_alias_comes_behind_it(server: NameServer, unique_name: str) -> None:
    """Each name is an alias first, and then has an address; others come in between."""
    owners = [f"{number}.{unique_name}.example.com" for number in range(12)]
    lines = [line for owner in owners for line in (f"add {owner} 60 CNAME www.example.com.", "send")]
    lines += [line for owner in owners for line in (f"del {owner} CNAME\nadd {owner} 60 A 192.0.2.1", "send")]
    assert nsupdate(to(server, *lines_of(lines)), "-k", key_of(server)) == Result(0, "", "")
    assert [dig(server, owner, "A") for owner in owners] == [[f"{owner}. 60 IN A 192.0.2.1"] for owner in owners]


def test_unsigned_failures_among_many_sends_are_told_in_order(tmp_path: Path, unique_name: str) -> None:
    with Bind(tmp_path, zones=(Zone("example.com", policy="allow-update { any; };"),)) as server:
        name = f"{unique_name}.example.com"
        lines = [*sends_below(name, 20), f"prereq yxdomain no.{name}", "send", *sends_below(f"b.{name}", 20)]
        lines += [f"add {name}.elsewhere. 60 A 192.0.2.1", "send"]
        expected = "update failed: NXDOMAIN\nupdate failed: NOTZONE\n"
        assert nsupdate(to(server, *lines)) == Result(2, "", expected)
        assert len(dig(server, f"19.b.{name}", "A")) == 1


@pytest.mark.parametrize("server", ["bind", "knot", "powerdns"], indirect=True)
def test_the_zone_is_found_for_each_send_of_many(server: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    lines = [*sends_below(name, 6), f"prereq yxdomain no.{name}", f"del {name}", "send", *sends_below(f"b.{name}", 6)]
    script = to(server, *lines).replace("zone example.com\n", "")
    assert nsupdate(script, "-k", key_of(server)) == Result(2, "", "update failed: NXDOMAIN\n")
    assert len(dig(server, f"5.b.{name}", "A")) == 1


def test_failures_among_many_sends_are_told_in_order_and_the_rest_stands(bind: NameServer, unique_name: str) -> None:
    lines, expected = [], []
    for number in range(120):
        name = f"{unique_name}-{number}.example.com"
        if number % 7 == 3:
            lines += [f"prereq yxdomain {name}"]
            expected += ["update failed: NXDOMAIN"]
        elif number % 11 == 5:
            lines += [f"add {name}.elsewhere. 60 A 192.0.2.1"]
            expected += ["update failed: NOTZONE"]
        lines += [f"add {name} 60 A 192.0.2.1", "send"]
    result = nsupdate(to(bind, *lines), "-k", key_of(bind))
    assert (result.status, result.stderr.splitlines()) == (2, expected)
    assert len(dig(bind, f"{unique_name}-119.example.com", "A")) == 1
    assert dig(bind, f"{unique_name}-115.example.com", "A") == []  # 16 * 7 + 3


def test_what_came_of_earlier_sends_is_told_before_a_mistake(bind: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    lines = [*sends_below(name, 8), f"prereq yxdomain no.{name}", "send", *sends_below(f"b.{name}", 4), "nonsense"]
    result = nsupdate(to(bind, *lines), "-k", key_of(bind))
    said = ["update failed: NXDOMAIN", "incorrect section name: nonsense", "syntax error"]
    assert (result.status, result.stderr.splitlines()) == (1, said)
    assert len(dig(bind, f"3.b.{name}", "A")) == 1


def test_the_answer_to_the_last_send_is_shown(bind: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    lines = [*sends_below(name, 8), f"prereq yxdomain no.{name}", "send", "answer"]
    result = nsupdate(to(bind, *lines), "-k", key_of(bind))
    assert "Answer:\n;; ->>HEADER<<- opcode: UPDATE, status: NXDOMAIN" in result.stdout


def test_ctrl_c_ends_a_run_whose_sends_are_under_way() -> None:
    """The server answers the first, so that more than one is under way when it falls silent."""
    arrived = threading.Event()

    def script(number: int, octets: bytes) -> list[bytes]:
        if number == 3:
            arrived.set()
        return [answered(octets)] if number == 1 else []

    with UdpPeer(script) as peer:
        lines = "\n".join([f"server 127.0.0.1 {peer.endpoint.port}", "zone example.com", *lines_of(lone_sends(9)), ""])
        # A shell's background job has SIGINT ignored, and so would its children.
        command = ["env", "--default-signal=INT", str(COMMAND)]
        command += ["-y", f"{KEY.algorithm.text}:ddns-key:{base64.b64encode(KEY.secret).decode()}"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stderr is not None
            process.stdin.write(lines.encode())
            process.stdin.close()
            assert arrived.wait(_DEADLINE)
            process.send_signal(signal.SIGINT)
            assert b"interrupted" in process.stderr.readline()
            assert b"may have been carried out" in process.stderr.readline()
            assert process.wait(_DEADLINE) == 130


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_ctrl_c_at_an_idle_prompt_claims_no_update(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not by a signal: one that comes just before the terminal is waited for is heard at the next key only."""

    def interrupted(_prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.stdin", _Terminal())
    monkeypatch.setattr("builtins.input", interrupted)
    assert main(["nsupdate"]) == 130
    assert capsys.readouterr() == ("", "dns-update: interrupted; nothing was under way\n")


def test_a_host_that_gets_its_address_in_a_later_send_has_none_yet(bind: NameServer, unique_name: str) -> None:
    """BIND refuses a mail exchanger of the zone that has no address: what comes after it must not help it."""
    name = f"{unique_name}.example.com"
    pair = [f"add a.{name} 60 MX 5 host.{name}", "send", f"add host.{name} 60 A 192.0.2.1", "send"]
    result = nsupdate(to(bind, *sends_below(name, 6), *pair, *sends_below(f"b.{name}", 2)), "-k", key_of(bind))
    assert result == Result(2, "", "update failed: REFUSED\n")
    assert len(dig(bind, f"host.{name}", "A")) == 1


def test_one_refused_send_among_many_fails_alone(bind: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    lines = [*sends_below(name, 6), f"add mx.{name} 60 MX 10 nobody.{name}", "send", *sends_below(f"b.{name}", 6)]
    result = nsupdate(to(bind, *lines), "-k", key_of(bind))
    assert result == Result(2, "", "update failed: REFUSED\n")
    assert dig(bind, f"mx.{name}", "MX") == []
    for number in range(6):
        assert len(dig(bind, f"{number}.{name}", "A")) == len(dig(bind, f"{number}.b.{name}", "A")) == 1


@pytest.mark.parametrize("end", ["quit\n", "", "add unsent.example.com 60 A 192.0.2.1\n"])
def test_the_end_waits_for_what_is_under_way(end: str, bind: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    lines = [*sends_below(name, 8), f"prereq yxdomain no.{name}", "send", *sends_below(f"b.{name}", 4)]
    result = nsupdate(to(bind, *lines) + end, "-k", key_of(bind))
    assert result == Result(2, "", "update failed: NXDOMAIN\n")


def test_a_program_that_waits_for_what_comes_of_its_lines_is_told_without_another(
    bind: NameServer, unique_name: str
) -> None:
    """Lines come in pieces, with a line cut through between two of them."""
    name = f"{unique_name}.example.com"
    script = to(bind, *sends_below(name, 8), f"prereq yxdomain no.{name}", "send", *sends_below(f"b.{name}", 4))
    command = [str(COMMAND), "-k", key_of(bind)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        for piece in (script[:100], script[100:], f"prereq yxdomain nono.{name}\n\n"):
            os.write(process.stdin.fileno(), piece.encode())
            if piece != script[:100]:
                assert process.stderr.readline() == b"update failed: NXDOMAIN\n"
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait() == 2
    assert len(dig(bind, f"3.b.{name}", "A")) == 1


def sends_below(name: str, count: int) -> list[str]:
    return [line for number in range(count) for line in (f"add {number}.{name} 60 A 192.0.2.1", "send")]
