"""Chooses the command, and turns whatever goes wrong into one clear text and the right exit status."""

from __future__ import annotations

import os
import sys

from dns_update.cli import render
from dns_update.errors import DnsUpdateError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = ("set", "delete", "show")
PLANNED = ("check", "plan", "apply", "nsupdate", "agent", "status", "history", "key", "import")
INTERRUPTED = 130  # as a shell says of a process that SIGINT ended
BROKEN_PIPE = 141  # the same of SIGPIPE
BUG = 1

_ROUTEROS_WORDS = ("/tool", "tool", "dns-update", "/tool/dns-update")
_HELP_WORDS = ("--help", "-h", "help", "?")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (the process's own, if None) and return the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = _run(words)
        sys.stdout.flush()
    except KeyboardInterrupt:
        render.talk("interrupted: an update that was already sent may have been carried out")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left. Without this, Python would complain once more when it closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return status


def _run(words: list[str]) -> int:
    while words and words[0] in _ROUTEROS_WORDS:
        del words[0]
    command = words[0] if words and words[0] in COMMANDS else "set"
    try:
        return _dispatch(words, command)
    except DnsUpdateError as error:
        return render.failure(error, command=command, as_json=_wants_json(words))
    except Exception as error:  # noqa: BLE001 - whatever this is, it is our mistake and not the user's
        return render.bug(error, debug="--debug" in words or "debug=yes" in words, status=BUG)


def _dispatch(words: list[str], command: str) -> int:
    if not words or any(word in _HELP_WORDS for word in words[:2]) or "--help" in words or "-h" in words:
        from dns_update.cli.help import help_text  # noqa: PLC0415 - not on the way of an update

        topic = next((word for word in words if word in COMMANDS), None)
        sys.stdout.write(help_text(topic))
        return 0 if words else UsageError.exit_status
    if words[0] in ("--version", "version"):
        from dns_update import __version__  # noqa: PLC0415 - not on the way of an update

        sys.stdout.write(f"dns-update {__version__}\n")
        return 0
    if words[0] == command:
        words = words[1:]
    elif "=" not in words[0] and not words[0].startswith("--"):
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
