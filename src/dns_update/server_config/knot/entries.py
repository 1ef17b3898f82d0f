"""knot.conf and the files that it includes, read into entries that know where they are written.

The format looks like YAML and is a small part of it, with differences: an item may occur several times, and all its
values count; a list is on one line; `include` may be anywhere. Only what `knotc conf-check` accepts is read here.
"""

from __future__ import annotations

import glob
import re
from pathlib import Path

from dns_update.server_config.finding import Place
from dns_update.server_config.source import ConfigSource, Written, read_source
from dns_update.value import Value

_MAX_DEPTH = 20  # of includes
_LINE = re.compile(r"[ \t]*(?P<dash>-[ \t]*)?(?P<name>[A-Za-z][\w-]*)[ \t]*:(?P<rest>.*)")
_VALUE = re.compile(r'"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s,\[\]#"][^\s,\]"]*)|(?P<comment>#.*)')
_SECRET = "secret"  # noqa: S105 - the name of the item


class ConfigItem(Written):
    """An item: its name, its values, and where they are."""

    values: tuple[str, ...]


class Entry(Value):
    """An entry of a section: its items, of which the first is its identifier; a section like `server` has one entry."""

    section: str
    items: tuple[ConfigItem, ...]

    @property
    def id(self) -> str:
        """The identifier, e.g. a zone's name."""
        return self.items[0].values[0] if self.items and self.items[0].values else ""

    @property
    def place(self) -> Place:
        """Where it begins."""
        return self.items[0].place

    def item(self, name: str) -> ConfigItem | None:
        """Return the last item with a name."""
        return next((each for each in reversed(self.items) if each.name == name), None)

    def values(self, name: str) -> tuple[str, ...]:
        """Return all values of all items with a name."""
        return tuple(value for each in self.items if each.name == name for value in each.values)

    def value(self, name: str) -> str:
        """Return the last value of the items with a name; "" if there is none."""
        return (self.values(name) or ("",))[-1]


def read_files(path: str) -> tuple[Entry, ...]:
    """Return the entries of a configuration, with those of included files; raises UsageError."""
    return read_text(read_source(path))


def read_text(source: ConfigSource) -> tuple[Entry, ...]:
    """Return the entries of a text, with those of included files; raises UsageError."""
    entries: list[tuple[str, list[ConfigItem]]] = []
    _read(source, entries, 0)
    return tuple(Entry(section, tuple(items)) for section, items in entries if items)


def _read(source: ConfigSource, entries: list[tuple[str, list[ConfigItem]]], depth: int) -> None:
    section = ""
    for position, line in source.lines():
        found = _LINE.match(line)
        if found is None:
            continue
        item = _item(source, position, line, found)
        if item.name == "include":
            for each in _included(source.path, item) if depth < _MAX_DEPTH else ():
                _read(read_source(each), entries, depth + 1)
        elif not item.values and found["dash"] is None and not line[0].isspace():
            section = item.name
            entries.append((section, []))
        elif found["dash"] is not None or not entries:
            entries.append((section, [item]))
        else:
            entries[-1][1].append(item)


def _item(source: ConfigSource, position: int, line: str, found: re.Match[str]) -> ConfigItem:
    values = []
    for value in _VALUE.finditer(line, found.start("rest")):
        if value["comment"] is not None:
            break
        quoted = value["quoted"]
        values.append(value["plain"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
        if found["name"] == _SECRET:
            source.hide(position + value.start(), position + value.end())
    return ConfigItem(found["name"].lower(), source, position, tuple(values))


def _included(path: str, item: ConfigItem) -> list[str]:
    """Return the files that an include names; a relative name begins in the directory of the file."""
    pattern = Path(path).parent / (item.values[0] if item.values else "")
    if pattern.is_dir():
        return sorted(str(each) for each in pattern.iterdir() if each.is_file())
    return sorted(glob.glob(str(pattern)))  # an absolute pattern, as C's glob reads it
