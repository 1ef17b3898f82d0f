"""`dns-update list`: what a zone has, by a transfer; `apply` takes what it prints."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import islice

from dns_update import errors
from dns_update.bulk.patterns import Pattern
from dns_update.cli import put
from dns_update.cli.defaults import path_of, with_configuration, with_environment
from dns_update.cli.request import client_of, find_configuration
from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import Options
from dns_update.rr.record import Record
from dns_update.wire.codes import rrtype_to_text
from dns_update.wire.name import Name

TOGETHER = 200  # records that are written together: fewer cost more time, more come later


def run(line: CommandLine) -> int:
    """Carry out a command line, and return the exit status; raises DnsUpdateError."""
    options = with_environment(line.options("list"), "list")
    zone = options.zone
    if zone is None:
        raise errors.UsageError("zone= is missing", hint="for example: dns-update list zone=example.com")
    if options.json and options.list_form is not None:
        raise errors.UsageError("format= and json= are both given", hint="format=json prints lines, --json one object")
    pattern = None if options.pattern is None else Pattern(options.pattern, zone)
    path = path_of(options, find_configuration())
    if path is not None:
        options = with_configuration(options, "list", path, zone, None)
    with closing(client_of(options).transfer(zone, rrclass=options.rrclass)) as records:
        chosen = (record for record in records if _is_chosen(record, pattern, options))
        for text in _TEXTS["object" if options.json else options.list_form or "zone"](chosen, zone):
            put(text)
    return 0


def _is_chosen(record: Record, pattern: Pattern | None, options: Options) -> bool:
    types = options.listed_types
    is_of_type = types is None or rrtype_to_text(record.rrtype) in types
    return is_of_type and (pattern is None or pattern.matches(record.name))


def _parts(records: Iterable[Record]) -> Iterator[list[Record]]:
    rest = iter(records)
    while part := list(islice(rest, TOGETHER)):
        yield part


def _master_file(records: Iterable[Record], _zone: Name) -> Iterator[str]:
    for part in _parts(records):
        yield "".join([f"{record.to_text()}\n" for record in part])


def _csv(records: Iterable[Record], zone: Name) -> Iterator[str]:
    yield "name,type,value,ttl,zone\n"
    for part in _parts(records):
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        for record in part:
            rows.writerow([*_cells(record), str(zone)])
        yield text.getvalue()


def _json_lines(records: Iterable[Record], zone: Name) -> Iterator[str]:
    for part in _parts(records):
        yield "".join([f"{json.dumps(_fields(record, zone))}\n" for record in part])


def _object(records: Iterable[Record], zone: Name) -> Iterator[str]:
    yield f'{{\n  "command": "list",\n  "zone": {json.dumps(zone.to_text())},\n  "records": ['
    comma = ""
    for part in _parts(records):
        yield comma + ",".join([f"\n    {json.dumps(_fields(record, zone))}" for record in part])
        comma = ","
    yield '\n  ],\n  "status": "ok",\n  "exit_status": 0\n}\n'


def _cells(record: Record) -> tuple[str, str, str, int]:
    return record.name.to_text(), rrtype_to_text(record.rrtype), record.data_text(), record.ttl


def _fields(record: Record, zone: Name) -> dict[str, object]:
    name, rrtype, value, ttl = _cells(record)
    return {"name": name, "type": rrtype, "value": value, "ttl": ttl, "zone": str(zone)}


_TEXTS: dict[str, Callable[[Iterable[Record], Name], Iterator[str]]] = {
    "zone": _master_file,
    "csv": _csv,
    "json": _json_lines,
    "object": _object,
}
