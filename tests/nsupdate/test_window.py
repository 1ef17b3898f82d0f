"""Several sends under way at once: which may be, and that a script sees them done one by one all the same."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from dns_update.auth import Key
from dns_update.auth.tsig import Tsig, sign
from dns_update.nsupdate.network import Network
from dns_update.nsupdate.options import Settings
from dns_update.nsupdate.session import Session
from dns_update.nsupdate.talk import Talk
from dns_update.nsupdate.window import MOST, Batch, Window, names_of
from dns_update.wire.codes import Flag, Opcode, Rcode, RRClass, RRType
from dns_update.wire.message import Message, Question
from dns_update.wire.name import ROOT, Name
from dns_update.wire.record import Record
from lab import NameServer, dig
from tests.nsupdate.test_session import COMMAND, key_of, nsupdate, to
from tests.support.command import Result
from tests.transport.peers import UdpPeer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ZONE = Name.from_text("example.com")
KEY = Key("ddns-key", b"0123456789abcdef", "hmac-sha256")


def update(*records: Record, prerequisites: tuple[Record, ...] = (), additional: tuple[Record, ...] = ()) -> Message:
    return Message(
        opcode=Opcode.UPDATE,
        question=(Question(ZONE, RRType.SOA),),
        answer=prerequisites,
        authority=records,
        additional=additional,
    )


def record(owner: str, rrtype: int = RRType.A, rrclass: int = RRClass.IN) -> Record:
    return Record(Name.from_text(owner), rrtype, rrclass, 60, b"")


def names(*texts: str) -> frozenset[Name]:
    return frozenset(map(Name.from_text, texts))


# Which names an update touches.


def test_an_update_touches_the_names_of_its_changes_and_prerequisites() -> None:
    message = update(
        record("a.example.com", RRType.ANY, RRClass.ANY),
        record("A.example.com", RRType.TXT),
        record("b.example.com", RRType.PTR),
        prerequisites=(record("c.example.com", RRType.ANY, RRClass.NONE),),
    )
    assert names_of(message) == names("a.example.com", "b.example.com", "c.example.com")
    assert names_of(update()) == frozenset()


_FAR_REACHING = [
    RRType.MX,
    RRType.SRV,
    RRType.NS,
    RRType.CNAME,
    RRType.SOA,
    RRType.DNAME,
    RRType.DS,
    46,
    47,
    48,
    50,
    51,
    59,
    60,
    65280,
]


@pytest.mark.parametrize("rrtype", _FAR_REACHING)
@pytest.mark.parametrize("rrclass", [RRClass.IN, RRClass.ANY, RRClass.NONE])
def test_an_update_with_a_record_that_may_reach_further_goes_alone(rrtype: int, rrclass: int) -> None:
    assert names_of(update(record("a.example.com"), record("b.example.com", rrtype, rrclass))) is None
    assert names_of(update(prerequisites=(record("b.example.com", rrtype, rrclass),))) is None


@pytest.mark.parametrize("owner", ["example.com", "EXAMPLE.com", "*.example.com", "*.a.example.com"])
def test_an_update_at_the_apex_or_of_a_wildcard_goes_alone(owner: str) -> None:
    assert names_of(update(record("a.example.com"), record(owner))) is None
    assert names_of(update(prerequisites=(record(owner),))) is None


def test_an_update_with_a_lease_goes_alone() -> None:
    lease = Record(ROOT, RRType.OPT, 1232, 0, b"")
    assert names_of(update(record("a.example.com"), additional=(lease,))) is None


# What may join.


def window_after(answers: int) -> Window:
    """Return a window with nothing under way, after so many answers."""
    window = Window()
    for _answer in range(answers):
        window.enter("common", names())
        window.leave(answered=True)
    return window


def room_in(window: Window) -> int:
    """Fill a window; return how many updates it took."""
    count = 0
    while window.admits("common", names(f"{count}.example.com")):
        window.enter("common", names(f"{count}.example.com"))
        count += 1
    return count


@pytest.mark.parametrize("answers", [0, 1, 2, 10, MOST - 1, MOST, 2 * MOST])
def test_there_is_room_for_one_more_with_each_answer(answers: int) -> None:
    assert room_in(window_after(answers)) == min(1 + answers, MOST)


def test_where_no_answer_came_it_starts_anew() -> None:
    window = window_after(MOST)
    window.enter("common", names())
    window.leave(answered=False)
    assert room_in(window) == 1


def test_a_name_that_is_under_way_keeps_others_out_until_it_is_settled() -> None:
    window = window_after(MOST)
    window.enter("common", names("a.example.com", "b.example.com"))
    window.enter("common", names("c.example.com"))
    for taken in ("a.example.com", "B.example.com", "c.example.com"):
        assert not window.admits("common", names(taken, "d.example.com"))
    assert window.admits("common", names("a.a.example.com", "d.example.com"))
    window.leave(answered=True)
    assert window.admits("common", names("a.example.com", "b.example.com"))
    assert not window.admits("common", names("c.example.com"))


def test_what_differs_in_server_key_or_zone_waits_until_all_is_settled() -> None:
    window = window_after(MOST)
    window.enter("common", names("a.example.com"))
    assert not window.admits("another", names("b.example.com"))
    window.leave(answered=True)
    assert window.admits("another", names("b.example.com"))


# With a scripted server


def answered(request: bytes, rcode: int = 0) -> bytes:
    """Return an answer that the key's holder gives."""
    asked = Message.decode(request)
    assert asked.signature is not None
    reply = Message(
        opcode=asked.opcode, question=asked.question, flags=Flag.QR, rcode=rcode, message_id=asked.message_id
    )
    request_mac = Tsig.from_rdata(asked.signature.record.rdata).mac
    return sign(reply.encode(), KEY, time_signed=int(time.time()), request_mac=request_mac)[0]


