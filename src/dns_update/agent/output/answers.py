"""Checks that an answer from a socket is a status as control.py describes it; any program may listen there. Pure."""

from __future__ import annotations

from typing import TypeAlias

Shape: TypeAlias = "type | dict[str, Shape] | list[Shape] | tuple[Shape | None, ...]"
"""A type; the keys of an object; a list with the shape of its items; or a tuple of shapes: one must fit."""

MAX_EXIT_STATUS = 255  # the system truncates a larger one, perhaps to 0
MAX_SECONDS = 1e12  # since 1970: some 30,000 years; a larger number is not a time
_SINCE_LATER = ("owner", "silent_servers", "last_bug")  # agents of earlier versions do not send these

_ERROR: Shape = {"kind": str, "message": str, "hint": str, "server": str, "exit_status": int}
_RECORD: Shape = {
    "name": str,
    "zone": str,
    "wanted": [str],
    "published": [{"server": str, "records": [str], "checked": float}],
    "state": str,
    "since": float,
    "last_error": (None, _ERROR),
    "next_try": (None, float),
    "key": (None, str),
    "owner": str,
}
_STATUS: Shape = {
    "agent": {
        "pid": int,
        "started": float,
        "version": str,
        "config": str,
        "last_reload_error": (None, str),
        "last_bug": (None, str),
    },
    "records": [_RECORD],
    "sources": [{"source": str, "addresses": [str], "error": (None, str), "checked": (None, float)}],
    "silent_servers": [{"server": str, "since": float, "error": str, "next_try": float}],
}


def is_status(answer: object) -> bool:
    """Return whether an answer has all fields of a StatusAnswer, with the right types; other fields are allowed."""
    return _fits(answer, _STATUS)


def _fits(content: object, shape: Shape | None) -> bool:
    if isinstance(shape, tuple):
        return any(_fits(content, one) for one in shape)
    if isinstance(shape, list):
        return isinstance(content, list) and all(_fits(item, shape[0]) for item in content)
    if isinstance(shape, dict):
        return isinstance(content, dict) and all(_has(content, key, part) for key, part in shape.items())
    return _is_time(content) if shape is float else content is None if shape is None else type(content) is shape


def _is_time(content: object) -> bool:
    if not isinstance(content, int | float) or isinstance(content, bool):
        return False
    return abs(content) < MAX_SECONDS  # which NaN is not


def _has(content: dict[str, object], key: str, shape: Shape | None) -> bool:
    if key not in content:
        return key in _SINCE_LATER
    is_status = key != "exit_status" or content[key] in range(1, MAX_EXIT_STATUS + 1)
    return is_status and _fits(content[key], shape)
