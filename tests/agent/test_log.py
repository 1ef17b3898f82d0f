"""Log lines: complete, safe, once per change of state; a broken standard error does no harm."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dns_update.agent.output import log as module
from dns_update.agent.output.log import DEBUG, ERROR, INFO, NOTICE, WARNING, Log


class Reader:
    """A pipe: the log writes to it, and the test reads from it."""

    def __init__(self) -> None:
        self.end, self.descriptor = os.pipe()
        os.set_blocking(self.end, False)

    @property
    def text(self) -> str:
        """The text written since the last call."""
        pieces = list[bytes]()
        while True:
            try:
                piece = os.read(self.end, 1 << 16)
            except BlockingIOError:
                return b"".join(pieces).decode()
            pieces.append(piece)

    def close(self) -> None:
        for descriptor in (self.end, self.descriptor):
            with contextlib.suppress(OSError):  # the test may have done so
                os.close(descriptor)


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.close()


@pytest.fixture
def log(reader: Reader) -> Log:
    return Log(descriptor=reader.descriptor, environment={})


def test_lines_as_every_command_writes_them(log: Log, reader: Reader) -> None:
    log.error("one")
    log.warning("two")
    log.notice("three")
    log.info("four")
    log.debug("not asked for")
    assert reader.text == "dns-update: one\ndns-update: two\ndns-update: three\ndns-update: four\n"


def test_lines_have_the_local_time_if_there_is_a_clock(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC-2")
    time.tzset()
    try:
        Log(descriptor=reader.descriptor, environment={}, clock=lambda: 1777889732.9).info("line")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert reader.text == "2026-05-04 12:15:32 dns-update: line\n"


def test_the_journal_gets_no_times_because_it_has_them(reader: Reader) -> None:
    status = os.fstat(reader.descriptor)
    environment = {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
    Log(descriptor=reader.descriptor, environment=environment, clock=lambda: 1777889732.0).info("line")
    assert reader.text == "<6>line\n"


def test_the_threshold(reader: Reader) -> None:
    log = Log(descriptor=reader.descriptor, environment={}, threshold=DEBUG)
    log.debug("details")
    assert reader.text == "dns-update: details\n"
    log = Log(descriptor=reader.descriptor, environment={}, threshold=WARNING)
    log.notice("no")
    log.warning("yes")
    assert reader.text == "dns-update: yes\n"


def test_the_journal_gets_priorities(reader: Reader) -> None:
    status = os.fstat(reader.descriptor)
    environment = {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
    log = Log(descriptor=reader.descriptor, environment=environment, threshold=DEBUG)
    for write in (log.error, log.warning, log.notice, log.info, log.debug):
        write("line")
    assert reader.text == "<3>line\n<4>line\n<5>line\n<6>line\n<7>line\n"


@pytest.mark.parametrize("stream", ["", "1:2", "nonsense", "8:1:3"])
def test_another_stream_than_the_journals_gets_none(stream: str, reader: Reader) -> None:
    Log(descriptor=reader.descriptor, environment={"JOURNAL_STREAM": stream}).info("line")
    assert reader.text == "dns-update: line\n"


def test_by_default_it_is_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    Log().info("line")
    assert capfd.readouterr() == ("", "dns-update: line\n")


def test_a_line_stays_one_and_commands_no_terminal(log: Log, reader: Reader) -> None:
    log.info("a\nb\r\x1b[31m\u2028\udcff ü")
    assert reader.text == "dns-update: a\\nb\\r\\x1b[31m\\u2028\\udcff ü\n"


def test_a_line_that_is_too_long_is_cut(log: Log, reader: Reader) -> None:
    log.info("ü" * 10_000)
    line = reader.text
    assert line.startswith("dns-update: üüü")
    assert line.endswith("ü...\n")
    assert module.MAX_OCTETS - 2 <= len(line.encode()) <= module.MAX_OCTETS


# Once per change of state


def test_what_stays_as_it_is_is_said_once(log: Log, reader: Reader) -> None:
    assert log.changed("home", "no answer", "no answer", WARNING)
    assert not log.changed("home", "no answer", "no answer, second try", WARNING)
    assert log.changed("other", "no answer", "other: no answer", WARNING)
    assert log.changed("home", "right", "right again", NOTICE)
    assert log.changed("home", "no answer", "no answer again", ERROR)
    assert reader.text.splitlines() == [
        "dns-update: no answer",
        "dns-update: other: no answer",
        "dns-update: right again",
        "dns-update: no answer again",
    ]


def test_a_change_below_the_threshold_is_one_all_the_same(log: Log, reader: Reader) -> None:
    assert log.changed("home", 1, "unseen", DEBUG)
    assert not log.changed("home", 1, "seen", INFO)
    assert reader.text == ""


def test_a_topic_that_was_forgotten_begins_anew(log: Log, reader: Reader) -> None:
    log.changed(("home", "A"), "right", "first")
    log.forget(("home", "A"))
    log.forget("never heard of")
    log.changed(("home", "A"), "right", "second")
    assert reader.text == "dns-update: first\ndns-update: second\n"


def test_of_too_many_topics_the_one_not_heard_of_longest_is_forgotten(
    log: Log, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_TOPICS", 3)
    for topic in ("a", "b", "c", "a", "d"):
        log.changed(topic, 0, topic)
    assert reader.text.split() == ["dns-update:", "a", "dns-update:", "b", "dns-update:", "c", "dns-update:", "d"]
    assert not log.changed("a", 0, "still known")
    assert log.changed("b", 0, "forgotten")


# A standard error that is broken


def test_nobody_reads_any_longer(log: Log, reader: Reader) -> None:
    os.close(reader.end)
    log.error("into the void")
    assert log.changed("topic", "state", "into the void")


def test_it_is_closed() -> None:
    descriptor = os.dup(2)
    os.close(descriptor)
    log = Log(descriptor=descriptor, environment={"JOURNAL_STREAM": "1:2"})
    log.error("into the void")


STREAMLESS = """
import socket
ours, theirs = socket.socketpair()
assert 2 in (ours.fileno(), theirs.fileno())
from dns_update.agent.output.log import Log
Log().error("into the void")
for end in (ours, theirs):
    end.setblocking(False)
    try:
        raise SystemExit(end.recv(100))
    except BlockingIOError:
        pass
