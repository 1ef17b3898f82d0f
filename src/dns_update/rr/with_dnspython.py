"""What dnspython reads and prints: rdata of seldom used types. It costs 70 ms to load."""

from __future__ import annotations

import struct

import dns.exception
import dns.name
import dns.rdata

from dns_update.errors import InvalidText, quoted
from dns_update.wire.codes import RRType, rrtype_to_text

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

# What it raises for data that is wrong; `struct` is how it notices some numbers that are too large.
_REFUSALS = (dns.exception.DNSException, ValueError, LookupError, TypeError, struct.error)


def rdata_of(rrtype: int, text: str, rrclass: int) -> bytes:
    """Return the octets of rdata in presentation form; raises InvalidText."""
    try:
        form = _SAME_FORM.get(rrtype, rrtype)
        parsed = dns.rdata.from_text(rrclass, form, text, origin=dns.name.root, relativize=False)  # type: ignore[arg-type]
        rdata = parsed.to_wire()
    except _REFUSALS as error:
        reason = str(error) or type(error).__name__
        raise InvalidText(f"{quoted(text)} is not {rrtype_to_text(rrtype)} data: {reason}") from error
    return rdata or b""  # None is what dnspython returns when it wrote to a file


def text_of(rrtype: int, rdata: bytes, rrclass: int) -> str:
    """Return rdata in presentation form; empty if the octets do not fit the type."""
    try:
        form = _SAME_FORM.get(rrtype, rrtype)
        return str(dns.rdata.from_wire(rrclass, form, rdata, 0, len(rdata)).to_text()).rstrip()  # type: ignore[arg-type]
    except _REFUSALS:
        return ""
