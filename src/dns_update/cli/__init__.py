"""The command line: selects the command, and turns every failure into a clear text and the right exit status."""

from __future__ import annotations

import os
import sys

from dns_update import errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NoReturn

    from dns_update.client.outcome import Outcome
    from dns_update.commandline.line import CommandLine

_UPDATING = ("set", "add", "delete", "nsupdate", "acme", "apply")
_OF_ROUTERS = ("/tool", "tool", "dns-update")  # how the first word of a line from a router begins
INTERRUPTED = 130  # the status that a shell gives a process which SIGINT ended
BROKEN_PIPE = 141  # the same for SIGPIPE

_FILES = {"import": "import_setup", "list": "list_zone"}
"""Of commands whose own name cannot be that of a module here: a submodule `list` would hide the built-in type."""

_VERSION_WORDS = ("version", "-V")
_VERSION_ASKED = (["--version"], ["-V"])


class OutputLost(Exception):
    """Standard output cannot be written any more; with `reader_left`, it is a pipe whose reader has closed it."""

    def __init__(self, reason: str, *, reader_left: bool = False) -> None:
        super().__init__(f"cannot write to standard output: {reason}")
        self.reader_left = reader_left


# Both streams are None when the process was started with them closed.


def write_talk(text: str) -> None:
    """Write text to standard error; ignore a failure, because no update should fail for this reason."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        sys.stderr = None


def talk(line: str) -> None:
    """Write a line to standard error."""
    write_talk(f"dns-update: {line}\n")


def talk_notes(outcome: Outcome) -> None:
    """Write the notes of an outcome to standard error."""
    from dns_update.errors.hints import COMMAND_LINE, rendered  # most outcomes have no notes

    notes = dict.fromkeys(note for each in outcome.whole for note in each.notes)
    for note in notes:
        talk(f"note: {rendered(note, COMMAND_LINE)}")


def is_watched() -> bool:
    """Return whether standard error is a terminal, where a person may be waiting."""
    return sys.stderr is not None and sys.stderr.isatty()


def put(text: str) -> None:
    """Write text to standard output and flush it; raises OutputLost."""
    if sys.stdout is None:
        raise OutputLost("it is closed")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        sys.stdout = None  # what is still buffered must not be tried again
        raise OutputLost(error.strerror or str(error), reader_left=isinstance(error, BrokenPipeError)) from error


def run_and_exit() -> NoReturn:
    """Run the process's command line and end the process.

    It ends without the interpreter's own clean-up, which costs 2 ms of the 18 that an update takes, and which nothing
    here needs: all files are closed and both streams flushed.
    """
    os._exit(main())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (the process's own, if None) and return the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    verb, line = "", None
    try:
        words, is_routers = _without_prefix(words)
        if words and words[0].startswith("--"):
            words = _with_command_first(words)
        verb = words[0] if words and not _is_property(words[0]) and not is_name(words[0]) else ""
        if verb == "nsupdate":  # its words are those of nsupdate
            from dns_update.cli.nsupdate import run  # one command, one import

            return run(words[1:])
        if verb == "acme":
            from dns_update.cli.hook_arguments import as_properties  # as above

            words = [verb, *as_properties(words[1:])]
        line = _line_of(words[1:] if verb else words, is_routers=is_routers)
        return _dispatch(line, verb, words)
    except OutputLost as lost:
        if lost.reader_left:
            return BROKEN_PIPE
        talk(str(lost))
        return errors.UsageError.exit_status
    except KeyboardInterrupt as interrupt:
        error = errors.DnsUpdateError("interrupted", hint=str(interrupt) or "nothing was changed")
        error.exit_status = INTERRUPTED
    except errors.DnsUpdateError as failure:
        error = failure
    except Exception as mistake:  # noqa: BLE001 - whatever this is, it is our mistake and not the user's
        error = _bug(mistake, debug=line is not None and line.has("debug"))
    if line is None and verb != "nsupdate":
        line = _line_of(words[1:])
    return _report(error, verb, line)


def _without_prefix(words: list[str]) -> tuple[list[str], bool]:
    """Return the words without RouterOS's `/tool dns-update` before them, and whether that was there."""
    if not words or not words[0].startswith(_OF_ROUTERS):
        return words, False
    from dns_update.routeros.pasted import own_words  # for such lines only

    return own_words(words)


def _with_command_first(words: list[str]) -> list[str]:
    from dns_update.commandline import COMMANDS  # for such lines only
    from dns_update.commandline.line import with_command_first

    return with_command_first(words, COMMANDS)


def _line_of(words: list[str], *, is_routers: bool = False) -> CommandLine:
    from dns_update.commandline.line import CommandLine  # not for nsupdate, which has its own words

    return CommandLine(words, is_routers=is_routers)


