"""Rdata as text: the usual types by hand, others through dnspython."""

from __future__ import annotations

from dns_update import errors
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.cursor import Cursor

_NAME = 0  # other fields are numbers of so many octets
_FORMS = {
    RRType.NS: (_NAME,),
    RRType.CNAME: (_NAME,),
    RRType.SOA: (_NAME, _NAME, 4, 4, 4, 4, 4),
    RRType.PTR: (_NAME,),
    RRType.MX: (2, _NAME),
    RRType.SRV: (2, 2, 2, _NAME),
    RRType.DNAME: (_NAME,),
}
_PRINTABLE = range(0x20, 0x7F)
_ESCAPED = b'"\\'


def text_of_rdata(rrtype: int, rdata: bytes, rrclass: int) -> str:
    """Return rdata in presentation form, or in the generic one of RFC 3597 where its octets do not fit its type."""
    if rrclass == RRClass.IN and (rrtype in _FORMS or rrtype in (RRType.TXT, RRType.SPF)):
        text = _text_by_hand(rrtype, rdata)
    else:
        from dns_update.rr.with_dnspython import text_of  # noqa: PLC0415 - 70 ms, for seldom used types only

        text = text_of(rrtype, rdata, rrclass)
    return text or f"\\# {len(rdata)} {rdata.hex()}".rstrip()


def _text_by_hand(rrtype: int, rdata: bytes) -> str:
    """Return rdata of one of the types that are printed here; empty if the octets do not fit it."""
    cursor = Cursor(rdata)
    try:
        words = _strings(cursor) if rrtype not in _FORMS else [_field(cursor, octets) for octets in _FORMS[rrtype]]
        cursor.finish()
    except errors.MalformedMessage:
        return ""
    return " ".join(words)


def _field(cursor: Cursor, octets: int) -> str:
    return cursor.name().to_text() if octets == _NAME else str(int.from_bytes(cursor.take(octets)))


def _strings(cursor: Cursor) -> list[str]:
    strings = []
    while cursor.remaining:
        octets = cursor.take(cursor.u8())
        strings.append(f'"{"".join(map(_character, octets))}"')
    return strings


def _character(octet: int) -> str:
    if octet in _ESCAPED:
        return f"\\{octet:c}"
    return chr(octet) if octet in _PRINTABLE else f"\\{octet:03d}"