"""


def test_what_has_taken_the_number_of_a_missing_standard_error_gets_no_line() -> None:
    command = ["sh", "-c", 'exec "$@" 2>&-', "sh", sys.executable, "-c", STREAMLESS]
    assert subprocess.run(command, check=False).returncode == 0


def test_the_disk_is_full() -> None:
    descriptor = os.open("/dev/full", os.O_WRONLY)
    try:
        Log(descriptor=descriptor, environment={}).error("into the void")
    finally:
        os.close(descriptor)


def test_nobody_waits_for_a_reader_that_is_stuck_and_what_was_lost_is_counted(
    log: Log, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE_MILLISECONDS", 0)
    count = 3000  # more than a pipe holds
    for number in range(count):
        log.write(INFO, f"{number:04} {'x' * 100}")
    taken = reader.text.splitlines()
    assert 0 < len(taken) < count
    assert [int(line.split()[1]) for line in taken] == list(range(len(taken)))
    log.info("better now")
    lost = count - len(taken)
    assert (
        reader.text
        == f"dns-update: {lost} lines are missing here: the reader did not take them\ndns-update: better now\n"
    )
    log.info("still so")
    assert reader.text == "dns-update: still so\n"


def test_a_socket_as_the_journal_has_it_may_be_stuck_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_MILLISECONDS", 0)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        log = Log(descriptor=ours.fileno(), environment={})
        for _ in range(5000):
            log.info("x" * 4000)
        assert theirs.recv(15) == b"dns-update: xxx"


def test_it_brings_no_logging(tmp_path: Path) -> None:
    script = "import dns_update.agent.output.log, sys; sys.exit('logging' in sys.modules or 'typing' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False, cwd=tmp_path).returncode == 0
