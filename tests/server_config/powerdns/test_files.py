"""The file of an SQLite database that pdns_server cannot write."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from dns_update.server_config.powerdns.files import pdns_user
from dns_update.server_config.powerdns.settings import read_settings
from lab import LabKey, PowerDns
from tests.server_config.asked import asked, faults, intended, key_of
from tests.support.broken.servers import mount_read_only

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has files that others cannot write")
KEY = LabKey.generate("dd")
ASKED = intended("example.com", "home.example.com", key=key_of(KEY))


@pytest.fixture
def configuration() -> Iterator[Path]:
    """Return a configuration, without a running server, in a directory that others can enter."""
    with tempfile.TemporaryDirectory() as name:
        with PowerDns(Path(name), keys=[KEY]):
            pass
        Path(name).chmod(0o777)
        path = Path(name) / "pdns.conf"
        path.write_text(path.read_text() + "setuid=nobody\n")
        yield path


@pytest.mark.parametrize(
    ("of_file", "of_directory", "fault"), [(0o666, 0o777, ""), (0o644, 0o777, "file"), (0o666, 0o755, "directory")]
)
def test_the_file_and_its_directory_must_be_writable(
    configuration: Path, of_file: int, of_directory: int, fault: str
) -> None:
    database = configuration.parent / "zones.sqlite3"
    database.chmod(of_file)
    configuration.parent.chmod(of_directory)
    found = [each for each in asked(configuration, ASKED) if each.code == "database-not-writable"]
    paths = {"file": str(database), "directory": str(database.parent)}
    assert [each.values["path"] for each in found] == ([paths[fault]] if fault else [])


def test_a_disk_that_is_mounted_read_only(configuration: Path) -> None:
    with ExitStack() as stack:
        mount_read_only(stack, configuration.parent)
        assert "disk-read-only" in faults(asked(configuration, ASKED))


def test_another_backend_has_no_such_file(tmp_path: Path) -> None:
    path = tmp_path / "pdns.conf"
    path.write_text("launch=gmysql\ndnsupdate=yes\n")
    assert faults(asked(path, ASKED)) == []


def test_the_user_is_that_of_the_running_server(tmp_path: Path) -> None:
    with PowerDns(tmp_path, keys=[KEY]) as server:
        path = str(server.directory / "pdns.conf")
        assert pdns_user(read_settings(path), path) is None  # its configuration is given by a path of its own
