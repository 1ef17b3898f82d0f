import json
import socket
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.address.netlink import FOREVER, AddressEntry, AddressFlag, Dump, decode, dump_request
from dns_update.errors import MalformedMessage
from dns_update.wire.inet import format_address, parse_address

pytestmark = pytest.mark.skipif(sys.byteorder != "little", reason="the octets below are a little-endian machine's")

LARGEST = 1 << 16
IPV6 = bytes.fromhex("20010db8000000000000000000000001")

NEWADDR = 20
NEWLINK = 16
DONE = bytes.fromhex("14000000 0300 0200 01000000 00000000 00000000")
LOOPBACK = bytes.fromhex(
    "4c000000 1400 0200 01000000 00000000"  # length, RTM_NEWADDR, multi-part, sequence, port
    "02 08 80 fe 01000000"  # IPv4, /8, permanent, host scope, interface 1
    "0800 0100 7f000001 0800 0200 7f000001 0700 0300 6c6f0000"  # IFA_ADDRESS, IFA_LOCAL, IFA_LABEL, padded
    "0800 0800 80000000 1400 0600 ffffffff ffffffff 00000000 00000000"  # IFA_FLAGS, IFA_CACHEINFO
)


def attribute(kind: int, octets: bytes) -> bytes:
    length = 4 + len(octets)
    return length.to_bytes(2, "little") + kind.to_bytes(2, "little") + octets + bytes(-length % 4)


def message(kind: int, body: bytes, *, flags: int = 0, sequence: int = 0, port: int = 0) -> bytes:
    length = 16 + len(body)
    header = [(length, 4), (kind, 2), (flags, 2), (sequence, 4), (port, 4)]
    return b"".join(number.to_bytes(size, "little") for number, size in header) + body + bytes(-length % 4)


def new_address(*attributes: bytes, family: int = socket.AF_INET, flags: int = 0, scope: int = 0) -> bytes:
    return message(NEWADDR, bytes([family, 24, flags, scope]) + (2).to_bytes(4, "little") + b"".join(attributes))


def entry(address: bytes, *, flags: int = 0, scope: int = 0, preferred: int = FOREVER) -> AddressEntry:
    return AddressEntry(2, address, flags, scope, preferred)


def test_the_request_asks_for_all_addresses() -> None:
    assert dump_request(7) == bytes.fromhex("18000000 1600 0103 07000000 00000000 0000000000000000")


def test_an_address_of_the_kernel_is_read() -> None:
    assert decode(LOOPBACK) == Dump((AddressEntry(1, b"\x7f\0\0\1", 0x80, 254, FOREVER),), is_last=False)


def test_the_end_of_the_dump_is_seen() -> None:
    assert decode(LOOPBACK + DONE) == Dump(decode(LOOPBACK).entries, is_last=True)
    assert decode(DONE + LOOPBACK) == Dump((), is_last=True)
    assert decode(b"") == Dump((), is_last=False)


def test_several_addresses_are_read_in_their_order() -> None:
    octets = new_address(attribute(2, b"\xc0\0\2\1")) + new_address(attribute(1, IPV6), family=socket.AF_INET6)
    assert decode(octets).entries == (entry(b"\xc0\0\2\1"), entry(IPV6))


def test_on_a_point_to_point_link_the_address_is_ours_and_not_the_peers() -> None:
    octets = new_address(attribute(1, b"\xc0\0\2\x02"), attribute(2, b"\xc0\0\2\1"))
    assert decode(octets).entries == (entry(b"\xc0\0\2\1"),)


def test_an_ipv6_address_has_no_local_one() -> None:
    octets = new_address(attribute(1, IPV6), family=socket.AF_INET6, scope=253)
    assert decode(octets).entries == (entry(IPV6, scope=253),)


def test_the_long_flags_take_the_place_of_the_short_ones() -> None:
    short = new_address(attribute(1, IPV6), family=socket.AF_INET6, flags=AddressFlag.DEPRECATED)
    long = new_address(attribute(1, IPV6), attribute(8, bytes.fromhex("40010000")), family=socket.AF_INET6, flags=0x20)
    assert decode(short).entries[0].flags == AddressFlag.DEPRECATED
    assert decode(long).entries[0].flags == AddressFlag.TENTATIVE | 0x100


