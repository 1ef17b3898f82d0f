"""The text of a configuration file, and the places in it; secrets in it are never shown."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from dns_update import errors
from dns_update.auth.private_file import open_at_once
from dns_update.errors import quoted
from dns_update.server_config.finding import Place
from dns_update.value import Value
from dns_update.wire.name import Name

MAX_FILE_OCTETS = 1 << 26  # the zones of a large server; /dev/zero does not fit
_MAX_LINE_SHOWN = 160
_HIDDEN = "..."
SLOW_HINT = "check again; if it never ends, the machine is overloaded, or its clock jumps"


class ConfigSource:
    """A file's text. `hide` marks secrets, which the texts of places then leave out."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._hidden: list[tuple[int, int]] = []
        self._starts: list[int] = []

    def hide(self, start: int, end: int) -> None:
        """Mark a secret by its first position and the one after its last."""
        self._hidden.append((start, end))

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield each line, without its end, and its first position."""
        position = 0
        for line in self.text.split("\n"):  # other characters that end a line for Python do not for a server
            yield position, line
            position += len(line) + 1

    def place(self, position: int) -> Place:
        """Return the place of a position; its line has no secret in it."""
        if not self._starts:
            self._starts = [0, *(at + 1 for at, character in enumerate(self.text) if character == "\n")]
        line = bisect_right(self._starts, position)
        return Place(self.path, line, self._shown(self._starts[line - 1]))

    def whole(self) -> Place:
        """Return the place of the whole file."""
        return Place(self.path)

    def _shown(self, start: int) -> str:
        end = self.text.find("\n", start)
        end = len(self.text) if end < 0 else end
        shown = ""
        for first, after in sorted(self._hidden):
            if start < after and first < end:
                shown += self.text[start : max(first, start)] + _HIDDEN
                start = min(after, end)
        shown = (shown + self.text[start:end]).strip()
        return shown if len(shown) <= _MAX_LINE_SHOWN else shown[:_MAX_LINE_SHOWN] + _HIDDEN


class Written(Value):
    """What a line of a file sets: its name, and where it is. A repr does not show its value: that may be a secret."""

    name: str
    source: ConfigSource
    position: int

    @property
    def place(self) -> Place:
        """Where it is written."""
        return self.source.place(self.position)

    def __repr__(self) -> str:
        kind = type(self).__name__
        if not hasattr(self, "position"):
            return f"{kind}()"  # for a debugger
        return f"{kind}({self.name!r}, {self.source.path!r}, {self.position})"


def read_source(path: str) -> ConfigSource:
    """Return a configuration file's text; raises UsageError, which says how to read a file that we may not read.

    The cause of the error is UNREADABLE.
    """
    called = path if path.isprintable() and path else quoted(path)
    try:
        with open(path, "rb", opener=open_at_once) as file:
            content = file.read(MAX_FILE_OCTETS + 1)
    except PermissionError:
        raise errors.UsageError(
            f"cannot read {called}: Permission denied",
            hint="run it as root, with sudo: a server's configuration may have secrets in it",
            cause=errors.causes.UNREADABLE,
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise errors.UsageError(
            f"cannot read {called}: {reason}",
            hint="give the server's own configuration, on the machine it runs on",
            cause=errors.causes.UNREADABLE,
        ) from None
    if len(content) > MAX_FILE_OCTETS:
        raise errors.UsageError(f"{called} is too large for a configuration", cause=errors.causes.UNREADABLE)
    return ConfigSource(path, content.decode(errors="replace").removeprefix("\ufeff"))


def as_name(word: str) -> Name | None:
    """Return a word of a configuration as a domain name; None if it is not one."""
    try:
        return Name.from_text(word)
    except errors.UsageError:
        return None
