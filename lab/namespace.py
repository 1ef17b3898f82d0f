"""A network namespace: network interfaces, port 53 and a resolv.conf of its own, for root only.

The kernel cleans up. A namespace lasts as long as the mount that gives it its name, and as the processes in it. Those
mounts are made in a mount namespace that only this process and its children have, and go with them, however they end.
"""

import ctypes
import functools
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from lab.errors import LabFailed

_NAMES = Path("/run/netns")
_SETTINGS = Path("/etc/netns")
"""Where ip-netns(8) looks for files that replace those of /etc."""

# linux/sched.h, linux/mount.h
_CLONE_NEWNS = 0x00020000
_CLONE_NEWNET = 0x40000000
_MS_REC_PRIVATE = 0x4000 | 0x40000

_COUNTER = itertools.count(1)


@dataclass
class Namespace:
    """A namespace that has only the loopback interface; a context manager that makes and removes it.

    Attributes:
        resolv_conf: what programs in it find in /etc/resolv.conf.

    """

    resolv_conf: str = "nameserver 127.0.0.1\n"
    name: str = field(default_factory=lambda: f"dns-update-lab-{next(_COUNTER)}", init=False)

    def __enter__(self) -> Self:
        _keep_mounts_private()
        _ip("netns", "add", self.name)
        (_SETTINGS / self.name).mkdir(parents=True)
        self.write("resolv.conf", self.resolv_conf)
        self.ip("link", "set", "lo", "up")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(_SETTINGS / self.name, ignore_errors=True)
        if (_NAMES / self.name).exists():
            _ip("netns", "delete", self.name)

    @property
    def prefix(self) -> list[str]:
        """The beginning of a command line that runs in the namespace."""
        return ["ip", "netns", "exec", self.name]

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Let this thread, and those that it starts meanwhile, open sockets in it; /etc stays the machine's."""
        with Path("/proc/thread-self/ns/net").open("rb") as own, (_NAMES / self.name).open("rb") as inside:
            _enter(inside.fileno())
            try:
                yield
            finally:
                _enter(own.fileno())

    def write(self, name: str, text: str) -> None:
        """Write a file that programs started in it from now on find in /etc instead of the machine's own."""
        (_SETTINGS / self.name / name).write_text(text, encoding="ascii")

    def ip(self, *words: str) -> None:
        """Change its interfaces and addresses, in the words of iproute2."""
        _ip("-n", self.name, *words)

    def read(self, *words: str) -> str:
        """Return iproute2's output about it."""
        return _ip("-n", self.name, *words)

    def sysctl(self, name: str, value: str) -> None:
        """Set a parameter of its network, whose name is a path below /proc/sys/net."""
        _run([*self.prefix, "sh", "-c", 'printf %s "$2" >"/proc/sys/net/$1"', "sh", name, value])


def unavailable_because() -> str | None:
    """Return why no namespace can be made here; None if one can."""
    if os.geteuid() != 0:
        return "only root makes network namespaces"
    try:
        with Namespace():
            return None
    except LabFailed as error:
        return str(error)


@functools.cache
def _keep_mounts_private() -> None:
    """Give this thread, and the processes it starts, their own mounts, and empty directories for namespaces.

    It calls the C library, because `os.unshare` is new in Python 3.12 (`os.setns`, too), and the standard library has
    no `mount`.
    """
    library = ctypes.CDLL(None, use_errno=True)
    _check(library.unshare(_CLONE_NEWNS), "unshare")
    _check(library.mount(b"none", b"/", None, _MS_REC_PRIVATE, None), "mount --make-rprivate /")
    for directory in (_NAMES, _SETTINGS):
        directory.mkdir(parents=True, exist_ok=True)
        _check(library.mount(b"tmpfs", bytes(directory), b"tmpfs", 0, b"mode=755"), f"mount -t tmpfs {directory}")


def _enter(network: int) -> None:
    _check(ctypes.CDLL(None, use_errno=True).setns(network, _CLONE_NEWNET), "setns")


def _check(result: int, what: str) -> None:
    if result != 0:
        raise LabFailed(f"{what}: {os.strerror(ctypes.get_errno())}")


def _ip(*words: str) -> str:
    return _run(["ip", *words])


def _run(command: list[str]) -> str:
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise LabFailed(f"{command[0]}: not found; apt-get install iproute2") from None
    if result.returncode != 0:
        raise LabFailed(f"{' '.join(command)}: {result.stderr.strip()}")
    return result.stdout
