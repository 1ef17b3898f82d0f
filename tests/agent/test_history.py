"""Attempts on disk: rows are always complete, and a fault of the disk does not affect the caller that adds them."""

import os
import queue
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from dns_update.agent.output import history as module
from dns_update.agent.output.history import History, HistoryRow, fault_of_file, read_history
from dns_update.errors import UsageError
from dns_update.errors.hints import COMMAND_LINE, rendered

_DEADLINE = 60  # seconds after which what is awaited will never come
DAY = 86_400.0


def attempt(number: int = 0, *, name: str = "home.example.com", zone: str = "example.com") -> HistoryRow:
    return HistoryRow(
        when=1_000_000.0 + number,
        name=name,
        zone=zone,
        types=("A", "AAAA"),
        before="A 192.0.2.1",
        after=f"A 192.0.2.{number % 256}",
        server="192.0.2.53:53",
        key_name="home-key",
        outcome="ok",
        message="",
        seconds=0.021,
    )


class Watched(History):
    """A history that notes its reports, and each batch on the disk (the first is empty: the check at the start)."""

    def __init__(self, path: Path, *, keep: float = DAY, now: float = 1_000_000.0) -> None:
        self.reports: queue.Queue[str] = queue.Queue()
        self._writes: queue.Queue[None] = queue.Queue()
        self._failures: queue.Queue[None] = queue.Queue()
        self.now, self.up = now, 0.0
        super().__init__(str(path), keep, self.reports.put, clock=lambda: self.now, uptime=lambda: self.up)

    def _mend(self) -> None:
        super()._mend()
        self._writes.put(None)

    def _break(self, batch: Sequence[HistoryRow], reason: str) -> None:
        super()._break(batch, reason)
        self._failures.put(None)

    def failed(self) -> None:
        """Wait until the next attempt to write has failed."""
        self._failures.get(timeout=_DEADLINE)

    def written(self) -> None:
        """Wait until the next batch is on the disk."""
        self._writes.get(timeout=_DEADLINE)

    def report(self) -> str:
        """Wait for the next report."""
        return self.reports.get(timeout=_DEADLINE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


@contextmanager
def writing(path: Path) -> Iterator[Watched]:
    history = Watched(path)
    try:
        yield history
    finally:
        history.close()


def numbers(path: Path) -> list[int]:
    """Return the numbers of the attempts in a file; each row must be complete."""
    found = list(read_history(str(path)))
    assert found == [attempt(int(each.when) - 1_000_000) for each in found]
    return [int(each.when) - 1_000_000 for each in found]


def write(path: Path, *attempts: HistoryRow) -> None:
    with writing(path) as history:
        for each in attempts:
            history.add(each)
    assert history.reports.empty()


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.0)
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)


# Writing and reading


def test_what_was_added_is_read_in_its_order(path: Path) -> None:
    write(path, attempt(2), attempt(1))  # the clock may be set back
    write(path, attempt(3))
    assert numbers(path) == [2, 1, 3]


def test_more_than_one_batch_and_one_page(path: Path) -> None:
    count = 2 * module.BATCH + module.PAGE_ROWS + 1
    write(path, *map(attempt, range(count)))
    assert numbers(path) == list(range(count))


def test_texts_come_back_as_they_were(path: Path) -> None:
    odd = "ü \0 \n '\" \N{PILE OF POO}"
    before = HistoryRow(
        when=1.25, name="Home.Example.COM.", zone="Example.COM.", types=(), before=odd, after="", server=odd,
        key_name="", outcome="KeyRejected", message=f"{odd}\udcff", seconds=0.5,
    )  # fmt: skip
    write(path, before)
    (after,) = read_history(str(path))
    assert (after.name, after.zone) == ("home.example.com", "example.com")
    assert (after.when, after.types, after.before, after.after, after.server) == (1.25, (), odd, "", odd)
    assert (after.outcome, after.message, after.seconds) == ("KeyRejected", f"{odd}\\udcff", 0.5)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("home.example.com", [1, 3]),
        ("HOME.example.com.", [1, 3]),
        ("home", [1, 3]),
        ("other.home", [2]),
        ("other", []),
        ("@", [4]),
        ("example.com", [4]),
        ("%", []),
        ("' OR 1", []),
    ],
)
def test_only_of_a_name(path: Path, name: str, expected: list[int]) -> None:
    write(path, attempt(1), attempt(2, name="other.home.example.com"), attempt(3), attempt(4, name="example.com"))
    assert [int(a.when) - 1_000_000 for a in read_history(str(path), name=name)] == expected


