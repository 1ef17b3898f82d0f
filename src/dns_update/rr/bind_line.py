"""Rdata as a line of BIND's nsupdate has it: the fields of the layouts, parted by blanks or quotes, nothing more."""

from __future__ import annotations

from dns_update.errors import InvalidText
from dns_update.rr.record import rdata_from_text
from dns_update.rr.scanner import BLANKS, escape_octets
from dns_update.wire.codes import RR_CLASSES, RRClass, RRType, is_zone_type
from dns_update.wire.inet import parse_ipv4

_WKS = 11
_DSYNC = 66
_LEFT_TO_DNSPYTHON = (
    (RRType.A, RRClass.CH),
    (_WKS, RRClass.IN),
    *((_DSYNC, rrclass) for rrclass in RR_CLASSES.values()),
)
_GENERIC_HINT = "its data is written as \\# LENGTH HEX"
_NO_MARKS_HERE = frozenset(';()"')  # in what has words and numbers only; to a zone file's reader they mean something


def rdata_from_fields(rrtype: int, text: str, rrclass: int = RRClass.IN) -> bytes:
    r"""Return the octets of rdata whose fields are parted by blanks, with or without quotes.

    The layouts are those of `rdata_from_text`; what is different is the line. Each field of a TXT or SPF record is a
    character-string of its own, so that `a b` is two. A semicolon or a bracket is a character as any other: a line has
    no comments and no continuation. Names are not international ones, and `@` is the root. Raises InvalidText.
    """
    text = text.strip(BLANKS)
    if "\\#" in text:
        from dns_update.rr.generic import generic_rdata_as_bind, is_generic  # noqa: PLC0415 - rare

        if is_generic(rrtype, text):
            if not is_zone_type(rrtype):
                raise InvalidText("invalid use of a meta type")
            return generic_rdata_as_bind(rrtype, text, rrclass)
    if rrtype in (RRType.A, RRType.AAAA) and rrclass == RRClass.IN:
        return rdata_from_text(rrtype, text, rrclass)
    if rrtype == RRType.A and rrclass == RRClass.HS:  # BIND gives Hesiod the Internet's addresses
        return parse_ipv4(text)
    from dns_update.rr.layouts import rdata_by_layout  # noqa: PLC0415 - not for addresses

    rdata = rdata_by_layout(rrtype, text, rrclass)
    if rdata is not None:
        return rdata
    if (rrtype, rrclass) not in _LEFT_TO_DNSPYTHON:
        raise InvalidText("unknown class/type", hint=_GENERIC_HINT if is_zone_type(rrtype) else "")
    if not _NO_MARKS_HERE.isdisjoint(text):
        raise InvalidText("syntax error")
    text = text.lower() if rrtype == _WKS else text  # BIND finds services and protocols in whatever case
    from dns_update.rr.with_dnspython import rdata_of  # noqa: PLC0415 - 70 ms, for seldom used types only

    return rdata_of(rrtype, escape_octets(text), rrclass)
