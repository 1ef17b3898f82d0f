"""Whether a disk is full, on a real one that is filled; for root, who may mount it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dns_update.server_config.disk import is_full

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
