"""Whether a server can write in a directory at all, whatever its user may do: room, read-only mounts, attributes."""

from __future__ import annotations

import array
import fcntl
import os
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    DiskFault = Literal["disk-full", "disk-read-only", "service-read-only", "immutable", ""]

_LEAST_OCTETS = 65536  # for an entry of a journal; a disk with less is as good as full
_GET_FLAGS = 0x80086601  # FS_IOC_GETFLAGS of linux/fs.h, where a long has 8 octets
_IMMUTABLE = 0x10  # FS_IMMUTABLE_FL: chattr +i


def disk_fault(path: Path, root: str = "") -> DiskFault:
    """Return why nobody can write in a directory, or change a file: the code of a finding; empty if nothing is known.

    `root` is the root directory as the server sees it, e.g. /proc/PID/root: a container or systemd may show it a
    file system as read-only that others can write to.
    """
    directory = path if path.is_dir() else path.parent
    if is_full(directory):
        return "disk-full"
    if _is_read_only(directory):
        return "disk-read-only"
    if root and _is_read_only(Path(f"{root}{directory}")):
        return "service-read-only"
    return "immutable" if _is_immutable(path) else ""


def is_full(directory: Path) -> bool:
    """Return whether a directory has no room for another file; False if that cannot be found out."""
    try:
        status = os.statvfs(directory)
    except OSError:
        return False
    has_blocks, has_files = status.f_blocks > 0, status.f_files > 0  # a file system without a disk has none
    is_out_of_room = has_blocks and status.f_bavail * status.f_frsize < _LEAST_OCTETS
    return is_out_of_room or (has_files and status.f_favail == 0)


def _is_read_only(directory: Path) -> bool:
    try:
        return bool(os.statvfs(directory).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def _is_immutable(path: Path) -> bool:
    """Return whether a file or directory has the attribute that lets not even root change it."""
    flags = array.array("l", [0])
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.ioctl(opened, _GET_FLAGS, flags)
    except OSError:  # this file system has no attributes
        return False
    finally:
        os.close(opened)
    return bool(flags[0] & _IMMUTABLE)
