"""The address that a program prints on its first line."""

from __future__ import annotations

import os
import select
import signal
import sys
from contextlib import contextmanager, nullcontext, suppress
from selectors import EVENT_READ, DefaultSelector
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired
from threading import current_thread, main_thread
from time import monotonic

from dns_update.errors import InvalidText, NoAddress, quoted
from dns_update.process.orphans import MARK, adopted
from dns_update.wire.inet import parse_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType
    from typing import IO

    from dns_update.address import Command
    from dns_update.process.child_guard import ChildGuard

COMMAND_SECONDS = 30  # a program that asks the network gives up by itself long before
LINGER_SECONDS = 1  # for what a program does after its first line: it may yet say by its status that it failed
END_SECONDS = 1  # between SIGTERM and SIGKILL, to tidy up
REAP_SECONDS = 5  # SIGKILL ends what may be killed at once; another user's program (sudo) is not waited for
FIRST_LINE_OCTETS = 4096  # an address has at most 45; the rest shows what came instead

_ENDING = (signal.SIGTERM, signal.SIGHUP)
_KILLED_BY = 128  # plus the signal's number, as a shell has it
_HINT = "its first line must be an address and nothing else"


def address_of_command(source: Command, *, until: int | None = None, child_guard: ChildGuard | None = None) -> bytes:
    """Run the program and return the address on the first line of its standard output.

    No shell runs it; its standard error is ours, its standard input empty. It has a session and a process group of its
    own, of which nothing is left, whether it did well, failed, or we were interrupted. Without a `child_guard`, which
    an agent has that runs others beside it, nothing is left of sessions of their own either. Once its first line is
    there, it has LINGER_SECONDS to end; if it does, its status counts. It is ended, too, as soon as the descriptor
    `until` can be read, and if we are killed, as far as `child_guard` reaches. Raises NoAddress if it cannot be run,
    fails, prints no line within COMMAND_SECONDS, or prints something else.
    """
    if until is not None and _can_be_read(until):
        raise _unwanted(source)
    mark = f"{os.getpid()}-{monotonic()}"
    is_alone = child_guard is None and current_thread() is main_thread()
    try:
        with (
            _ended_by_signals(),
            adopted(mark) if is_alone else nullcontext(),
            _process(source, child_guard, mark) as process,
            _watching(process, until) as program,
        ):
            if not program.prints_line(by=monotonic() + COMMAND_SECONDS):
                if program.is_unwanted:
                    raise _unwanted(source)
                raise NoAddress(f"{source} printed no whole line within {COMMAND_SECONDS} s")
            has_ended = program.ends(by=monotonic() + LINGER_SECONDS)
    except OSError as error:  # no descriptor is left to watch it with
        raise NoAddress(f"{source} cannot be run: {error.strerror}") from error
    if has_ended and process.returncode:
        raise NoAddress(f"{source} {_failure(process.returncode)}")
    if not program.printed:
        raise NoAddress(f"{source} printed nothing", hint=_HINT)
    line = program.printed.partition(b"\n")[0].decode(errors="backslashreplace").strip()
    try:
        return parse_address(line)
    except InvalidText as error:
        raise NoAddress(f"{source} printed no address: {quoted(line)}", hint=_HINT) from error


def _can_be_read(descriptor: int) -> bool:
    poll = select.poll()  # `select` takes no descriptor above 1023
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def _unwanted(source: Command) -> NoAddress:
    return NoAddress(f"{source} is not asked any more")


