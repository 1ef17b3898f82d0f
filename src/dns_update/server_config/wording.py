"""Small parts of sentences about configurations."""

from __future__ import annotations

from collections.abc import Sequence

_MAX_LINE = 200  # characters of what a program says


def the_keys(names: Sequence[str]) -> str:
    """Return keys as a part of a sentence: "the key a", or "one of the keys a, b"; "no key" without any."""
    if not names:
        return "no key"
    return f"the key {names[0]}" if len(names) == 1 else f"one of the keys {', '.join(names)}"


def first_line(text: str) -> str:
    """Return the first line of what a program says, shortened; empty if it says nothing."""
    lines = (line.strip() for line in text.splitlines())
    return next((line[:_MAX_LINE] for line in lines if line), "")
