"""The files of a set-up: all of them or none, also after Ctrl-C, and never in the place of one that exists.

They are written whole into a directory that nobody else can enter, are read there as the agent reads them, and then get
their names by links, which the kernel refuses where a name exists.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from dns_update.auth import Key
from dns_update.errors import UsageError
from dns_update.errors.classes import NotNow, unusable_file
from dns_update.keys.files import SECRET_MODE, sync_directory
from dns_update.wire.name import Name

_DIRECTORY_MODE = 0o755
_PREFIX = ".dns-update-"  # of the directory in which they are written


def refuse_existing(paths: Iterable[str]) -> None:
    """Raise UsageError for the first file that exists."""
    for path in paths:
        if os.path.lexists(path):
            raise UsageError(f"{path} exists", hint="init overwrites nothing: give another output=, or move it away")


def shared_key(path: str, name: Name | None) -> Key:
    """Return the key of a file, of which `init` makes a copy; raises UsageError, also for a key pair."""
    key = Key.from_file(path, name)
    if not key.is_shared:
        raise UsageError(
            f"{path} is a key pair for SIG(0), which init does not set up",
            hint='use a TSIG key here, or write the configuration yourself: file = "credential:..." in [keys.NAME]',
        )
    return key


def check_directory(path: str) -> None:
    """Raise UsageError if no file can be made in the directory of a path; it may be missing."""
    there = next(each for each in Path(path).parents if os.path.lexists(each))
    if not there.is_dir():
        raise UsageError(f"{there} is not a directory", hint="give another output=")
    if not os.access(there, os.W_OK | os.X_OK):
        raise UsageError(f"you may not write in {there}", hint="give another output=")


def write_together(texts: Mapping[str, str], modes: Mapping[str, int], check: Callable[[str], None]) -> None:
    """Write new files, by their paths, into one directory; missing directories are made.

    `check` is called with the directory in which they have their last part as name, before they get their names; what
    it raises means that there are none. A file without a mode in `modes` is for its owner only. Raises UsageError if a
    file exists or cannot be written, NotNow if that may be possible later.
    """
    directory = Path(next(iter(texts))).parent
    made: list[Path] = []
    linked: list[Path] = []
    part: Path | None = None
    with _interrupts_held() as interrupts:
        try:
            _make_directory(directory, made)
            part = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=directory))
            for path, text in texts.items():
                _write(part / Path(path).name, text, modes.get(path, SECRET_MODE))
            check(str(part))
            _link(part, texts, linked)
            _heed(interrupts)
        except BaseException as error:
            _undo(linked, part, made)
            if isinstance(error, OSError):
                raise _failure(directory, error) from error
            raise
        _remove(part)


@contextmanager
def _interrupts_held() -> Iterator[list[int]]:
    """Within it, Ctrl-C is only noted: an exception between a link and the note of it would leave that link.

    To block the signal would not be enough, since another thread, which still asks a source, could get it.
    """
    noted: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: noted.append(number))
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)


def _heed(interrupts: Sequence[int]) -> None:
    if interrupts:
        raise KeyboardInterrupt


def _undo(linked: Iterable[Path], part: Path | None, made: Sequence[Path]) -> None:
    for link in linked:
        link.unlink(missing_ok=True)
    _remove(part)
    for each in reversed(made):
        with suppress(OSError):  # somebody else may have put a file there
            each.rmdir()


def _make_directory(directory: Path, made: list[Path]) -> None:
    missing = [each for each in (directory, *directory.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(_DIRECTORY_MODE)
        made.append(each)


def _write(path: Path, text: str, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, SECRET_MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fchmod(descriptor, mode)
        os.fsync(descriptor)


def _link(part: Path, paths: Iterable[str], linked: list[Path]) -> None:
    """Give the files their names, and note them."""
    for path in map(Path, paths):
        path.hardlink_to(part / path.name)
        linked.append(path)
    sync_directory(str(part))


def _remove(part: Path | None) -> None:
    if part is not None:
        shutil.rmtree(part, ignore_errors=True)


def _failure(directory: Path, error: OSError) -> UsageError | NotNow:
    if isinstance(error, FileExistsError):
        return UsageError(
            f"{error.filename2 or error.filename} exists",
            hint="init overwrites nothing: give another output=, or move it away",
        )
    return unusable_file(f"cannot write in {directory}", error)
