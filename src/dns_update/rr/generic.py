r"""Rdata of whatever type in the generic form, `\# LENGTH HEX` (RFC 3597, section 5)."""

from __future__ import annotations

from dns_update.errors import InvalidText
from dns_update.rr.dnssec import check_digest, check_key, check_key_or_none, check_resource_key
from dns_update.rr.scanner import number, unhex
from dns_update.wire.codes import MAX_U16, RR_TYPES, RRType

# Types of whose octets dnspython refuses some that BIND takes, and the least octets that BIND asks of some types.
_DIGESTS = ("DS", "CDS", "DLV", "TA")
_TAKEN_AS_THEY_ARE = frozenset(RR_TYPES[mnemonic] for mnemonic in ("TLSA", "SMIMEA", "URI", "GPOS", *_DIGESTS))
_LEAST_OCTETS = {
    RR_TYPES[mnemonic]: least
    for mnemonic, least in {
        "X25": 5, "GPOS": 3, "IPSECKEY": 4, "NSEC": 4, "DHCID": 1, "TLSA": 4, "SMIMEA": 4, "HIP": 6, "URI": 5,
        "NSAP": 1, "EID": 1, "NIMLOC": 1, "SINK": 3, "CERT": 6, "OPENPGPKEY": 1, "SIG": 20, "RRSIG": 20,
    }.items()
}  # fmt: skip

# What else BIND asks of a type's octets.
_CHECKS = {
    RR_TYPES["KEY"]: check_key_or_none,
    RR_TYPES["DNSKEY"]: check_key,
    RR_TYPES["CDNSKEY"]: check_key,
    RR_TYPES["RKEY"]: check_resource_key,
    **{RR_TYPES[mnemonic]: check_digest for mnemonic in _DIGESTS},
}


def is_generic(rrtype: int, text: str) -> bool:
    r"""Return whether data begins with a `\#` that means something: in a text it may be just what is written."""
    mark, *rest = text.split(None, 2) or [""]
    return mark == "\\#" and (rrtype not in (RRType.TXT, RRType.SPF) or (bool(rest) and rest[0].isdecimal()))


def generic_rdata(rrtype: int, text: str, rrclass: int) -> bytes:
    r"""Return the octets of `\# LENGTH HEX`; raises InvalidText if that is wrong, or dnspython knows them to be."""
    if rrtype not in RR_TYPES.values():
        return _octets(text)
    from dns_update.rr.with_dnspython import rdata_of  # noqa: PLC0415 - it knows what octets a type can have

    return rdata_of(rrtype, text, rrclass)


def generic_rdata_as_bind(rrtype: int, text: str, rrclass: int) -> bytes:
    r"""Return the octets of `\# LENGTH HEX`; raises InvalidText for those that BIND does not take of the type."""
    rdata = _octets(text) if rrtype in _TAKEN_AS_THEY_ARE else generic_rdata(rrtype, text, rrclass)
    if len(rdata) < _LEAST_OCTETS.get(rrtype, 0):
        raise InvalidText("unexpected end of input")
    if rrtype in _CHECKS:
        _CHECKS[rrtype](rdata)
    return rdata


def _octets(text: str) -> bytes:
    _, length, *digits = [*text.split(), ""]
    rdata = unhex("".join(digits))
    if len(rdata) != number(length, MAX_U16):
        raise InvalidText(f"{len(rdata)} octets, and not {length}")
    return rdata
