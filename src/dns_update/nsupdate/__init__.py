"""The language and the options of BIND's nsupdate: parsed, carried out, and answered in its words."""

from __future__ import annotations


class Fatal(Exception):
    """What ends a run at once with status 1; its text is what the user reads."""
