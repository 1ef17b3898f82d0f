"""Rdata with addresses of other kinds than A and AAAA: prefixes, locators, gateways, host identities."""

from __future__ import annotations

from dns_update.errors import InvalidText, quoted
from dns_update.rr.embedded_names import uncompressed_name
from dns_update.rr.field_kinds import BASE64, IPV4, U8, U16, Field, base64_text, need, rest
from dns_update.rr.scanner import Scanner, number, unbase64, unhex
from dns_update.wire.cursor import Cursor
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS, format_address, parse_ipv4, parse_ipv6

_U8, _U16 = 0xFF, 0xFFFF
_LOCATOR_OCTETS = 8
_EUI48_OCTETS, _EUI64_OCTETS = 6, 8
_NEGATION = 0x80  # the bit before the number of a prefix's octets
_NO_GATEWAY, _IPV4_GATEWAY, _IPV6_GATEWAY, _NAME_GATEWAY = range(4)
_FAMILIES = {1: parse_ipv4, 2: parse_ipv6}  # of addresses, by IANA's numbers
_FAMILY_OCTETS = {1: IPV4_OCTETS, 2: IPV6_OCTETS}


def _locator(fields: Scanner) -> bytes:
    """Read four groups of one to four hexadecimal digits (RFC 6742, section 2.1.2)."""
    word = fields.word()
    groups = word.split(":")
    if len(groups) != 4 or not all(0 < len(group) <= 4 for group in groups):  # noqa: PLR2004 - see above
        raise InvalidText(f"{quoted(word)} is not of the form 1:2:3:4")
    return unhex("".join(group.zfill(4) for group in groups))


def _eui(count: int) -> Field:
    def read(fields: Scanner) -> bytes:
        word = fields.word()
        groups = word.split("-")
        if [len(group) for group in groups] != [2] * count:  # digits of an octet (RFC 7043, section 3.2)
            raise InvalidText(f"{quoted(word)} is not of the form {'-'.join(['00'] * count)}")
        return unhex("".join(groups))

    return Field(read, lambda cursor: cursor.take(count).hex("-"))


def _prefix(word: str) -> bytes:
    """Read an address prefix, `[!]FAMILY:ADDRESS/LENGTH` (RFC 3123, section 5)."""
    family, _, others = word.removeprefix("!").partition(":")
    address, _, length = others.partition("/")
    if family not in ("1", "2"):
        raise InvalidText(f"{quoted(word)} has an unknown address family; 1 is IPv4, 2 is IPv6")
    octets = _FAMILIES[int(family)](address)
    bits = number(length, len(octets) * 8)
    octets = octets.rstrip(b"\0")
    negation = _NEGATION if word.startswith("!") else 0
    return int(family).to_bytes(2) + bytes([bits, negation | len(octets)]) + octets


def _prefixes_text(cursor: Cursor) -> str | None:
    words = []
    while cursor.remaining:
        words.append(_prefix_text(cursor))
    return None if None in words else " ".join(filter(None, words))


def _prefix_text(cursor: Cursor) -> str | None:
    """Return one prefix; None if the addresses of its family have no text form here."""
    family, bits, count = cursor.u16(), cursor.u8(), cursor.u8()
    octets = cursor.take(count & ~_NEGATION)
    need(holds=octets[-1:] != b"\0", what="a prefix that ends with zeros")
    most = _FAMILY_OCTETS.get(family)
    if most is None:
        return None
    need(holds=len(octets) <= most and bits <= most * 8, what=f"a prefix of {bits} bits in {len(octets)} octets")
    negation = "!" if count & _NEGATION else ""
    return f"{negation}{family}:{format_address(octets.ljust(most, bytes(1)))}/{bits}"


def _gateway_and_key(fields: Scanner) -> bytes:
    """Read gateway type, algorithm, gateway and key (RFC 4025, section 3.1)."""
    kind = fields.number(_NAME_GATEWAY)
    return kind.to_bytes(1) + fields.u8() + _gateway(kind, fields) + fields.base64()


