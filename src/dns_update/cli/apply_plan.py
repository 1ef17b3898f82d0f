"""`dns-update plan FILE`: the difference that `apply` would make, as lines or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice

from dns_update import errors
from dns_update.bulk import ANY, EXISTING, Wish
from dns_update.bulk.access import Begun
from dns_update.bulk.first_pass import CheckedFile
from dns_update.bulk.picture import Found, has_ttl, is_as_desired
from dns_update.bulk.reading import Reader
from dns_update.cli import put, talk
from dns_update.cli.bulk_zones import Zones
from dns_update.cli.plan import WOULD_CHANGE
from dns_update.commandline.properties import Options
from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.record import rdata_to_text
from dns_update.value import Value
from dns_update.wire.codes import RRType, rrtype_to_text
from dns_update.wire.name import Name

TOGETHER = 10_000  # names that are looked at together, so that what is kept is bounded


class RRsetDifference(Value):
    """What would become of one RRset: lines of a difference, each with its sign."""

    zone: Name
    name: Name
    removed: tuple[str, ...]
    added: tuple[str, ...]


def plan(file: CheckedFile, zones: Zones, options: Options) -> int:
    """Print what a file would change; return the exit status. Raises DnsUpdateError."""
    count = refused = 0
    if options.json:
        put('{\n  "command": "plan",\n  "changes": [')
    for change in _changes(file, zones):
        if change is None:
            refused += 1
            continue
        put(("," if options.json and count else "") + (_as_json(change) if options.json else _as_lines(change)))
        count += 1
    status = WOULD_CHANGE if count else 0
    if options.json:
        counts = f'"rrsets": {file.count},\n  "changed": {count},\n  "refused": {refused}'
        put(f'\n  ],\n  {counts},\n  "exit_status": {status}\n}}\n')
    elif not options.quiet:
        talk(f"{count:,} of {file.count:,} RRsets would change" if count else "nothing would change")
        if refused:
            talk(f"{refused:,} would be refused, because of require={options.rrset_requirement}")
    return status


def _changes(file: CheckedFile, zones: Zones) -> Iterator[RRsetDifference | None]:
    """Yield what would change, RRset by RRset; None for one that would be refused. Raises DnsUpdateError."""
    readers: dict[Name, tuple[Reader, Begun]] = {}
    wishes = file.wishes()
    while part := [zones.located(wish) for wish in islice(wishes, TOGETHER)]:
        by_zone: dict[Name, list[Wish]] = {}
        for wish in part:
            access = zones.access_of(wish)
            if access.zone not in readers:
                begun = access.begin()
                readers[access.zone] = (Reader(access, begun), begun)
            by_zone.setdefault(access.zone, []).append(wish)
        for zone, of_zone in by_zone.items():
            reader, begun = readers[zone]
            for wish, found in reader.read(of_zone):
                if isinstance(found, errors.DnsUpdateError):
                    raise found
                if wish.require != ANY and bool(found.values) != (wish.require == EXISTING):
                    yield None
                elif not (is_as_desired(wish, found) and has_ttl(wish, found)):
                    yield _change(zone, wish, found, begun)


def _change(zone: Name, wish: Wish, found: Found, begun: Begun) -> RRsetDifference:
    """Return the difference between what was found and what is desired."""
    before = {_text(wish.rrtype, found.ttl, value) for value in found.values}
    kept_ttl = found.ttl if found.values else begun.ttl
    ttl = kept_ttl if wish.ttl is None else wish.ttl
    desired = {canonical_rdata(wish.rrtype, value) for value in wish.values}
    if wish.deletes and wish.values:
        after = {_text(wish.rrtype, found.ttl, value) for value in found.values - desired}
    else:
        after = set() if wish.deletes else {_text(wish.rrtype, ttl, value) for value in desired}
        if wish.adds:  # a new TTL is that of the whole RRset (RFC 2181, section 5.2)
            after |= {_text(wish.rrtype, ttl, value) for value in found.values}
    return RRsetDifference(zone, wish.name, tuple(sorted(before - after)), tuple(sorted(after - before)))


def _text(rrtype: int, ttl: int, value: bytes) -> str:
    """Return TTL, type and data of a record."""
    if rrtype == RRType.ANY:
        rrtype, value = int.from_bytes(value[:2]), value[2:]
    return f"{ttl} {rrtype_to_text(rrtype)} {rdata_to_text(rrtype, value)}"


def _as_lines(change: RRsetDifference) -> str:
    owner = change.name.to_text()
    lines = [f"- {owner} {text}\n" for text in change.removed] + [f"+ {owner} {text}\n" for text in change.added]
    return "".join(lines)


def _as_json(change: RRsetDifference) -> str:
    fields = {
        "zone": change.zone.to_text(),
        "name": change.name.to_text(),
        "removed": change.removed,
        "added": change.added,
    }
    return f"\n    {json.dumps(fields)}"
