"""A network namespace: network interfaces, port 53 and a resolv.conf of its own, for root only."""

import contextlib
import itertools
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from lab.errors import LabFailed

_PREFIX = "dns-update-lab-"
_MOUNTS = Path("/run/netns")
_SETTINGS = Path("/etc/netns")
"""Where ip-netns(8) looks for files that stand in for those of /etc."""

_COUNTER = itertools.count(1)


@dataclass
class Namespace:
    """A namespace with nothing in it but the loopback interface; a context manager that makes and removes it.

    Attributes:
        resolv_conf: what programs in it find in /etc/resolv.conf.

    """

    resolv_conf: str = "nameserver 127.0.0.1\n"
    name: str = field(default_factory=lambda: f"{_PREFIX}{os.getpid()}-{next(_COUNTER)}", init=False)

    def __enter__(self) -> Self:
        _remove_left_behind()
        _ip("netns", "add", self.name)
        (_SETTINGS / self.name).mkdir(parents=True)
        self.write("resolv.conf", self.resolv_conf)
        self.ip("link", "set", "lo", "up")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _remove(self.name)

    @property
    def prefix(self) -> list[str]:
        """The front of a command line that runs in the namespace."""
        return ["ip", "netns", "exec", self.name]

    def write(self, name: str, text: str) -> None:
        """Write a file that programs, started in it from now on, find in /etc in place of the machine's own."""
        (_SETTINGS / self.name / name).write_text(text, encoding="ascii")

    def ip(self, *words: str) -> None:
        """Change its interfaces and addresses, in the words of iproute2."""
        _ip("-n", self.name, *words)

    def read(self, *words: str) -> str:
        """Return what iproute2 says of it."""
        return _ip("-n", self.name, *words)

    def sysctl(self, name: str, value: str) -> None:
        """Set a parameter of its network, whose name is a path below /proc/sys/net."""
        _run([*self.prefix, "sh", "-c", 'printf %s "$2" >"/proc/sys/net/$1"', "sh", name, value])


def unavailable_because() -> str | None:
    """Say why no namespace can be made here; None if one can."""
    if os.geteuid() != 0:
        return "only root makes network namespaces"
    try:
        with Namespace():
            return None
    except LabFailed as error:
        return str(error)


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


def _remove(name: str) -> None:
    shutil.rmtree(_SETTINGS / name, ignore_errors=True)
    if (_MOUNTS / name).exists():
        _ip("netns", "delete", name)


def _remove_left_behind() -> None:
    """Remove the namespaces of processes that were killed."""
    for mount in _MOUNTS.glob(f"{_PREFIX}*"):
        pid = mount.name.removeprefix(_PREFIX).partition("-")[0]
        if not Path(f"/proc/{pid}").exists():
            with contextlib.suppress(LabFailed):  # another process has done so meanwhile
                _remove(mount.name)