def test_only_since_a_time_and_only_the_newest(path: Path) -> None:
    write(path, *map(attempt, range(10)), attempt(10, name="other.example.com"))

    def found(name: str | None = None, since: float | None = None, limit: int | None = None) -> list[int]:
        return [int(a.when) - 1_000_000 for a in read_history(str(path), name=name, since=since, limit=limit)]

    assert found(since=1_000_008) == [8, 9, 10]
    assert found(limit=3) == [8, 9, 10]
    assert found(limit=100) == list(range(11))
    assert found(name="home", limit=3) == [7, 8, 9]
    assert found(name="home", since=1_000_008, limit=3) == [8, 9]
    assert found(since=2_000_000, limit=3) == []


def test_a_reader_in_no_hurry_does_not_keep_the_writer_from_its_work(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE_ROWS", 2)
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.0)
    with writing(path) as history:
        history.written()
        for number in range(5):
            history.add(attempt(number))
        history.close()
    reader = read_history(str(path))
    next(reader)
    write(path, attempt(5))
    assert len(list(reader)) == 5  # what came meanwhile is there, too


def test_a_history_with_nothing_in_it_yet(path: Path) -> None:
    write(path)
    assert numbers(path) == []
    empty = path.with_name("empty.db")
    empty.touch()
    assert numbers(empty) == []


def test_only_the_agents_user_and_group_may_read_it(path: Path) -> None:
    before = os.umask(0)
    try:
        write(path, attempt())
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize("name", ["a?b#c%41 d", "ü", "\udcff"])
def test_any_path_will_do(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, attempt(1))
    assert numbers(tmp_path / name) == [1]
    assert [os.fsencode(each.name) for each in tmp_path.iterdir()] == [os.fsencode(name)]


def test_sqlite_is_imported_only_for_a_file() -> None:
    script = "import dns_update.agent.output.history, sys; sys.exit('sqlite3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_an_idle_history_holds_no_descriptor(path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with writing(path) as history:
        history.written()
        history.add(attempt(1))
        history.written()
        assert len(list(Path("/proc/self/fd").iterdir())) == before


# Age


def test_what_is_too_old_goes_at_the_start_and_not_at_each_add(path: Path) -> None:
    write(path, *map(attempt, range(100)))
    history = Watched(path, keep=40, now=1_000_100)
    history.written()
    assert numbers(path) == list(range(59, 100))  # by the newest one: no answer has shown yet that the clock is right
    history.add(attempt(5))
    history.written()
    history.close()
    assert numbers(path) == [*range(59, 100), 5]


def test_what_is_too_old_goes_from_an_idle_agent_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PRUNE_SECONDS", 0.01)
    write(path, *map(attempt, range(5)))
    history = Watched(path, keep=40, now=1_000_000)
    history.written()
    assert numbers(path) == list(range(5))
    history.believe()
    history.now, history.up = history.now + 42.5, 42.5
    history.written()  # may have been under way with the old time
    history.written()
    history.close()
    assert numbers(path) == [3, 4]


YEARS_2040 = 14 * 365 * DAY
LATER = 1_000_000.0 + YEARS_2040


@pytest.fixture
def _always_pruning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PRUNE_SECONDS", 0.01)


def pruned(history: Watched) -> None:
    """Wait until the history has been pruned in its present state."""
    history.written()
    history.written()


@pytest.mark.usefixtures("_always_pruning")
def test_a_clock_that_is_years_ahead_deletes_nothing(path: Path) -> None:
    """However often the machine starts with it, and whichever updates fail because of it."""
    write(path, *map(attempt, range(5)))
    failed = replaced(attempt(), when=LATER, outcome="ClocksDiffer")
    for _ in range(3):
        history = Watched(path, now=LATER)
        history.add(failed)
        pruned(history)
        history.close()
    assert [each.when for each in read_history(str(path))] == [*(1_000_000.0 + n for n in range(5)), *[LATER] * 3]


