"""The address that a program prints on its first line."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from threading import current_thread, main_thread
from time import monotonic

from dns_update.address.sources import Command
from dns_update.errors import InvalidText, NoAddress, quoted
from dns_update.process import signals
from dns_update.process.child_guard import ChildGuard
from dns_update.process.orphans import MARK, adopted
from dns_update.process.runner import Program, failure_of, keep_statuses
from dns_update.wire.inet import parse_address

COMMAND_SECONDS = 30  # a program that asks the network itself gives up long before
LINGER_SECONDS = 1  # to end after its first line: its status may still say that it failed
END_SECONDS = 1  # between SIGTERM and SIGKILL, to clean up
REAP_SECONDS = 5  # SIGKILL ends a program at once; another user's (sudo) cannot be killed, and is given up
FIRST_LINE_OCTETS = 4096  # an address has at most 45; the rest is for the error

_HINT = "its first line must be an address and nothing else"


def address_of_command(source: Command, *, until: int | None = None, child_guard: ChildGuard | None = None) -> bytes:
    """Run the program and return the address on the first line of its standard output.

    No shell runs it; its standard error is ours, its standard input empty. No process of its group remains, even if it
    fails or we are interrupted. Without a `child_guard` (an agent has one, since it runs several programs at once),
    processes that moved to their own sessions are ended, too. After its first line, it has LINGER_SECONDS to end; if it
    does, its status counts. It is also ended when the descriptor `until` can be read, and by `child_guard` if we are
    killed. Raises NoAddress if it cannot be run, fails, prints no line within COMMAND_SECONDS, or prints something
    else.
    """
    if until is not None and _can_be_read(until):
        raise _unwanted(source)
    is_in_main_thread = current_thread() is main_thread()
    if is_in_main_thread:
        keep_statuses()
    mark = f"{os.getpid()}-{os.urandom(8).hex()}"
    try:
        with (
            signals.ended_by_exception(),
            adopted(mark) if child_guard is None and is_in_main_thread else nullcontext(),
            _running(source, until, child_guard, mark) as (program, watch),
        ):
            if not watch.sees_line(by=monotonic() + COMMAND_SECONDS):
                if watch.is_unwanted:
                    raise _unwanted(source)
                raise NoAddress(f"{source} printed no whole line within {COMMAND_SECONDS} s")
            has_ended = watch.sees_end(by=monotonic() + LINGER_SECONDS)
    except OSError as error:  # no descriptor is left
        raise NoAddress(f"{source} cannot be run: {error.strerror}") from error
    if has_ended and program.status:
        raise NoAddress(f"{source} {failure_of(program.status)}")
    if not watch.printed:
        raise NoAddress(f"{source} printed nothing", hint=_HINT)
    line = watch.printed.partition(b"\n")[0].decode(errors="backslashreplace").strip()
    try:
        return parse_address(line)
    except InvalidText as error:
        raise NoAddress(f"{source} printed no address: {quoted(line)}", hint=_HINT) from error


def _can_be_read(descriptor: int) -> bool:
    poll = select.poll()  # `select` takes no descriptor above 1023
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def _unwanted(source: Command) -> NoAddress:
    return NoAddress(f"{source} is no longer asked")


@contextmanager
def _running(
    source: Command, until: int | None, child_guard: ChildGuard | None, mark: str
) -> Iterator[tuple[Program, _WatchedProgram]]:
    """Start the program; at the end, ask its group to end, wait a moment, and kill the rest."""
    output, theirs = os.pipe()
    program = None
    try:
        try:
            with signals.held():
                program = _started(source, theirs, child_guard, mark)
        finally:
            os.close(theirs)
        watch = _WatchedProgram(output, program.ended, until)
        try:
            yield program, watch
        finally:
            program.terminate()
            watch.sees_all_end(by=monotonic() + END_SECONDS)
    finally:
        if program is not None:
            program.kill()
        os.close(output)
        if program is not None:
            program.reap(REAP_SECONDS)


def _started(source: Command, output: int, child_guard: ChildGuard | None, mark: str) -> Program:
    try:
        return Program(source.words, os.environ | {MARK: mark}, output=output, child_guard=child_guard)
    except (OSError, ValueError) as error:  # ValueError: a character that a file name cannot have
        reason = error.strerror if isinstance(error, OSError) else error
        hint = "no shell runs it; write command:env NAME=VALUE PROGRAM" if "=" in source.words[0] else ""
        raise NoAddress(f"{source} cannot be run: {reason}", hint=hint) from error


class _WatchedProgram:
    """What a running program has printed. Each method waits until a (monotonic) time at most, `by`."""

    def __init__(self, output: int, end: int, until: int | None) -> None:
        self.printed = b""
        self.is_unwanted = False  # its output is no longer needed
        self._has_ended = False
        self._is_output_closed = False  # by all processes that have it: children inherit it
        self._output = output
        self._end = end
        self._until = until
        self._poll = select.poll()
        os.set_blocking(output, False)
        for descriptor in (output, end, until):
            if descriptor is not None:
                self._poll.register(descriptor, select.POLLIN)

    def sees_line(self, by: float) -> bool:
        """Return whether by then its first line, or all that it will print, is there."""
        while not (self._has_line() or self.is_unwanted) and self._wait(by):
            pass
        return self._has_line()

    def sees_end(self, by: float) -> bool:
        """Return whether by then it has ended."""
        while not (self._has_ended or self.is_unwanted) and self._wait(by):
            pass
        return self._has_ended

    def sees_all_end(self, by: float) -> bool:
        """Return whether by then it and all processes with its output have ended."""
        while not (self._has_ended and self._is_output_closed) and self._wait(by):
            pass
        return self._has_ended and self._is_output_closed

    def _has_line(self) -> bool:
        is_there = b"\n" in self.printed or len(self.printed) >= FIRST_LINE_OCTETS
        return is_there or self._is_output_closed or self._has_ended

    def _wait(self, by: float) -> bool:
        """Wait for the next event and handle it; return False if none comes by then."""
        seconds = by - monotonic()
        ready = [descriptor for descriptor, _events in self._poll.poll(seconds * 1000)] if seconds > 0 else []
        if self._output in ready:
            self._read()
        if self._until in ready:
            self.is_unwanted = True
            self._poll.unregister(self._until)
        if self._end in ready:
            # All that it has printed is in the pipe now, even if one of its children keeps the pipe open.
            while not self._has_line() and self._read():
                pass
            self._has_ended = True
            self._poll.unregister(self._end)
        return bool(ready)

    def _read(self) -> bool:
        """Read what is there; return False if nothing is."""
        try:
            octets = os.read(self._output, FIRST_LINE_OCTETS)
        except BlockingIOError:
            return False
        if not octets:
            self._is_output_closed = True
            self._poll.unregister(self._output)
        elif not self._has_line():  # the rest is read, since the program may wait for room in the pipe
            self.printed += octets
        return bool(octets)
