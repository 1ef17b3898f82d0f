"""`:pick`, `:find` and `:len`, for texts and arrays."""

from __future__ import annotations

from dns_update.routeros.conversions import to_number
from dns_update.routeros.operators import equal
from dns_update.routeros.remarks import Failure
from dns_update.routeros.values import NIL, Array, Nil, RouterValue, is_empty, text_of


def pick(value: RouterValue, begin: RouterValue, end: RouterValue, *, is_one: bool) -> RouterValue:
    """Return the part from `begin` up to `end`, which is not included; `is_one` if no end is written.

    An end that is nil, as of a `:find` without a hit, is the whole's end. NIL if there is no such part.
    """
    first = to_number(begin)
    if isinstance(first, Nil):
        raise Failure("invalid value for argument begin")
    whole = value if isinstance(value, Array) else text_of(value)
    last = first + 1 if is_one else _end(end, length(whole))
    if first < 0 or first >= length(whole) or last <= first:
        return NIL
    if not isinstance(whole, Array):
        return whole[first:last]
    part = whole.elements()[first:last]
    return part[0] if is_one else Array(part)


def _end(end: RouterValue, size: int) -> int:
    if is_empty(end):
        return size
    last = to_number(end)
    if isinstance(last, Nil):
        raise Failure("invalid value for argument end")
    return min(last, size)


def find(value: RouterValue, what: RouterValue, after: RouterValue) -> RouterValue:
    """Return where a text or element is first found, after a place if one is given; NIL if it is not found."""
    begin = after + 1 if isinstance(after, int) else 0
    if isinstance(value, Array):
        elements = value.elements()
        places = [place for place in range(max(begin, 0), len(elements)) if equal(elements[place], what)]
        return places[0] if places else NIL
    found = text_of(value).find(text_of(what), max(begin, 0))
    return NIL if found < 0 else found


def length(value: RouterValue) -> int:
    """Return the number of elements of an array, or of characters of a value's text."""
    return len(value) if isinstance(value, Array) else len(text_of(value))
