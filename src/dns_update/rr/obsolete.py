"""Rdata of types that are obsolete, or were never made a standard: A6, ATMA, DOA, NSAP, NXT, SINK, WKS, X25, ..."""

from __future__ import annotations

from dns_update.errors import InvalidText, quoted
from dns_update.rr.embedded_names import a6_prefix
from dns_update.rr.field_kinds import (
    HEX,
    IPV4,
    NAME,
    STRING,
    U8,
    U32,
    Field,
    base64_text,
    need,
    quoted_string,
    rest,
    take_string,
)
from dns_update.rr.scanner import Scanner, number, unhex
from dns_update.wire.codes import decimal, rrtype_from_text, rrtype_to_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.inet import IPV6_OCTETS, format_address, parse_ipv6

PROTOCOLS, SERVICES = "/etc/protocols", "/etc/services"  # the names that WKS records can have

_U8, _U16 = 0xFF, 0xFFFF
_IPV6_BITS = 128
_NXT_TYPES = 128  # the bitmap of RFC 2535, section 5.2 has no room for higher types
_LEAST_X25_DIGITS = 4
_AESA, _E164 = 0, 1  # the formats of ATM addresses
_PROTOCOLS = {"6": "tcp", "17": "udp"}  # the protocols whose services have names
_MAX_BITMAP_OCTETS = 8192  # a bit for each port


def _digits(fields: Scanner) -> bytes:
    string = fields.string()
    if len(string) <= _LEAST_X25_DIGITS or not string[1:].isdigit():
        raise InvalidText(f"a PSDN address has at least {_LEAST_X25_DIGITS} digits, and nothing else")
    return string


def _digits_text(cursor: Cursor) -> str:
    digits = take_string(cursor)
    need(holds=len(digits) >= _LEAST_X25_DIGITS and digits.isdigit(), what="a PSDN address that has not only digits")
    return quoted_string(digits)


def _nsap(fields: Scanner) -> bytes:
    word = fields.word()
    octets = unhex(word[2:].replace(".", ""))
    if word[:2].lower() != "0x" or not octets:
        raise InvalidText(f"{quoted(word)} is not of the form 0x47.0005")
    return octets


def _atm_address(fields: Scanner) -> bytes:
    """Read an ATM address: `+` and digits (E.164), or hexadecimal digits with single dots between them (AESA)."""
    text = fields.word()
    if not text.startswith("+"):
        parts = text.split(".")
        if "" in parts:
            raise InvalidText("an AESA has digits before and after each dot")
        return b"%c%b" % (_AESA, unhex("".join(parts)))
    if not (text[1:].isascii() and text[1:].isdecimal()):
        raise InvalidText("an E.164 address has digits only")
    return b"%c%b" % (_E164, text[1:].encode("ascii"))


def _atm_address_text(cursor: Cursor) -> str | None:
    kind, octets = cursor.u8(), rest(cursor, 1)
    if kind != _E164:
        return octets.hex() if kind == _AESA else None
    need(holds=octets.isdigit(), what="an E.164 address that has not only digits")
    return f"+{octets.decode('ascii')}"


