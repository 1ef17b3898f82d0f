"""Finds the servers of the examined names, and asks each at its own address; within asyncio."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable
from functools import partial
from typing import TypeVar

from dns_update.auth import Key
from dns_update.client.aio import AsyncClient
from dns_update.client.locate import LocatedTarget, Target, choose_reader, ensure_servers, locate
from dns_update.client.lookup import Records, ZoneView
from dns_update.client.primary_name import explain_unknown_primary
from dns_update.client.probe import Access, explore
from dns_update.client.steps import Steps, unresolved
from dns_update.client.transaction import MAX_ADDRESSES, Transaction
from dns_update.doctor.diagnosis import Case, Diagnosis, Examined, diagnose, only_host
from dns_update.doctor.diagnosis_texts import explain
from dns_update.doctor.examination import ServerExamination
from dns_update.doctor.forecast import foresee
from dns_update.doctor.questions import OutOfTime, Questions
from dns_update.doctor.subject import Destination, Subject
from dns_update.doctor.surroundings import Surroundings, look_around
from dns_update.errors import DnsUpdateError
from dns_update.transport import Endpoint, Server
from dns_update.transport.protocol import AsyncTransport
from dns_update.wire.codes import RRClass
from dns_update.wire.name import Name

T = TypeVar("T")


class OpenServer:
    """A zone at one of its servers, while it is being examined."""

    def __init__(self, zone: Name, endpoint: Endpoint, destination: Destination, transport: AsyncTransport) -> None:
        """Prepare to sign and send messages as the destination says; nothing is asked yet."""
        self.zone = zone
        self.endpoint = endpoint
        self.access: Access | None = None
        self.error: DnsUpdateError | None = None
        self.surroundings: Surroundings | None = None
        self.query_endpoint: Endpoint | None = None  # where the zone is read, if that is another server
        self._destination = destination
        self._key = destination.key
        self._policy = destination.policy
        self._host = only_host(destination.servers)
        self._transport = transport
        self._notes: tuple[str, ...] = ()
        self._client = self._client_with(destination.key)

    async def explore(self) -> None:
        """Find out what the server shows of the zone and of the key; keep the result or the error."""

        async def request(transaction: Transaction) -> tuple[Access, Key | None, tuple[str, ...]]:
            await ensure_servers(transaction, self.zone, RRClass.IN)
            await choose_reader(transaction, self.target(self.zone))
            self.query_endpoint = transaction.query_endpoint
            access = await explore(self._view(transaction, self.zone))
            return access, transaction.key, transaction.notes_at(self.endpoint)

        try:
            self.access, self._key, self._notes = await self._client.run(request)
        except DnsUpdateError as error:
            self.error = error
        else:  # with the reading of the secret that the server accepts
            self._client = self._client_with(self._key)

    async def look_around(self, wall: float) -> None:
        """Find out what is around the zone; `wall` is the wall clock, in seconds since 1970."""
        access = self.access
        if access is None or self.error is not None or self.query_endpoint is not None:
            return  # it may answer no queries
        questions = Questions(self.endpoint, RRClass.IN, wall, self._policy)
        with contextlib.suppress(OutOfTime, DnsUpdateError):  # then less is said
            self.surroundings = await self._client.run(
                lambda transaction: look_around(questions, self.zone, transaction.key, access)
            )

    async def foresee(self, owner: Name, changes: Records, wall: float) -> Diagnosis | None:
        """Return what may keep the server from carrying out changes that it permits; None if nothing shows it."""
        around = self.surroundings
        if around is None:
            return None
        case = Case(owner, self.zone, self._key, changes)
        questions = Questions(self.endpoint, RRClass.IN, wall, self._policy)
        with contextlib.suppress(OutOfTime, DnsUpdateError):  # then less is said
            return await self._client.run(lambda _: foresee(Examined(questions, case, self.zone, around.kind)))
        return None

    async def diagnose(self, error: DnsUpdateError, owner: Name, changes: Records, wall: float) -> None:
        """Find out why something about a name failed, and let the error say it."""
        case = Case(owner, self.zone, self._key, changes, transport=self._policy.transport, host=self._host)
        await _explain(self._client, self.endpoint, case, error, wall)

    async def run(self, steps: Callable[[ZoneView], Steps[T]], owner: Name) -> T:
        """Carry out steps about a name of the zone; raises a Refusal or a CommunicationError."""
        return await self._client.run(lambda transaction: steps(self._view(transaction, owner)))

    def target(self, owner: Name) -> LocatedTarget:
        """Return a name of the zone as the target of a request."""
        return LocatedTarget(self.zone, owner, RRClass.IN)

    @property
    def result(self) -> ServerExamination:
        """What was seen of the server."""
        return ServerExamination(
            self.zone,
            self.endpoint,
            self._key,
            self.access,
            self.error,
            self._notes,
            self.surroundings,
            self.query_endpoint,
        )

    def _view(self, transaction: Transaction, owner: Name) -> ZoneView:
        transaction.query_endpoint = self.query_endpoint
        return ZoneView.beside(transaction, self.endpoint, self.target(owner))

    def _client_with(self, key: Key | None) -> AsyncClient:
        server = Server(self.endpoint.address, self.endpoint.port)
        return self._destination.client((server,), key, self._transport)


class ServerDirectory:
    """Finds the servers of names, and keeps one OpenServer for each; `unresolved` are errors about host names."""

    def __init__(self, transport: Callable[[str | None], AsyncTransport]) -> None:
        """Begin with no server; `transport` makes the transport for a local address (None: any)."""
        self.unresolved: list[DnsUpdateError] = []
        self._new_transport = transport
        self._transports: dict[str | None, AsyncTransport] = {}
        self._servers: dict[Hashable, OpenServer] = {}

    async def servers_of(self, name: Name, destination: Destination) -> tuple[OpenServer, ...]:
        """Return the servers that get updates of a name, one for each address.

        Raises DnsUpdateError if they cannot be found.
        """
        transport = self._transport(destination.local_address)
        zone, hosts = await _zone_and_servers(name, destination, transport)
        found: list[OpenServer] = []
        for host in hosts:
            for endpoint in await self._endpoints(host, transport, None if destination.servers else zone):
                identity = (zone, endpoint, destination._replace(zone=None, servers=()))
                if identity not in self._servers:
                    self._servers[identity] = OpenServer(zone, endpoint, destination, transport)
                found.append(self._servers[identity])
        return tuple(found)

    async def diagnose(self, error: DnsUpdateError, subject: Subject, changes: Records, wall: float) -> None:
        """Find out why the servers of a name could not be found, if one answered or should have."""
        destination = subject.destination
        if not isinstance(error.endpoint, Endpoint) or not destination.servers:
            return
        transport = self._transport(destination.local_address)
        client = destination.client(destination.servers, destination.key, transport)
        transport_name, host = destination.policy.transport, only_host(destination.servers)
        case = Case(subject.name, destination.zone, destination.key, changes, transport=transport_name, host=host)
        await _explain(client, error.endpoint, case, error, wall)

    def prepare(self, destination: Destination) -> None:
        """Prepare to send to a destination; raises UsageError if this machine lacks its local address."""
        self._transport(destination.local_address)

    def close(self) -> None:
        """Close all sockets."""
        for transport in self._transports.values():
            transport.close()

    async def _endpoints(self, server: Server, transport: AsyncTransport, primary_of: Name | None) -> list[Endpoint]:
        """Return the addresses of a server; none if they cannot be found, and then the error is kept.

        The SOA record of `primary_of` names the server; None if the user does.
        """
        if server.is_address:
            return [Endpoint(server.host, server.port)]
        try:
            addresses = await transport.resolve(server.host)
        except (OSError, UnicodeError) as error:
            unknown = unresolved(server.host, error)
            if primary_of is not None:
                explain_unknown_primary(unknown, server.host, primary_of)
            self.unresolved.append(unknown)
            return []
        return [Endpoint(address, server.port) for address in addresses[:MAX_ADDRESSES]]

    def _transport(self, local_address: str | None) -> AsyncTransport:
        if local_address not in self._transports:
            self._transports[local_address] = self._new_transport(local_address)
            self._transports[local_address].keep_open()
        return self._transports[local_address]


async def _explain(client: AsyncClient, endpoint: Endpoint, case: Case, error: DnsUpdateError, wall: float) -> None:
    """Find out why something failed, and let its error say it."""
    found = await client.run(
        lambda transaction: diagnose(Questions(endpoint, RRClass.IN, wall, transaction.policy), case, error)
    )
    if found is not None:
        explain(error, found)


async def _zone_and_servers(
    name: Name, destination: Destination, transport: AsyncTransport
) -> tuple[Name, tuple[Server, ...]]:
    """Return the zone and the servers of a destination; what the destination does not name is found by SOA records."""
    if destination.zone is not None and destination.servers:
        return destination.zone, destination.servers
    client = destination.client(destination.servers, destination.key, transport)
    return await client.run(partial(_locate, name, destination))


async def _locate(name: Name, destination: Destination, transaction: Transaction) -> tuple[Name, tuple[Server, ...]]:
    target = await locate(transaction, Target(name, destination.zone))
    found = tuple(server for server in transaction.servers if isinstance(server, Server))
    return target.zone, destination.servers or found
