"""OpenWrt's configuration language (UCI): sections with options, as in /etc/config or as `uci show` prints them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from dns_update.migration.draft import Option, SetupSection

Complain = Callable[[int, str, str], None]
"""Takes the number of a line, what is wrong there, and what was expected."""

_SHOWN = re.compile(r"(?:\w+\.)([\w@\[\]-]+)(?:\.(\w+))?=(.*)", re.ASCII | re.DOTALL)
_PART = re.compile(r"""'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)""")
_BLANKS = re.compile(r"\s+")
_ESCAPED = re.compile(r"\\(.)")
_FORMS = "expected: config TYPE 'NAME', option NAME 'VALUE' or list NAME 'VALUE'"


class Section(SetupSection):
    """A section: its line, its options, its type and name; of a list, only the first value."""

    type: str
    name: str


def sections_from_text(text: str, complain: Complain) -> list[Section]:
    """Return the sections of a text; `complain` is called for each line that is not understood."""
    sections: list[Section] = []
    shown: dict[str, Section] = {}
    for number, words in _lines(text, complain):
        found = _SHOWN.fullmatch(words[0]) if len(words) == 1 else None
        if found is not None:
            _take_shown(found, number, sections, shown)
            continue
        match words:
            case ["config", kind]:
                sections.append(Section(number, {}, kind, ""))
            case ["config", kind, name]:
                sections.append(Section(number, {}, kind, name))
            case ["option", name, value] if sections:
                sections[-1].options[name] = Option(value, number)
            case ["list", name, value] if sections:
                sections[-1].options.setdefault(name, Option(value, number))
            case ["package", *_]:
                pass
            case _:
                complain(number, "the line is not understood", _FORMS)
    return sections


def _take_shown(found: re.Match[str], number: int, sections: list[Section], shown: dict[str, Section]) -> None:
    """Take a line of `uci show`: ddns.NAME=TYPE or ddns.NAME.OPTION=VALUE."""
    name, option, value = found[1], found[2], found[3]
    if option is None:
        shown[name] = Section(number, {}, value, name)
        sections.append(shown[name])
    elif name in shown:
        shown[name].options.setdefault(option, Option(value, number))


def _lines(text: str, complain: Complain) -> Iterator[tuple[int, list[str]]]:
    """Yield the words of each line, and its number."""
    for number, line in enumerate(text.split("\n"), 1):
        words = _words(line.rstrip("\r"))
        if words is None:
            complain(number, "a quote is not closed", "expected a second quote in the same line")
        elif words:
            yield number, words


def _words(line: str) -> list[str] | None:
    """Return the words of a line, without quotes and comment; None if a quote is not closed."""
    words: list[str] = []
    place = 0
    while True:
        blanks = _BLANKS.match(line, place)
        place = blanks.end() if blanks else place
        if place == len(line) or line[place] == "#":
            return words
        parts = []
        while found := _PART.match(line, place):
            single, double, escaped, plain = found.groups("")
            parts.append(single or _ESCAPED.sub(r"\1", double) or escaped or plain)
            place = found.end()
        words.append("".join(parts))
        if place < len(line) and not line[place].isspace():
            return None
