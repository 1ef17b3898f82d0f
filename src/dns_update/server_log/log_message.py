"""What servers write into their logs, as data: each kind of line with its meaning, and what to do about it.

A form is a line as the server's source prints it, with fields for what varies: `zone <zone>: has no NS records`. All
else in it is literal. Some fields have a form of their own (`_FIELDS`); any other one is any text.
"""

from __future__ import annotations

import re

from dns_update.value import KW_ONLY, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    LogStage = Literal["start", "configuration", "load", "asked", "update", "note"]

_FIELD = re.compile(r"<([a-z_]+)>")
_CLIENT = (
    r"client (?:@0x[0-9a-f]+ )?(?P<client>[0-9A-Fa-f.:]+)(?:%\w+)?#\d+"
    r"(?:/key (?P<signed_with>[^\s:]+))?(?: \([^)]*\))?: "
)
_MOST_IN_FIELD = 400  # characters; a client may write much of a line, and a search must end soon
_BEGINNING = r"(?<!\S)"  # of a field that begins a form: a word's beginning
_END = r"(?=[\s'\",;)\]]|$)"  # of one that ends a form: the word's end, or the line's
_FIELDS = {
    "address": r"(?P<address>[0-9A-Fa-f.:]+[@#\w%]*)",
    "bind_client": _CLIENT + "(?:view (?P<view>[^:]+): )?",  # how BIND begins what a client's message causes
    "bind_client_of_view": _CLIENT + "view (?P<view>[^:]+): ",
    "knot_client": r"(?P<client>[0-9A-Fa-f.:]+)(?:%\w+)?(?:@\d+)?(?: [A-Z]+)?",
    "key": r"(?P<key>[^\s:'\"(),\[\]]+?)\.?",
    "line": r"(?P<line>\d+)",
    "more": rf"(?P<more>.{{0,{_MOST_IN_FIELD}}}?)",
    "number": r"(?P<number>\d+)",
    "owner": r"(?P<owner>[^\s'\"\[\],/]+?)\.?",
    "place": r"(?P<place>[^\s:]+:\d+)",  # of a configuration
    "path": r"(?P<path>[^\s'\":]+?)",
    "profile": r"(?P<profile>(?:/usr/s?bin/)?(?:named|knotd|pdns_server|samba[a-z_]*))",
    "type": r"(?P<type>[A-Z][A-Z0-9-]*)",
    "zone": r"(?P<zone>[^\s'\"\[\],]+?)\.?"
    r"(?:/(?:IN|CH|HS|NONE)(?:/(?P<in_view>[^\s':\"]+))?(?: \((?:un)?signed\))?)?",
}


class Form:
    """A form of a line: `matches` finds its fields in a line. `sign` is its longest literal part."""

    def __init__(self, text: str) -> None:
        self.text = text
        parts = _FIELD.split(text)
        self.sign = max(parts[::2], key=len)
        self._parts = parts
        self._pattern: re.Pattern[str] | None = None

    def matches(self, line: str) -> dict[str, str] | None:
        """Return the fields of a line that has this form, by their names; None for another line."""
        if self._pattern is None:
            self._pattern = re.compile(_pattern(self._parts))
        found = self._pattern.search(line)
        return None if found is None else {name: value or "" for name, value in found.groupdict().items()}


def _pattern(parts: list[str]) -> str:
    """Return the regular expression of a form; `parts` are literal texts and names of fields, in turn."""
    pattern = "" if parts[0] else _BEGINNING
    for index, part in enumerate(parts):
        is_last = index == len(parts) - 2 and not parts[-1]
        if index % 2 == 0:
            pattern += re.escape(part)
        elif part in _FIELDS:
            pattern += _FIELDS[part] + (_END if is_last else "")
        elif is_last:
            pattern += f"(?P<{part}>.+)"
        else:
            pattern += f"(?P<{part}>.{{1,{_MOST_IN_FIELD}}}?)"
    return pattern


class LogMessage(Value):
    """A kind of line: its code, what it is about, the exit status of the failure, its forms, and two sentences.

    The stage says when it counts. "start": the server does not start. "configuration": it does not read its
    configuration. "load": it does not load the zone. "asked": it refuses what a client asks, which a check sees, too.
    "update": it could not carry out an update, which no question shows. "note": it is worth knowing. `vagueness` is
    0 for a reason, 1 for a line that may have one, and 2 for one that only says that others before it have it.
    `is_unsigned` marks one about requests without a key, `decides` one that says more than any probe shows.
    `what` and `to_do` name the line's fields, and `$zone`, `$owner`, `$types`, `$key`.
    """

    cause: str
    stage: LogStage
    exit_status: int
    forms: tuple[Form, ...]
    what: str
    to_do: str
    _: KW_ONLY
    vagueness: int = 0
    is_unsigned: bool = False
    decides: bool = False


class Success(Value):
    """A kind of line by which earlier messages of some stages do not count any more."""

    stages: tuple[LogStage, ...]
    forms: tuple[Form, ...]


def forms(*texts: str) -> tuple[Form, ...]:
    """Return the forms of a kind of line."""
    return tuple(map(Form, texts))
