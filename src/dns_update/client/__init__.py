"""Client: updates and look-ups as a user means them, carried out with blocking sockets."""

from __future__ import annotations

import time

from dns_update.client.requests import delete_request, send_update, set_request, show_request
from dns_update.client.steps import Ask, Pause, Resolve, drive, finished
from dns_update.client.transaction import Settings, Transaction, check_way, with_time
from dns_update.transport import DNS_PORT
from dns_update.transport.blocking import BlockingTransport
from dns_update.wire.codes import RRClass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from ipaddress import IPv4Address, IPv6Address
    from typing import Self, TypeVar

    from dns_update.auth import Key
    from dns_update.client.requests import Outcome
    from dns_update.client.steps import Step
    from dns_update.client.transaction import Request
    from dns_update.exchange import Policy
    from dns_update.transport import Server
    from dns_update.transport.protocol import Transport
    from dns_update.update import Update
    from dns_update.wire.name import Name

    T = TypeVar("T")


class Client:
    """Talks to the servers of a zone, one request after the other.

    What goes wrong is raised as an error of `dns_update.errors`: a UsageError for what the caller gave, a
    CommunicationError where nobody answered, a Refusal where a server said no. Used as a context manager, it keeps its
    sockets from one request to the next, which makes many requests faster. Threads may share a client; each request is
    one thread's.
    """

    def __init__(  # noqa: PLR0913 - every one of them can be left out
        self,
        *servers: Server | str,
        key: Key | None = None,
        port: int = DNS_PORT,
        policy: Policy | None = None,
        resolvers: tuple[Server, ...] | None = None,
        local_address: str | None = None,
        transport: Transport | None = None,
        log: Callable[[str], None] | None = None,
    ) -> None:
        """Prepare to talk to `servers`, in this order until one succeeds; without any, to the zone's primary.

        `servers` are Servers, or texts as `Server.from_text` takes them, at `port` unless they name one. `key` signs
        every message to them, but for queries to a server that does not accept it. `policy` says how long to wait.
        `resolvers` are asked for zone and primary where those are left out (None: those of the system).
        `local_address` is the one to send from. `transport` carries the messages, in place of sockets that the client
        makes itself. `log` is called with lines for people. Raises UsageError.
        """
        check_way(local_address, transport)
        self._settings = Settings(servers, key=key, port=port, policy=policy, resolvers=resolvers, log=log)
        self._transport: Transport = transport if transport is not None else BlockingTransport(local_address)

    def set(  # noqa: PLR0913 - as above
        self,
        name: Name | str,
        *values: str | bytes | IPv4Address | IPv6Address,
        rrtype: int | str | None = None,
        zone: Name | str | None = None,
        ttl: int | None = None,
        require: str = "any",
        verify: bool = True,
        compare: bool = False,
        check_names: bool = True,
        rrclass: int | str = RRClass.IN,
    ) -> Outcome:
        """Make a name have exactly these addresses, or these values of one type.

        It is one atomic message (RFC 2136, section 3.7); types that are not given are left alone. `name` is relative
        to `zone`, or a full name. `values` are addresses, as texts, as 4 or 16 octets, or of the standard library's
        `ipaddress`; with `rrtype`, a number or a mnemonic, rdata in presentation form or as octets. `ttl` is in
        seconds; 0 is a TTL like any other, while the command's `ttl=0` deletes; None keeps the one that stands, and
        takes that of the zone's SOA record where none does. `rrclass` is a number or a mnemonic. `require` is `any`,
        `existing` or `absent`, and speaks of the name. With `verify`, the records are read back from the same server;
        with `compare`, it is asked for them beforehand too, so that the outcome tells what was there and whether it has
        `changed`. `check_names` refuses, as BIND does, what is not a host name as the owner of an address or as the
        target of MX, NS, SRV and the like; False sends it.

        Raises UsageError for what was given wrongly, NotApplied if something else stands there afterwards, and any
        other Refusal or CommunicationError.
        """
        return self.run(
            set_request(
                name,
                values,
                rrtype=rrtype,
                zone=zone,
                ttl=ttl,
                require=require,
                verify=verify,
                compare=compare,
                check_names=check_names,
                rrclass=rrclass,
            )
        )

    def delete(  # noqa: PLR0913 - as above
        self,
        name: Name | str,
        *values: str | bytes | IPv4Address | IPv6Address,
        rrtype: int | str | None = None,
        zone: Name | str | None = None,
        require: str = "any",
        verify: bool = True,
        compare: bool = False,
        rrclass: int | str = RRClass.IN,
    ) -> Outcome:
        """Remove these values; the RRset of `rrtype` where none are given; without either, all records of the name.

        The arguments are those of `set`; `require=existing` speaks of the values, the RRset, or the name.
        """
        return self.run(
            delete_request(
                name,
                values,
                rrtype=rrtype,
                zone=zone,
                require=require,
                verify=verify,
                compare=compare,
                rrclass=rrclass,
            )
        )

    def show(
        self,
        name: Name | str,
        *rrtypes: int | str,
        zone: Name | str | None = None,
        rrclass: int | str = RRClass.IN,
    ) -> Outcome:
        """Return what the authoritative server holds at `name`, A and AAAA or these types, in the outcome's `after`.

        Raises NameNotFound if there is no such name, ZoneNotFound if the server answers from a zone below, and any
        other Refusal or CommunicationError.
        """
        return self.run(show_request(name, rrtypes, zone=zone, rrclass=rrclass))

    def send(self, update: Update) -> Outcome:
        """Send an update as it stands; nothing is read back.

        Raises the Refusal that the answer means, or a CommunicationError.
        """
        return self.run(lambda transaction: send_update(transaction, update))

    def run(self, request: Request[T]) -> T:
        """Carry out a request of `dns_update.client.requests`: do what each of its steps needs, to the end.

        Returns what the request does; an Outcome gets the time that it took. A KeyboardInterrupt that comes when the
        update may have reached a server says so.
        """
        started = time.monotonic()
        transaction = Transaction(self._settings)
        try:
            result = finished(drive(request(transaction), self._perform))
        except KeyboardInterrupt:
            if transaction.has_sent_update:
                raise KeyboardInterrupt("an update that was already sent may have been carried out") from None
            raise
        return with_time(result, time.monotonic() - started)

    async def _perform(self, step: Step) -> object:
        transport = self._transport
        if isinstance(step, Ask):
            return transport.carry(self._settings.exchange(step), step.endpoint)
        if isinstance(step, Resolve):
            return transport.resolve(step.host)
        if isinstance(step, Pause):
            transport.pause(step.seconds)
            return None
        return transport.clock()

    def close(self) -> None:
        """Close the sockets that were kept; the client can still be used, and opens new ones."""
        self._transport.close()

    def __enter__(self) -> Self:
        self._transport.keep_open()
        return self

    def __exit__(self, *_reason: object) -> None:
        self.close()
