"""`dns-update run`: run a script of a RouterOS router on this machine."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial

from dns_update.cli import INTERRUPTED, OutputLost, is_watched, put, talk
from dns_update.cli.request import print_message
from dns_update.cli.run_access import access_of
from dns_update.commandline.line import CommandLine
from dns_update.commandline.properties import Options
from dns_update.errors import DnsUpdateError, UsageError, one_line
from dns_update.routeros.described import ACCEPTED
from dns_update.routeros.machine.logbook import LogEntry
from dns_update.routeros.machine.names import checked_names
from dns_update.routeros.machine.outside import Stopped
from dns_update.routeros.machine.script_file import STANDARD_INPUT, is_open_secret, printable, read_script
from dns_update.routeros.machine.session import RouterSession
from dns_update.routeros.machine.this_machine import Machine, MachineSettings
from dns_update.routeros.machine.updates import NOT_SENT, TOOL_TOPIC
from dns_update.transport.blocking import BlockingTransport, Trace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from threading import Event

    from dns_update.agent.output.log import Log
    from dns_update.routeros.machine.globals_file import GlobalsFile

_ERROR, _INFO, _DEBUG = 3, 6, 7  # sd-daemon(3)
_PRIORITIES = {"error": _ERROR, "warning": 4, "debug": _DEBUG}
WOULD_SEND = 20
"""The exit status of a dry run in which an update would have been sent."""


class Terminal:
    """The process as the scripts' outside: streams, clocks, randomness, sockets.

    If `is_silent`, it prints nothing; `notes` are the lines that it would have printed, without those of the log, and
    its notes. With `is_quiet`, it prints what scripts print, and failures.
    """

    def __init__(self, *, is_silent: bool, is_quiet: bool = False) -> None:
        self._is_silent = is_silent
        self._is_quiet = is_quiet
        self._least = _ERROR if is_quiet else _DEBUG
        self.notes: list[str] = []
        self._journal: Log | None = None
        self._end: Event | None = None

    def stay(self) -> Event:
        """Write as a service from now on; return the event that ends scripts."""
        from threading import Event  # for a service only

        from dns_update.agent.output.log import DEBUG, Log

        self._journal, self._end = Log(threshold=DEBUG), Event()
        return self._end

    def say(self, line: str, priority: int = _INFO) -> None:
        """Write a line to standard error."""
        if self._journal is None and self._is_silent:
            self.notes.append(line)
        else:
            self._write(line, priority)

    def note(self, text: str) -> None:
        """Write a note to standard error."""
        if self._journal is None and self._is_silent:
            self.notes.append(text)
        else:
            self._write(f"note: {text}", _INFO)

    def _write(self, line: str, priority: int) -> None:
        if self._journal is not None:
            self._journal.write(priority, one_line(printable(line)))
        elif not self._is_silent and priority <= self._least:
            talk(one_line(printable(line)))

    def put(self, text: str) -> None:
        """Print a line on standard output; raises OutputLost, unless it is a service's."""
        try:
            if not self._is_silent:
                put(f"{printable(text)}\n")
        except OutputLost:
            if self._journal is None:
                raise

    def log(self, entry: LogEntry) -> None:
        """Write an entry of the log to standard error: of the tool as `set` writes it, of scripts with its topics."""
        is_own = entry.topics.startswith(TOOL_TOPIC)
        text = entry.message.removeprefix("dns-update: ") if is_own else f"{entry.topics} {entry.message}"
        self._write(text, next((p for topic, p in _PRIORITIES.items() if topic in entry.topics.split(",")), _INFO))

    wall = staticmethod(time.time)

    def monotonic(self) -> float:
        """Return the monotonic time; raises Stopped."""
        if self._end is not None and self._end.is_set():
            raise Stopped
        return time.monotonic()

    def pause(self, seconds: float) -> None:
        """Wait; raises Stopped."""
        if self._end is None:
            time.sleep(seconds)
        elif self._end.wait(seconds):
            raise Stopped

    def transport(self, local_address: str | None, trace: Trace | None) -> BlockingTransport:
        """Return what carries messages: on a terminal it names silent servers, but not in the threads of a service."""
        if self._journal is not None or self._is_silent or self._is_quiet or not is_watched():
            return BlockingTransport(local_address, trace)
        from dns_update.cli.waiting import NamingTransport  # for people only

        return NamingTransport(local_address, trace)

    @staticmethod
    def random_below(limit: int) -> int:
        """Return a random number that nobody can guess."""
        import secrets  # few scripts need one

        return secrets.randbelow(limit)


