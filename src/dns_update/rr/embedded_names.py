"""The domain names in rdata: which may be compressed, and which are compared without regard to case.

These are two properties of a record type. Receivers decompress the names of the types of RFC 1035, and of some that
are older than RFC 3597 (section 4). The canonical form has names in lower case for the types that RFC 4034
(section 6.2) lists; NSEC is on that list by mistake (RFC 6840, section 5.1). Names in all other types, e.g. SVCB, keep
their case (RFC 3597, section 7). A type that exists only in class IN is an unknown type in the others.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.wire.codes import INTERNET_TYPES, RRClass, RRType
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

# The parts of rdata: a number of octets, or one of these.
_NAME = -1
_STRING = -2  # a length octet and as many octets
_REST = -3
_ONE_NAME = (_NAME,)
_A6 = 38
_IPV6_BITS = 128

COMPRESSIBLE = {
    RRType.NS: _ONE_NAME,
    3: _ONE_NAME,  # MD
    4: _ONE_NAME,  # MF
    RRType.CNAME: _ONE_NAME,
    RRType.SOA: (_NAME, _NAME, 20),
    7: _ONE_NAME,  # MB
    8: _ONE_NAME,  # MG
    9: _ONE_NAME,  # MR
    RRType.PTR: _ONE_NAME,
    14: (_NAME, _NAME),  # MINFO
    RRType.MX: (2, _NAME),
    17: (_NAME, _NAME),  # RP
    18: (2, _NAME),  # AFSDB
    21: (2, _NAME),  # RT
    24: (18, _NAME, _REST),  # SIG
    26: (2, _NAME, _NAME),  # PX
    30: (_NAME, _REST),  # NXT
    RRType.SRV: (6, _NAME),
    35: (4, _STRING, _STRING, _STRING, _NAME),  # NAPTR
    36: (2, _NAME),  # KX
    RRType.DNAME: _ONE_NAME,
}
_CANONICAL = {**COMPRESSIBLE, 46: COMPRESSIBLE[24]}  # and RRSIG, which has SIG's form; and A6, see _parts
_CHAOS_ADDRESS = (_NAME, 2)
_IN = (RRClass.IN, RRClass.NONE)  # NONE is the class of a deletion (RFC 2136, section 2.5.4)


def read_rdata(cursor: Cursor, rrtype: int, length: int, rrclass: int = RRClass.IN) -> bytes:
    """Take `length` octets of rdata from a message, and decompress names in it; raises MalformedMessage."""
    layout = None if _is_unknown(rrtype, rrclass) else COMPRESSIBLE.get(rrtype)
    if layout is None or not length:  # the empty rdata of an update's delete has no names
        return cursor.take(length)
    window = cursor.window(length)
    rdata = window.name().to_wire() if layout is _ONE_NAME else b"".join([_read_part(window, part) for part in layout])
    window.finish()
    return rdata


def canonical_rdata(rrtype: int, rdata: bytes, rrclass: int = RRClass.IN) -> bytes:
    """Return the form in which equal rdata has equal octets: names in lower case (RFC 4034, section 6.2)."""
    layout = _parts(rrtype, rdata, rrclass)
    if layout is None:
        return rdata
    cursor = Cursor(rdata)
    try:
        parts = [
            uncompressed_name(cursor).to_canonical_wire() if part == _NAME else _read_part(cursor, part)
            for part in layout
        ]
        cursor.finish()
    except errors.MalformedMessage:  # octets that are not this type's equal only themselves
        return rdata
    return b"".join(parts)


def uncompressed_name(cursor: Cursor) -> Name:
    """Take a name that is not compressed, as in rdata outside a message; raises MalformedMessage."""
    start = cursor.position
    name = cursor.name()
    if cursor.data[start : cursor.position] != name.to_wire():
        raise errors.MalformedMessage("a compressed name in rdata outside a message")
    return name


def soa_mname(rdata: bytes) -> Name:
    """Return MNAME, the primary's host name, of a SOA record (RFC 1035, section 3.3.13); raises MalformedMessage."""
    return Cursor(rdata).name()


def a6_prefix(rdata: bytes) -> tuple[int, int]:
    """Return how many octets come before the prefix's name in an A6 record's rdata, and how many names follow, 0 or 1.

    These octets are the prefix's length in bits, and the address's other bits in whole octets (RFC 2874, section 3.1).
    """
    length = min(rdata[0], _IPV6_BITS) if rdata else 0
    return 1 + (_IPV6_BITS - length + 7) // 8, 1 if length else 0


def _parts(rrtype: int, rdata: bytes, rrclass: int) -> tuple[int, ...] | None:
    if rrclass == RRClass.CH and rrtype == RRType.A:
        return _CHAOS_ADDRESS
    if _is_unknown(rrtype, rrclass):
        return None
    if rrtype == _A6 and rdata[:1] <= bytes([_IPV6_BITS]):
        octets, names = a6_prefix(rdata)
        return (octets, *_ONE_NAME * names)
    return _CANONICAL.get(rrtype)


def _is_unknown(rrtype: int, rrclass: int) -> bool:
    return rrtype in INTERNET_TYPES and rrclass not in _IN


def _read_part(window: Cursor, part: int) -> bytes:
    if part == _NAME:
        return window.name().to_wire()
    if part == _STRING:
        octets = window.u8()
        return octets.to_bytes(1) + window.take(octets)
    return window.take(window.remaining if part == _REST else part)
