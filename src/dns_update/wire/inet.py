"""IPv4 and IPv6 addresses: text to 4 or 16 octets and back (RFC 4291, section 2.2; RFC 5952).

The standard library has this too, in `ipaddress` (3 ms to import) and in `socket` (not allowed in this package).
"""

from __future__ import annotations

from dns_update import errors
from dns_update.errors import quoted
from dns_update.wire.codes import decimal

IPV4_OCTETS = 4
IPV6_OCTETS = 16

# `int` takes more than digits, and leading zeros, which some read as octal.
_OCTETS = {str(octet): octet for octet in range(256)}
_MAPPED = bytes(10) + b"\xff\xff"  # before an IPv4 address (RFC 4291, section 2.5.5.2)
_IPV6_GROUPS = 8
_MAX_GROUP_DIGITS = 4


def parse_address(text: str) -> bytes:
    """Return the 4 octets of an IPv4 or the 16 of an IPv6 address; raises InvalidText."""
    return parse_ipv6(text) if ":" in text else parse_ipv4(text)


def parse_cidr(text: str) -> bytes:
    """Return the octets of an address; a prefix length after it, as routers print it, is checked and dropped."""
    address, slash, length = text.partition("/")
    octets = parse_address(address)
    longest = len(octets) * 8
    if slash and decimal(length, longest) is None:
        raise errors.InvalidText(f"{quoted(text)} has a wrong prefix length", hint=f"0 to {longest}")
    return octets


def parse_told_address(text: str) -> bytes:
    """Return the octets of an address that a server reports to its client; raises InvalidText.

    A server with one socket for both families sees an IPv4 client as `::ffff:192.0.2.1`: that is its IPv4 address.
    """
    octets = parse_address(text)
    return octets.removeprefix(_MAPPED)


def reverse_name(address: bytes) -> str:
    """Return the name that an address has for reverse look-ups (RFC 1035, section 3.5; RFC 3596, section 2.5)."""
    if len(address) == IPV4_OCTETS:
        return ".".join(map(str, reversed(address))) + ".in-addr.arpa."
    return ".".join(reversed(address.hex())) + ".ip6.arpa."


def format_address(address: bytes) -> str:
    """Return the text of 4 or 16 octets; raises ValueError for another number of octets."""
    if len(address) == IPV4_OCTETS:
        return ".".join(map(str, address))
    if len(address) == IPV6_OCTETS:
        return _format_ipv6(address)
    raise ValueError(f"an address has 4 or 16 octets, not {len(address)}")


def parse_ipv4(text: str) -> bytes:
    """Return the 4 octets of a dotted quad: four decimal numbers without leading zeros; raises InvalidText."""
    try:
        first, second, third, fourth = text.split(".")
        return bytes((_OCTETS[first], _OCTETS[second], _OCTETS[third], _OCTETS[fourth]))
    except (KeyError, ValueError):
        raise errors.InvalidText(
            f"{quoted(text)} is not an IPv4 address", hint="four numbers from 0 to 255, e.g. 203.0.113.45"
        ) from None


def parse_ipv6(text: str) -> bytes:
    """Return the 16 octets of an IPv6 address in any form of RFC 4291, section 2.2; raises InvalidText."""
    head, gap, tail = text.partition("::")
    groups_before = _groups(head, text, may_end_in_ipv4=not gap)
    groups_after = _groups(tail, text, may_end_in_ipv4=True)
    missing = _IPV6_GROUPS - len(groups_before) - len(groups_after)
    # "::" replaces at least one group of zeros; without it, all eight groups must be there.
    if missing < 1 if gap else missing != 0:
        raise _not_ipv6(text)
    groups = [*groups_before, *([0] * missing), *groups_after]
    return b"".join(group.to_bytes(2) for group in groups)


def _groups(text: str, whole: str, *, may_end_in_ipv4: bool) -> list[int]:
    if not text:
        return []
    *parts, last = text.split(":")
    if "." in last:  # an IPv4 address may replace the last two groups
        try:
            octets = parse_ipv4(last)
        except errors.InvalidText:
            raise _not_ipv6(whole) from None
        if not may_end_in_ipv4:
            raise _not_ipv6(whole)
        parts += [octets[:2].hex(), octets[2:].hex()]
    else:
        parts.append(last)
    if not all(map(_is_group, parts)):
        raise _not_ipv6(whole)
    return [int(part, 16) for part in parts]


def _not_ipv6(text: str) -> errors.InvalidText:
    return errors.InvalidText(f"{quoted(text)} is not an IPv6 address", hint="e.g. 2001:db8::1")


def _is_group(part: str) -> bool:
    return 0 < len(part) <= _MAX_GROUP_DIGITS and all(digit in "0123456789abcdefABCDEF" for digit in part)


def _format_ipv6(address: bytes) -> str:
    groups = [f"{address[i] << 8 | address[i + 1]:x}" for i in range(0, IPV6_OCTETS, 2)]
    start, length = _longest_zero_run(groups)
    if length < 2:  # noqa: PLR2004 - RFC 5952, section 4.2.2: "::" must not shorten a single group
        return ":".join(groups)
    return ":".join(groups[:start]) + "::" + ":".join(groups[start + length :])


def _longest_zero_run(groups: list[str]) -> tuple[int, int]:
    """Return start and length of the first longest run of zero groups (RFC 5952, section 4.2.3)."""
    best = (0, 0)
    length = 0
    for index, group in enumerate(groups):
        length = length + 1 if group == "0" else 0
        if length > best[1]:
            best = (index - length + 1, length)
    return best
