"""What PowerDNS's database says of zones, their metadata and keys, as `pdnsutil` shows it."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from dns_update.process.capture import captured, found_program
from dns_update.server_config.source import as_name
from dns_update.value import Value
from dns_update.wire.name import Name

_PDNSUTIL_SECONDS = 10  # the database may be on another machine
_KINDS = {"slave": "secondary", "master": "primary"}  # up to 4.4
_KIND = re.compile(r"\b(native|master|primary|slave|secondary|producer|consumer)\b", re.IGNORECASE)
_NO_SOA = re.compile(r"^\[Error\] (No SOA record[^\n]*)$", re.MULTILINE)
_KEY_FIELDS = 3
_NEW_WORDS = {  # from 5.0 on: an object, then what to do with it
    "list-tsig-keys": ("tsigkey", "list"),
    "list-all-zones": ("zone", "list-all"),
    "show-zone": ("zone", "show"),
    "check-zone": ("zone", "check"),
    "get-meta": ("metadata", "get"),
    "set-meta": ("metadata", "set"),
    "add-meta": ("metadata", "add"),
    "generate-tsig-key": ("tsigkey", "generate"),
    "create-zone": ("zone", "create"),
    "set-kind": ("zone", "set-kind"),
}
CHANGING = ("set-meta", "add-meta", "generate-tsig-key", "create-zone", "set-kind")
"""The commands that change something: they are told to people, and never run."""


class StoredKey(Value):
    """A TSIG key of the database; its repr does not show the secret."""

    name: str
    algorithm: str
    secret: str

    def __repr__(self) -> str:
        if not hasattr(self, "secret"):
            return "StoredKey()"  # for a debugger
        return f"StoredKey({self.name!r}, {self.algorithm!r})"


class Database:
    """Asks pdnsutil; `words` are the beginning of its command line."""

    def __init__(self, words: tuple[str, ...], keys: tuple[StoredKey, ...], *, has_new_words: bool) -> None:
        self._words = words
        self._has_new_words = has_new_words
        self.keys = keys

    def zones(self) -> tuple[Name, ...]:
        """Return the names of all zones."""
        text = self._ask("list-all-zones") or ""
        return tuple(name for line in text.splitlines() if (name := as_name(line.strip())) is not None)

    def kind(self, zone: Name) -> str | None:
        """Return the kind of a zone, e.g. native or secondary; None if it is not there."""
        text = self._ask("show-zone", str(zone))
        found = None if text is None else _KIND.search(text)
        return None if found is None else _KINDS.get(found[1].lower(), found[1].lower())

    def fault_in(self, zone: Name) -> str:
        """Return the first error in a zone's data; empty if it has none, or pdnsutil does not say."""
        with suppress(OSError):
            result = captured((*self._words, *self._named("check-zone"), str(zone)), _PDNSUTIL_SECONDS)
            found = None if result is None else _NO_SOA.search(result.output)
            return "" if found is None else found[1]
        return ""

    def metadata(self, zone: Name, kind: str) -> tuple[str, ...]:
        """Return the values of a zone's metadata of one kind."""
        text = self._ask("get-meta", str(zone), kind) or ""
        lines = (line.partition("=") for line in text.splitlines())
        values = (value for name, _equals, value in lines if name.strip() == kind)
        return tuple(value for each in values for value in re.split(r"[, \t]+", each.strip()) if value)

    def command(self, name: str, *arguments: str) -> str:
        """Return a command as a person types it."""
        return " ".join(("pdnsutil", *self._named(name), *arguments))

    def _ask(self, name: str, *arguments: str) -> str | None:
        return _run((*self._words, *self._named(name), *arguments))

    def _named(self, name: str) -> tuple[str, ...]:
        return _NEW_WORDS[name] if self._has_new_words else (name,)


def open_database(path: str) -> Database | None:
    """Return the database of a configuration; None if pdnsutil is missing, or cannot read it."""
    program, options = found_program("pdnsutil"), file_options(path)
    if program is None or options is None:
        return None
    words = (program, *options)
    for has_new_words in (True, False):
        listing = _NEW_WORDS["list-tsig-keys"] if has_new_words else ("list-tsig-keys",)
        text = _run((*words, *listing))
        if text is not None:
            return Database(words, _keys(text), has_new_words=has_new_words)
    return None


def file_options(path: str) -> tuple[str, ...] | None:
    """Return the options that name a configuration to PowerDNS's programs.

    They read only files that are called pdns.conf or pdns-NAME.conf; None for others.
    """
    file = Path(path)
    if file.suffix != ".conf" or not file.stem.startswith("pdns"):
        return None
    name = file.stem.partition("pdns-")[2]
    return (f"--config-dir={file.parent}", *((f"--config-name={name}",) if name else ()))


def _keys(text: str) -> tuple[StoredKey, ...]:
    lines = (line.split(maxsplit=_KEY_FIELDS - 1) for line in text.splitlines())
    return tuple(StoredKey(*(field.removesuffix(".") for field in each)) for each in lines if len(each) == _KEY_FIELDS)


def _run(words: tuple[str, ...]) -> str | None:
    """Return what pdnsutil prints; None if it fails."""
    with suppress(OSError):
        result = captured(words, _PDNSUTIL_SECONDS)
        if result is not None and result.status == 0:
            return result.output
    return None