@pytest.mark.usefixtures("_always_pruning")
def test_once_a_server_has_signed_the_clock_counts(path: Path) -> None:
    write(path, *map(attempt, range(5)))
    history = Watched(path, now=LATER)
    pruned(history)
    assert numbers(path) == list(range(5))
    history.believe()
    pruned(history)
    history.close()
    assert numbers(path) == []


@pytest.mark.usefixtures("_always_pruning")
def test_a_clock_that_jumps_ahead_after_that_deletes_nothing(path: Path) -> None:
    write(path, *map(attempt, range(5)))
    history = Watched(path)
    history.believe()
    history.now = LATER
    pruned(history)
    history.close()
    assert numbers(path) == list(range(5))


@pytest.mark.usefixtures("_always_pruning")
def test_what_was_never_signed_gets_old_while_the_agent_runs(path: Path) -> None:
    write(path, *(replaced(attempt(n), key_name="") for n in range(5)))
    history = Watched(path, keep=40, now=1_000_000.0 + DAY)
    pruned(history)
    assert len(list(read_history(str(path)))) == 5
    history.up = 38.5
    pruned(history)
    history.close()
    assert [each.when for each in read_history(str(path))] == [1_000_003.0, 1_000_004.0]


def replaced(attempt: HistoryRow, **fields: Any) -> HistoryRow:  # noqa: ANN401 - any field
    return HistoryRow(**({name: getattr(attempt, name) for name in HistoryRow.__fields__} | fields))


def test_pruning_goes_step_by_step(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path, *map(attempt, range(25)))
    monkeypatch.setattr(module, "PRUNE_ROWS", 10)
    history = Watched(path, keep=0, now=1_000_024)
    history.close()
    assert numbers(path) == [24]


# Trouble with the disk


@pytest.mark.usefixtures("_impatient")
def test_a_locked_file_is_told_once_and_what_was_added_is_written_later(path: Path) -> None:
    write(path, attempt(0))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with writing(path) as history:
            assert history.report() == (f"history: cannot write {path}: database is locked; names are still kept right")
            for number in range(1, 4):
                history.add(attempt(number))
                history.failed()
            assert history.reports.empty()
            other.execute("ROLLBACK")
            assert history.report() == f"history: {path} is written again; attempts lost meanwhile: 0"
    assert history.reports.empty()
    assert numbers(path) == [0, 1, 2, 3]


@pytest.mark.usefixtures("_impatient")
def test_a_missing_directory_may_come_later(tmp_path: Path) -> None:
    path = tmp_path / "disk" / "history.db"
    with writing(path) as history:
        assert "No such file or directory" in history.report()
        history.add(attempt(1))
        path.parent.mkdir()
        assert "written again" in history.report()
    assert numbers(path) == [1]


@pytest.mark.usefixtures("_impatient")
def test_a_full_disk(path: Path) -> None:
    write(path, attempt(0))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, hard))  # the file cannot grow: EFBIG
    try:
        with writing(path) as history:
            for number in range(1, 1000):
                history.add(attempt(number))
            assert "cannot write" in history.report()
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            assert "written again; attempts lost meanwhile: 0" in history.report()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert numbers(path) == list(range(1000))


@pytest.mark.usefixtures("_impatient")
def test_while_it_is_broken_the_oldest_make_room_and_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_WAITING_BROKEN", 3)
    path = tmp_path / "disk" / "history.db"
    with writing(path) as history:
        history.report()
        for number in range(10):
            history.add(attempt(number))
        path.parent.mkdir()
        lost = int(history.report().removeprefix(f"history: {path} is written again; attempts lost meanwhile: "))
    assert lost >= 4  # three may wait, and three be on their way to a disk that is there just in time
    assert len(numbers(path)) == 10 - lost
    assert numbers(path)[-3:] == [7, 8, 9]


def test_a_disk_that_is_too_slow_is_told_when_it_has_caught_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 3)
    with writing(path) as history:
        history.written()
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")  # BUSY_SECONDS are more than this takes
            for number in range(10):
                history.add(attempt(number))
            other.execute("ROLLBACK")
    lost = int(history.report().removeprefix(f"history: the disk of {path} was too slow; attempts lost meanwhile: "))
    assert history.reports.empty()
    assert lost >= 4
    assert len(numbers(path)) == 10 - lost


