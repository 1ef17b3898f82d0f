"""The values of global variables as JSON, and back: every type survives; pure."""

from __future__ import annotations

from dns_update.errors import InvalidText
from dns_update.routeros.conversions import to_prefix, wrapped
from dns_update.routeros.parser import parse
from dns_update.routeros.remarks import LimitReached
from dns_update.routeros.values import (
    NIL,
    NOTHING,
    Address,
    Array,
    Code,
    IpPrefix,
    ItemId,
    Nil,
    Nothing,
    RouterValue,
    Time,
    array_of,
)
from dns_update.wire.inet import parse_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    JsonValue: TypeAlias = "int | str | bool | dict[str, JsonValue] | list[JsonValue] | None"

_DEEPEST = 100  # arrays within each other; JSON's reader would go on to Python's own limit


def to_json(value: RouterValue) -> JsonValue:
    """Return a value in JSON: a number, a text and a truth value as they are, others as an object with one member."""
    if isinstance(value, int | str):  # a bool is an int
        return str(value) if isinstance(value, str) else value
    if isinstance(value, Array):
        return {"array": [to_json(item) for item in value.items], "named": {k: to_json(v) for k, v in value.named}}
    if isinstance(value, Code):
        return {"code": _text_of_code(value)}
    if isinstance(value, Nil | Nothing):
        return {"nil" if isinstance(value, Nil) else "nothing": True}
    if isinstance(value, Time):
        return {"time": value.milliseconds}
    names = {Address: "ip", IpPrefix: "prefix", ItemId: "id"}
    return {names[type(value)]: str(value)}


def from_json(value: JsonValue, depth: int = 0) -> RouterValue:
    """Return the value that `to_json` wrote; raises InvalidText for anything else."""
    if isinstance(value, str) or (isinstance(value, int) and value == wrapped(value)):
        return value
    if not isinstance(value, dict) or not value or depth > _DEEPEST:
        raise _wrong()
    kind = next(iter(value))
    content = value[kind]
    if kind == "array":
        return _array(content, value.get("named"), depth)
    if kind == "time" and isinstance(content, int) and content == wrapped(content):
        return Time(content)
    if kind in ("nil", "nothing"):
        return NIL if kind == "nil" else NOTHING
    if not isinstance(content, str):
        raise _wrong()
    return _of_text(kind, content)


def _array(items: JsonValue, named: JsonValue, depth: int) -> Array:
    if not isinstance(items, list) or not isinstance(named, dict):
        raise _wrong()
    try:
        return array_of(
            tuple([from_json(item, depth + 1) for item in items]),
            {key: from_json(item, depth + 1) for key, item in named.items()},
        )
    except LimitReached as error:
        raise _wrong() from error


def _of_text(kind: str, text: str) -> RouterValue:
    if kind == "ip":
        return Address(parse_address(text))
    if kind == "id":
        return ItemId(text)
    if kind == "prefix" and isinstance(prefix := to_prefix(text), IpPrefix):
        return prefix
    if kind == "code" and not (script := parse(text)).errors:
        return Code(script.commands, script.source)
    raise _wrong()


def _text_of_code(code: Code) -> str:
    """Return the text of a function's commands: from the first to the end of the last."""
    if not code.commands:
        return ""
    last = code.commands[-1]
    end: int = last.end  # type: ignore[attr-defined] # each command is a CommandNode or a Call
    return code.source.text[code.commands[0].at : end]


def _wrong() -> InvalidText:
    return InvalidText("a variable has a value that none can have")
