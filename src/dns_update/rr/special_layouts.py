"""The layouts of rdata with fields of a form of their own: keys, addresses, certificates, locations, ..."""

from __future__ import annotations

from dns_update.errors import InvalidText, quoted
from dns_update.rr.dnssec import (
    algorithm,
    digest,
    fingerprint,
    hash_algorithm,
    key,
    key_or_none,
    next_hash,
    old_signature,
    resource_key,
    salt,
    signature,
    some_types,
    types,
    zone_digest,
)
from dns_update.rr.rare import RARE
from dns_update.rr.regexp import check_regexp
from dns_update.rr.scanner import Scanner, number, unbase64, unhex
from dns_update.wire.codes import RR_TYPES, Rcode
from dns_update.wire.inet import parse_ipv4, parse_ipv6

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Reader = Callable[[Scanner], bytes]

_U8, _U16 = 0xFF, 0xFFFF

_CERTIFICATES = {
    "PKIX": 1, "SPKI": 2, "PGP": 3, "IPKIX": 4, "ISPKI": 5, "IPGP": 6, "ACPKIX": 7, "IACPKIX": 8, "URI": 253,
    "OID": 254,
}  # fmt: skip
_ERRORS = {name: number for name, number in vars(Rcode).items() if name.isupper()}
_LEAST_X25_DIGITS = 4
_MAX_GATEWAY = 3  # a name; 1 and 2 are as in _FAMILIES
_FAMILIES = {"1": parse_ipv4, "2": parse_ipv6}  # of addresses, as IANA numbers them


def _locator(fields: Scanner) -> bytes:
    """Read four groups of one to four hexadecimal digits (RFC 6742, section 2.1.2)."""
    word = fields.word()
    groups = word.split(":")
    if len(groups) != 4 or not all(0 < len(group) <= 4 for group in groups):  # noqa: PLR2004 - as told
        raise InvalidText(f"{quoted(word)} is not of the form 1:2:3:4")
    return unhex("".join(group.zfill(4) for group in groups))


def _ipv4(fields: Scanner) -> bytes:
    return parse_ipv4(fields.word())


def _eui(count: int) -> Reader:
    def read(fields: Scanner) -> bytes:
        word = fields.word()
        groups = word.split("-")
        if [len(group) for group in groups] != [2] * count:  # digits of an octet (RFC 7043, section 3.2)
            raise InvalidText(f"{quoted(word)} is not of the form {'-'.join(['00'] * count)}")
        return unhex("".join(groups))

    return read


def _optional_string(fields: Scanner) -> bytes:
    return b"" if fields.is_at_end else fields.string()


def _digits(fields: Scanner) -> bytes:
    string = fields.string()
    if len(string) <= _LEAST_X25_DIGITS or not string[1:].isdigit():
        raise InvalidText(f"a PSDN address has {_LEAST_X25_DIGITS} digits at least, and nothing else")
    return string


def _nsap(fields: Scanner) -> bytes:
    word = fields.word()
    octets = unhex(word[2:].replace(".", ""))
    if word[:2].lower() != "0x" or not octets:
        raise InvalidText(f"{quoted(word)} is not of the form 0x47.0005")
    return octets


def _target(fields: Scanner) -> bytes:
    """Read the target of an URI record, which is in quotes and not empty (RFC 7553, section 4.4)."""
    if not fields.is_quoted:
        raise InvalidText("the target of an URI record must be in quotes", hint='as 10 1 "https://www.example.com/"')
    target = fields.long_string()
    if not target:
        raise InvalidText("the target of an URI record is empty")
    return target


def _regexp(fields: Scanner) -> bytes:
    string = fields.string()
    check_regexp(string[1:])
    return string


def _certificate(fields: Scanner) -> bytes:
    return fields.mnemonic(_CERTIFICATES, _U16).to_bytes(2)


def _prefixes(fields: Scanner) -> bytes:
    """Read prefixes of addresses, as many as there are: `[!]FAMILY:ADDRESS/LENGTH` (RFC 3123, section 5)."""
    return b"".join(map(_prefix, fields.words()))


def _prefix(word: str) -> bytes:
    family, _, rest = word.removeprefix("!").partition(":")
    address, _, length = rest.partition("/")
    if family not in _FAMILIES:
        raise InvalidText(f"{quoted(word)} is of no address family that is known: 1 for IPv4, 2 for IPv6")
    octets = _FAMILIES[family](address)
    bits = number(length, len(octets) * 8)
    octets = octets.rstrip(b"\0")
    negation = 0x80 if word.startswith("!") else 0
    return int(family).to_bytes(2) + bytes([bits, negation | len(octets)]) + octets


