"""The command line: chooses the command, and turns whatever goes wrong into a clear text and the right exit status."""

from __future__ import annotations

import os
import sys

from dns_update.errors import DnsUpdateError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from dns_update.client.requests import Outcome

COMMANDS = ("set", "delete", "show", "nsupdate")
PLANNED = ("check", "plan", "apply", "agent", "status", "history", "key", "import")
INTERRUPTED = 130  # as a shell says of a process that SIGINT ended
BROKEN_PIPE = 141  # the same of SIGPIPE

_ROUTEROS_WORDS = ("/tool", "tool", "dns-update", "/tool/dns-update")
_HELP_WORDS = ("--help", "-h", "help", "?")


# Both streams are None when the process was started with them closed; then there is nobody to write for.


class _OutputLost(Exception):
    """Standard output takes nothing more, so standard error must tell, with --json too."""


def talk(line: str) -> None:
    """Write a line to standard error."""
    if sys.stderr is not None:
        sys.stderr.write(f"dns-update: {line}\n")


def put(text: str) -> None:
    """Write text to standard output, and out of the process."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _drop_output()
        raise _OutputLost(f"cannot write to standard output: {error.strerror}") from error


def _drop_output() -> None:
    """Send what is still buffered nowhere: without this, Python would fail once more when it closes the stream."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def conclude(outcome: Outcome, command: str, *, as_json: bool) -> int:
    """Say what came of a request that was carried out, and return the exit status."""
    if as_json:
        from dns_update.cli.as_json import print_outcome  # noqa: PLC0415 - only if it is asked for

        print_outcome(outcome, command)
        return 0
    if command == "show":
        put("".join(f"{record.to_text()}\n" for record in outcome.after or ()))
    else:
        talk("update successful")
    for note in outcome.notes:
        talk(f"note: {note}")
    return 0


def run_and_exit() -> NoReturn:
    """Run the process's command line and end the process.

    It ends without taking the interpreter down piece by piece, which costs 6 ms of the 40 that an update takes, and
    which nothing here has a use for: all files are closed and both streams flushed.
    """
    status = main()
    if sys.stderr is not None:
        sys.stderr.flush()
    os._exit(status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (the process's own, if None) and return the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    while words and words[0] in _ROUTEROS_WORDS:
        del words[0]
    try:
        return _run(words)
    except BrokenPipeError:  # whoever read our output has left
        _drop_output()
        return BROKEN_PIPE


def _run(words: list[str]) -> int:
    command = words[0] if words and words[0] in COMMANDS else "set"
    try:
        return _dispatch(words, command)
    except BrokenPipeError:
        raise
    except _OutputLost as lost:
        talk(str(lost))
        return UsageError.exit_status
    except KeyboardInterrupt:
        error = DnsUpdateError("interrupted", hint="an update that was already sent may have been carried out")
        error.exit_status = INTERRUPTED
    except DnsUpdateError as failure:
        error = failure
    except Exception as mistake:  # noqa: BLE001 - whatever this is, it is our mistake and not the user's
        error = _bug(mistake, debug="--debug" in words or "debug=yes" in words)
    return _failure(error, command, as_json=_wants_json(words))


def _dispatch(words: list[str], command: str) -> int:
    if command == "nsupdate":  # its words are those of another program
        from dns_update.cli.nsupdate import run  # noqa: PLC0415 - one command, one import

        return run(words[1:])
    if any(word in _HELP_WORDS for word in words[:2]) or "--help" in words or "-h" in words:
        from dns_update.cli.help import help_text  # noqa: PLC0415 - not on the way of an update

        topic = next((word for word in words if word in COMMANDS), None)
        put(help_text(topic))
        return 0
    if words[:1] in (["--version"], ["version"]):
        from dns_update import __version__  # noqa: PLC0415 - not on the way of an update

        put(f"dns-update {__version__}\n")
        return 0
    if words[:1] == [command]:
        words = words[1:]
    elif words and "=" not in words[0] and not words[0].startswith("--"):
        raise _unknown_command(words[0])
    if command == "show":
        from dns_update.cli.show import run  # noqa: PLC0415 - one command, one import
    elif command == "delete":
        from dns_update.cli.delete import run  # noqa: PLC0415
    else:
        from dns_update.cli.set import run  # noqa: PLC0415
    return run(words)


def _unknown_command(word: str) -> UsageError:
    if word in PLANNED:
        return UsageError(f"the command {word!r} is not there yet", hint=f"there are {', '.join(COMMANDS)}")
    import difflib  # noqa: PLC0415 - only when something is wrong

    close = difflib.get_close_matches(word, COMMANDS, 1)
    return UsageError(
        f"unknown command {word!r}",
        hint=f"did you mean {close[0]}?" if close else f"there are {', '.join(COMMANDS)}; properties are name=value",
    )


def _wants_json(words: list[str]) -> bool:
    return "--json" in words or "json=yes" in words or "--json=yes" in words


def _failure(error: DnsUpdateError, command: str, *, as_json: bool) -> int:
    """Say what went wrong and what to do next, and return the exit status."""
    if as_json:
        from dns_update.cli.as_json import print_failure  # noqa: PLC0415 - only if it is asked for

        print_failure(error, command)
    elif isinstance(error, UsageError):
        talk(f"{error}: {error.hint}" if error.hint else str(error))
    else:
        prefix = "" if command == "show" else "update failed: "
        talk(f"{prefix}{error}")
        if error.hint:
            talk(f"hint: {error.hint}")
    return error.exit_status


def _bug(mistake: Exception, *, debug: bool) -> DnsUpdateError:
    """Own up to a mistake of this program."""
    if debug:
        import traceback  # noqa: PLC0415 - only when something is wrong

        traceback.print_exception(mistake)
    return DnsUpdateError(
        f"this is a bug in dns-update: {type(mistake).__name__}: {mistake}",
        hint="please report it, with what --debug prints",
    )
