"""What keeps everybody from writing: a full disk, a read-only one, an attribute; on real ones, which root may make."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from dns_update.server_config.disk import disk_fault, is_full
from tests.support.broken.servers import mount_read_only

_ASK = """\
import sys
from pathlib import Path
from dns_update.server_config.disk import is_full
print(is_full(Path(sys.argv[1])))
"""
_MOUNT = 'mount -t tmpfs -o size=256k,nr_inodes=100 tmpfs "$1" && cd "$1" && {fill}; exec "$2" -c "$3" "$1"'


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a disk")
@pytest.mark.parametrize(
    ("fill", "expected"),
    [
        (":", "False"),
        ("head -c 300K /dev/zero >other", "True"),
        ("for n in $(seq 100); do touch $n || break; done", "True"),  # no room for a file, although for octets
    ],
)
def test_a_disk_is_full_when_it_is(tmp_path: Path, fill: str, expected: str) -> None:
    script = _MOUNT.replace("{fill}", fill)
    command = ["unshare", "--mount", "sh", "-c", script, "sh", str(tmp_path), sys.executable, _ASK]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.stdout == f"{expected}\n", result.stderr


@pytest.mark.parametrize("path", [Path("/proc"), Path("/nowhere/at/all")])
def test_what_is_on_no_disk_is_not_full(path: Path) -> None:
    assert not is_full(path)


def test_a_directory_that_is_mounted_read_only(tmp_path: Path) -> None:
    assert disk_fault(tmp_path) == ""
    with ExitStack() as stack:
        mount_read_only(stack, tmp_path)
        assert disk_fault(tmp_path) == "disk-read-only"
        assert disk_fault(tmp_path / "new.jnl") == "disk-read-only"


def test_a_directory_that_only_the_server_sees_read_only(tmp_path: Path) -> None:
    place = tmp_path / "zones"
    seen = Path(f"{tmp_path}/root{place}")
    place.mkdir()
    seen.mkdir(parents=True)
    with ExitStack() as stack:
        mount_read_only(stack, seen)
        assert disk_fault(place, f"{tmp_path}/root") == "service-read-only"
        assert disk_fault(place) == ""
        assert disk_fault(place, "/nowhere") == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root sets the attribute")
@pytest.mark.parametrize("name", ["", "zone.jnl"])
def test_a_file_or_directory_that_not_even_root_can_change(tmp_path: Path, name: str) -> None:
    (tmp_path / "zone.jnl").touch()
    path = tmp_path / name
    if subprocess.run(["chattr", "+i", str(path)], capture_output=True, check=False).returncode:
        pytest.skip("this file system has no attributes")
    try:
        assert disk_fault(path) == "immutable"
    finally:
        subprocess.run(["chattr", "-i", str(path)], check=True)
    assert disk_fault(path) == ""


def test_what_is_not_there_or_has_no_attributes_has_no_fault() -> None:
    assert disk_fault(Path("/nowhere/at/all")) == ""
    assert disk_fault(Path("/proc/self/status")) == ""
