"""What `make` says of a place where no command could be started."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[2] / "Makefile"


@pytest.mark.parametrize("name", ["my clone", "d" * 250], ids=["space", "long"])
def test_a_directory_whose_path_no_first_line_can_hold_is_told_in_one_line(name: str, tmp_path: Path) -> None:
    directory = tmp_path / name
    directory.mkdir()
    shutil.copy(MAKEFILE, directory)
    # What the make that runs the tests was told, e.g. another VENV, must not reach this one.
    told = ("MAKEFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "MFLAGS", "VENV", "PYTHON")
    own = {name: text for name, text in os.environ.items() if name not in told}
    done = subprocess.run(
        ["make", ".venv/bin/python"], cwd=directory, env=own, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert done.stderr.startswith("make: the path of this directory has a space, or more than 230 characters: ")
    assert not (directory / ".venv").exists()
