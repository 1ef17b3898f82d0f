"""Reads tables of a TOML document strictly: keys must be known, and values of the right type; all faults are kept.

A reader takes a value from tomllib and returns its meaning, or raises UsageError. A table is described by the reader of
each key; the checks, the suggestions for misspelled keys and the lists of known keys come from that description.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias, TypeVar

from dns_update.agent.config.positions import Path
from dns_update.commandline.readers import ttl_from_text
from dns_update.errors import MAX_QUOTED, InvalidText, UsageError, quoted
from dns_update.value import Value

ValueReader: TypeAlias = Callable[[Any], object]
Table: TypeAlias = Mapping[str, object]
P = TypeVar("P", bool, dict[str, object], list[object])
V = TypeVar("V")

_KINDS = {bool: "a boolean", int: "an integer", float: "a float", str: "a string", list: "an array", dict: "a table"}
_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
NO_HINTS: Mapping[str, str] = {}
_NAMED = ("keys", "servers", "zones")  # tables of tables: their headers have a second part
_LONGEST_DECIMAL_BITS = 64  # Python does not write integers of thousands of digits in decimal


class ConfigProblem(Value):
    """One mistake: its path, its text, and a hint.

    `spelled` is the path as users read it; `other` is a second path, whose line the text ends with, or empty.
    """

    path: Path
    spelled: str
    text: str
    hint: str
    other: Path = ()


class ConfigProblems:
    """All mistakes found so far, in the order in which they were found."""

    def __init__(self) -> None:
        self.found: list[ConfigProblem] = []

    def add(self, path: Path, text: str, hint: str = "", *, other: Path = ()) -> None:
        """Record a mistake at a path."""
        self.found.append(ConfigProblem(path, spelled(path), text, hint, other))

    def add_unshown(self, path: Path, text: str, hint: str = "") -> None:
        """Record a mistake at a path whose last key is not shown, because it may be a secret."""
        self.found.append(ConfigProblem(path, spelled(path[:-1]), text, hint))

    def add_error(self, path: Path, error: UsageError) -> None:
        """Record the error that a reader raised for the value at a path."""
        place = error.place if isinstance(error, InvalidText) else None
        self.add(path if place is None else (*path, place), error.text, error.hint)


def read_table(  # noqa: PLR0913 - what differs between tables
    table: Table,
    path: Path,
    readers: Mapping[str, ValueReader],
    problems: ConfigProblems,
    *,
    hints: Mapping[str, str] = NO_HINTS,
    holds_secret: bool = False,
) -> dict[str, Any]:
    """Return the meanings of a table's values by key; wrong ones are left out, and recorded in `problems`.

    `hints` say what to write in place of some unknown keys; the others get the most similar known one. With
    `holds_secret`, an unknown key is shown only if it is similar to a known one.
    """
    given: dict[str, Any] = {}
    for key, raw in table.items():
        reader = readers.get(key)
        if reader is None:
            hint = hints.get(key.replace("_", "-"))
            if hint is not None and not isinstance(raw, dict):
                problems.add((*path, key), "unknown key", hint)
            else:
                _note_unknown(key, raw, path, readers, problems, holds_secret=holds_secret)
            continue
        try:
            given[key] = reader(raw)
        except UsageError as error:
            problems.add_error((*path, key), error)
    return given


def _note_unknown(  # noqa: PLR0913 - what there is to know of a key
    key: str, raw: object, path: Path, known: Iterable[str], problems: ConfigProblems, *, holds_secret: bool
) -> None:
    kind = "table" if isinstance(raw, dict) else "key"
    near = near_miss(key, known)
    if near:
        problems.add((*path, key), f"unknown {kind}", f"did you mean {near}?")
    elif holds_secret:
        text = "unknown key; it is not shown, because it may be a part of the secret"
        problems.add_unshown((*path, key), text, one_of(known))
    elif kind == "table" and path[:1] == ("zones",):  # [zones.example.com] is com within example
        name = f"{path[-1]}.{key}"
        problems.add((*path, key), "unknown table", f"a name with dots needs quotes: {spelled(('zones', name))}")
    else:
        problems.add((*path, key), f"unknown {kind}", one_of(known))


def near_miss(word: str, words: Iterable[str]) -> str:
    """Return the one of `words` that the user probably meant; empty if there is none."""
    import difflib  # only when something is wrong

    by_folded = {known.lower(): known for known in words}
    folded = word.lower().replace("_", "-")
    return next((by_folded[close] for close in difflib.get_close_matches(folded, by_folded, 1)), "")


def one_of(words: Iterable[str]) -> str:
    """Return the hint that lists these words."""
    return f"one of {', '.join(words)}"


def spelled(path: Path) -> str:
    """Return a path as users read it: e.g. `[agent] poll`, `[zones."example.com"] ttl`, `records[3].ttl`."""
    if path[:1] == ("records",) or not path:
        return _dotted(path)
    depth = 2 if path[0] in _NAMED else 1
    if len(path) == 1 and path[0] not in (*_NAMED, "agent"):
        return _dotted(path)
    return f"[{_dotted(path[:depth])}] {_dotted(path[depth:])}".rstrip()


def _dotted(path: Path) -> str:
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{_key(part)}" if text else _key(part)
    return text


def _key(part: str) -> str:
    if part and _BARE.issuperset(part) and len(part) <= MAX_QUOTED:
        return part
    return (
        f'"{part}"' if part.isprintable() and not set(part) & set('"\\') and len(part) <= MAX_QUOTED else quoted(part)
    )


# Readers.


def wrong_type(raw: object, expected: str) -> InvalidText:
    """Return the error for a value of another type; it does not show the value, which may be a secret."""
    return InvalidText(f"expected {expected}, got {_KINDS.get(type(raw), 'a date or time')}")


def scalar(read: Callable[[str], object], *types: type, expected: str) -> ValueReader:
    """Return a reader for values of these types; it passes them to `read` as text."""

    def reader(raw: object) -> object:
        if type(raw) not in types:  # a boolean is an int, too
            raise wrong_type(raw, expected)
        return read(_as_text(raw))

    return reader


def text(read: Callable[[str], object] = str) -> ValueReader:
    """Return a reader for strings."""
    return scalar(read, str, expected="a string")


def plain(kind: type[P], expected: str) -> Callable[[object], P]:
    """Return a reader for values of a type that are taken as they are."""

    def reader(raw: object) -> P:
        if not isinstance(raw, kind):
            raise wrong_type(raw, expected)
        return raw

    return reader


def array(read: Callable[[str], V], of: str) -> Callable[[object], tuple[V, ...]]:
    """Return a reader for arrays of strings; it returns a tuple."""

    def reader(raw: object) -> tuple[V, ...]:
        if not isinstance(raw, list):
            raise wrong_type(raw, f"an array of {of}")
        return tuple(_element(read, element, place) for place, element in enumerate(raw))

    return reader


def text_or_array(read: Callable[[str], V]) -> Callable[[object], tuple[V, ...]]:
    """Return a reader for a string, or an array of at least one string; it returns a tuple."""
    several = array(read, "strings")

    def reader(raw: object) -> tuple[V, ...]:
        if isinstance(raw, str):
            return (read(raw),)
        if not isinstance(raw, list):
            raise wrong_type(raw, "a string or an array of strings")
        if not raw:
            raise InvalidText("the array is empty", hint="give one string at least")
        return several(raw)

    return reader


def duration(shortest: str, longest: str) -> ValueReader:
    """Return a reader for times: numbers of seconds, or strings such as "1h30m"; it returns seconds."""
    low, high = ttl_from_text(shortest), ttl_from_text(longest)

    def reader(raw: object) -> float:
        if type(raw) not in (int, float, str):
            raise wrong_type(raw, 'a number of seconds, or a string such as "5m"')
        seconds = _seconds(raw) if isinstance(raw, str) else raw
        if not (isinstance(seconds, int | float) and low <= seconds <= high):  # not true of NaN either
            raise InvalidText(f"{quoted(_as_text(raw))} is out of range", hint=f"{shortest} to {longest}")
        return float(seconds)

    return reader


def _seconds(written: str) -> int:
    try:
        return ttl_from_text(written)
    except InvalidText:
        raise InvalidText(f"{quoted(written)} is not a time", hint='seconds, or "10s", "5m", "1h30m"') from None


def _element(read: Callable[[str], V], raw: object, place: int) -> V:
    try:
        if not isinstance(raw, str):
            raise wrong_type(raw, "a string")
        return read(raw)
    except UsageError as error:
        wrong = InvalidText(error.text, hint=error.hint)
        wrong.place = place
        raise wrong from error


def _as_text(raw: object) -> str:
    if isinstance(raw, int) and raw.bit_length() > _LONGEST_DECIMAL_BITS:
        return hex(raw)
    return str(raw)
