"""Access of the bulk engine to a zone: the first server that answers, the key it accepts, what its answers mean."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import Any

from dns_update import errors
from dns_update.auth import Key
from dns_update.bulk import BulkOptions, BulkOutcome, Wish
from dns_update.bulk.access import Begun, BulkAccess, Carrier
from dns_update.bulk.engine import applied
from dns_update.client import Client
from dns_update.client.discovery import find_zone
from dns_update.client.locate import LocatedTarget, choose_reader, ensure_servers
from dns_update.client.lookup import ZoneView
from dns_update.client.probe import unmeetable
from dns_update.client.readback import after_delete, after_set
from dns_update.client.reply_errors import distrust_of, refusal_of
from dns_update.client.steps import Ask, Steps
from dns_update.client.transaction import Transaction
from dns_update.client.transfers import TransferRequest, transferred
from dns_update.exchange import Exchange, Reply, UnverifiedReply
from dns_update.message import Message
from dns_update.rr.record import Record, soa_serial
from dns_update.transport import Endpoint
from dns_update.transport.blocking import BlockingTransport
from dns_update.transport.pipeline import Pipeline
from dns_update.update import Update
from dns_update.wire.codes import Opcode, RRClass, RRType
from dns_update.wire.name import Name


class OneByOne:
    """Carries exchanges one after the other, by a transport of the caller's own."""

    def __init__(self, carry: Callable[[Exchange, Endpoint], Reply | UnverifiedReply], endpoint: Endpoint) -> None:
        """Prepare to send to `endpoint`."""
        self._carry = carry
        self._endpoint = endpoint

    def start(self, exchange: Exchange) -> object:
        """Return the exchange; it is carried when it is waited for."""
        return exchange

    def wait(self, flight: Any) -> Reply | UnverifiedReply:  # noqa: ANN401 - what `start` returned
        """Carry the exchange to its end; raises NoResponse."""
        return self._carry(flight, self._endpoint)

    def close(self) -> None:
        """Do nothing: the transport is the caller's."""


class ZoneAccess:
    """Access to one zone by a client; see `dns_update.bulk.access.BulkAccess`."""

    def __init__(self, client: Client, zone: Name, rrclass: int = RRClass.IN) -> None:
        """Prepare; nothing is asked yet."""
        self.zone = zone
        self.rrclass = rrclass
        self.client = client
        self._updates_at: Endpoint | None = None  # the server that gets updates, if another one shows the zone

    def begin(self) -> Begun:
        """Find a server that has the zone, and which key it accepts; raises DnsUpdateError."""
        return self.client.run(self._begin)

    def carrier(self, endpoint: Endpoint) -> Carrier:
        """Return a carrier: connections on which many exchanges are in flight, or the client's own transport."""
        transport = self.client.transport
        if isinstance(transport, BlockingTransport):
            return Pipeline(transport, endpoint, transport.local_address)
        return OneByOne(transport.carry, endpoint)

    def transferred(self, since: int | None = None) -> Generator[Record, None, None]:
        """Yield the records of the zone, or its changes after version `since`; raises DnsUpdateError."""
        return transferred(self.client, TransferRequest(self.zone, since, self.rrclass))

    def error_of(self, reply: Reply | UnverifiedReply, message: Message, begun: Begun) -> errors.DnsUpdateError:
        """Return the error that an answer means."""
        at = begun.query_endpoint if message.opcode == Opcode.QUERY else begun.endpoint
        asked = Ask(at, message, begun.key)
        if isinstance(reply, UnverifiedReply) and reply.cause == errors.causes.ECHOED_SIGNATURE:
            from dns_update.client.gss_replies import echoed  # with Kerberos only

            reply = echoed(reply, message) or reply
        return distrust_of(reply, asked) if isinstance(reply, UnverifiedReply) else refusal_of(reply, asked)

    def examine(self, wish: Wish) -> errors.DnsUpdateError | None:
        """Look closely at a name; return why it is not as desired, None if it is (a wildcard may answer for it)."""
        try:
            self.client.run(lambda transaction: self._examined(transaction, wish))
        except errors.DnsUpdateError as error:
            return error
        return None

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        self.client.transport.pause(seconds)

    def clock(self) -> float:
        """Return the seconds on the monotonic clock."""
        return self.client.transport.clock()

    async def _begin(self, transaction: Transaction) -> Begun:
        await ensure_servers(transaction, self.zone, self.rrclass)
        apex = LocatedTarget(self.zone, self.zone, self.rrclass)
        await choose_reader(transaction, apex)

        async def at(endpoint: Endpoint) -> Begun:
            view = ZoneView.beside(transaction, endpoint, apex)
            soa = [record for record in await view.read(RRType.SOA) if record.rrtype == RRType.SOA]
            if not soa:
                raise view.no_zone()
            if view.updates_at is not None:  # else the query has shown as much
                await transaction.ask(endpoint, unmeetable(Update(self.zone, rrclass=self.rrclass)).to_message())
            self._updates_at = view.updates_at
            key: Key | None = transaction.key
            if key is not None and key.is_negotiated:
                from dns_update.client.gss import negotiated_key  # for these keys only

                key = await negotiated_key(key, endpoint, self.zone, self.rrclass)
            signs = key is not None and key.is_shared
            # A context is with one server, and so signs no queries to another.
            signs_queries = signs and (view.endpoint == endpoint or key is transaction.key)
            return Begun(
                endpoint=endpoint,
                key=key,
                key_is_known=signs and not transaction.is_unsigned(endpoint),
                query_endpoint=view.endpoint,
                query_key_is_known=signs_queries and not transaction.is_unsigned(view.endpoint),
                patience=transaction.read_patience,
                policy=transaction.policy,
                ttl=soa[0].ttl,
                serial=soa_serial(soa[0].rdata),
            )

        return await transaction.at_first_server(at)

    async def _examined(self, transaction: Transaction, wish: Wish) -> None:
        await ensure_servers(transaction, self.zone, self.rrclass)

        def at(endpoint: Endpoint) -> Steps[object]:
            target = LocatedTarget(self.zone, wish.name, self.rrclass)
            view = ZoneView(transaction, endpoint, target, self._updates_at)
            data = {} if wish.rrtype == RRType.ANY else {wish.rrtype: wish.values}
            if wish.deletes:
                return after_delete(view, data)
            return after_set(view, data, {wish.rrtype: wish.ttl or 0}, only_adds=wish.adds)

        await transaction.at_first_server(at, transaction.readers)


