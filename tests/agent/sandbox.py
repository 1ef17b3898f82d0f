"""Runs a program under the system call filters that systemd would make from a unit; systemd itself does not run.

    python tests/agent/sandbox.py UNIT PROGRAM [ARGUMENT...]

Where a call would fail under systemd with SystemCallErrorNumber=, this kills the process, so that no program can ignore
the failure. Address families and writable, executable memory fail as they do under systemd. All capabilities are
dropped, and no program gets new ones.
"""

import ctypes
import errno
import mmap
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# seccomp.h
_KILL_PROCESS = 0x80000000
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_EQUAL = 4
_MASKED_EQUAL = 7

# linux/prctl.h, linux/capability.h
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAPBSET_DROP = 24
_LAST_CAPABILITY = Path("/proc/sys/kernel/cap_last_cap")

_FAMILIES = 46  # as many as Linux has: AF_MAX


class _Comparison(ctypes.Structure):
    """struct scmp_arg_cmp."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


class _Filter:
    """A filter of system calls; `action` applies to calls without a rule."""

    def __init__(self, action: int) -> None:
        self._library = ctypes.CDLL("libseccomp.so.2")
        self._library.seccomp_init.restype = ctypes.c_void_p
        self._library.seccomp_init.argtypes = [ctypes.c_uint32]
        self._context = ctypes.c_void_p(self._library.seccomp_init(action))

    def add(self, action: int, name: str, *comparisons: _Comparison) -> None:
        """Add a rule for a call; a call that this machine's processor does not have is ignored."""
        number = self._library.seccomp_syscall_resolve_name(name.encode())
        if number < 0:
            return
        conditions = (_Comparison * len(comparisons))(*comparisons)
        rule = self._library.seccomp_rule_add_array
        rule.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p]
        _check(rule(self._context, action, number, len(comparisons), conditions))

    def load(self) -> None:
        """Load the filter, for this process and its children."""
        _check(self._library.seccomp_load(self._context))


def settings(unit: Path, name: str) -> list[str]:
    """Return the values of a setting in a unit's file, in order."""
    lines = unit.read_text(encoding="utf-8").splitlines()
    return [line.partition("=")[2] for line in lines if line.partition("=")[0] == name]


def allowed_calls(unit: Path) -> set[str]:
    """Return the names of the calls that a unit may make (SystemCallFilter=)."""
    allowed = set(_calls("@default"))  # systemd.exec(5): always allowed
    for value in settings(unit, "SystemCallFilter"):
        calls = {call for word in value.removeprefix("~").split() for call in _calls(word)}
        allowed = allowed - calls if value.startswith("~") else allowed | calls
    return allowed | set(_calls("@default"))


def _calls(word: str) -> Iterator[str]:
    """Yield the calls of a set, and of the sets in it; or the one call."""
    if not word.startswith("@"):
        yield word
        return
    # systemd's own programs send their status to the socket; here it belongs to the agent.
    environment = {name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"}
    shown = subprocess.run(
        ["systemd-analyze", "syscall-filter", word], capture_output=True, text=True, check=True, env=environment
    )
    for line in shown.stdout.splitlines()[1:]:
        member = line.strip()
        if member and not member.startswith("#"):
            yield from _calls(member)


def _restrict(unit: Path) -> None:
    """Apply the restrictions of a unit."""
    calls = allowed_calls(unit)
    families = {getattr(socket, name) for value in settings(unit, "RestrictAddressFamilies") for name in value.split()}
    filters = [_of_calls(calls), _of_families(families)]
    if settings(unit, "MemoryDenyWriteExecute") == ["yes"]:
        filters.append(_of_memory())
    if os.geteuid() == 0:
        _drop_capabilities()
    _check(ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    for one in reversed(filters):  # the first is the strictest, and might not let the others be loaded
        one.load()


def _of_calls(allowed: set[str]) -> _Filter:
    one = _Filter(_KILL_PROCESS)
    # SQLite tries it if root runs it, as here and never under DynamicUser=, and passes over the failure.
    one.add(_ERRNO | errno.EPERM, "fchown")
    for name in sorted(allowed - {"fchown"}):
        one.add(_ALLOW, name)
    return one


def _of_families(allowed: set[int]) -> _Filter:
    one = _Filter(_ALLOW)
    for family in set(range(_FAMILIES)) - allowed:
        one.add(_ERRNO | errno.EAFNOSUPPORT, "socket", _Comparison(0, _EQUAL, family, 0))
    return one


def _of_memory() -> _Filter:
    one = _Filter(_ALLOW)
    both = mmap.PROT_WRITE | mmap.PROT_EXEC
    one.add(_ERRNO | errno.EPERM, "mmap", _Comparison(2, _MASKED_EQUAL, both, both))
    for name in ("mprotect", "pkey_mprotect"):
        one.add(_ERRNO | errno.EPERM, name, _Comparison(2, _MASKED_EQUAL, mmap.PROT_EXEC, mmap.PROT_EXEC))
    return one


def _drop_capabilities() -> None:
    """Drop root's capabilities for ever: no program that is started from now on gets any."""
    library = ctypes.CDLL(None)
    for capability in range(int(_LAST_CAPABILITY.read_text(encoding="ascii")) + 1):
        _check(library.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0))


def _check(result: int) -> None:
    if result != 0:
        raise OSError(-result if result < -1 else ctypes.get_errno(), "the sandbox cannot be made")


if __name__ == "__main__":
    _restrict(Path(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - the program of the test
