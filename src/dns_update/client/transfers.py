"""Zone transfers: find the server, begin there, then hand over record after record as they come.

The beginning is a request like others: each server is tried until one begins to answer. After that the transfer is tied
to its connection. Nothing but the message at hand is kept, so a zone may be larger than the memory.
"""

from __future__ import annotations

from contextlib import aclosing, closing, contextmanager

from dns_update import errors
from dns_update.client import Client
from dns_update.client.locate import LocatedTarget, ensure_servers
from dns_update.client.lookup import ZoneView
from dns_update.client.reply_errors import distrust_of, refusal_of
from dns_update.client.steps import Ask, answered
from dns_update.client.transaction import Transaction
from dns_update.exchange import Reply, UnverifiedReply
from dns_update.rr.record import Record
from dns_update.transfer import MAX_SERIAL, Transfer
from dns_update.transport import Endpoint
from dns_update.update import rrclass_of, zone_of
from dns_update.value import Value
from dns_update.wire.codes import Rcode, RRType
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
    from typing import Any, TypeAlias, TypeVar

    from dns_update.client.aio import AsyncClient

    T = TypeVar("T")
    TransferStart: TypeAlias = tuple[list[Record], T]
    """The records of the first message, and what gives those of the others."""

_NO_IXFR = (Rcode.NOTIMP, Rcode.FORMERR)  # what a server says that knows only whole transfers (RFC 1995, section 4)
_NOT_PERMITTED = (Rcode.REFUSED, Rcode.NOTAUTH)


class TransferRequest(Value):
    """What to transfer: the zone, its class, and the serial number of the version that is known, or None."""

    zone: Name
    rrclass: int
    since: int | None

    def __init__(self, zone: Name | str, since: int | None, rrclass: int | str) -> None:
        """Check the arguments; raises UsageError."""
        if since is not None and (not isinstance(since, int) or isinstance(since, bool)):
            raise errors.UsageError(f"a serial number is a number, not {type(since).__name__}")
        if since is not None and not 0 <= since <= MAX_SERIAL:
            raise errors.UsageError(f"{since} is not a serial number", hint=f"0 to {MAX_SERIAL}")
        self._store(zone=zone_of(zone), rrclass=rrclass_of(rrclass), since=since)


class BeginTransfer(Value):
    """The step that connects to a server, asks for a transfer, and waits for the first message.

    The answer is the records of that message, and an iterator of those of each further message. Raises NoResponse,
    MalformedMessage.
    """

    endpoint: Endpoint
    transfer: Transfer

    def __await__(self) -> Generator[BeginTransfer, Any, Any]:
        return answered((yield self))

    def begin(self, transport: object) -> TransferStart[Iterator[list[Record]]] | errors.DnsUpdateError:
        """Perform it: return the answer, or an error that concerns this server."""
        parts = _carrier(transport)(self.transfer, self.endpoint)
        try:
            return next(parts, []), parts
        except (errors.MalformedMessage, errors.ReplyNotTrusted) as error:
            return error

    async def begin_async(
        self, transport: object
    ) -> TransferStart[AsyncIterator[list[Record]]] | errors.DnsUpdateError:
        """Perform it within an asyncio loop."""
        parts = _carrier(transport)(self.transfer, self.endpoint)
        try:
            return await anext(parts, []), parts
        except (errors.MalformedMessage, errors.ReplyNotTrusted) as error:
            return error


def transferred(client: Client, request: TransferRequest) -> Generator[Record, None, None]:
    """Yield the records of a transfer; closing the iterator ends the connection."""
    begun = client.run(lambda transaction: _begin(transaction, request))
    first, parts = begun.records
    with closing(parts), begun.naming_server():
        yield from first
        for records in parts:
            yield from records
        begun.check()


async def transferred_async(client: AsyncClient, request: TransferRequest) -> AsyncGenerator[Record, None]:
    """Do as `transferred`, within an asyncio loop."""
    begun = await client.run(lambda transaction: _begin(transaction, request))
    first, parts = begun.records
    async with aclosing(parts):
        with begun.naming_server():
            for record in first:
                yield record
            async for records in parts:
                for record in records:
                    yield record
            begun.check()