class Run:
    """A session whose server is a scripted peer; `said` is what came of it, and after how many requests."""

    def __init__(self, script: Callable[[int, bytes], Iterable[bytes]], given: dict[str, str] | None = None) -> None:
        self.said: list[tuple[int, str]] = []
        self._script = script
        self._settings = Settings(given)
        self._peer: UdpPeer | None = None

    def take(self, *lines: str, key: Key | None = KEY) -> int:
        """Carry out lines, settle, and return the status."""
        with UdpPeer(self._script) as peer:
            talk = Talk(print, lambda text: self.said.append((len(peer.clients), text)))
            network = Network(self._settings, talk.trace)
            session = Session(self._settings, key, network, talk)
            for line in (f"server 127.0.0.1 {peer.endpoint.port}", "zone example.com", *lines):
                session.take(line)
            session.settle()
            network.close()
            self.ports = [port for _, port in peer.clients]
            return session.status


def sends(count: int) -> list[str]:
    return [line for number in range(count) for line in (f"add {number}.example.com 60 A 192.0.2.1", "send")]


def lone_sends(count: int) -> list[str]:
    """Return sends that share no message, for each has a prerequisite."""
    return [f"prereq nxdomain {line.split()[1]}\n{line}" if line != "send" else line for line in sends(count)]


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


def test_unsigned_sends_go_one_by_one_from_ports_of_their_own() -> None:
    def script(_number: int, octets: bytes) -> list[bytes]:
        asked = Message.decode(octets)
        return [Message(opcode=5, question=asked.question, flags=Flag.QR, message_id=asked.message_id).encode()]

    run = Run(script)
    assert run.take(*sends(8), key=None) == 0
    assert len(set(run.ports)) > 1


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


def batch_of(*messages: Message, room: int = 1000) -> tuple[Batch, list[bool]]:
    """Offer messages to a batch; return it, and which of them it took."""
    batch = Batch("common", ([], KEY), room)
    return batch, [batch.takes(message, names_of(message) or names(), "common") for message in messages]


def test_sends_about_different_names_go_together_in_their_order() -> None:
    records = [record(f"{number}.example.com") for number in range(3)]
    batch, taken = batch_of(*map(update, records))
    assert taken == [True] * 3
    assert batch.to_message() == update(*records)


def test_a_name_is_not_twice_in_a_message() -> None:
    assert batch_of(update(record("a.example.com")), update(record("A.example.com")))[1] == [True, False]


def test_a_prerequisite_is_its_own_sends_business() -> None:
    plain, conditional = update(record("a.example.com")), update(prerequisites=(record("b.example.com"),))
    assert batch_of(plain, conditional)[1] == [True, False]
    assert batch_of(conditional, plain)[1] == [True, False]


def test_what_differs_in_server_key_or_zone_goes_in_another_message() -> None:
    batch, _taken = batch_of(update(record("a.example.com")))
    assert not batch.takes(update(record("b.example.com")), names("b.example.com"), "another")


def test_a_batch_is_full_when_its_room_is_and_takes_one_send_of_any_size() -> None:
    one = Record(Name.from_text("a.example.com"), RRType.TXT, RRClass.IN, 60, b"x" * 48)
    other = Record(Name.from_text("b.example.com"), RRType.TXT, RRClass.IN, 60, b"x" * 48)
    octets = len(update(one, other).encode(0)) - len(update().encode(0))
    assert batch_of(update(one), update(other), room=octets)[1] == [True, True]
    assert batch_of(update(one), update(other), room=octets - 1)[1] == [True, False]
    assert batch_of(update(one), room=1)[1] == [True]


def test_once_the_server_answers_waiting_sends_share_a_datagram() -> None:
    requests: list[bytes] = []

    def script(_number: int, octets: bytes) -> list[bytes]:
        requests.append(octets)
        return [answered(octets)]

    run = Run(script)
    assert run.take(*sends(60)) == 0
    assert len(requests) < 10
    assert max(map(len, requests)) <= 512
    owners = [change.name.labels[0] for octets in requests for change in Message.decode(octets).authority]
    assert owners == [str(number).encode() for number in range(60)]


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
