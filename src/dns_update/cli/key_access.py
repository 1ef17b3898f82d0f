"""What a key may do at the servers of a zone, found out by the doctor without changing anything."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from dns_update.auth import Key
from dns_update.cli.asking import policy_of, servers_of
from dns_update.cli.key_input import owners_of
from dns_update.client.probe import BY_KEY, BY_RECORD
from dns_update.commandline.properties import Options
from dns_update.doctor.examination import Examination, NameAtServer, NameExamination
from dns_update.doctor.examiner import examine
from dns_update.doctor.subject import Destination, Subject
from dns_update.errors import DnsUpdateError
from dns_update.keys.assignment import ADDRESS_TYPES, Grant, grants_for
from dns_update.value import Value
from dns_update.wire.codes import RRType, rrtype_from_text, rrtype_to_text
from dns_update.wire.name import Name

_TRIED = (*ADDRESS_TYPES, "TXT")
_ELSEWHERE = Name.from_text("dns-update-probe")  # a name that no narrow grant has
YES, NO, NOT_SHOWN = "yes", "no", "not shown"


class Permission(Value):
    """Whether a key may change a type of a name at a server: YES, NO, or NOT_SHOWN if the server does not show it.

    `owner` is None for the names that nobody has asked about: a grant for the whole zone allows to change them, too.
    """

    server: str
    owner: Name | None
    rrtype: str
    allowed: str


class KeyAccess(Value):
    """What was found out about a key: its permissions, and the errors of servers that do not accept it.

    `closed` are the servers that know the key and refuse every update with it.
    """

    permissions: tuple[Permission, ...]
    errors: tuple[DnsUpdateError, ...]
    closed: tuple[str, ...]


def access_of(key: Key, options: Options) -> KeyAccess:
    """Ask the servers of a zone what a key may do there; nothing is changed. Raises UsageError."""
    zone = options.zone
    assert zone is not None  # noqa: S101 - the caller has checked
    destination = Destination(zone, servers_of(options), key, policy_of(options), options.local_address)
    elsewhere = Subject(_ELSEWHERE.below(zone), destination, (RRType.A,), None)
    asked = [
        Subject(grant.owner, destination, tuple(map(rrtype_from_text, grant.types)), None) for grant in _tried(options)
    ]
    seen = asyncio.run(examine([*asked, elsewhere]))
    closed = (str(one.endpoint) for one in seen.servers if one.access is not None and one.access.is_closed)
    return KeyAccess(tuple(_permissions(seen, elsewhere)), tuple(_errors(seen)), tuple(closed))


def _tried(options: Options) -> Sequence[Grant]:
    types = options.granted_types or (() if options.acme else _TRIED)
    return grants_for(owners_of(options), types, acme=options.acme)


def _errors(seen: Examination) -> Iterator[DnsUpdateError]:
    yield from seen.unresolved
    found = [name.error for name in seen.names] + [server.error for server in seen.servers]
    yield from {error.identity: error for error in found if error is not None}.values()


def _permissions(seen: Examination, elsewhere: Subject) -> Iterator[Permission]:
    for name in seen.names:
        for one in name.at_servers:
            if one.server.error is None and one.server.access is not None:
                yield from _at(name, one, None if name.subject == elsewhere else name.subject.name)


def _at(name: NameExamination, one: NameAtServer, owner: Name | None) -> Iterator[Permission]:
    denied = () if one.denial is None else one.denial.rrtypes
    insight = BY_KEY if one.server.access is None else one.server.access.insight
    for rrtype in name.subject.rrtypes:
        allowed = NO if rrtype in denied else YES if insight == BY_RECORD else NOT_SHOWN
        yield Permission(str(one.server.endpoint), owner, rrtype_to_text(rrtype), allowed)
