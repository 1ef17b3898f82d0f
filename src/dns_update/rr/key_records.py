"""Keys, certificates and fingerprints in rdata: DNSKEY, KEY, TKEY, CERT, OPENPGPKEY, SSHFP, ...

Also the names inside keys of private algorithms.
"""

from __future__ import annotations

from dns_update.errors import InvalidText, MalformedMessage, quoted
from dns_update.rr.embedded_names import uncompressed_name
from dns_update.rr.field_kinds import BASE64, NAME, U8, U16, U32, Field, base64_text, need, number_field, rest
from dns_update.rr.scanner import Scanner, unbase64
from dns_update.wire.codes import Rcode, decimal
from dns_update.wire.cursor import Cursor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_U8, _U16 = 0xFF, 0xFFFF

_ALGORITHMS = {
    "RSAMD5": 1, "DH": 2, "DSA": 3, "RSASHA1": 5, "NSEC3DSA": 6, "NSEC3RSASHA1": 7, "RSASHA256": 8, "RSASHA512": 10,
    "ECCGOST": 12, "ECDSA256": 13, "ECDSAP256SHA256": 13, "ECDSA384": 14, "ECDSAP384SHA384": 14, "ED25519": 15,
    "ED448": 16, "INDIRECT": 252, "PRIVATEDNS": 253, "PRIVATEOID": 254,
}  # fmt: skip
_PROTOCOLS = {"NONE": 0, "TLS": 1, "EMAIL": 2, "DNSSEC": 3, "IPSEC": 4, "ALL": 255}  # of keys (RFC 2535, section 7.1)
_FLAGS = {
    "NOCONF": 0x4000, "NOAUTH": 0x8000, "NOKEY": 0xC000, "FLAG2": 0x2000, "EXTEND": 0x1000, "FLAG4": 0x0800,
    "FLAG5": 0x0400, "USER": 0, "ZONE": 0x0100, "HOST": 0x0200, "NTYP3": 0x0300, "FLAG8": 0x0080, "FLAG9": 0x0040,
    "FLAG10": 0x0020, "FLAG11": 0x0010, "KSK": 0x0001, **{f"SIG{bits}": bits for bits in range(16)},
}  # fmt: skip
_CERTIFICATES = {
    "PKIX": 1, "SPKI": 2, "PGP": 3, "IPKIX": 4, "ISPKI": 5, "IPGP": 6, "ACPKIX": 7, "IACPKIX": 8, "URI": 253,
    "OID": 254,
}  # fmt: skip
_FINGERPRINT_OCTETS = {1: 20, 2: 32}  # by kind; other kinds may have any number
_ERRORS = {name: number for name, number in vars(Rcode).items() if name.isupper()}  # of TKEY (RFC 2930, section 2.6)
_NO_KEY = 0xC000  # RFC 2535, section 3.1.2: both bits set, there is no key
_MAX_FLAG_DIGITS = 12
_KEY_ALGORITHM, _KEY_HEAD = 3, 4  # where the algorithm is in a key's octets, and the key
_OBJECT_IDENTIFIER = 6  # DER's tag
_LONG_FORM = 0x80  # lengths from here on are written differently; no algorithm's identifier is that long
_CONTINUES = 0x80  # the bit that says that a number of an object identifier continues in the next octet


def algorithm(fields: Scanner) -> bytes:
    """Read the algorithm of a key or signature."""
    return fields.mnemonic(_ALGORITHMS, _U8).to_bytes(1)


def check_private(number: int, octets: bytes) -> None:
    """Raise MalformedMessage for a private algorithm's key or signature that does not begin with the algorithm's name.

    See RFC 4034, appendix A.1.1.
    """
    if number == _ALGORITHMS["PRIVATEDNS"]:
        uncompressed_name(Cursor(octets))
    elif number == _ALGORITHMS["PRIVATEOID"] and not _begins_with_object_identifier(octets):
        raise MalformedMessage("no object identifier of a private algorithm")


def checked_text(fields: Scanner, head: bytes, check: Callable[[bytes], None]) -> bytes:
    """Read the rest as Base64, and return it after `head`; `check` checks both, as it does with octets of the wire."""
    rdata = head + fields.base64()
    try:
        check(rdata)
    except MalformedMessage as error:
        raise InvalidText(error.text) from error
    return rdata


def _check_key(rdata: bytes) -> None:
    check_private(rdata[_KEY_ALGORITHM], rdata[_KEY_HEAD:])


def _check_resource_key(rdata: bytes) -> None:
    _check_key(rdata)
    need(holds=rdata[:2] == b"\0\0", what="the flags of an RKEY record are not 0")


def _has_no_key(rdata: bytes) -> bool:
    return int.from_bytes(rdata[:2]) & _NO_KEY == _NO_KEY


