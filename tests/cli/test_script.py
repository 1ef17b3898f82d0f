"""The scripts that are installed: where they look for modules."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.command import COMMAND

MODULES = ("hmac", "select", "dns_update", "warnings")


@pytest.mark.parametrize("environment", [{}, {"PYTHONSAFEPATH": "1"}], ids=["usual", "safe path"])
@pytest.mark.parametrize("script", ["dns-update", "dns-nsupdate"])
def test_what_lies_beside_a_script_is_not_imported(script: str, environment: dict[str, str], tmp_path: Path) -> None:
    """It stands where many programs stand, perhaps in a directory that many may write to."""
    copy = shutil.copy(COMMAND.with_name(script), tmp_path)
    for name in MODULES:
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('{name} was imported from beside the script')")
    words = {"dns-update": ["key=a", "key-encoding=text"], "dns-nsupdate": ["-y", "a:AAAA", "/dev/null"]}[script]
    done = subprocess.run(
        [copy, *words], env=os.environ | environment, cwd="/", capture_output=True, text=True, check=False
    )
    assert "was imported" not in done.stderr
    assert done.returncode == (0 if script == "dns-nsupdate" else 2), done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("path", [":", "", ".", "{here}", ":{here}:/usr/lib"])
@pytest.mark.parametrize("script", ["dns-update", "dns-nsupdate"])
def test_nothing_is_imported_from_where_pythonpath_says(script: str, path: str, tmp_path: Path) -> None:
    """`PYTHONPATH=$PYTHONPATH:/opt/lib` in a profile is enough for the current directory to be among them."""
    for name in (*MODULES, "dns"):
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('{name} was imported from the current directory')")
    words = {"dns-update": ["key=a", "key-encoding=text"], "dns-nsupdate": ["-y", "a:AAAA", "/dev/null"]}[script]
    done = subprocess.run(
        [COMMAND.with_name(script), *words],
        env=os.environ | {"PYTHONPATH": path.format(here=tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "was imported" not in done.stderr
    assert done.returncode == (0 if script == "dns-nsupdate" else 2), done.stderr


def test_a_script_that_is_started_again_is_the_same_process_with_the_same_words(tmp_path: Path) -> None:
    with subprocess.Popen(
        [COMMAND, "show", "name=a b", "json=yes"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert b'"name": "a b"' in process.stdout.read()
    assert process.returncode == 2
