"""All that a program prints, if it ends by itself in time."""

from __future__ import annotations

import os
import select
import shutil
from contextlib import suppress
from time import monotonic

from dns_update.process import signals
from dns_update.process.runner import Program
from dns_update.value import Value

MAX_OCTETS = 1 << 26  # the configuration of some hundred thousand zones
END_SECONDS = 1  # SIGKILL ends a program at once
_SYSTEM_DIRECTORIES = "/usr/local/sbin:/usr/sbin:/sbin"  # an ordinary user's PATH leaves them out
_CHUNK_OCTETS = 1 << 16
_AT_ONCE_OCTETS = 1 << 20  # more than a pipe holds; a program that prints without end must not keep us from the clock


class Captured(Value):
    """The status of a program that has ended, and its two outputs as text; a repr does not show these."""

    status: int
    output: str
    errors: str

    def __repr__(self) -> str:
        return f"Captured(status={getattr(self, 'status', None)})"


def found_program(name: str) -> str | None:
    """Return the path of a program, also if it is where daemons are; None if it is not installed."""
    return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:{_SYSTEM_DIRECTORIES}")


def captured(words: tuple[str, ...], seconds: float) -> Captured | None:
    """Run a program, found by `found_program`, and return what it printed; None if it did not end within the time.

    No shell runs it. It prints in English, since its words are read. Nothing of its group remains. Raises OSError if it
    cannot be run.
    """
    ours, theirs = zip(os.pipe(), os.pipe(), strict=True)
    try:
        with signals.ended_by_exception():
            try:
                with signals.held():
                    environment = os.environ | {"LC_ALL": "C"}
                    program = Program(words, environment, output=theirs[0], errors=theirs[1])
            finally:
                for descriptor in theirs:
                    os.close(descriptor)
            return _read_to_the_end(program, ours, by=monotonic() + seconds)
    finally:
        for descriptor in ours:
            os.close(descriptor)


def _read_to_the_end(program: Program, outputs: tuple[int, ...], by: float) -> Captured | None:
    try:
        printed = _printed(program.ended, outputs, by)
    finally:
        program.kill()
        program.reap(END_SECONDS)
    if printed is None or program.status is None:
        return None
    output, errors = (octets.decode(errors="backslashreplace") for octets in printed)
    return Captured(program.status, output, errors)


def _printed(ended: int, outputs: tuple[int, ...], by: float) -> list[bytes] | None:
    """Return what comes from the outputs until the program has ended; None if that takes too long, or is too much."""
    chunks: dict[int, list[bytes]] = {output: [] for output in outputs}
    poll = select.poll()  # `select` takes no descriptor above 1023
    for descriptor in (*outputs, ended):
        if descriptor != ended:
            os.set_blocking(descriptor, False)
        poll.register(descriptor, select.POLLIN)
    octets_left = MAX_OCTETS
    while (seconds := by - monotonic()) > 0 and octets_left > 0:
        ready = [descriptor for descriptor, _events in poll.poll(seconds * 1000)]
        for output in outputs:
            if output in ready and not (read := _drained(output, chunks[output])):
                poll.unregister(output)
            elif output in ready:
                octets_left -= read
        if ended in ready:  # a child of it may keep the pipes open
            for output in outputs:
                _drained(output, chunks[output])
            return [b"".join(chunks[output]) for output in outputs]
    return None


def _drained(output: int, chunks: list[bytes]) -> int:
    """Read what is there; return how many octets."""
    octets = 0
    with suppress(BlockingIOError):
        while octets < _AT_ONCE_OCTETS and (chunk := os.read(output, _CHUNK_OCTETS)):
            chunks.append(chunk)
            octets += len(chunk)
    return octets