def _failure(status: int) -> str:
    if status > 0:
        return f"failed with status {status}"
    names = {number.value: f" ({number.name})" for number in signal.Signals}  # most real-time signals have none
    return f"was killed by signal {-status}{names.get(-status, '')}"


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let a signal end us by an exception, so that the program ends, too; a thread leaves that to its process."""
    if current_thread() is not main_thread():
        yield
        return
    # Whatever is not the default somebody has chosen: nohup ignores SIGHUP, the agent has handlers.
    ours = [number for number in _ENDING if signal.getsignal(number) == signal.SIG_DFL]
    for number in ours:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _end(number: int, _frame: object) -> None:
    raise SystemExit(_KILLED_BY + number)


@contextmanager
def _process(source: Command, child_guard: ChildGuard | None, mark: str) -> Iterator[Popen[bytes]]:
    """Start the program; at the end, kill what is left of its process group."""
    process = None
    try:
        if child_guard is not None:
            child_guard.prepare()
        with _signals_held():
            process = _start(source, mark)
            if child_guard is not None:
                child_guard.begun(process.pid)
        yield process
    finally:
        if process is not None:
            _signal(process, signal.SIGKILL)
            _output(process).close()
            if child_guard is not None:
                child_guard.ended(process.pid)
            with suppress(TimeoutExpired):
                process.wait(REAP_SECONDS)


def _start(source: Command, mark: str) -> Popen[bytes]:
    errors_to = None if sys.stderr is not None else DEVNULL  # of our own: closed, and another file may be there by now
    try:
        return Popen(  # noqa: S603 - the user's own program, and no shell
            source.words,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=errors_to,
            start_new_session=True,
            env=os.environ | {MARK: mark},
        )
    except (OSError, ValueError) as error:  # ValueError: a character that no file name can have
        reason = error.strerror if isinstance(error, OSError) else error
        hint = "no shell runs it; write command:env NAME=VALUE PROGRAM" if "=" in source.words[0] else ""
        raise NoAddress(f"{source} cannot be run: {reason}", hint=hint) from error


@contextmanager
def _signals_held() -> Iterator[None]:
    """Let what ends us wait until the end: a signal that came before we know of the program would leave it behind."""
    handlers: dict[int, Callable[[int, FrameType | None], object]] = {}
    came: list[int] = []
    with suppress(ValueError):  # only the main thread has handlers, and is interrupted
        for number in (signal.SIGINT, *_ENDING):
            handler = signal.getsignal(number)
            if callable(handler):  # and not ignored: a program would not inherit that from a handler
                signal.signal(number, lambda number, _frame: came.append(number))
                handlers[number] = handler
    try:
        yield
    finally:
        for held, handler in handlers.items():
            signal.signal(held, handler)
        if came:
            handlers[came[0]](came[0], None)


@contextmanager
def _watching(process: Popen[bytes], until: int | None) -> Iterator[_Program]:
    """Monitor the program; at the end, ask what is left of its process group to end, and give it time to."""
    end = os.pidfd_open(process.pid)  # can be read once the program has ended
    try:
        with DefaultSelector() as selector:
            program = _Program(_output(process).fileno(), end, until, selector)
            try:
                yield program
            finally:
                _signal(process, signal.SIGTERM)
                program.leaves_nobody(by=monotonic() + END_SECONDS)
    finally:
        os.close(end)


def _output(process: Popen[bytes]) -> IO[bytes]:
    assert process.stdout is not None  # noqa: S101 - it is a pipe of ours
    return process.stdout


def _signal(process: Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to the process group, whose number is nobody else's as long as the program is not reaped."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


class _Program:
    """A program under way, and what it has printed. It is waited for up to a point in (monotonic) time, `by`."""

    def __init__(self, output: int, end: int, until: int | None, selector: DefaultSelector) -> None:
        self.printed = b""
        self.is_unwanted = False  # nobody waits for what it prints any more
        self._has_ended = False
        self._is_output_closed = False  # by all who have it: the program may have handed it down
        self._output = output
        self._end = end
        self._until = until
        self._selector = selector
        os.set_blocking(output, False)
        selector.register(output, EVENT_READ)
        selector.register(end, EVENT_READ)
        if until is not None:
            selector.register(until, EVENT_READ)

    def prints_line(self, by: float) -> bool:
        """Tell whether its first line is there by then, or all there will be of it."""
        while not (self._has_line() or self.is_unwanted) and self._wait(by):
            pass
        return self._has_line()

    def ends(self, by: float) -> bool:
        """Tell whether it has ended by then."""
        while not (self._has_ended or self.is_unwanted) and self._wait(by):
            pass
        return self._has_ended

    def leaves_nobody(self, by: float) -> bool:
        """Tell whether it, and all who have its output, have ended by then."""
        while not (self._has_ended and self._is_output_closed) and self._wait(by):
            pass
        return self._has_ended and self._is_output_closed

    def _has_line(self) -> bool:
        is_there = b"\n" in self.printed or len(self.printed) >= FIRST_LINE_OCTETS
        return is_there or self._is_output_closed or self._has_ended

    def _wait(self, by: float) -> bool:
        """Take in what happens next; False if nothing does by then."""
        seconds = by - monotonic()
        ready = [key.fd for key, _events in self._selector.select(seconds)] if seconds > 0 else []
        if self._output in ready:
            self._read()
        if self._until in ready:
            self.is_unwanted = True
            self._selector.unregister(self._until)
        if self._end in ready:
            # All that it has printed is in the pipe now, even if a child of its keeps that open.
            while not self._has_line() and self._read():
                pass
            self._has_ended = True
            self._selector.unregister(self._end)
        return bool(ready)

    def _read(self) -> bool:
        """Read what is there; False if nothing is."""
        try:
            octets = os.read(self._output, FIRST_LINE_OCTETS)
        except BlockingIOError:
            return False
        if not octets:
            self._is_output_closed = True
            self._selector.unregister(self._output)
        elif not self._has_line():  # the rest is read for the program's sake, which would wait for room in the pipe
            self.printed += octets
        return bool(octets)
