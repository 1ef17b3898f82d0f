"""Files with secrets, written: new ones, all or none; one that exists, replaced whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress

from dns_update.errors import UsageError
from dns_update.errors.classes import unusable_file

SECRET_MODE = 0o600
OPEN_MODE = 0o644  # of a text without secrets: another user may be the one who runs the agent
_PART = ".new"  # the end of the name of a file that is being written


def write_new_files(texts: Mapping[str, str], modes: Mapping[str, int]) -> None:
    """Write files that must not exist yet, by their paths: all or none of them, also after Ctrl-C.

    A file without a mode in `modes` gets 0600. Raises UsageError if a file exists or cannot be written, NotNow if that
    may be possible later.
    """
    written: list[str] = []
    path = ""
    try:
        for path, text in texts.items():
            descriptor = os.open(path, _NEW, modes.get(path, SECRET_MODE))
            written.append(path)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
    except BaseException as error:
        for each in written:
            with suppress(OSError):
                os.unlink(each)
        if isinstance(error, FileExistsError):
            raise UsageError(f"{path} exists", hint="give another path, or move the file away") from error
        if isinstance(error, OSError):
            raise unusable_file(f"cannot write {path}", error) from error
        raise


def replace_file(path: str, text: str, before: str) -> None:
    """Replace a file by a new text in one step: who reads it sees the old or the new one, also after a power failure.

    Owner, group and mode stay. A link stays, and its target is replaced. Raises UsageError if the file cannot be
    written, or if it has another text than `before`, because someone has changed it meanwhile; NotNow if it may be
    possible later.
    """
    target = os.path.realpath(path)
    part = target + _PART
    try:
        status = os.stat(target)
        descriptor = os.open(part, _NEW, SECRET_MODE)
    except FileExistsError as error:
        raise UsageError(f"{part} exists", hint="another dns-update may be writing; if not, remove it") from error
    except OSError as error:
        raise unusable_file(f"cannot write {path}", error) from error
    try:
        _check_unchanged(target, path, before)
        if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(descriptor, status.st_uid, status.st_gid)
        os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        os.replace(part, target)
    except BaseException as error:
        with suppress(OSError):
            os.unlink(part)
        if isinstance(error, OSError):
            raise unusable_file(f"cannot write {path}", error) from error
        raise
    sync_directory(target)


_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW


def _check_unchanged(target: str, path: str, before: str) -> None:
    with open(target, encoding="utf-8-sig", newline="") as file:
        if file.read() != before:
            raise UsageError(f"{path} has been changed meanwhile; nothing was written", hint="do it again")


def sync_directory(path: str) -> None:
    """Have the new name of a file survive a power failure."""
    descriptor = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError:  # some file systems cannot
        pass
    finally:
        os.close(descriptor)
