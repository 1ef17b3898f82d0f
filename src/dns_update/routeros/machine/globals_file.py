"""The global variables of a script file, kept in a file between runs, as a router keeps them until it is restarted.

Every type of value survives, as JSON. The file's directory is in memory, so that the variables end with the machine's
uptime as they do on a router.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress

from dns_update.errors import InvalidText, UsageError
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
from dns_update.transport.sockets import words_of
from dns_update.wire.inet import parse_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn, TypeAlias

    JsonValue: TypeAlias = "int | str | bool | dict[str, JsonValue] | list[JsonValue] | None"

_DEEPEST = 100  # arrays within each other; JSON's reader would go on to Python's own limit
LARGEST_FILE = 1 << 24  # octets; what scripts may build is smaller
_SYSTEM_DIRECTORY = "/run/dns-update"
_DIGITS = 16  # of the digest in the name: two files of the same name are in different directories
_LONGEST_NAME = 64  # octets of the script's own name in the file's


def default_path(script: str, environment: Mapping[str, str], user: int) -> str:
    """Return where the globals of a script file are kept; empty if there is no directory for them.

    For root it is /run/dns-update, for others a directory in $XDG_RUNTIME_DIR. The name is from the real path.
    """
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    directory = _SYSTEM_DIRECTORY if not user else f"{runtime}/dns-update" if runtime.startswith("/") else ""
    if not directory:
        return ""
    real = os.fsencode(os.path.realpath(script))
    own = os.fsdecode(os.path.basename(real)[:_LONGEST_NAME])
    return f"{directory}/{own}-{hashlib.sha256(real).hexdigest()[:_DIGITS]}.json"


class GlobalsFile:
    """The variables in `values`; `save` writes them if they have changed. An empty path keeps nothing."""

    def __init__(self, path: str, warn: Callable[[str], None], *, is_given: bool = False) -> None:
        """Read the file. If it is broken, or another user's, `warn` is called with a line, and it starts empty.

        If the user has given the path, nothing is overwritten that is not a file of global variables, and no directory
        is made. Raises UsageError then.
        """
        self._path = path
        self._is_given = is_given
        self._warn = self._refuse if is_given else warn
        self.values: dict[str, RouterValue] = {}
        with suppress(FileNotFoundError):
            self._read()
        self._saved = dict(self.values)
        self._warn = warn
        if is_given and not os.path.isdir(_directory_of(path)):
            self._refuse(f"{_directory_of(path)} is not a directory")

    def _refuse(self, line: str) -> NoReturn:
        raise UsageError(f"globals=: {line.partition(';')[0]}", hint="name another file, or remove that one")

    def save(self) -> None:
        """Write the variables if they have changed; a failure is a warning."""
        values = dict(self.values)
        if values == self._saved:
            return
        self._saved = values
        if not self._path:
            self._warn("global variables are not kept: there is no place for them; globals=FILE names one")
            return
        try:
            self._write({name: to_json(value) for name, value in values.items()})
        except (OSError, RecursionError) as error:
            self._warn(f"global variables cannot be kept in {self._path}: {_reason(error)}")

    def _read(self) -> None:
        if not self._path:
            return
        try:
            with open(self._path, "rb", opener=_opened_safely) as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
                    self._warn(f"{self._path} is not used: it is another user's file; the global variables start empty")
                    return
                content = json.loads(file.read(LARGEST_FILE))
            self.values = {name: from_json(value) for name, value in content["globals"].items()}
        except FileNotFoundError:
            raise
        except OSError as error:
            self._warn(f"{self._path} cannot be read ({_reason(error)}); the global variables start empty")
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError, InvalidText):
            self._warn(f"{self._path} is not a file of global variables; they start empty")

    def _write(self, values: Mapping[str, object]) -> None:
        if not self._is_given:
            with suppress(FileExistsError):
                os.mkdir(_directory_of(self._path), 0o700)
        temporary = f"{self._path}.{os.getpid()}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with open(descriptor, "w", encoding="ascii") as file:
                json.dump({"version": 1, "globals": values}, file)
            os.replace(temporary, self._path)
        except BaseException:
            os.unlink(temporary)
            raise


def _directory_of(path: str) -> str:
    return os.path.dirname(path) or "."


def _opened_safely(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _reason(error: Exception) -> str:
    return words_of(error) if isinstance(error, OSError) else "an array is too deep"


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
