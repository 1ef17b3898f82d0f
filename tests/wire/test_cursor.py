import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.errors import MalformedMessage
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import MAX_NAME_OCTETS, Name

EXAMPLE = Name.from_text("example.com")


def pointer(target: int) -> bytes:
    return (0xC000 | target).to_bytes(2)


def test_fields_are_taken_in_order_and_to_the_end() -> None:
    cursor = Cursor(bytes.fromhex("01 0203 04050607 08090a0b0c0d 0e0f"))
    assert cursor.u8() == 0x01
    assert cursor.u16() == 0x0203
    assert cursor.u32() == 0x04050607
    assert cursor.take(6) == bytes.fromhex("08090a0b0c0d")
    assert cursor.remaining == 2
    assert cursor.take(2) == b"\x0e\x0f"
    cursor.finish()


@pytest.mark.parametrize(("method", "size"), [("u8", 1), ("u16", 2), ("u32", 4), ("name", 4)])
def test_a_field_that_is_cut_off_is_malformed(method: str, size: int) -> None:
    whole = b"\x02ab\0" if method == "name" else bytes(size)
    getattr(Cursor(whole), method)()
    for length in range(size):
        with pytest.raises(MalformedMessage, match="it ends at"):
            getattr(Cursor(whole[:length]), method)()


def test_what_lies_behind_the_end_is_not_read() -> None:
    cursor = Cursor(b"\x01\x02\x03\x04", 0, 3)
    assert cursor.u16() == 0x0102
    with pytest.raises(MalformedMessage):
        cursor.u16()
    assert cursor.u8() == 3
    with pytest.raises(MalformedMessage):
        cursor.take(1)


def test_a_failed_read_does_not_move_the_cursor() -> None:
    cursor = Cursor(b"\x01\x02")
    with pytest.raises(MalformedMessage):
        cursor.take(3)
    assert cursor.position == 0
    assert cursor.remaining == 2


def test_a_window_is_stepped_over_and_bounded() -> None:
    cursor = Cursor(b"\x01\x02\x03\x04")
    window = cursor.window(3)
    assert cursor.position == 3
    assert window.take(2) == b"\x01\x02"
    with pytest.raises(MalformedMessage):
        window.u16()


def test_a_window_cannot_be_wider_than_what_is_left() -> None:
    with pytest.raises(MalformedMessage):
        Cursor(b"\x01\x02").window(3)
    with pytest.raises(MalformedMessage):
        Cursor(b"\x01\x02\x03\x04").window(2).window(3)


def test_octets_left_over_are_malformed() -> None:
    window = Cursor(b"\x01\x02\x03").window(2)
    window.u8()
    with pytest.raises(MalformedMessage, match="1 octets too many at offset 1"):
        window.finish()


def test_a_compressed_name_is_written_out_and_the_cursor_stands_behind_its_pointer() -> None:
    data = b"\x07example\x03com\0" + b"\x04home" + pointer(0) + b"rest"
    cursor = Cursor(data, 13)
    assert cursor.name() == Name.from_text("home.example.com")
    assert cursor.take(4) == b"rest"


def test_pointers_may_be_chained_backwards() -> None:
    data = b"\x03com\0" + b"\x07example" + pointer(0) + b"\x04home" + pointer(5)
    assert Cursor(data, 15).name() == Name.from_text("home.example.com")


def test_a_pointer_may_lead_into_the_middle_of_a_name() -> None:
    data = b"\x07example\x03com\0" + pointer(8)
    assert Cursor(data, 13).name() == Name.from_text("com")


def test_a_pointer_out_of_a_window_may_lead_to_before_it() -> None:
    data = b"\x03com\0" + pointer(0)
    window = Cursor(data, 5).window(2)
    assert window.name() == Name.from_text("com")
    window.finish()


def test_labels_of_a_window_end_with_it() -> None:
    with pytest.raises(MalformedMessage):
        Cursor(b"\x03com\0").window(3).name()


@pytest.mark.parametrize(
    ("data", "position"),
    [
        (pointer(0), 0),  # to itself
        (b"\x01a" + pointer(0), 0),  # to its own first label: a loop
        (b"\x01a" + pointer(2), 0),  # to itself, after a label
        (b"\x01a" + pointer(0) + pointer(0), 4),  # to a loop
        (pointer(2) + pointer(0), 2),  # to one that leads forwards again
        (pointer(2) + pointer(0), 0),
        (pointer(2) + b"\x01a\0", 0),  # forwards
        (pointer(0x3FFF), 0),  # after the end
        (b"\x01a" + pointer(4) + b"\0", 0),
    ],
)
def test_a_pointer_that_does_not_lead_backwards_is_malformed(data: bytes, position: int) -> None:
    with pytest.raises(MalformedMessage, match="does not lead backwards"):
        Cursor(data, position).name()


