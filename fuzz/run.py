"""Fuzzes every target for FUZZ_SECONDS (20) seconds, each in its own process, as many at once as there are CPUs.

Prints a line for each target. New inputs are kept in fuzz/corpus and used by the next run. Ends with status 1 if a
parser raised an error that is not the package's own, hung, or returned a wrong result; that input is saved, and its
path printed.
"""

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGETS = ROOT / "fuzz" / "targets"
FAILURES = ROOT / "fuzz" / "corpus" / "failures"

LONGEST_INPUT = 4096  # octets; what the parsers do with more they do with this many too
HANG_SECONDS = 10  # no parser needs a hundredth of this for LONGEST_INPUT
START_SECONDS = 60  # for loading and instrumenting the code, and for replaying what was learnt before

_EXECUTED = re.compile(r"^stat::number_of_executed_units:\s*(\d+)", re.MULTILINE)
_SAVED = re.compile(r"Test unit written to (\S+)")
_RAISED = re.compile(r"=== Uncaught Python exception: ===\n(.*)")


class Result:
    """How one target went; `failure` is empty if it went well."""

    def __init__(self, target: str, executed: int, seconds: float, failure: str) -> None:
        self.target = target
        self.executed = executed
        self.seconds = seconds
        self.failure = failure

    def __str__(self) -> str:
        verdict = f"FAILED: {self.failure}" if self.failure else "ok"
        return f"{self.target:16}{self.executed:>10} executions {self.seconds:>6.0f} s  {verdict}"


def fuzz(target: str, seconds: int) -> Result:
    """Fuzz one target for `seconds`, in a process of its own."""
    command = [
        sys.executable, "-m", "fuzz.harness", target,
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST_INPUT}",
        f"-timeout={HANG_SECONDS}",
        f"-artifact_prefix={FAILURES}/{target}-",
        "-print_final_stats=1",
    ]  # fmt: skip
    started = time.monotonic()
    try:
        done = subprocess.run(  # noqa: S603 - our own harness
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=seconds + START_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Result(target, 0, time.monotonic() - started, "it did not end")
    executed = _EXECUTED.search(done.stdout)
    failure = "" if done.returncode == 0 else _failure(target, done.stdout)
    return Result(target, int(executed[1]) if executed else 0, time.monotonic() - started, failure)


def _failure(target: str, output: str) -> str:
    saved = _SAVED.search(output)
    if saved is None:
        return f"it did not run:\n{output[-2000:]}"
    raised = _RAISED.search(output)
    reason = raised[1] if raised else f"no end within {HANG_SECONDS} s, or too much memory"
    path = Path(saved[1]).relative_to(ROOT)
    return f"{reason}\n    {path}\n    again: {Path(sys.executable)} -m fuzz.harness {target} {path}"


def main() -> int:
    """Fuzz all targets; return the exit status."""
    seconds = int(os.environ.get("FUZZ_SECONDS", "20"))
    FAILURES.mkdir(parents=True, exist_ok=True)
    targets = sorted(path.stem for path in TARGETS.glob("[a-z]*.py"))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        failures = 0
        for running in as_completed([pool.submit(fuzz, target, seconds) for target in targets]):
            result = running.result()
            failures += bool(result.failure)
            print(result, flush=True)  # noqa: T201 - the report is this program's work
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
