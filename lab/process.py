"""A process that is measured: its memory, its processor time, how often it woke up."""

import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.server import find_program

_END_SECONDS = 5.0


@dataclass(frozen=True)
class Usage:
    """Processor seconds, and voluntary and involuntary context switches, since the process started."""

    cpu: float
    switches: int

    def __sub__(self, earlier: "Usage") -> "Usage":
        return Usage(self.cpu - earlier.cpu, self.switches - earlier.switches)


@contextmanager
def running(command: Sequence[str], log: Path) -> Iterator[int]:
    """Run a program in the background for as long as the context lasts; yield its process ID.

    It ends with this process, so that an interrupted measurement leaves no process running.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            [find_program("setpriv", "util-linux"), "--pdeathsig", "KILL", *command],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def memory(pid: int) -> tuple[float, float]:
    """Return the resident memory now and at its peak, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    now, peak = (re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE) for field in ("VmRSS", "VmHWM"))
    if now is None or peak is None:
        raise ProcessLookupError(pid)
    return int(now[1]) / 1024, int(peak[1]) / 1024


def usage(pid: int) -> Usage:
    """Return what the process has used so far, with all its threads.

    From schedstat, in nanoseconds: a tick of /proc/PID/stat is 10 ms, as much as the goal for 20 s.
    """
    tasks = list(Path(f"/proc/{pid}/task").iterdir())
    nanoseconds = sum(int((task / "schedstat").read_text(encoding="ascii").split()[0]) for task in tasks)
    texts = "".join((task / "status").read_text(encoding="ascii") for task in tasks)
    return Usage(nanoseconds / 1e9, sum(map(int, re.findall(r"ctxt_switches:\s+(\d+)", texts))))
