"""Which exchange a message on a shared socket is for, and what an error of the socket means for the pending ones."""

import sys

import pytest

from dns_update.exchange import Exchange, Policy
from dns_update.transport.demux import Demux, Pending, may_have_arrived, send_shared
from dns_update.update import Update
from tests.transport.peers import answer

UPDATE = Update("example.com").replace("home", 300, "A", "192.0.2.1").to_message()


def pending(message_id: int, deadline: float = 0.0) -> tuple[Pending, bytes]:
    """Return an exchange whose first message was sent, and that message."""
    exchange = Exchange(UPDATE, None, Policy(), "the peer")
    attempt = exchange.next(now=0, wall=0, message_id=message_id)
    assert attempt is not None
    return Pending(exchange, message_id, deadline), attempt.octets


class Script:
    """Octets in place of random ones: the IDs that a test gives, most of them not used."""

    def __init__(self, *rounds: tuple[int, ...]) -> None:
        self._rounds = iter(rounds)

    def __call__(self, octets: int) -> bytes:
        ids = next(self._rounds)
        assert octets >= 2 * len(ids)
        return b"".join(message_id.to_bytes(2, sys.byteorder) for message_id in ids)


def test_a_message_is_for_the_exchange_of_its_id() -> None:
    demux: Demux[Pending] = Demux()
    (first, request), (second, _) = pending(7), pending(8)
    demux.enter(first)
    demux.enter(second)
    assert demux.find(answer(request)) is first
    assert first.receive(answer(request), wall=0)
    assert second.exchange.result is None


@pytest.mark.parametrize("octets", [b"", b"\0", b"\0\x09", b"\x07\0rest"])
def test_a_message_of_no_ones_id_is_for_no_one(octets: bytes) -> None:
    demux: Demux[Pending] = Demux()
    demux.enter(pending(7)[0])
    assert demux.find(octets) is None


def test_what_is_no_answer_is_passed_over() -> None:
    one, _ = pending(7)
    assert not one.receive(b"\0\x07 garbage", wall=0)
    assert one.exchange.listening


def test_what_comes_after_the_answer_changes_nothing() -> None:
    one, request = pending(7)
    assert one.receive(answer(request), wall=0)
    result = one.exchange.result
    assert one.receive(answer(request, 5), wall=0)
    assert one.exchange.result is result


def test_no_id_is_given_twice_while_it_is_pending() -> None:
    demux: Demux[Pending] = Demux(Script((7, 8), (9, 7)))
    assert demux.free_id() == 7
    demux.enter(pending(7)[0])
    demux.enter(pending(8)[0])
    assert demux.free_id() == 9  # 8 and 7 are pending
    demux.leave(demux[7])
    assert demux.free_id() == 7


def test_ids_are_random() -> None:
    demux: Demux[Pending] = Demux()
    assert len({demux.free_id() for _ in range(1000)}) > 900


def test_one_that_has_left_is_not_taken_for_the_next_with_its_id() -> None:
    demux: Demux[Pending] = Demux()
    (first, _), (second, _) = pending(7), pending(7)
    demux.enter(first)
    assert demux.leave(first)
    assert not demux.leave(first)
    demux.enter(second)
    assert not demux.leave(first)
    assert demux[7] is second


def test_the_late_are_those_whose_deadline_has_passed() -> None:
    demux: Demux[Pending] = Demux()
    assert demux.first_deadline() is None
    ones = [pending(number, deadline)[0] for number, deadline in ((1, 5.0), (2, 3.0), (3, 4.0))]
    for one in ones:
        demux.enter(one)
    assert demux.first_deadline() == 3.0
    assert demux.late(2.9) == []
    assert demux.late(4.0) == [ones[1], ones[2]]


# Errors of a socket, which the kernel reports at the next call.


def test_a_datagram_is_sent_though_an_earlier_one_met_an_error() -> None:
    earlier = ConnectionRefusedError()
    script = iter([earlier, None])
    sent = []

    def send() -> None:
        error = next(script)
        if error is not None:
            raise error
        sent.append("datagram")

    assert send_shared(send) is earlier
    assert sent == ["datagram"]


def test_an_error_that_comes_again_is_the_datagrams_own() -> None:
    def send() -> None:
        raise OSError(90, "Message too long")

    with pytest.raises(OSError, match="Message too long"):
        send_shared(send)


def test_without_an_error_a_datagram_is_sent_once() -> None:
    sent = []
    assert send_shared(lambda: sent.append("datagram")) is None
    assert sent == ["datagram"]


@pytest.mark.parametrize(
    ("error", "is_alone", "expected"),
    [
        (ConnectionRefusedError(), True, False),
        (ConnectionRefusedError(), False, True),
        (OSError(113, "No route to host"), True, True),
        (OSError(113, "No route to host"), False, True),
    ],
)
def test_what_is_refused_has_not_arrived_if_no_other_can_be_meant(
    error: OSError, *, is_alone: bool, expected: bool
) -> None:
    assert may_have_arrived(error, is_alone=is_alone) == expected
