import json
import socket
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.address.kernel.netlink import (
    FOREVER,
    AddressEntry,
    AddressFlag,
    Datagram,
    DefaultRoute,
    Event,
    LinkEntry,
    address_dump_request,
    decode,
    link_dump_request,
)
from dns_update.errors import MalformedMessage
from dns_update.wire.inet import format_address, parse_address

pytestmark = pytest.mark.skipif(sys.byteorder != "little", reason="the octets below are a little-endian machine's")

LARGEST = 1 << 16
IPV6 = bytes.fromhex("20010db8000000000000000000000001")

NEWLINK, DELLINK = 16, 17
NEWADDR, DELADDR = 20, 21
NEWROUTE, DELROUTE = 24, 25
MULTI = 0x02  # the flag of a dump's messages
OURS = {"sequence": 7, "port": 9}
DONE = bytes.fromhex("14000000 0300 0200 07000000 09000000 00000000")
LOOPBACK = bytes.fromhex(
    "4c000000 1400 0200 07000000 09000000"  # length, RTM_NEWADDR, multi-part, sequence, port
    "02 08 80 fe 01000000"  # IPv4, /8, permanent, host scope, interface 1
    "0800 0100 7f000001 0800 0200 7f000001 0700 0300 6c6f0000"  # IFA_ADDRESS, IFA_LOCAL, IFA_LABEL, padded
    "0800 0800 80000000 1400 0600 ffffffff ffffffff 00000000 00000000"  # IFA_FLAGS, IFA_CACHEINFO
)


def attribute(kind: int, octets: bytes) -> bytes:
    length = 4 + len(octets)
    return length.to_bytes(2, "little") + kind.to_bytes(2, "little") + octets + bytes(-length % 4)


def message(kind: int, body: bytes, *, flags: int = MULTI, sequence: int = 7, port: int = 9) -> bytes:
    length = 16 + len(body)
    header = [(length, 4), (kind, 2), (flags, 2), (sequence, 4), (port, 4)]
    return b"".join(number.to_bytes(size, "little") for number, size in header) + body + bytes(-length % 4)


def address_body(*attributes: bytes, family: int = socket.AF_INET, flags: int = 0, scope: int = 0) -> bytes:
    return bytes([family, 24, flags, scope]) + (2).to_bytes(4, "little") + b"".join(attributes)


def new_address(*attributes: bytes, family: int = socket.AF_INET, flags: int = 0, scope: int = 0) -> bytes:
    return message(NEWADDR, address_body(*attributes, family=family, flags=flags, scope=scope))


def entry(address: bytes, **fields: object) -> AddressEntry:
    return AddressEntry(2, address, **{"prefix_length": 24, **fields})  # type: ignore[arg-type]


def read(octets: bytes) -> Datagram:
    return decode(octets, **OURS)


def listed(octets: bytes) -> tuple[AddressEntry, ...]:
    return tuple(subject for subject in read(octets).listed if isinstance(subject, AddressEntry))


def event(kind: int, body: bytes) -> tuple[Event, ...]:
    """Return the result of reading an event of that kind and body."""
    datagram = read(message(kind, body, flags=0, sequence=1700000000, port=4711))
    assert datagram.listed == ()
    return datagram.events


def test_the_requests_ask_for_all_addresses_and_all_links() -> None:
    assert address_dump_request(7) == bytes.fromhex("18000000 1600 0103 07000000 00000000 0000000000000000")
    header, body = "28000000 1200 0103 07000000 00000000", "00000000000000000000000000000000 0800 1d00 08000000"
    assert link_dump_request(7) == bytes.fromhex(header + body)  # with IFLA_EXT_MASK: without statistics


def test_an_address_of_the_kernel_is_read() -> None:
    expected = AddressEntry(1, b"\x7f\0\0\1", prefix_length=8, flags=0x80, scope=254)
    assert read(LOOPBACK) == Datagram((expected,))


def test_the_end_of_the_dump_is_seen() -> None:
    assert read(LOOPBACK + DONE) == Datagram(read(LOOPBACK).listed, is_last=True)
    assert read(DONE + LOOPBACK) == Datagram(is_last=True)
    assert read(b"") == Datagram()


def test_several_addresses_are_read_in_their_order() -> None:
    octets = new_address(attribute(2, b"\xc0\0\2\1")) + new_address(attribute(1, IPV6), family=socket.AF_INET6)
    assert listed(octets) == (entry(b"\xc0\0\2\1"), entry(IPV6))


def test_on_a_point_to_point_link_the_address_is_ours_and_not_the_peers() -> None:
    octets = new_address(attribute(1, b"\xc0\0\2\x02"), attribute(2, b"\xc0\0\2\1"))
    assert listed(octets) == (entry(b"\xc0\0\2\1", peer=b"\xc0\0\2\2"),)


def test_an_ipv6_address_has_no_local_one() -> None:
    octets = new_address(attribute(1, IPV6), family=socket.AF_INET6, scope=253)
    assert listed(octets) == (entry(IPV6, scope=253),)


