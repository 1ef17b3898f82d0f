"""Resource records, and rdata as text: A and AAAA by hand, other types through dnspython, loaded when met."""

from __future__ import annotations

from dns_update import errors
from dns_update.errors import quoted
from dns_update.value import Value, setters
from dns_update.wire.codes import MAX_STRING_OCTETS, RRClass, RRType, rrclass_to_text, rrtype_to_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.inet import IPV4_OCTETS, IPV6_OCTETS, format_address, parse_ipv4, parse_ipv6

MAX_TTL = 2**31 - 1  # RFC 2181, section 8

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
        _set_name(self, name)
        _set_rrtype(self, rrtype)
        _set_rrclass(self, rrclass)
        _set_ttl(self, ttl)
        _set_rdata(self, rdata)

    def to_text(self) -> str:
        """Return the record as a line of a zone file."""
        fixed = f"{self.name.to_text()} {self.ttl} {rrclass_to_text(self.rrclass)} {rrtype_to_text(self.rrtype)}"
        return f"{fixed} {self.data_text()}"

    def data_text(self) -> str:
        """Return the rdata in presentation form."""
        return rdata_to_text(self.rrtype, self.rdata, self.rrclass)


_set_name, _set_rdata, _set_rrclass, _set_rrtype, _set_ttl = setters(Record)


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


# Types that dnspython does not know, each with one of the same form that it knows.
_SAME_FORM = {
    3: RRType.NS,  # MD
    4: RRType.NS,  # MF
    7: RRType.NS,  # MB
    8: RRType.NS,  # MG
    9: RRType.NS,  # MR
    14: 17,  # MINFO as RP
    57: 48,  # RKEY as DNSKEY
    58: 17,  # TALINK as RP
    32768: 43,  # TA as DS
}

# Types that are read without dnspython, which does not know them, or makes something else of wrong data (LOC).
_RARE = frozenset((29, 30, 31, 32, 34, 38, 40, 259))  # LOC, NXT, EID, NIMLOC, ATMA, A6, SINK, DOA

# Types in whose text a field that stands without quotes and is a single @ can be meant for a name only.
_WITH_NAMES = frozenset((
    *COMPRESSIBLE, 23, 38, 45, 46, 47, 55, 58, 64, 65, 66, 107, 260,
))  # NSAP-PTR, A6, IPSECKEY, RRSIG, NSEC, HIP, TALINK, SVCB, HTTPS, DSYNC, LP, AMTRELAY  # fmt: skip


def rdata_from_text(rrtype: int, text: str, rrclass: int = RRClass.IN) -> bytes:
    r"""Return the octets of rdata in presentation form (RFC 1035, section 5.1), or in the `\# LENGTH HEX` of RFC 3597.

    Names in it are absolute, with or without the trailing dot; `@` is none of them. The data of a TXT or SPF record may
    stand without quotes: then all of it, blanks and semicolons included, is one text. Raises InvalidText.
    """
    if rrclass == RRClass.IN and rrtype == RRType.A and text[:1] != "\\":
        return parse_ipv4(text)
    if rrclass == RRClass.IN and rrtype == RRType.AAAA and text[:1] != "\\":
        return parse_ipv6(text)
    if rrtype in (RRType.TXT, RRType.SPF) and '"' not in text and not text.startswith("\\#"):
        return _strings_from_text(text)
    plain = _without_quotes_and_groups(text)
    if "@" in plain.split() and rrtype in _WITH_NAMES:
        raise errors.InvalidText(
            f"{quoted(text)}: @ is no name here", hint="write the name in full, as home.example.com."
        )
    if rrtype in _RARE and not text.startswith("\\#"):
        return _rare(rrtype, text if '"' in text else plain)
    return _through_dnspython(rrtype, text, rrclass)


def check_rdata(rrtype: int, rdata: bytes, rrclass: int = RRClass.IN) -> None:
    """Raise InvalidText for octets that no address record can have; of other types nothing is said."""
    wanted = {RRType.A: IPV4_OCTETS, RRType.AAAA: IPV6_OCTETS}.get(rrtype) if rrclass == RRClass.IN else None
    if wanted is not None and len(rdata) != wanted:
        raise errors.InvalidText(f"{rrtype_to_text(rrtype)} rdata has {wanted} octets, not {len(rdata)}")


def rdata_to_text(rrtype: int, rdata: bytes, rrclass: int = RRClass.IN) -> str:
    """Return rdata in presentation form; in the generic form of RFC 3597 where its octets do not fit its type."""
    if rrclass == RRClass.IN and (rrtype, len(rdata)) in ((RRType.A, IPV4_OCTETS), (RRType.AAAA, IPV6_OCTETS)):
        return format_address(rdata)
    parsed = _parse_with_dnspython(rrtype, rdata, rrclass)
    text = str(parsed.to_text()).rstrip() if parsed is not None else ""
    return text or f"\\# {len(rdata)} {rdata.hex()}".rstrip()


