"""The agent's status as text for people: an overview, or all about one name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dns_update.agent.output import answer_types
from dns_update.cli.table import lined_up

MOST_RECORDS = 50  # lines, somewhat more than a screen
MOST_SOURCES = 10


def overview(answer: Mapping[str, Any], now: float, *, is_all: bool) -> Iterator[str]:
    """Yield the lines about all names, or the first ones, servers and sources; `now` is in seconds since 1970."""
    records = sorted(answer["records"], key=_urgency)
    yield _summary(records)
    yield from _agent_lines(answer["agent"], now)
    shown = records if is_all else records[:MOST_RECORDS]
    if shown:
        yield ""
        yield from lined_up([_HEADINGS, *(_row(record, now) for record in shown)])
    if len(records) > len(shown):
        rest = _counts(records[len(shown) :])
        yield f"and {len(records) - len(shown):,} more: {rest}; --all shows them, name=NAME shows one in full"
    yield from _server_lines(answer.get("silent_servers", ()), now)  # an agent of an earlier version says nothing
    yield from _source_lines(answer["sources"], now, is_all=is_all)


def _summary(records: Sequence[answer_types.RecordStatus]) -> str:
    if not records:
        return "no names: the configuration has no records"
    return f"{len(records):,} {'name' if len(records) == 1 else 'names'}: {_counts(records)}"


def _counts(records: Sequence[answer_types.RecordStatus]) -> str:
    """Return how many there are of each state, the best state first: "9,998 right, 2 failing"."""
    numbers: dict[str, int] = {}
    for record in records:
        numbers[record["state"]] = numbers.get(record["state"], 0) + 1
    known = [state for state in reversed(answer_types.STATES) if state in numbers]
    others = sorted(numbers.keys() - set(answer_types.STATES))  # of an agent of a newer version
    return ", ".join(f"{numbers[state]:,} {state}" for state in (*known, *others))


def _urgency(record: answer_types.RecordStatus) -> tuple[int, str]:
    state = record["state"]
    return answer_types.STATES.index(state) if state in answer_types.STATES else 0, record["name"]


def _agent_lines(agent: Mapping[str, Any], now: float) -> Iterator[str]:
    line = f"agent {agent['pid']}, dns-update {agent['version']}, up {_span(now - agent['started'])}, {agent['config']}"
    yield line
    yield from reload_lines(agent)
    if agent.get("last_bug"):  # an agent of an earlier version does not say
        yield f"please report this; the agent continues: {agent['last_bug']}"


def reload_lines(agent: Mapping[str, Any]) -> Iterator[str]:
    """Yield the line about a configuration that could not be read anew, if the last one could not."""
    if agent["last_reload_error"] is not None:
        yield f"the last reload failed, the previous configuration stays in force: {agent['last_reload_error']}"


_HEADINGS = ("STATE", "FOR", "NAME", "SHOULD BE", "")


def _row(record: answer_types.RecordStatus, now: float) -> tuple[str, ...]:
    trouble = _trouble(record, now) if record["state"] != "right" else "; ".join(_elsewhere(record, now))
    return record["state"], _span(now - record["since"]), record["name"], data_text(record["wanted"]), trouble


def _trouble(record: answer_types.RecordStatus, now: float) -> str:
    parts = [record["last_error"]["message"]] if record["last_error"] is not None else []
    parts += [f"{p['server']} has {data_text(p['records'])}" for p in record["published"][:1] if _differs(record, p)]
    parts += _elsewhere(record, now)
    if record["next_try"] is not None:
        parts.append(f"next try {_until(record['next_try'], now)}")
    return "; ".join(parts)


def _elsewhere(record: answer_types.RecordStatus, now: float) -> list[str]:
    """Return what other servers had that is not wanted, when they were asked."""
    others = [published for published in record["published"][1:] if _differs(record, published)]
    return [f"{p['server']} had {data_text(p['records'])} {_span(now - p['checked'])} ago" for p in others]


def _differs(record: answer_types.RecordStatus, published: answer_types.PublishedStatus) -> bool:
    if record.get("owner"):  # an agent of an earlier version does not say; others publish there, too
        return not set(record["wanted"]) <= set(published["records"])
    return sorted(published["records"]) != sorted(record["wanted"])


def _server_lines(servers: Sequence[answer_types.ServerStatus], now: float) -> Iterator[str]:
    if servers:
        yield ""
        yield from lined_up([("SILENT SERVER", "FOR", ""), *(_server_row(server, now) for server in servers)])


def _server_row(server: answer_types.ServerStatus, now: float) -> tuple[str, ...]:
    again = f"{server['error']}; in its usual place again {_until(server['next_try'], now)}"
    return server["server"], _span(now - server["since"]), again


def _source_lines(sources: Sequence[answer_types.SourceStatus], now: float, *, is_all: bool) -> Iterator[str]:
    failing = [source for source in sources if source["error"] is not None]
    working = [source for source in sources if source["error"] is None]
    room = max(MOST_SOURCES - len(failing), 0)
    shown = [*failing, *(working if is_all else working[:room])]
    if not shown:
        return
    yield ""
    yield from lined_up([("SOURCE", "ASKED", "GIVES"), *(_source_row(source, now) for source in shown)])
    if len(shown) < len(sources):
        yield f"and {len(sources) - len(shown):,} more that work; --all shows them"


def _source_row(source: answer_types.SourceStatus, now: float) -> tuple[str, ...]:
    asked = f"{_span(now - source['checked'])} ago" if source["checked"] is not None else "never"
    gives = data_text(source["addresses"])
    if source["error"] is not None:
        gives = f"fails: {source['error']}" + (f"; it last gave {gives}" if source["addresses"] else "")
    return source["source"], asked, gives


# One name


def details(record: answer_types.RecordStatus, now: float) -> Iterator[str]:
    """Yield the lines about one record."""
    yield f"{record['name']}: {record['state']} for {_span(now - record['since'])}"
    about = [
        ("zone", record["zone"]),
        ("key", record["key"] or "none: unsigned"),
        ("wanted", data_text(record["wanted"])),
    ]
    about += [(p["server"], _published(record, p, now)) for p in record["published"]]
    about += _error_rows(record["last_error"])
    if record["next_try"] is not None:
        about.append(("next try", _until(record["next_try"], now)))
    yield from (f"  {line}" for line in lined_up(about))


def _published(record: answer_types.RecordStatus, published: answer_types.PublishedStatus, now: float) -> str:
    verdict = " - not what is wanted" if _differs(record, published) else ""
    return f"{data_text(published['records'])}{verdict} (asked {_span(now - published['checked'])} ago)"


def _error_rows(error: answer_types.ErrorStatus | None) -> list[tuple[str, str]]:
    if error is None:
        return []
    rows = [("error", error["message"]), ("server", error["server"]), ("hint", error["hint"])]
    return [(heading, text) for heading, text in rows if text]


# Words


def data_text(texts: Sequence[str]) -> str:
    """Return records as text."""
    return ", ".join(texts) or "nothing"


def _until(moment: float, now: float) -> str:
    return f"in {_span(moment - now)}" if moment > now else "now"


def _span(seconds: float) -> str:
    """Return a time in its largest unit, easy to read; 0 if a clock change has made it negative."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(int(seconds), 0)} s"
