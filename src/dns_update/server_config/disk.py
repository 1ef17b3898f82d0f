"""Whether there is room for a server's files."""

from __future__ import annotations

import os
from pathlib import Path

_LEAST_OCTETS = 65536  # for an entry of a journal; a disk with less is as good as full


def is_full(directory: Path) -> bool:
    """Return whether a directory has no room for another file; False if that cannot be found out."""
    try:
        status = os.statvfs(directory)
    except OSError:
        return False
    has_blocks, has_files = status.f_blocks > 0, status.f_files > 0  # a file system without a disk has none
    is_out_of_room = has_blocks and status.f_bavail * status.f_frsize < _LEAST_OCTETS
    return is_out_of_room or (has_files and status.f_favail == 0)