def canonical_rdata(rrtype: int, rdata: bytes, rrclass: int = RRClass.IN) -> bytes:
    """Return the form in which equal rdata has equal octets: names in lower case (RFC 4034, section 6.2)."""
    if rrtype in (RRType.A, RRType.AAAA, RRType.TXT):
        return rdata
    parsed = _parse_with_dnspython(rrtype, rdata, rrclass)
    return parsed.to_digestable() if parsed is not None else rdata


def soa_mname(rdata: bytes) -> Name:
    """Return MNAME, the primary's host name, of a SOA record (RFC 1035, section 3.3.13); raises MalformedMessage."""
    return Cursor(rdata).name()


def utf8(text: str) -> bytes:
    """Return a text's octets; raises InvalidText for what came from the command line and is not UTF-8."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise errors.InvalidText("the text is not UTF-8") from None


def _strings_from_text(text: str) -> bytes:
    octets = utf8(text)
    chunks = [octets[i : i + MAX_STRING_OCTETS] for i in range(0, len(octets), MAX_STRING_OCTETS)] or [b""]
    return b"".join(b"%c%b" % (len(chunk), chunk) for chunk in chunks)


def _without_quotes_and_groups(text: str) -> str:
    """Return a text with blanks in place of brackets, and something else in place of what is quoted.

    Raises InvalidText for what hides the rest of a text from a zone file's reader: an unquoted semicolon, the end of a
    line outside of brackets, within which it is a blank (RFC 1035, section 5.1).
    """
    parts = []
    in_quotes = False
    brackets = 0
    position = 0
    while position < len(text):
        character = text[position]
        if character == "\\":
            position += 1
            character += text[position : position + 1]
        elif character == '"':
            in_quotes = not in_quotes
        elif character == "\n" and not brackets:
            raise errors.InvalidText(
                f"{quoted(text)} has more than one line", hint="give each record a value of its own"
            )
        elif character == ";" and not in_quotes:
            raise errors.InvalidText(
                f"{quoted(text)} has a semicolon, where a comment starts", hint='put the text in "quotes"'
            )
        elif character in "()\n" and not in_quotes:
            brackets += {"(": 1, ")": -1, "\n": 0}[character]
            character = " "
        parts.append('"' if in_quotes else character)
        position += 1
    if brackets:
        raise errors.InvalidText(f"{quoted(text)} has a bracket without the other one")
    return "".join(parts)


def _rare(rrtype: int, text: str) -> bytes:
    from dns_update.wire.name import ROOT, Name  # noqa: PLC0415 - with the readers, which need it
    from dns_update.wire.rare import rare_rdata  # noqa: PLC0415 - for the rare types only
    from dns_update.wire.scanner import Scanner  # noqa: PLC0415

    try:
        return rare_rdata(rrtype, Scanner(text, lambda name: Name.from_text(name, ROOT)))
    except errors.InvalidText as error:
        reason = f"{quoted(text)} is not {rrtype_to_text(rrtype)} data: {error.text}"
        raise errors.InvalidText(reason, hint=error.hint) from error


def _through_dnspython(rrtype: int, text: str, rrclass: int) -> bytes:
    import struct  # noqa: PLC0415 - with dnspython, which raises it

    import dns.exception  # noqa: PLC0415 - 70 ms, for the rare types only
    import dns.name  # noqa: PLC0415
    import dns.rdata  # noqa: PLC0415

    try:
        form = _SAME_FORM.get(rrtype, rrtype)
        parsed = dns.rdata.from_text(rrclass, form, text, origin=dns.name.root, relativize=False)  # type: ignore[arg-type]
        rdata = parsed.to_wire()
    except (dns.exception.DNSException, ValueError, LookupError, TypeError, struct.error) as error:
        reason = str(error) or type(error).__name__
        raise errors.InvalidText(f"{quoted(text)} is not {rrtype_to_text(rrtype)} data: {reason}") from error
    return rdata or b""  # None is what dnspython returns when it wrote to a file


def _parse_with_dnspython(rrtype: int, rdata: bytes, rrclass: int) -> Rdata | None:
    """Return dnspython's reading of rdata, or None if the octets do not fit the type."""
    import struct  # noqa: PLC0415 - with dnspython, which raises it

    import dns.exception  # noqa: PLC0415 - 70 ms, for the rare types only
    import dns.rdata  # noqa: PLC0415

    try:
        form = _SAME_FORM.get(rrtype, rrtype)
        parsed = dns.rdata.from_wire(rrclass, form, rdata, 0, len(rdata))  # type: ignore[arg-type]
        parsed.to_text()
        parsed.to_digestable()
    except (dns.exception.DNSException, ValueError, LookupError, TypeError, struct.error):
        return None
    return parsed
