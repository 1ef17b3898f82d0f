"""A plan written as the agent's TOML, each table with the line that it comes from, and as the file of its keys."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from dns_update.migration.plan import IPV6, AddressOrigin, Choices, MovedKey, MovedRecord, MovePlan
from dns_update.wire.ttl import UNITS

ServerEntry = tuple[str, str, str]
"""A server as a table of its own: address, transport, local address."""
_T = TypeVar("_T")

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SHORTEST_INTERVAL, _LONGEST_INTERVAL = 1, 7 * 86400  # what the agent takes
_UNITS = tuple((UNITS[unit], unit) for unit in "dhms")


def toml_from_plan(plan: MovePlan, choices: Choices, *, origin: str, key_file: str, command: str = "import") -> str:
    """Return the configuration as text.

    `origin` says where the set-up comes from, e.g. "router.rsc"; `key_file` is the path of the file that the keys are
    written to, `command` what makes the text. A plan without records has no configuration: what is returned then has
    comments only.
    """
    return "\n".join(_Writer(plan, choices, key_file).lines(origin, command)) + "\n"


def key_file_text(keys: Iterable[MovedKey]) -> str:
    """Return the file of the keys, in BIND's form: the statements of those whose secret is known."""
    statements = [
        f'key "{key.name}" {{\n\talgorithm {key.algorithm};\n\tsecret "{key.secret}";\n}};\n'
        for key in dict.fromkeys(keys)
        if key.secret
    ]
    return "".join(statements)


def table_names(keys: Iterable[MovedKey]) -> dict[MovedKey, str]:
    """Return the name of each key's table: its own, or the key's name; with a number if another key has it, too."""
    return _numbered(dict.fromkeys(keys), lambda key: key.table or key.name or "key")


class _Writer:
    """Writes the tables of one plan."""

    def __init__(self, plan: MovePlan, choices: Choices, key_file: str) -> None:
        self._plan = plan
        self._choices = choices
        self._key_file = key_file
        self._keys = table_names(record.key for record in plan.records if record.key is not None)
        upstreams = dict.fromkeys(upstream for record in plan.records for upstream in _upstreams(record))
        self._servers = _numbered(upstreams, lambda upstream: upstream[0])
        self._zones = {zone: self._shared(zone) for zone in dict.fromkeys(record.zone for record in plan.records)}

    def lines(self, origin: str, command: str) -> Iterator[str]:
        """Yield the lines of the configuration."""
        yield f"# From {_comment(origin)}, made by dns-update {command}. Read it, and then: dns-update agent --check"
        if self._plan.interval is not None:
            seconds = min(max(self._plan.interval, _SHORTEST_INTERVAL), _LONGEST_INTERVAL)
            yield from ("", "[agent]", f"interval = {_string(_duration(seconds))}")
        for key, table in self._keys.items():
            yield from ("", f"[keys.{_key(table)}]")
            if key.reference:
                yield from _settings({"secret": key.reference, "algorithm": key.algorithm})
            else:
                yield from _settings({"file": key.file or self._key_file})
            yield from _settings({"name": key.name})
        for (address, transport, local_address), table in self._servers.items():
            yield from ("", f"[servers.{_key(table)}]", f"address = {_string(address)}")
            yield from _settings({"transport": transport, "local-address": local_address})
        for zone, shared in self._zones.items():
            if zone and shared:
                yield from ("", f"[zones.{_string(zone)}]", *_lines(shared))
        for records in _together(self._plan.records):
            yield from ("", *self._record(records))

    def _shared(self, zone: str) -> dict[str, str]:
        """Return the settings that all records of a zone have in common; none for those whose zone is not known."""
        first, *others = [self._upstream_settings(record) for record in self._plan.records if record.zone == zone]
        return {key: value for key, value in first.items() if zone and all(other.get(key) == value for other in others)}

    def _upstream_settings(self, record: MovedRecord) -> dict[str, str]:
        settings = {}
        if record.servers:
            tables = ", ".join([_string(self._servers[upstream]) for upstream in _upstreams(record)])
            settings["servers"] = f"[{tables}]"
        if record.key is not None:
            settings["key"] = _string(self._keys[record.key])
        if record.ttl is not None:
            settings["ttl"] = str(record.ttl)
        return settings

    def _record(self, records: tuple[MovedRecord, ...]) -> Iterator[str]:
        """Yield the table of one name; several records of it differ in their family only."""
        record = records[0]
        name = record.name.replace("{identity}", self._choices.identity)
        sources = [_string(self._source(each.origin)) for each in records]
        yield f"[[records]]{self._where(records)}"
        yield f"name = {_string(name)}"
        if record.zone and record.zone not in self._zones_with_tables():
            yield f"zone = {_string(record.zone)}"
        yield f"address = {sources[0] if len(sources) == 1 else '[' + ', '.join(sources) + ']'}"
        if not _is_host_name(name):
            yield "check-names = false"
        if record.allow_private:
            yield "allow-private = true"
        shared = self._zones[record.zone]
        own = self._upstream_settings(record).items()
        yield from _lines({key: value for key, value in own if shared.get(key) != value})

    def _zones_with_tables(self) -> list[str]:
        return [zone for zone, shared in self._zones.items() if shared]

    @staticmethod
    def _where(records: tuple[MovedRecord, ...]) -> str:
        numbers = [str(line) for line in sorted({record.line for record in records if record.line})]
        said = f"line {numbers[0]}" if len(numbers) == 1 else f"lines {' and '.join(numbers)}"
        return f"    # {said}" if numbers else ""

    def _source(self, origin: AddressOrigin) -> str:
        family = "/ipv6" if origin.family == IPV6 else "/ipv4"
        if origin.kind == "public-address":
            chosen = self._choices.public_address
            return chosen + family if chosen == "dns:" else chosen
        if origin.detail and origin.kind != "interface-pattern":
            return origin.detail
        return f"interface:{self._choices.interfaces.get(origin.interface, origin.interface)}{family}"


