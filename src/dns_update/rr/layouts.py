"""The layouts of rdata: for each type that BIND knows, the fields of its text and its octets, in their order.

One table is used for both dialects of text, the printer, and the check of octets in the generic form. The usual types
are here; other modules have the types of other subjects.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.errors import quoted
from dns_update.rr.field_kinds import (
    HEX,
    IPV4,
    IPV6,
    LONG_STRING,
    NAME,
    STRING,
    STRINGS,
    U8,
    U16,
    U32,
    Field,
    need,
    quoted_string,
    rest,
    take_string,
)
from dns_update.rr.scanner import Scanner, number
from dns_update.wire.codes import INTERNET_TYPES, MAX_STRING_OCTETS, RR_TYPES, RRClass, RRType, decimal
from dns_update.wire.cursor import Cursor

Layout = tuple[Field, ...]

_U32 = 0xFFFFFFFF
_OCTAL_DIGITS = frozenset("01234567")


def layout_of(rrtype: int, rrclass: int) -> Layout | None:
    """Return the layout of a type's rdata in a class; None for NULL and for unknown types."""
    if rrtype == RRType.A:
        return _ADDRESSES.get(rrclass)
    if rrclass != RRClass.IN and rrtype in INTERNET_TYPES:
        return None
    if rrtype in _USUAL:
        return _USUAL[rrtype]
    if rrtype in _SERVICE_BINDINGS:
        from dns_update.rr.svcb import SERVICE_BINDING  # used often enough to be loaded without the others

        return SERVICE_BINDING
    if not _OTHERS:
        _load_others()
    return _OTHERS.get(rrtype)


def _load_others() -> None:
    from dns_update.rr import addresses, dnssec, key_records, loc, naptr, obsolete  # rarely used

    for module in (addresses, dnssec, key_records, loc, naptr, obsolete):
        _OTHERS.update({RR_TYPES[mnemonic]: layout for mnemonic, layout in module.LAYOUTS.items()})


def _seconds(fields: Scanner) -> bytes:
    """Read seconds: a number, or numbers with a unit each, in any order, e.g. `1w2d`."""
    word = fields.word()
    if decimal(word, _U32) is not None:
        return number(word, _U32).to_bytes(4)
    from dns_update.wire.ttl import seconds_from_units  # SOA alone has times, mostly as numbers

    total = seconds_from_units(word, _U32)
    if total is None:
        raise errors.InvalidText(f"{quoted(word)} is not a time such as 3600 or 1h30m")
    return total.to_bytes(4)


def _tag(fields: Scanner) -> bytes:
    """Read the tag of a CAA record, letters and digits (RFC 8659, section 4.1)."""
    word = fields.word()
    if not (word.isascii() and word.isalnum() and len(word) <= MAX_STRING_OCTETS):
        raise errors.InvalidText(f"{quoted(word)} is not a tag of letters and digits")
    return b"%c%b" % (len(word), word.encode())


def _tag_text(cursor: Cursor) -> str:
    tag = take_string(cursor)
    need(holds=tag.isalnum(), what="a tag that has not only letters and digits")
    return tag.decode("ascii")


def _target(fields: Scanner) -> bytes:
    """Read the target of a URI record, which is in quotes and not empty (RFC 7553, section 4.4)."""
    if not fields.is_quoted:
        raise errors.InvalidText(
            "the target of a URI record must be in quotes", hint='e.g. 10 1 "https://www.example.com/"'
        )
    target = fields.long_string()
    if not target:
        raise errors.InvalidText("the target of a URI record is empty")
    return target


def _octal(fields: Scanner) -> bytes:
    """Read a Chaosnet address, 16 bits in octal digits."""
    word = fields.word()
    if not (_OCTAL_DIGITS.issuperset(word) and int(word, 8) <= 0xFFFF):  # noqa: PLR2004 - 16 bits
        raise errors.InvalidText(f"{quoted(word)} is not an octal number from 0 to 177777")
    return int(word, 8).to_bytes(2)


_TIME = Field(_seconds, U32.to_text)
_TAG = Field(_tag, _tag_text)
_TARGET = Field(_target, lambda cursor: quoted_string(rest(cursor, 1)))
_OCTAL = Field(_octal, lambda cursor: f"{cursor.u16():o}")

_ADDRESSES: dict[int, Layout] = {RRClass.IN: (IPV4,), RRClass.CH: (NAME, _OCTAL), RRClass.HS: (IPV4,)}
_USUAL: dict[int, Layout] = {
    RR_TYPES[mnemonic]: layout
    for mnemonics, layout in {
        "NS MD MF CNAME MB MG MR PTR NSAP-PTR DNAME": (NAME,),
        "MINFO RP TALINK": (NAME, NAME),
        "MX AFSDB RT KX LP": (U16, NAME),
        "PX": (U16, NAME, NAME),
        "SRV": (U16, U16, U16, NAME),
        "SOA": (NAME, NAME, U32, _TIME, _TIME, _TIME, _TIME),
        "HINFO": (STRING, STRING),
        "TXT SPF NINFO AVC RESINFO WALLET": (STRINGS,),
        "CAA": (U8, _TAG, LONG_STRING),
        "URI": (U16, U16, _TARGET),
        "TLSA SMIMEA": (U8, U8, U8, HEX),
        "AAAA": (IPV6,),
    }.items()
    for mnemonic in mnemonics.split()
}
_OTHERS: dict[int, Layout] = {}  # filled when the first of them is needed
_SERVICE_BINDINGS = (RR_TYPES["SVCB"], RR_TYPES["HTTPS"])
