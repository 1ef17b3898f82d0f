"""Which addresses may be published, against IANA's registries and against the standard library."""

import ipaddress
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dns_update.address.special_purpose import unreachable_because
from dns_update.wire.inet import format_address, parse_address

SHARED = "carrier-grade NAT, 100.64.0.0/10"
OUTSIDE = "outside of 2000::/3, the global unicast addresses"
RELAY = "deprecated 6to4 relay anycast"
ASSIGNMENTS = "IETF protocol assignments"
SEGMENTS = "Segment Routing (SRv6) SIDs"
EMBEDDED = "that of the IPv4 address within"

# All addresses of a family in spans: the first address of each, and why it cannot be reached, or None. A span ends
# before the next one. So each registry entry is tested with its first and last address and their neighbours.
IPV4_SPANS = [
    ("0.0.0.0", "this host on this network"),  # noqa: S104 - nothing is bound to it
    ("0.0.0.1", "this network"), ("1.0.0.0", None),
    ("10.0.0.0", "private-use"), ("11.0.0.0", None),
    ("100.64.0.0", SHARED), ("100.128.0.0", None),
    ("127.0.0.0", "loopback"), ("128.0.0.0", None),
    ("169.254.0.0", "link-local"), ("169.255.0.0", None),
    ("172.16.0.0", "private-use"), ("172.32.0.0", None),
    ("192.0.0.0", "IPv4 service continuity prefix"), ("192.0.0.8", "IPv4 dummy address"), ("192.0.0.9", None),
    ("192.0.0.11", ASSIGNMENTS), ("192.0.0.170", "NAT64/DNS64 discovery"), ("192.0.0.172", ASSIGNMENTS),
    ("192.0.1.0", None),
    ("192.0.2.0", "documentation"), ("192.0.3.0", None),
    ("192.88.99.0", RELAY), ("192.88.99.2", "6a44-relay anycast"), ("192.88.99.3", RELAY), ("192.88.100.0", None),
    ("192.168.0.0", "private-use"), ("192.169.0.0", None),
    ("198.18.0.0", "benchmarking"), ("198.20.0.0", None),
    ("198.51.100.0", "documentation"), ("198.51.101.0", None),
    ("203.0.113.0", "documentation"), ("203.0.114.0", None),
    ("224.0.0.0", "multicast"), ("240.0.0.0", "reserved"), ("255.255.255.255", "limited broadcast"),
]  # fmt: skip
IPV6_SPANS = [
    ("::", "unspecified"), ("::1", "loopback"), ("::2", "IPv4-compatible"), ("::1:0:0", OUTSIDE),
    ("::ffff:0:0", "IPv4-mapped"), ("::1:0:0:0", OUTSIDE),
    ("64:ff9b::", EMBEDDED), ("64:ff9b::1:0:0", OUTSIDE),
    ("64:ff9b:1::", "local NAT64"), ("64:ff9b:2::", OUTSIDE),
    ("100::", "discard-only"), ("100:0:0:1::", "dummy IPv6 prefix"), ("100:0:0:2::", OUTSIDE),
    ("2000::", None),
    ("2001::", "Teredo"), ("2001:1::", ASSIGNMENTS), ("2001:1::1", None), ("2001:1::4", ASSIGNMENTS),
    ("2001:2::", "benchmarking"), ("2001:2:1::", ASSIGNMENTS),
    ("2001:3::", None), ("2001:4::", ASSIGNMENTS),
    ("2001:4:112::", None), ("2001:4:113::", ASSIGNMENTS),
    ("2001:10::", "deprecated ORCHID"), ("2001:20::", None), ("2001:40::", ASSIGNMENTS), ("2001:200::", None),
    ("2001:db8::", "documentation"), ("2001:db9::", None),
    ("2002::", EMBEDDED), ("2003::", None),
    ("3fff::", "documentation"), ("3fff:1000::", None), ("4000::", OUTSIDE),
    ("5f00::", SEGMENTS), ("5f01::", OUTSIDE),
    ("fc00::", "unique-local"), ("fe00::", OUTSIDE),
    ("fe80::", "link-local"), ("fec0::", "deprecated site-local"), ("ff00::", "multicast"),
]  # fmt: skip


def edges(spans: list[tuple[str, str | None]], end: str) -> list[tuple[str, str | None]]:
    """Return the first and the last address of each span."""
    lasts = [(_before(following), reason) for (_first, reason), (following, _reason) in pairwise(spans)]
    return [*spans, *lasts, (end, spans[-1][1])]


def _before(text: str) -> str:
    octets = parse_address(text)
    return format_address((int.from_bytes(octets) - 1).to_bytes(len(octets)))


@pytest.mark.parametrize(
    ("text", "reason"),
    [*edges(IPV4_SPANS, "255.255.255.255"), *edges(IPV6_SPANS, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")],
)
def test_each_registry_entry_counts_from_its_first_address_to_its_last(text: str, reason: str | None) -> None:
    told = unreachable_because(parse_address(text))
    if reason == EMBEDDED:
        assert told in {
            "NAT64 of 0.0.0.0: this host on this network", "NAT64 of 255.255.255.255: limited broadcast",
            "6to4 of 0.0.0.0: this host on this network", "6to4 of 255.255.255.255: limited broadcast",
        }  # fmt: skip
    else:
        assert told == reason


@pytest.mark.parametrize(
    "text",
    ["1.1.1.1", "192.31.196.1", "192.52.193.1", "192.175.48.1", "2600:1::4", "2620:4f:8000::1", "2a00::1", "3ffe::1"],
)
def test_the_world_reaches_ordinary_addresses_and_those_that_iana_calls_globally_reachable(text: str) -> None:
    assert unreachable_because(parse_address(text)) is None


@given(st.ip_addresses(v=4), st.binary(min_size=10, max_size=10))
def test_an_address_with_an_ipv4_address_within_is_judged_by_that(embedded: ipaddress.IPv4Address, rest: bytes) -> None:
    reason = unreachable_because(embedded.packed)
    six_to_four = unreachable_because(b"\x20\x02" + embedded.packed + rest)
    nat64 = unreachable_because(parse_address("64:ff9b::")[:12] + embedded.packed)
    assert six_to_four == (reason and f"6to4 of {embedded}: {reason}")
    assert nat64 == (reason and f"NAT64 of {embedded}: {reason}")


# What the standard library says of these depends on its version.
_DISPUTED = [
    ipaddress.ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20", "64:ff9b::/96")
]


@given(st.ip_addresses())
def test_the_standard_library_agrees_where_its_versions_do(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    assume(not any(address in network for network in _DISPUTED))
    reason = unreachable_because(address.packed)
    if address.is_multicast:
        assert reason == "multicast"
    elif address.version == 6 and address not in ipaddress.ip_network("2000::/3"):
        assert reason is not None  # the library accepts addresses that are not assigned to anyone
    else:
        assert (reason is None) == address.is_global


@given(
    st.sampled_from(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]).flatmap(
        lambda network: st.ip_addresses(network=network)
    )
)
def test_a_private_address_is_private(address: ipaddress.IPv4Address) -> None:
    assert address.is_private
    assert unreachable_because(address.packed) == "private-use"
