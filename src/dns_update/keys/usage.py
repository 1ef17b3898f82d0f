"""When keys were last used, from what the agent has recorded; whether an older key is used no more."""

from __future__ import annotations

from collections.abc import Iterable

from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    UsageState = Literal["unknown", "still used", "used no more"]

UNKNOWN: UsageState = "unknown"  # nothing was recorded with the newer key
STILL_USED: UsageState = "still used"  # at some server, the last change was made with the older key
USED_NO_MORE: UsageState = "used no more"


class Use(Value):
    """A change that a server has made: when, in seconds since 1970, at which server, signed with which key."""

    when: float
    server: str
    key_name: str


class Usage(Value):
    """What the records say of an older key and a newer one.

    `state` is one of this module's. `older` and `newer` are when each was last used, None if never. `servers` are those
    whose last change was made with the older key.
    """

    state: UsageState
    older: float | None
    newer: float | None
    servers: tuple[str, ...] = ()


def usage_of(uses: Iterable[Use], older: str, newer: str) -> Usage:
    """Return what is known of two keys by their names, from all changes in the order in which they were made.

    A server that never had a change with the older key does not matter. One whose last change was made with the older
    key may not know the newer one yet.
    """
    last: dict[str, float] = {}
    by_server: dict[str, str] = {}
    for use in uses:
        if use.key_name in (older, newer):
            last[use.key_name] = use.when
            by_server[use.server] = use.key_name
    behind = tuple(server for server, key_name in by_server.items() if key_name == older)
    state: UsageState = UNKNOWN if newer not in last else STILL_USED if behind else USED_NO_MORE
    return Usage(state, last.get(older), last.get(newer), behind)
