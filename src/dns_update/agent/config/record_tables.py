"""Reads the tables of [[records]]: checks each one, and combines it with the settings of its zone and servers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from dns_update.address.sources import Source, are_literal
from dns_update.agent.config.positions import Path
from dns_update.agent.config.readers import ConfigProblems, Table, read_table, text_or_array, wrong_type
from dns_update.agent.config.references import References, ZoneTable
from dns_update.agent.config.schema import RECORD, RECORD_HINTS
from dns_update.agent.config.settings import (
    DEFAULT_GRACE,
    AgentSettings,
    CommonSettings,
    PairSettings,
    RecordSettings,
    UpstreamSettings,
)
from dns_update.agent.config.shared_values import SharedValues
from dns_update.errors import UsageError, quoted
from dns_update.errors.hints import TOML, rendered
from dns_update.rr.host_names import check_owner, check_targets
from dns_update.rr.record import rdata_from_text
from dns_update.update import placed_name
from dns_update.wire.codes import SINGLE_RECORD_TYPES, RRClass, RRType, rrtype_to_text
from dns_update.wire.name import Name

_MIN_FULL_LABELS = 2  # a name of one label is relative to something
_ADDRESSES = (RRType.A, RRType.AAAA)
_FIXED = ("type", "value")
_OF_ADDRESSES = ("owner", "on-missing", "allow-private", "ptr", "ptr-zone")  # these make no sense with fixed data

WrittenRecord: TypeAlias = tuple[Name, bool]
"""A name as `parse_name` returns it: with whether it is absolute."""


def read_records(
    tables: list[object], references: References, agent: AgentSettings, problems: ConfigProblems
) -> tuple[RecordSettings, ...]:
    """Return the records that can be read; mistakes go to `problems`. The tables are removed from their list."""
    reader = RecordReader(references, agent, problems)
    taken = _Taken(problems)
    records = []
    for place, content in enumerate(tables):
        tables[place] = None  # thousands of tables take as much memory as the records that are made of them
        for path, record in reader.records(("records", place), content):
            taken.take(record, path)
            records.append(record)
    return tuple(records)


class RecordReader:
    """Reads tables of [[records]], one after the other; names with the same settings share them."""

    def __init__(self, references: References, agent: AgentSettings, problems: ConfigProblems) -> None:
        self.references = references
        self.agent = agent
        self.problems = problems
        self._common = SharedValues[CommonSettings]()
        self._sources = SharedValues[tuple[Source, ...]]()

    def records(self, path: Path, content: object) -> Sequence[tuple[Path, RecordSettings]]:
        """Return the settings of each name of a table, with the path that names it; none if there is a mistake."""
        if not isinstance(content, dict):
            self.problems.add_error(path, wrong_type(content, "a table"))
            return ()
        count = len(self.problems.found)
        given = read_table(content, path, RECORD, self.problems, hints=RECORD_HINTS)
        self.references.check_references(given, path)
        self._check_together(path, content)
        values = self._values(path, given, content)
        if ("zone" in given) != ("zone" in content):
            return ()
        places = [(at, self._place(at, given, *name)) for at, name in _names_of(path, given, content)]
        if len(self.problems.found) != count:
            return ()
        found = [(at, place) for at, place in places if place is not None]
        if given.get("check-names", True):
            self._check_names(path, given, [(at, name) for at, (name, _zone) in found], values)
        settings = [(at, self._settings(path, given, *place, values)) for at, place in found]
        return [(path if "name" in content else at, record) for at, record in settings if record is not None]

    def _check_names(
        self, path: Path, given: Mapping[str, Any], names: Sequence[tuple[Path, Name]], values: tuple[bytes, ...]
    ) -> None:
        """Record each name that must be a host name and is not, as the command's `check-names` does."""
        for at, name in names:
            try:
                for rrtype in (given["type"],) if values else _ADDRESSES:
                    check_owner(name, rrtype, RRClass.IN)
            except UsageError as error:
                self.problems.add(at, error.text, rendered(error.hint, TOML))
        try:
            for _at, name in names:
                check_targets(name, given.get("type", RRType.A), values, RRClass.IN)
        except UsageError as error:
            self.problems.add((*path, "value"), error.text, rendered(error.hint, TOML))

    def _settings(
        self, path: Path, given: Mapping[str, Any], name: Name, zone: ZoneTable | None, values: tuple[bytes, ...]
    ) -> RecordSettings | None:
        of_zone = zone if zone is not None else ZoneTable(name)
        naming = path if any(key in given for key in ("servers", "query-servers", "key")) else of_zone.path
        apart = given.get("query-servers", of_zone.query_servers)
        upstream = self.references.upstream(
            given.get("servers", of_zone.servers), given.get("key", of_zone.key), naming, apart
        )
        if upstream is None:
            return None
        sources = tuple(one for several in given.get("address", ()) for one in several)
        return RecordSettings(
            name,
            None if zone is None else zone.name,
            sources=sources if are_literal(sources) else self._sources.of(sources),
            rrtype=given.get("type"),
            values=values,
            common=self._common_settings(given, of_zone.ttl, upstream),
        )

    def _common_settings(
        self, given: Mapping[str, Any], zone_ttl: int | None, upstream: UpstreamSettings
    ) -> CommonSettings:
        """Return the settings of a table that names share; always the same object for equal ones."""
        found = CommonSettings(
            upstream=upstream,
            ttl=given.get("ttl", zone_ttl),
            owner=given.get("owner", ""),
            grace=given.get("grace", DEFAULT_GRACE) if given.get("on-missing") else None,
            allow_private=given.get("allow-private", False),
            pairs=PairSettings(given.get("ptr-zone"), self.references.reverse_zones) if given.get("ptr") else None,
            on_change=given.get("on-change", self.agent.on_change),
            on_failure=given.get("on-failure", self.agent.on_failure),
        )
        return self._common.of(found)

    def _check_together(self, path: Path, content: Table) -> None:
        """Record which keys are missing, and which make no sense together."""
        add = self.problems.add
        if "name" not in content and "names" not in content:
            add(path, "the name is missing", 'e.g. name = "home", or "@" for the zone itself')
        elif "name" in content and "names" in content:
            add((*path, "names"), "name and names are both given", "names has all of them")
        self._check_ptr(path, content)
        if "address" not in content:
            self._check_fixed(path, content)
        elif "type" in content or "value" in content:
            for key in _FIXED:
                if key in content:
                    hint = "an address makes A and AAAA records by itself"
                    add((*path, key), f"{key} and address are both given", hint)
        if "grace" in content and content.get("on-missing", "keep") == "keep":
            add((*path, "grace"), "grace has no meaning where nothing is deleted", 'it needs on-missing = "delete"')

    def _check_ptr(self, path: Path, content: Table) -> None:
        """Do the same for PTR records."""
        if not content.get("ptr"):
            if "ptr-zone" in content:
                self.problems.add((*path, "ptr-zone"), "ptr-zone has no meaning without ptr", "ptr = true")
        elif "owner" in content:
            hint = "several agents share the name, and none knows all its addresses"
            self.problems.add((*path, "ptr"), "ptr and owner are both given", hint)

    def _check_fixed(self, path: Path, content: Table) -> None:
        """Do the same for a table without an address."""
        add = self.problems.add
        if "type" not in content and "value" not in content:
            add(path, "there is nothing to publish", "give an address, or a type and a value")
            return
        for key in _FIXED:
            if key not in content:
                add(path, f"the {key} is missing", 'for example: type = "TXT", value = "hello"')
        for key in _OF_ADDRESSES:
            if key in content:
                add((*path, key), f"{key} has no meaning with type and value", "it is for addresses")

    def _values(self, path: Path, given: Mapping[str, Any], content: Table) -> tuple[bytes, ...]:
        """Return the rdata of `type` and `value`, without duplicates."""
        if "type" not in given or "value" not in given:
            return ()
        rrtype = given["type"]
        try:
            values = text_or_array(lambda text: rdata_from_text(rrtype, text))(content["value"])
        except UsageError as error:
            self.problems.add_error((*path, "value"), error)
            return ()
        distinct = tuple(dict.fromkeys(values))
        if rrtype in SINGLE_RECORD_TYPES and len(distinct) > 1:
            text = f"a name has one {rrtype_to_text(rrtype)} record; {len(distinct)} are given"
            self.problems.add((*path, "value"), text)
        return distinct

    def _place(
        self, path: Path, given: Mapping[str, Any], written: WrittenRecord, text: object
    ) -> tuple[Name, ZoneTable | None] | None:
        """Return the owner name and its zone (None: the agent finds it); None if there is a mistake."""
        name, is_absolute = written
        try:
            if "zone" not in given:
                return self._place_in_some_zone(name, text)
            zone = self.references.zone(given["zone"])
            return _name_within(name, zone.name, is_absolute=is_absolute), zone
        except UsageError as error:
            self.problems.add_error(path, error)
            return None

    def _place_in_some_zone(self, owner: Name, text: object) -> tuple[Name, ZoneTable | None]:
        if len(owner.labels) < _MIN_FULL_LABELS:
            only = self.references.only_zone
            hint = "give the zone, or the name in full"
            if only is not None:
                hint = f'write "{owner.below(only)}", or add zone = "{only}"'
            raise UsageError(f"{quoted(str(text))} is not a full name", hint=hint)
        zone = self.references.zone_that_holds(owner)
        return (owner, None) if zone is None else (_sharing_labels(owner, zone.name), zone)


