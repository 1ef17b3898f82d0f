"""What `dns-update agent --check --online` has seen, as text: findings, a table for people, one JSON object."""

from __future__ import annotations

from dns_update.address.sources import spelled
from dns_update.agent.diagnosis import FAILING, RIGHT, STATES, UNKNOWN
from dns_update.agent.inspection import change_texts
from dns_update.agent.managed_name import text_of, texts_of
from dns_update.cli import put, talk
from dns_update.cli.table import lined_up, one_line
from dns_update.client.probe import BY_KEY, BY_RECORD
from dns_update.errors.hints import TOML, rendered
from dns_update.wire.codes import rrtype_to_text
from dns_update.wire.inet import format_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dns_update.agent.diagnosis import Diagnosis, Heard, Seen, Spot
    from dns_update.errors import DnsUpdateError

MOST_NAMES = 50  # as `dns-update status` shows
MOST_ALIKE = 10  # findings of one kind, at one server: the next thousand say nothing new

Fields = dict[str, object]


def tell(diagnosis: Diagnosis) -> None:
    """Write what is wrong to standard error, and how everything is to standard output."""
    for line in (*_finding_lines(diagnosis), *_note_lines(diagnosis)):
        talk(one_line(line))
    put("\n".join(_overview(diagnosis)) + "\n")


# What is wrong


def _finding_lines(diagnosis: Diagnosis) -> Iterator[str]:
    told: dict[tuple[str, str], int] = {}
    for error, _name in diagnosis.findings():
        alike = type(error).__name__, error.server
        told[alike] = told.get(alike, 0) + 1
        if told[alike] <= MOST_ALIKE:
            yield str(error)
            if error.hint:
                yield f"hint: {rendered(error.hint, TOML)}"
    for (kind, server), count in told.items():
        if count > MOST_ALIKE:
            at = f" at {server}" if server else ""
            yield f"and {count - MOST_ALIKE:,} more of the kind {kind}{at}; --json has all of them"


def _note_lines(diagnosis: Diagnosis) -> Iterator[str]:
    notes = list(dict.fromkeys(diagnosis.notes()))
    yield from (f"note: {note}" for note in notes[:MOST_ALIKE])
    if len(notes) > MOST_ALIKE:
        yield f"note: and {len(notes) - MOST_ALIKE:,} notes more; --json has all of them"


# How everything is


def _overview(diagnosis: Diagnosis) -> Iterator[str]:
    names = sorted(diagnosis.names, key=lambda seen: STATES.index(seen.state))
    yield f"{len(names):,} {'name' if len(names) == 1 else 'names'}: {_counts(names)}"
    yield "nothing was changed, and nothing sent that could change anything"
    if diagnosis.spots:
        yield ""
        yield from lined_up([_SPOT_HEADINGS, *(_spot_row(spot, diagnosis) for spot in diagnosis.spots)])
    if diagnosis.sources:
        yield ""
        yield from lined_up([("SOURCE", "GIVES"), *map(_source_row, diagnosis.sources[:MOST_NAMES])])
        yield from _more(len(diagnosis.sources), "")
    yield ""
    yield from lined_up([_NAME_HEADINGS, *map(_name_row, names[:MOST_NAMES])])
    yield from _more(len(names), f": {_counts(names[MOST_NAMES:])}")


def _more(count: int, what: str) -> Iterator[str]:
    if count > MOST_NAMES:
        yield f"and {count - MOST_NAMES:,} more{what}; --json has all of them"


def _counts(names: Sequence[Seen]) -> str:
    """Return how many there are of each state, the best one first."""
    states = [seen.state for seen in names]
    return ", ".join(f"{states.count(state):,} {state}" for state in reversed(STATES) if state in states)


_SPOT_HEADINGS = ("ZONE", "SERVER", "KEY", "SERIAL", "")
_NAME_HEADINGS = ("STATE", "NAME", "SHOULD BE", "")


def _spot_row(spot: Spot, diagnosis: Diagnosis) -> tuple[str, ...]:
    serial = str(spot.access.serial) if spot.access is not None else "-"
    return str(spot.zone), str(spot.endpoint), _key_name(spot) or "none", serial, _spot_text(spot, diagnosis)


def _key_name(spot: Spot) -> str:
    return "" if spot.key is None else str(spot.key.name)


