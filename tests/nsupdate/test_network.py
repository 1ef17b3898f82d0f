"""The addresses and ports that messages are sent to and from, and the errors if no answer comes."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from dns_update.errors import InvalidText
from dns_update.message import MAX_MESSAGE_OCTETS
from dns_update.nsupdate import Fatal
from lab import Bind, NameServer, Zone, dig
from lab.port import Port
from tests.nsupdate.peer_runs import PeerRun
from tests.nsupdate.program import key_of, nsupdate, to
from tests.nsupdate.scripted import NetworkRun, reply, well
from tests.support.command import Result

if TYPE_CHECKING:
    from pathlib import Path


def test_more_than_512_octets_go_by_tcp(bind: NameServer, unique_name: str) -> None:
    lines = [f'add {unique_name}.example.com 60 TXT "{number:0200}"' for number in range(20)]
    result = nsupdate(to(bind, *lines, "send"), "-D", "-k", key_of(bind))
    assert result.status == 0
    assert " octets, tcp, 127.0.0.1#" in result.stderr
    assert len(dig(bind, f"{unique_name}.example.com", "TXT")) == 20


def test_a_source_can_be_chosen_for_each_ip_version(bind: NameServer) -> None:
    lines = ("local 127.0.0.1", "local ::1", "local 127.0.0.1", "send")
    assert nsupdate(to(bind, *lines), "-k", key_of(bind)) == Result(0, "", "")


@pytest.mark.parametrize("words", [[], ["-v"], ["-d"]])
def test_a_source_that_is_not_ours_is_a_failed_update_and_later_sends_still_run(
    words: list[str], bind: NameServer, unique_name: str
) -> None:
    lines = ("local 192.0.2.77", "send", "local 127.0.0.1", f"add {unique_name}.example.com 60 A 192.0.2.1", "send")
    result = nsupdate(to(bind, *lines), "-k", key_of(bind), *words)
    assert result.status == 2
    assert f"; Communication with {bind.host}#{bind.port} failed: cannot send from 192.0.2.77: " in result.stderr
    assert len(dig(bind, f"{unique_name}.example.com", "A")) == 1


@pytest.mark.parametrize("words", [[], ["-v"], ["-v", "-d"]])
def test_a_port_to_send_from_serves_for_many_messages(words: list[str], bind: NameServer, unique_name: str) -> None:
    port = Port.claim_any()
    lines = [f"local 127.0.0.1 {port.number}"]
    for number in range(3):
        lines += [f"add {unique_name}-{number}.example.com 60 A 192.0.2.1", "send"]
    result = nsupdate(to(bind, *lines), "-k", key_of(bind), *words)
    port.release()
    assert (result.status, result.stderr.count("failed")) == (0, 0)
    assert all(dig(bind, f"{unique_name}-{number}.example.com", "A") for number in range(3))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ConnectionRefusedError(), "connection refused"),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "connection reset"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "network unreachable"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "host unreachable"),
        (OSError(errno.EPERM, "Operation not permitted"), "operation not permitted"),
    ],
)
def test_the_next_address_is_tried_when_one_does_not_answer(error: OSError, said: str) -> None:
    run = NetworkRun(lambda sent: error if sent.endpoint.address == "192.0.2.1" else reply(sent))
    assert run.take("zone example.com", "server two", "del x.example.com", "send") == 0
    assert run.said == [f"; Communication with 192.0.2.1#53 failed: {said}\n"]


def test_silence_is_a_failed_update_and_the_next_one_is_sent() -> None:
    run = NetworkRun(lambda _sent: b"", {"r": "1"})
    assert run.take("zone example.com", "server 192.0.2.1", "del x.example.com", "send", "send") == 2
    assert run.said == ["; Communication with 192.0.2.1#53 failed: timed out\n"] * 2
    assert [len(message.authority) for message in run.sent] == [1, 1, 0, 0]


@pytest.mark.parametrize("zone", ["", "zone example.com"])
def test_a_dead_first_address_is_waited_for_once_a_send(zone: str) -> None:
    run = NetworkRun(lambda sent: b"" if sent.endpoint.address == "192.0.2.1" else well(sent), {"r": "0"})
    assert run.take("server two", *filter(None, [zone]), "del x.example.com", "send") == 0
    assert run.at == ["192.0.2.1#53", *["192.0.2.2#53"] * (1 if zone else 2)]
    assert run.said == ["; Communication with 192.0.2.1#53 failed: timed out\n"]


def test_a_server_of_an_ip_version_that_is_switched_off_is_a_syntax_error() -> None:
    with pytest.raises(InvalidText) as caught:
        NetworkRun(well, {"4": ""}).take("server ::1")
    assert caught.value.text == "couldn't get address for '::1': address family not supported"
    with pytest.raises(InvalidText) as caught:
        NetworkRun(well).take("server nono")
    assert caught.value.text == "couldn't get address for 'nono': not found"


def test_the_largest_message_is_sent_and_one_octet_more_is_not(tmp_path: Path) -> None:
    """All but the strings has 45 octets; they have 8 each, and the last one 2. The second name is 3 octets longer."""
    strings = "0123456 " * ((MAX_MESSAGE_OCTETS - 45) // 8)
    with Bind(tmp_path, zones=(Zone("example.com", policy="allow-update { any; };"),)) as server:
        assert nsupdate(to(server, f"add big.example.com 60 TXT {strings} 0", "send")) == Result(0, "", "")
        assert nsupdate(to(server, "prereq yxrrset big.example.com TXT", "send")) == Result(0, "", "")
        larger = nsupdate(to(server, f"add larger.example.com 60 TXT {strings}", "send"))
        assert (larger.status, "at most 65535 are allowed" in larger.stderr) == (1, True), larger.stderr
        assert nsupdate(to(server, "prereq nxdomain larger.example.com", "send")) == Result(0, "", "")


def test_an_update_that_is_longer_than_a_message_ends_the_run() -> None:
    lines = [f'add {number}.example.com 60 TXT "{"x" * 250}"' for number in range(250)]
    with pytest.raises(Fatal, match="at most 65535 are allowed"):
        NetworkRun(reply).take("server 192.0.2.1", "zone example.com", *lines, "send")
    with pytest.raises(Fatal, match="at most 65535 are allowed"):
        PeerRun(lambda _number, _octets: []).take(*lines, "send")


def test_a_host_name_that_is_none_has_no_address() -> None:
    for host in ("x" * 64, "a..b"):
        with pytest.raises(InvalidText) as caught:
            PeerRun(lambda _number, _octets: []).take(f"server {host}")
        assert caught.value.text == f"couldn't get address for '{host}': not found"


def test_a_source_can_be_changed_between_sends() -> None:
    run = NetworkRun(reply)
    lines = ("local 192.0.2.8", "del x.example.com", "send")
    assert run.take("server 192.0.2.1", "zone example.com", *lines, *lines, "local 2001:db8::8", *lines) == 0
    assert len(run.sent) == 3
