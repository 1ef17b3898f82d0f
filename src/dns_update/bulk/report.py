"""The report of a bulk run: a line for each outcome, written as they come; a later run goes on from it.

Each line ends with a check over itself and all lines before it. So a report that was changed, or of which the beginning
is missing, is not gone on from. If the process is killed, the kernel ends a write between two pages of the file, not
within one. No line crosses the end of a page (blanks after the line before fill it), and a page is one write: a report
has whole lines only, however the run ends.
"""

from __future__ import annotations

import csv
import io
import json
import os
import stat
from collections import Counter
from hashlib import blake2b

from dns_update import errors
from dns_update.bulk import DONE, STATES, BulkOutcome, Wish
from dns_update.wire.codes import rrtype_to_text

COLUMNS = ("name", "type", "state", "server", "reason", "wish", "check")
"""`wish` is a digest of what was desired, `check` one of the line and all before it."""
PAGE = 4096  # octets; the kernel's pages are never smaller
MOST_REASON = 500  # characters of a reason, so that a line is never longer than a page
_CHECK_OCTETS = 6
_WISH_OCTETS = 8
_BLANK = b" "


class Report:
    """A report that is being written; `done` are the digests of the wishes that it says are done."""

    def __init__(self, path: str, *, resumes: bool) -> None:
        """Begin a new report, or go on from one that is there; raises UsageError.

        Its form is JSON lines if its name ends in `.json`, `.jsonl` or `.ndjson`, else CSV.
        """
        self.path = path
        self.done: set[bytes] = set()
        self.states: Counter[str] = Counter()  # of the outcomes that an earlier run has written
        self._is_json = path.endswith((".json", ".jsonl", ".ndjson"))
        self._check = b""
        self._pending: list[bytes] = []
        self._size = 0
        self._is_lost = False  # what comes after a failure to write is not written either
        self._file = self._opened(resumes=resumes)

    def has(self, wish: Wish) -> bool:
        """Return whether an earlier run has done this."""
        return digest_of(wish) in self.done

    def add(self, outcome: BulkOutcome) -> None:
        """Add a line; it is written when a page is full, or by `flush`. Raises NotNow."""
        wish, error = outcome.wish, outcome.error
        self._append(
            (
                str(wish.name),
                rrtype_to_text(wish.rrtype),
                outcome.state,
                "" if outcome.server is None else str(outcome.server),
                "" if error is None else " ".join(str(error).split())[:MOST_REASON],
                digest_of(wish).hex(),
            )
        )

    def flush(self) -> None:
        """Write what was added; raises NotNow."""
        octets, self._pending = b"".join(self._pending), []
        if self._is_lost:
            return
        start = self._size - len(octets)
        while octets:
            page, octets = octets[: PAGE - start % PAGE], octets[PAGE - start % PAGE :]
            try:
                written = os.write(self._file, page)
                if written < len(page):
                    os.write(self._file, page[written:])  # raises what is in the way
            except OSError as error:
                os.ftruncate(self._file, start)
                self._is_lost = True
                raise errors.NotNow(f"cannot write {self.path}: {error.strerror}", hint="resume=yes goes on") from error
            start += len(page)

    def close(self) -> None:
        """Write the rest, wait until the disk has it, and close the file; raises NotNow."""
        try:
            self.flush()
            if not self._is_lost:
                os.fsync(self._file)
        except OSError as error:
            raise errors.NotNow(f"cannot write {self.path}: {error.strerror}", hint="resume=yes goes on") from error
        finally:
            os.close(self._file)

    def _append(self, cells: tuple[str, ...]) -> None:
        line = self._line(cells)
        over = (self._size % PAGE) + len(line) - PAGE
        if over > 0:
            self._fill_page(PAGE - self._size % PAGE)
        self._pending.append(line)
        self._size += len(line)
        if over >= 0:
            self.flush()

    def _fill_page(self, octets: int) -> None:
        """Put blanks before the end of the last line, up to the end of the page."""
        if self._pending:
            self._pending[-1] = self._pending[-1].removesuffix(b"\n") + _BLANK * octets + b"\n"
        else:
            self._pending.append(_BLANK * (octets - 1) + b"\n")
        self._size += octets

    def _line(self, cells: tuple[str, ...]) -> bytes:
        """Return a line with its check."""
        self._check = _checked(self._check, cells)
        whole = (*cells, self._check.hex())
        if self._is_json:
            return json.dumps(dict(zip(COLUMNS, whole, strict=True))).encode() + b"\n"
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow(whole)
        return text.getvalue().encode()

    def _opened(self, *, resumes: bool) -> int:
        flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC
        try:
            if not resumes:
                file = os.open(self.path, flags | os.O_CREAT | os.O_EXCL, 0o644)
                if not self._is_json:
                    self._size += len(_HEADER)
                    self._pending.append(_HEADER)
                return file
            if not stat.S_ISREG(os.stat(self.path).st_mode):  # noqa: PTH116 - as the others
                raise errors.UsageError(f"{self.path} is not a file", hint="a report is read before it is gone on from")
            with open(self.path, encoding="utf-8", newline="\n") as written:  # noqa: PTH123 - as the others
                self._read(written)
            return os.open(self.path, flags)
        except FileExistsError:
            raise errors.UsageError(
                f"{self.path} is there already", hint="resume=yes goes on from it; else give another file"
            ) from None
        except FileNotFoundError:
            if not resumes:
                raise errors.UsageError(f"cannot write {self.path}: there is no such directory") from None
            return self._opened(resumes=False)
        except (OSError, UnicodeDecodeError) as error:
            raise errors.UsageError(f"cannot use {self.path}: {getattr(error, 'strerror', error)}") from error

    def _read(self, file: io.TextIOWrapper) -> None:
        """Check a report, and record what it says is done; raises UsageError."""
        number = 0
        for number, text in enumerate(file, 1):
            self._size += len(text.encode())
            if not text.endswith("\n"):
                raise self._wrong(number, "it is not whole", f"remove line {number} to go on from the lines before it")
            if text.isspace() or (number == 1 and text.rstrip() == _HEADER.decode().rstrip()):
                continue
            cells = self._cells(text, number)
            self._check = _checked(self._check, cells[:-1])
            if cells[-1] != self._check.hex():
                raise self._wrong(number, "it was changed, or lines before it are missing", "begin a new report")
            _name, _type, state, _server, _reason, wish, _own = cells
            self.states[state] += 1
            if state in DONE:
                self.done.add(bytes.fromhex(wish))
            else:
                self.done.discard(bytes.fromhex(wish))
        if not number and not self._is_json:
            self._size = len(_HEADER)
            self._pending.append(_HEADER)

    def _cells(self, text: str, number: int) -> tuple[str, ...]:
        try:
            if self._is_json:
                given = json.loads(text)
                cells = tuple(given[column] for column in COLUMNS) if isinstance(given, dict) else ()
            else:
                (row,) = csv.reader([text.rstrip()], strict=True)
                cells = tuple(row)
            is_right = len(cells) == len(COLUMNS) and all(isinstance(cell, str) for cell in cells)
            if is_right and cells[2] in STATES and bytes.fromhex(cells[5]):
                return cells
        except (ValueError, KeyError, csv.Error):
            pass
        raise self._wrong(number, "it is not a line of a report", "begin a new report")

    def _wrong(self, number: int, what: str, hint: str) -> errors.UsageError:
        return errors.UsageError(f"{self.path}:{number}: {what}; this report is not gone on from", hint=hint)


_HEADER = (",".join(COLUMNS) + "\n").encode()


def digest_of(wish: Wish) -> bytes:
    """Return a digest of a wish: name, type, TTL, values, and whether they go."""
    digest = blake2b(wish.owner.lower(), digest_size=_WISH_OCTETS)
    digest.update(b"%d %d %d" % (wish.rrtype, wish.deletes, -1 if wish.ttl is None else wish.ttl))
    if wish.adds:
        digest.update(b"+")
    for value in sorted(wish.values):
        digest.update(len(value).to_bytes(2) + value)
    return digest.digest()


def _checked(before: bytes, cells: tuple[str, ...]) -> bytes:
    """Return the check of a line after one with the check `before`."""
    return blake2b("\0".join(cells).encode(), key=before, digest_size=_CHECK_OCTETS).digest()