def _a6(fields: Scanner) -> bytes:
    """Read a prefix length, the address's other bits, and the prefix's name, if any (RFC 2874, section 3)."""
    length = fields.number(_IPV6_BITS)
    octets = length.to_bytes(1)
    if length < _IPV6_BITS:
        bits = int.from_bytes(parse_ipv6(fields.word())) & ((1 << (_IPV6_BITS - length)) - 1)
        octets += bits.to_bytes((_IPV6_BITS - length + 7) // 8)
    return octets + fields.name() if length else octets


def _a6_text(cursor: Cursor) -> str:
    head = cursor.take(1)
    length = head[0]
    need(holds=length <= _IPV6_BITS, what=f"a prefix of {length} bits")
    octets, names = a6_prefix(head)
    suffix = cursor.take(octets - 1)
    need(holds=int.from_bytes(suffix) < 1 << (_IPV6_BITS - length), what="an address with bits of its prefix")
    words = [str(length)]
    if suffix:
        words.append(format_address(suffix.rjust(IPV6_OCTETS, b"\0")))
    return " ".join([*words, *(NAME.to_text(cursor) or "" for _ in range(names))])


def _old_types(fields: Scanner) -> bytes:
    """Read types as the bitmap of an NXT record (RFC 2535, section 5.2)."""
    bits = 0
    for word in fields.words():
        rrtype = number(word, _NXT_TYPES - 1) if decimal(word, _NXT_TYPES) is not None else rrtype_from_text(word)
        if not 0 < rrtype < _NXT_TYPES:
            raise InvalidText(f"an NXT record cannot have {quoted(word)}: its types go from 1 to {_NXT_TYPES - 1}")
        bits |= 1 << (_NXT_TYPES - 1 - rrtype)
    return bits.to_bytes(_NXT_TYPES // 8).rstrip(b"\0")


def _old_types_text(cursor: Cursor) -> str:
    bitmap = rest(cursor)
    need(holds=len(bitmap) <= _NXT_TYPES // 8 and bitmap[-1:] != b"\0", what=f"a bitmap of {len(bitmap)} octets")
    types = _bits(bitmap)
    need(holds=0 not in types, what="the bit of type 0")
    return " ".join(map(rrtype_to_text, types))


def _data(fields: Scanner) -> bytes:
    """Read the data of a DOA record; `-` is no data."""
    words = fields.words()
    return b"" if words == ["-"] else Scanner(" ".join(words)).base64()


def _services(fields: Scanner) -> bytes:
    """Read a protocol and services, as names or numbers, as a bitmap of ports (RFC 1035, section 3.4.2)."""
    protocol = fields.word()
    if decimal(protocol, _U8) is None:
        protocol = _number_in(PROTOCOLS, protocol.lower(), "") or _unknown(protocol, "protocol")
    bits = last = 0
    for word in fields.words():
        port = decimal(word, _U16)
        if port is None:
            port = _port_of_service(word, _PROTOCOLS.get(protocol))
        bits |= 1 << (_U16 - port)
        last = max(last, port // 8 + 1)
    return number(protocol, _U8).to_bytes(1) + bits.to_bytes(_MAX_BITMAP_OCTETS)[:last]


def _port_of_service(name: str, protocol: str | None) -> int:
    suffix = f"/{protocol}" if protocol else "/"
    return int(_number_in(SERVICES, name.lower(), suffix) or _unknown(name, "service"))


def _number_in(path: str, name: str, suffix: str) -> str:
    """Return the number for a name in a table of the system, empty if none; see services(5) and protocols(5)."""
    try:
        with open(path, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                entry, _, _ = line.partition("#")
                first, found, *aliases = [*entry.split(), "", ""]
                if name in (word.lower() for word in (first, *aliases)) and suffix in found:
                    return found.partition("/")[0]
    except OSError:
        return ""
    return ""


def _unknown(name: str, kind: str) -> str:
    raise InvalidText(f"unknown {kind} {quoted(name)}", hint="write its number")


def _services_text(cursor: Cursor) -> str:
    protocol, bitmap = cursor.u8(), rest(cursor)
    need(holds=len(bitmap) <= _MAX_BITMAP_OCTETS and bitmap[-1:] != b"\0", what=f"a bitmap of {len(bitmap)} octets")
    return " ".join(map(str, [protocol, *_bits(bitmap)]))


def _bits(bitmap: bytes) -> list[int]:
    return [8 * i + bit for i, octet in enumerate(bitmap) for bit in range(8) if octet & 0x80 >> bit]


_OPTIONAL_STRING = Field(
    lambda fields: b"" if fields.is_at_end else fields.string(),
    lambda cursor: quoted_string(take_string(cursor)) if cursor.remaining else "",
)
_OPTIONAL_BASE64 = Field(
    lambda fields: b"" if fields.is_at_end else fields.base64(), lambda cursor: base64_text(rest(cursor))
)

LAYOUTS = {
    "WKS": (IPV4, Field(_services, _services_text)),
    "X25": (Field(_digits, _digits_text),),
    "ISDN": (STRING, _OPTIONAL_STRING),
    "NSAP": (Field(_nsap, lambda cursor: f"0x{rest(cursor, 1).hex()}"),),
    "GPOS": (STRING, STRING, STRING),
    "NXT": (NAME, Field(_old_types, _old_types_text)),
    "EID": (HEX,),
    "NIMLOC": (HEX,),
    "ATMA": (Field(_atm_address, _atm_address_text),),
    "A6": (Field(_a6, _a6_text),),
    "SINK": (U8, U8, U8, _OPTIONAL_BASE64),
    "DOA": (U32, U32, U8, STRING, Field(_data, lambda cursor: base64_text(rest(cursor)) or "-")),
}
