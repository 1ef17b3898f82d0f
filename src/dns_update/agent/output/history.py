"""Keeps every attempt to change a name in an SQLite file, for people to read; the agent decides nothing by it.

The file uses SQLite's rollback journal, not a write-ahead log. The index of a write-ahead log is mapped into memory, so
a disk error ends the process by SIGBUS instead of raising an exception; and a reader without write access to the
directory cannot open it. Both forms survive SIGKILL at any moment.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Condition, Thread
from typing import Any

from dns_update.agent.clock import since_boot
from dns_update.auth.private_file import is_special, open_at_once
from dns_update.errors import Hint, UsageError
from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3  # 1 MiB, only where a history is kept

APPLICATION_ID = 0x444E5355  # "DNSU": so that we never write to another program's database
SCHEMA_VERSION = 1
FILE_MODE = 0o640  # it has no secrets; the agent's group may read what the agent did
MAX_WAITING = 10_000  # attempts, some 5 MB: all names of the largest expected agent, changing at once
MAX_WAITING_BROKEN = 1_000  # attempts, while the file cannot be written
BATCH = 1_000  # attempts in a transaction: one wait for the disk, and a short lock for readers
RETRY_SECONDS = 60.0  # until a file that could not be written is tried again
PRUNE_SECONDS = 21_600.0  # between two deletions of old attempts
PRUNE_ROWS = 10_000  # rows in a transaction, so that its journal stays small
BUSY_SECONDS = 5.0  # how long to wait for another process's lock
CLOSE_SECONDS = 2.0  # how long the end of the process waits for the disk
PAGE_ROWS = 500  # rows that a reader reads at once; between pages it holds no lock, even if its output is paused
CACHE_KIBIBYTES = 256  # SQLite's own default is 2 MiB

_IS_NAME = "name IN (?, ? || '.' || zone)"
_IS_ZONE = "name = zone"
_MAGIC = b"SQLite format 3\0"  # https://sqlite.org/fileformat.html, section 1.3
_APPLICATION_ID_AT = 68
_HEADER_OCTETS = 100
_CORRUPT = (11, 26)  # SQLITE_CORRUPT, SQLITE_NOTADB
_UNFINISHED = 776  # SQLITE_READONLY_ROLLBACK: a writer was killed, and this reader may not repair the file


OK = "ok"  # the outcome of a change


class HistoryRow(Value, kw_only=True):
    """One attempt to change a name, successful or not.

    `when` is in seconds since 1970; `name` and `zone` are in full, without the trailing dot; `types` are mnemonics such
    as "AAAA"; `before` and `after` are data as text ("A 192.0.2.1, A 192.0.2.2"), empty for nothing; if the outcome is
    not "ok", `after` is what the name should have had; `zone` and `before` are None if they were not known; `server` is
    empty if none was asked; `key_name` is empty for an unsigned update; `outcome` is "ok", the name of the error's
    class, or "CalledOff" if the attempt was cancelled after its update was sent; `message` has details; `seconds` is
    how long it took.
    """

    when: float
    name: str
    zone: str | None
    types: tuple[str, ...]
    before: str | None
    after: str
    server: str
    key_name: str
    outcome: str
    message: str
    seconds: float

    @property
    def is_ok(self) -> bool:
        """Whether the name was changed."""
        return self.outcome == OK


_NAMES = ", ".join(f'"{field}"' for field in HistoryRow.__fields__)  # of the columns, which are the same
_SCHEMA = (
    f"CREATE TABLE attempts (id INTEGER PRIMARY KEY, {_NAMES})",
    'CREATE INDEX attempts_when ON attempts ("when")',
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)


class History:
    """Writes attempts to a file in its own thread: only `close` waits for the disk, and no method raises its errors.

    A thread writes, because a disk may take seconds, and a broken one may never answer; attempts that arrive meanwhile
    go into one transaction. The file is opened again for each transaction. So a file that was removed, replaced or
    mounted again needs no special treatment, and an idle agent holds no memory or descriptor for it.

    While the file cannot be written, attempts wait, up to MAX_WAITING_BROKEN; then the oldest are dropped. A damaged
    history is renamed, at most once a day, and a new one is started; any other file is left as it is.

    Old attempts are not deleted by the wall clock alone, because a machine may start with a wrong time. The time used
    is the last one that was `believed`, or that of the newest attempt that shows that the clock was right, plus the
    time since then; it is never later than the wall clock.
    """

    def __init__(
        self,
        path: str,
        keep_seconds: float,
        report: Callable[[str], None],
        *,
        clock: Callable[[], float] = time.time,
        uptime: Callable[[], float] = since_boot,
    ) -> None:
        """Keep attempts in the file at `path` for `keep_seconds`.

        `report` is called with a line when the file can no longer be written, and when it can again. The writing thread
        calls it, and it must not raise.
        """
        self._path = path
        self._keep_seconds = keep_seconds
        self._report = report
        self._clock = clock
        self._uptime = uptime
        self._believed: tuple[float, float] | None = None  # a time of the clock that was right, and the uptime then
        self._waiting: deque[HistoryRow] = deque()
        self._change = Condition()  # guards `_waiting` and the three below
        self._lost = 0
        self._is_broken = False
        self._is_closing = False
        self._next_prune = time.monotonic()
        # A daemon, so that the interpreter does not wait for it at exit: the disk may never answer.
        self._thread = Thread(target=self._run, name="history", daemon=True)
        self._thread.start()

    def add(self, row: HistoryRow) -> None:
        """Have an attempt written as soon as possible."""
        with self._change:
            self._waiting.append(row)
            self._drop_oldest()
            self._change.notify()

    def believe(self) -> None:
        """Record that the clock is right now: a server has accepted our signature (RFC 8945, section 5.2.3)."""
        self._believed = self._clock(), self._uptime()

    def finish(self) -> None:
        """Have the waiting attempts written, then stop; returns at once."""
        with self._change:
            self._is_closing = True
            self._change.notify()

    def close(self) -> None:
        """Do the same, and wait for it, at most CLOSE_SECONDS."""
        self.finish()
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        while (batch := self._next_batch()) is not None:
            try:
                self._write(batch)
            except _Unusable as reason:
                self._break(batch, str(reason))
            else:
                self._mend()

    def _next_batch(self) -> list[HistoryRow] | None:
        """Wait for work: return attempts to write, an empty batch if old ones must be pruned, or None to stop."""
        with self._change:
            if self._is_broken:
                self._change.wait_for(lambda: self._is_closing, RETRY_SECONDS)
            else:
                seconds = self._next_prune - time.monotonic()
                self._change.wait_for(lambda: self._waiting or self._is_closing, max(seconds, 0))
            if self._is_closing and (self._is_broken or not self._waiting):
                return None
            return [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]

    def _write(self, batch: Sequence[HistoryRow]) -> None:
        try:
            self._store(batch)
        except _Corrupt as reason:
            kept_as = _set_aside(self._path, self._clock())
            self._report(f"history: {self._path} is corrupt ({reason}); it is kept as {kept_as}, a new one is started")
            self._store(batch)

    def _store(self, batch: Sequence[HistoryRow]) -> None:
        _make_file(self._path)
        if fault := _fault_of(_first_octets(self._path)):  # SQLite would take a short text for an empty database
            raise _Unusable(fault)
        with _database(self._path) as database:
            database.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
            database.execute("BEGIN IMMEDIATE")  # all or nothing: closing the database drops what is not committed
            if not _has_schema(database):
                for statement in _SCHEMA:
                    database.execute(statement)
            _insert(database, batch)
            database.execute("COMMIT")
            if time.monotonic() >= self._next_prune:
                _prune(database, self._time_of(database) - self._keep_seconds)
                self._next_prune = time.monotonic() + PRUNE_SECONDS

    def _time_of(self, database: sqlite3.Connection) -> float:
        """Return the time from which the age of attempts is counted."""
        now, up = self._clock(), self._uptime()
        if self._believed is None:
            newest = _newest_believed(database)
            self._believed = (now if newest is None else min(newest, now)), up
        then, up_then = self._believed
        return min(then + up - up_then, now)

    def _break(self, batch: Sequence[HistoryRow], reason: str) -> None:
        with self._change:
            was_broken, self._is_broken = self._is_broken, True
            self._waiting.extendleft(reversed(batch))
            self._drop_oldest()
        if not was_broken:
            self._report(f"history: cannot write {self._path}: {reason}; names are still kept right")

    def _mend(self) -> None:
        with self._change:
            was_broken, self._is_broken = self._is_broken, False
            is_behind = bool(self._waiting) and not was_broken
            lost = self._lost
            if not is_behind:
                self._lost = 0
        if was_broken:
            self._report(f"history: {self._path} is written again; attempts lost meanwhile: {lost}")
        elif lost and not is_behind:
            self._report(f"history: the disk of {self._path} was too slow; attempts lost meanwhile: {lost}")

    def _drop_oldest(self) -> None:
        limit = MAX_WAITING_BROKEN if self._is_broken else MAX_WAITING
        while len(self._waiting) > limit:
            self._waiting.popleft()
            self._lost += 1


def read_history(
    path: str, *, name: str | None = None, since: float | None = None, limit: int | None = None
) -> Iterator[HistoryRow]:
    """Yield the attempts in a file in the order in which they were made; an agent may be writing it meanwhile.

    `name` is a full name, or relative to its zone (`@` is the zone itself); `since` is in seconds since 1970; `limit`
    is the number of newest attempts. The first step raises UsageError if the file does not exist, cannot be read, or is
    not a history; later ones raise it if the file is corrupt.
    """
    conditions, arguments = _conditions(name, since)
    try:
        _check_file(path)
        with _database(path) as database:
            database.execute("PRAGMA query_only = 1")  # SQLite may still repair what a killed writer left
            if not _has_schema(database):
                return
            last = _before_newest(database, conditions, arguments, limit)
            query = f"SELECT id, {_NAMES} FROM attempts WHERE {conditions} AND id > ? ORDER BY id LIMIT ?"  # noqa: S608
            while page := database.execute(query, (*arguments, last, PAGE_ROWS)).fetchall():
                for row in page:
                    yield _history_row(row[1:])
                last = page[-1][0]
    except _Unusable as reason:
        raise UsageError(f"history: cannot read {path}: {reason}", hint=_reading_hint(reason.__cause__)) from reason


# The file, and its faults


class _Unusable(Exception):
    """The file cannot be used now; the text says why."""


class _Corrupt(_Unusable):
    """The file is not a database, or a damaged one."""


@contextmanager
def _database(path: str) -> Iterator[sqlite3.Connection]:
    """Open an existing database; any error of SQLite is raised as _Unusable."""
    import sqlite3

    escaped = os.path.abspath(path).lstrip("/").replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    try:
        database = sqlite3.connect(f"file:///{escaped}?mode=rw", uri=True, isolation_level=None, timeout=BUSY_SECONDS)
        try:
            yield database
        finally:
            database.close()
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0)
        if code & 0xFF in _CORRUPT:
            raise _Corrupt(str(error)) from error
        if code == _UNFINISHED:
            raise _Unusable("an agent was killed while writing it; root or the agent can repair it") from error
        raise _Unusable(str(error)) from error


def _make_file(path: str) -> None:
    _refuse_special(path)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
    except FileExistsError:
        pass
    except OSError as error:
        raise _Unusable(error.strerror) from error


def fault_of_file(path: str) -> str:
    """Return why the file at `path` cannot be a history; empty if it can, does not exist, or we may not read it."""
    try:
        _refuse_special(path)
        return _fault_of(_first_octets(path))
    except _Unusable as reason:
        return "" if isinstance(reason.__cause__, OSError) else str(reason)


def _fault_of(octets: bytes) -> str:
    """Return why a file that begins like this is neither a history nor a damaged one; empty if it may be."""
    if not octets:
        return ""  # a writer was killed before it wrote anything
    if not octets.startswith(_MAGIC):
        return "it is not a history; it is left alone"
    if int.from_bytes(octets[_APPLICATION_ID_AT : _APPLICATION_ID_AT + 4]) != APPLICATION_ID:
        return "it is another program's database"
    return ""


def _first_octets(path: str) -> bytes:
    """Return the first octets of a file, none if it is not there; raises _Unusable."""
    try:
        with open(path, "rb", opener=open_at_once) as file:
            return file.read(_HEADER_OCTETS)
    except FileNotFoundError:
        return b""
    except (OSError, ValueError) as error:
        raise _Unusable(error.strerror if isinstance(error, OSError) else str(error)) from error


def _refuse_special(path: str) -> None:
    """Raise _Unusable if it is not a regular file."""
    if is_special(path):
        raise _Unusable("it is not a regular file")


def _set_aside(path: str, now: float) -> str:
    """Rename a corrupt file, and return its new name; raises _Unusable if that was already done today.

    Once a day, so that a disk that corrupts every file is not filled. Its journal needs no treatment: SQLite
    played it back before it found the file corrupt, or drops it when it finds the new file empty.
    """
    new_name = f"{path}.corrupt-{time.strftime('%Y-%m-%d', time.gmtime(now))}"
    if os.path.lexists(new_name):
        raise _Unusable(f"it is corrupt, and {new_name} already exists")
    try:
        os.rename(path, new_name)
    except OSError as error:
        raise _Unusable(f"it is corrupt, and cannot be renamed: {error.strerror}") from error
    return new_name


def _check_file(path: str) -> None:
    """Raise _Unusable with the reason if a file cannot be read; SQLite does not give the reason."""
    try:
        with open(path, "rb", opener=open_at_once):
            _refuse_special(path)
    except (OSError, ValueError) as error:
        raise _Unusable(error.strerror if isinstance(error, OSError) else str(error)) from error


def _reading_hint(reason: BaseException | None) -> str:
    if isinstance(reason, FileNotFoundError):
        return Hint("the agent makes it; if it keeps its history elsewhere: {file:PATH}")
    if isinstance(reason, PermissionError):
        return "ask as root, or as a member of the file's group"
    return ""


# Rows


def _has_schema(database: sqlite3.Connection) -> bool:
    """Return whether it is a history (True) or empty (False); raises _Unusable if it is something else."""
    ((application,),) = database.execute("PRAGMA application_id").fetchall()
    ((version,),) = database.execute("PRAGMA user_version").fetchall()
    if application == APPLICATION_ID and version == SCHEMA_VERSION:
        return True
    if application == APPLICATION_ID:
        raise _Unusable(f"it has version {version}, this dns-update knows {SCHEMA_VERSION}")
    ((tables,),) = database.execute("SELECT count(*) FROM sqlite_master").fetchall()
    if tables or application or version:
        raise _Unusable("it is another program's database")
    return False


def _insert(database: sqlite3.Connection, batch: Sequence[HistoryRow]) -> None:
    places = ", ".join("?" * len(HistoryRow.__fields__))
    database.executemany(f"INSERT INTO attempts ({_NAMES}) VALUES ({places})", map(_row, batch))  # noqa: S608 - ours


def _newest_believed(database: sqlite3.Connection) -> float | None:
    """Return the time of the newest attempt whose signed answer shows that the clock was right.

    If there are none, return the time of the newest attempt of all; None if the history is empty.
    """
    for condition in ("outcome = 'ok' AND key_name <> ''", "1"):
        ((newest,),) = database.execute(f'SELECT max("when") FROM attempts WHERE {condition}').fetchall()  # noqa: S608 - ours
        if newest is not None:
            return float(newest)
    return None


def _prune(database: sqlite3.Connection, oldest: float) -> None:
    query = 'DELETE FROM attempts WHERE id IN (SELECT id FROM attempts WHERE "when" < ? LIMIT ?)'
    while database.execute(query, (oldest, PRUNE_ROWS)).rowcount == PRUNE_ROWS:
        pass


def _conditions(name: str | None, since: float | None) -> tuple[str, list[object]]:
    conditions, arguments = ["1"], list[object]()
    if since is not None:
        conditions.append('"when" >= ?')
        arguments.append(since)
    if name is not None:
        sought = _comparable(name)
        conditions.append(_IS_ZONE if name == "@" else _IS_NAME)
        arguments += [] if name == "@" else [sought, sought]
    return " AND ".join(conditions), arguments


def _before_newest(database: sqlite3.Connection, conditions: str, arguments: list[object], limit: int | None) -> int:
    """Return the ID before the first of the newest `limit` rows."""
    if limit is None:
        return 0
    newest = f"SELECT id FROM attempts WHERE {conditions} ORDER BY id DESC LIMIT ?"  # noqa: S608 - ours
    ((first,),) = database.execute(f"SELECT min(id) FROM ({newest})", (*arguments, limit)).fetchall()  # noqa: S608
    return int(first) - 1 if first is not None else 0


def _row(row: HistoryRow) -> tuple[object, ...]:
    return (
        float(row.when),
        _comparable(row.name),
        None if row.zone is None else _comparable(row.zone),
        " ".join(row.types),
        None if row.before is None else _storable(row.before),
        _storable(row.after),
        _storable(row.server),
        _storable(row.key_name),
        row.outcome,
        _storable(row.message),
        float(row.seconds),
    )


def _history_row(row: Sequence[Any]) -> HistoryRow:
    fields = dict(zip(HistoryRow.__fields__, row, strict=True))
    return HistoryRow(**fields | {"types": tuple(fields["types"].split())})


def _comparable(name: str) -> str:
    """Return a name as it is compared: in lower case (RFC 4343), without the trailing dot."""
    return _storable(name).lower().removesuffix(".")


def _storable(text: str) -> str:
    """Return a text that UTF-8 can represent: a text from a server may have lone surrogates."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
