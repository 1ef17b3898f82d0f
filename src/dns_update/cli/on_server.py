"""A configuration of the name server on this machine, changed, checked and read by the server; after asking."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence

from dns_update.auth import Key
from dns_update.cli import write_talk
from dns_update.cli.key_input import text_in
from dns_update.cli.typed import typed_line
from dns_update.errors import ServerFailure, UsageError
from dns_update.keys.assignment import base64_of
from dns_update.keys.files import replace_file
from dns_update.process.capture import Captured, captured, found_program
from dns_update.wire.name import Name

_SECONDS = 60.0  # for a program of the server
_MAY_BE_SECRET = re.compile(r"[A-Za-z0-9+/]{14,}={1,2}")  # a checker shows where it stumbled: padded Base64 is a key
CHECKS = {"bind": ("named-checkconf", "-p", "-x"), "knot": ("knotc", "conf-check")}
RELOADS = {"bind": ("rndc", "reconfig"), "knot": ("knotc", "reload")}


def shown(server_type: str) -> tuple[str, str]:
    """Return the same two commands as a person would type them."""
    check, reload = CHECKS[server_type], RELOADS[server_type]
    return " ".join(word for word in check if not word.startswith("-")), " ".join(reload)


def programs_for(server_type: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the command that checks the server's configuration, and the one that has it read.

    Their programs have their whole paths. Raises UsageError if one is not there.
    """
    return found(CHECKS[server_type]), found(RELOADS[server_type])


def found(command: Sequence[str]) -> tuple[str, ...]:
    """Return a command with the whole path of its program; raises UsageError if it is not on this machine."""
    path = found_program(command[0])
    if path is None:
        raise UsageError(
            f"{command[0]} is not on this machine", hint="apply-to= is for the machine of the server; leave it out"
        )
    return path, *command[1:]


def configuration_in(path: str) -> str:
    """Return the text of a server's configuration; raises UsageError."""
    return text_in(path, "apply-to", "a configuration", encoding="utf-8-sig", newline="")


def ask(question: str, *, is_answered: bool) -> None:
    """Ask on the terminal whether to go on; raises UsageError for any other answer than yes, and without a terminal.

    It returns at once if it `is_answered`, by yes=yes.
    """
    if is_answered:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask on; nothing was changed", hint="yes=yes goes on without asking")
    write_talk(f"dns-update: {question} [y/N] ")
    if typed_line().strip().lower() not in ("y", "yes"):
        raise UsageError("nothing was changed")


def apply(
    texts: Mapping[str, str],
    before: Mapping[str, str],
    server_type: str,
    secrets: Iterable[Key],
    *,
    needs: Name | None = None,
) -> None:
    """Replace files, have the server's own checker check its configuration, and have the server read it.

    If the checker refuses, if the configuration lacks the key that it `needs`, or after Ctrl-C before that is known,
    all files are as `before` again. Raises UsageError with what the checker says, ServerFailure if the server does not
    read the configuration, which stays as it is then.
    """
    check, reload = programs_for(server_type)
    written: list[str] = []
    try:
        for path, text in texts.items():
            replace_file(path, text, before[path])
            written.append(path)
        _check(check, secrets, needs)
    except BaseException:
        for path in written:
            replace_file(path, before[path], texts[path])
        raise
    said = failure_of(reload, secrets)
    if said:
        raise ServerFailure(
            f"{' '.join(reload)} has failed: {said}",
            hint=f"the files are written and correct; when the server runs: {' '.join(RELOADS[server_type])}",
        )


def _check(command: Sequence[str], secrets: Iterable[Key], needs: Name | None) -> None:
    """Raise UsageError if the server's checker refuses the configuration, or if BIND's lacks a key.

    Knot's checker looks for the key itself.
    """
    done = run(command)
    if done.status:
        raise UsageError(
            f"{command[0]} refuses the new configuration: {_said(done, secrets)}", hint="all files are as they were"
        )
    if needs is not None and "-p" in command and f'key "{needs}"' not in done.output:
        raise UsageError(
            f"the configuration of named does not have key {needs}; all files are as they were",
            hint="named.conf needs include of the key file, or the key's statement in the file of apply-to=",
        )


def failure_of(command: Sequence[str], secrets: Iterable[Key]) -> str:
    """Run a program of a server; return what it says went wrong, in one line without secrets; empty if nothing did."""
    done = run(command)
    return _said(done, secrets) if done.status else ""


def _said(done: Captured, secrets: Iterable[Key]) -> str:
    said = " ".join(f"{done.output} {done.errors}".split())
    for key in secrets:
        said = said.replace(base64_of(key), "...")
    said = _MAY_BE_SECRET.sub("...", said)
    return said or f"status {done.status}"


def run(command: Sequence[str], *, seconds: float = _SECONDS) -> Captured:
    """Run a program of a server to its end, and return its output; raises UsageError if it takes longer."""
    try:
        done = captured(tuple(command), seconds)
    except OSError as error:
        raise UsageError(f"cannot run {command[0]}: {error.strerror}") from error
    if done is None:
        raise UsageError(f"{command[0]} has not ended within {seconds:.0f} s")
    return done