def _names_of(
    path: Path, given: Mapping[str, Any], content: Table
) -> Iterator[tuple[Path, tuple[WrittenRecord, object]]]:
    """Yield the names of a table that can be read: the path of each, and its meaning and text."""
    if "name" in given:
        yield (*path, "name"), (given["name"], content["name"])
    texts = content.get("names")
    if "names" in given and isinstance(texts, list):
        for place, both in enumerate(zip(given["names"], texts, strict=True)):
            yield (*path, "names", place), both


def _name_within(name: Name, zone: Name, *, is_absolute: bool) -> Name:
    """Return the full name within a zone; raises UsageError if it is not in the zone."""
    owner = placed_name(name, zone, is_absolute=is_absolute)
    if not owner.is_within(zone):
        raise UsageError(f"{owner} is not in {zone}", hint="give the zone that holds the name")
    return _sharing_labels(owner, zone)


def _sharing_labels(name: Name, zone: Name) -> Name:
    """Return a name that shares the label objects of its zone, to save memory with thousands of names."""
    return Name(name.labels[: len(name.labels) - len(zone.labels)] + zone.labels)


class _Taken:
    """Which record manages which RRset: two records for one RRset would undo each other's changes for ever."""

    def __init__(self, problems: ConfigProblems) -> None:
        self._problems = problems
        self._records: dict[Name, list[tuple[RecordSettings, Path]]] = {}

    def take(self, record: RecordSettings, path: Path) -> None:
        """Assign RRsets to a record; record a mistake if they clash with those of another record."""
        if record.rrtype == RRType.CNAME and record.name == record.zone:
            self._problems.add((*path, "type"), f"{_ALONE}, and a zone has SOA and NS records at its own")
        at_name = self._records.setdefault(record.name, [])
        for other, first in at_name:
            fault = _clash(record, other)
            if fault:
                self._problems.add(path, fault, other=first)
                break
        at_name.append((record, path))


_ALONE = "a CNAME must be alone at its name"  # RFC 1034, section 3.6.2


def _clash(record: RecordSettings, other: RecordSettings) -> str:
    """Return why two records of one name cannot both be managed; empty if they can.

    A zone that is not given may be any zone.
    """
    if record.zone is not None and other.zone is not None and record.zone != other.zone:
        return ""
    types, of_other = set(record.types), set(other.types)
    is_claimed = (record.common.owner and RRType.TXT in of_other) or (other.common.owner and RRType.TXT in types)
    if is_claimed or types & of_other:
        return f"{_listed(record)} records of {record.name} are managed already"
    if RRType.CNAME in types | of_other:
        return f"{_ALONE}, and {record.name} has {_listed(other)} records"
    return ""


def _listed(record: RecordSettings) -> str:
    return " and ".join(map(rrtype_to_text, record.types))
