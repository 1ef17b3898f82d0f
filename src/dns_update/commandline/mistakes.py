"""Errors about a command line; they do not show words that may be secrets."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from shlex import quote

from dns_update.commandline import COMMANDS
from dns_update.commandline.line import NAMELESS, CommandLine
from dns_update.commandline.properties import PROPERTIES, ROWS, is_secret, positional_row, row_of
from dns_update.commandline.readers import is_address, may_be_secret
from dns_update.errors import UsageError, quoted

_QUOTES = tuple("\"'`\u2018\u2019\u201c\u201d")  # the last ones are typographic, from a web page
SYNONYMS = {"update": "set", "get": "show", "remove": "delete", "rm": "delete"}
"""What other programs call our commands."""


def holds_secret(text: str) -> bool:
    """Return whether a value may contain a secret, because `key=` is in it."""
    return any(f"{row.name}=" in text for row in PROPERTIES if row.secret)


def around(text: str) -> str:
    """Return what to do about quotes around a value, or a semicolon after it; empty if there are none."""
    if text[:1] in _QUOTES or text[-1:] in _QUOTES:
        return "the quotes are a part of the value here: leave them out"
    if text.endswith(";") and not text.endswith("\\;"):
        return "the semicolon is a part of the value here: leave it out"
    return ""


def unexpected(word: str, command: str, *, follows_secret: bool) -> UsageError:
    """Return the error for a word that is neither a property nor the value of one."""
    if is_address(word) and not follows_secret and row_of("address", command) is not None:
        return UsageError(
            f"unexpected address {quoted(word)}", hint="write NAME ADDRESS[,ADDRESS...], or name=NAME address=ADDRESS"
        )
    if may_be_secret(word):
        return _hidden()
    if follows_secret:
        return _part_of_secret()
    if not word:
        return UsageError("an empty word is not a property", hint=_FORM)
    if word in COMMANDS:
        return UsageError(f"{quoted(word)} is not a property", hint=f"the command comes first: dns-update {word} ...")
    is_misspelled = word.startswith("-") and word.lstrip("-") in ROWS
    return UsageError(f"{quoted(word)} is not a property", hint=f"--{word.lstrip('-')}" if is_misspelled else _FORM)


def unknown_property(name: str, command: str, *, follows_secret: bool) -> UsageError:
    """Return the error for a property that the command does not have."""
    if name in ROWS:
        return UsageError(f"{command} does not take {name}=", hint=f"see: dns-update {command} --help")
    near = _near_miss(name, [row.name for row in PROPERTIES if command in row.commands])
    if not near and follows_secret:
        return _part_of_secret()
    if not near and may_be_secret(name):
        return _hidden()
    shown = "" if may_be_secret(name) else f" {quoted(name)}"
    return UsageError(
        f"unknown property{shown}", hint=f"did you mean {near}?" if near else f"see: dns-update {command} --help"
    )


def without_value(name: str, following: str | None) -> UsageError:
    """Return the error for `--NAME` at the end of the line, or before a word that is the next property."""
    hint = f"--{name} {ROWS[name][0].form}"
    if following is not None:
        option = following.partition("=")[0]
        hint += f"; a value that is itself an option's name is written --{name}={option}"
    return UsageError(f"--{name} has no value", hint=hint)


def unknown_command(word: str, commands: Iterable[str], line: CommandLine, before: str = "") -> UsageError:
    """Return the error for a command that does not exist; if it is clear which one is meant, the right line.

    `line` has what follows the word, `before` is what precedes it.
    """
    near = SYNONYMS.get(word) or _near_miss(word, commands)
    if near:
        return UsageError(
            f"unknown command {quoted(word)}", hint=f"did you mean: dns-update {before}{_right_line(near, line)}"
        )
    hint = f"the commands are {', '.join(commands)}; properties are written name=value"
    if may_be_secret(word):
        return UsageError("unknown command; it is not shown, because it may be a secret", hint=hint)
    return UsageError(f"unknown command {quoted(word)}", hint=hint)


def _right_line(command: str, line: CommandLine) -> str:
    """Return a line with its right command; what may be a secret is left out."""
    return " ".join([command, *(_shown(name, text, command) for name, text in line.given)])


def _shown(name: str, text: str, command: str) -> str:
    """Return a property as a word of a line, with `...` for what may be a secret."""
    if name == NAMELESS:
        return "..." if may_be_secret(text) or not positional_row(command) else quote(text)
    if name not in ROWS:
        return f"{name}=..." if name.isalnum() and not may_be_secret(name) else "..."
    return f"{name}=..." if is_secret(name) or holds_secret(text) else quote(f"{name}={text}")


_FORM = "properties are written name=value or --name value, after the command"


def _hidden() -> UsageError:
    return UsageError(
        "one of the words is not a property; it is not shown, because it may be a secret",
        hint="properties are written name=value; a secret goes after key=, or better into a file: key=@FILE",
    )


def _part_of_secret() -> UsageError:
    return UsageError(
        "unexpected text after key=; it is not shown, because it may be part of the secret",
        hint="a secret with spaces needs quotes: 'key=...'",
    )


def _near_miss(word: str, words: Iterable[str]) -> str:
    return next(iter(difflib.get_close_matches(word.lower(), words, 1)), "")