def _gateway_and_key_text(cursor: Cursor) -> str:
    kind, algorithm = cursor.u8(), cursor.u8()
    need(holds=kind <= _NAME_GATEWAY, what=f"a gateway of type {kind}")
    gateway = _gateway_text(kind, cursor)
    return f"{kind} {algorithm} {gateway} {base64_text(rest(cursor, 1))}"


def _relay(fields: Scanner) -> bytes:
    """Read discovery optional, relay type and relay (RFC 8777, section 4.3)."""
    discovery, kind = fields.number(1), fields.number(_NAME_GATEWAY)
    return (discovery << 7 | kind).to_bytes(1) + _gateway(kind, fields)


def _relay_text(cursor: Cursor) -> str | None:
    octet = cursor.u8()
    discovery, kind = octet >> 7, octet & 0x7F
    if kind > _NAME_GATEWAY:
        rest(cursor)
        return None
    return f"{discovery} {kind} {_gateway_text(kind, cursor)}"


def _gateway(kind: int, fields: Scanner) -> bytes:
    """Read a gateway: an IPv4 or IPv6 address, a name, or a dot for no gateway."""
    if kind == _NAME_GATEWAY:
        return fields.name()
    word = fields.word()
    if kind != _NO_GATEWAY:
        return _FAMILIES[kind](word)
    if word != ".":
        raise InvalidText(f"{quoted(word)} is not a dot, but a gateway of type 0 (none) is written as a dot")
    return b""


def _gateway_text(kind: int, cursor: Cursor) -> str:
    if kind == _NAME_GATEWAY:
        return uncompressed_name(cursor).to_text()
    return "." if kind == _NO_GATEWAY else format_address(cursor.take(_FAMILY_OCTETS[kind]))


def _host_identity(fields: Scanner) -> bytes:
    """Read algorithm, tag and key, with their lengths before them, and rendezvous servers (RFC 8005, section 5)."""
    algorithm = fields.u8()
    tag, key = unhex(fields.word()), unbase64(fields.word())
    if not 0 < len(tag) <= _U8 or not 0 < len(key) <= _U16:
        raise InvalidText(f"a tag of 1 to {_U8} octets and a key of 1 to {_U16} octets are needed")
    servers = []
    while not fields.is_at_end:
        servers.append(fields.name())
    return len(tag).to_bytes(1) + algorithm + len(key).to_bytes(2) + tag + key + b"".join(servers)


def _host_identity_text(cursor: Cursor) -> str:
    tag_octets, algorithm, key_octets = cursor.u8(), cursor.u8(), cursor.u16()
    need(holds=tag_octets > 0 < key_octets, what="an empty tag or key")
    words = [str(algorithm), cursor.take(tag_octets).hex(), base64_text(cursor.take(key_octets))]
    while cursor.remaining:
        words.append(uncompressed_name(cursor).to_text())
    return " ".join(words)


_LOCATOR = Field(_locator, lambda cursor: cursor.take(_LOCATOR_OCTETS).hex(":", 2))

LAYOUTS = {
    "APL": (Field(lambda fields: b"".join(map(_prefix, fields.words())), _prefixes_text),),
    "NID": (U16, _LOCATOR),
    "L32": (U16, IPV4),
    "L64": (U16, _LOCATOR),
    "EUI48": (_eui(_EUI48_OCTETS),),
    "EUI64": (_eui(_EUI64_OCTETS),),
    "DHCID": (BASE64,),
    "IPSECKEY": (U8, Field(_gateway_and_key, _gateway_and_key_text)),
    "AMTRELAY": (U8, Field(_relay, _relay_text)),
    "HIP": (Field(_host_identity, _host_identity_text),),
    "HHIT": (BASE64,),
    "BRID": (BASE64,),
}
