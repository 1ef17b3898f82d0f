"""The files of a set-up: all of them or none, whole, for their owner, and never in the place of another."""

from __future__ import annotations

import errno
import os
import signal
import stat
from pathlib import Path
from typing import Any

import pytest

from dns_update.cli.init_files import check_directory, refuse_existing, write_together
from dns_update.errors import UsageError
from dns_update.errors.classes import NotNow
from dns_update.keys.files import OPEN_MODE


@pytest.fixture
def texts(tmp_path: Path) -> dict[str, str]:
    directory = tmp_path / "a" / "b"
    return {str(directory / "home.key"): "the key\n", str(directory / "config.toml"): "the text\n"}


def accept(_directory: str) -> None:
    pass


def write(texts: dict[str, str]) -> None:
    write_together(texts, {path: OPEN_MODE for path in texts if path.endswith(".toml")}, accept)


def test_each_file_is_there_with_its_text_and_its_mode(texts: dict[str, str], tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write(texts)
    finally:
        os.umask(before)
    directory = tmp_path / "a" / "b"
    assert {str(path): path.read_text(encoding="utf-8") for path in directory.iterdir()} == texts
    assert stat.S_IMODE((directory / "home.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((directory / "config.toml").stat().st_mode) == 0o644


def test_before_they_have_their_names_they_can_be_checked(texts: dict[str, str], tmp_path: Path) -> None:
    seen = []

    def check(directory: str) -> None:
        assert stat.S_IMODE(Path(directory).stat().st_mode) == 0o700
        seen.append(sorted(path.name for path in Path(directory).iterdir()))
        raise UsageError("wrong")

    with pytest.raises(UsageError, match="wrong"):
        write_together(texts, {}, check)
    assert seen == [["config.toml", "home.key"]]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["home.key", "config.toml"])
@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_file_that_appears_meanwhile_stays_and_none_is_written(
    name: str, kind: str, texts: dict[str, str], tmp_path: Path
) -> None:
    other = tmp_path / "a" / "b" / name

    def appear(_directory: str) -> None:
        if kind == "file":
            other.write_text("mine", encoding="utf-8")
        else:
            other.symlink_to("nowhere")

    with pytest.raises(UsageError, match=f"{other} exists: ?|{other} exists"):
        write_together(texts, {}, appear)
    assert [path.name for path in other.parent.iterdir()] == [name]
    assert kind == "link" or other.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("call", ["mkdir", "mkdtemp", "open", "fsync", "fchmod", "link"])
@pytest.mark.parametrize("place", [1, 2])
@pytest.mark.parametrize("why", ["Ctrl-C", "full"])
def test_nothing_is_left_of_a_try_that_was_interrupted(  # noqa: PLR0913, PLR0917 - the ways in which it can be
    call: str, place: int, why: str, texts: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module: Any = os
    name = call
    if call == "mkdtemp":
        import tempfile

        module, place = tempfile, 1
    original, calls = getattr(module, name), []

    def fail(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - those of the call
        calls.append(1)
        if len(calls) == place:
            if why == "full":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path))
            os.kill(os.getpid(), signal.SIGINT)
        return original(*arguments, **named)

    monkeypatch.setattr(module, name, fail)
    with pytest.raises(KeyboardInterrupt if why == "Ctrl-C" else NotNow):
        write(texts)
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_said_before_all_questions(tmp_path: Path) -> None:
    check_directory(str(tmp_path / "new" / "config.toml"))
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="file is not a directory"):
        check_directory(str(tmp_path / "file" / "config.toml"))
    (tmp_path / "link").symlink_to("nowhere")
    for path in ("file", "link"):
        with pytest.raises(UsageError, match=f"{path} exists"):
            refuse_existing([str(tmp_path / path)])


def test_a_directory_where_one_may_not_write_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_arguments: False)  # root may write anywhere
    with pytest.raises(UsageError, match="you may not write in"):
        check_directory(str(tmp_path / "config.toml"))
