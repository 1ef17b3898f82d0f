"""The command line: chooses the command, and turns whatever goes wrong into a clear text and the right exit status."""

from __future__ import annotations

import os
import sys

from dns_update import errors
from dns_update.errors import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from dns_update.routeros import Line

COMMANDS = ("set", "delete", "show", "nsupdate", "agent", "status", "history")
PLANNED = ("check", "plan", "apply", "key", "import")
_WITH_OWN_WORDS = ("nsupdate", "agent", "status", "history")
_UPDATING = ("set", "delete", "nsupdate")
_JSON_FLAGS = {"--json", "json=yes", "--json=yes"}
INTERRUPTED = 130  # as a shell says of a process that SIGINT ended
BROKEN_PIPE = 141  # the same of SIGPIPE

_VERSION_WORDS = ("version", "-V")
_ROUTEROS_WORDS = ("/tool", "tool", "dns-update", "/tool/dns-update")


class OutputLost(Exception):
    """Standard output takes nothing more; `reader_left` tells that it is a pipe that nobody reads any longer."""

    def __init__(self, reason: str, *, reader_left: bool = False) -> None:
        super().__init__(f"cannot write to standard output: {reason}")
        self.reader_left = reader_left


# Both streams are None when the process was started with them closed.


def write_talk(text: str) -> None:
    """Write text to standard error; where nobody listens, go on all the same: no update shall fail for that."""
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


def put(text: str) -> None:
    """Write text to standard output, and out of the process; raises OutputLost."""
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

    It ends without taking the interpreter down piece by piece, which costs 6 ms of the 40 that an update takes, and
    which nothing here has a use for: all files are closed and both streams flushed.
    """
    os._exit(main())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (the process's own, if None) and return the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    verb, line = "", None
    try:
        words, is_routers = _without_path(words)
        verb = words[0] if words and not _is_property(words[0]) else ""
        if verb in _WITH_OWN_WORDS:
            return _run_with_own_words(verb, words[1:])
        from dns_update.routeros import Line  # noqa: PLC0415 - nsupdate has other words, and no use for it

        line = Line(words[1:] if verb else words, is_routers=is_routers)
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
    as_json = line.has("json") if line is not None else verb != "nsupdate" and not _JSON_FLAGS.isdisjoint(words)
    if as_json:
        return _failure_as_json(error, verb if verb in COMMANDS else "set", line)
    return _failure(error, verb if verb in COMMANDS else "set")


def _without_path(words: list[str]) -> tuple[list[str], bool]:
    """Return the words without RouterOS's `/tool dns-update` before them, and whether that was there.

    A line that was pasted in quotes, and so is one word, is taken apart.
    """
    start = words[0].split(None, 1) if words else []
    if len(start) > 1 and start[0] in _ROUTEROS_WORDS:
        from dns_update.routeros.pasted import words_of_line  # noqa: PLC0415 - for such lines only

        words = [*words_of_line(words[0]), *words[1:]]
    own = words
    while own and own[0] in _ROUTEROS_WORDS:
        own = own[1:]
    return own, len(own) < len(words)


def _run_with_own_words(verb: str, words: list[str]) -> int:
    """Carry out a command whose words are not the properties of a name."""
    if verb == "agent":
        from dns_update.cli.agent import run  # noqa: PLC0415 - one command, one import
    elif verb == "status":
        from dns_update.cli.status import run  # noqa: PLC0415
    elif verb == "history":
        from dns_update.cli.history import run  # noqa: PLC0415
    else:
        from dns_update.cli.nsupdate import run  # noqa: PLC0415
    return run(words)


def _dispatch(line: Line, verb: str, words: list[str]) -> int:
    from dns_update.routeros import HELP_WORDS  # noqa: PLC0415 - as above

    if verb in HELP_WORDS or (line.wants_help and verb in ("", *COMMANDS)):
        return _help(verb, words)
    if verb in _VERSION_WORDS or words[:1] == ["--version"]:
        from dns_update import __version__  # noqa: PLC0415 - not on the way of an update

        put(f"dns-update {__version__}\n")
        return 0
    if verb not in ("", *COMMANDS):
        raise _unknown_command(verb)
    from dns_update.cli.records import run  # noqa: PLC0415 - as above

    return run(verb or "set", line)


def _is_property(word: str) -> bool:
    return "=" in word or word.startswith("--")


def _help(verb: str, words: list[str]) -> int:
    """Print the help of a command: `set --help`, `help set`; else the overview."""
    from dns_update.cli.help import help_text  # noqa: PLC0415 - not on the way of an update
    from dns_update.routeros import HELP_WORDS  # noqa: PLC0415

    topic = verb if verb in COMMANDS else ""
    if words[0] in HELP_WORDS and words[1:] and not _is_property(words[1]):
        topic = words[1]
        if topic not in COMMANDS:
            raise _unknown_command(topic)
    put(help_text(topic))
    return 0


def _unknown_command(word: str) -> errors.UsageError:
    if word in PLANNED:
        return errors.UsageError(
            f"the command {quoted(word)} is not there yet", hint=f"there are {', '.join(COMMANDS)}"
        )
    import difflib  # noqa: PLC0415 - only when something is wrong

    from dns_update.cli.words import shown  # noqa: PLC0415

    close = difflib.get_close_matches(word, COMMANDS, 1)
    return errors.UsageError(
        f"unknown command {quoted(word) if close else shown(word)}",
        hint=f"did you mean {close[0]}?" if close else f"there are {', '.join(COMMANDS)}; properties are name=value",
    )


def _failure_as_json(error: errors.DnsUpdateError, command: str, line: Line | None) -> int:
    """Do as `_failure`, for a program; where standard output is lost, for people after all."""
    from dns_update.cli.as_json import failure_text  # noqa: PLC0415 - only if it is asked for

    name, zone = (line.text("name"), line.text("zone")) if line is not None else (None, None)
    try:
        put(failure_text(error, command, name, zone))
    except OutputLost as lost:
        talk(str(lost))
        return _failure(error, command)
    return error.exit_status


def _failure(error: errors.DnsUpdateError, command: str) -> int:
    """Say what went wrong and what to do next, and return the exit status."""
    from dns_update.errors.hints import COMMAND_LINE, rendered  # noqa: PLC0415 - only when something is wrong

    if isinstance(error, errors.UsageError):
        talk(f"{error}: {rendered(error.hint, COMMAND_LINE)}" if error.hint else str(error))
        return error.exit_status
    prefix = "update failed: " if command in _UPDATING else ""
    talk(f"{prefix}{error}")
    if error.hint:
        talk(f"hint: {rendered(error.hint, COMMAND_LINE)}")
    for note in error.notes:
        talk(f"note: {rendered(note, COMMAND_LINE)}")
    return error.exit_status


def _bug(mistake: Exception, *, debug: bool) -> errors.DnsUpdateError:
    """Own up to a mistake of this program, if it is not the machine's."""
    if isinstance(mistake, OSError) and errors.NotNow.is_why(mistake):
        return errors.NotNow(f"this machine lacks something: {mistake.strerror}", hint="try again")
    if debug:
        import traceback  # noqa: PLC0415 - only when something is wrong

        write_talk("".join(traceback.format_exception(mistake)))
    return errors.DnsUpdateError(
        f"this is a bug in dns-update: {type(mistake).__name__}: {mistake}",
        hint="please report it, with what --debug prints",
    )
