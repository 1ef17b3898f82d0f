"""What the operators of the language do with values."""

from __future__ import annotations

from collections.abc import Callable

from dns_update.routeros.conversions import to_address, to_bool, to_number, to_prefix, wrapped
from dns_update.routeros.remarks import Failure
from dns_update.routeros.values import (
    Address,
    Array,
    IpPrefix,
    Nil,
    RouterValue,
    Time,
    check_size,
    is_empty,
    text_of,
    type_of,
)


def infix(operator: str, left: RouterValue, right: RouterValue) -> RouterValue:
    """Return the value of two values and an operator; raises Failure."""
    if operator in _ARITHMETIC:
        return _arithmetic(operator, left, right)
    return _OTHERS[operator](left, right)


def prefixed(operator: str, value: RouterValue) -> RouterValue:
    """Return the value of an operator before a value; raises Failure."""
    if operator == "any":
        return not is_empty(value)
    if operator == "!":
        return not truth(value)
    number = to_number(value)
    if operator == "-" and isinstance(value, Time):
        return Time(-value.milliseconds)
    if isinstance(number, Nil):
        raise Failure(f"cannot use '{operator}' with {type_of(value)}")
    return wrapped(-number) if operator == "-" else _complement(value, number)


def _complement(value: RouterValue, number: int) -> RouterValue:
    if isinstance(value, Address) and value.is_ipv4:
        return Address(bytes([octet ^ 0xFF for octet in value.octets]))
    return ~number


def truth(value: RouterValue) -> bool:
    """Return a condition's value; raises Failure for what is neither true nor false."""
    if isinstance(value, str | bool):
        known = to_bool(value)
        if not isinstance(known, Nil):
            return known
    raise Failure(f"conditional not boolean, it is {type_of(value)}")


def equal(left: RouterValue, right: RouterValue) -> bool:
    """Return whether two values are the same by content, whatever their types: 1 and "1", an address and its text."""
    if isinstance(left, Array) and isinstance(right, Array):
        return left.pairs() == right.pairs()
    if type(left) is type(right):
        return left == right
    if is_empty(left) or is_empty(right):
        return is_empty(left) and is_empty(right)
    if text_of(left) == text_of(right):
        return True
    for kind, convert in ((bool, to_bool), (Address, to_address), (IpPrefix, to_prefix), (int, to_number)):
        if isinstance(left, kind) or isinstance(right, kind):
            ours = convert(left)
            return not isinstance(ours, Nil) and ours == convert(right)
    return False


def _is_less(left: RouterValue, right: RouterValue) -> bool:
    if isinstance(left, Time) and isinstance(right, Time):
        return left.milliseconds < right.milliseconds
    ours, theirs = to_number(left), to_number(right)
    if isinstance(ours, int) and isinstance(theirs, int):
        return ours < theirs
    return text_of(left) < text_of(right)


def joined(left: RouterValue, right: RouterValue) -> RouterValue:
    """Return two values put together as text; to an array, each element is joined."""
    if isinstance(left, Array):
        return Array(
            tuple([joined(item, right) for item in left.items]), tuple([(k, joined(v, right)) for k, v in left.named])
        )
    if isinstance(right, Array):
        return Array(
            tuple([joined(left, item) for item in right.items]), tuple([(k, joined(left, v)) for k, v in right.named])
        )
    text = text_of(left) + text_of(right)
    check_size(len(text))
    return text


def _listed(left: RouterValue, right: RouterValue) -> Array:
    ours = left if isinstance(left, Array) else Array((left,))
    theirs = right if isinstance(right, Array) else Array((right,))
    return Array(ours.items + theirs.items, tuple(sorted((dict(ours.named) | dict(theirs.named)).items())))


def _element(array: RouterValue, key: RouterValue) -> RouterValue:
    if not isinstance(array, Array):
        raise Failure(f"cannot take an element of {type_of(array)}")
    return array.get(key)


def _is_in(value: RouterValue, whole: RouterValue) -> bool:
    if isinstance(whole, Array):
        return any(equal(value, element) for element in whole.elements())
    prefix = to_prefix(text_of(whole))
    address = to_address(text_of(value).partition("/")[0])
    if isinstance(prefix, Nil) or isinstance(address, Nil):
        raise Failure(f"cannot look for {type_of(value)} in {type_of(whole)}")
    return prefix.contains(address)


def _arithmetic(operator: str, left: RouterValue, right: RouterValue) -> RouterValue:
    ours, theirs = to_number(left), to_number(right)
    if isinstance(ours, Nil) or isinstance(theirs, Nil):
        raise Failure(f"cannot use '{operator}' with {type_of(left)} and {type_of(right)}")
    if isinstance(left, Time) or isinstance(right, Time):
        return _with_time(operator, left, right)
    if operator in ("/", "%") and not theirs:
        raise Failure("division by zero")
    number = _ARITHMETIC[operator](ours, theirs)
    if isinstance(left, Address) and not isinstance(right, Address) and 0 <= number < 1 << len(left.octets) * 8:
        return Address(number.to_bytes(len(left.octets)))
    return wrapped(number)


def _with_time(operator: str, left: RouterValue, right: RouterValue) -> RouterValue:
    ours, theirs = _milliseconds(left), _milliseconds(right)
    if operator in ("+", "-"):
        return Time(wrapped(ours + theirs if operator == "+" else ours - theirs))
    if operator == "*":
        return Time(wrapped(ours * theirs // 1000))
    if operator == "/" and theirs:
        both = isinstance(left, Time) and isinstance(right, Time)
        return ours // theirs if both else Time(wrapped(ours * 1000 // theirs))
    raise Failure(f"cannot use '{operator}' with {type_of(left)} and {type_of(right)}")


def _milliseconds(value: RouterValue) -> int:
    if isinstance(value, Time):
        return value.milliseconds
    number = to_number(value)
    return 0 if isinstance(number, Nil) else number * 1000


def _divided(left: int, right: int) -> int:
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def _shifted(left: int, right: int) -> int:
    return left << right if 0 <= right < 64 else 0  # noqa: PLR2004 - the bits of a number


_ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divided,
    "%": lambda left, right: left - right * _divided(left, right),
    "&": lambda left, right: left & right,
    "|": lambda left, right: left | right,
    "^": lambda left, right: left ^ right,
    "<<": _shifted,
    ">>": lambda left, right: left >> min(max(right, 0), 63),
}


def _is_match(left: RouterValue, right: RouterValue) -> bool:
    from dns_update.routeros.regex import matches  # few scripts have one

    return matches(text_of(right), text_of(left))


_OTHERS: dict[str, Callable[[RouterValue, RouterValue], RouterValue]] = {
    ",": _listed,
    ".": joined,
    "=": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": _is_less,
    ">": lambda left, right: _is_less(right, left),
    "<=": lambda left, right: not _is_less(right, left),
    ">=": lambda left, right: not _is_less(left, right),
    "~": _is_match,
    "in": _is_in,
    "->": _element,
}
