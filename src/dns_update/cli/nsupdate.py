"""`dns-update nsupdate`: BIND's nsupdate, from a file, a pipe or a terminal."""

from __future__ import annotations

import gc
import os
import select
import sys

from dns_update.cli import INTERRUPTED, OutputLost, is_watched, put, write_talk
from dns_update.errors import InvalidText
from dns_update.nsupdate import Fatal, shown_path
from dns_update.nsupdate.keys import key_from_options
from dns_update.nsupdate.network import Network
from dns_update.nsupdate.options import NsupdateOptions, options_from_words
from dns_update.nsupdate.session import Session
from dns_update.nsupdate.talk import Talk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO


_FAILURE = 1
_PROMPT = "> "
_CHUNK = 65536  # octets to read at once: as much as a pipe holds


def run(words: Sequence[str]) -> int:
    """Carry out a command line in nsupdate's form, and return nsupdate's exit status: 0, 1 or 2."""
    if "--help" in words:
        from dns_update.cli import terminal  # an update does not need them
        from dns_update.commandline.help import help_text

        put(help_text("nsupdate", terminal.width(), is_styled=terminal.is_styled()))
        return 0
    words = ["-V"] if words == ["--version"] else words
    try:
        options = options_from_words(words)
        if isinstance(options, str):
            put(options)
            return 0
        return _run(options)
    except Fatal as fatal:
        write_talk(f"{fatal}\n")
        return _FAILURE


def _run(options: NsupdateOptions) -> int:
    # The start has left no garbage; a run of many messages may make some.
    gc.freeze()
    gc.enable()
    talk = Talk(_put, write_talk, options.debug, is_watched=is_watched())
    network = _network(options, talk)
    session = Session(options, key_from_options(options, talk.say), network, talk)
    is_terminal = options.file is None and sys.stdin is not None and sys.stdin.isatty()
    lines = _typed_lines(session.settle) if is_terminal else _lines(options.file, session.settle)
    try:
        _converse(session, lines, talk, goes_on=is_terminal or options.goes_on)
        session.settle()
    except _IdleInterrupt:
        write_talk("dns-update: interrupted; nothing was under way\n")
        return INTERRUPTED
    except KeyboardInterrupt:
        raise KeyboardInterrupt("updates that were already sent may have been carried out") from None
    finally:
        network.close()
    return session.status


def _network(options: NsupdateOptions, talk: Talk) -> Network:
    """Return the session's network; for a person at a terminal, one that names silent servers."""
    if not is_watched():
        return Network(options, talk.trace)
    from dns_update.cli.waiting_network import NamingNetwork  # for people only

    return NamingNetwork(options, talk.trace)


class _IdleInterrupt(KeyboardInterrupt):
    """Ctrl-C while waiting for the next line: all updates sent have been answered, and their outcomes are printed."""


def _converse(session: Session, lines: Iterator[str], talk: Talk, *, goes_on: bool) -> None:
    """Give the session its lines until one ends it; raises Fatal at a syntax error, unless the run `goes_on`."""
    for line in lines:
        try:
            if not session.take(line):
                return
        except InvalidText as error:
            talk.say(error.text)
            if not goes_on:
                raise Fatal("syntax error") from error


def _lines(path: str | None, before_waiting: Callable[[], None]) -> Iterator[str]:
    """Yield the lines of a file, or of standard input, each as soon as it has arrived; raises Fatal.

    `before_waiting` is called whenever the next line has not arrived yet: its writer may be waiting for the results of
    the lines before.
    """
    if path in (None, "-"):
        if sys.stdin is not None:
            yield from _lines_of(sys.stdin.buffer, before_waiting)
        return
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise Fatal(f"could not open '{shown_path(path)}': {reason}") from error
    with file:
        try:
            yield from _lines_of(file, before_waiting)
        except OSError as error:
            raise Fatal(f"could not read '{path}': {error.strerror}") from error


def _lines_of(file: BinaryIO, before_waiting: Callable[[], None]) -> Iterator[str]:
    readable = select.poll()
    readable.register(file, select.POLLIN)
    rest = b""
    is_open = True
    while is_open:
        if not readable.poll(0):
            before_waiting()
            try:
                readable.poll()
            except KeyboardInterrupt:
                raise _IdleInterrupt from None
        octets = os.read(file.fileno(), _CHUNK)
        is_open = bool(octets)
        whole, newline, rest = (rest + octets).rpartition(b"\n")
        if not is_open and rest:
            whole += newline + rest
        elif not newline:
            continue
        # Octets that are not UTF-8 reach the rdata as they are.
        yield from whole.decode("utf-8", "surrogateescape").split("\n")


def _typed_lines(before_waiting: Callable[[], None]) -> Iterator[str]:
    """Yield the lines that a person types, with editing and history."""
    import readline  # noqa: F401 - makes `input` editable; 10 ms, for terminals only

    from dns_update.cli.typed import looked_after

    while True:
        before_waiting()
        try:
            with looked_after():
                line = input(_PROMPT)
        except EOFError:
            return
        except KeyboardInterrupt:
            raise _IdleInterrupt from None
        yield line


def _put(text: str) -> None:
    """Write data; if that fails, say so once and go on, since the sends that follow are what the script is for."""
    if sys.stdout is None:
        return
    try:
        put(text)
    except OutputLost as lost:
        write_talk(f"{lost}\n")
