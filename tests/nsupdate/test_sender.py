"""Several sends under way at once: a script still sees them as if they were done one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dns_update.message import Message
from dns_update.nsupdate.network import Network
from dns_update.nsupdate.options import NsupdateOptions
from dns_update.nsupdate.session import Session
from dns_update.nsupdate.talk import Talk
from dns_update.wire.codes import Rcode
from dns_update.wire.framing import frame
from lab import Bind, NameServer, Zone, dig
from tests.nsupdate.peer_runs import KEY, PeerRun, answered, lines_of, lone_sends, owners_in, sends, sends_below
from tests.nsupdate.program import key_of, nsupdate, to
from tests.support.command import Result
from tests.transport.peers import TcpPeer

if TYPE_CHECKING:
    import socket
    from pathlib import Path

# With a scripted server


def test_independent_sends_are_under_way_together() -> None:
    """The server is silent until it has one, then two more, then four more: that many are under way at once."""
    held: list[bytes] = []

    def script(number: int, octets: bytes) -> list[bytes]:
        held.append(octets)
        if number not in (1, 3, 7):
            return []
        replies = [answered(request) for request in reversed(held)]
        held.clear()
        return replies

    run = PeerRun(script)
    assert run.take(*lines_of(lone_sends(7))) == 0
    assert (run.said, len(run.ports), len(set(run.ports))) == ([], 7, 1)


def test_a_server_that_is_silent_is_sent_one_at_a_time() -> None:
    run = PeerRun(lambda _number, _octets: [], {"u": "1", "r": "0"})
    assert run.take(*sends(2)) == 2
    assert [(requests, text.rpartition(": ")[2]) for requests, text in run.said] == [
        (1, "timed out\n"),
        (2, "timed out\n"),
    ]


def test_outcomes_are_printed_in_the_order_of_the_sends() -> None:
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

    run = PeerRun(script)
    assert run.take(*lines_of(lone_sends(5))) == 2
    said = [text for _, text in run.said]
    assert said == [f"update failed: {rcode}\n" for rcode in ("REFUSED", "NOTZONE", "NXDOMAIN", "YXRRSET")]


def test_unsigned_sends_are_under_way_together_from_a_port_each() -> None:
    held: list[bytes] = []

    def script(number: int, octets: bytes) -> list[bytes]:
        held.append(octets)
        return [answered(octets)] if number == 1 else []

    run = PeerRun(script, {"u": "1", "r": "0"})
    assert run.take(*lines_of(lone_sends(3)), key=None) == 2
    assert [(requests, text.rpartition(": ")[2]) for requests, text in run.said] == [(3, "timed out\n")] * 2
    assert len(set(run.ports)) == 3


def test_unsigned_sends_share_messages() -> None:
    requests: list[bytes] = []

    def script(_number: int, octets: bytes) -> list[bytes]:
        requests.append(octets)
        return [answered(octets)]

    run = PeerRun(script)
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

    run = PeerRun(script)
    lines = [line for n in range(9) for line in (f"add 0.example.com 60 A 192.0.2.{n}", "send")]
    assert run.take(*lines) == 0
    assert [[change.rdata[3] for change in Message.decode(r).authority] for r in requests] == [[n] for n in range(9)]


def test_a_failure_among_others_counts_only_where_the_update_was_alone() -> None:
    """Each that is not alone gets SERVFAIL, and is sent again; so does the last one, alone, and is not sent again."""
    held: list[bytes] = []

    def script(number: int, octets: bytes) -> list[bytes]:
        held.append(octets)
        if number == 2:
            return []
        rcode = Rcode.SERVFAIL if len(held) > 1 or number == 6 else Rcode.NOERROR
        replies = [answered(request, rcode) for request in held]
        held.clear()
        return replies

    run = PeerRun(script)
    assert run.take(*sends(3), "add 9.example.com 60 CNAME x", "send") == 2
    assert run.said == [(6, "update failed: SERVFAIL\n")]


def test_once_the_server_answers_waiting_sends_share_a_datagram() -> None:
    requests: list[bytes] = []

    def script(_number: int, octets: bytes) -> list[bytes]:
        requests.append(octets)
        return [answered(octets)]

    run = PeerRun(script)
    assert run.take(*sends(60)) == 0
    assert len(requests) <= 20
    assert max(map(len, requests)) <= 512
    assert owners_in(requests) == list(range(60))


def test_of_sends_that_were_refused_together_each_gets_its_own_answer() -> None:
    def script(_number: int, octets: bytes) -> list[bytes]:
        owners = {change.name.labels[0] for change in Message.decode(octets).authority}
        return [answered(octets, Rcode.REFUSED if b"3" in owners else Rcode.NOERROR)]

    run = PeerRun(script)
    assert run.take(*sends(8)) == 2
    assert [text for _, text in run.said] == ["update failed: REFUSED\n"]


def test_of_sends_that_got_no_answer_together_each_is_tried_alone() -> None:
    def script(number: int, octets: bytes) -> list[bytes]:
        return [answered(octets)] if number == 1 or len(Message.decode(octets).authority) == 1 else []

    run = PeerRun(script, {"u": "1", "r": "0"})
    assert run.take(*sends(8)) == 0
    assert run.said == []


def test_once_a_message_was_refused_the_next_ones_begin_with_one_send_again() -> None:
    """From the tenth send on the server refuses; the messages that are under way then are not changed."""
    requests: list[bytes] = []

    def script(_number: int, octets: bytes) -> list[bytes]:
        requests.append(octets)
        return [answered(octets, Rcode.REFUSED if max(owners_in([octets])) >= 10 else Rcode.NOERROR)]

    run = PeerRun(script)
    assert run.take(*sends(600)) == 2
    assert [text for _, text in run.said] == ["update failed: REFUSED\n"] * 590
    assert [owners_in([octets]) for octets in requests[-20:]] == [[number] for number in range(580, 600)]


def test_a_condition_that_does_not_hold_fails_its_own_send_only() -> None:
    def script(_number: int, octets: bytes) -> list[bytes]:
        looked_at = {condition.name.labels[0] for condition in Message.decode(octets).answer}
        return [answered(octets, Rcode.YXDOMAIN if b"5" in looked_at else Rcode.NOERROR)]

    run = PeerRun(script)
    lines = [f"prereq nxdomain {line.split()[1]}\n{line}" if line != "send" else line for line in sends(12)]
    assert run.take(*lines_of(lines)) == 2
    assert [text for _, text in run.said] == ["update failed: YXDOMAIN\n"]


def test_an_answer_that_is_lost_brings_the_same_message_again() -> None:
    requests: list[bytes] = []

    def script(_number: int, octets: bytes) -> list[bytes]:
        requests.append(octets)
        return [] if len(requests) == 3 else [answered(octets)]

    run = PeerRun(script, {"u": "1", "r": "1"})
    assert run.take(*sends(4)) == 0
    assert run.said == []
    assert sorted(owners_in(requests)) in ([0, 1, 2, 2, 3], [0, 1, 2, 2, 3, 3])


def test_over_tcp_each_send_that_a_closed_connection_leaves_unanswered_is_sent_over_a_new_one() -> None:
    """The server closes each connection after the first answer."""
    requests: list[bytes] = []

    def script(connection: socket.socket, octets: bytes) -> None:
        requests.append(octets)
        connection.sendall(frame(answered(octets)))

    said: list[str] = []
    with TcpPeer(script) as peer:
        talk = Talk(print, said.append)
        options = NsupdateOptions.from_letters({"v": ""})
        network = Network(options, talk.trace)
        session = Session(options, KEY, network, talk)
        for line in (f"server 127.0.0.1 {peer.endpoint.port}", "zone example.com", *sends(20)):
            session.take(line)
        session.settle()
        network.close()
    assert (session.status, said) == (0, [])
    assert set(owners_in(requests)) == set(range(20))


# With real servers


def test_over_tcp_failures_are_printed_in_order_and_the_rest_is_carried_out(bind: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    lines = [*sends_below(name, 20), f"prereq yxdomain no.{name}", "send", *sends_below(f"b.{name}", 20)]
    long = [f"add long.{name} 60 TXT {' '.join(['x' * 250] * 4)}", "send"]
    assert nsupdate(to(bind, *lines, *long), "-v", "-k", key_of(bind)) == Result(2, "", "update failed: NXDOMAIN\n")
    for owner in (f"19.{name}", f"19.b.{name}"):
        assert len(dig(bind, owner, "A")) == 1
    assert len(dig(bind, f"long.{name}", "TXT")) == 1


@pytest.mark.parametrize("server", ["bind", "knot", "powerdns"], indirect=True)
def test_a_failure_changes_nothing_for_others_on_any_server(server: NameServer, unique_name: str) -> None:
    """Knot fails all updates that arrive together."""
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
def test_an_address_that_replaces_an_alias_comes_after_it(server: NameServer, unique_name: str) -> None:
    """Each name is an alias first, and then gets an address; other names come in between."""
    owners = [f"{number}.{unique_name}.example.com" for number in range(12)]
    lines = [line for owner in owners for line in (f"add {owner} 60 CNAME www.example.com.", "send")]
    lines += [line for owner in owners for line in (f"del {owner} CNAME\nadd {owner} 60 A 192.0.2.1", "send")]
    assert nsupdate(to(server, *lines_of(lines)), "-k", key_of(server)) == Result(0, "", "")
    assert [dig(server, owner, "A") for owner in owners] == [[f"{owner}. 60 IN A 192.0.2.1"] for owner in owners]


def test_unsigned_failures_among_many_sends_are_printed_in_order(tmp_path: Path, unique_name: str) -> None:
    with Bind(tmp_path, zones=(Zone("example.com", policy="allow-update { any; };"),)) as server:
        name = f"{unique_name}.example.com"
        lines = [*sends_below(name, 20), f"prereq yxdomain no.{name}", "send", *sends_below(f"b.{name}", 20)]
        lines += [f"add {name}.elsewhere. 60 A 192.0.2.1", "send"]
        expected = "update failed: NXDOMAIN\nupdate failed: NOTZONE\n"
        assert nsupdate(to(server, *lines)) == Result(2, "", expected)
        assert len(dig(server, f"19.b.{name}", "A")) == 1


def test_failures_among_many_sends_are_printed_in_order_and_the_rest_is_carried_out(
    bind: NameServer, unique_name: str
) -> None:
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


def test_the_answer_to_the_last_send_is_shown(bind: NameServer, unique_name: str) -> None:
    name = f"{unique_name}.example.com"
    lines = [*sends_below(name, 8), f"prereq yxdomain no.{name}", "send", "answer"]
    result = nsupdate(to(bind, *lines), "-k", key_of(bind))
    assert "Answer:\n;; ->>HEADER<<- opcode: UPDATE, status: NXDOMAIN" in result.stdout


def test_a_host_that_gets_its_address_in_a_later_send_has_none_yet(bind: NameServer, unique_name: str) -> None:
    """BIND refuses a mail exchanger of the zone without an address: a later send must not give it one."""
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