def test_a_file_that_is_removed_is_begun_anew(path: Path) -> None:
    with writing(path) as history:
        history.written()
        history.add(attempt(1))
        history.written()
        path.unlink()
        history.add(attempt(2))
    assert numbers(path) == [2]
    assert history.reports.empty()


def damage(path: Path) -> bytes:
    """Damage a history, except the beginning that identifies it, and return its octets."""
    octets = bytearray(path.read_bytes())
    octets[100:] = b"\xff" * (len(octets) - 100)
    path.write_bytes(octets)
    return bytes(octets)


def test_a_damaged_history_is_set_aside_and_a_new_one_begun(path: Path) -> None:
    write(path, attempt(0))
    octets = damage(path)
    with writing(path) as history:
        history.add(attempt(1))
    aside = path.with_name("history.db.corrupt-1970-01-12")
    assert history.report().startswith(f"history: {path} is corrupt (")
    assert history.reports.empty()
    assert aside.read_bytes() == octets
    assert numbers(path) == [1]


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize(
    ("octets", "says"),
    [
        (b"Welcome to this machine.\n" * 1000, "it is not a history"),
        (b"x", "it is not a history"),
        (b"SQLite format 3\0" + b"\xff" * 5000, "it is another program's database"),
        (b"SQLite format 3\0" + bytes(5000), "it is another program's database"),
    ],
    ids=["text", "an octet", "damaged database", "empty database"],
)
def test_a_file_that_is_no_history_is_left_alone(path: Path, octets: bytes, says: str) -> None:
    path.write_bytes(octets)
    assert says in fault_of_file(str(path))
    with writing(path) as history:
        history.add(attempt(1))
        report = history.report()
        assert report.startswith(f"history: cannot write {path}: {says}")
        assert report.endswith("names are still kept right")
    assert path.read_bytes() == octets
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: Path(path).symlink_to("/dev/zero")])
def test_what_is_no_file_is_neither_waited_for_nor_touched(path: Path, make: Callable[[Path], None]) -> None:
    make(path)
    assert fault_of_file(str(path)) == "it is not a regular file"
    with writing(path) as history:
        history.add(attempt(1))
        assert "it is not a regular file" in history.report()
    with pytest.raises(UsageError, match=r"it is not a regular file|Is a directory"):
        list(read_history(str(path)))
    assert list(path.parent.iterdir()) == [path]


def test_a_history_or_what_may_become_one_has_no_fault(path: Path) -> None:
    assert fault_of_file(str(path)) == fault_of_file(str(path / "in" / "none")) == ""
    path.touch()
    assert fault_of_file(str(path)) == ""
    write(path, attempt(1))
    assert fault_of_file(str(path)) == ""
    damage(path)
    assert fault_of_file(str(path)) == ""


def test_a_damaged_page_is_found_when_it_is_met(path: Path) -> None:
    write(path, *map(attempt, range(1000)))
    octets = bytearray(path.read_bytes())
    octets[4096:] = b"\xff" * (len(octets) - 4096)
    path.write_bytes(octets)
    with pytest.raises(UsageError, match="malformed"):
        list(read_history(str(path)))
    with writing(path) as history:
        history.add(attempt(1))
    assert "is corrupt (database disk image is malformed)" in history.report()
    assert numbers(path) == [1]


@pytest.mark.usefixtures("_impatient")
def test_a_file_that_is_corrupt_again_on_the_same_day_stays_where_it_is(path: Path) -> None:
    write(path, attempt(1))
    damage(path)
    write_and_ignore_reports(path)
    octets = damage(path)
    with writing(path) as history:
        assert "cannot write" in history.report()
    assert path.read_bytes() == octets
    assert len(list(path.parent.iterdir())) == 2