def _dispatch(line: CommandLine, verb: str, words: list[str]) -> int:
    from dns_update.commandline import COMMANDS  # as above
    from dns_update.commandline.line import HELP_WORDS

    if verb in HELP_WORDS or (line.wants_help and verb in ("", *COMMANDS)):
        return _help(verb, words)
    if not words and not line.is_routers:
        return _short_help()
    if verb in _VERSION_WORDS or words[:1] == ["--version"] or (verb in COMMANDS and words[1:] in _VERSION_ASKED):
        from dns_update import __version__  # an update does not need it

        put(f"dns-update {__version__}\n")
        return 0
    if verb not in ("", *COMMANDS):
        raise _unknown_command(verb, line)
    return command_named(verb or "set")(line)


def command_named(verb: str) -> Callable[[CommandLine], int]:
    """Return the function that carries out a command; only the command's own module is loaded."""
    module = __import__(f"{__name__}.{_FILES.get(verb, verb)}", fromlist=("run",))  # importlib would cost 0.4 ms
    run: Callable[[CommandLine], int] = module.run
    return run


def _is_property(word: str) -> bool:
    return "=" in word or word.startswith("--")


def is_name(word: str) -> bool:
    """Return whether the first word is a name of the DNS, as in `dns-update home.example.com 203.0.113.45`."""
    return "." in word or word == "@"


def _help(verb: str, words: list[str]) -> int:
    """Print the help of a command: `set --help`, `help set`, `name=home --help`; else the overview."""
    from dns_update.cli import terminal  # an update needs none of them
    from dns_update.commandline import COMMANDS
    from dns_update.commandline.help import HELP, help_text
    from dns_update.commandline.line import HELP_WORDS

    topic = verb if verb in COMMANDS else "set" if any("=" in word for word in words) else ""
    if words[0] in HELP_WORDS and words[1:] and not _is_property(words[1]):
        topic = words[1]
        if topic not in (*COMMANDS, HELP):
            raise _unknown_command(topic, _line_of([]), before=f"{HELP} ")
    put(help_text(topic, terminal.width(), is_styled=terminal.is_styled()))
    return 0


def _short_help() -> int:
    """Write what the commands are, for a line without words; the status is that of a mistake, as nothing was done."""
    from dns_update.cli import terminal  # as above
    from dns_update.commandline.help import short_help

    write_talk(short_help(terminal.width(sys.stderr), is_styled=terminal.is_styled(sys.stderr)))
    return errors.UsageError.exit_status


def _unknown_command(word: str, line: CommandLine, before: str = "") -> errors.UsageError:
    from dns_update.commandline import COMMANDS  # only when something is wrong
    from dns_update.commandline.mistakes import unknown_command

    return unknown_command(word, COMMANDS, line, before)


def _report(error: errors.DnsUpdateError, verb: str, line: CommandLine | None) -> int:
    """Report an error as text or as JSON, and return the exit status."""
    from dns_update.commandline import COMMANDS  # only when something is wrong

    command = verb if verb in COMMANDS else "set"
    if command in _UPDATING and line is not None and line.has("dry-run"):
        command = "plan"
    if line is None or not line.has("json"):
        if line is not None and line.has("quiet"):
            for other in error.failures:  # otherwise they were said when they happened
                talk(str(other))
        return _failure(error, command)
    return _failure_as_json(error, command, line)


def _failure_as_json(error: errors.DnsUpdateError, command: str, line: CommandLine) -> int:
    """Print an error as JSON, or as text if standard output is lost; return the exit status."""
    from dns_update.cli.as_json import failure_text  # only if it is asked for

    try:
        put(failure_text(error, command, line.text("name"), line.text("zone")))
    except OutputLost as lost:
        talk(str(lost))
        return _failure(error, command)
    return error.exit_status


def _failure(error: errors.DnsUpdateError, command: str) -> int:
    """Say what went wrong and what to do next, and return the exit status."""
    from dns_update.errors.hints import COMMAND_LINE, rendered  # only when something is wrong

    if isinstance(error, errors.UsageError):
        talk(f"{error}: {rendered(error.hint, COMMAND_LINE)}" if error.hint else str(error))
        return error.exit_status
    prefix = "update failed: " if command in _UPDATING else ""
    talk(f"{prefix}{error}")
    if error.explanation:
        talk(f"cause: {rendered(error.explanation, COMMAND_LINE)}")
    if error.hint:
        talk(f"hint: {rendered(error.hint, COMMAND_LINE)}")
    for note in error.notes:
        talk(f"note: {rendered(note, COMMAND_LINE)}")
    return error.exit_status


def _bug(mistake: Exception, *, debug: bool) -> errors.DnsUpdateError:
    """Return the error for a bug in this program, or for what this machine lacks."""
    if isinstance(mistake, OSError) and errors.NotNow.is_why(mistake):
        return errors.NotNow(f"this machine lacks something: {mistake.strerror}", hint="try again")
    if debug:
        import traceback  # only when something is wrong

        write_talk("".join(traceback.format_exception(mistake)))
    return errors.DnsUpdateError(
        f"this is a bug in dns-update: {type(mistake).__name__}: {mistake}",
        hint="please report it, with the output of --debug",
    )
