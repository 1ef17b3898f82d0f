"""The numbers of DNS and their names: record types, classes, opcodes, response codes, header flags."""

from __future__ import annotations

from dns_update import errors
from dns_update.errors import quoted


class Opcode:
    """What a message asks for (RFC 1035, section 4.1.1; RFC 2136, section 1.3)."""

    QUERY = 0
    NOTIFY = 4
    UPDATE = 5


class Flag:
    """Bits of the header's second word (RFC 1035, section 4.1.1)."""

    QR = 0x8000
    AA = 0x0400
    TC = 0x0200
    RD = 0x0100
    RA = 0x0080
    AD = 0x0020
    CD = 0x0010


class Rcode:
    """Response codes (RFC 1035; RFC 2136, 2.2), and the errors of TSIG (RFC 8945, 3) and TKEY (RFC 2930, 2.6)."""

    NOERROR = 0
    FORMERR = 1
    SERVFAIL = 2
    NXDOMAIN = 3
    NOTIMP = 4
    REFUSED = 5
    YXDOMAIN = 6
    YXRRSET = 7
    NXRRSET = 8
    NOTAUTH = 9
    NOTZONE = 10
    BADSIG = 16
    BADKEY = 17
    BADTIME = 18
    BADMODE = 19
    BADNAME = 20
    BADALG = 21
    BADTRUNC = 22


_BADVERS = 16  # in a message (RFC 6891, section 9); in a TSIG record the number is BADSIG's


class RRClass:
    """Record classes; NONE and ANY have a special meaning in updates (RFC 2136, section 2.4 and 2.5)."""

    IN = 1
    CH = 3
    HS = 4
    NONE = 254
    ANY = 255


class RRType:
    """Record types that the code itself uses; `RR_TYPES` has all of them."""

    A = 1
    NS = 2
    CNAME = 5
    SOA = 6
    PTR = 12
    MX = 15
    TXT = 16
    AAAA = 28
    SRV = 33
    DNAME = 39
    OPT = 41
    DS = 43
    RRSIG = 46
    NSEC = 47
    SPF = 99
    TSIG = 250
    IXFR = 251
    AXFR = 252
    ANY = 255


RR_CLASSES = {name: number for name, number in vars(RRClass).items() if isinstance(number, int)}

# The IANA registry "Resource Record (RR) TYPEs".
RR_TYPES = {
    "A": 1, "NS": 2, "MD": 3, "MF": 4, "CNAME": 5, "SOA": 6, "MB": 7, "MG": 8, "MR": 9, "NULL": 10, "WKS": 11,
    "PTR": 12, "HINFO": 13, "MINFO": 14, "MX": 15, "TXT": 16, "RP": 17, "AFSDB": 18, "X25": 19, "ISDN": 20, "RT": 21,
    "NSAP": 22, "NSAP-PTR": 23, "SIG": 24, "KEY": 25, "PX": 26, "GPOS": 27, "AAAA": 28, "LOC": 29, "NXT": 30,
    "EID": 31, "NIMLOC": 32, "SRV": 33, "ATMA": 34, "NAPTR": 35, "KX": 36, "CERT": 37, "A6": 38, "DNAME": 39,
    "SINK": 40, "OPT": 41, "APL": 42, "DS": 43, "SSHFP": 44, "IPSECKEY": 45, "RRSIG": 46, "NSEC": 47, "DNSKEY": 48,
    "DHCID": 49, "NSEC3": 50, "NSEC3PARAM": 51, "TLSA": 52, "SMIMEA": 53, "HIP": 55, "NINFO": 56, "RKEY": 57,
    "TALINK": 58, "CDS": 59, "CDNSKEY": 60, "OPENPGPKEY": 61, "CSYNC": 62, "ZONEMD": 63, "SVCB": 64, "HTTPS": 65,
    "DSYNC": 66, "HHIT": 67, "BRID": 68, "SPF": 99, "UINFO": 100, "UID": 101, "GID": 102, "UNSPEC": 103, "NID": 104,
    "L32": 105, "L64": 106, "LP": 107, "EUI48": 108, "EUI64": 109, "NXNAME": 128, "TKEY": 249, "TSIG": 250,
    "IXFR": 251, "AXFR": 252, "MAILB": 253, "MAILA": 254, "ANY": 255, "URI": 256, "CAA": 257, "AVC": 258, "DOA": 259,
    "AMTRELAY": 260, "RESINFO": 261, "WALLET": 262, "CLA": 263, "IPN": 264, "TA": 32768, "DLV": 32769,
}  # fmt: skip

