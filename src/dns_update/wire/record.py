"""Resource records, and rdata as text: A and AAAA by hand, other types through dnspython, loaded when met."""

from __future__ import annotations

from dns_update.errors import InvalidText
from dns_update.value import Value
from dns_update.wire.codes import RRClass, RRType, rrclass_to_text, rrtype_to_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS, format_address, parse_ipv4, parse_ipv6

MAX_TTL = 2**31 - 1  # RFC 2181, section 8
MAX_STRING_OCTETS = 255  # of one <character-string> (RFC 1035, section 3.3)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns.rdata import Rdata

    from dns_update.wire.name import Name


class Record(Value):
    """One resource record: owner name, type, class, TTL in seconds, and the rdata as uncompressed octets.

    In an update's sections class and TTL carry meanings of their own (RFC 2136, sections 2.4 and 2.5).
    """

    __slots__ = ("name", "rdata", "rrclass", "rrtype", "ttl")
    name: Name
    rrtype: int
    rrclass: int
    ttl: int
    rdata: bytes

    def __init__(self, name: Name, rrtype: int, rrclass: int, ttl: int, rdata: bytes) -> None:
        fill = object.__setattr__  # not _fill: this is the constructor that bulk updates call most
        fill(self, "name", name)
        fill(self, "rrtype", rrtype)
        fill(self, "rrclass", rrclass)
        fill(self, "ttl", ttl)
        fill(self, "rdata", rdata)

    def to_text(self) -> str:
        """Return the record as a line of a zone file."""
        fixed = f"{self.name.to_text()} {self.ttl} {rrclass_to_text(self.rrclass)} {rrtype_to_text(self.rrtype)}"
        return f"{fixed} {self.data_text()}"

    def data_text(self) -> str:
        """Return the rdata in presentation form."""
        return rdata_to_text(self.rrtype, self.rdata, self.rrclass)


# Where names stand in the rdata of the types whose names senders may compress (RFC 3597, section 4): octets before the
# first name, then the number of names. What follows them is copied.
_COMPRESSIBLE = {
    RRType.NS: (0, 1),
    3: (0, 1),  # MD
    4: (0, 1),  # MF
    RRType.CNAME: (0, 1),
    RRType.SOA: (0, 2),
    7: (0, 1),  # MB
    8: (0, 1),  # MG
    9: (0, 1),  # MR
    RRType.PTR: (0, 1),
    14: (0, 2),  # MINFO
    RRType.MX: (2, 1),
    17: (0, 2),  # RP
    18: (2, 1),  # AFSDB
    21: (2, 1),  # RT
    26: (2, 2),  # PX
    RRType.SRV: (6, 1),
    36: (2, 1),  # KX
    RRType.DNAME: (0, 1),
}


def read_rdata(cursor: Cursor, rrtype: int, length: int) -> bytes:
    """Take `length` octets of rdata from a message, with compressed names written out; raises MalformedMessage."""
    layout = _COMPRESSIBLE.get(rrtype)
    if layout is None or not length:  # the empty rdata of an update's delete has no names
        return cursor.take(length)
    octets_before, names = layout
    window = cursor.window(length)
    parts = [window.take(octets_before)]
    parts += [window.name().to_wire() for _ in range(names)]
    parts.append(window.take(window.remaining))
    return b"".join(parts)


def rdata_from_text(rrtype: int, text: str, rrclass: int = RRClass.IN) -> bytes:
    r"""Return the octets of rdata in presentation form (RFC 1035, section 5.1), or in the `\# LENGTH HEX` of RFC 3597.

    Names in it are absolute, with or without the trailing dot. The data of a TXT or SPF record may stand without
    quotes: then all of it, blanks and semicolons included, is one text. Raises InvalidText.
    """
    if rrclass == RRClass.IN and rrtype == RRType.A and text[:1] != "\\":
        return parse_ipv4(text)
    if rrclass == RRClass.IN and rrtype == RRType.AAAA and text[:1] != "\\":
        return parse_ipv6(text)
    if rrtype in (RRType.TXT, RRType.SPF) and '"' not in text and not text.startswith("\\#"):
        return _strings_from_text(text)
    _refuse_comment(text)
    return _through_dnspython(rrtype, text, rrclass)