def test_the_preferred_lifetime_is_read() -> None:
    octets = new_address(
        attribute(2, b"\xc0\0\2\1"), attribute(6, bytes.fromhex("100e0000 201c0000 00000000 00000000"))
    )
    assert decode(octets).entries == (entry(b"\xc0\0\2\1", preferred=3600),)


def test_other_messages_are_passed_over() -> None:
    octets = message(NEWLINK, bytes(20)) + new_address(attribute(2, b"\xc0\0\2\1"))
    assert decode(octets).entries == (entry(b"\xc0\0\2\1"),)


@pytest.mark.parametrize("family", [socket.AF_UNSPEC, 35, 45], ids=["none", "Phonet", "MCTP"])
def test_addresses_of_other_families_are_passed_over(family: int) -> None:
    """Phonet's and MCTP's addresses have one octet; a dump of all families holds them too."""
    octets = new_address(attribute(2, b"\x10"), family=family) + new_address(attribute(2, b"\xc0\0\2\1"))
    assert decode(octets).entries == (entry(b"\xc0\0\2\1"),)


@pytest.mark.parametrize(
    ("family", "octets"), [(socket.AF_INET, b"\1\2\3"), (socket.AF_INET, IPV6), (socket.AF_INET6, b"\1\2\3\4")]
)
def test_an_address_that_is_not_as_long_as_its_family_demands_is_malformed(family: int, octets: bytes) -> None:
    with pytest.raises(MalformedMessage):
        decode(new_address(attribute(1, octets), family=family))


def test_an_entry_without_an_address_is_not_an_address() -> None:
    assert all(entry.address for entry in decode(new_address() + LOOPBACK).entries)


@pytest.mark.parametrize(("octets", "errno"), [("ffffffff", 1), ("f3ffffff", 13), ("00000000", 0)])
def test_the_kernels_refusal_is_read(octets: str, errno: int) -> None:
    refusal = message(2, bytes.fromhex(octets) + dump_request(1)[:16])
    assert decode(refusal) == Dump((), is_last=True, errno=errno)


@pytest.mark.parametrize(
    ("octets", "errno"), [("f3ffffff", 13), ("00000000", 0), ("", 0), ("f3ff", 0), ("01000000", 0)]
)
def test_the_end_of_a_dump_tells_whether_the_kernel_gave_up(octets: str, errno: int) -> None:
    assert decode(message(3, bytes.fromhex(octets))) == Dump((), is_last=True, errno=errno)


@pytest.mark.parametrize("kind", [NEWADDR, 3], ids=["an address", "the end"])
def test_an_interrupted_dump_is_seen(kind: int) -> None:
    body = bytes([socket.AF_INET, 24, 0, 0]) + (2).to_bytes(4, "little") + attribute(2, b"\xc0\0\2\1")
    assert not decode(message(kind, body, flags=0x02)).is_interrupted
    assert decode(message(kind, body, flags=0x12)).is_interrupted
    assert decode(message(kind, body, flags=0x12) + DONE).is_interrupted
    assert decode(LOOPBACK + message(kind, body, flags=0x12)).is_interrupted


FOREIGN = [{"sequence": 6, "port": 9}, {"sequence": 7, "port": 8}, {"sequence": 0, "port": 0}]


@pytest.mark.parametrize("header", FOREIGN, ids=["another request", "another port", "an event"])
def test_messages_that_answer_another_request_are_passed_over(header: dict[str, int]) -> None:
    body = bytes([socket.AF_INET, 24, 0, 0]) + (2).to_bytes(4, "little")
    foreign = message(NEWADDR, body + attribute(2, b"\6\6\6\6"), flags=0x12, **header)
    foreign += message(2, b"\xff\xff\xff\xff", **header) + message(3, bytes(4), **header)
    ours = message(NEWADDR, body + attribute(2, b"\xc0\0\2\1"), sequence=7, port=9)
    end = message(3, bytes(4), sequence=7, port=9)
    expected = Dump((entry(b"\xc0\0\2\1"),), is_last=True)
    assert decode(foreign + ours + foreign + end, sequence=7, port=9) == expected
    assert decode(foreign, sequence=7, port=9) == Dump((), is_last=False)


