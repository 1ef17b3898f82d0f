"""The values of the language, their types, and their texts.

A number is an int, a text a str, a truth value a bool; the other types are the classes here. No value is ever altered.
"""

from __future__ import annotations

from dns_update.routeros.remarks import LimitReached
from dns_update.routeros.source import ScriptSource
from dns_update.routeros.syntax import Node
from dns_update.value import Value
from dns_update.wire.inet import IPV4_OCTETS, format_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

_MINUTE, _HOUR, _DAY, _WEEK = 60, 3_600, 86_400, 604_800


LARGEST = 1 << 20
"""Characters of a text, or of an array's, that a script may build: routers have little memory as well."""


def check_size(size: int) -> None:
    """Check that a text or an array is not too large; raises LimitReached."""
    if size > LARGEST:
        raise LimitReached(f"a value of more than {LARGEST} characters")


class Nil(Value):
    """The value of `[:nothing]`, of a `:find` without a hit, of a conversion that fails; typeof is "nil"."""


class Nothing(Value):
    """The value of a variable that has none; typeof is "nothing"."""


class Address(Value):
    """An IPv4 or IPv6 address, as its octets."""

    octets: bytes

    @property
    def is_ipv4(self) -> bool:
        """Whether it is an IPv4 address."""
        return len(self.octets) == IPV4_OCTETS

    @property
    def number(self) -> int:
        """The octets as one number."""
        return int.from_bytes(self.octets)

    def __str__(self) -> str:
        return format_address(self.octets)


class IpPrefix(Value):
    """An address with the length of its prefix."""

    address: Address
    length: int

    def contains(self, address: Address) -> bool:
        """Return whether an address is of this prefix."""
        bits = len(self.address.octets) * 8
        is_same_family = len(address.octets) * 8 == bits
        return is_same_family and not (address.number ^ self.address.number) >> (bits - self.length)

    def __str__(self) -> str:
        return f"{self.address}/{self.length}"


class ItemId(Value):
    """The ID of a menu's item, `*1A`."""

    text: str

    def __str__(self) -> str:
        return self.text


class Time(Value):
    """A duration, in milliseconds."""

    milliseconds: int

    @property
    def seconds(self) -> float:
        """The duration in seconds."""
        return self.milliseconds / 1000

    def __str__(self) -> str:
        total, rest = divmod(abs(self.milliseconds), 1000)
        weeks, total = divmod(total, _WEEK)
        days, total = divmod(total, _DAY)
        date = (f"{weeks}w" if weeks else "") + (f"{days}d" if days else "")
        fraction = f".{rest:03}" if rest else ""
        clock = f"{total // _HOUR:02}:{total % _HOUR // _MINUTE:02}:{total % _MINUTE:02}{fraction}"
        return f"{'-' if self.milliseconds < 0 else ''}{date}{clock}"


class Array(Value):
    """Elements without a name, in their order, and named ones, in alphabetical order."""

    items: tuple[RouterValue, ...]
    named: tuple[tuple[str, RouterValue], ...]
    weight: int

    def __init__(self, items: tuple[RouterValue, ...] = (), named: tuple[tuple[str, RouterValue], ...] = ()) -> None:
        # An array within an array counts each time: {$x;$x} in a loop doubles what its text needs.
        weight = sum(map(_weight, items)) + sum([len(key) + _weight(element) for key, element in named])
        check_size(weight)
        self._store(items=items, named=named, weight=weight)

    def __len__(self) -> int:
        return len(self.items) + len(self.named)

    def pairs(self) -> tuple[tuple[RouterValue, RouterValue], ...]:
        """Return keys and elements; the key of an element without a name is its number, from 0."""
        return (*enumerate(self.items), *self.named)

    def elements(self) -> tuple[RouterValue, ...]:
        """Return all elements."""
        return tuple([element for _key, element in self.pairs()])

    def get(self, key: RouterValue) -> RouterValue:
        """Return the element of a number or a name; NOTHING if there is none."""
        if isinstance(key, int) and not isinstance(key, bool):
            return self.items[key] if 0 <= key < len(self.items) else NOTHING
        return dict(self.named).get(text_of(key), NOTHING)

    def with_element(self, key: RouterValue, element: RouterValue) -> Array:
        """Return the array with one element set; a number beyond the end adds it there."""
        if isinstance(key, int) and not isinstance(key, bool):
            kept = self.items[:key]
            return Array((*kept, element, *self.items[key + 1 :]), self.named)
        return array_of(self.items, dict(self.named) | {text_of(key): element})


class Code(Value):
    """A function: commands, and the source that they are from."""

    commands: tuple[Node, ...]
    source: ScriptSource


class ScriptText(str):
    """A text that is a script, with the places of its characters in the file."""

    __slots__ = ("source",)

    source: ScriptSource

    def __new__(cls, source: ScriptSource) -> Self:
        """Return the text of a source."""
        text = super().__new__(cls, source.text)
        text.source = source
        return text


NIL = Nil()
NOTHING = Nothing()

RouterValue = int | str | Nil | Nothing | Address | IpPrefix | ItemId | Time | Array | Code


def _weight(value: RouterValue) -> int:
    return value.weight + 1 if isinstance(value, Array) else len(value) + 1 if isinstance(value, str) else _OTHER_WEIGHT


_OTHER_WEIGHT = 16
_TYPES = {bool: "bool", int: "num", Nil: "nil", Nothing: "nothing", Time: "time", ItemId: "id", Array: "array"}


def array_of(items: tuple[RouterValue, ...], named: dict[str, RouterValue] | None = None) -> Array:
    """Return an array; the named elements are put in order."""
    return Array(items, tuple(sorted((named or {}).items())))


def type_of(value: RouterValue) -> str:
    """Return the name that `:typeof` gives."""
    if isinstance(value, Address):
        return "ip" if value.is_ipv4 else "ip6"
    if isinstance(value, IpPrefix):
        return "ip-prefix" if value.address.is_ipv4 else "ip6-prefix"
    if isinstance(value, Code):
        return "code"
    return _TYPES.get(type(value), "str")


def is_empty(value: RouterValue) -> bool:
    """Return whether a value is nil, nothing or an empty text, which are equal to each other."""
    return isinstance(value, Nil | Nothing) or value == ""


def text_of(value: RouterValue) -> str:
    """Return a value as it is printed."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Array):
        named = [f"{key}={text_of(element)}" for key, element in value.named]
        return ";".join([*map(text_of, value.items), *named])
    if isinstance(value, Nil | Nothing):
        return ""
    return "(code)" if isinstance(value, Code) else str(value)
