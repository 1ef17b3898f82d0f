"""Where a name server writes its log, by its configuration: files, or the system's own log."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from dns_update import errors
from dns_update.server_config.bind.statements import Statement
from dns_update.server_config.bind.statements import read_files as read_bind
from dns_update.server_config.knot.entries import read_files as read_knot
from dns_update.server_config.server_user import command_lines
from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.server_config.finding import ServerProgram

_PROCESSES = {"bind": "named", "knot": "knotd", "powerdns": "pdns_server"}
_OPTIONS = {"bind": "-c", "knot": "-c", "powerdns": "--config-dir"}
_STANDARD = {
    "bind": ("/etc/bind/named.conf", "/etc/named.conf"),
    "knot": ("/etc/knot/knot.conf",),
    "powerdns": ("/etc/powerdns/pdns.conf", "/etc/pdns/pdns.conf"),
}
_ETC = "/etc/"
_SYSTEM_TARGETS = ("syslog", "stderr", "stdout")  # of Knot: what its unit prints goes to the journal
_TIME_IN_NAME = re.compile(r"%[A-Za-z]")


class LogPlaces(Value):
    """Where a server writes: files, and whether the system's log has lines of it."""

    files: tuple[str, ...]
    in_system: bool


def places_of(program: ServerProgram, path: str) -> LogPlaces:
    """Return where the server with the configuration at `path` writes its log.

    The system's log is that of the standard configuration, or of a running server with this one: another server of this
    machine may write there, too. A configuration that cannot be read says nothing; nothing is raised.
    """
    words = _words_of_running(program, path)
    is_systems = path in _STANDARD[program] or words is not None
    try:
        if program == "bind":
            return LogPlaces(tuple(_bind_files(path, words or [])), is_systems)
        if program == "knot":
            return LogPlaces(tuple(_knot_files(path)), is_systems)
    except errors.UsageError:
        pass  # it does not start with that: the system's log tells
    return LogPlaces((), is_systems)  # PowerDNS writes nowhere else


def _bind_files(path: str, words: list[str]) -> Iterator[str]:
    """Yield the files of the channels, and that of the option -L."""
    root = _after(words, "-t") or _root_of(path)
    if given := _after(words, "-L"):
        yield given
    statements = read_bind(path)
    options = next((each for each in statements if each.keyword == "options"), None)
    directory = "" if options is None else options.setting("directory")
    for channel in _channels(statements):
        name = channel.setting("file")
        if name:
            file = Path(directory) / name
            inside = Path(root + str(file))
            yield str(inside if root and inside.exists() else file if file.is_absolute() else Path(path).parent / file)


def _channels(statements: tuple[Statement, ...]) -> list[Statement]:
    logging = [each for each in statements if each.keyword == "logging"]
    return [child for each in logging for child in each.block if child.keyword == "channel"]


def _root_of(path: str) -> str:
    """Return the directory that named changes its root to, by where its configuration is; "" if that is /etc."""
    before, etc, _rest = path.partition(_ETC)
    return before if etc else ""


def _knot_files(path: str) -> Iterator[str]:
    for entry in read_knot(path):
        if entry.section == "log" and entry.id not in ("", *_SYSTEM_TARGETS) and not _TIME_IN_NAME.search(entry.id):
            yield entry.id


def _words_of_running(program: ServerProgram, path: str) -> list[str] | None:
    """Return the command line of the running server that has this configuration; None if there is none."""
    for words in command_lines(_PROCESSES[program]):
        given = _after(words, _OPTIONS[program]) or _after(words, "--config")
        if given and os.path.realpath(given) in (os.path.realpath(path), os.path.dirname(os.path.realpath(path))):
            return words
    return None


def _after(words: list[str], option: str) -> str:
    """Return what follows an option: the next word, or the rest of the word; "" if it is not given."""
    for index, word in enumerate(words):
        if word == option and index + 1 < len(words):
            return words[index + 1]
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return ""
