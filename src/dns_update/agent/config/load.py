"""Reads the agent's configuration: from TOML to frozen settings, or all its mistakes, each with its line.

Nothing is guessed or ignored: an unknown key is an error, and so is a reference to a table that does not exist.
"""

from __future__ import annotations

import os
import stat
import tomllib
from typing import Any

from dns_update.address import Command
from dns_update.agent.config.positions import Path, find_lines
from dns_update.agent.config.readers import ConfigProblem, ConfigProblems, read_table
from dns_update.agent.config.record_tables import read_records
from dns_update.agent.config.references import References
from dns_update.agent.config.schema import AGENT, AGENT_HINTS, DOCUMENT, DOCUMENT_HINTS
from dns_update.agent.config.settings import AgentSettings, Config
from dns_update.auth.private_file import is_open_to_others, open_at_once
from dns_update.errors import ConfigError, UsageError, quoted
from dns_update.errors.classes import unusable_file

MAX_CONFIG_OCTETS = 1 << 24  # a hundred thousand records fit; /dev/zero does not

_SYNTAX_HINT = (
    "a line is [table], [[table]], key = value or # comment; strings are in quotes, true and false in lower case"
)


def read_config(path: str) -> Config:
    """Read a configuration from a file.

    Raises ConfigError for its mistakes, NotNow if it may be readable later, and another UsageError if it cannot be
    read, or if it names programs to run and other users can change it.
    """
    text, shown, status = read_text(path)
    config = config_from_text(text, shown, is_private=not is_open_to_others(status, path))
    if _names_programs(config):
        refuse_unsafe(status, path, shown)
    return config


def read_text(path: str) -> tuple[str, str, os.stat_result]:
    """Return the text of a configuration, its path as errors show it, and the status of its file.

    Raises ConfigError if it is not UTF-8, NotNow if it may be readable later, another UsageError if it cannot be read.
    """
    shown = path if path.isprintable() and path else quoted(path)
    try:
        # Without waiting: an agent that reads it again must not hang until a program writes to a named pipe.
        with open(path, "rb", opener=open_at_once) as file:
            status = os.fstat(file.fileno())
            content = file.read(MAX_CONFIG_OCTETS + 1) if stat.S_ISREG(status.st_mode) else None
    except (OSError, ValueError) as error:
        raise unusable_file(f"cannot read {shown}", error, hint=_hint_at_old_name(path)) from error
    if content is None:
        raise UsageError(f"cannot read {shown}: it is not a regular file", hint="a pipe or device may never end")
    if len(content) > MAX_CONFIG_OCTETS:
        raise UsageError(f"{shown} is too large for a configuration", hint=f"at most {MAX_CONFIG_OCTETS} octets")
    try:
        return content.decode().removeprefix("\ufeff"), shown, status
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            [(f"{shown}:{line}: not UTF-8, which TOML requires", "")]
        ) from None  # the error holds the whole text


def _hint_at_old_name(path: str) -> str:
    """Return what to do if a configuration is missing, but there is one with the name that it had before."""
    directory, name = os.path.split(path)
    old = os.path.join(directory, "agent.toml")
    if name != "config.toml" or os.path.exists(path) or not os.path.exists(old):
        return ""
    return f"there is {old}: its name is config.toml now, rename it"


def config_from_text(text: str, path: str, *, is_private: bool) -> Config:
    """Read a configuration; `path` names it in errors, and it may have a literal secret only if it `is_private`.

    Secrets are read from the files or variables that it names. Raises ConfigError, which never shows a secret, or a
    text that may be one.
    """
    document = parse(text, path)
    problems = ConfigProblems()
    given = read_table(document, (), DOCUMENT, problems, hints=DOCUMENT_HINTS)
    words = read_table(given.get("agent", {}), ("agent",), AGENT, problems, hints=AGENT_HINTS)
    agent = AgentSettings(**{key.replace("-", "_"): value for key, value in words.items()})
    references = References(given, problems, path, is_private=is_private)
    if "records" not in document or given.get("records") == []:
        problems.add(("records",), "there is no name to manage", "add a table [[records]] with a name and an address")
    records = read_records(given.get("records", []), references, agent, problems)
    if problems.found:
        raise located(problems.found, text, path)
    return Config(agent, records)


def _names_programs(config: Config) -> bool:
    if config.agent.on_change or config.agent.on_failure:
        return True
    return any(
        record.common.on_change or record.common.on_failure or any(isinstance(one, Command) for one in record.sources)
        for record in config.records
    )


def refuse_unsafe(status: os.stat_result, path: str, shown: str) -> None:
    """Raise UsageError for a file with which other users could make us run any program."""
    if status.st_mode & stat.S_IWOTH:
        reason, command = "others can write it", "chmod o-w"
    elif os.geteuid() == 0 and status.st_uid != 0:
        reason, command = "root would run them, though the file belongs to another user", "chown root"
    else:
        return
    import shlex  # only when something is wrong

    raise UsageError(f"{shown} names programs to run, and {reason}", hint=f"run: {command} {shlex.quote(path)}")


def parse(text: str, path: str) -> dict[str, Any]:
    """Return the document that a text is; `path` names it in errors. Raises ConfigError."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # Its text has the line and the column; only Python 3.14 and later have them as numbers.
        raise ConfigError([(f"{path}: not TOML: {error}", _SYNTAX_HINT)]) from None
    except (ValueError, RecursionError):
        # Neither has a place; a number so long, or arrays so deep, are in the longest line.
        lines = text.split("\n")
        line = lines.index(max(lines, key=len)) + 1
        what = "a number is too long, or arrays are nested too deep"
        raise ConfigError([(f"{path}:{line}: {what}", "")]) from None


def located(found: list[ConfigProblem], text: str, path: str) -> ConfigError:
    """Return the error for all problems, in the order of their lines."""
    lines = find_lines(text, (where for problem in found for where in (problem.path, problem.other)))
    found = sorted(found, key=lambda problem: lines[problem.path])
    return ConfigError((_as_text(problem, lines, path), problem.hint) for problem in found)


def _as_text(problem: ConfigProblem, lines: dict[Path, int], path: str) -> str:
    text = f"{path}:{lines[problem.path]}: {problem.spelled}: {problem.text}"
    return f"{text} in line {lines[problem.other]}" if problem.other else text
