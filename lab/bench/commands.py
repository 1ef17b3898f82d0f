"""Installs what is measured: our command as `pipx` does it, and dnspython in an environment of its own."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Self

from lab.bench.facts import facts
from lab.errors import LabFailed

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".bench"
_DISTRIBUTION_PYTHON = "/usr/bin/python3"
_OLDEST_PYTHON = "3.11"
_DNSPYTHON_SCRIPT = Path(__file__).with_name("dnspython_script.py")


@dataclass(frozen=True)
class Commands:
    """The commands of ours and of dnspython.

    Attributes:
        python: the interpreter that the environments of both were made with.
        ours: the directory of our commands, and of their Python.
        dnspython_python: a Python that has dnspython.

    """

    python: str
    ours: Path
    dnspython_python: Path

    @classmethod
    def install(cls) -> Self:
        """Install both; BENCH_PYTHON names the Python, else it is the distribution's, as for the other programs."""
        python = os.environ.get("BENCH_PYTHON") or _distribution_python()
        with tempfile.TemporaryDirectory(prefix="dns-update-bench-") as beside:
            # Before Python 3.12, an environment with pip has setuptools, too, which each start of Python looks at.
            subprocess.run([python, "-m", "venv", beside], check=True)
            for place, package in ((KEPT / "venv", str(ROOT)), (KEPT / "dnspython", _pinned("dnspython"))):
                subprocess.run([python, "-m", "venv", "--clear", "--without-pip", str(place)], check=True)
                pip = [f"{beside}/bin/python", "-m", "pip", f"--python={place / 'bin/python'}"]
                install = [*pip, "--quiet", "--disable-pip-version-check", "install", package]
                done = subprocess.run(install, check=False, stderr=subprocess.PIPE, text=True)
                if done.returncode:
                    raise LabFailed(f"pip cannot install {package}:\n{done.stderr}")
        return cls(python, KEPT / "venv/bin", KEPT / "dnspython/bin/python")

    @property
    def dns_update(self) -> str:
        """Our command."""
        return str(self.ours / "dns-update")

    @property
    def dns_nsupdate(self) -> str:
        """Our command under nsupdate's name."""
        return str(self.ours / "dns-nsupdate")

    @property
    def bare_python(self) -> list[str]:
        """Python that does nothing."""
        return [str(self.ours / "python"), "-c", "pass"]

    @property
    def dnspython(self) -> list[str]:
        """The script on dnspython; its arguments follow."""
        return [str(self.dnspython_python), str(_DNSPYTHON_SCRIPT)]

    @cached_property
    def facts(self) -> dict[str, str]:
        """What the figures depend on."""
        return facts(self.python)


def _pinned(package: str) -> str:
    return f"{package}=={version(package)}"


def _distribution_python() -> str:
    check = f"import ensurepip, sys; sys.exit(sys.version_info[:2] < tuple(map(int, '{_OLDEST_PYTHON}'.split('.'))))"
    exists = Path(_DISTRIBUTION_PYTHON).exists()
    usable = exists and subprocess.run([_DISTRIBUTION_PYTHON, "-c", check], check=False).returncode == 0
    return _DISTRIBUTION_PYTHON if usable else sys.executable
