"""Rdata as text, by the layouts; and whether octets can be a type's rdata at all."""

from __future__ import annotations

from dns_update import errors
from dns_update.rr.layouts import layout_of
from dns_update.wire.cursor import Cursor


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