def _ipsec_key(fields: Scanner) -> bytes:
    """Read precedence, gateway type, algorithm, gateway and key (RFC 4025, section 3.1)."""
    precedence, kind = fields.u8(), fields.number(_MAX_GATEWAY)
    return precedence + kind.to_bytes(1) + fields.u8() + _gateway(kind, fields) + fields.base64()


def _relay(fields: Scanner) -> bytes:
    """Read precedence, discovery optional, relay type and relay (RFC 8777, section 4.3)."""
    precedence, discovery, kind = fields.u8(), fields.number(1), fields.number(_MAX_GATEWAY)
    return precedence + (discovery << 7 | kind).to_bytes(1) + _gateway(kind, fields)


def _gateway(kind: int, fields: Scanner) -> bytes:
    """Read nothing, which is a dot, or an IPv4 or IPv6 address, or a name."""
    if kind == _MAX_GATEWAY:
        return fields.name()
    word = fields.word()
    if kind:
        return _FAMILIES[str(kind)](word)
    if word != ".":
        raise InvalidText(f"{quoted(word)} is not the dot of a gateway that is none")
    return b""


def _transaction_error(fields: Scanner) -> bytes:
    """Read the error of a TKEY record, as a mnemonic or a number (RFC 2930, section 2.6)."""
    return fields.mnemonic(_ERRORS, _U16).to_bytes(2)


def _sized(fields: Scanner) -> bytes:
    """Read a number of octets, and as many octets in Base64."""
    size = fields.number(_U16)
    text = ""
    while len(text) < (size + 2) // 3 * 4:
        text += fields.word()
    octets = unbase64(text)
    if len(octets) != size:
        raise InvalidText(f"{len(octets)} octets in Base64 where {size} belong")
    return size.to_bytes(2) + octets


def _host_identity(fields: Scanner) -> bytes:
    """Read algorithm, tag and key, with their lengths before them, and rendezvous servers (RFC 8005, section 5)."""
    algorithm = fields.u8()
    tag, key = unhex(fields.word()), unbase64(fields.word())
    if not 0 < len(tag) <= _U8 or not 0 < len(key) <= _U16:
        raise InvalidText(f"a tag of 1 to {_U8} octets is needed, and a key of 1 to {_U16}")
    servers = []
    while not fields.is_at_end:
        servers.append(fields.name())
    return len(tag).to_bytes(1) + algorithm + len(key).to_bytes(2) + tag + key + b"".join(servers)


name, string, u8, u16, u32 = Scanner.name, Scanner.string, Scanner.u8, Scanner.u16, Scanner.u32

_BY_MNEMONICS: dict[str, tuple[Reader, ...]] = {
    "ISDN": (string, _optional_string),
    "X25": (_digits,),
    "NAPTR": (u16, u16, string, string, _regexp, name),
    "URI": (u16, u16, _target),
    "CERT": (_certificate, u16, algorithm, Scanner.base64),
    "OPENPGPKEY DHCID HHIT BRID": (Scanner.base64,),
    "NSAP": (_nsap,),
    "NID L64": (u16, _locator),
    "L32": (u16, _ipv4),
    "EUI48": (_eui(6),),
    "EUI64": (_eui(8),),
    "APL": (_prefixes,),
    "IPSECKEY": (_ipsec_key,),
    "AMTRELAY": (_relay,),
    "HIP": (_host_identity,),
    "DNSKEY CDNSKEY": (key,),
    "KEY": (key_or_none,),
    "RKEY": (resource_key,),
    "DS CDS DLV TA": (u16, algorithm, digest),
    "SSHFP": (u8, fingerprint),
    "ZONEMD": (u32, u8, zone_digest),
    "RRSIG": (signature,),
    "SIG": (old_signature,),
    "NSEC": (name, some_types),
    "NSEC3": (hash_algorithm, u8, u16, salt, next_hash, types),
    "NSEC3PARAM": (hash_algorithm, u8, u16, salt),
    "CSYNC": (u32, u16, types),
    "TKEY": (name, u32, u32, u16, _transaction_error, _sized, _sized),
}
SPECIAL_LAYOUTS = {
    **{rrtype: (read,) for rrtype, read in RARE.items()},
    **{RR_TYPES[mnemonic]: layout for mnemonics, layout in _BY_MNEMONICS.items() for mnemonic in mnemonics.split()},
}
