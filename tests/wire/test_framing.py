from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.wire.framing import Deframer, frame

MESSAGES = [b"one", b"", b"x" * 300, b"\0\1"]
STREAM = b"".join(map(frame, MESSAGES))


def feed_all(pieces: list[bytes]) -> tuple[list[bytes], Deframer]:
    deframer = Deframer()
    return [message for piece in pieces for message in deframer.feed(piece)], deframer


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(stream) + 1) for place in places), len(stream)]
    return [stream[start:end] for start, end in pairwise(edges)]


def test_a_frame_is_the_length_and_the_message() -> None:
    assert frame(bytes.fromhex("aabbcc")) == bytes.fromhex("0003 aabbcc")
    assert frame(b"") == b"\0\0"
    assert frame(bytes(65535)) == b"\xff\xff" + bytes(65535)


def test_a_whole_stream_gives_its_messages() -> None:
    messages, deframer = feed_all([STREAM])
    assert messages == MESSAGES
    assert deframer.is_empty


def test_byte_by_byte_gives_the_same_messages() -> None:
    messages, deframer = feed_all([STREAM[i : i + 1] for i in range(len(STREAM))])
    assert messages == MESSAGES
    assert deframer.is_empty


@pytest.mark.parametrize("spare", [b"\0", b"\0\5", b"\0\5four"])
def test_octets_to_spare_wait_for_the_rest(spare: bytes) -> None:
    messages, deframer = feed_all([STREAM + spare])
    assert messages == MESSAGES
    assert not deframer.is_empty
    assert deframer.feed(frame(b"four!")[len(spare) :]) == [b"four!"]
    assert deframer.is_empty


def test_each_message_comes_as_soon_as_it_is_whole() -> None:
    deframer = Deframer()
    assert deframer.feed(b"\0\2a") == []
    assert deframer.feed(b"b\0") == [b"ab"]
    assert deframer.feed(b"\1c") == [b"c"]


def test_a_new_stream_is_empty() -> None:
    assert Deframer().is_empty
    assert Deframer().feed(b"") == []


@given(st.lists(st.binary(max_size=400), max_size=5), st.lists(st.integers(0, 2100), max_size=8), st.binary(max_size=1))
def test_any_split_gives_the_same_messages(messages: list[bytes], places: list[int], spare: bytes) -> None:
    stream = b"".join(map(frame, messages)) + spare
    read, deframer = feed_all(cut(stream, places))
    assert read == messages
    assert deframer.is_empty == (not spare)
