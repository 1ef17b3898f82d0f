"""Resource records: their octets, their canonical form, and their text, whose readers and printers load when met."""

from __future__ import annotations

from dns_update import errors
from dns_update.value import Value
from dns_update.wire.codes import RRClass, RRType, rrclass_to_text, rrtype_to_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS, format_address, parse_ipv4, parse_ipv6

MAX_TTL = 2**31 - 1  # RFC 2181, section 8

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.wire.name import Name


class Record(Value):
    """One resource record: owner name, type, class, TTL in seconds, and the rdata as uncompressed octets.

    In an update's sections class and TTL carry meanings of their own (RFC 2136, sections 2.4 and 2.5).
    """

    name: Name
    rrtype: int
    rrclass: int
    ttl: int
    rdata: bytes

    def to_text(self) -> str:
        """Return the record as a line of a zone file."""
        fixed = f"{self.name.to_text()} {self.ttl} {rrclass_to_text(self.rrclass)} {rrtype_to_text(self.rrtype)}"
        return f"{fixed} {self.data_text()}"

    def data_text(self) -> str:
        """Return the rdata in presentation form."""
        return rdata_to_text(self.rrtype, self.rdata, self.rrclass)


# The parts of the rdata of the types whose names senders may compress, or once could (RFC 3597, section 4): a number of
# octets, or one of these.
_NAME = -1
_STRING = -2  # a length octet and as many octets
_REST = -3
_ONE_NAME = (_NAME,)
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


def read_rdata(cursor: Cursor, rrtype: int, length: int) -> bytes:
    """Take `length` octets of rdata from a message, with compressed names written out; raises MalformedMessage."""
    layout = COMPRESSIBLE.get(rrtype)
    if layout is None or not length:  # the empty rdata of an update's delete has no names
        return cursor.take(length)
    window = cursor.window(length)
    rdata = window.name().to_wire() if layout is _ONE_NAME else b"".join([_read_part(window, part) for part in layout])
    window.finish()
    return rdata


def _read_part(window: Cursor, part: int) -> bytes:
    if part == _NAME:
        return window.name().to_wire()
    if part == _STRING:
        octets = window.u8()
        return octets.to_bytes(1) + window.take(octets)
    return window.take(window.remaining if part == _REST else part)


# Types whose names are compared without regard to case (RFC 4034, section 6.2): those, and RRSIG, whose form is SIG's.
_CANONICAL = {**COMPRESSIBLE, 46: COMPRESSIBLE[24]}
_CHAOS_ADDRESS = (_NAME, 2)


def rdata_from_text(rrtype: int, text: str, rrclass: int = RRClass.IN) -> bytes:
    r"""Return the octets of rdata in presentation form (RFC 1035, section 5.1), or in the `\# LENGTH HEX` of RFC 3597.

    Names in it are absolute, with or without the trailing dot; `@` is not a name here. A quote has a meaning only where
    a string begins. The data of a TXT or SPF record that does not begin with one is one text as it is written: blanks,
    quotes, backslashes and semicolons included. Raises InvalidText.
    """
    if rrclass == RRClass.IN and rrtype == RRType.A and text[:1] != "\\":
        return parse_ipv4(text)
    if rrclass == RRClass.IN and rrtype == RRType.AAAA and text[:1] != "\\":
        return parse_ipv6(text)
    from dns_update.rr.zone_file import rdata_from_zone_text  # noqa: PLC0415 - not for addresses

    return rdata_from_zone_text(rrtype, text, rrclass)


def check_rdata(rrtype: int, rdata: bytes, rrclass: int = RRClass.IN) -> None:
    """Raise InvalidText for octets that no address record can have; of other types nothing is said."""
    wanted = {RRType.A: IPV4_OCTETS, RRType.AAAA: IPV6_OCTETS}.get(rrtype) if rrclass == RRClass.IN else None
    if wanted is not None and len(rdata) != wanted:
        raise errors.InvalidText(f"{rrtype_to_text(rrtype)} rdata has {wanted} octets, not {len(rdata)}")


def rdata_to_text(rrtype: int, rdata: bytes, rrclass: int = RRClass.IN) -> str:
    """Return rdata in presentation form; in the generic form of RFC 3597 where its octets do not fit its type."""
    if rrclass == RRClass.IN and (rrtype, len(rdata)) in ((RRType.A, IPV4_OCTETS), (RRType.AAAA, IPV6_OCTETS)):
        return format_address(rdata)
    from dns_update.rr.printer import text_of_rdata  # noqa: PLC0415 - not for addresses

    return text_of_rdata(rrtype, rdata, rrclass)


def canonical_rdata(rrtype: int, rdata: bytes, rrclass: int = RRClass.IN) -> bytes:
    """Return the form in which equal rdata has equal octets: names in lower case (RFC 4034, section 6.2)."""
    layout = _CHAOS_ADDRESS if (rrclass, rrtype) == (RRClass.CH, RRType.A) else _CANONICAL.get(rrtype)
    if layout is None:
        return rdata
    cursor = Cursor(rdata)
    try:
        parts = [_read_part(cursor, part).lower() if part == _NAME else _read_part(cursor, part) for part in layout]
        cursor.finish()
    except errors.MalformedMessage:  # octets that no such record can have equal nothing but themselves
        return rdata
    return b"".join(parts)


def soa_mname(rdata: bytes) -> Name:
    """Return MNAME, the primary's host name, of a SOA record (RFC 1035, section 3.3.13); raises MalformedMessage."""
    return Cursor(rdata).name()


def utf8(text: str) -> bytes:
    """Return a text's octets; raises InvalidText for what came from the command line and is not UTF-8."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise errors.InvalidText("the text is not UTF-8") from None
