import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dns_update.errors import InvalidText
from dns_update.wire.inet import format_address, parse_address, parse_ipv4, parse_ipv6, parse_told_address, reverse_name

# Text as it may be written, the octets, and the only form in which it is printed (RFC 5952).
IPV6_VECTORS = [
    ("::", "0000 0000 0000 0000 0000 0000 0000 0000", "::"),
    ("::1", "0000 0000 0000 0000 0000 0000 0000 0001", "::1"),
    ("0:0:0:0:0:0:0:1", "0000 0000 0000 0000 0000 0000 0000 0001", "::1"),
    ("2001:DB8::1", "2001 0db8 0000 0000 0000 0000 0000 0001", "2001:db8::1"),
    ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001 0db8 0000 0000 0000 0000 0000 0001", "2001:db8::1"),
    ("2001:db8::", "2001 0db8 0000 0000 0000 0000 0000 0000", "2001:db8::"),
    ("1::8", "0001 0000 0000 0000 0000 0000 0000 0008", "1::8"),
    ("1:2:3:4:5:6:7:8", "0001 0002 0003 0004 0005 0006 0007 0008", "1:2:3:4:5:6:7:8"),
    ("1:2:3:4:5:6:7::", "0001 0002 0003 0004 0005 0006 0007 0000", "1:2:3:4:5:6:7:0"),
    ("::2:3:4:5:6:7:8", "0000 0002 0003 0004 0005 0006 0007 0008", "0:2:3:4:5:6:7:8"),
    ("2001:db8:0:1:1:1:1:1", "2001 0db8 0000 0001 0001 0001 0001 0001", "2001:db8:0:1:1:1:1:1"),
    ("2001:0:0:1:0:0:0:1", "2001 0000 0000 0001 0000 0000 0000 0001", "2001:0:0:1::1"),
    ("2001:db8:0:0:1:0:0:1", "2001 0db8 0000 0000 0001 0000 0000 0001", "2001:db8::1:0:0:1"),
    ("::192.0.2.1", "0000 0000 0000 0000 0000 0000 c000 0201", "::c000:201"),
    ("64:ff9b::192.0.2.33", "0064 ff9b 0000 0000 0000 0000 c000 0221", "64:ff9b::c000:221"),
    ("1:2:3:4:5:6:1.2.3.4", "0001 0002 0003 0004 0005 0006 0102 0304", "1:2:3:4:5:6:102:304"),
]
WRONG_IPV6 = [
    "", ":", ":::", "1", "1:", ":1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
    "1::2::3", "::1::", "1:::2", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "12345::", "g::", "::-1", "::+1", "::0x1", "::1_0",
    "::1 ", " ::1", "::1\n", "::1%eth0", "::1/64", "[::1]", "::\u0661", "::\uff11",
    "1.2.3.4", "::1.2.3", "::1.2.3.4.5", "::1.2.3.256", "::01.2.3.4", "::1.2.3.4:5", "1.2.3.4::", "::1.2.3.4::",
    "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:1.2.3.4", "1.2.3.4::1.2.3.4", "1.2.3.4::11.2.3.4", "1.2.3.4:0:0:0:0:1.2.3.4",
]  # fmt: skip
WRONG_IPV4 = [
    "", ".", "...", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.999", "01.2.3.4", "1.2.3.00", "1.2.3.-4", "1.2.3.+4",
    "1.2.3.4 ", " 1.2.3.4", "1.2.3.4\n", "1..2.3", "1.2.3.", ".1.2.3", "1.2.3.0x4", "1.2.3.1_0", "1.2.3.\u0664",
    "1.2.3.\u00b2", "1.2.3.4/24", "1.2.3.00000000000000000004", "::1",
]  # fmt: skip
PIECES = ["1.2.3.4", "::", ":", ":", "0", "1", "ffff", "12345", "1.2.3", "00a", "."]


def oracle(kind: type[ipaddress.IPv4Address | ipaddress.IPv6Address], text: str) -> bytes | None:
    try:
        return kind(text).packed
    except ValueError:
        return None


