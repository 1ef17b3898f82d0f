"""Which versions of the servers, and of the peers' tools, this machine has."""

import functools
import operator
import re
import subprocess

from lab.errors import ServerFailed
from lab.server import find_program

_VERSION = re.compile(r"\b\d+(?:\.\d+)+[^\s;,]*")
_VERSION_SO_CALLED = re.compile(rf"(?<=version ){_VERSION.pattern}", re.IGNORECASE)
"""Preferred: help texts, which some programs print instead, have other numbers before it."""
_NUMBER = re.compile(r"\d+")
_COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

_PROGRAMS = {
    "named": ("bind9", "-V"),
    "knotd": ("knot", "--version"),
    "pdns_server": ("pdns-server", "--version"),
    "nsupdate": ("bind9-dnsutils", "-V"),
    "dig": ("bind9-dnsutils", "-v"),
    "kdig": ("knot-dnsutils", "--version"),
    "unbound": ("unbound", "-V"),
    "samba": ("samba", "--version"),
    "yadifad": ("yadifa", "--version"),
    "hickory-dns": ("hickory-dns", "--version"),
}
"""The package of each program, and the option that prints its version."""

_PEERS = {
    "knsupdate": ("knot-dnsutils", "--version"),
    "dnsperf": ("dnsperf", "-h"),
    "ddclient": ("ddclient", "-help"),
    "inadyn": ("inadyn", "--version"),
}
"""The same, of programs that only the benchmark needs."""


@functools.cache
def version_text(program: str) -> str:
    """Return the version that the program prints, with the patch level: "9.18.49-1~deb12u1-Debian"."""
    package, option = (_PROGRAMS | _PEERS)[program]
    told = subprocess.run([find_program(program, package), option], capture_output=True, text=True, check=False)
    text = told.stdout + told.stderr
    match = _VERSION_SO_CALLED.search(text) or _VERSION.search(text)
    if match is None:
        raise ServerFailed(f"{program} {option} prints no version:\n{text}")
    return match[0]


def version(program: str) -> tuple[int, ...]:
    """Return the version's numbers, to be compared: (9, 18, 49, 1, 12, 1) for the text above."""
    return _numbers(version_text(program))


def is_within(program: str, versions: str) -> bool:
    """Return whether a program's version is in a range: "< 9.20", ">= 9.18.49-1~deb12u3, < 9.20"; "" is any.

    Alternatives are separated by semicolons: "< 9.20; >= 9.21".
    """
    fits = functools.partial(_fits, version(program))
    return any(all(map(fits, filter(None, alternative.split(",")))) for alternative in versions.split(";"))


def _fits(numbers: tuple[int, ...], comparison: str) -> bool:
    sign, bound = comparison.split()
    return bool(_COMPARISONS[sign](numbers, _numbers(bound)))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, _NUMBER.findall(text)))


def knot_says_badkey() -> bool:
    """Return whether knotd answers BADKEY to an unknown or denied key; from 3.4 on, it answers an unsigned NOTAUTH."""
    return is_within("knotd", "< 3.4")


def knot_keeps_ttls() -> bool:
    """Return whether knotd ignores an update that changes only a TTL, and answers NOERROR."""
    return is_within("knotd", ">= 3.5")


def all_versions() -> str:
    """Return one line about all programs, including those that are not installed."""
    return ", ".join(f"{program} {_text_or_absence(program)}" for program in _PROGRAMS)


def _text_or_absence(program: str) -> str:
    try:
        return version_text(program)
    except ServerFailed:
        return "is not installed"