def test_the_long_flags_take_the_place_of_the_short_ones() -> None:
    short = new_address(attribute(1, IPV6), family=socket.AF_INET6, flags=AddressFlag.DEPRECATED)
    long = new_address(attribute(1, IPV6), attribute(8, bytes.fromhex("40010000")), family=socket.AF_INET6, flags=0x20)
    assert listed(short)[0].flags == AddressFlag.DEPRECATED
    assert listed(long)[0].flags == AddressFlag.TENTATIVE | 0x100


def test_lifetime_and_times_are_read() -> None:
    octets = new_address(
        attribute(2, b"\xc0\0\2\1"), attribute(6, bytes.fromhex("100e0000 201c0000 05000000 07010000"))
    )
    assert listed(octets) == (entry(b"\xc0\0\2\1", preferred=3600, created=5, updated=263),)


def test_other_messages_are_passed_over() -> None:
    octets = message(99, bytes(20)) + new_address(attribute(2, b"\xc0\0\2\1"))
    assert listed(octets) == (entry(b"\xc0\0\2\1"),)


@pytest.mark.parametrize("family", [socket.AF_UNSPEC, 35, 45], ids=["none", "Phonet", "MCTP"])
def test_addresses_of_other_families_are_passed_over(family: int) -> None:
    """Phonet's and MCTP's addresses have one octet; a dump of all families has them, too."""
    octets = new_address(attribute(2, b"\x10"), family=family) + new_address(attribute(2, b"\xc0\0\2\1"))
    assert listed(octets) == (entry(b"\xc0\0\2\1"),)


@pytest.mark.parametrize(
    ("family", "octets"), [(socket.AF_INET, b"\1\2\3"), (socket.AF_INET, IPV6), (socket.AF_INET6, b"\1\2\3\4")]
)
def test_an_address_that_is_not_as_long_as_its_family_demands_is_malformed(family: int, octets: bytes) -> None:
    with pytest.raises(MalformedMessage):
        read(new_address(attribute(1, octets), family=family))


def test_an_entry_without_an_address_is_not_an_address() -> None:
    assert all(entry.address for entry in listed(new_address() + LOOPBACK))


@pytest.mark.parametrize(("octets", "errno"), [("ffffffff", 1), ("f3ffffff", 13), ("00000000", 0)])
def test_the_kernels_refusal_is_read(octets: str, errno: int) -> None:
    refusal = message(2, bytes.fromhex(octets) + link_dump_request(1)[:16], flags=0)
    assert read(refusal) == Datagram(is_last=True, errno=errno)


@pytest.mark.parametrize(
    ("octets", "errno"), [("f3ffffff", 13), ("00000000", 0), ("", 0), ("f3ff", 0), ("01000000", 0)]
)
def test_the_end_of_a_dump_tells_whether_the_kernel_gave_up(octets: str, errno: int) -> None:
    assert read(message(3, bytes.fromhex(octets))) == Datagram(is_last=True, errno=errno)


@pytest.mark.parametrize("kind", [NEWADDR, 3], ids=["an address", "the end"])
def test_an_interrupted_dump_is_seen(kind: int) -> None:
    body = address_body(attribute(2, b"\xc0\0\2\1"))
    assert not read(message(kind, body, flags=0x02)).is_interrupted
    assert read(message(kind, body, flags=0x12)).is_interrupted
    assert read(message(kind, body, flags=0x12) + DONE).is_interrupted
    assert read(LOOPBACK + message(kind, body, flags=0x12)).is_interrupted


FOREIGN = [{"sequence": 6, "port": 9}, {"sequence": 7, "port": 8}, {"sequence": 0, "port": 0}]


@pytest.mark.parametrize("header", FOREIGN, ids=["another request", "another port", "an event"])
def test_what_answers_another_request_is_not_listed_and_ends_nothing(header: dict[str, int]) -> None:
    foreign = message(NEWADDR, address_body(attribute(2, b"\6\6\6\6")), flags=0x12, **header)
    foreign += message(2, b"\xff\xff\xff\xff", **header) + message(3, bytes(4), **header)
    told = Event(entry(b"\6\6\6\6"))
    ours = new_address(attribute(2, b"\xc0\0\2\1"))
    expected = Datagram((entry(b"\xc0\0\2\1"),), (told, told), is_last=True)
    assert read(foreign + ours + foreign + DONE) == expected
    assert read(foreign) == Datagram((), (told,))


def test_an_event_that_we_caused_ourselves_is_an_event() -> None:
    """It has our own sequence number and port, but only a dump has the flag of multi-part messages."""
    octets = message(NEWADDR, address_body(attribute(2, b"\xc0\0\2\1")), flags=0)
    assert read(octets) == Datagram((), (Event(entry(b"\xc0\0\2\1")),))


def test_an_address_comes_and_goes() -> None:
    body = address_body(attribute(2, b"\xc0\0\2\1"))
    assert event(NEWADDR, body) == (Event(entry(b"\xc0\0\2\1")),)
    assert event(DELADDR, body) == (Event(entry(b"\xc0\0\2\1"), is_gone=True),)