def test_a_name_with_a_pointer_for_each_label_is_read() -> None:
    data, previous = b"\0", 0
    for _label in range(127):
        data, previous = data + b"\x01a" + pointer(previous), len(data)
    assert len(Cursor(data, previous).name().to_wire()) == MAX_NAME_OCTETS


def test_a_long_chain_of_pointers_is_malformed() -> None:
    """A message of 65,535 octets could otherwise keep the reader busy for half a minute."""
    data = b"\0" + b"".join(pointer(max(0, at - 2)) for at in range(1, 16_000, 2))
    with pytest.raises(MalformedMessage):
        Cursor(data, len(data) - 2).name()


@pytest.mark.parametrize("first", [0x40, 0x41, 0x80, 0xBF])
def test_a_label_of_another_type_is_malformed(first: int) -> None:
    with pytest.raises(MalformedMessage, match="label type"):
        Cursor(bytes([first]) + bytes(300)).name()


def test_a_name_of_255_octets_is_read_and_one_of_256_is_not() -> None:
    longest = b"\x01a" * 127 + b"\0"
    assert Cursor(longest).name().to_wire() == longest
    with pytest.raises(MalformedMessage, match="more than 255 octets"):
        Cursor(b"\x01a" * 126 + b"\x02aa\0").name()
    with pytest.raises(MalformedMessage, match="more than 255 octets"):
        Cursor(b"\x3f" + bytes(63) + b"\x01a" * 96 + pointer(0), 64).name()


@given(st.binary(max_size=300), st.integers(0, 299))
def test_any_octets_hold_a_name_or_are_malformed(data: bytes, position: int) -> None:
    try:
        name = Cursor(data, min(position, len(data))).name()
    except MalformedMessage:
        return
    assert len(name.to_wire()) <= MAX_NAME_OCTETS
    assert all(0 < len(label) <= 63 for label in name.labels)


@given(st.binary(max_size=100), st.lists(st.integers(0, 99), max_size=10))
def test_names_that_were_read_before_change_nothing(noise: bytes, targets: list[int]) -> None:
    data = (
        b"\x07example\x03com\0" + noise + b"".join(b"\x01a" + pointer(target) + pointer(target) for target in targets)
    )
    cursor = Cursor(data)
    for position in range(len(data)):
        cursor.position = position
        assert read(cursor) == read(Cursor(data, position))


def read(cursor: Cursor) -> tuple[object, int]:
    """Return a name and the position after it; None for a malformed one: its reason depends on where it began."""
    try:
        return cursor.name(), cursor.position
    except MalformedMessage:
        return None, cursor.position


def test_octets_that_are_known_are_passed_over_and_pointers_lead_to_their_names() -> None:
    data = EXAMPLE.to_wire() + b"\0\x01" + pointer(0) + pointer(8) + b"\x02ns" + pointer(8)
    cursor = Cursor(data)
    assert cursor.pass_over(data[:15], EXAMPLE)
    assert cursor.position == 15
    assert cursor.name() is EXAMPLE
    assert cursor.name() == Name.from_text("com")
    assert cursor.name() == Name.from_text("ns.com")
    cursor.finish()


@pytest.mark.parametrize("octets", [b"", EXAMPLE.to_wire().upper(), EXAMPLE.to_wire() + b"\0"])
def test_other_octets_are_not_passed_over(octets: bytes) -> None:
    cursor = Cursor(EXAMPLE.to_wire() + b"\0", 0, len(EXAMPLE.to_wire()))
    assert not cursor.pass_over(octets, EXAMPLE)
    assert cursor.position == 0
    assert cursor.name() is not EXAMPLE


def test_a_pointer_to_a_known_name_may_not_make_a_name_too_long() -> None:
    long = Name.from_text(".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 59]))
    first = b"".join(bytes([len(label)]) + label for label in long.labels) + b"\0"
    cursor = Cursor(first + b"\x04more" + pointer(0))
    assert cursor.name() == long
    with pytest.raises(MalformedMessage):
        cursor.name()


def test_the_name_of_the_root_is_passed_over_and_known() -> None:
    cursor = Cursor(b"\0\0\x01" + pointer(0))
    assert cursor.pass_over(b"\0\0\x01", Name(()))
    assert (cursor.position, cursor.name()) == (3, Name(()))
