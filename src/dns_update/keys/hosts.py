"""The list of a fleet's hosts: each line has a name, and perhaps the host's addresses."""

from __future__ import annotations

from collections.abc import Iterator

from dns_update.client.locate import Target
from dns_update.errors import DnsUpdateError, UsageError, quoted
from dns_update.keys.assignment import check_plain
from dns_update.value import Value
from dns_update.wire.inet import format_address, parse_address
from dns_update.wire.name import Name

MAX_HOSTS = 100_000  # as many as an agent keeps right; more are more likely the wrong file


class Host(Value):
    """A host: its name in full, and its addresses in their usual form, if any are given."""

    name: Name
    addresses: tuple[str, ...]


def hosts_in(text: str, zone: Name, source: str) -> tuple[Host, ...]:
    """Return the hosts of a list; `source` names it in errors.

    A line has a name, in full or relative to the zone, and addresses after it, with blanks or commas between them.
    Empty lines, and what follows `#`, are ignored. Raises UsageError for a list without hosts, and for the first line
    that is wrong or has a name that is there already; it names the line.
    """
    hosts: dict[Name, int] = {}
    found: list[Host] = []
    for number, words in _lines(text):
        where = f"{source}, line {number}"
        host = _host(words, zone, where)
        if host.name in hosts:
            raise UsageError(f"{where}: {host.name} is in line {hosts[host.name]} already")
        if len(found) == MAX_HOSTS:
            raise UsageError(f"{where}: there are more than {MAX_HOSTS:,} hosts", hint="divide the file")
        hosts[host.name] = number
        found.append(host)
    if not found:
        raise UsageError(f"{source} has no hosts", hint="each line is a name, e.g. router-7 or router-7.example.com")
    return tuple(found)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].replace(",", " ").split()
        if words:
            yield number, words


def _host(words: list[str], zone: Name, where: str) -> Host:
    try:
        name = Target(words[0], zone).owner
        check_plain(name, quoted(words[0]))
        addresses = tuple(format_address(parse_address(word)) for word in words[1:])
    except DnsUpdateError as error:
        raise UsageError(f"{where}: {error.text}", hint=error.hint) from error
    return Host(name, addresses)
