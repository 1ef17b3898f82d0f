"""The types of what the agent answers at its socket; only type checkers and those who ask it need them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias, TypedDict, get_args


class AgentStatus(TypedDict):
    """The process: `started` is in seconds since 1970, like all times; `uptime` is in seconds.

    Times follow the wall clock: how long ago they were is right even if that clock was set meanwhile. `last_bug` is
    the last unexpected error, except those that a source or a name shows.
    """

    pid: int
    started: float
    version: str
    config: str
    uptime: float
    reloads: int
    last_reload_error: str | None
    last_bug: str | None


class PublishedStatus(TypedDict):
    """The records that one server had when it was last asked."""

    server: str
    records: list[str]
    checked: float


class ErrorStatus(TypedDict):
    """A failure, in the form that `--json` of the other commands prints."""

    kind: str
    message: str
    hint: str
    server: str
    exit_status: int


class RecordStatus(TypedDict):
    """One name: `wanted` and `published` data, e.g. "A 192.0.2.1"; `state`, one of STATES, and `since` when.

    An agent of a newer version may send another state. `published` is what was last seen at each server; the one asked
    last comes first. With an `owner`, other owners may also publish at the name.
    """

    name: str
    zone: str
    wanted: list[str]
    published: list[PublishedStatus]
    state: str
    since: float
    last_error: ErrorStatus | None
    next_try: float | None
    key: str | None
    owner: str


class SourceStatus(TypedDict):
    """One address source: what it last gave, and the error when it was last asked."""

    source: str
    addresses: list[str]
    error: str | None
    checked: float | None


class ServerStatus(TypedDict):
    """One silent server: since when, why, and when it is next asked in its place in the list."""

    server: str
    since: float
    error: str
    next_try: float


class ManagedStatus(TypedDict):
    """What the agent manages. An iterator in place of a list is read item by item, as fast as the client reads."""

    records: Iterable[RecordStatus]
    sources: Iterable[SourceStatus]
    silent_servers: Iterable[ServerStatus]


class StatusAnswer(ManagedStatus):
    """The whole answer."""

    agent: AgentStatus


class RefreshAnswer(TypedDict):
    """How many names are being checked."""

    refreshed: int


ManagedState: TypeAlias = Literal["failing", "unknown", "changing", "held", "right"]
STATES: tuple[ManagedState, ...] = get_args(ManagedState)
"""The states of a record, the worst first.

failing: the last attempt failed, or a source has given no address for longer than the hold-down; unknown: not compared
yet; changing: an update is under way; held: an address is gone, and has time to come back; right: the zone has the
desired data.
"""