INTERNET_TYPES = frozenset(map(RR_TYPES.__getitem__, (
    "A6", "AAAA", "APL", "ATMA", "DHCID", "EID", "HTTPS", "KX", "NIMLOC", "NSAP", "NSAP-PTR", "PX", "SRV", "SVCB",
    "WKS",
)))  # fmt: skip
"""Types that BIND knows only in class IN: in other classes their rdata is any octets (RFC 3597)."""

SINGLE_RECORD_TYPES = (RRType.CNAME, RRType.SOA, RRType.DNAME)
"""Types with at most one record at a name (RFC 1034, section 3.6.2; RFC 6672, section 2.4)."""

KEPT_BY_SERVER = (RRType.RRSIG, RRType.NSEC)
"""Types of records that a signing server keeps beside the others by itself."""

# Meta-types and query types (RFC 6895, section 3.1): they are never in a zone, so they cannot be added to one.
META_TYPES = range(128, 256)
MAX_U16 = 0xFFFF
MAX_U32 = 0xFFFFFFFF
MAX_STRING_OCTETS = 255  # of one <character-string> (RFC 1035, section 3.3)


def utf8(text: str) -> bytes:
    """Return a text's octets; raises InvalidText for what came from the command line and is not UTF-8."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise errors.InvalidText("the text is not UTF-8") from None


def decimal(text: str, highest: int) -> int | None:
    """Return the number, 0 to `highest`, that `text` has in ASCII digits; None for any other text."""
    if not (text.isascii() and text.isdecimal()) or len(text.lstrip("0")) > len(str(highest)):
        return None
    number = int(text.lstrip("0") or "0")
    return number if number <= highest else None


def is_zone_type(rrtype: int) -> bool:
    """Return whether records of `rrtype` can be in a zone."""
    return 0 < rrtype <= MAX_U16 and rrtype not in META_TYPES and rrtype != RRType.OPT


def rrtype_from_text(text: str) -> int:
    """Return the number of a record type written as its mnemonic or as TYPEn (RFC 3597, section 5).

    Raises InvalidText if it is neither.
    """
    return _from_text(text, RR_TYPES, "TYPE", "record type")


def rrtype_to_text(rrtype: int) -> str:
    """Return a record type's mnemonic, or TYPEn if it has none."""
    return next((name for name, number in RR_TYPES.items() if number == rrtype), f"TYPE{rrtype}")


def rrclass_from_text(text: str) -> int:
    """Return the number of a class written as its mnemonic or as CLASSn; raises InvalidText."""
    return _from_text(text, RR_CLASSES, "CLASS", "class")


def rrclass_to_text(rrclass: int) -> str:
    """Return a class's mnemonic, or CLASSn if it has none."""
    return _mnemonic(RRClass, rrclass) or f"CLASS{rrclass}"


def rcode_to_text(rcode: int) -> str:
    """Return a response code's mnemonic, or RCODEn if it has none."""
    return "BADVERS" if rcode == _BADVERS else tsig_error_to_text(rcode)


def tsig_error_to_text(error: int) -> str:
    """Return the mnemonic of a TSIG record's error, or RCODEn if it has none."""
    return _mnemonic(Rcode, error) or f"RCODE{error}"


def opcode_to_text(opcode: int) -> str:
    """Return an opcode's mnemonic, or OPCODEn if it has none."""
    return _mnemonic(Opcode, opcode) or f"OPCODE{opcode}"


def _mnemonic(codes: type, number: int) -> str | None:
    return next((name for name, content in vars(codes).items() if content == number and name.isupper()), None)


def _from_text(text: str, numbers: dict[str, int], generic_prefix: str, kind: str) -> int:
    upper = text.upper() if text.isascii() else ""  # the upper case of some other letters is ASCII
    number = numbers.get(upper)
    if number is None and upper.startswith(generic_prefix):
        digits = upper.removeprefix(generic_prefix)
        number = decimal(digits, MAX_U16) if digits == "0" or not digits.startswith("0") else None
    if number is not None:
        return number
    raise errors.InvalidText(
        f"unknown {kind} {quoted(text)}", hint=f"use a mnemonic, or {generic_prefix}n for number n"
    )
