"""Reads the newest part of a log: of a file, of the system's journal, or of its log files. What is read has bounds."""

from __future__ import annotations

import os
import stat

from dns_update.auth.private_file import open_at_once
from dns_update.process.capture import captured, found_program
from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.server_config.finding import ServerProgram

_MOST_OCTETS = 1 << 21  # of each file: a busy server's day without queries, and read in a tenth of a second
_FEW_OCTETS = 1 << 16  # a file that is smaller was perhaps rotated a moment ago
_MOST_FILES = 10  # no logging statement has more that matter
_JOURNAL_SECONDS = 5.0  # a large journal on a slow disk needs one or two
_JOURNAL_LINES = 20_000
_JOURNAL_DAYS = 7
_UNITS: dict[ServerProgram, tuple[str, ...]] = {
    "bind": ("named", "bind9", "named-chroot", "isc-bind-named"),
    "knot": ("knot", "knotd"),
    "powerdns": ("pdns",),
}
_SYSTEM_FILES = ("/var/log/syslog", "/var/log/messages", "/var/log/daemon.log", "/var/log/kern.log")
_AUDIT_FILE = "/var/log/audit/audit.log"
_NOT_PERMITTED = ("You are currently not seeing messages", "insufficient permissions")
_ROTATED = (".0", ".1")  # by named, and by logrotate


class LogText(Value):
    """The newest part of one log: where it is from, its text, and when it was last written."""

    source: str
    text: str
    seconds: float


class LogTexts(Value):
    """What could be read, and what could not: each with the reason."""

    read: tuple[LogText, ...]
    unreadable: tuple[str, ...]


def read_files(paths: tuple[str, ...]) -> LogTexts:
    """Return the newest parts of log files; a file that was rotated is read together with the one before it."""
    read: list[LogText] = []
    unreadable: list[str] = []
    for path in dict.fromkeys(paths[:_MOST_FILES]):
        try:
            text = _end_of(path)
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else "") or "not a file"
            unreadable.append(f"{path} ({reason})")
            continue
        read += [*_before(path, text), text]
    return LogTexts(tuple(read), tuple(unreadable))


def read_system(program: ServerProgram) -> LogTexts:
    """Return what the journal has of a program's units and of the kernel; without a journal, the system's log files.

    What this system does not have is left out.
    """
    journalctl = found_program("journalctl")
    read: list[LogText] = []
    unreadable: list[str] = []
    if journalctl is not None:
        units = tuple(word for unit in _UNITS[program] for word in ("-u", unit))
        for source, words in (("the journal", units), ("the kernel's journal", ("-k", "-g", "DENIED|denied|Killed"))):
            text, is_hidden = _journal(journalctl, words)
            if is_hidden:
                unreadable.append("the journal (only root and the group systemd-journal read it)")
                break
            if text:
                read.append(LogText(source, text, 0.0))
    if not read and not unreadable:
        files = read_files(tuple(path for path in _SYSTEM_FILES if os.path.exists(path)))
        read, unreadable = list(files.read), list(files.unreadable)
    if os.access(_AUDIT_FILE, os.R_OK):
        read += read_files((_AUDIT_FILE,)).read
    return LogTexts(tuple(read), tuple(unreadable))


def _journal(journalctl: str, words: tuple[str, ...]) -> tuple[str, bool]:
    """Return what journalctl prints, and whether we may not see the system's messages."""
    bounds = ("--since", f"-{_JOURNAL_DAYS}d", "-n", str(_JOURNAL_LINES))
    try:
        result = captured((journalctl, "--no-pager", "-o", "short-iso", *bounds, *words), _JOURNAL_SECONDS)
    except OSError:
        return "", False
    if result is None:
        return "", False
    is_hidden = any(words in result.errors for words in _NOT_PERMITTED)
    lines = [line for line in result.output[-_MOST_OCTETS:].splitlines() if not line.startswith("-- ")]
    return "\n".join(lines), is_hidden


def _end_of(path: str) -> LogText:
    """Return the end of a file; raises OSError, and ValueError if it is not a regular file."""
    with open(path, "rb", opener=open_at_once) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(path)
        file.seek(max(status.st_size - _MOST_OCTETS, 0))
        content = file.read(_MOST_OCTETS)
    if status.st_size > _MOST_OCTETS:  # the first line is a part of one
        content = content[content.find(b"\n") + 1 :]
    return LogText(path, content.decode(errors="replace"), status.st_mtime)


def _before(path: str, text: LogText) -> list[LogText]:
    """Return the file before one that was rotated a moment ago; none if there is none that can be read."""
    if len(text.text) >= _FEW_OCTETS:
        return []
    for ending in _ROTATED:
        try:
            return [_end_of(path + ending)]
        except (OSError, ValueError):
            continue
    return []
