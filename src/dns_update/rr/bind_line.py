"""The dialect of a line of BIND's nsupdate: fields with blanks between them, nothing more.

Each field of a TXT or SPF record is a separate character-string, so `a b` is two. A semicolon or a bracket is a
character like any other: a line has no comments and no continuation. Names cannot be international ones, and `@` is
the root.
"""

from __future__ import annotations

from dns_update.rr.record import rdata_from_text
from dns_update.rr.scanner import BLANKS, octet_name
from dns_update.wire.codes import RRClass, RRType


def rdata_from_fields(rrtype: int, text: str, rrclass: int = RRClass.IN) -> bytes:
    """Return the octets of rdata as nsupdate reads it; raises InvalidText."""
    line = text.strip(BLANKS)
    if rrclass == RRClass.IN and rrtype in (RRType.A, RRType.AAAA) and line[:1] != "\\":
        return rdata_from_text(rrtype, line, rrclass)
    from dns_update.rr.presentation import rdata_of_line  # not needed for addresses

    return rdata_of_line(rrtype, line, rrclass, octet_name)