def _begins_with_object_identifier(octets: bytes) -> bool:
    """Return whether there is a length, and an object identifier of that length in DER (X.690, section 8.19)."""
    content = octets[3 : octets[0] + 1]
    starts = [content[i] for i in range(len(content)) if i == 0 or content[i - 1] < _CONTINUES]
    return (
        octets[:3] == bytes([len(content) + 2, _OBJECT_IDENTIFIER, len(content)])
        and 0 < len(content) < _LONG_FORM
        and content[-1] < _CONTINUES
        and _CONTINUES not in starts  # a number without leading zeros
    )


def _key_head(fields: Scanner) -> bytes:
    """Read flags, protocol and algorithm."""
    flags = _flags(fields.word())
    return flags.to_bytes(2) + fields.mnemonic(_PROTOCOLS, _U8).to_bytes(1) + algorithm(fields)


def _flags(word: str) -> int:
    if word[:1].isdecimal():
        return _flag_number(word)
    flags = 0
    for name in word.removesuffix("|").upper().split("|"):
        # The first flag that begins with it: BIND accepts any abbreviation.
        flag = next((bits for known, bits in _FLAGS.items() if known.startswith(name)), None)
        if flag is None:
            raise InvalidText(f"unknown flag {quoted(name)}")
        flags |= flag
    return flags


def _flag_number(word: str) -> int:
    """Return a decimal number, or else a hexadecimal one, with or without `0x`."""
    found = decimal(word, _U16)
    if found is None and word.isalnum():
        try:
            found = int(word, 16)
        except ValueError:
            found = None
    if found is None or found > _U16 or len(word) > _MAX_FLAG_DIGITS:
        raise InvalidText(f"{quoted(word)} is not a number of flags")
    return found


def _key_field(check: Callable[[bytes], None], *, may_lack_key: bool = False) -> Field:
    """Return the field of a key; with `may_lack_key`, its flags may say that there is none (RFC 2535, 3.1.2)."""

    def from_text(fields: Scanner) -> bytes:
        head = _key_head(fields)
        return head if may_lack_key and _has_no_key(head) else checked_text(fields, head, check)

    def to_text(cursor: Cursor) -> str:
        head, octets = cursor.take(_KEY_HEAD), b""
        if not (may_lack_key and _has_no_key(head)):
            octets = rest(cursor, 1)
            check(head + octets)
        return f"{int.from_bytes(head[:2])} {head[2]} {head[3]} {base64_text(octets)}".rstrip()

    return Field(from_text, to_text)


def _sized(fields: Scanner) -> bytes:
    """Read a number of octets, and as many octets in Base64."""
    size = fields.number(_U16)
    text = ""
    while len(text) < (size + 2) // 3 * 4:
        text += fields.word()
    octets = unbase64(text)
    if len(octets) != size:
        raise InvalidText(f"the Base64 has {len(octets)} octets, but the size before it is {size}")
    return size.to_bytes(2) + octets


def _sized_text(cursor: Cursor) -> str:
    size = cursor.u16()
    return f"{size} {base64_text(cursor.take(size))}".rstrip()


def digest_field(what: str, kinds: Mapping[str, int], octets_of: Mapping[int, int], least: int) -> Field:
    """Return the field of a kind, as a mnemonic or a number, and of as many octets as a kind in `octets_of` has.

    Other kinds may have any number of octets from `least` on.
    """

    def from_text(fields: Scanner) -> bytes:
        kind = fields.mnemonic(kinds, _U8)
        may_be_empty = not least and kind not in octets_of
        octets = b"" if may_be_empty and fields.is_at_end else fields.hex(octets_of.get(kind))
        if len(octets) < least:
            raise InvalidText(f"a {what} of {len(octets)} octets; {least} are needed")
        return kind.to_bytes(1) + octets

    def to_text(cursor: Cursor) -> str:
        kind, octets = cursor.u8(), rest(cursor, least)
        need(holds=len(octets) == octets_of.get(kind, len(octets)), what=f"a {what} of {len(octets)} octets")
        return f"{kind} {octets.hex()}".rstrip()

    return Field(from_text, to_text)


_DNSKEY = (_key_field(_check_key),)
_SIZED = Field(_sized, _sized_text)

LAYOUTS = {
    "DNSKEY": _DNSKEY,
    "CDNSKEY": _DNSKEY,
    "KEY": (_key_field(_check_key, may_lack_key=True),),
    "RKEY": (_key_field(_check_resource_key),),
    "TKEY": (NAME, U32, U32, U16, number_field(2, _ERRORS), _SIZED, _SIZED),
    "CERT": (number_field(2, _CERTIFICATES), U16, Field(algorithm, U8.to_text), BASE64),
    "OPENPGPKEY": (BASE64,),
    "SSHFP": (U8, digest_field("fingerprint", {}, _FINGERPRINT_OCTETS, least=0)),  # RFC 4255; RFC 6594
}
