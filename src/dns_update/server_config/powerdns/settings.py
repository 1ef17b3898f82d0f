"""pdns.conf and the files of its include-dir, read into settings that know where they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from dns_update.server_config.source import ConfigSource, Written, read_source
from dns_update.value import Value

_LINE = re.compile(r"[ \t]*(?P<name>[A-Za-z0-9-]+)[ \t]*(?P<more>\+?)=?[ \t]*(?P<value>[^#\n]*)")
_SECRETS = re.compile(r"password|api-key|secret")
_OFF = ("no", "off", "")
_SEPARATORS = re.compile(r"[, \t]+")


class Setting(Written):
    """A line `name=value`, or `name+=value`, which adds to an earlier one."""

    value: str
    adds: bool


class Settings(Value):
    """All settings, in the order in which PowerDNS reads them: a later one counts."""

    all: tuple[Setting, ...]

    def last(self, name: str) -> Setting | None:
        """Return the setting that counts; None if there is none."""
        return next((each for each in reversed(self.all) if each.name == name), None)

    def values(self, name: str, default: str = "") -> tuple[str, ...]:
        """Return the values of a list, or those in `default`."""
        text = default
        for each in self.all:
            if each.name == name:
                text = f"{text},{each.value}" if each.adds else each.value
        return tuple(value for value in _SEPARATORS.split(text) if value)

    def is_on(self, name: str, default: str) -> bool:
        """Return whether something is switched on; PowerDNS takes everything but `no` and `off` as on."""
        found = self.last(name)
        return (default if found is None else found.value).lower() not in _OFF


def read_settings(path: str) -> Settings:
    """Return the settings of a configuration; raises UsageError."""
    settings = list(read_text(read_source(path)))
    directory = Settings(tuple(settings)).last("include-dir")
    if directory is not None and directory.value:
        for each in sorted(Path(directory.value).glob("*.conf")):
            settings += read_text(read_source(str(each)))
    return Settings(tuple(settings))


def read_text(source: ConfigSource) -> Iterator[Setting]:
    """Yield the settings of a text."""
    for position, line in source.lines():
        found = _LINE.match(line)
        if found is None:
            continue
        if _SECRETS.search(found["name"]) and found["value"]:
            source.hide(position + found.start("value"), position + found.end("value"))
        yield Setting(found["name"].lower(), source, position, found["value"].strip(), bool(found["more"]))