def link_body(*attributes: bytes, family: int = 0, flags: int = 0x41) -> bytes:
    fields = [(family, 2), (1, 2), (5, 4), (flags, 4), (0, 4)]
    return b"".join(number.to_bytes(size, "little") for number, size in fields) + b"".join(attributes)


NAMED = attribute(3, b"ppp0\0")


@pytest.mark.parametrize(
    ("flags", "is_up", "is_running"), [(0x41, True, True), (0x01, True, False), (0, False, False), (0x10, False, False)]
)
def test_a_link_comes_and_goes(flags: int, *, is_up: bool, is_running: bool) -> None:
    body = link_body(NAMED, flags=flags)
    link = LinkEntry(5, ("ppp0",), flags)
    assert (link.is_up, link.is_running) == (is_up, is_running)
    assert event(NEWLINK, body) == (Event(link),)
    assert event(DELLINK, body) == (Event(link, is_gone=True),)


def test_the_alternative_names_of_a_link_are_behind_its_name() -> None:
    properties = attribute(52 | 0x8000, attribute(53, b"enp3s0\0") + attribute(53, b"uplink\0") + attribute(99, b"x"))
    assert event(NEWLINK, link_body(properties, NAMED)) == (Event(LinkEntry(5, ("ppp0", "enp3s0", "uplink"), 0x41)),)


def test_a_name_that_is_not_utf_8_is_as_the_command_line_has_it() -> None:
    (told,) = event(NEWLINK, link_body(attribute(3, b"\xff0\0")))
    assert isinstance(told.subject, LinkEntry)
    assert told.subject.names == ("\udcff0",)


def test_to_leave_a_bridge_is_not_to_go() -> None:
    assert event(DELLINK, link_body(NAMED, family=socket.AF_BRIDGE)) == ()


def route_body(family: int = socket.AF_INET, *, length: int = 0, kind: int = 1) -> bytes:
    return bytes([family, length, 0, 0, 254, 3, 0, kind]) + bytes(4) + attribute(5, b"\1\2\3\4")


@pytest.mark.parametrize(("family", "octets"), [(socket.AF_INET, 4), (socket.AF_INET6, 16)])
def test_a_default_route_comes_and_goes(family: int, octets: int) -> None:
    route = DefaultRoute(octets, (0, 254, 0), 0, b"\1\2\3\4")
    assert event(NEWROUTE, route_body(family)) == (Event(route),)
    assert event(DELROUTE, route_body(family)) == (Event(route, is_gone=True),)


@pytest.mark.parametrize(
    "body",
    [route_body(length=24), route_body(kind=7), route_body(socket.AF_MPLS if hasattr(socket, "AF_MPLS") else 28)],
    ids=["to a network", "unreachable", "MPLS"],
)
def test_other_routes_are_passed_over(body: bytes) -> None:
    assert event(NEWROUTE, body) == ()


def test_a_foreign_message_that_is_cut_off_is_malformed_all_the_same() -> None:
    with pytest.raises(MalformedMessage):
        read(message(NEWADDR, bytes(7), sequence=6)[:-4])


def test_every_beginning_of_a_message_is_malformed() -> None:
    for length in range(1, len(LOOPBACK)):
        with pytest.raises(MalformedMessage):
            read(LOOPBACK[:length])


@pytest.mark.parametrize(
    "octets",
    [
        bytes(16),  # of length 0: reading it would never end
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
        read(octets)


@given(st.binary(max_size=200))
def test_any_octets_are_read_or_malformed(octets: bytes) -> None:
    try:
        datagram = read(octets)
    except MalformedMessage:
        return
    assert all(len(told.address) in {4, 16} for told in datagram.listed if isinstance(told, AddressEntry))


@given(st.lists(st.tuples(st.integers(0, 10), st.binary(max_size=20)), max_size=4), st.sampled_from([0, 2, 10, 45]))
def test_any_attributes_are_read_or_malformed(attributes: list[tuple[int, bytes]], family: int) -> None:
    octets = new_address(*(attribute(kind, content) for kind, content in attributes), family=family)
    try:
        datagram = read(octets)
    except MalformedMessage:
        return
    assert all(len(told.address) in {4, 16} for told in datagram.listed if isinstance(told, AddressEntry))


@given(st.integers(0, len(LOOPBACK + DONE) - 1), st.integers(0, 255))
def test_a_damaged_octet_is_read_or_malformed(position: int, octet: int) -> None:
    damaged = bytearray(LOOPBACK + DONE)
    damaged[position] = octet
    try:
        read(bytes(damaged))
    except MalformedMessage:
        return


def kernels_entries() -> tuple[AddressEntry, ...]:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
        kernel.bind((0, 0))
        kernel.sendto(address_dump_request(1), (0, 0))
        subjects: tuple[object, ...] = ()
        while True:
            datagram = decode(kernel.recv(LARGEST), sequence=1, port=kernel.getsockname()[0])
            assert datagram.errno == 0
            subjects += datagram.listed
            if datagram.is_last:
                return tuple(subject for subject in subjects if isinstance(subject, AddressEntry))


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
