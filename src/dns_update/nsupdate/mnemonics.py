"""Record types and classes by their mnemonics, as BIND reads them: with BIND's other names and with leading zeros."""

from __future__ import annotations

from dns_update.errors import InvalidText
from dns_update.wire.codes import rrclass_from_text, rrtype_from_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_WORDS = 64  # remembered at once: a script has few, but one with mistakes could have any number
_CLASS_NAMES = {"CHAOS": "CH", "HESIOD": "HS"}  # BIND's other names


class _Numbers(dict[str, int | None]):
    """The number of each word; None if it has none. Each is looked up once, because a script repeats its words."""

    def __init__(self, look_up: Callable[[str], int | None]) -> None:
        self._look_up = look_up

    def __missing__(self, word: str) -> int | None:
        if len(self) >= _MOST_WORDS:
            self.clear()
        number = self[word] = self._look_up(word)
        return number


def _class_of(word: str) -> int | None:
    if word.upper() == "RESERVED0":
        return 0
    try:
        return rrclass_from_text(_CLASS_NAMES.get(word.upper(), _without_zeros(word, "CLASS")))
    except InvalidText:
        return None


def _type_of(word: str) -> int | None:
    try:
        return rrtype_from_text(_without_zeros(word, "TYPE"))
    except InvalidText:
        return None


def _without_zeros(word: str, prefix: str) -> str:
    """Return TYPEn or CLASSn without leading zeros, which BIND accepts; return any other word unchanged."""
    digits = word[len(prefix) :]
    if word[: len(prefix)].upper() == prefix and digits.isdecimal() and digits.isascii():
        return f"{prefix}{digits.lstrip('0') or '0'}"
    return word


CLASSES = _Numbers(_class_of)
TYPES = _Numbers(_type_of)
