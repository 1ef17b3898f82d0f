from pathlib import Path

import pytest

from dns_update.errors import UsageError
from dns_update.server_config.knot.entries import Entry, read_files

SECRET = "c2VjcmV0c2VjcmV0c2VjcmV0"


def entries(directory: Path, text: str) -> tuple[Entry, ...]:
    path = directory / "knot.conf"
    path.write_text(text)
    return read_files(str(path))


def test_sections_entries_and_items(tmp_path: Path) -> None:
    text = """\
# a comment: none
server:
    listen: [ 127.0.0.1@53, ::1@53 ]  # both
    user: "knot:knot"

zone:
  - domain: example.com
    acl: one
    acl: [ two, "th\\"ree" ]
  # - domain: commented.example
  - domain: "example.net"
key:
- id: dd
  secret: c2VjcmV0
"""
    server, one, two, key = entries(tmp_path, text)
    assert (server.section, server.values("listen")) == ("server", ("127.0.0.1@53", "::1@53"))
    assert server.value("user") == "knot:knot"
    assert (one.section, one.id, one.values("acl")) == ("zone", "example.com", ("one", "two", 'th"ree'))
    assert (two.id, two.place.line) == ("example.net", 11)
    assert (key.section, key.id, key.value("nothing")) == ("key", "dd", "")


def test_a_section_may_be_opened_again(tmp_path: Path) -> None:
    found = entries(tmp_path, "zone:\n  - domain: a\nlog:\n  - target: stdout\nzone:\n  - domain: b\n")
    assert [(each.section, each.id) for each in found] == [("zone", "a"), ("log", "stdout"), ("zone", "b")]


def test_included_files_are_read_where_they_are_included(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/1.conf").write_text("zone:\n  - domain: one\n")
    (tmp_path / "d/2.conf").write_text("zone:\n  - domain: two\n")
    found = entries(tmp_path, 'include: "d/*.conf"\ninclude: d\nzone:\n  - domain: three\n')
    assert [each.id for each in found] == ["one", "two", "one", "two", "three"]
    assert found[1].place.file == str(tmp_path / "d/2.conf")


def test_a_file_that_includes_itself_ends(tmp_path: Path) -> None:
    assert entries(tmp_path, "zone:\n  - domain: a\ninclude: knot.conf\n")


def test_secrets_are_hidden(tmp_path: Path) -> None:
    (key,) = entries(tmp_path, f"key:\n  - id: dd\n    secret: {SECRET} # {SECRET}?\n")
    item = key.item("secret")
    assert item is not None
    assert item.values == (SECRET,)
    assert SECRET not in repr(key) + repr(item.place).replace(f"# {SECRET}", "")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        read_files(str(tmp_path / "missing"))
