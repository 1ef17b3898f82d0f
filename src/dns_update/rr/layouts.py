"""The layouts of rdata: of each type the fields that its text has, one after the other; here those of the usual types.

A zone file's text and BIND's line are read by the same layouts. What has no layout is left to dnspython.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.errors import quoted
from dns_update.rr.scanner import Scanner, number
from dns_update.wire.codes import RR_TYPES, RRClass, decimal, rrtype_to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from dns_update.wire.name import Name

    Reader = Callable[[Scanner], bytes]

_U32 = 0xFFFFFFFF
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def rdata_by_layout(
    rrtype: int, text: str, rrclass: int, read_name: Callable[[str], Name] | None = None
) -> bytes | None:
    """Return the octets of rdata, or None if there is no layout for the type; raises InvalidText.

    `read_name` is as for Scanner.
    """
    layout = _layout(rrtype, rrclass)
    if layout is None:
        return None
    fields = Scanner(text, read_name)
    try:
        rdata = b"".join([read(fields) for read in layout])
        fields.finish()
    except errors.InvalidText as error:
        reason = f"{quoted(text)} is not {rrtype_to_text(rrtype)} data: {error.text}"
        raise errors.InvalidText(reason, hint=error.hint) from error
    return rdata


def _layout(rrtype: int, rrclass: int) -> tuple[Reader, ...] | None:
    if rrclass != RRClass.IN and rrtype in _INTERNET_ONLY:
        return None
    if rrtype in _LAYOUTS:
        return _LAYOUTS[rrtype]
    from dns_update.rr.special_layouts import SPECIAL_LAYOUTS  # noqa: PLC0415 - six modules, for seldom used types

    return SPECIAL_LAYOUTS.get(rrtype)


def _tag(fields: Scanner) -> bytes:
    """Read the tag of a CAA record, letters and digits (RFC 8659, section 4.1)."""
    word = fields.word()
    if not (word.isascii() and word.isalnum() and len(word) <= 0xFF):  # noqa: PLR2004 - an octet before it
        raise errors.InvalidText(f"{quoted(word)} is no tag")
    return b"%c%b" % (len(word), word.encode())


def _service_binding(fields: Scanner) -> bytes:
    from dns_update.rr.svcb import service_binding  # noqa: PLC0415 - of no use to others

    return service_binding(fields)


def _seconds(fields: Scanner) -> bytes:
    """Read seconds, as a number or as numbers with a unit behind each: `1w2d`, in whatever order."""
    word = fields.word()
    if decimal(word, _U32) is not None:
        return number(word, _U32).to_bytes(4)
    total, digits = 0, ""
    for character in word.lower():
        if character in _UNITS:
            total += number(digits, _U32) * _UNITS[character]
            digits = ""
        else:
            digits += character
    if digits or total > _U32:
        raise errors.InvalidText(f"{quoted(word)} is no time, as 3600 or 1h30m")
    return total.to_bytes(4)


name, string, u8, u16, u32 = Scanner.name, Scanner.string, Scanner.u8, Scanner.u16, Scanner.u32

_LAYOUTS: dict[int, tuple[Reader, ...]] = {
    RR_TYPES[mnemonic]: layout
    for mnemonics, layout in {
        "NS MD MF CNAME MB MG MR PTR NSAP-PTR DNAME": (name,),
        "MINFO RP TALINK": (name, name),
        "MX AFSDB RT KX LP": (u16, name),
        "PX": (u16, name, name),
        "SRV": (u16, u16, u16, name),
        "SOA": (name, name, u32, _seconds, _seconds, _seconds, _seconds),
        "HINFO": (string, string),
        "GPOS": (string, string, string),
        "TXT SPF NINFO AVC RESINFO WALLET": (Scanner.strings,),
        "CAA": (u8, _tag, Scanner.long_string),
        "TLSA SMIMEA": (u8, u8, u8, Scanner.hex),
        "SVCB HTTPS": (_service_binding,),
    }.items()
    for mnemonic in mnemonics.split()
}

# What BIND reads in class IN alone. It reads A and AAAA there, too, but those need no layout.
_INTERNET_ONLY = frozenset(map(RR_TYPES.__getitem__, (
    "A6", "APL", "ATMA", "DHCID", "EID", "HTTPS", "KX", "NIMLOC", "NSAP", "NSAP-PTR", "PX", "SRV", "SVCB",
)))  # fmt: skip
