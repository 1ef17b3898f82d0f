"""Whether an older key is used no more, as the agent's history shows it."""

from __future__ import annotations

import os
import time

from dns_update.agent.output.history import OK, read_history
from dns_update.errors import UsageError
from dns_update.keys.usage import STILL_USED, UNKNOWN, Usage, Use, usage_of
from dns_update.wire.name import Name


def usage_in(path: str, older: Name, newer: Name) -> Usage | str:
    """Return what the history in a file says of two keys; a text that says why it is not known, if it cannot be read.

    Whether a key is still used is told beside what was asked for, so a history that cannot be read is not an error.
    """
    if not os.path.lexists(path):
        return f"there is no history of an agent at {path}"
    uses = (Use(row.when, row.server, row.key_name) for row in read_history(path) if row.outcome == OK)
    try:
        return usage_of(uses, str(older), str(newer))
    except UsageError as error:
        return error.text


def usage_text(usage: Usage | str, older: Name, newer: Name, path: str) -> str:
    """Return the same as a sentence."""
    if isinstance(usage, str):
        return f"whether key {older} is still used is not known: {usage}"
    if usage.state == UNKNOWN:
        return f"whether key {older} is still used is not known: {path} has no change with key {newer} yet"
    if usage.state == STILL_USED:
        return f"key {older} is still used: the last change at {', '.join(usage.servers)} was made with it"
    last = "not in this history" if usage.older is None else f"last at {_moment(usage.older)}"
    return (
        f"key {older} is used no more ({last}); the newest change was made with key {newer}, at {_moment(usage.newer)}"
    )


def usage_fields(usage: Usage | str) -> dict[str, object]:
    """Return the same, for JSON."""
    if isinstance(usage, str):
        return {"state": UNKNOWN, "older_last_used": None, "newer_last_used": None, "servers_with_older": []}
    return {
        "state": usage.state,
        "older_last_used": _moment(usage.older),
        "newer_last_used": _moment(usage.newer),
        "servers_with_older": list(usage.servers),
    }


def _moment(when: float | None) -> str | None:
    return None if when is None else time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))
