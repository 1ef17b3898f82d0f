"""Client: updates and look-ups, carried out with blocking sockets."""

from __future__ import annotations

import time

from dns_update.auth import Key
from dns_update.client import requests
from dns_update.client.outcome import interrupted_text, with_time
from dns_update.client.settings import ClientSettings, check_read_back, check_transport
from dns_update.client.steps import Ask, Pause, ReadClock, RequestStep, Resolve, Steps, drive, finished
from dns_update.client.transaction import Request, Transaction
from dns_update.exchange import Policy
from dns_update.rr.record import Record
from dns_update.transport import Server
from dns_update.transport.blocking import BlockingTransport
from dns_update.wire.codes import RRClass
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from typing import Concatenate, ParamSpec, Self, TypeVar

    from dns_update.bulk import BulkOptions, BulkOutcome, Wish
    from dns_update.client.all_servers import ServerResult
    from dns_update.client.outcome import Outcome
    from dns_update.transport.protocol import Transport

    P = ParamSpec("P")
    T = TypeVar("T")


def _method(request: Callable[Concatenate[Transaction, P], Steps[T]]) -> Callable[Concatenate[Client, P], T]:
    """Return a method that carries out a request with its own arguments."""

    def method(self: Client, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.run(lambda transaction: request(transaction, *args, **kwargs))

    return requests.as_method(request, method)


class Client:
    """Talks to the servers of a zone, one request after the other.

    Failures are raised as errors of `dns_update.errors`: a UsageError for a wrong argument, a CommunicationError if no
    server answered, a Refusal if a server said no. Used as a context manager, it keeps its sockets between requests,
    which makes many requests faster. Threads may share a client; each request runs in one thread.
    """

    def __init__(  # noqa: PLR0913 - every one of them can be left out
        self,
        *servers: Server | str,
        update_servers: Iterable[Server | str] = (),
        query_servers: Iterable[Server | str] = (),
        key: Key | None = None,
        port: int | None = None,
        policy: Policy | None = None,
        resolvers: tuple[Server, ...] | None = None,
        local_address: str | None = None,
        transport: Transport | None = None,
        log: Callable[[str], None] | None = None,
        query_wait: float | None = None,
    ) -> None:
        """Prepare to talk to `servers`, in this order until one succeeds; without any, to the zone's primary.

        `servers` are Servers, or texts as `Server.from_text` takes them, at `port` unless they name one. With
        `update_servers`, updates go there instead; with `query_servers`, what a zone has is read there, before an
        update and after it, until it shows the change or `query_wait` seconds are over (None: as long as `policy` waits
        for a server). Records that a query server shows may be older than an update that changes nothing. `key` signs
        every message to them, except queries to a server that does not accept it. `policy` says how long to wait.
        `resolvers` are asked for zone and primary if these are not given (None: the system's resolvers).
        `local_address` is the address to send from. `transport` carries the messages instead of the client's own
        sockets. `log` is called with lines for people. Raises UsageError.
        """
        check_transport(local_address, transport)
        self._settings = ClientSettings(
            servers,
            update_servers=update_servers,
            query_servers=query_servers,
            key=key,
            port=port,
            policy=policy,
            resolvers=resolvers,
            log=log,
            query_wait=query_wait,
        )
        self._transport: Transport = transport if transport is not None else BlockingTransport(local_address)

    set = _method(requests.set_records)
    add = _method(requests.add_records)
    delete = _method(requests.delete_records)
    show = _method(requests.show_records)
    send = _method(requests.send_update)

    def transfer(
        self, zone: Name | str, *, since: int | None = None, rrclass: int | str = RRClass.IN
    ) -> Generator[Record, None, None]:
        """Yield the records of a whole zone (AXFR, RFC 5936), or what has changed in it (IXFR, RFC 1995).

        The zone's SOA record comes first, and is not repeated at the end. With `since`, the serial number of a version
        that you have, the changes since then come in the order in which they were made: each version begins with its
        old SOA record, then come the records that it loses, its new SOA record, and the records that it gains. Those
        that are lost have the class NONE (254), as an `Update` deletes them. Nothing comes if that version is the
        newest. A server that does not know the changes any more sends the whole zone; then the first record has the
        zone's own class.

        The transfer goes by one TCP connection, which ends with the iterator or its `close()`, and has
        `policy.patience` for each message. With a key, a record is yielded when a signature has covered it. Only a
        transfer that ends without an error is complete. Nothing is sent before the first record is asked for.

        Raises UsageError for wrong arguments, PermissionDenied if the server refuses the transfer, NoResponse if the
        connection ends in the middle, MalformedMessage if what comes is not a transfer of this zone, ReplyNotTrusted if
        a signature is missing or wrong, and any other Refusal or CommunicationError.
        """
        from dns_update.client.transfers import TransferRequest, transferred  # an update does not need it

        return transferred(self, TransferRequest(zone, since, rrclass))

    def apply(self, wishes: Iterable[Wish], options: BulkOptions | None = None) -> Generator[BulkOutcome, None, None]:
        """Carry out many wishes, and yield what became of each as it becomes known: a BulkOutcome.

        `wishes` are made by `dns_update.bulk.Wish.from_text`. They are taken one after the other, and may be as many
        as you like. Those of one zone go together in large messages (RFC 2136, section 2), several of which are in
        flight, over TCP. If a message is refused, its halves are sent, until only the guilty names are refused. A
        message without an answer is sent again. `options` are BulkOptions. A zone that is not given is looked up.

        An outcome has the error that concerns its name. Raises UsageError for what is not a Wish or BulkOptions.
        Closing the iterator ends the connections; what is in flight then may or may not be carried out.
        """
        from dns_update.client.bulk_access import applied_by  # one name does not need it

        outcomes = applied_by(self, wishes, options)
        check_read_back(self._settings.key, verify=options is None or options.verify)
        return outcomes

    @property
    def settings(self) -> ClientSettings:
        """What all requests of this client have in common."""
        return self._settings

    @property
    def transport(self) -> Transport:
        """What carries the messages of this client."""
        return self._transport

    def run(self, request: Request[T]) -> T:
        """Carry out a request of `dns_update.client.requests`: perform all its steps.

        Returns what the request returns; an Outcome also gets the time that it took. A KeyboardInterrupt after an
        update was sent says that the server may have carried it out.
        """
        started = time.monotonic()
        transaction = Transaction(self._settings)
        try:
            result = finished(drive(request(transaction), self._perform))
        except KeyboardInterrupt:
            if transaction.update_sent_to is not None:
                raise KeyboardInterrupt(interrupted_text(transaction.done)) from None
            raise
        return with_time(result, time.monotonic() - started)

    async def _perform(self, step: RequestStep) -> object:
        transport = self._transport
        if isinstance(step, Ask):
            return transport.carry(self._settings.exchange(step), step.endpoint)
        if isinstance(step, Resolve):
            return transport.resolve(step.host)
        if isinstance(step, Pause):
            transport.pause(step.seconds)
            return None
        if isinstance(step, ReadClock):
            return transport.clock()
        return step.begin(transport)

    def to_all(
        self, request: Callable[Concatenate[Transaction, P], Steps[Outcome]], /, *args: P.args, **kwargs: P.kwargs
    ) -> tuple[ServerResult, ...]:
        """Carry out a request at every server of this client, one after the other, for sites with several primaries.

        `request` is one of `dns_update.client.requests`, with the arguments of the method of that name:

            client.to_all(set_records, "home", "203.0.113.45", zone="example.com")

        Each server is asked, also after an error at another; the results are in the order of the servers, each with an
        outcome or an error. Raises UsageError for wrong arguments, and for a client without several servers, or with
        query servers.
        """
        from dns_update.client.all_servers import at_all_servers  # most requests are for one server

        return self.run(lambda transaction: at_all_servers(transaction, lambda own: request(own, *args, **kwargs)))

    def close(self) -> None:
        """Close the kept sockets; the client can still be used, and opens new ones."""
        self._transport.close()

    def __enter__(self) -> Self:
        self._transport.keep_open()
        return self

    def __exit__(self, *_reason: object) -> None:
        self.close()
