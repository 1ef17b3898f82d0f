"""A configuration of Knot: zones with their templates, access lists, keys. Checked by `knotc conf-check`."""

from __future__ import annotations

import re

from dns_update import errors
from dns_update.process.capture import captured, found_program
from dns_update.server_config.knot.entries import ConfigItem, Entry, read_files
from dns_update.server_config.source import SLOW_HINT, as_name, read_source
from dns_update.value import Value
from dns_update.wire.name import Name

_CHECK_SECONDS = 10  # a hundred thousand zones take a few
_DEFAULT_TEMPLATE = "default"
_HINT = "knotd does not load such a file; correct it, and check it with knotc conf-check"
_SECRET_VALUE = re.compile(r"(item 'secret', value )'[^']*'")


class Configuration(Value):
    """The entries of all sections."""

    entries: tuple[Entry, ...]

    def section(self, name: str) -> tuple[Entry, ...]:
        """Return the entries of a section."""
        return tuple(entry for entry in self.entries if entry.section == name)

    def entry(self, section: str, identifier: str) -> Entry | None:
        """Return an entry by its identifier; a later one replaces none of its items, but adds to them."""
        return next((each for each in self.section(section) if each.id == identifier), None)

    def named(self, section: str, name: Name) -> Entry | None:
        """Return an entry whose identifier is a domain name."""
        return next((each for each in self.section(section) if as_name(each.id) == name), None)

    def setting(self, section: str, name: str) -> str:
        """Return the value of an item of a section without identifiers; "" if there is none."""
        return next((value for each in self.section(section) if (value := each.value(name))), "")

    def of_zone(self, zone: Entry, name: str) -> tuple[ConfigItem, ...]:
        """Return the items that count for a zone: its own; or those of its template, or else of the default one."""
        template = self.entry("template", zone.value("template") or _DEFAULT_TEMPLATE)
        for entry in (zone, template):
            items = () if entry is None else tuple(each for each in entry.items if each.name == name)
            if items:
                return items
        return ()

    def zone_value(self, zone: Entry, name: str) -> str:
        """Return the last value of an item that counts for a zone; "" if there is none."""
        return next((item.values[-1] for item in reversed(self.of_zone(zone, name)) if item.values), "")


def read_configuration(path: str) -> Configuration:
    """Return a configuration that Knot accepts.

    Raises UsageError if a file cannot be read or knotc is missing, and ConfigError with what knotc finds wrong.
    """
    read_source(path)  # what cannot be read is said in the words of our own
    program = found_program("knotc")
    if program is None:
        raise errors.UsageError(
            "knotc is not installed: Knot's configuration is checked with it",
            hint="install Knot's package (Debian, Fedora: knot)",
        )
    _refuse_mistakes(program, path)
    return Configuration(read_files(path))


def _refuse_mistakes(program: str, path: str) -> None:
    try:
        result = captured((program, "-x", "-c", path, "conf-check"), _CHECK_SECONDS)
    except OSError as error:
        raise errors.UsageError(f"{program} cannot be run: {error.strerror}") from error
    if result is None:
        raise errors.UsageError(
            f"{program} did not end within {_CHECK_SECONDS} s", cause=errors.causes.CHECKER_TOO_SLOW, hint=SLOW_HINT
        )
    if result.status:
        lines = [line for text in (result.errors, result.output) for line in text.splitlines()]
        wrong = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
        shown = [_SECRET_VALUE.sub(r"\1'...'", line) for line in wrong or [f"{path}: knotc conf-check failed"]]
        raise errors.ConfigError([(line, _HINT) for line in shown])
