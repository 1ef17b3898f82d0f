"""Findings about a zone file and its journal: named loads them only if their serials agree."""

from __future__ import annotations

import re
from pathlib import Path

from dns_update.server_config.bind.statements import Statement
from dns_update.server_config.finding import Findings
from dns_update.wire.codes import MAX_U32, decimal

_BEGINNING_OCTETS = 1 << 16  # the SOA record is the first one
_ZONE_COMMENT = re.compile(r";[^\n]*")
_SERIAL_FIELD = 2  # after the primary and the mailbox
_JOURNAL_FORMAT = b";BIND LOG V9"
_JOURNAL_HEADER_OCTETS = 64


def examine_journal(found: Findings, file: Statement, zone_file: Path, journal: Path) -> None:
    """Add that a journal is none, or that it does not have the zone file's serial: the file was changed beside it."""
    if _is_something_else(journal):
        found.fault("journal-wrong", file.place, jnl=str(journal))
        return
    serial, serials = soa_serial(zone_file), journal_serials(journal)
    if serial is None or serials is None or _is_between(serials[0], serial, serials[1]):
        return
    has = f"{serials[0]} to {serials[1]}"
    found.fault(
        "journal-out-of-sync", file.place, path=str(zone_file), serial=str(serial), journal=has, jnl=str(journal)
    )


def _is_something_else(journal: Path) -> bool:
    """Return whether something is in the place of a journal that is none, so that named does not load the zone."""
    try:
        with journal.open("rb") as file:
            return not file.read(_JOURNAL_HEADER_OCTETS).startswith(_JOURNAL_FORMAT)
    except IsADirectoryError:
        return True
    except OSError:
        return False


def soa_serial(path: Path) -> int | None:
    """Return the serial of a zone file in text form; None if it cannot be read, or has none near its beginning."""
    try:
        with path.open("rb") as file:
            text = file.read(_BEGINNING_OCTETS).decode(errors="replace")
    except OSError:
        return None
    words = _ZONE_COMMENT.sub("", text).replace("(", " ").replace(")", " ").split()
    folded = [word.upper() for word in words]
    after = words[folded.index("SOA") + 1 :] if "SOA" in folded else []
    return decimal(after[_SERIAL_FIELD], MAX_U32) if len(after) > _SERIAL_FIELD else None


def journal_serials(path: Path) -> tuple[int, int] | None:
    """Return the first and the last serial of a journal; None if it cannot be read, or has no changes.

    After 16 octets, which name the format, it has two pairs of a serial and a position.
    """
    try:
        with path.open("rb") as file:
            header = file.read(_JOURNAL_HEADER_OCTETS)
    except OSError:
        return None
    if len(header) < _JOURNAL_HEADER_OCTETS or not header.startswith(_JOURNAL_FORMAT):
        return None
    first, begin, last, end = (int.from_bytes(header[at : at + 4]) for at in range(16, 32, 4))
    return None if begin == end else (first, last)


def _is_between(first: int, serial: int, last: int) -> bool:
    """Return whether a serial is not before the first and not after the last (RFC 1982)."""
    return (serial - first) % (MAX_U32 + 1) <= (last - first) % (MAX_U32 + 1)
