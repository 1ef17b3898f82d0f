"""What a stream that is a terminal can show: how many columns it has, and whether bold and color are wanted."""

from __future__ import annotations

import os
import sys

from dns_update.commandline.help import WIDE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

_NARROWEST = 40  # columns; texts need that much


def width(stream: TextIO | None = None) -> int:
    """Return the columns for a text on a stream, standard output if None; `COLUMNS` says them for a terminal."""
    stream = sys.stdout if stream is None else stream
    if not is_terminal(stream):
        return WIDE
    given = os.environ.get("COLUMNS", "")
    columns = int(given) if given.isascii() and given.isdecimal() else _columns_of(stream)
    return min(max(columns, _NARROWEST), WIDE) if columns else WIDE


def is_styled(stream: TextIO | None = None) -> bool:
    """Return whether a stream shows bold and color, and the user has not set `NO_COLOR`."""
    can = os.environ.get("TERM", "dumb") != "dumb"
    return can and not os.environ.get("NO_COLOR") and is_terminal(sys.stdout if stream is None else stream)


def is_terminal(stream: TextIO | None) -> bool:
    """Return whether a stream is open, and a terminal."""
    return stream is not None and stream.isatty()


def _columns_of(stream: TextIO | None) -> int:
    """Return the columns of a terminal; 0 if it does not say."""
    try:
        return os.get_terminal_size(stream.fileno()).columns if stream is not None else 0
    except OSError:
        return 0
