"""A configuration tried out: each of its servers, keys, sources and names looked at, nothing changed; within asyncio.

The agent at work is content with the first server that does it. Here all of them are asked: the second one is of use
only if it would do it, too.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING

from dns_update.address import find_addresses, may_block
from dns_update.address.kernel.snapshot import read_table
from dns_update.agent.bugs import text_of
from dns_update.agent.clock import since_boot
from dns_update.agent.desired import Reading, Rule, SourceState, wanted_of
from dns_update.agent.diagnosis import Diagnosis, Heard, Seen, Spot
from dns_update.agent.inspection import inspect, possible_changes
from dns_update.agent.scheduler import MAX_TRIES
from dns_update.client.aio import AsyncClient
from dns_update.client.plan import Desired
from dns_update.client.probe import denials, explore
from dns_update.client.requests import Target, locate
from dns_update.client.transaction import MAX_ADDRESSES, Place, Site, unresolved
from dns_update.errors import DnsUpdateError, NoAddress, NoResponse
from dns_update.transport import Endpoint, Server
from dns_update.transport.aio import AsyncioTransport
from dns_update.wire.codes import RRClass

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable, Iterable, Iterator
    from typing import TypeAlias, TypeVar

    from dns_update.address.kernel.interfaces import AddressTable
    from dns_update.address.sources import Source
    from dns_update.agent.config.settings import Config, RecordSettings
    from dns_update.auth import Key
    from dns_update.client.probe import Access
    from dns_update.client.transaction import Records, Steps, Transaction
    from dns_update.wire.name import Name

    T = TypeVar("T")
    Asked: TypeAlias = tuple[Source, bool]
    """A source, and whether what the world cannot reach is welcome."""

_LARGEST_PROBE = 100  # names in one probe: few messages if all are permitted, and not many more if one is not
_LARGEST_PROBE_OCTETS = 16_000  # in it, roughly; what one name needs goes in one message in any case
_OCTETS_OF_RECORD = 40  # beside its rdata, roughly


async def check_up(config: Config) -> Diagnosis:
    """Look at everything that a configuration speaks of; nothing is changed, and no failure raised."""
    checkup = _Checkup(config)
    try:
        return await checkup.run()
    finally:
        checkup.close()


class _Checkup:
    """What was found out so far."""

    def __init__(self, config: Config) -> None:
        self._records = config.records
        self._transports: dict[str | None, AsyncioTransport] = {}
        self._routes: dict[Hashable, _Route] = {}
        self._spots: dict[Hashable, Spot] = {}
        self._clients: dict[Spot, AsyncClient] = {}
        self._errors: list[DnsUpdateError] = []

    async def run(self) -> Diagnosis:
        heard = await _ask_sources(dict.fromkeys((s, r.allow_private) for r in self._records for s in r.sources))
        names = [Seen(settings, _wanted(settings, heard)) for settings in self._records]
        routes = [self._route(settings) for settings in self._records]
        await _each(self._find, self._routes.values())
        await _each(self._explore, self._spots.values())
        for seen, route in zip(names, routes, strict=True):
            seen.spots, seen.error = route.spots, route.error
        await _each(self._look, ((seen, spot) for seen in names for spot in seen.spots))
        await _each(self._probe, self._probes(names))
        sources = [source for source, _state in heard.values()]
        spots = dict.fromkeys(spot for route in routes for spot in route.spots)
        return Diagnosis(list(spots), sources, names, list({str(error): error for error in self._errors}.values()))

    def close(self) -> None:
        for transport in self._transports.values():
            transport.close()

    # Where names are sent

    def _route(self, settings: RecordSettings) -> _Route:
        """Return the way of a record: with those that share it, or alone, if its zone is to be found."""
        way = (settings.zone, settings.servers, settings.key, settings.policy, settings.local_address)
        identity: Hashable = way if settings.zone is not None else settings.identity
        if identity not in self._routes:
            self._routes[identity] = _Route(settings)
        return self._routes[identity]

    async def _find(self, route: _Route) -> None:
        """Find out what a way leaves open: zone, servers, addresses."""
        settings = route.settings
        transport = self._transport(settings.local_address)
        try:
            if route.zone is None or not route.servers:
                client = AsyncClient(*settings.servers, key=settings.key, policy=settings.policy, transport=transport)
                route.zone, route.servers = await client.run(partial(_locate, settings))
        except DnsUpdateError as error:
            route.error = error
            return
        assert route.zone is not None  # noqa: S101 - it was given or found
        for server in route.servers:
            for endpoint in await self._endpoints(server, transport):
                identity = (route.zone, endpoint, settings.key, settings.policy, settings.local_address)
                spot = self._spots.get(identity)
                if spot is None:
                    spot = self._spots[identity] = Spot(route.zone, endpoint, settings)
                    self._clients[spot] = self._client_at(spot)
                route.spots.append(spot)

    async def _endpoints(self, server: Server, transport: AsyncioTransport) -> list[Endpoint]:
        """Return the addresses of a server; none if they cannot be found, which is then a finding."""
        if server.is_address:
            return [Endpoint(server.host, server.port)]
        try:
            addresses = await transport.resolve(server.host)
        except (OSError, UnicodeError) as error:
            self._errors.append(unresolved(server.host, error))
            return []
        return [Endpoint(address, server.port) for address in addresses[:MAX_ADDRESSES]]

    def _transport(self, local_address: str | None) -> AsyncioTransport:
        if local_address not in self._transports:
            self._transports[local_address] = AsyncioTransport(local_address)
            self._transports[local_address].keep_open()
        return self._transports[local_address]

    def _client_at(self, spot: Spot) -> AsyncClient:
        server = Server(spot.endpoint.address, spot.endpoint.port)
        transport = self._transport(spot.settings.local_address)
        return AsyncClient(server, key=spot.key, policy=spot.settings.policy, transport=transport)

    # What is there

    async def _explore(self, spot: Spot) -> None:
        def request(transaction: Transaction) -> Steps[tuple[Access, Key | None, tuple[str, ...]]]:
            access = yield from explore(_site(transaction, spot, spot.zone))
            return access, transaction.key, transaction.notes_at(spot.endpoint)

        try:
            spot.access, spot.key, spot.notes = await self._clients[spot].run(request)
        except DnsUpdateError as error:
            spot.error = error
        else:  # with the secret in the reading that was found to be right
            self._clients[spot] = self._client_at(spot)

    async def _look(self, pair: tuple[Seen, Spot]) -> None:
        seen, spot = pair
        access, settings = spot.access, seen.settings
        if spot.error is not None or access is None:
            return
        try:
            seen.looks[spot] = await self._clients[spot].run(
                lambda d: inspect(_site(d, spot, settings.name), settings, seen.wanted, access.soa.ttl)
            )
        except NoResponse as error:  # it did answer before; nobody shall wait for it ten thousand times
            spot.error = error
        except DnsUpdateError as error:
            seen.errors[spot] = error

    def _probes(self, names: Iterable[Seen]) -> Iterator[tuple[Spot, list[Seen], list[Records]]]:
        """Yield which names are probed together, and the changes of each."""
        by_spot: dict[Spot, list[Seen]] = {}
        for seen in names:
            for spot in seen.looks:
                by_spot.setdefault(spot, []).append(seen)
        for spot, together in by_spot.items():
            group: list[Seen] = []
            parts: list[Records] = []
            octets = 0
            for seen in together:
                part = _possible_changes(spot, seen)
                size = sum(_OCTETS_OF_RECORD + len(record.rdata) for record in part)
                if parts and (len(parts) == _LARGEST_PROBE or octets + size > _LARGEST_PROBE_OCTETS):
                    yield spot, group, parts
                    group, parts, octets = [], [], 0
                group.append(seen)
                parts.append(part)
                octets += size
            yield spot, group, parts

    async def _probe(self, probe: tuple[Spot, list[Seen], list[Records]]) -> None:
        spot, group, parts = probe
        access = spot.access
        if spot.error is not None or access is None:
            return
        try:
            found = await self._clients[spot].run(lambda d: denials(_site(d, spot, spot.zone), access, parts))
        except DnsUpdateError as error:
            spot.error = error
            return
        for seen, denial in zip(group, found, strict=True):
            if denial is not None:
                seen.denials[spot] = denial


class _Route:
    """A way that updates go: the zone and its servers, as far as they are known yet."""

    def __init__(self, settings: RecordSettings) -> None:
        """Begin with what the settings of a record say that goes there."""
        self.settings = settings
        self.zone = settings.zone
        self.servers = settings.servers
        self.spots: list[Spot] = []
        self.error: DnsUpdateError | None = None


def _locate(settings: RecordSettings, transaction: Transaction) -> Steps[tuple[Name, tuple[Server, ...]]]:
    """Find the zone and the servers of a name; a request."""
    place = yield from locate(transaction, Target(settings.name, settings.zone))
    found = tuple(server for server in transaction.servers if isinstance(server, Server))
    return place.zone, settings.servers or found


def _site(transaction: Transaction, spot: Spot, owner: Name) -> Site:
    return Site(transaction, spot.endpoint, Place(spot.zone, owner, RRClass.IN))


def _possible_changes(spot: Spot, seen: Seen) -> Records:
    assert spot.access is not None  # noqa: S101 - the name was seen there
    place = Place(spot.zone, seen.settings.name, RRClass.IN)
    return possible_changes(place, seen.settings, seen.wanted, spot.access.soa.ttl)


# Sources


def _wanted(settings: RecordSettings, heard: dict[Asked, tuple[Heard, SourceState]]) -> Desired | None:
    """Return what a name shall have by what its sources have just said."""
    if settings.rrtype is not None:
        return Desired(settings.data, settings.ttl)
    states = [s if isinstance(s, bytes) else heard[s, settings.allow_private][1] for s in settings.sources]
    rule = Rule(settings.types, settings.ttl, settings.owner, settings.grace if settings.delete_when_missing else None)
    wanted, _change = wanted_of(rule, states, time.monotonic())
    return wanted


async def _ask_sources(asked: Iterable[Asked]) -> dict[Asked, tuple[Heard, SourceState]]:
    """Ask each source once, literals excepted."""
    heard: dict[Asked, tuple[Heard, SourceState]] = {}
    table: AddressTable | None = None
    distinct = [key for key in asked if not isinstance(key[0], bytes)]
    failure: NoAddress | None = None
    if not all(may_block(source) for source, _private in distinct):
        try:
            table = read_table()
        except NoAddress as error:
            failure = error

    async def ask(key: Asked) -> None:
        if may_block(key[0]):
            found = await asyncio.to_thread(_ask, key, None)
        else:
            found = Heard(key[0], error=failure) if failure is not None else _ask(key, table)
        state = SourceState(started=time.monotonic(), knows_absence=not may_block(key[0]))
        state.hear(Reading(found.addresses, since_boot(), str(found.error or "")), time.monotonic(), 0.0)
        heard[key] = found, state

    await _each(ask, distinct)
    return heard


def _ask(key: Asked, table: AddressTable | None) -> Heard:
    source, allow_private = key
    found = Heard(source)
    try:
        found.addresses = find_addresses([source], allow_private=allow_private, log=found.remarks.append, table=table)
    except NoAddress as error:
        found.error = error
    except Exception as mistake:  # noqa: BLE001 - a bug of ours must not keep the rest from being looked at
        found.error = NoAddress(f"{source!s} cannot be asked: {text_of(mistake)}")
    return found


async def _each(work: Callable[[T], Coroutine[None, None, None]], items: Iterable[T]) -> None:
    """Do it with each item, with many at once."""
    rest = iter(items)

    async def worker() -> None:
        for item in rest:
            await work(item)

    await asyncio.gather(*(worker() for _ in range(MAX_TRIES)))
