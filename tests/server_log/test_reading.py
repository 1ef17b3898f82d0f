"""Reading logs has bounds, and never fails: what cannot be read is named."""

import os
from pathlib import Path

import pytest

from dns_update.server_log import reading
from dns_update.server_log.reading import read_files, read_system

_LINE = "zone example.com/IN: has no NS records\n"


def written(directory: Path, name: str, content: bytes) -> str:
    path = directory / name
    path.write_bytes(content)
    return str(path)


def test_the_end_of_a_large_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_MOST_OCTETS", 100)
    path = written(tmp_path, "log", b"x" * 1000 + b"\n" + _LINE.encode() * 3)
    (text,) = read_files((path,)).read
    assert text.text == _LINE * 2  # the third from the end is not there as a whole
    assert text.seconds == Path(path).stat().st_mtime


@pytest.mark.parametrize("ending", [".0", ".1"])
def test_a_file_that_was_just_rotated_is_read_with_the_one_before(ending: str, tmp_path: Path) -> None:
    path = written(tmp_path, "log", b"new\n")
    written(tmp_path, f"log{ending}", b"old\n")
    assert [text.text for text in read_files((path,)).read] == ["old\n", "new\n"]
    written(tmp_path, "log", b"x" * (1 << 17))
    assert len(read_files((path,)).read) == 1


def test_a_file_is_read_once(tmp_path: Path) -> None:
    path = written(tmp_path, "log", b"\xff\x00binary")
    assert [text.text for text in read_files((path, path)).read] == ["\ufffd\0binary"]


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    paths = (str(tmp_path / "missing"), str(tmp_path), str(tmp_path / "pipe"), "/dev/zero", "nul\0l")
    read, unreadable = read_files(paths).read, read_files(paths).unreadable
    assert read == ()
    assert unreadable == (
        f"{paths[0]} (No such file or directory)", f"{paths[1]} (Is a directory)", f"{paths[2]} (not a file)",
        "/dev/zero (not a file)", f"{paths[4]} (not a file)",
    )  # fmt: skip


# The system's log


def journalctl(directory: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a journalctl in the PATH; no journal is here that a server writes to."""
    program = directory / "journalctl"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")


def test_the_journal_is_asked_for_the_units_and_the_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journalctl(
        tmp_path,
        f'echo "$@" >> {tmp_path}/asked; case "$@" in *-k*) echo -- No entries --;; *) echo x;; esac',
        monkeypatch,
    )
    texts = read_system("bind")
    assert [(text.source, text.text) for text in texts.read if "audit" not in text.source] == [("the journal", "x")]
    units, kernel = (tmp_path / "asked").read_text().splitlines()
    assert "-u named -u bind9" in units
    assert "--since -7d -n 20000" in units
    assert " -k " in kernel


@pytest.mark.parametrize(
    "says",
    [
        "Hint: You are currently not seeing messages from other users and the system.",
        "No journal files were opened due to insufficient permissions.",
    ],
)
def test_a_journal_that_may_not_be_read_is_named(says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journalctl(tmp_path, f"echo '{says}' >&2", monkeypatch)
    assert read_system("knot").unreadable == ("the journal (only root and the group systemd-journal read it)",)


@pytest.mark.parametrize("script", ["exit 1", "sleep 1000", "echo No journal files were found. >&2", None])
def test_without_a_journal_the_log_files_are_read(
    script: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "syslog", _LINE.encode())
    monkeypatch.setattr(reading, "_SYSTEM_FILES", (path, str(tmp_path / "missing")))
    monkeypatch.setattr(reading, "_AUDIT_FILE", written(tmp_path, "audit.log", b"audit\n"))
    monkeypatch.setattr(reading, "_JOURNAL_SECONDS", 0.2)
    if script is None:
        monkeypatch.setattr(reading, "found_program", lambda _name: None)
    else:
        journalctl(tmp_path, script, monkeypatch)
    assert [text.text for text in read_system("powerdns").read] == [_LINE, "audit\n"]


def test_a_journalctl_that_cannot_be_run_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "found_program", lambda _name: "/nonexistent/journalctl")
    monkeypatch.setattr(reading, "_SYSTEM_FILES", ())
    assert read_system("bind").unreadable == ()