def write_and_ignore_reports(path: Path) -> None:
    with writing(path):
        pass


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("CREATE TABLE theirs (x)", "it is another program's database"),
        ("PRAGMA application_id = 7", "it is another program's database"),
        ("PRAGMA user_version = 3", "it has version 3, this dns-update knows 1"),
    ],
)
def test_what_is_not_ours_is_left_alone(path: Path, statement: str, says: str) -> None:
    if "version" in statement:
        write(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(statement)
    octets = path.read_bytes()
    with writing(path) as history:
        history.add(attempt(1))
        assert says in history.report()
    assert path.read_bytes() == octets
    with pytest.raises(UsageError, match=says):
        list(read_history(str(path)))


def test_a_directory_in_its_place(tmp_path: Path) -> None:
    with writing(tmp_path) as history:
        assert "it is not a regular file" in history.report()


# Killed


KILLED_WITHIN = """
import os, signal, sys
from dns_update.agent.output import history as module
from tests.agent.test_history import attempt

path, rows = sys.argv[1], int(sys.argv[2])
module.CACHE_KIBIBYTES = 4  # so that SQLite writes to the file before it commits
insert, row, count = module._insert, module._row, 0

def counted(attempt):
    global count
    count += 1
    if count > rows:
        os.kill(os.getpid(), signal.SIGKILL)
    return row(attempt)

module._row = counted
history = module.History(path, 1e9, print)
for number in range(5000):
    history.add(attempt(number))
history.close()
"""


@pytest.mark.parametrize("rows", [0, 1, 999, 2500])
def test_a_writer_killed_within_a_transaction_leaves_whole_ones(path: Path, rows: int) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED_WITHIN, path, str(rows)], check=False, cwd=_root())
    assert killed.returncode == -signal.SIGKILL
    found = numbers(path)
    assert found == list(range(len(found)))
    assert rows - module.BATCH <= len(found) <= rows
    write(path, attempt(len(found)))
    assert numbers(path) == [*found, len(found)]


KILLED_ANYWHERE = """
import sys
from dns_update.agent.output import history as module
from tests.agent.test_history import attempt

sys.setswitchinterval(1e-5)  # so that the writing thread runs often
module.BATCH = 20

class Told(module.History):
    def _mend(self):
        super()._mend()
        print(flush=True)  # a batch is on the disk

history = Told(sys.argv[1], 1e9, lambda line: None)
number = 0
while True:
    history.add(attempt(number))
    number += 1
"""


@pytest.mark.parametrize("batches", [1, 2, 3, 5, 8])
def test_a_writer_killed_at_any_moment_leaves_what_it_had_committed(path: Path, batches: int) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED_ANYWHERE, path], stdout=subprocess.PIPE, cwd=_root()) as writer:
        assert writer.stdout is not None
        for _ in range(batches + 1):  # the first is the look at the start
            assert writer.stdout.readline()
        writer.kill()
    found = numbers(path)  # which also checks that each is whole
    assert len(found) >= batches
    assert found == sorted(set(found))
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _root() -> Path:
    return Path(__file__).parent.parent.parent


def test_closing_does_not_wait_for_a_disk_that_never_answers(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CLOSE_SECONDS", 0.01)
    release: queue.Queue[None] = queue.Queue()
    make_file: Callable[[str], None] = module._make_file  # noqa: SLF001 - a disk that hangs cannot be had otherwise

    def hang(path: str) -> None:
        release.get(timeout=_DEADLINE)
        make_file(path)

    monkeypatch.setattr(module, "_make_file", hang)
    history = Watched(path)
    history.add(attempt(1))
    history.close()
    assert not path.exists()
    release.put(None)
    release.put(None)
    monkeypatch.setattr(module, "CLOSE_SECONDS", _DEADLINE)
    history.close()
    assert numbers(path) == [1]


# Reading what cannot be read


def test_no_file(path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        next(read_history(str(path)))
    assert str(caught.value) == f"history: cannot read {path}: No such file or directory"
    hint = rendered(caught.value.hint, COMMAND_LINE)
    assert hint == "the agent makes it; if it keeps its history elsewhere: file=PATH"


def test_a_directory(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Is a directory"):
        next(read_history(str(tmp_path)))


def test_no_database(path: Path) -> None:
    path.write_text("some text that is long enough to be looked at" * 20)
    with pytest.raises(UsageError, match="file is not a database"):
        next(read_history(str(path)))
