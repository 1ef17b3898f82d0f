"""What a configuration says about one name, for commands that run once: its zone, servers, key, TTL and sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dns_update.address import Command
from dns_update.agent.config.load import located, parse, read_text, refuse_unsafe
from dns_update.agent.config.positions import Path, find_lines
from dns_update.agent.config.readers import ConfigProblems, read_table, spelled
from dns_update.agent.config.record_tables import RecordReader
from dns_update.agent.config.references import References, ZoneTable
from dns_update.agent.config.schema import AGENT, DOCUMENT
from dns_update.agent.config.settings import AgentSettings, RecordSettings
from dns_update.auth import Key
from dns_update.auth.private_file import is_open_to_others
from dns_update.value import Value
from dns_update.wire.name import Name


class Finding(Value):
    """A value of the configuration, and the path of the key that has it."""

    content: Any
    path: Path


class OneName:
    """The settings of a configuration for one name; the text must be right, except for records of other names.

    The table of the zone decides: that of `zone`, or else of the longest zone that holds the name. Above it are the
    keys of the first record of this name that manages `rrtype`, or addresses if that is None.
    """

    def __init__(self, path: str, name: Name, zone: Name | None, rrtype: int | None) -> None:
        """Read the file; raises ConfigError for mistakes, another UsageError if it cannot be read."""
        self._text, self._shown, status = read_text(path)
        self._problems = ConfigProblems()
        document = parse(self._text, self._shown)
        given = read_table(document, (), DOCUMENT, self._problems)
        read_table(given.get("agent", {}), ("agent",), AGENT, self._problems)
        is_private = not is_open_to_others(status, path)
        self._references = References(given, self._problems, self._shown, is_private=is_private, reads_keys=False)
        found = list(self._records_of(name, given.get("records", [])))
        self._raise_problems()
        self._records = [
            (record, at) for record, at in found if (rrtype in record.types if rrtype is not None else record.sources)
        ]
        self._servers_given = given.get("servers", {})
        self._own: dict[str, Any] = document["records"][self._records[0][1][1]] if self._records else {}
        of_name = self._references.zone_that_holds(name) if zone is None else self._references.zone(zone)
        self._zone = of_name or ZoneTable(name)
        self._is_in_zone = of_name is not None
        if any(isinstance(source, Command) for record, _path in self._records for source in record.sources):
            refuse_unsafe(status, path, self._shown)

    def origin(self, path: Path) -> str:
        """Return where a key is: the file, its line and the path as users read it."""
        return f"{self._shown}:{find_lines(self._text, [path])[path]}: {spelled(path)}"

    def zone(self) -> Finding | None:
        """Return the name of the zone that holds the name; None if there is no such table."""
        if "zone" in self._own:
            return Finding(self._records[0][0].zone, self._path("zone"))
        return Finding(self._zone.name, self._zone.path) if self._is_in_zone and self._zone.path else None

    def upstream(self) -> dict[str, Finding]:
        """Return servers, policy and local address by the attributes that Options has for them; empty if none."""
        names, readers = self._servers(), self._query_servers()
        if not names and not readers:
            return {}
        settings = self._references.upstream(names, self._key_table(), self._path("servers"), readers)
        self._raise_problems()
        if settings is None:
            raise AssertionError("a mistake that was not recorded")  # pragma: no cover
        first = (names or readers)[0]
        policy, table = settings.policy, self._servers_given[first]
        contents: dict[str, object] = {
            "timeout": policy.timeout,
            "retries": policy.retries,
            "transport": policy.transport,
            "local-address": settings.local_address,
            **({} if policy.tls is None else policy.tls.by_property),
        }
        found = {}
        if settings.servers:
            found["dns_server"] = Finding(tuple(map(str, settings.servers)), self._path("servers"))
        if settings.query_servers:
            found["query_server"] = Finding(tuple(map(str, settings.query_servers)), self._path("query-servers"))
        for key, content in contents.items():
            if key in table:
                found[key.replace("-", "_")] = Finding(content, ("servers", first, key))
        return found

    def key(self) -> Finding | None:
        """Return the key, with its secret read now; None if there is none. Raises ConfigError."""
        table = self._key_table()
        if table is None:
            return None
        key: Key | None = self._references.key(table)
        self._raise_problems()
        return Finding(key, ("keys", table))

    def ttl(self) -> Finding | None:
        """Return the TTL; None if there is none."""
        ttl = self._records[0][0].common.ttl if "ttl" in self._own else self._zone.ttl
        return None if ttl is None else Finding(ttl, self._path("ttl"))

    def addresses(self) -> dict[str, Finding]:
        """Return the address sources of the name's records, and how to use them, by the attributes of Options.

        Records with an owner are left out: other agents have addresses at the name, which a plain `set` would remove.
        """
        usable = [(record, path) for record, path in self._records if not record.common.owner]
        sources = tuple(source for record, _path in usable for source in record.sources)
        if not sources:
            return {}
        path = usable[0][1]
        found = {"address": Finding(sources, (*path, "address"))}
        if all(record.common.allow_private for record, _path in usable):
            found["allow_private"] = Finding(True, (*path, "allow-private"))  # noqa: FBT003 - it is the content
        if self._own.get("check-names") is False:
            found["check_names"] = Finding(False, (*path, "check-names"))  # noqa: FBT003 - as above
        return found

    def pairs(self) -> dict[str, Finding]:
        """Return whether PTR records are kept, too, by the attributes of Options; empty if not."""
        pairs = next((record.common.pairs for record, _path in self._records if record.common.pairs), None)
        if pairs is None:
            return {}
        found = {"ptr": Finding(True, self._path("ptr"))}  # noqa: FBT003 - as above
        if pairs.zone is not None:
            found["ptr_zone"] = Finding(pairs.zone, self._path("ptr-zone"))
        return found

    def _records_of(self, name: Name, tables: list[object]) -> Iterator[tuple[RecordSettings, Path]]:
        reader = RecordReader(self._references, AgentSettings(), self._problems)
        first = name.folded[0].decode("ascii", "replace") if name.labels else ""
        for place, content in enumerate(tables):
            if not isinstance(content, dict) or not any(_may_be_at(text, first) for text in _names_in(content)):
                continue
            for _path, record in reader.records(("records", place), content):
                if record.name == name:
                    yield record, ("records", place)

    def _servers(self) -> tuple[str, ...]:
        return tuple(self._own["servers"]) if "servers" in self._own else self._zone.servers

    def _query_servers(self) -> tuple[str, ...]:
        return tuple(self._own["query-servers"]) if "query-servers" in self._own else self._zone.query_servers

    def _key_table(self) -> str | None:
        own: str | None = self._own.get("key", self._zone.key)
        return self._references.key_name(self._servers(), own)

    def _path(self, key: str) -> Path:
        """Return the path of a key that the record has, or else the zone."""
        return (*self._records[0][1], key) if key in self._own else (*self._zone.path, key)

    def _raise_problems(self) -> None:
        if self._problems.found:
            raise located(self._problems.found, self._text, self._shown)


def _names_in(content: dict[str, Any]) -> list[object]:
    """Return what a table of [[records]] has as its name, or as its names; what is not a text, too."""
    names = content.get("names", [])
    return [*([content["name"]] if "name" in content else []), *(names if isinstance(names, list) else [names])]


def _may_be_at(written: object, first_label: str) -> bool:
    """Return whether a record's name may be one that begins with this label; reading all records takes long."""
    if not isinstance(written, str) or not written.isascii() or "\\" in written:
        return True
    return written[:1] in ("", "@", "[") or written.partition(".")[0].lower() == first_label
