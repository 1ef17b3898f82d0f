"""A configuration as BIND itself reads it (`named-checkconf -p`), with the lines of its files."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import zip_longest

from dns_update import errors
from dns_update.process.capture import Captured, captured, found_program
from dns_update.server_config.bind.statements import Statement, read_files, read_text
from dns_update.server_config.source import SLOW_HINT, ConfigSource, read_source
from dns_update.wire.name import Name

_CHECK_SECONDS = 10  # a hundred thousand zones take a few
_MAPS = ("view", "zone", "options", "key")  # statements whose blocks BIND prints in another order than they are written
_NAMED = ("view", "zone", "key", "acl")  # statements with a name after the keyword

# What named-checkconf says of statements that it accepts for now.
_WARNING = re.compile(r"deprecated|obsolete|not recommended|will be removed|warning", re.IGNORECASE)
_PATH = re.compile(r"/\S+")
_HINT = "named does not load such a file; correct it, and check it with named-checkconf"
_POSSIBLE_SECRET = re.compile(r"'[A-Za-z0-9+][A-Za-z0-9+/]{11,}={0,2}'")


def read_configuration(path: str) -> tuple[Statement, ...]:
    """Return the statements of a configuration in BIND's own reading, each with the place where it is written.

    Raises UsageError if the file cannot be read or named-checkconf is missing, and ConfigError with what
    named-checkconf finds wrong.
    """
    read_source(path)  # what cannot be read is said in the words of our own
    program = found_program("named-checkconf")
    if program is None:
        raise errors.UsageError(
            "named-checkconf is not installed: BIND's configuration is read with it",
            hint="install BIND's package of utilities (Debian: bind9-utils; Fedora: bind)",
        )
    warnings = _checked(program, path)
    printed = _printed(program, path)
    source = ConfigSource("named-checkconf -p", _without(warnings, printed))
    return _located(read_text(source), read_files(path))


def _checked(program: str, path: str) -> str:
    """Return the warnings about a configuration; raises ConfigError if it is wrong."""
    checked = _run((program, path))
    lines = [line for text in (checked.output, checked.errors) for line in text.splitlines() if line.strip()]
    if checked.status:
        _refuse_unreadable(path)
        wrong = [line for line in lines if not _is_warning(line)] or lines or [f"{path}: named-checkconf failed"]
        raise errors.ConfigError([(_POSSIBLE_SECRET.sub("'...'", line), _HINT) for line in wrong])
    return checked.output


def _refuse_unreadable(path: str) -> None:
    """Raise UsageError if an included file cannot be read: BIND names only the file that includes it."""
    try:
        read_files(path)
    except errors.UsageError as error:
        if error.cause == errors.causes.UNREADABLE:  # else it is a mistake that BIND names, too
            raise


def _is_warning(line: str) -> bool:
    return _WARNING.search(_PATH.sub("", line)) is not None


def _printed(program: str, path: str) -> str:
    """Return the whole configuration; its secrets are hidden, except by a BIND that is older than 9.10."""
    printed = _run((program, "-px", path))
    if printed.status:
        printed = _run((program, "-p", path))
    return printed.output


def _run(words: tuple[str, ...]) -> Captured:
    try:
        result = captured(words, _CHECK_SECONDS)
    except OSError as error:
        raise errors.UsageError(f"{words[0]} cannot be run: {error.strerror}") from error
    if result is None:
        raise errors.UsageError(
            f"{words[0]} did not end within {_CHECK_SECONDS} s", cause=errors.causes.CHECKER_TOO_SLOW, hint=SLOW_HINT
        )
    return result


def _without(warnings: str, printed: str) -> str:
    """Return what follows the warnings: up to BIND 9.18, they are on standard output, too."""
    return printed.removeprefix(warnings)


def _located(canonical: tuple[Statement, ...], written: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Return the statements of a map with the places of those that are written; the order is BIND's."""
    left: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for statement in written:
        left[_identity(statement)].append(statement)
    found = []
    for statement in canonical:
        same = left[_identity(statement)]
        found.append(_located_one(statement, same.pop(0)) if same else statement)
    return tuple(found)


def _located_one(statement: Statement, written: Statement) -> Statement:
    if statement.keyword == "secret":
        return written  # BIND hides it
    blocks = []
    for index, block in enumerate(statement.blocks):
        same = written.blocks[index] if index < len(written.blocks) else ()
        if statement.keyword in _MAPS:
            blocks.append(_located(block, same))
        else:
            blocks.append(_located_list(block, same))
    return Statement(statement.words, tuple(blocks), written.source, written.position)


def _located_list(canonical: tuple[Statement, ...], written: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Return the elements of a list, whose order BIND keeps."""
    pairs = zip_longest(canonical, written[: len(canonical)])
    return tuple(one if same is None else _located_one(one, same) for one, same in pairs if one is not None)


def _identity(statement: Statement) -> tuple[str, str]:
    """Return what a statement of a map is known by: its keyword, and its name if it has one."""
    if statement.keyword not in _NAMED:
        return statement.keyword, ""
    return statement.keyword, _folded(statement.word(1))


def _folded(text: str) -> str:
    try:
        return str(Name.from_text(text)).lower()
    except errors.UsageError:
        return text.lower()
