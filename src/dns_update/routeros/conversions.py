"""Texts to values: the type of a bare word by its look, and `:tonum`, `:toip` and their like."""

from __future__ import annotations

import re

from dns_update.errors import InvalidText
from dns_update.routeros.values import (
    NIL,
    Address,
    Array,
    IpPrefix,
    ItemId,
    Nil,
    Nothing,
    RouterValue,
    ScriptText,
    Time,
    is_empty,
    text_of,
)
from dns_update.wire.codes import decimal
from dns_update.wire.inet import IPV4_OCTETS, parse_address

_NUMBER = re.compile(r"-?\d{1,19}|0[xX][0-9A-Fa-f]{1,16}")
_DOTTED = re.compile(r"\d{1,3}(?:\.\d{1,3}){1,3}")
_TIME_UNITS = re.compile(r"(?:(\d{1,9})w)?(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?")
_CLOCK = re.compile(r"(?:(\d{1,9})w)?(?:(\d{1,9})d)?(\d{1,9}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?")
_ID = re.compile(r"\*[0-9A-Fa-f]+")
_UNITS = (604_800_000, 86_400_000, 3_600_000, 60_000, 1000, 1)
_BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}
_BITS = 64


def value_of_word(word: str) -> RouterValue:
    """Return what a bare word is: a number, address, prefix, time, truth value or ID by its look, or else a text."""
    if word in _BOOLEANS:
        return _BOOLEANS[word]
    if word[:1].isalpha() and ":" not in word:
        return word
    for convert in (to_number, to_address, to_prefix, to_time, to_id):
        value = convert(word)
        if not isinstance(value, Nil):
            return value
    return word


def to_number(value: RouterValue) -> int | Nil:
    """Return a number; NIL for what is not one."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    if isinstance(value, Address):
        return value.number
    if isinstance(value, Time):
        return value.milliseconds // 1000
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return wrapped(int(value, 16 if value[:2] in ("0x", "0X") else 10))
    return NIL


def wrapped(number: int) -> int:
    """Return a number as it is kept in 64 bits with a sign."""
    half = 1 << (_BITS - 1)
    return (number + half) % (1 << _BITS) - half


def to_address(value: RouterValue) -> Address | Nil:
    """Return an address; `1.2` is 1.0.0.2. NIL for what is not one."""
    if isinstance(value, Address):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Address(value.to_bytes(IPV4_OCTETS)) if 0 <= value < 1 << 32 else NIL
    if not isinstance(value, str):
        return NIL
    if _DOTTED.fullmatch(value):
        first, *rest = [int(part) for part in value.split(".")]
        octets = [first, *[0] * (3 - len(rest)), *rest]
        return Address(bytes(octets)) if max(octets) < 1 << 8 else NIL
    return _written_address(value) if ":" in value else NIL


def _written_address(text: str) -> Address | Nil:
    """Return an address that is written in full, not as `1.2`; NIL for what is not one."""
    try:
        return Address(parse_address(text))
    except InvalidText:
        return NIL


def to_prefix(value: RouterValue) -> IpPrefix | Nil:
    """Return an address with its prefix's length; NIL for what is not one."""
    if isinstance(value, IpPrefix):
        return value
    if not isinstance(value, str):
        return NIL
    address, slash, length = value.partition("/")
    parsed = _written_address(address) if slash else NIL
    if isinstance(parsed, Nil):
        return NIL
    bits = decimal(length, len(parsed.octets) * 8)
    return NIL if bits is None else IpPrefix(parsed, bits)


def to_time(value: RouterValue) -> Time | Nil:
    """Return a duration; a number is seconds. NIL for what is not one."""
    if isinstance(value, Time):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Time(value * 1000)
    if not isinstance(value, str) or not value:
        return NIL
    found = _TIME_UNITS.fullmatch(value)
    if found is not None:
        return Time(sum(int(count or 0) * unit for count, unit in zip(found.groups(), _UNITS, strict=True)))
    found = _CLOCK.fullmatch(value)
    if found is None:
        return NIL
    *counts, fraction = found.groups()
    milliseconds = int((fraction or "0").ljust(3, "0"))
    return Time(milliseconds + sum(int(count or 0) * unit for count, unit in zip(counts, _UNITS, strict=False)))


def to_id(value: RouterValue) -> ItemId | Nil:
    """Return the ID of an item; NIL for what is not one."""
    if isinstance(value, ItemId):
        return value
    return ItemId(value.upper()) if isinstance(value, str) and _ID.fullmatch(value) else NIL


def to_bool(value: RouterValue) -> bool | Nil:
    """Return a truth value; a number is true unless it is 0. NIL for what is not one."""
    if isinstance(value, int):
        return bool(value)
    return _BOOLEANS.get(value, NIL) if isinstance(value, str) else NIL


def to_array(value: RouterValue) -> Array:
    """Return an array: of a text's parts between commas, or of one value; nothing is an empty one."""
    if isinstance(value, Array):
        return value
    if is_empty(value):
        return Array()
    if isinstance(value, str):
        return Array(tuple([value_of_word(part) for part in value.split(",")]))
    return Array((value,))


def to_text(value: RouterValue) -> RouterValue:
    """Return the text of a value; NIL for nothing."""
    if isinstance(value, ScriptText):
        return value
    return NIL if isinstance(value, Nil | Nothing) else text_of(value)


def to_address_of(octets: int, value: RouterValue) -> Address | Nil:
    """Return an address of a length; NIL for what is not one."""
    found = to_address(value)
    return found if isinstance(found, Address) and len(found.octets) == octets else NIL