def test_a_foreign_message_that_is_cut_off_is_malformed_all_the_same() -> None:
    with pytest.raises(MalformedMessage):
        decode(message(NEWADDR, bytes(7), sequence=6)[:-4], sequence=7, port=9)


def test_every_beginning_of_a_message_is_malformed() -> None:
    for length in range(1, len(LOOPBACK)):
        with pytest.raises(MalformedMessage):
            decode(LOOPBACK[:length])


@pytest.mark.parametrize(
    "octets",
    [
        bytes(16),  # of no length: it would be read for ever
        bytes.fromhex("0f000000") + bytes(12),
        bytes.fromhex("ffffffff") + bytes(12),
        message(2, b"\xff\xff\xff"),
        message(NEWADDR, bytes(7)),
        new_address(bytes.fromhex("0000 0100")),
        new_address(bytes.fromhex("0300 0100")),
        new_address(bytes.fromhex("0900 0100 7f000001")),
        new_address(attribute(2, b"\xc0\0\2\1"), attribute(8, b"\0\0")),
        new_address(attribute(2, b"\xc0\0\2\1"), attribute(6, b"\0\0")),
    ],
)
def test_lengths_that_cannot_be_are_malformed(octets: bytes) -> None:
    with pytest.raises(MalformedMessage):
        decode(octets)


@given(st.binary(max_size=200))
def test_any_octets_are_read_or_malformed(octets: bytes) -> None:
    try:
        dump = decode(octets)
    except MalformedMessage:
        return
    assert all(len(entry.address) in {4, 16} for entry in dump.entries)


@given(st.lists(st.tuples(st.integers(0, 10), st.binary(max_size=20)), max_size=4), st.sampled_from([0, 2, 10, 45]))
def test_any_attributes_are_read_or_malformed(attributes: list[tuple[int, bytes]], family: int) -> None:
    octets = new_address(*(attribute(kind, content) for kind, content in attributes), family=family)
    try:
        dump = decode(octets)
    except MalformedMessage:
        return
    assert all(len(entry.address) in {4, 16} for entry in dump.entries)


@given(st.integers(0, len(LOOPBACK + DONE) - 1), st.integers(0, 255))
def test_a_damaged_octet_is_read_or_malformed(position: int, octet: int) -> None:
    damaged = bytearray(LOOPBACK + DONE)
    damaged[position] = octet
    try:
        decode(bytes(damaged))
    except MalformedMessage:
        return


def kernels_entries() -> tuple[AddressEntry, ...]:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
        kernel.bind((0, 0))
        kernel.sendto(dump_request(1), (0, 0))
        entries: tuple[AddressEntry, ...] = ()
        while True:
            dump = decode(kernel.recv(LARGEST), sequence=1, port=kernel.getsockname()[0])
            assert dump.errno == 0
            entries += dump.entries
            if dump.is_last:
                return entries


def test_the_kernels_answer_is_what_ip_address_prints() -> None:
    scopes = {"global": 0, "site": 200, "link": 253, "host": 254}
    flags = {
        "temporary": AddressFlag.SECONDARY,
        "secondary": AddressFlag.SECONDARY,
        "deprecated": AddressFlag.DEPRECATED,
        "tentative": AddressFlag.TENTATIVE,
        "dadfailed": AddressFlag.DADFAILED,
    }
    printed = subprocess.run(["ip", "-json", "address"], capture_output=True, check=True)
    expected = {
        (
            interface["ifindex"],
            format_address(parse_address(address["local"])),
            scopes[address["scope"]],
            sum({bit for name, bit in flags.items() if address.get(name)}),
            address["preferred_life_time"] == FOREVER,
        )
        for interface in json.loads(printed.stdout)
        for address in interface["addr_info"]
    }
    mask = AddressFlag.SECONDARY | AddressFlag.DEPRECATED | AddressFlag.TENTATIVE | AddressFlag.DADFAILED
    ours = {
        (e.index, format_address(e.address), e.scope, e.flags & mask, e.preferred == FOREVER) for e in kernels_entries()
    }
    assert (1, "127.0.0.1", 254, 0, True) in ours
    assert ours == expected