class ZoneFinder:
    """Finds the zone of each wish, and the access to it; each zone is looked up once."""

    def __init__(self, client: Client, rrclass: int = RRClass.IN) -> None:
        """Prepare; nothing is asked yet."""
        self._client = client
        self._rrclass = rrclass
        self._accesses: dict[Name, ZoneAccess] = {}
        self._zones: dict[bytes, Name] = {}  # of names, by the name above them, in wire form and lower case

    def access_of(self, wish: Wish) -> BulkAccess:
        """Return the access to the zone of a wish; raises DnsUpdateError if its zone is not found.

        Names that have the same name above them are taken to be in the same zone, except for the zone itself.
        """
        zone = wish.zone if wish.zone is not None else self.zone_of(wish)
        access = self._accesses.get(zone)
        if access is None:
            access = self._accesses[zone] = ZoneAccess(self._client, zone, self._rrclass)
        return access

    def zone_of(self, wish: Wish) -> Name:
        """Return the zone that holds a name, looked up by its SOA record; raises DnsUpdateError."""
        owner = wish.owner.lower()
        above = owner[1 + owner[0] :]
        if owner in self._zones:  # the zone of the names below it may be itself
            above = owner if self._zones[owner].to_canonical_wire() == owner else above
        zone = self._zones.get(above)
        if zone is None:
            zone = self._client.run(lambda transaction: find_zone(transaction, wish.name, self._rrclass)).zone
            self._zones[owner if zone.to_canonical_wire() == owner else above] = zone
        return zone


def applied_by(
    client: Client,
    wishes: Iterable[Wish],
    options: BulkOptions | None,
    is_stopped: Callable[[], bool] = bool,
) -> Generator[BulkOutcome, None, None]:
    """Carry out wishes by one client, until `is_stopped` returns True; see `Client.apply`. Raises UsageError."""
    if options is not None and not isinstance(options, BulkOptions):
        raise errors.UsageError(f"options are BulkOptions, not {type(options).__name__}")
    finder = ZoneFinder(client)

    def checked() -> Generator[Wish, None, None]:
        for wish in wishes:
            if not isinstance(wish, Wish):
                raise errors.UsageError(
                    f"a wish is a Wish, not {type(wish).__name__}", hint="Wish.from_text makes one of texts"
                )
            yield wish

    return applied(checked(), finder.access_of, options or BulkOptions(), is_stopped)
