"""Rdata that dnspython does not read, or reads as something else: A6, ATMA, DOA, EID, LOC, NIMLOC, NXT, SINK."""

from __future__ import annotations

from dns_update.errors import InvalidText, quoted
from dns_update.rr.loc import location
from dns_update.rr.scanner import Scanner, number, unhex
from dns_update.wire.codes import decimal, rrtype_from_text
from dns_update.wire.inet import parse_ipv6

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_IPV6_BITS = 128
_NXT_TYPES = 128  # the bitmap of RFC 2535, section 5.2 has no room for higher ones


def _atma(fields: Scanner) -> bytes:
    """Read an ATM address: `+` and digits (E.164), or hexadecimal digits parted by single dots (AESA)."""
    text = fields.word()
    if not text.startswith("+"):
        parts = text.split(".")
        if "" in parts:
            raise InvalidText("an AESA has digits before and behind each dot")
        return b"\0" + unhex("".join(parts))
    if not (text[1:].isascii() and text[1:].isdecimal()):
        raise InvalidText("an E.164 address has digits only")
    return b"\1" + text[1:].encode("ascii")


def _a6(fields: Scanner) -> bytes:
    """Read a prefix length, the address's other bits, and the prefix's name if there is one (RFC 2874, section 3)."""
    length = fields.number(_IPV6_BITS)
    octets = length.to_bytes(1)
    if length < _IPV6_BITS:
        bits = int.from_bytes(parse_ipv6(fields.word())) & ((1 << (_IPV6_BITS - length)) - 1)
        octets += bits.to_bytes((_IPV6_BITS - length + 7) // 8)
    return octets + fields.name() if length else octets


def _sink(fields: Scanner) -> bytes:
    head = fields.u8() + fields.u8() + fields.u8()
    return head if fields.is_at_end else head + fields.base64()


def _nxt(fields: Scanner) -> bytes:
    """Read the next name and the types that stand there, as a bitmap (RFC 2535, section 5.2)."""
    name = fields.name()
    bits = 0
    for word in fields.words():
        rrtype = number(word, _NXT_TYPES - 1) if decimal(word, _NXT_TYPES) is not None else rrtype_from_text(word)
        if not 0 < rrtype < _NXT_TYPES:
            raise InvalidText(f"{quoted(word)} has no place in a NXT record")
        bits |= 1 << (_NXT_TYPES - 1 - rrtype)
    return name + bits.to_bytes(_NXT_TYPES // 8).rstrip(b"\0")


def _doa(fields: Scanner) -> bytes:
    """Read enterprise, type, location, media type and data; `-` is no data."""
    head = fields.u32() + fields.u32() + fields.u8() + fields.string()
    words = fields.words()
    return head if words == ["-"] else head + Scanner(" ".join(words)).base64()


RARE: dict[int, Callable[[Scanner], bytes]] = {
    29: location,
    30: _nxt,
    31: Scanner.hex,  # EID
    32: Scanner.hex,  # NIMLOC
    34: _atma,
    38: _a6,
    40: _sink,
    259: _doa,
}
