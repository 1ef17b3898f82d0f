"""The examination: each given server, key and name is tried, and nothing is changed; within asyncio.

An update goes to the first server that accepts it. Here all servers are asked, because the second one is useful only if
it would accept the update, too.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from dns_update.client.locate import LocatedTarget
from dns_update.client.lookup import Records
from dns_update.client.probe import Denial, denials
from dns_update.doctor.comparison import Comparison, compare, possible_changes
from dns_update.doctor.concurrently import for_each
from dns_update.doctor.diagnosis import Diagnosis
from dns_update.doctor.examination import Examination, NameAtServer, NameExamination, ServerExamination
from dns_update.doctor.open_servers import OpenServer, ServerDirectory
from dns_update.doctor.source_answers import SourceAnswer
from dns_update.doctor.subject import Subject
from dns_update.errors import DnsUpdateError, NoResponse
from dns_update.transport.aio import AsyncioTransport
from dns_update.transport.protocol import AsyncTransport
from dns_update.wire.codes import RRClass, RRType

_LARGEST_PROBE = 100  # names in one probe: few messages if all are permitted, and not many more if one is not
_LARGEST_PROBE_OCTETS = 16_000  # roughly; the changes of one name are in one message in any case
_MOST_DIAGNOSED = 10  # names at one server: what is wrong with the next thousand is mostly the same
_ANY_TTL = 300  # seconds, of records that no server keeps
_OCTETS_OF_RECORD = 40  # without its rdata, roughly


async def examine(
    subjects: Iterable[Subject],
    sources: Iterable[SourceAnswer] = (),
    *,
    transport: Callable[[str | None], AsyncTransport] = AsyncioTransport,
    wall: Callable[[], float] = time.time,
    thorough: bool = False,
) -> Examination:
    """Try everything that updates of the subjects need; return what was seen, failures included. Nothing is changed.

    The cause of each failure is looked for at the server, and its error says what was found. `sources` are the answers
    that say what the subjects should have. `transport` makes the transport for a local address (None: any); `wall` is
    the wall clock. If it is `thorough`, the surroundings of each zone are looked at, too, and all records of each name.
    Raises UsageError for a local address that this machine does not have.
    """
    names = [_OpenName(subject) for subject in subjects]
    directory = ServerDirectory(transport)
    try:
        await for_each(partial(_find_servers, directory), _by_destination(names))
        servers = list(dict.fromkeys(server for name in names for server in name.servers))
        await for_each(OpenServer.explore, servers)
        await for_each(_compare, ((name, server) for name in names for server in name.servers))
        await for_each(_probe, _probes(names))
        if thorough:
            await for_each(lambda server: server.look_around(wall()), servers)
            await for_each(_look, ((name, server) for name in names for server in name.comparisons))
            await for_each(partial(_foresee, wall), ((name, server) for name in names for server in name.comparisons))
        await for_each(lambda failure: failure.diagnose(wall()), list(_failures(names, directory)))
    finally:
        directory.close()
    results = {server: server.result for server in servers}
    unresolved = {error.identity: error for error in directory.unresolved}  # several destinations may name one host
    return Examination(
        servers=tuple(results.values()),
        sources=tuple(sources),
        names=tuple([name.result(results) for name in names]),
        unresolved=tuple(unresolved.values()),
    )


class _OpenName:
    """A name while it is being examined."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.servers: tuple[OpenServer, ...] = ()
        self.error: DnsUpdateError | None = None
        self.comparisons: dict[OpenServer, Comparison] = {}
        self.denials: dict[OpenServer, Denial] = {}
        self.errors: dict[OpenServer, DnsUpdateError] = {}
        self.present: dict[OpenServer, Records] = {}
        self.forecasts: dict[OpenServer, Diagnosis] = {}

    def result(self, servers: Mapping[OpenServer, ServerExamination]) -> NameExamination:
        """Return what was seen of the name, given the results of its servers."""
        at_servers = [
            NameAtServer(
                servers[server],
                self.comparisons.get(server),
                self.denials.get(server),
                self.errors.get(server),
                self.present.get(server, ()),
                self.forecasts.get(server),
            )
            for server in self.servers
        ]
        return NameExamination(self.subject, tuple(at_servers), self.error)


def _by_destination(names: Iterable[_OpenName]) -> Collection[list[_OpenName]]:
    """Return the names in groups with the same servers; a name whose zone must be found is alone in its group."""
    groups: dict[Hashable, list[_OpenName]] = {}
    for name in names:
        destination = name.subject.destination
        own = name.subject.name if destination.zone is None else None
        groups.setdefault((destination, own), []).append(name)
    return groups.values()


async def _find_servers(directory: ServerDirectory, names: Sequence[_OpenName]) -> None:
    subject = names[0].subject
    directory.prepare(subject.destination)
    try:
        servers = await directory.servers_of(subject.name, subject.destination)
    except DnsUpdateError as error:
        for name in names:
            name.error = error
    else:
        for name in names:
            name.servers = servers


