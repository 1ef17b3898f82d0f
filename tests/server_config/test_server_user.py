import os
from pathlib import Path

import pytest

from dns_update.server_config.server_user import READ, WRITE, Identity, running_as, user_named


def test_rights_are_those_of_owner_group_and_others(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    file.chmod(0o640)
    owner, group = file.stat().st_uid, file.stat().st_gid
    root, other = Identity(0, frozenset(), "root"), Identity(65000, frozenset({65000}), "x")
    member = Identity(65000, frozenset({group}), "x")
    assert not root.lacks(file, READ | WRITE)
    assert not Identity(owner, frozenset(), "x").lacks(file, READ | WRITE)
    assert not member.lacks(file, READ)
    assert member.lacks(file, WRITE)
    assert other.lacks(file, READ)
    assert not other.lacks(tmp_path / "missing", READ)


def test_the_user_of_a_running_program() -> None:
    name = Path("/proc/self/comm").read_text().strip()
    user = running_as(name, lambda words: any("pytest" in word or "execnet" in word or "-c" in word for word in words))
    assert user is not None
    assert running_as("no such program", lambda _words: True) is None
    assert running_as(name, lambda _words: False) is None
    assert user.uid == os.geteuid()


def test_a_user_by_name() -> None:
    root = user_named("root")
    assert root is not None
    assert root.uid == 0
    assert user_named("no-such-user") is None
    grouped = user_named("root", "bind")
    assert grouped is not None
    assert 0 not in grouped.gids


@pytest.mark.parametrize("group", ["no-such-group"])
def test_a_group_that_does_not_exist(group: str) -> None:
    assert user_named("root", group) is None