class _BegunTransfer(Value):
    """A transfer that a server has begun to answer."""

    transaction: Transaction
    endpoint: Endpoint
    transfer: Transfer
    records: TransferStart[Any]

    def check(self) -> None:
        """Raise the error that the server's refusal means, if it refused."""
        refused = self.transfer.refused
        if refused is None:
            return
        asked = Ask(self.endpoint, self.transfer.message, self.transaction.key)
        if isinstance(refused, UnverifiedReply):
            error = distrust_of(refused, asked)
            if refused.rcode in _NOT_PERMITTED and not self.transaction.is_unsigned(self.endpoint):
                error.hint = f"the server knows the key, but may not let it transfer the zone: {self._permission}"
            raise error
        if refused.message.rcode in _NOT_PERMITTED and not (refused.tsig and refused.tsig.error):
            raise self._not_permitted(refused.message.rcode)
        raise refusal_of(refused, asked)

    def _not_permitted(self, rcode: int) -> errors.PermissionDenied:
        key = self.transaction.key
        who = "no key" if key is None or key.is_negotiated else f"key {key.name}"
        return errors.PermissionDenied(
            f"{self.endpoint} refuses to transfer {self.transfer.message.question[0].name} with {who}",
            hint=self._permission,
            endpoint=self.endpoint,
            rcode=rcode,
        )

    @property
    def _permission(self) -> str:
        key = self.transaction.key
        allowed = "ADDRESS" if key is None or key.is_negotiated else f'key "{key.name}"'
        return (
            f"BIND allows it by allow-transfer {{ {allowed}; }}, Knot by an acl with action: transfer, PowerDNS by "
            f"{'allow-axfr-ips' if key is None or key.is_negotiated else 'the metadata TSIG-ALLOW-AXFR'}"
        )

    @contextmanager
    def naming_server(self) -> Iterator[None]:
        """Add the server to errors about what it sent."""
        try:
            yield
        except (errors.MalformedMessage, errors.ReplyNotTrusted) as error:
            raise type(error)(
                f"{self.endpoint}, after {self.transfer.progress}: {error.text}",
                endpoint=self.endpoint,
                cause=error.cause,
                hint="what came before is right as far as it goes; the rest is missing",
            ) from error


async def _begin(transaction: Transaction, request: TransferRequest) -> _BegunTransfer:
    """Return the transfer that the first server begins which can; look for the servers if none are given."""
    await ensure_servers(transaction, request.zone, request.rrclass)

    async def at(endpoint: Endpoint) -> _BegunTransfer:
        # This also finds out which reading of the secret is right, and whether the server has the zone.
        view = ZoneView(transaction, endpoint, LocatedTarget(request.zone, request.zone, request.rrclass))
        if not any(record.rrtype == RRType.SOA for record in await view.read(RRType.SOA)):
            raise view.no_zone()
        begun = await _begin_at(transaction, endpoint, request, request.since)
        refused = begun.transfer.refused
        if request.since is not None and isinstance(refused, Reply) and refused.message.rcode in _NO_IXFR:
            begun = await _begin_at(transaction, endpoint, request, None)
        begun.check()
        for note in transaction.notes:
            transaction.log(f"note: {note}")
        return begun

    return await transaction.at_first_server(at, transaction.readers)


async def _begin_at(
    transaction: Transaction, endpoint: Endpoint, request: TransferRequest, since: int | None
) -> _BegunTransfer:
    transfer = Transfer(
        request.zone, request.rrclass, since, key=transaction.key, policy=transaction.policy, server=endpoint
    )
    return _BegunTransfer(transaction, endpoint, transfer, await BeginTransfer(endpoint, transfer))


def _carrier(transport: object) -> Callable[[Transfer, Endpoint], Any]:
    """Return what carries transfers; raises UsageError if a transport of the caller's own has no such method."""
    carrier: Callable[[Transfer, Endpoint], Any] | None = getattr(transport, "transfer", None)
    if carrier is None:
        raise errors.UsageError(
            f"the transport {type(transport).__name__} carries no zone transfers", hint="give it a method transfer"
        )
    return carrier
