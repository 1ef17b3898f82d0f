"""Rdata of the record types that BIND reads and dnspython does not: A6, ATMA, DOA, EID, NIMLOC, NXT, SINK."""

from __future__ import annotations

import binascii

from dns_update.errors import InvalidText
from dns_update.wire.codes import decimal, rrtype_from_text
from dns_update.wire.inet import parse_ipv6
from dns_update.wire.name import ROOT, Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_IPV6_BITS = 128
_NXT_TYPES = 128  # the bitmap of RFC 2535, section 5.2 has no room for higher ones
_MAX_U8 = 0xFF
_MAX_U32 = 0xFFFFFFFF


def rare_rdata(rrtype: int, fields: list[str]) -> bytes:
    """Return the octets of rdata of one of the `RARE` types; raises InvalidText."""
    return RARE[rrtype](fields)


def _hex(fields: list[str]) -> bytes:
    try:
        octets = binascii.unhexlify("".join(fields))
    except ValueError:
        raise InvalidText("bad hex encoding") from None
    return octets


def _base64(fields: list[str]) -> bytes:
    try:
        return binascii.a2b_base64("".join(fields).encode(), strict_mode=True)
    except ValueError:
        raise InvalidText("bad base64 encoding") from None


def _number(text: str, highest: int) -> int:
    number = decimal(text, highest)
    if number is None:
        raise InvalidText(f"{text!r} is not a number from 0 to {highest}")
    return number


def _count(fields: list[str], least: int) -> None:
    if len(fields) < least:
        raise InvalidText("unexpected end of input")


def _exactly(fields: list[str], count: int) -> None:
    _count(fields, count)
    if len(fields) > count:
        raise InvalidText("extra input text")


def _atma(fields: list[str]) -> bytes:
    """Read an ATM address: `+` and digits (E.164), or hexadecimal digits parted by dots (AESA)."""
    _exactly(fields, 1)
    text = fields[0]
    if not text.startswith("+"):
        return b"\0" + _hex([text.replace(".", "")])
    if not (text[1:].isascii() and text[1:].isdecimal()):
        raise InvalidText("an E.164 address has digits only")
    return b"\1" + text[1:].encode("ascii")


def _a6(fields: list[str]) -> bytes:
    """Read a prefix length, the address's other bits, and the prefix's name if there is one (RFC 2874, section 3)."""
    _count(fields, 2)
    length = _number(fields[0], _IPV6_BITS)
    has_suffix, has_name = length < _IPV6_BITS, length > 0
    _exactly(fields, 1 + has_suffix + has_name)
    octets = length.to_bytes(1)
    if has_suffix:
        bits = int.from_bytes(parse_ipv6(fields[1])) & ((1 << (_IPV6_BITS - length)) - 1)
        octets += bits.to_bytes((_IPV6_BITS - length + 7) // 8)
    return octets + (Name.from_text(fields[-1], ROOT).to_wire() if has_name else b"")


def _sink(fields: list[str]) -> bytes:
    _count(fields, 3)
    return bytes(_number(field, _MAX_U8) for field in fields[:3]) + _base64(fields[3:])


def _nxt(fields: list[str]) -> bytes:
    """Read the next name and the types that stand there, as a bitmap (RFC 2535, section 5.2)."""
    _count(fields, 2)
    bits = 0
    for field in fields[1:]:
        rrtype = rrtype_from_text(field)
        if not 0 < rrtype < _NXT_TYPES:
            raise InvalidText(f"{field!r} has no place in a NXT record")
        bits |= 1 << (_NXT_TYPES - 1 - rrtype)
    return Name.from_text(fields[0], ROOT).to_wire() + bits.to_bytes(_NXT_TYPES // 8).rstrip(b"\0")


def _doa(fields: list[str]) -> bytes:
    """Read enterprise, type, location, media type and data; `-` is no data."""
    _count(fields, 5)
    head = _number(fields[0], _MAX_U32).to_bytes(4) + _number(fields[1], _MAX_U32).to_bytes(4)
    media = fields[3].strip('"').encode()
    data = b"" if fields[4:] == ["-"] else _base64(fields[4:])
    return head + _number(fields[2], _MAX_U8).to_bytes(1) + len(media).to_bytes(1) + media + data


RARE: dict[int, Callable[[list[str]], bytes]] = {
    30: _nxt,
    31: _hex,  # EID
    32: _hex,  # NIMLOC
    34: _atma,
    38: _a6,
    40: _sink,
    259: _doa,
}
