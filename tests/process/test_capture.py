from pathlib import Path

import pytest

from dns_update.process.capture import Captured, captured, found_program

SECONDS = 20


def test_both_outputs_and_the_status_are_captured() -> None:
    result = captured(("sh", "-c", "echo out; echo err >&2; exit 3"), SECONDS)
    assert result == Captured(3, "out\n", "err\n")


def test_what_is_larger_than_a_pipe_is_captured_whole() -> None:
    result = captured(("seq", "100000"), SECONDS)
    assert result is not None
    assert result.output.splitlines()[-1] == "100000"


def test_a_program_that_does_not_end_gives_nothing() -> None:
    assert captured(("sleep", "1000"), 0.1) is None


def test_a_program_that_prints_without_end_gives_nothing() -> None:
    assert captured(("yes",), 0.1) is None


def test_a_child_that_keeps_the_pipe_is_not_waited_for() -> None:
    result = captured(("sh", "-c", "sleep 1000 & echo done"), SECONDS)
    assert result is not None
    assert result.output == "done\n"


def test_a_closed_output_is_not_the_end() -> None:
    assert captured(("sh", "-c", "exec >&-; echo later >&2"), SECONDS) == Captured(0, "", "later\n")


def test_a_program_that_is_missing_is_an_error_of_the_system() -> None:
    with pytest.raises(OSError, match="No such file"):
        captured(("/nonexistent/program",), SECONDS)


def test_no_descriptor_is_left() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    captured(("true",), SECONDS)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_programs_of_daemons_are_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert found_program("named") == "/usr/sbin/named"
    assert found_program("not-a-program") is None


def test_a_repr_shows_no_output() -> None:
    assert "secret" not in repr(Captured(0, "secret", "secret"))
