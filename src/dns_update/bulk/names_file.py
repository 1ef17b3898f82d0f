"""The file of a bulk run: read twice, so a pipe is spooled; its form is known by its first line."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from errno import EBADF
from typing import IO, Protocol

from dns_update import errors
from dns_update.bulk import Wish
from dns_update.bulk.csv_lines import CsvReader, is_header
from dns_update.bulk.fields import Fields

STANDARD_INPUT = "-"
FORMATS = ("csv", "json", "zone")
LONGEST_LINE = 1 << 20  # characters: more is not a record, which has at most 65,535 octets of data


class LineReader(Protocol):
    """Makes wishes of lines, one after the other; raises InvalidText for a wrong one."""

    def read(self, text: str, line: int, /) -> Sequence[Wish]:
        """Return the wishes of a line."""

    def finish(self) -> Sequence[Wish]:
        """Return the wishes that are left at the end."""


def _json_reader(fields: Fields) -> LineReader:
    from dns_update.bulk.json_lines import JsonReader  # `json` costs 10 ms

    return JsonReader(fields)


def _master_file_reader(fields: Fields) -> LineReader:
    from dns_update.bulk.master_file import MasterFileReader  # with all readers of data

    return MasterFileReader(fields)


_READERS: dict[str, Callable[[Fields], LineReader]] = {
    "csv": CsvReader,
    "json": _json_reader,
    "zone": _master_file_reader,
}


class NamesFile:
    """A file, open, that can be read from its beginning more than once; a pipe is copied to a temporary file."""

    def __init__(self, path: str) -> None:
        """Open it; `-` is standard input. Raises UsageError."""
        self.shown = "standard input" if path == STANDARD_INPUT else path
        try:
            self._file = _seekable(path)
        except OSError as error:
            raise errors.UsageError(f"cannot read {self.shown}: {error.strerror}") from error
        self._state = self._stamp()

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield the number and the text of each line, from 1 on, without line ends; raises UsageError."""
        self._file.seek(0)
        readline = self._file.readline
        number = 0
        try:
            while text := readline(LONGEST_LINE):
                number += 1
                if len(text) == LONGEST_LINE:
                    raise errors.UsageError(f"{self.shown}:{number}: the line has more than {LONGEST_LINE} characters")
                yield number, text.rstrip("\r\n")
        except OSError as error:
            raise errors.UsageError(f"cannot read {self.shown}: {error.strerror}") from error
        if self._stamp() != self._state:
            raise errors.UsageError(f"{self.shown} has changed while it was read", hint="run the command again")

    def form(self) -> str:
        """Return how it is written: `csv`, `json` or `zone`, by the first line that is not empty."""
        for _number, text in self.lines():
            if text.strip():
                return "json" if text.lstrip()[0] == "{" else "csv" if is_header(text) else "zone"
        return "csv"

    def reader(self, fields: Fields, form: str | None) -> LineReader:
        """Return a new reader of its lines; the form None is found out."""
        return _READERS[form or self.form()](fields)

    def close(self) -> None:
        """Close it."""
        self._file.close()

    def _stamp(self) -> tuple[int, int]:
        status = os.fstat(self._file.fileno())
        return status.st_size, status.st_mtime_ns


def _seekable(path: str) -> IO[str]:
    """Return a file, or a copy of what is not a file; raises OSError."""
    if path == STANDARD_INPUT and sys.stdin is None:
        raise OSError(EBADF, "it is closed")
    raw: IO[bytes] = sys.stdin.buffer if path == STANDARD_INPUT else open(path, "rb")  # noqa: SIM115, PTH123
    if not stat.S_ISREG(os.fstat(raw.fileno()).st_mode):
        import shutil  # 10 ms together, and files need neither
        import tempfile

        spool = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
        with raw:
            shutil.copyfileobj(raw, spool)
        spool.flush()
        raw = spool
    return io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="\n")
