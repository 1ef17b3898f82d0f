"""The global variables of a script file, kept in a file between runs, as a router keeps them until it is restarted.

The file's directory is in memory, so that the variables end with the machine's uptime as they do on a router.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress

from dns_update.errors import InvalidText, UsageError
from dns_update.routeros.machine.kept_values import from_json, to_json
from dns_update.routeros.values import RouterValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

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
    own = os.fsdecode(os.path.basename(real)[:_LONGEST_NAME])  # noqa: PTH119 - pathlib costs 4 ms
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
        if is_given and not os.path.isdir(_directory_of(path)):  # noqa: PTH112 - pathlib costs 4 ms
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
                os.mkdir(_directory_of(self._path), 0o700)  # noqa: PTH102 - as above
        temporary = f"{self._path}.{os.getpid()}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with open(descriptor, "w", encoding="ascii") as file:  # noqa: PTH123 - as above
                json.dump({"version": 1, "globals": values}, file)
            os.replace(temporary, self._path)  # noqa: PTH105 - as above
        except BaseException:
            os.unlink(temporary)  # noqa: PTH108 - as above
            raise


def _directory_of(path: str) -> str:
    return os.path.dirname(path) or "."  # noqa: PTH120 - as above


def _opened_safely(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else "an array is too deep"
