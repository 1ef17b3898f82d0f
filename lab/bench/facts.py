"""What the figures depend on: the processor, the kernel, Python, and the versions of all programs.

Nothing here names the machine, its user or a directory.
"""

import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

from lab.errors import ServerFailed
from lab.versions import version_text

PROGRAMS = ("named", "knotd", "pdns_server", "nsupdate", "knsupdate", "dnsperf", "ddclient", "inadyn")


def facts(python: str) -> dict[str, str]:
    """Return the facts; `python` is the interpreter that ours and the script on dnspython run on."""
    found = {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{_memory_gib():.0f} GiB",
        "kernel": f"{platform.system()} {platform.release().partition('-')[0]} {platform.machine()}",
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", "unknown"),
        "Python": _python(python),
        "dns-update": version("dns-update"),
        "dnspython": version("dnspython"),
    }
    return found | {program: _version(program) for program in PROGRAMS}


def _processor() -> str:
    found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    return platform.machine() if found is None else " ".join(found[1].split())


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _python(python: str) -> str:
    told = subprocess.run([python, "-V"], check=True, capture_output=True, text=True).stdout
    return told.split()[-1]


def _version(program: str) -> str:
    try:
        return version_text(program)
    except ServerFailed:
        return "not installed"
