"""Reads a file that describes a router, for `router=`: strictly, with the line of each mistake."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dns_update.errors import ConfigError, UsageError, quoted
from dns_update.routeros.conversions import to_address, to_prefix
from dns_update.routeros.described import Router
from dns_update.routeros.machine.script_file import octets_of
from dns_update.routeros.values import Address, IpPrefix

Check = Callable[[Any], str]

LARGEST_FILE = 1 << 20  # octets


def read_router(path: str) -> Router:
    """Return the router that a file describes; raises UsageError, or ConfigError with all that is wrong in it."""
    octets = octets_of(path, LARGEST_FILE)
    if len(octets) > LARGEST_FILE:
        raise UsageError(f"{quoted(path)} has more than {LARGEST_FILE >> 20} MiB: it does not describe a router")
    try:
        return router_from_text(octets.decode("utf-8-sig"), path)
    except UnicodeDecodeError as error:
        raise UsageError(f"{quoted(path)} is not UTF-8, so it is not TOML") from error


def router_from_text(text: str, path: str) -> Router:
    """Return the router that a text describes; `path` is named in errors. Raises ConfigError."""
    try:
        state = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([(f"{path}: {error}", "it is not TOML")]) from error
    except RecursionError as error:
        raise ConfigError([(f"{path}: its values are too deep", "")]) from error
    problems = list(_problems(state))
    if problems:
        from dns_update.agent.config.positions import find_lines  # only when something is wrong

        lines = find_lines(text, [keys for keys, _what, _hint in problems])
        raise ConfigError([(f"{path}:{lines[keys]}: {what}", hint) for keys, what, hint in problems])
    return Router(state)


def _problems(state: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Yield the keys that lead to each mistake, what it is, and what to do."""
    for key, value in state.items():
        if key not in _KEYS:
            yield (key,), f"unknown key {quoted(key)}", f"one of {', '.join(_KEYS)}"
        elif what := _KEYS[key](value):
            yield (key,), f"{key}: {what}", ""
        elif key in _ROWS:
            for number, row in enumerate(value):
                yield from _row_problems(key, number, row)
        elif key in _TABLES:
            checked = ((name, _TABLES[key](each)) for name, each in value.items())
            yield from (((key, name), f"{key}: {name}: {what}", "") for name, what in checked if what)


def _row_problems(key: str, number: int, row: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    checks, needed = _ROWS[key]
    for name in needed:
        if name not in row:
            yield (key, number), f"{key}: a row has no {name}", ""
    for name, value in row.items():
        check = checks.get(name, _SIMPLE)
        if what := check(value):
            yield (key, number, name), f"{key}: {name}: {what}", ""


# Checks: each returns what is wrong with a value, or an empty text.


def _expected(what: str, is_right: Callable[[Any], bool]) -> Check:
    return lambda value: "" if is_right(value) else f"expected {what}, got {_kind(value)}"


def _rows(value: object) -> str:
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return ""
    return "expected a list of tables"


def _kind(value: object) -> str:
    if isinstance(value, str):
        return quoted(value)
    return {bool: "true or false", int: "a number", float: "a float", list: "a list", dict: "a table"}.get(
        type(value), "a date"
    )


_TEXT = _expected("a text", lambda value: isinstance(value, str) and value != "")
_BOOLEAN = _expected("true or false", lambda value: isinstance(value, bool))
_SIMPLE = _expected("a text, a number, true or false", lambda value: isinstance(value, str | int))
_ADDRESS = _expected("an address", lambda value: isinstance(value, str) and isinstance(to_address(value), Address))
_PREFIX = _expected(
    "an address with its prefix, e.g. 203.0.113.45/24",
    lambda value: isinstance(value, str) and isinstance(to_prefix(value), IpPrefix),
)
_TABLE = _expected("a table", lambda value: isinstance(value, dict))

_KEYS: Mapping[str, Check] = {
    "identity": _TEXT,
    "public_address": _ADDRESS,
    "interfaces": _rows,
    "addresses": _rows,
    "dhcp": _rows,
    "dns": _TABLE,
    "server_fails": _TABLE,
}
_TABLES: Mapping[str, Check] = {"dns": _ADDRESS, "server_fails": _TEXT}
_ROWS: Mapping[str, tuple[Mapping[str, Check], tuple[str, ...]]] = {
    "interfaces": ({"name": _TEXT, "type": _TEXT, "running": _BOOLEAN, "disabled": _BOOLEAN}, ("name",)),
    "addresses": ({"interface": _TEXT, "address": _PREFIX, "global": _BOOLEAN}, ("interface", "address")),
    "dhcp": ({"interface": _TEXT, "address": _PREFIX, "status": _TEXT}, ("interface",)),
}
