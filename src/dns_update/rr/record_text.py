"""Whole records from text: a line of a zone file, with everything in it."""

from __future__ import annotations

from dns_update import errors
from dns_update.errors import quoted
from dns_update.rr.record import MAX_TTL, Record, data_class, rdata_from_text
from dns_update.wire.codes import RR_CLASSES, RRClass, decimal, is_zone_type, rrclass_from_text, rrtype_from_text
from dns_update.wire.name import Name
from dns_update.wire.ttl import seconds_from_units

_FORM = "NAME TTL CLASS TYPE DATA, e.g. home.example.com. 300 IN A 192.0.2.1"
_NO_DATA = r"\# 0"


def record_from_text(text: str) -> Record:
    """Return the record of a line; raises InvalidText."""
    owner, rest = _next(text)
    if owner == "@":
        raise errors.InvalidText("'@' is not a name here", hint="write the name in full, e.g. home.example.com.")
    name = Name.from_text(owner)
    ttl: int | None = None
    rrclass: int | None = None
    word, rest = _next(rest)
    while word:
        if ttl is None and word[0].isdecimal():
            ttl = _ttl(word)
        elif rrclass is None and _is_class(word, rest):
            rrclass = rrclass_from_text(word)
        else:
            break
        word, rest = _next(rest)
    if ttl is None:
        raise errors.InvalidText(f"{quoted(text)} has no TTL", hint=_FORM)
    if not word:
        raise errors.InvalidText(f"{quoted(text)} has no type", hint=_FORM)
    rrtype = rrtype_from_text(word)
    rrclass = RRClass.IN if rrclass is None else rrclass
    return Record(name, rrtype, rrclass, ttl, _rdata(rrtype, rest, rrclass))


def _next(text: str) -> tuple[str, str]:
    """Return the next word and what follows it, as it is."""
    word, *rest = text.split(maxsplit=1) or [""]
    return word, rest[0].rstrip() if rest else ""


def _ttl(word: str) -> int:
    seconds = decimal(word, MAX_TTL) if word.isdecimal() else seconds_from_units(word, MAX_TTL)
    if seconds is None:
        raise errors.InvalidText(f"{quoted(word)} is not a TTL", hint=f"0 to {MAX_TTL} seconds, or 10m, 1h, 1d")
    return seconds


def _is_class(word: str, rest: str) -> bool:
    """Return whether a word is a class; ANY is one only before a type."""
    upper = word.upper()
    return (upper in RR_CLASSES and (upper != "ANY" or bool(rest))) or upper.startswith("CLASS")


def _rdata(rrtype: int, text: str, rrclass: int) -> bytes:
    if text in ("", _NO_DATA) and rrclass in (RRClass.ANY, RRClass.NONE):
        return b""  # an RRset or a name that is deleted, or must not exist (RFC 2136, sections 2.4 and 2.5)
    if not is_zone_type(rrtype):
        raise errors.InvalidText("this is not a type that a zone can hold")
    return rdata_from_text(rrtype, text, data_class(rrclass))
