"""The log of a name server, on its own machine: which line says why an update fails, what it means, and what to do.

```
a configuration              ->  LogPlaces: files, or the system's log         places
LogPlaces, or a file         ->  LogTexts: the newest part of each, bounded    reading
LogTexts                     ->  LogLines: time, text                          lines
LogLines, table of messages  ->  LogFindings: the message, its line, values    findings, log_message, *_messages
LogFinding                   ->  sentences                                     texts
```

The table has the servers' own messages, as they print them. What a log says is only compared with it, and shown without
control characters: a client may have written parts of it.
"""

from __future__ import annotations

from dns_update.server_log.findings import Concern as Concern
from dns_update.server_log.findings import LogFinding as LogFinding
from dns_update.server_log.findings import findings, in_order
from dns_update.server_log.findings import meaning_of as meaning_of
from dns_update.server_log.lines import LogLine, lines_of
from dns_update.server_log.reading import LogText, LogTexts, read_files, read_system
from dns_update.server_log.texts import texts as texts
from dns_update.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.server_config.finding import ServerProgram

__all__ = ["Concern", "LogFinding", "ServerLog", "meaning_of", "read_log", "texts"]

_DAY = 86400.0  # seconds: an older line is about another time, except why a server did not start


class ServerLog(Value):
    """What was read of a server's log: its places, those that could not be read with the reason, and the findings."""

    sources: tuple[str, ...]
    unreadable: tuple[str, ...]
    findings: tuple[LogFinding, ...]


def read_log(concern: Concern, now: float, *, path: str | None, configuration: str | None) -> ServerLog:
    """Return what a server's log says about an update: the log at `path`, or that of a server's configuration.

    `now` is in seconds since the epoch. Nothing is raised: what cannot be read is named in the result.
    """
    texts_read = read_files((path,)) if path is not None else _of_configuration(configuration or "")
    lines = in_order([list(_lines(each, now)) for each in texts_read.read])
    found = findings(lines, concern)
    current = tuple(each for each in found if each.message.stage in ("start", "configuration") or _is_new(each, now))
    sources = tuple(dict.fromkeys(each.source for each in texts_read.read))
    return ServerLog(sources, texts_read.unreadable, current)


def _of_configuration(configuration: str) -> LogTexts:
    from dns_update.errors import UsageError
    from dns_update.server_config.recognise import recognised
    from dns_update.server_log.places import places_of

    try:
        program: ServerProgram = recognised(configuration)
    except UsageError:  # the check of the configuration says that
        return LogTexts((), ())
    places = places_of(program, configuration)
    of_files = read_files(places.files)
    of_system = read_system(program) if places.in_system else LogTexts((), ())
    return LogTexts(of_files.read + of_system.read, of_files.unreadable + of_system.unreadable)


def _lines(text: LogText, now: float) -> list[LogLine]:
    """Return the lines of a log; those of a log without times are as old as the log."""
    lines = list(lines_of(text.text, text.source, now))
    if text.seconds and not any(line.seconds is not None for line in lines):
        return [line._replace(seconds=text.seconds) for line in lines]
    return lines


def _is_new(finding: LogFinding, now: float) -> bool:
    seconds = finding.line.seconds
    return seconds is None or seconds >= now - _DAY