async def _compare(pair: tuple[_OpenName, OpenServer]) -> None:
    name, server = pair
    access, subject = server.access, name.subject
    if server.error is not None or access is None:
        return
    try:
        name.comparisons[server] = await server.run(
            lambda view: compare(view, subject, access.soa.ttl), owner=subject.name
        )
    except NoResponse as error:  # it answered before; do not wait for it once for each of ten thousand names
        server.error = error
    except DnsUpdateError as error:
        name.errors[server] = error


async def _look(pair: tuple[_OpenName, OpenServer]) -> None:
    """Read all records of a name, for what else its server has there; without an answer, less is said."""
    name, server = pair
    if server.error is not None:
        return
    with contextlib.suppress(DnsUpdateError):
        name.present[server] = await server.run(lambda view: view.read(RRType.ANY), owner=name.subject.name)


async def _foresee(wall: Callable[[], float], pair: tuple[_OpenName, OpenServer]) -> None:
    """Find out what may keep the server from carrying out the changes that a name needs."""
    name, server = pair
    changes = name.comparisons[server].changes
    if server.error is None and changes and server not in name.denials:
        found = await server.foresee(name.subject.name, changes, wall())
        if found is not None:
            name.forecasts[server] = found


class _Failure:
    """A failure whose cause is to be found; it is about one name, which may stand for many."""

    def __init__(self, at: OpenServer | ServerDirectory, name: _OpenName, error: DnsUpdateError) -> None:
        self._at = at
        self._name = name
        self._error = error

    async def diagnose(self, wall: float) -> None:
        """Let the error say what is found."""
        subject, at = self._name.subject, self._at
        zone = subject.destination.zone or subject.name if isinstance(at, ServerDirectory) else at.zone
        changes = possible_changes(LocatedTarget(zone, subject.name, RRClass.IN), subject, _ANY_TTL)
        if isinstance(at, ServerDirectory):
            await at.diagnose(self._error, subject, changes, wall)
        else:
            await at.diagnose(self._error, subject.name, changes, wall)


def _failures(names: Iterable[_OpenName], directory: ServerDirectory) -> Iterator[_Failure]:
    """Yield the failures to look into: of each server the first, and of its names as many as a person reads."""
    seen: dict[object, int] = {}
    for name in names:
        if name.error is not None and not seen.get(name.error.server):
            seen[name.error.server] = 1
            yield _Failure(directory, name, name.error)
        for server in name.servers:
            denial = name.denials.get(server)
            error = server.error or name.errors.get(server) or (denial.error if denial is not None else None)
            count = seen.get(server, 0)
            is_told = count > 0 if server.error is not None else count == _MOST_DIAGNOSED
            if error is not None and not is_told:
                seen[server] = count + 1
                yield _Failure(server, name, error)


class _ProbeGroup:
    """Names whose changes are probed at a server in one message."""

    def __init__(self, server: OpenServer) -> None:
        self.server = server
        self.names: list[_OpenName] = []
        self.changes: list[Records] = []
        self._octets = 0

    def add(self, name: _OpenName, changes: Records) -> bool:
        """Add a name and its changes; return False if there is no room for them."""
        octets = sum(_OCTETS_OF_RECORD + len(record.rdata) for record in changes)
        if self.names and (len(self.names) == _LARGEST_PROBE or self._octets + octets > _LARGEST_PROBE_OCTETS):
            return False
        self.names.append(name)
        self.changes.append(changes)
        self._octets += octets
        return True


def _probes(names: Iterable[_OpenName]) -> Iterator[_ProbeGroup]:
    """Yield the groups of names that are probed together."""
    by_server: dict[OpenServer, list[_OpenName]] = {}
    for name in names:
        for server in name.comparisons:
            by_server.setdefault(server, []).append(name)
    for server, together in by_server.items():
        group = _ProbeGroup(server)
        for name in together:
            changes = _possible_changes(server, name.subject)
            if not group.add(name, changes):
                yield group
                group = _ProbeGroup(server)
                group.add(name, changes)
        yield group


def _possible_changes(server: OpenServer, subject: Subject) -> Records:
    assert server.access is not None  # noqa: S101 - the name was compared there
    return possible_changes(server.target(subject.name), subject, server.access.soa.ttl)


async def _probe(group: _ProbeGroup) -> None:
    server, access = group.server, group.server.access
    if server.error is not None or access is None:
        return
    try:
        found = await server.run(lambda view: denials(view, access, group.changes), owner=server.zone)
    except DnsUpdateError as error:
        server.error = error
        return
    for name, denial in zip(group.names, found, strict=True):
        if denial is not None:
            name.denials[server] = denial
