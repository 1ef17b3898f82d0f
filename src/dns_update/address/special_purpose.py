"""Which addresses cannot be reached from the Internet, by IANA's special-purpose address registries.

`ipaddress.is_global` is not used: its result depends on Python's version, and it takes 3 ms to import.
"""

from __future__ import annotations

from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS, format_address, parse_address

LINK_LOCAL = "link-local"
LOOPBACK = "loopback"
CARRIER_NAT = "carrier-grade NAT, 100.64.0.0/10"

# The names are those of the registries, unless people use another one. The longest prefix that contains an address
# decides; None means "reachable". A globally reachable prefix that is in no refused prefix (AS112, AMT) needs no
# row. Multicast, site-local and IPv4-compatible addresses are not in the registries, but in RFC 1112 and RFC 4291
# (sections 2.5.5.1, 2.5.7 and 2.7).
_PREFIXES = (
    # https://www.iana.org/assignments/iana-ipv4-special-registry/
    ("0.0.0.0/0", None),
    ("0.0.0.0/8", "this network"),
    ("0.0.0.0/32", "this host on this network"),
    ("10.0.0.0/8", "private-use"),
    ("100.64.0.0/10", CARRIER_NAT),  # "Shared Address Space"
    ("127.0.0.0/8", LOOPBACK),
    ("169.254.0.0/16", LINK_LOCAL),
    ("172.16.0.0/12", "private-use"),
    ("192.0.0.0/24", "IETF protocol assignments"),
    ("192.0.0.0/29", "IPv4 service continuity prefix"),
    ("192.0.0.8/32", "IPv4 dummy address"),
    ("192.0.0.9/32", None),  # Port Control Protocol anycast
    ("192.0.0.10/32", None),  # Traversal Using Relays around NAT anycast
    ("192.0.0.170/31", "NAT64/DNS64 discovery"),
    ("192.0.2.0/24", "documentation"),
    ("192.88.99.0/24", "deprecated 6to4 relay anycast"),
    ("192.88.99.2/32", "6a44-relay anycast"),
    ("192.168.0.0/16", "private-use"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("255.255.255.255/32", "limited broadcast"),
    # https://www.iana.org/assignments/iana-ipv6-special-registry/
    ("::/0", "outside of 2000::/3, the global unicast addresses"),
    ("::/96", "IPv4-compatible"),
    ("::/128", "unspecified"),
    ("::1/128", LOOPBACK),
    ("::ffff:0:0/96", "IPv4-mapped"),
    ("64:ff9b:1::/48", "local NAT64"),  # "IPv4-IPv6 Translat."
    ("100::/64", "discard-only"),
    ("100:0:0:1::/64", "dummy IPv6 prefix"),
    ("2000::/3", None),
    ("2001::/23", "IETF protocol assignments"),
    ("2001::/32", "Teredo"),
    ("2001:1::1/128", None),  # Port Control Protocol anycast
    ("2001:1::2/128", None),  # Traversal Using Relays around NAT anycast
    ("2001:1::3/128", None),  # DNS-SD Service Registration Protocol anycast
    ("2001:2::/48", "benchmarking"),
    ("2001:3::/32", None),  # AMT
    ("2001:4:112::/48", None),  # AS112-v6
    ("2001:10::/28", "deprecated ORCHID"),
    ("2001:20::/28", None),  # ORCHIDv2
    ("2001:30::/28", None),  # Drone Remote ID Protocol Entity Tags
    ("2001:db8::/32", "documentation"),
    ("3fff::/20", "documentation"),
    ("5f00::/16", "Segment Routing (SRv6) SIDs"),
    ("fc00::/7", "unique-local"),
    ("fe80::/10", LINK_LOCAL),
    ("fec0::/10", "deprecated site-local"),
    ("ff00::/8", "multicast"),
)

# An IPv4 address follows these prefixes; the IPv6 address is reachable if the IPv4 address is (RFC 3056, section 2;
# RFC 6052, section 3.1).
_EMBEDDING = (("6to4", bytes.fromhex("2002")), ("NAT64", bytes.fromhex("0064ff9b") + bytes(8)))


def unreachable_because(address: bytes) -> str | None:
    """Return why an address of 4 or 16 octets cannot be reached from the Internet; None if these lists allow it."""
    for name, prefix in _EMBEDDING:
        if len(address) == IPV6_OCTETS and address.startswith(prefix):
            embedded = address[len(prefix) :][:IPV4_OCTETS]
            reason = unreachable_because(embedded)
            return reason and f"{name} of {format_address(embedded)}: {reason}"
    number = int.from_bytes(address)
    rows = (row for row in _ROWS if row[0] == len(address))
    return next(reason for _octets, shift, prefix, reason in rows if number >> shift == prefix)


def _row(text: str, reason: str | None) -> tuple[int, int, int, str | None]:
    """Return the octets of an address, the bits after the prefix, the bits of the prefix, and the reason."""
    first, _, length = text.partition("/")
    address = parse_address(first)
    shift = len(address) * 8 - int(length)
    return len(address), shift, int.from_bytes(address) >> shift, reason


_ROWS = sorted((_row(text, reason) for text, reason in _PREFIXES), key=lambda row: row[1])  # the longest prefix first