def run(line: CommandLine) -> int:
    """Carry out a command line, and return the exit status; raises DnsUpdateError."""
    options = line.options("run")
    if options.script_file is None:
        raise UsageError("file= is missing", hint="for example: dns-update run ddns.rsc; all about it: run --help")
    settings = _settings(options)
    text = read_script(options.script_file)
    terminal = Terminal(is_silent=options.json, is_quiet=options.quiet)
    access = partial(access_of, config=options.config)
    machine = Machine(settings, terminal, file=options.script_file, access=access, trace=print_message)
    machine.sender.is_tracing = options.debug
    if is_open_secret(options.script_file, text):
        terminal.say(f"warning: other users can read {options.script_file}, which has a key in it: chmod 600")
    kept = _kept_globals(options, text, lambda line: terminal.say(f"warning: {line}"))
    session = RouterSession(machine, {} if kept is None else kept.values, options.script_file)

    def work() -> int:
        return _run(options, session, terminal, text, _do_nothing if kept is None else kept.save)

    return _as_json(work, session, options.script_file, terminal.notes) if options.json else work()


def _run(options: Options, session: RouterSession, terminal: Terminal, text: str, save: Callable[[], None]) -> int:
    """Load the file and run what is to be run; return the exit status."""
    try:
        session.load(text)
        if options.script is not None:
            session.run_stored(options.script)
        elif session.stays:
            return _stay(options, session, terminal, save)
        else:
            _run_only_script(session)
    except KeyboardInterrupt as interrupt:
        raise KeyboardInterrupt(str(interrupt) or _done_before(session)) from None
    finally:
        save()
    return WOULD_SEND if any(sent.result == NOT_SENT for sent in session.machine.sender.updates) else 0


def _done_before(session: RouterSession) -> str:
    """Return what an interrupt does not undo; empty if there is nothing."""
    count = len([sent for sent in session.machine.sender.updates if sent.result == ACCEPTED])
    return f"{count} {'update was' if count == 1 else 'updates were'} carried out before that" if count else ""


def _do_nothing() -> None:
    """Save nothing: the script has no global variables."""


def _run_only_script(session: RouterSession) -> None:
    """Run the script that the file stores, if the file does nothing else; raises UsageError if there are several."""
    machine = session.machine
    names = machine.storage.scripts
    if not names or machine.has_run_scripts or machine.sender.updates or machine.puts or machine.logbook.entries:
        return
    if len(names) > 1:
        raise UsageError(
            f"the file stores {len(names)} scripts, and nothing says which to run",
            hint=f"script=NAME, one of {', '.join(names)}",
        )
    machine.tell(f"running the script {names[0]}, the only one that the file stores")
    session.run_stored(names[0])


def _stay(options: Options, session: RouterSession, terminal: Terminal, save: Callable[[], None]) -> int:
    """Run as a service what the file has stored; return the exit status."""
    if options.json:
        raise UsageError(
            "json= is given, but the file has schedules or hooks, so it would stay", hint="script=NAME runs one script"
        )
    import asyncio  # 34 ms, for a service only
    import gc

    from dns_update.process.systemd import Notifier
    from dns_update.routeros.machine.resident import Service

    end = terminal.stay()
    gc.freeze()  # what is loaded now stays; only newer objects are collected
    gc.enable()
    notifier = Notifier.from_environment()
    names, has_kernel = checked_names(options.map), options.router is None
    service = Service(session, names, terminal, notifier, save, stop=end.set, has_kernel=has_kernel)
    return asyncio.run(service.run())


def _as_json(work: Callable[[], int], session: RouterSession, file: str, notes: list[str]) -> int:
    """Do the work, and print one object about it; return the exit status."""
    from dns_update.cli.run_as_json import result_text  # only if it is asked for

    error: DnsUpdateError | None = None
    try:
        status = work()
    except DnsUpdateError as failure:
        error, status = failure, failure.exit_status
    except KeyboardInterrupt as interrupt:
        error = DnsUpdateError("interrupted", hint=str(interrupt))
        error.exit_status = status = INTERRUPTED
    put(result_text(session.machine, file, status, error, notes))
    return status


def _settings(options: Options) -> MachineSettings:
    names = checked_names(options.map)
    router = None
    if options.router is not None:
        if options.map:
            raise UsageError("map= and router= are both given", hint="the described router has its own names")
        from dns_update.cli.router_file import read_router  # few runs have one

        router = read_router(options.router)
    return MachineSettings(names, options.public_address, options.dry_run, router)


def _kept_globals(options: Options, text: str, warn: Callable[[str], None]) -> GlobalsFile | None:
    """Return the global variables, with the file that keeps them; None if the script has none."""
    if "global" not in text:
        return None
    from dns_update.routeros.machine.globals_file import GlobalsFile, default_path  # hashlib and json: 5 ms

    path = options.globals or ""
    if options.globals is None and options.script_file not in (None, STANDARD_INPUT):
        path = default_path(options.script_file, os.environ, os.geteuid())
    return GlobalsFile(path, warn, is_given=options.globals is not None)
