"""Patterns of names: `*` is any text, dots included, and `?` any character; relative to the zone, or in full."""

from __future__ import annotations

import re
from fnmatch import translate

from dns_update import errors
from dns_update.errors import quoted
from dns_update.wire.name import Name

WHOLE_ZONE = "zone"  # as a pattern: every name


class Pattern:
    """Names of one zone that a text describes."""

    def __init__(self, text: str, zone: Name) -> None:
        """Read it: `*.pool`, `*.pool.example.com`, `@` for the zone itself; raises InvalidText."""
        folded = text.lower().removesuffix(".")
        if not folded or any(character.isspace() for character in folded):
            raise errors.InvalidText(f"{quoted(text)} is not a pattern of names", hint="e.g. *.pool.example.com")
        place = str(zone).lower()
        if folded == "@":
            folded = place
        elif folded != place and not folded.endswith(f".{place}") and zone.labels:
            folded = f"{folded}.{place}"
        # A bracket is a character here, as it is in names.
        self._matches = re.compile(translate(folded.replace("[", "[[]"))).match

    def matches(self, name: Name) -> bool:
        """Return whether a name is one of them."""
        return self._matches(str(name).lower()) is not None
