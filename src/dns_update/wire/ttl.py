"""Times as texts with units, such as `1h30m`: of zone files (RFC 2308 has such TTLs), properties and configurations."""

from __future__ import annotations

from dns_update.wire.codes import decimal

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
"""Seconds of each unit."""


def seconds_from_units(text: str, most: int) -> int | None:
    """Return the seconds of numbers with a unit each, in any order and case; None if it is not that, or above `most`.

    A number without a unit is not taken: what it means is for the caller to say.
    """
    total, digits = 0, ""
    for character in text.lower():
        if character not in UNITS:
            digits += character
            continue
        number = decimal(digits, most)
        if number is None:
            return None
        total += number * UNITS[character]
        digits = ""
    return None if not text or digits or total > most else total
