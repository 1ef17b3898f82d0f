"""The file with the global variables: where it is, who may read it, and what happens if it is broken."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import pytest

from dns_update.routeros.machine.globals_file import GlobalsFile, default_path
from dns_update.routeros.values import Address, Array, Time

if TYPE_CHECKING:
    from pathlib import Path


def _kept(path: Path) -> tuple[GlobalsFile, list[str]]:
    warnings: list[str] = []
    return GlobalsFile(str(path), warnings.append), warnings


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"globals": []}',
        b'{"globals": {"x": null}}',
        b'{"globals": {"x": {"ip": "x"}}}',
        b'{"version": 1}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"globals": {"x": ' + b"9" * 10_000 + b"}}",
    ],
    ids=range(10),
)
def test_a_broken_file_is_one_warning_and_starts_empty(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "globals.json"
    path.write_bytes(content)
    kept, warnings = _kept(path)
    assert kept.values == {}
    assert warnings == [f"{path} is not a file of global variables; they start empty"]
    kept.values["x"] = 1
    kept.save()
    assert _kept(path)[0].values == {"x": 1}


def test_a_directory_or_a_link_in_its_place_is_a_warning(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / "link").symlink_to(other)
    for path in (tmp_path, tmp_path / "link"):
        kept, warnings = _kept(path)
        assert (kept.values, len(warnings)) == ({}, 1)
    kept.values["x"] = 1
    kept.save()
    assert other.read_text() == "mine"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_another_user_s_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "globals.json"
    path.write_text('{"version": 1, "globals": {"x": 1}}')
    os.chown(path, 65534, 65534)
    kept, warnings = _kept(path)
    assert kept.values == {}
    assert "another user's file" in warnings[0]


def test_the_values_are_there_in_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "globals.json"
    kept, warnings = _kept(path)
    kept.values |= {"ip": Address(bytes([192, 0, 2, 1])), "t": Time(300_000), "a": Array((1, "x"), (("k", True),))}
    kept.save()
    again, _ = _kept(path)
    assert again.values == kept.values
    assert warnings == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["globals.json"]


def test_what_has_not_changed_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "globals.json"
    kept, _ = _kept(path)
    kept.save()
    assert not path.exists()
    kept.values["x"] = 1
    kept.save()
    path.unlink()
    kept.save()
    assert not path.exists()
    del kept.values["x"]
    kept.save()
    assert json.loads(path.read_text())["globals"] == {}


def test_a_place_that_cannot_be_written_is_a_warning() -> None:
    warnings: list[str] = []
    kept = GlobalsFile("/proc/nowhere/globals.json", warnings.append)
    kept.values["x"] = 1
    kept.save()
    kept.save()
    assert len(warnings) == 1
    assert warnings[0].startswith("global variables cannot be kept in /proc/nowhere/globals.json: ")


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "globals.json"
    kept, warnings = _kept(path)
    kept.values["x"] = 1
    kept.save()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    kept.values["x"] = 2
    kept.save()
    assert "no space left" in warnings[0]
    assert [entry.name for entry in tmp_path.iterdir()] == ["globals.json"]
    assert _kept(path)[0].values == {"x": 1}


def test_without_a_place_a_change_is_a_warning() -> None:
    warnings: list[str] = []
    kept = GlobalsFile("", warnings.append)
    kept.save()
    assert warnings == []
    kept.values["x"] = 1
    kept.save()
    assert "globals=FILE names one" in warnings[0]


def test_the_default_place_is_in_memory_and_one_for_each_script(tmp_path: Path) -> None:
    script = tmp_path / "a.rsc"
    script.write_text("")
    (tmp_path / "link").symlink_to(script)
    runtime = {"XDG_RUNTIME_DIR": "/run/user/1000"}
    path = default_path(str(script), runtime, 1000)
    assert path.startswith("/run/user/1000/dns-update/a.rsc-")
    assert default_path(str(tmp_path / "link"), runtime, 1000) == path
    assert default_path(str(tmp_path / "b" / "a.rsc"), runtime, 1000) != path
    assert default_path(str(script), runtime, 0).startswith("/run/dns-update/a.rsc-")
    assert default_path(str(script), {}, 1000) == ""
    assert default_path(str(script), {"XDG_RUNTIME_DIR": "relative"}, 1000) == ""
    assert len(os.path.basename(default_path("x" * 255, runtime, 1))) < 255  # noqa: PTH119 - of a text