def _spot_text(spot: Spot, diagnosis: Diagnosis) -> str:
    """Return how a server is, and what the key may change there."""
    if spot.error is not None:
        return spot.error.first_words.removesuffix(":") or spot.error.text
    assert spot.access is not None  # noqa: S101 - else there were an error
    seen = [seen for seen in diagnosis.names if spot in seen.looks]
    denied = sum(spot in one.denials and one.is_needed(one.denials[spot]) for one in seen)
    if spot.access.is_closed or (denied and denied == len(seen)):
        return "answers; refuses the update of every name"
    if denied:
        return f"answers; refuses the update of {denied:,} of {len(seen):,} names"
    if spot.access.insight == BY_RECORD:
        return "answers; permits the updates"
    if spot.access.insight == BY_KEY:
        return "answers; permits updates of the zone, and does not tell beforehand of single names"
    return "answers; does not tell beforehand what it permits"


def _source_row(heard: Heard) -> tuple[str, str]:
    gives = ", ".join(map(format_address, heard.addresses))
    return spelled(heard.source), str(heard.error) if heard.error is not None else gives


def _name_row(seen: Seen) -> tuple[str, ...]:
    return (
        seen.state,
        str(seen.settings.name),
        "-" if seen.wanted is None else _data(_wanted_texts(seen)),
        _name_text(seen),
    )


def _name_text(seen: Seen) -> str:
    """Return what is there, and what would be sent, where that is not as it should be."""
    if seen.state == RIGHT:
        return ""
    parts = list(
        dict.fromkeys(f"{spot.endpoint} has {_data(texts_of(seen.looks[spot].standing))}" for spot in seen.looks)
    )
    parts = parts if seen.state == FAILING else parts[:1]
    if seen.first_look is not None and seen.first_look.changes:
        parts.append(f"to be sent: {', '.join(change_texts(seen.first_look.changes))}")
    if not parts and seen.state == UNKNOWN:
        return "no server could be asked" if seen.wanted is not None else "no source says"
    return "; ".join(parts)


def _wanted_texts(seen: Seen) -> list[str]:
    wanted = {} if seen.wanted is None else seen.wanted.data
    return [text_of(rrtype, value) for rrtype, values in wanted.items() for value in values]


def _data(texts: Sequence[str]) -> str:
    return ", ".join(texts) or "nothing"


# JSON


def json_text(diagnosis: Diagnosis, path: str, warnings: Sequence[str] = ()) -> str:
    """Return everything, and what the configuration alone gave reason to say, as the text of one JSON object."""
    import json  # noqa: PLC0415 - only if it is asked for

    status = diagnosis.exit_status
    fields = {"command": "agent", "status": "error" if status else "ok", "exit_status": status, "config": path}
    about = {
        "servers": [_spot_fields(spot) for spot in diagnosis.spots],
        "sources": [_source_fields(heard) for heard in diagnosis.sources],
        "records": [_name_fields(seen) for seen in diagnosis.names],
        "findings": [
            _error_fields(error) | {"name": None if name is None else str(name)} for error, name in diagnosis.findings()
        ],
        "notes": [*warnings, *dict.fromkeys(diagnosis.notes())],
    }
    return json.dumps(fields | about, indent=2) + "\n"


def _spot_fields(spot: Spot) -> Fields:
    return {
        "zone": str(spot.zone),
        "server": str(spot.endpoint),
        "key": _key_name(spot) or None,
        "serial": None if spot.access is None else spot.access.serial,
        "permissions_told": None if spot.access is None else spot.access.insight,
        "error": None if spot.error is None else _error_fields(spot.error),
    }


def _source_fields(heard: Heard) -> Fields:
    return {
        "source": spelled(heard.source),
        "addresses": list(map(format_address, heard.addresses)),
        "error": None if heard.error is None else str(heard.error),
    }


def _name_fields(seen: Seen) -> Fields:
    return {
        "name": str(seen.settings.name),
        "zone": next((str(spot.zone) for spot in seen.spots), None),
        "types": list(map(rrtype_to_text, seen.settings.types)),
        "wanted": None if seen.wanted is None else _wanted_texts(seen),
        "state": seen.state,
        "changes": [] if seen.first_look is None else change_texts(seen.first_look.changes),
        "servers": [_look_fields(seen, spot) for spot in seen.spots],
    }


def _look_fields(seen: Seen, spot: Spot) -> Fields:
    look = seen.looks.get(spot)
    return {
        "server": str(spot.endpoint),
        "records": None if look is None else texts_of(look.standing),
        "permitted": _is_permitted(seen, spot),
    }


def _is_permitted(seen: Seen, spot: Spot) -> bool | None:
    """Tell whether the name may be changed at a server; None if that is not known."""
    if spot in seen.denials:
        return False
    is_told = spot in seen.looks and spot.error is None and spot.access is not None
    return True if is_told and spot.access is not None and spot.access.insight == BY_RECORD else None


def _error_fields(error: DnsUpdateError) -> Fields:
    return {
        "kind": type(error).__name__,
        "message": str(error),
        "hint": rendered(error.hint, TOML),
        "server": error.server,
        "exit_status": error.exit_status,
    }
