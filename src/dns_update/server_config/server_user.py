"""Which user a server runs as, and what that user may do with files."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from dns_update.value import Value

READ, WRITE, SEARCH = 4, 2, 1

_PROC = Path("/proc")


class Identity(Value):
    """A user as the kernel sees it: number, groups, and the name for people.

    `root` is the directory that shows the files as the user's running program sees them; empty if none runs.
    """

    uid: int
    gids: frozenset[int]
    name: str
    root: str = ""

    def lacks(self, path: Path, wanted: int) -> bool:
        """Return whether the user lacks some of the rights `wanted` to a file; False if we cannot see the file.

        Root may do everything.
        """
        try:
            status = path.stat()
        except OSError:
            return False
        shift = 6 if status.st_uid == self.uid else 3 if status.st_gid in self.gids else 0
        return self.uid != 0 and (status.st_mode >> shift) & wanted != wanted


def user_named(name: str, group: str = "") -> Identity | None:
    """Return a user by name, with all groups, or with one only; None if there is no such user or group."""
    try:
        entry = pwd.getpwnam(name)
        gids = os.getgrouplist(name, entry.pw_gid) if not group else [grp.getgrnam(group).gr_gid]
    except KeyError:
        return None
    return Identity(entry.pw_uid, frozenset(gids), name)


def running_as(program: str, is_ours: Callable[[list[str]], bool]) -> Identity | None:
    """Return the user of a running program; `is_ours` decides by the arguments which process is meant. None if none."""
    for directory, words in _running(program):
        with suppress(OSError):  # it has ended
            if is_ours(words):
                return _identity_of((directory / "status").read_text())._replace(root=f"{directory}/root")
    return None


def command_lines(program: str) -> Iterator[list[str]]:
    """Yield the words of each running process of a program."""
    return (words for _directory, words in _running(program))


def _running(program: str) -> Iterator[tuple[Path, list[str]]]:
    """Yield the directory and the command line of each running process of a program."""
    for directory in _processes():
        with suppress(OSError):  # it has ended
            if (directory / "comm").read_text().strip() == program:
                yield directory, (directory / "cmdline").read_text(errors="replace").split("\0")


def _processes() -> Iterator[Path]:
    return (each for each in _PROC.iterdir() if each.name.isdecimal())


def _identity_of(status: str) -> Identity:
    """Read the effective user and groups from a process's status."""
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    uid, gid = (int(lines[field].split()[1]) for field in ("Uid", "Gid"))
    gids = frozenset({gid, *map(int, lines.get("Groups", "").split())})
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = str(uid)
    return Identity(uid, gids, name)
