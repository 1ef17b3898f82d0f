"""Reads the file of a script, and says what must be said of it before it runs."""

from __future__ import annotations

import os
import stat
import sys

from dns_update.errors import UsageError, quoted
from dns_update.errors.classes import unusable_file

LARGEST_SCRIPT = 1 << 20  # octets, as much as a value in it may have; an export of a large router has less
STANDARD_INPUT = "-"


def read_script(path: str) -> str:
    """Return the text of a script file; `-` is standard input. Raises UsageError.

    Octets that are not UTF-8 are kept, each as a lone surrogate.
    """
    if path == STANDARD_INPUT:
        octets = b"" if sys.stdin is None else sys.stdin.buffer.read(LARGEST_SCRIPT + 1)
    else:
        octets = octets_of(path, LARGEST_SCRIPT)
    if len(octets) > LARGEST_SCRIPT:
        raise UsageError(f"{quoted(path)} has more than {LARGEST_SCRIPT >> 20} MiB: it is not a script")
    if b"\0" in octets:
        raise UsageError(f"{quoted(path)} is not a text, so it is not a script", hint="a backup of a router is not one")
    return octets.decode("utf-8-sig", "surrogateescape")


def is_open_secret(path: str, text: str) -> bool:
    """Return whether a file has a key in it that other users can read."""
    if path == STANDARD_INPUT or "key=" not in text:
        return False
    try:
        return bool(os.stat(path).st_mode & stat.S_IROTH)
    except OSError:
        return False


def printable(text: str) -> str:
    r"""Return a text with the octets of `\C3\A9` joined to characters, so that it can be printed."""
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def octets_of(path: str, most: int) -> bytes:
    """Return what a file has, but at most one octet more than `most`; raises UsageError."""
    try:
        with open(path, "rb") as file:
            return file.read(most + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise unusable_file(f"cannot read {quoted(path)}", error) from error
