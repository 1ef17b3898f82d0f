"""The lines of a log: their time, what they say, and where; from any of the formats that logs have. Pure."""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Iterable, Iterator
from time import mktime

from dns_update.errors import one_line
from dns_update.value import Value

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,]\d+)?(Z|[+-]\d\d:?\d\d)?")
_BIND = re.compile(r"(\d\d)-([A-Z][a-z]{2})-(\d{4}) (\d\d):(\d\d):(\d\d)\.\d+")
_SYSLOG = re.compile(r"([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)")
_SAMBA = re.compile(r"\[(\d{4})/(\d\d)/(\d\d) (\d\d):(\d\d):(\d\d)[^\]]*\][^\n]*")
_PROGRAM = re.compile(r" [\w.:-]+ (?:\(?([\w./@-]+)\)?\[\d+\]|(kernel)): ")  # in syslog and in the journal
_SERVERS = ("named", "knotd", "pdns_server", "pdns", "samba", "kernel", "audit", "systemd", "docker", "dockerd")
_TIME_WITHIN = 80  # characters from a line's beginning: a container's name, or a number of the kernel, may be before it
_MOST_IN_LINE = 1000  # characters; no message that counts is longer, and the time of a search grows with its square
_DAY = 86400
_SHOWN = 200  # characters of a line that a check shows

_POINTER = re.compile(r"@0x[0-9a-f]+ ")  # to BIND's object of a client
_QUOTED_SECRET = re.compile(r"(item 'secret', value )'[^']*'|((?i:secret|password)[ =:]+)(?:\"[^\"]*\"|'[^']*'|\S+)")
_LIKE_SECRET = re.compile(
    r"(?<![\w/+.-])(?=[A-Za-z0-9+/]*[A-Z])(?=[A-Za-z0-9+/]*\d)[A-Za-z0-9+][A-Za-z0-9+/]{21,}={0,2}"
)


class LogLine(Value):
    """A line: its time as it is written and in seconds since the epoch, what it says, and the file or journal.

    The time is "" and None if the line has none.
    """

    time: str
    seconds: float | None
    text: str
    source: str

    @property
    def shown(self) -> str:
        """What it says, for people: one line without control characters and secrets, not too long."""
        return shown(self.text)


def shown(text: str) -> str:
    """Return a text of a log for people: one line without control characters and secrets, not too long."""
    clean = _POINTER.sub("", one_line(text.strip()))
    clean = _QUOTED_SECRET.sub(lambda found: f"{found[1] or found[2]}'...'", clean)
    clean = _LIKE_SECRET.sub("...", clean)
    return clean if len(clean) <= _SHOWN else f"{clean[:_SHOWN]}..."


def lines_of(text: str, source: str, now: float) -> Iterator[LogLine]:
    """Yield the lines of a log that are a name server's, or do not say which program's they are.

    `now` gives a time without a year its year.
    """
    for line in _joined(text.split("\n")):
        found = _timed(line[:_TIME_WITHIN])
        if found is None:
            yield LogLine("", None, line.strip(), source)
            continue
        moment, of_time = found
        program = _PROGRAM.match(line, of_time)
        if program is not None and (program[1] or program[2]).rpartition("/")[2].lower() not in _SERVERS:
            continue
        end = of_time if program is None else program.end()
        yield LogLine(line[:of_time].strip(" [|"), moment(now), line[end:].strip(), source)


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines; a message of Samba begins below its time."""
    waiting = ""
    for each in lines:
        line = each.rstrip("\r")[:_MOST_IN_LINE]
        if _SAMBA.match(line):
            waiting = line
        elif waiting and line.startswith("  "):
            yield f"{waiting} {line.strip()}"
            waiting = ""
        elif line.strip():
            yield line
            waiting = ""


class _Moment(Value):
    """A moment as a log writes it: year (0 if it has none), month, day, hour, minute, second; its time zone."""

    fields: tuple[int, int, int, int, int, int]
    offset: int | None

    def __call__(self, now: float) -> float | None:
        """Return the seconds since the epoch; None if there is no such day."""
        year, *others = self.fields
        try:
            if year:
                return self._seconds(year, others)
            this_year = 1970 + int(now // (365.2425 * _DAY))
            times = (self._seconds(each, others) for each in (this_year + 1, this_year, this_year - 1))
            return next((each for each in times if each <= now + _DAY), None)
        except (OverflowError, ValueError):
            return None

    def _seconds(self, year: int, others: list[int]) -> float:
        month, day, hour, minute, second = others
        if self.offset is None:  # in the time zone of this machine
            return mktime((year, month, day, hour, minute, second, 0, 0, -1))
        return float(timegm((year, month, day, hour, minute, second))) - self.offset


def _timed(start: str) -> tuple[_Moment, int] | None:
    """Return the moment at the beginning of a line, and where it ends; None if it has none."""
    if (found := _ISO.search(start)) is not None:
        year, month, day, hour, minute, second = map(int, found.groups()[:6])
        return _Moment((year, month, day, hour, minute, second), _offset(found[7])), found.end()
    if (found := _BIND.search(start)) is not None and found[2] in _MONTHS:
        hour, minute, second = map(int, found.groups()[3:])
        fields = int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]), hour, minute, second
        return _Moment(fields, None), found.end()
    if (found := _SYSLOG.search(start)) is not None and found[1] in _MONTHS:
        day, hour, minute, second = map(int, found.groups()[1:])
        return _Moment((0, _MONTHS.index(found[1]) + 1, day, hour, minute, second), None), found.end()
    if (found := _SAMBA.search(start)) is not None:
        year, month, day, hour, minute, second = map(int, found.groups())
        return _Moment((year, month, day, hour, minute, second), None), found.start() + len("[2026/12/01 11:44:20")
    return None


def _offset(text: str | None) -> int | None:
    """Return the seconds that a time zone is ahead of UTC; None without one."""
    if text is None:
        return None
    if text == "Z":
        return 0
    digits = text[1:].replace(":", "")
    seconds = (int(digits[:2]) * 60 + int(digits[2:])) * 60
    return -seconds if text[0] == "-" else seconds