def rdata_to_text(rrtype: int, rdata: bytes, rrclass: int = RRClass.IN) -> str:
    """Return rdata in presentation form; in the generic form of RFC 3597 where its octets do not fit its type."""
    if rrclass == RRClass.IN and (rrtype, len(rdata)) in ((RRType.A, IPV4_OCTETS), (RRType.AAAA, IPV6_OCTETS)):
        return format_address(rdata)
    parsed = _parse_with_dnspython(rrtype, rdata, rrclass)
    return str(parsed.to_text()) if parsed is not None else f"\\# {len(rdata)} {rdata.hex()}".rstrip()


def canonical_rdata(rrtype: int, rdata: bytes, rrclass: int = RRClass.IN) -> bytes:
    """Return the form in which equal rdata has equal octets: names in lower case (RFC 4034, section 6.2)."""
    if rrtype in (RRType.A, RRType.AAAA, RRType.TXT):
        return rdata
    parsed = _parse_with_dnspython(rrtype, rdata, rrclass)
    return parsed.to_digestable() if parsed is not None else rdata


def soa_mname(rdata: bytes) -> Name:
    """Return MNAME, the primary's host name, of a SOA record (RFC 1035, section 3.3.13); raises MalformedMessage."""
    return Cursor(rdata).name()


def _strings_from_text(text: str) -> bytes:
    octets = text.encode()
    chunks = [octets[i : i + MAX_STRING_OCTETS] for i in range(0, len(octets), MAX_STRING_OCTETS)] or [b""]
    return b"".join(b"%c%b" % (len(chunk), chunk) for chunk in chunks)


def _refuse_comment(text: str) -> None:
    """Refuse what a zone file's reader would drop without a word: everything behind an unquoted semicolon."""
    quoted = False
    position = 0
    while position < len(text):
        character = text[position]
        if character == "\\":
            position += 1
        elif character == '"':
            quoted = not quoted
        elif character == ";" and not quoted:
            raise InvalidText(f"{text!r} has a semicolon, which starts a comment", hint='put the text in "quotes"')
        position += 1


def _through_dnspython(rrtype: int, text: str, rrclass: int) -> bytes:
    import struct  # noqa: PLC0415 - with dnspython, which raises it

    import dns.exception  # noqa: PLC0415 - 70 ms, for the rare types only
    import dns.name  # noqa: PLC0415
    import dns.rdata  # noqa: PLC0415

    try:
        parsed = dns.rdata.from_text(rrclass, rrtype, text, origin=dns.name.root, relativize=False)  # type: ignore[arg-type]
        rdata = parsed.to_wire()
    except (dns.exception.DNSException, ValueError, LookupError, TypeError, struct.error) as error:
        reason = str(error) or type(error).__name__
        raise InvalidText(f"{text!r} is not {rrtype_to_text(rrtype)} data: {reason}") from error
    return rdata or b""  # None is what dnspython returns when it wrote to a file


def _parse_with_dnspython(rrtype: int, rdata: bytes, rrclass: int) -> Rdata | None:
    """Return dnspython's reading of rdata, or None if the octets do not fit the type."""
    import struct  # noqa: PLC0415 - with dnspython, which raises it

    import dns.exception  # noqa: PLC0415 - 70 ms, for the rare types only
    import dns.rdata  # noqa: PLC0415

    try:
        parsed = dns.rdata.from_wire(rrclass, rrtype, rdata, 0, len(rdata))  # type: ignore[arg-type]
        parsed.to_text()
        parsed.to_digestable()
    except (dns.exception.DNSException, ValueError, LookupError, TypeError, struct.error):
        return None
    return parsed