def _is_host_name(name: str) -> bool:
    """Return whether the agent takes a name for addresses without being told to."""
    return all(character.isalnum() or character in "-.*@" for character in name)


def _together(records: Iterable[MovedRecord]) -> Iterable[tuple[MovedRecord, ...]]:
    """Return the records, those of one name that differ in their family only as one."""
    groups: dict[object, tuple[MovedRecord, ...]] = {}
    for record in records:
        same = (record.name, record.zone, record.servers, record.key, record.ttl, record.transport)
        groups[same] = (*groups.get(same, ()), record)
    return groups.values()


def _upstreams(record: MovedRecord) -> list[ServerEntry]:
    return [(server, record.transport, record.local_address) for server in record.servers]


def _numbered(things: Mapping[_T, object], name_of: Callable[[_T], str]) -> dict[_T, str]:
    """Return a name for each thing; a number is added where several have one name."""
    names: dict[_T, str] = {}
    taken: set[str] = set()
    for thing in things:
        name = base = name_of(thing)
        number = 1
        while name in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name)
        names[thing] = name
    return names


def _lines(settings: Mapping[str, str]) -> list[str]:
    return [f"{key} = {value}" for key, value in settings.items()]


def _settings(texts: Mapping[str, str]) -> list[str]:
    return [f"{key} = {_string(text)}" for key, text in texts.items() if text]


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) else _string(text)


def _string(text: str) -> str:
    """Return a basic string of TOML: JSON's escapes are among its own."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    return "".join([character if character.isprintable() else "?" for character in text])


def _duration(seconds: int) -> str:
    """Return a duration as people write it: the longest unit that divides it."""
    length, unit = next((length, unit) for length, unit in _UNITS if seconds % length == 0)
    return f"{seconds // length}{unit}"
