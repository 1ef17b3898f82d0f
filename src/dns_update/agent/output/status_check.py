"""Checks that an answer from a socket is a status as answer_types.py has it; any program may listen there. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from types import NoneType
from typing import get_args, get_origin, get_type_hints, is_typeddict

from dns_update.agent.output.answer_types import StatusAnswer

MAX_EXIT_STATUS = 255  # the system truncates a larger one, perhaps to 0
MAX_SECONDS = 1e12  # since 1970: some 30,000 years; a larger number is not a time
_OPTIONAL = ("uptime", "reloads", "owner", "silent_servers", "last_bug")  # agents of earlier versions do not send all

_fields_of = cache(get_type_hints)


def is_status(answer: object) -> bool:
    """Return whether an answer has all fields of a StatusAnswer, with the right types; other fields are allowed."""
    return _fits(answer, StatusAnswer)


def _fits(content: object, kind: type) -> bool:
    """Return whether what JSON gave is of a type: a TypedDict, a list or an Iterable, a union, or a plain one."""
    if is_typeddict(kind):
        return isinstance(content, dict) and all(_has(content, key, of) for key, of in _fields_of(kind).items())
    if get_origin(kind) in (list, Iterable):
        return isinstance(content, list) and all(_fits(item, get_args(kind)[0]) for item in content)
    if get_args(kind):
        return any(_fits(content, one) for one in get_args(kind))
    return _is_time(content) if kind is float else content is None if kind is NoneType else type(content) is kind


def _is_time(content: object) -> bool:
    if not isinstance(content, int | float) or isinstance(content, bool):
        return False
    return abs(content) < MAX_SECONDS  # which NaN is not


def _has(content: dict[str, object], key: str, kind: type) -> bool:
    if key not in content:
        return key in _OPTIONAL
    is_status = key != "exit_status" or content[key] in range(1, MAX_EXIT_STATUS + 1)
    return is_status and _fits(content[key], kind)
