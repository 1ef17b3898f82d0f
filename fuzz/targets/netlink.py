"""The kernel's octets about addresses: an entry holds an IPv4 or an IPv6 address, and nothing else."""

from dns_update.address.netlink import decode, dump_request
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS
from fuzz.expect import expect

SEEDS = (
    dump_request(1),
    # lo, 127.0.0.1, as Linux 6 tells it; then the end of the dump
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
    bytes.fromhex("24000000 0200 0000 01000000 00000000  ffffffff  14000000 1600 0103 01000000 00000000"),
)


def check(data: bytes) -> None:
    """Read one datagram."""
    for entry in decode(data).entries:
        expect("an address has 4 or 16 octets", holds=len(entry.address) in {IPV4_OCTETS, IPV6_OCTETS})
