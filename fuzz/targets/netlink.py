"""Netlink messages: each address is an IPv4 or IPv6 address, and a table accepts every message."""

from dns_update.address.kernel.interfaces import Interfaces
from dns_update.address.kernel.netlink import (
    AddressEntry,
    Event,
    LinkEntry,
    address_dump_request,
    decode,
    link_dump_request,
    route_dump_request,
)
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS
from fuzz.expect import expect

SEQUENCE, PORT = 1, 0

SEEDS = (
    address_dump_request(SEQUENCE),
    link_dump_request(SEQUENCE),
    route_dump_request(SEQUENCE),
    # lo, 127.0.0.1, as Linux 6 lists it; then the end of the dump
    bytes.fromhex(
        "4c000000 1400 0200 01000000 00000000  02 08 80 fe 01000000"
        "0800 0100 7f000001  0800 0200 7f000001  0700 0300 6c6f0000"
        "0800 0800 80000000  1400 0600 ffffffff ffffffff 00000000 00000000"
        "14000000 0300 0200 01000000 00000000 00000000"
    ),
    # eth0, 2001:db8::1
    bytes.fromhex(
        "48000000 1400 0200 01000000 00000000  0a 40 00 00 02000000"
        "1400 0100 20010db8000000000000000000000001"
        "1400 0600 100e0000 201c0000 00000000 00000000"
        "0800 0800 00000000"
    ),
    # events: ppp0 (also wan) is there, has 192.0.2.1, has a default route, and goes
    bytes.fromhex(
        "38000000 1000 0000 2a000000 4d010000  0000 0000 02000000 41000000 00000000"
        "0900 0300 7070703000 000000  0c00 3480 0800 3500 77616e00"
    ),
    bytes.fromhex("28000000 1400 0000 2a000000 4d010000  02 20 00 00 02000000  0800 0100 c0000202  0800 0200 c0000201"),
    bytes.fromhex("24000000 1800 0000 2a000000 4d010000  02 00 00 00 fe 03 00 01 00000000  0800 0500 c0000202"),
    # another one takes the place of the first: table 254, metric 100, interface 2
    bytes.fromhex(
        "3c000000 1800 0001 2a000000 4d010000  02 00 00 00 fe 03 00 01 00000000"
        "0800 0f00 fe000000  0800 0600 64000000  0800 0400 02000000  0800 0500 c0000203"
    ),
    bytes.fromhex("28000000 1500 0000 2a000000 4d010000  02 20 00 00 02000000  0800 0100 c0000202  0800 0200 c0000201"),
    bytes.fromhex(
        "2c000000 1100 0000 2a000000 4d010000  0000 0000 02000000 00000000 00000000  0900 0300 7070703000 000000"
    ),
    bytes.fromhex("24000000 0200 0000 01000000 00000000  ffffffff  14000000 1600 0103 01000000 00000000"),
)


def check(data: bytes) -> None:
    """Read one datagram, and pass it to a table."""
    datagram = decode(data, sequence=SEQUENCE, port=PORT)
    interfaces = Interfaces()
    for event in (*map(Event, datagram.listed), *datagram.events):
        if isinstance(event.subject, AddressEntry):
            expect("an address has 4 or 16 octets", holds=len(event.subject.address) in {IPV4_OCTETS, IPV6_OCTETS})
        if isinstance(event.subject, LinkEntry):
            expect("a name ends before its NUL", holds=not any("\0" in name for name in event.subject.names))
        interfaces.apply(event, now=0)
    for name in (*interfaces.names, *interfaces.take_touched()):
        link = interfaces.link(name)
        usable = interfaces.usable(name)
        expect("an address belongs to its link", holds=all(link and link.index == one.index for one in usable))
