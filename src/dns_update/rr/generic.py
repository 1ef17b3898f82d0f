r"""Rdata of any type in the generic form, `\# LENGTH HEX` (RFC 3597, section 5)."""

from __future__ import annotations

from dns_update.errors import InvalidText, MalformedMessage
from dns_update.rr.printer import text_by_layout
from dns_update.rr.scanner import number, unhex
from dns_update.wire.codes import MAX_U16, RRType, is_zone_type, rrtype_to_text


def is_generic(rrtype: int, text: str) -> bool:
    r"""Return whether data is in the generic form: in a TXT record, `\#` without a number after it is plain text."""
    mark, *others = text.split(None, 2) or [""]
    return mark == "\\#" and (rrtype not in (RRType.TXT, RRType.SPF) or (bool(others) and others[0].isdecimal()))


def generic_rdata(rrtype: int, text: str, rrclass: int) -> bytes:
    r"""Return the octets of `\# LENGTH HEX`; raises InvalidText if they are malformed, or not a known type's rdata."""
    if not is_zone_type(rrtype):
        raise InvalidText("invalid use of a meta type")
    _, length, *digits = [*text.split(), ""]
    rdata = unhex("".join(digits))
    if len(rdata) != number(length, MAX_U16):
        raise InvalidText(f"\\# {length} is followed by {len(rdata)} octets")
    try:
        text_by_layout(rrtype, rdata, rrclass)
    except MalformedMessage as error:
        raise InvalidText(f"these octets are not {rrtype_to_text(rrtype)} data: {error.text}") from error
    return rdata
