"""Which versions of the servers, and of the peers' tools, this machine has."""

import functools
import re
import subprocess

from lab.errors import ServerFailed
from lab.server import find_program

_VERSION = re.compile(r"\b\d+(?:\.\d+)+[^\s;,]*")
_NUMBERS = re.compile(r"\d+(?:\.\d+)*")

_PROGRAMS = {
    "named": ("bind9", "-V"),
    "knotd": ("knot", "--version"),
    "pdns_server": ("pdns-server", "--version"),
    "nsupdate": ("bind9-dnsutils", "-V"),
    "dig": ("bind9-dnsutils", "-v"),
    "kdig": ("knot-dnsutils", "--version"),
}
"""The package of each program, and the option that makes it tell its version."""


@functools.cache
def version_text(program: str) -> str:
    """Return the version as the program tells it, patch level included: "9.18.49-1~deb12u1-Debian"."""
    package, option = _PROGRAMS[program]
    told = subprocess.run([find_program(program, package), option], capture_output=True, text=True, check=False)
    match = _VERSION.search(told.stdout + told.stderr)
    if match is None:
        raise ServerFailed(f"{program} {option} tells no version:\n{told.stdout}{told.stderr}")
    return match[0]


def version(program: str) -> tuple[int, ...]:
    """Return the version's numbers, to be compared: (9, 18, 49)."""
    match = _NUMBERS.match(version_text(program))
    return tuple(map(int, match[0].split("."))) if match else ()


def all_versions() -> str:
    """Return one line about all of them; one that is not installed says so."""
    return ", ".join(f"{program} {_text_or_absence(program)}" for program in _PROGRAMS)


def _text_or_absence(program: str) -> str:
    try:
        return version_text(program)
    except ServerFailed:
        return "is not installed"
