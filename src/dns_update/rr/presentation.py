r"""Rdata from text, for both dialects, and as text, by the layouts; the generic form, `\# LENGTH HEX`.

A dialect, `zone_file` or `bind_line`, puts a user's text on one line, and says how names are read. Both have the
generic form of RFC 3597 for every type.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.errors import quoted
from dns_update.rr.layouts import layout_of
from dns_update.rr.scanner import Scanner, number, unhex
from dns_update.wire.codes import MAX_U16, RRType, is_zone_type, rrtype_to_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def text_of_rdata(rrtype: int, rdata: bytes, rrclass: int) -> str:
    """Return rdata in presentation form, or in the generic form of RFC 3597 if its octets do not fit its type."""
    try:
        text = text_by_layout(rrtype, rdata, rrclass)
    except errors.MalformedMessage:
        text = ""
    return text or f"\\# {len(rdata)} {rdata.hex()}".rstrip()


def text_by_layout(rrtype: int, rdata: bytes, rrclass: int) -> str:
    """Return the text of rdata by its layout; empty if there is no layout, or no text for these octets.

    Raises MalformedMessage for octets that the type cannot have.
    """
    layout = layout_of(rrtype, rrclass)
    if layout is None:
        return ""
    cursor = Cursor(rdata)
    words = [field.to_text(cursor) for field in layout]
    cursor.finish()
    return "" if None in words else " ".join(filter(None, words))


def is_generic(rrtype: int, text: str) -> bool:
    r"""Return whether data is in the generic form (RFC 3597, section 5).

    In a TXT record, `\#` without a number after it is plain text.
    """
    mark, *others = text.split(None, 2) or [""]
    return mark == "\\#" and (rrtype not in (RRType.TXT, RRType.SPF) or (bool(others) and others[0].isdecimal()))


def generic_rdata(rrtype: int, text: str, rrclass: int) -> bytes:
    r"""Return the octets of `\# LENGTH HEX`; raises InvalidText if they are malformed, or not a known type's rdata."""
    if not is_zone_type(rrtype):
        raise errors.InvalidText("invalid use of a meta type")
    _, length, *digits = [*text.split(), ""]
    rdata = unhex("".join(digits))
    if len(rdata) != number(length, MAX_U16):
        raise errors.InvalidText(f"\\# {length} is followed by {len(rdata)} octets")
    try:
        text_by_layout(rrtype, rdata, rrclass)
    except errors.MalformedMessage as error:
        raise errors.InvalidText(f"these octets are not {rrtype_to_text(rrtype)} data: {error.text}") from error
    return rdata


def rdata_of_line(rrtype: int, line: str, rrclass: int, read_name: Callable[[str], Name]) -> bytes:
    """Return the octets of rdata whose fields are on one line; `read_name` is the dialect's way to read a name.

    Raises InvalidText.
    """
    if "\\#" in line and is_generic(rrtype, line):
        return generic_rdata(rrtype, line, rrclass)
    layout = layout_of(rrtype, rrclass)
    if layout is None:
        hint = "its data is written as \\# LENGTH HEX" if is_zone_type(rrtype) else ""
        raise errors.InvalidText("unknown class/type", hint=hint)
    fields = Scanner(line, read_name)
    try:
        rdata = b"".join([field.from_text(fields) for field in layout])
        fields.finish()
    except errors.InvalidText as error:
        reason = f"{quoted(line)} is not {rrtype_to_text(rrtype)} data: {error.text}"
        raise errors.InvalidText(reason, hint=error.hint) from error
    return rdata
