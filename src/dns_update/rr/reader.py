"""Rdata from text, by the layouts: one reader for both dialects.

A dialect, `zone_file` or `bind_line`, puts a user's text on one line, and says how names are read. Both have the
generic form of RFC 3597 for every type.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.errors import quoted
from dns_update.rr.layouts import layout_of
from dns_update.rr.scanner import Scanner
from dns_update.wire.codes import is_zone_type, rrtype_to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from dns_update.wire.name import Name


def rdata_of_line(rrtype: int, line: str, rrclass: int, read_name: Callable[[str], Name]) -> bytes:
    """Return the octets of rdata whose fields are on one line; `read_name` is the dialect's way to read a name.

    Raises InvalidText.
    """
    if "\\#" in line:
        from dns_update.rr.printer import generic_rdata, is_generic  # rare

        if is_generic(rrtype, line):
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
