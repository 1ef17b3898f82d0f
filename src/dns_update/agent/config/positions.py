"""Finds the lines of the keys of a TOML text: tomllib returns their values, but not their lines. Pure.

All functions need a text that tomllib has accepted. So they need not know what a value is, only where it ends.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys, and places in arrays, from 0 on: e.g. `("records", 3, "ttl")`."""

_GAPS = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BLANKS = re.compile(r"[ \t]*")
_KEY_PART = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'""")
# A multi-line string may end with one or two quotes of its own before the three that close it. Numbers, dates (which
# may have a blank inside) and booleans end at any character that may follow a value.
_SCALAR = re.compile(
    r'''"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?'{3,5}|"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,\]}#][^,\]}#\n]*''', re.DOTALL
)


def find_lines(text: str, paths: Iterable[Path]) -> dict[Path, int]:
    """Return the line, from 1 on, of each path; if a path is not in the text, that of its nearest parent."""
    sought = list(paths)
    around = {path[:depth] for path in sought for depth in range(len(path) + 1)}
    lines: dict[Path, int] = {(): 1}
    for path, line in positions(text):
        if path in around:
            lines.setdefault(path, line)
    return {path: next(lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in lines) for path in sought}


def positions(text: str) -> Iterator[tuple[Path, int]]:
    """Yield the path and the line of each table, key and array element, each time that the text names it."""
    return _TomlWalker(text).document()


class _TomlWalker:
    """Reads a text from start to end; keeps the current line, and the length so far of each array of tables."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._lengths: dict[Path, int] = {}

    def document(self) -> Iterator[tuple[Path, int]]:
        table: Path = ()
        self._pass(_GAPS)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                found = self._header()
                table = found[-1][0]
                yield from found
            else:
                yield from self._pair(table)
            self._pass(_GAPS)

    def _header(self) -> list[tuple[Path, int]]:
        """Skip `[a.b]` or `[[a.b]]`; a name on the way that is an array of tables means its last table."""
        is_element = self._text.startswith("[[", self._at)
        self._at += 2 if is_element else 1
        path: Path = ()
        found = []
        *parents, last = self._key()
        for part in parents:
            path = (*path, part)
            found.append((path, self._line))
            if path in self._lengths:
                path = (*path, self._lengths[path] - 1)
        path = (*path, last)
        found.append((path, self._line))
        if is_element:
            place = self._lengths.get(path, 0)
            self._lengths[path] = place + 1
            found.append(((*path, place), self._line))
        self._at += 2 if is_element else 1
        return found

    def _pair(self, table: Path) -> Iterator[tuple[Path, int]]:
        """Skip `key = value`."""
        path = table
        for part in self._key():
            path = (*path, part)
            yield path, self._line
        self._at += 1  # the equals sign
        yield from self._value(path)

    def _key(self) -> list[str]:
        """Skip a key, which may be dotted, and the blanks around it; return its parts."""
        parts: list[str] = []
        while not parts or self._text[self._at] == ".":
            self._at += 1 if parts else 0
            self._pass(_BLANKS)
            parts.append(_unquoted(self._pass(_KEY_PART)))
            self._pass(_BLANKS)
        return parts

    def _value(self, path: Path) -> Iterator[tuple[Path, int]]:
        """Skip a value; yield the contents of its arrays and inline tables.

        Without recursion: tomllib accepts deeper nesting than the frames that are left here.
        """
        around: list[tuple[Path, int | None]] = []  # arrays, with the place of their next element, and inline tables
        while True:
            self._pass(_GAPS)
            mark = self._text[self._at]
            if mark in "[{":
                around.append((path, 0 if mark == "[" else None))
            elif mark in "]}":
                around.pop()
            elif mark != ",":
                self._pass(_SCALAR)
            self._at += 1 if mark in "[{]}," else 0
            if not around:
                return
            self._pass(_GAPS)
            if mark in "[{," and self._text[self._at] not in "]}":  # there may be a comma before the end
                path, place = around[-1]
                if place is None:
                    for part in self._key():
                        path = (*path, part)
                        yield path, self._line
                    self._at += 1  # the equals sign
                else:
                    around[-1] = (path, place + 1)
                    path = (*path, place)
                    yield path, self._line

    def _pass(self, pattern: re.Pattern[str]) -> str:
        """Return the text that the pattern matches here, and continue after it."""
        match = pattern.match(self._text, self._at)
        if match is None:
            raise AssertionError("tomllib took what this does not know")  # pragma: no cover
        self._line += self._text.count("\n", self._at, match.end())
        self._at = match.end()
        return match[0]


def _unquoted(part: str) -> str:
    if part[0] == "'" or (part[0] == '"' and "\\" not in part):
        return part[1:-1]
    if part[0] == '"':
        return str(tomllib.loads(f"key = {part}")["key"])
    return part
