"""Addresses and networks as servers' configurations write them; pure."""

from __future__ import annotations

from dns_update import errors
from dns_update.wire.codes import decimal
from dns_update.wire.inet import IPV4_OCTETS, parse_address

_QUADS = 4


def is_in_network(address: bytes, network: str) -> bool | None:
    """Return whether an address is in a network such as `192.0.2.0/24`, or a range with a hyphen; None if it is none.

    An address alone is a network of one. BIND's short form, `192.0.2/24`, is understood.
    """
    first, hyphen, last = network.partition("-")
    text, slash, length = first.partition("/")
    start = _octets(text)
    if start is None:
        return None
    if hyphen:
        end = _octets(last)
        return None if end is None else len(start) == len(address) and start <= address <= end
    bits = decimal(length, len(start) * 8) if slash else len(start) * 8
    if bits is None:
        return None
    return len(start) == len(address) and _prefix(start, bits) == _prefix(address, bits)


def is_loopback(address: bytes) -> bool:
    """Return whether an address is one of the machine itself by its number alone."""
    return address[:1] == b"\x7f" if len(address) == IPV4_OCTETS else address == bytes(15) + b"\x01"


def _octets(text: str) -> bytes | None:
    if ":" not in text and text.count(".") < _QUADS - 1 and text:
        text += ".0" * (_QUADS - 1 - text.count("."))
    try:
        return parse_address(text)
    except errors.InvalidText:
        return None


def _prefix(address: bytes, bits: int) -> int:
    return int.from_bytes(address) >> (len(address) * 8 - bits)
