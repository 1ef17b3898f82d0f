"""Streams that take nothing more: an update is carried out all the same, and lost output is told where it can be."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab import NameServer
from tests.cli.test_set import records
from tests.support.command import COMMAND, Result, access, given
from tests.support.peer import closed_port

LOST = ["closed", "full", "pipe"]
REASONS = {"closed": "it is closed", "full": "No space left on device", "pipe": "Broken pipe"}
CHANGE = ("address=192.0.2.1", "ttl=60")
DEAD = (f"dns-server=127.0.0.1:{closed_port()}", "zone=example.com", "name=home", *CHANGE)


@contextmanager
def _lost(kind: str) -> Iterator[int]:
    """Open a stream that takes nothing: a full device, or a pipe whose reader has left."""
    if kind == "pipe":
        reader, writer = os.pipe()
        os.close(reader)
    else:
        writer = os.open("/dev/full", os.O_WRONLY)
    try:
        yield writer
    finally:
        os.close(writer)


def losing(stream: str, kind: str, *words: str) -> Result:
    """Run the command with `stdout`, `stderr` or `both` closed, on a full device, or in a pipe that nobody reads."""
    names = ["stdout", "stderr"] if stream == "both" else [stream]
    closed = {"stdout": ">&-", "stderr": "2>&-", "both": ">&- 2>&-"}[stream] if kind == "closed" else ""
    command = ["sh", "-c", f'exec "$@" {closed}', "sh", str(COMMAND), *words]
    with _lost(kind) as writer:
        taken = {
            name: subprocess.PIPE if kind == "closed" or name not in names else writer for name in ("stdout", "stderr")
        }
        process = subprocess.run(command, **taken, stdin=subprocess.DEVNULL, text=True, check=False, timeout=60)  # type: ignore[call-overload]
    return Result(process.returncode, process.stdout or "", process.stderr or "")


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("more", [[], ["--debug"]], ids=["plain", "debug"])
@pytest.mark.parametrize("stream", ["stderr", "both"])
def test_an_update_is_carried_out_although_its_talk_is_lost(
    stream: str, more: list[str], kind: str, bind: NameServer, unique_name: str
) -> None:
    result = losing(stream, kind, *access(bind), f"name={unique_name}", *CHANGE, *more)
    assert (result.status, result.stdout, result.stderr) == (0, "", "")
    assert records(bind, unique_name, "A") == ["60 192.0.2.1"]


@pytest.mark.parametrize("kind", LOST)
def test_the_object_is_written_although_standard_error_is_lost(kind: str, bind: NameServer, unique_name: str) -> None:
    result = losing("stderr", kind, *access(bind), f"name={unique_name}", *CHANGE, "--json", "--debug")
    assert result.status == 0
    assert result.json["verified"] is True


@pytest.mark.parametrize("kind", LOST)
def test_a_failure_keeps_its_status_although_its_talk_is_lost(kind: str) -> None:
    assert losing("stderr", kind, *DEAD).status == 4
    assert losing("both", kind, *DEAD, "--json").status == 4


@pytest.mark.parametrize("kind", LOST)
def test_without_json_an_update_has_no_use_for_standard_output(kind: str, bind: NameServer, unique_name: str) -> None:
    result = losing("stdout", kind, *access(bind), f"name={unique_name}", *CHANGE)
    assert result.status == 0
    assert result.lines == [
        f"updating zone: example.com: updating RR set for {unique_name}",
        f"update successful: {unique_name}.example.com A 192.0.2.1 added",
    ]
    assert records(bind, unique_name, "A") == ["60 192.0.2.1"]


@pytest.mark.parametrize("kind", LOST)
def test_an_update_whose_object_is_lost_is_successful_and_says_so(
    kind: str, bind: NameServer, unique_name: str
) -> None:
    result = losing("stdout", kind, *access(bind), f"name={unique_name}", *CHANGE, "--json")
    assert result.status == 0
    assert sorted(result.lines) == [
        f"note: cannot write to standard output: {REASONS[kind]}",
        f"update successful: {unique_name}.example.com A 192.0.2.1 added",
    ]
    assert records(bind, unique_name, "A") == ["60 192.0.2.1"]


@pytest.mark.parametrize("kind", LOST)
def test_a_failure_whose_object_is_lost_is_told_with_its_own_status(kind: str) -> None:
    result = losing("stdout", kind, *DEAD, "--json")
    assert result.status == 4
    assert result.failure.startswith("No answer from 127.0.0.1:1: port unreachable")
    assert result.hint
    assert f"cannot write to standard output: {REASONS[kind]}" in result.lines


@pytest.mark.parametrize("kind", ["closed", "full"])
@pytest.mark.parametrize("more", [[], ["--json"]], ids=["lines", "json"])
def test_what_show_cannot_write_is_a_failure(kind: str, more: list[str], bind: NameServer) -> None:
    result = losing("stdout", kind, "show", *access(bind), "name=ns", *more)
    assert result.status == 2
    assert result.lines == [f"cannot write to standard output: {REASONS[kind]}"]


@pytest.mark.parametrize("more", [[], ["--json"]], ids=["lines", "json"])
def test_a_reader_that_has_left_ends_show_in_silence(more: list[str], bind: NameServer) -> None:
    result = losing("stdout", "pipe", "show", *access(bind), "name=ns", *more)
    assert (result.status, result.stderr) == (141, "")


@pytest.mark.parametrize(("kind", "status"), [("closed", 2), ("full", 2), ("pipe", 141)])
@pytest.mark.parametrize("word", ["--help", "--version"])
def test_help_that_cannot_be_written_is_a_failure(word: str, kind: str, status: int) -> None:
    result = losing("stdout", kind, word)
    assert result.status == status
    assert result.lines == ([] if kind == "pipe" else [f"cannot write to standard output: {REASONS[kind]}"])


def test_a_name_that_is_not_there_is_told_although_standard_output_is_closed(bind: NameServer) -> None:
    result = losing("stdout", "closed", "show", *access(bind), "name=nobody")
    assert result.status == 8
    assert result.lines[0].startswith("Name not found:")


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("stream", ["stdout", "stderr", "both"])
def test_a_script_of_nsupdate_is_carried_out_to_its_end_although_nobody_listens(
    stream: str, kind: str, bind: NameServer, unique_name: str, tmp_path: Path
) -> None:
    script = tmp_path / "script"
    script.write_text(
        f"server {bind.host} {bind.port}\nzone example.com\nprereq yxdomain nobody.example.com\nshow\n"
        f"add {unique_name}.example.com 60 A 192.0.2.1\nsend\nanswer\n"
        f"add {unique_name}.example.com 60 A 192.0.2.2\nshow\nsend\nanswer\n",
        encoding="utf-8",
    )
    key = bind.keys[0].write(tmp_path / "key")
    result = losing(stream, kind, "nsupdate", "-k", str(key), str(script))
    assert result.status == 2  # of the first send, as with nsupdate
    assert records(bind, unique_name, "A") == ["60 192.0.2.2"]


BROKEN = """\
import dns_update.client
def broken(*_): raise ZeroDivisionError
dns_update.client.Client.run = broken
from dns_update.cli import run_and_exit
run_and_exit()
"""


def test_a_bug_keeps_its_status_although_its_traceback_is_lost() -> None:
    command = [sys.executable, "-c", BROKEN, *DEAD, "--debug"]
    told = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    assert (told.returncode, "Traceback" in told.stderr) == (1, True)
    with _lost("full") as writer:
        assert subprocess.run(command, stderr=writer, check=False).returncode == 1


def test_the_data_of_show_is_whole_where_it_can_be_written(bind: NameServer, unique_name: str, tmp_path: Path) -> None:
    words = [*access(bind), f"name={unique_name}"]
    given(*words, *CHANGE)
    with (tmp_path / "out").open("w+") as file:
        assert subprocess.run([COMMAND, "show", *words], stdout=file, check=False).returncode == 0
    assert (tmp_path / "out").read_text(encoding="utf-8") == f"{unique_name}.example.com. 60 IN A 192.0.2.1\n"