def ours(text: str) -> bytes | None:
    try:
        return parse_ipv6(text)
    except InvalidText:
        return None


@pytest.mark.parametrize(("text", "octets", "printed"), IPV6_VECTORS)
def test_an_ipv6_text_becomes_octets_and_is_printed_as_rfc_5952_says(text: str, octets: str, printed: str) -> None:
    address = parse_ipv6(text)
    assert address == bytes.fromhex(octets)
    assert format_address(address) == printed
    assert parse_address(text) == address


@pytest.mark.parametrize("text", WRONG_IPV6)
def test_a_wrong_ipv6_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidText, match="is not an IPv6 address"):
        parse_ipv6(text)


@pytest.mark.parametrize("text", WRONG_IPV4)
def test_a_wrong_ipv4_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidText, match="is not an IPv4 address"):
        parse_ipv4(text)


def test_an_ipv4_mapped_address_survives() -> None:
    assert parse_ipv6("::ffff:192.0.2.1") == bytes(10) + b"\xff\xff\xc0\x00\x02\x01"
    assert parse_ipv6(format_address(parse_ipv6("::ffff:192.0.2.1"))) == parse_ipv6("::ffff:192.0.2.1")


@given(st.ip_addresses(v=6))
def test_the_standard_library_has_the_same_octets_and_text_of_ipv6(address: ipaddress.IPv6Address) -> None:
    assert parse_ipv6(str(address)) == parse_ipv6(address.exploded) == address.packed
    if address.ipv4_mapped is None:  # Python 3.13 prints these in another form that RFC 5952 allows
        assert format_address(address.packed) == str(address)


@given(st.lists(st.sampled_from([0, 0, 1, 0xFFFF]), min_size=8, max_size=8))
def test_zeros_are_shortened_where_the_standard_library_shortens_them(groups: list[int]) -> None:
    packed = b"".join(group.to_bytes(2) for group in groups)
    address = ipaddress.IPv6Address(packed)
    if address.ipv4_mapped is None:
        assert format_address(packed) == str(address)


@given(st.lists(st.sampled_from(PIECES), max_size=16).map("".join) | st.text(alphabet="01af:.", max_size=20))
@example("1.2.3.4::1.2.3.4")
def test_the_standard_library_takes_and_refuses_the_same_ipv6_texts(text: str) -> None:
    assert ours(text) == oracle(ipaddress.IPv6Address, text)


@given(st.ip_addresses(v=4))
def test_the_standard_library_has_the_same_octets_and_text_of_ipv4(address: ipaddress.IPv4Address) -> None:
    assert parse_ipv4(str(address)) == parse_address(str(address)) == address.packed
    assert format_address(address.packed) == str(address)


@given(st.lists(st.text(alphabet="0125", max_size=4), min_size=3, max_size=5).map(".".join))
def test_the_standard_library_takes_and_refuses_the_same_ipv4_texts(text: str) -> None:
    expected = oracle(ipaddress.IPv4Address, text)
    if expected is not None:
        assert parse_ipv4(text) == expected
    else:
        with pytest.raises(InvalidText):
            parse_ipv4(text)


@given(st.text())
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = parse_address(text)
    except InvalidText:
        return
    assert ipaddress.ip_address(text).packed == address


@pytest.mark.parametrize("length", [0, 3, 5, 15, 17])
def test_other_numbers_of_octets_are_no_address(length: int) -> None:
    with pytest.raises(ValueError, match="4 or 16 octets"):
        format_address(bytes(length))


@pytest.mark.parametrize("text", ["192.0.2.1", "::ffff:192.0.2.1", "::FFFF:c000:201"])
def test_a_mapped_address_that_is_told_is_the_ipv4_one(text: str) -> None:
    assert parse_told_address(text) == b"\xc0\0\2\1"
    assert len(parse_address("::ffff:192.0.2.1")) == 16  # an address that the user writes is kept as it is


@given(st.ip_addresses())
def test_the_name_for_reverse_look_ups_is_the_standard_librarys(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    assert reverse_name(address.packed) == f"{address.reverse_pointer}."
