"""Which updates may be under way at once, and which sends may share a message."""

from __future__ import annotations

import pytest

from dns_update.message import Message, Question
from dns_update.nsupdate.footprint import ALONE, footprint_of
from dns_update.nsupdate.window import MOST_MESSAGES, SendBatch, SendWindow
from dns_update.rr.record import Record
from dns_update.transport import Endpoint
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.name import Name
from tests.nsupdate.messages import ZONE, altering, exchanger_of, record, update
from tests.nsupdate.peer_runs import KEY

# Under way at once


HERE = ((Endpoint("192.0.2.1"),), KEY, Question(ZONE, RRType.SOA))
ELSEWHERE = {
    "server": ((Endpoint("192.0.2.2"),), *HERE[1:]),
    "key": (HERE[0], None, HERE[2]),
    "zone": (*HERE[:2], Question(Name.from_text("example.net"), RRType.SOA)),
    "class": (*HERE[:2], Question(ZONE, RRType.SOA, RRClass.CH)),
}


def window_after(answers: int) -> SendWindow:
    """Return a window with nothing under way, after this number of answers."""
    window = SendWindow()
    for _answer in range(answers):
        window.enter(HERE, altering())
        window.leave(was_answered=True, was_carried_out=True)
    return window


def room_in(window: SendWindow) -> int:
    """Fill a window; return how many updates it admitted."""
    count = 0
    while window.admits(HERE, altering(f"{count}.example.com")):
        window.enter(HERE, altering(f"{count}.example.com"))
        count += 1
    return count


@pytest.mark.parametrize("answers", [0, 1, 2, 10, MOST_MESSAGES - 1, MOST_MESSAGES, 2 * MOST_MESSAGES])
def test_there_is_room_for_one_more_with_each_answer(answers: int) -> None:
    assert room_in(window_after(answers)) == min(1 + answers, MOST_MESSAGES)


def test_after_a_send_without_an_answer_there_is_room_for_one() -> None:
    window = window_after(MOST_MESSAGES)
    window.enter(HERE, altering())
    window.leave(was_answered=False, was_carried_out=False)
    assert room_in(window) == 1


def test_a_refusal_is_an_answer_but_the_next_message_has_one_send() -> None:
    window = window_after(5)
    assert window.most_sends == 6
    window.enter(HERE, altering())
    window.leave(was_answered=True, was_carried_out=False)
    assert window.most_sends == 1
    assert room_in(window) == 7


def test_a_name_that_is_under_way_keeps_others_out_until_it_is_settled() -> None:
    window = window_after(MOST_MESSAGES)
    window.enter(HERE, altering("a.example.com", "b.example.com"))
    window.enter(HERE, altering("c.example.com"))
    for taken in ("a.example.com", "B.example.com", "c.example.com"):
        assert not window.admits(HERE, altering(taken, "d.example.com"))
    assert window.admits(HERE, altering("a.a.example.com", "d.example.com"))
    window.leave(was_answered=True, was_carried_out=True)
    assert window.admits(HERE, altering("a.example.com", "b.example.com"))
    assert not window.admits(HERE, altering("c.example.com"))


def test_what_goes_alone_waits_and_is_waited_for() -> None:
    window = window_after(MOST_MESSAGES)
    assert window.admits(HERE, ALONE)
    window.enter(HERE, altering("a.example.com"))
    assert not window.admits(HERE, ALONE)
    window.leave(was_answered=True, was_carried_out=True)
    window.enter(HERE, ALONE)
    assert not window.admits(HERE, altering("b.example.com"))


@pytest.mark.parametrize("difference", ELSEWHERE)
def test_what_differs_in_server_key_or_zone_waits_until_all_is_settled(difference: str) -> None:
    window = window_after(MOST_MESSAGES)
    window.enter(HERE, altering("a.example.com"))
    assert not window.admits(ELSEWHERE[difference], altering("b.example.com"))
    window.leave(was_answered=True, was_carried_out=True)
    assert window.admits(ELSEWHERE[difference], altering("b.example.com"))


# In one message


def batch_of(*messages: Message, room: int = 1000, most_sends: int = 100) -> tuple[SendBatch, list[bool]]:
    """Offer messages to a batch; return it, and which messages it took."""
    batch = SendBatch(HERE, room, most_sends)
    return batch, [batch.takes(message, footprint_of(message), HERE) for message in messages]


def test_sends_about_different_names_go_together_in_their_order() -> None:
    records = [record(f"{number}.example.com") for number in range(3)]
    batch, taken = batch_of(*map(update, records))
    assert taken == [True] * 3
    assert batch.to_message() == update(*records)
    assert batch.footprint == altering("0.example.com", "1.example.com", "2.example.com")


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
    """In one message, two conditions on the data of one RRset would become one (RFC 2136, section 3.2.3)."""
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
    assert batch.footprint == ALONE
    assert batch_of(update(record("a.example.com")), delegation)[1] == [True, False]


def test_a_mail_exchanger_and_its_host_do_not_go_together() -> None:
    exchanger = update(exchanger_of("a.example.com", "host.example.com"))
    other = update(exchanger_of("b.example.com", "host.example.com"))
    host = update(record("host.example.com"))
    assert batch_of(exchanger, other)[1] == [True, True]
    assert batch_of(exchanger, host)[1] == [True, False]
    assert batch_of(host, exchanger)[1] == [True, False]


@pytest.mark.parametrize("difference", ELSEWHERE)
def test_what_differs_in_server_key_or_zone_goes_in_another_message(difference: str) -> None:
    batch, _taken = batch_of(update(record("a.example.com")))
    assert not batch.takes(update(record("b.example.com")), altering("b.example.com"), ELSEWHERE[difference])


def test_a_batch_is_full_when_its_room_is_and_takes_one_send_of_any_size() -> None:
    one, other, condition = (
        Record(Name.from_text(f"{name}.example.com"), RRType.TXT, RRClass.IN, 60, b"x" * 48) for name in "abc"
    )
    both = [update(one), update(other, prerequisites=(condition,))]
    octets = len(update(one, other, prerequisites=(condition,)).encode(0)) - len(update().encode(0))
    assert batch_of(*both, room=octets)[1] == [True, True]
    assert batch_of(*both, room=octets - 1)[1] == [True, False]
    assert batch_of(update(one), room=1)[1] == [True]
