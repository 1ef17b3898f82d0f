"""Files with secrets are written all or none, and replaced whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from dns_update.errors import UsageError
from dns_update.keys.files import replace_file, write_new_files


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_new_files_are_for_their_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_new_files({f"{tmp_path}/a": "1", f"{tmp_path}/b": "2"}, {f"{tmp_path}/b": 0o644})
    finally:
        os.umask(before)
    assert (mode(tmp_path / "a"), mode(tmp_path / "b")) == (0o600, 0o644)


@pytest.mark.parametrize("link", [False, True])
def test_a_file_that_exists_is_not_touched_and_none_is_left(tmp_path: Path, *, link: bool) -> None:
    taken = tmp_path / "taken"
    if link:
        taken.symlink_to("nowhere")
    else:
        taken.write_text("mine")
    with pytest.raises(UsageError, match="taken exists"):
        write_new_files({f"{tmp_path}/a": "1", str(taken): "2"}, {})
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_file_is_replaced_with_its_mode_and_a_link_stays(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to("target")
    replace_file(str(link), "new", "old")
    assert (target.read_text(), mode(target), link.is_symlink()) == ("new", 0o640, True)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_is_as_it_was_if_the_new_one_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "target"
    target.write_text("old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Exception, match="No space left on device"):
        replace_file(str(target), "new", "old")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("target", "old")]


def test_two_writers_do_not_mix(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "a.new").write_text("half")
    with pytest.raises(UsageError, match=r"a\.new exists"):
        replace_file(f"{tmp_path}/a", "new", "old")
    assert (tmp_path / "a").read_text() == "old"


def test_a_file_that_someone_else_has_changed_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("theirs")
    with pytest.raises(UsageError, match="has been changed meanwhile"):
        replace_file(f"{tmp_path}/a", "new", "old")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "theirs")]
