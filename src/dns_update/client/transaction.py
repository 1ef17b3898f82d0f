"""Transaction: one request in progress. It asks servers, tries a secret's other reading, and fails over.

It also records updates: where the last one was sent, and whether one may have reached a server although no answer says
so. Only the transaction knows this.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.client.settings import ClientSettings
from dns_update.client.steps import Ask, Resolve, Steps
from dns_update.exchange import Reply, UnverifiedReply
from dns_update.message import Message
from dns_update.transport import DNS_PORT, Endpoint, Server
from dns_update.wire.codes import Opcode, Rcode
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias, TypeVar

    from dns_update.exchange import Policy

    T = TypeVar("T")

Request: TypeAlias = "Callable[[Transaction], Steps[T]]"
"""What a client can carry out: called with a transaction, it returns the steps to its result."""

MAX_ADDRESSES = 4  # of one host name that are tried, as in nsupdate


class Transaction:
    """The state of one request: the servers to try, the key in use, the updates sent, what to tell the user."""

    def __init__(self, settings: ClientSettings) -> None:
        """Start with nothing asked yet.

        If the settings name no servers, the zone's primary is found through their `resolvers` (None: the system's), and
        used at their `port`. Other `query_servers` than None are asked what the zone has, and get no updates.
        """
        self.settings = settings
        self.servers: tuple[Server | Endpoint, ...] = settings.servers
        self.query_servers = settings.query_servers
        self.query_endpoint: Endpoint | None = None  # of the query servers, the first that has the zone
        self.query_wait = settings.query_wait
        self.primary_of: Name | None = None  # the zone whose SOA record named the server; None: the user did
        self.policy = settings.policy
        self.own_policy: Policy | None = None  # how to ask, if not as the client does
        self.patience = settings.policy.patience
        self.resolvers = settings.resolvers
        self.port = settings.port
        self.key = settings.key
        self.newest_key = settings.key  # `key` may become its predecessor
        self.log = settings.log
        self.in_turn: Callable[[tuple[Endpoint, ...]], tuple[Endpoint, ...]] | None = None  # sorts a host's addresses
        self.notes: list[str] = []
        self.failures: list[errors.DnsUpdateError] = []
        self.zones_at: dict[tuple[Endpoint, Name], Name] = {}  # by server and name, as far as they were looked up
        self.update_sent_to: Endpoint | None = None  # the last server that was sent an update, whatever its answer
        self.done: list[str] = []  # what earlier updates of the request have changed, in words
        self._for: Transaction | None = None  # the transaction of the request, of which this is a part
        self._is_update_in_flight = False
        self._is_update_astray = False
        self._silent: dict[Endpoint | Server, errors.NoResponse] = {}  # also hosts whose address was not found
        self._addresses: dict[str, tuple[str, ...]] = {}  # of host names
        self._unsigned: set[Endpoint] = set()  # servers that do not accept the key: they get queries without a TSIG

    def beside(self, settings: ClientSettings | None = None) -> Transaction:
        """Return a transaction for another zone of the same request, with settings of its own or the same ones."""
        other = Transaction(self.settings if settings is None else settings)
        if settings is None:
            other.servers = () if self.primary_of is not None else self.servers
            other.query_servers = self.settings.query_servers
            other.key, other.newest_key = self.key, self.newest_key
            other.own_policy, other.in_turn = self.own_policy, self.in_turn
        else:
            other.own_policy = settings.policy
        other.log, other.done, other._for = self.log, self.done, self
        return other

    @property
    def is_update_astray(self) -> bool:
        """Whether an update was sent, or sent again, and no answer says that the server got it.

        The server may have carried it out. A copy may still be on its way; if it arrives late, it undoes what was done
        in the meantime.
        """
        return self._is_update_astray or self._is_update_in_flight

    @property
    def readers(self) -> tuple[Server | Endpoint, ...]:
        """The servers that are asked what the zone has."""
        return self.servers if self.query_servers is None else self.query_servers

    @property
    def read_patience(self) -> float:
        """How long a change may be late where it is read back, in seconds."""
        if self.query_endpoint is None or self.query_wait is None:
            return self.patience
        return self.query_wait

    @property
    def public_port(self) -> int:
        """The port at which the zone's other name servers are asked, which need not speak TLS or QUIC."""
        return DNS_PORT if self.policy.is_encrypted else self.port

    def addresses_of(self, host: str) -> tuple[str, ...]:
        """Return the addresses of a host name if it was resolved for this request; empty if it was not."""
        return self._addresses.get(host, ())

    async def ask(self, endpoint: Endpoint, message: Message) -> Reply:
        """Send a message and return its answer, whatever the rcode; raises for a TSIG error or an untrusted answer.

        A query is repeated without a signature if the server does not accept the key: it may be a secondary that
        answers everyone, and forwards updates to the primary, which has the key. `is_unsigned` says so afterwards.
        """
        if message.is_change:
            return await self._update(endpoint, message)
        return await self._ask(endpoint, message)

    async def _update(self, endpoint: Endpoint, message: Message) -> Reply:
        """Send an update, and record it.

        If this is interrupted, the update is still in flight.
        """
        self.update_sent_to = endpoint
        if self._for is not None:
            self._for.update_sent_to = endpoint
        self._is_update_in_flight = True
        try:
            reply = await self._ask(endpoint, message)
        except errors.NoResponse as error:
            self._is_update_in_flight = False
            self._is_update_astray |= error.may_have_arrived
            raise
        except errors.DnsUpdateError as error:
            self._is_update_in_flight = False
            self._is_update_astray |= isinstance(error, errors.ReplyNotTrusted)
            raise
        self._is_update_in_flight = False
        self._is_update_astray |= reply.tries > 1 or reply.is_echo
        return reply

    async def _ask(self, endpoint: Endpoint, message: Message) -> Reply:
        is_query = message.opcode == Opcode.QUERY
        key = None if is_query and endpoint in self._unsigned else self.key
        reply = await Ask(endpoint, message, key, policy=self.own_policy)
        if isinstance(reply, UnverifiedReply):
            reply = await self._ask_otherwise(endpoint, message, reply)
        elif reply.message.rcode == Rcode.REFUSED and not is_query and key is not None and not key.is_shared:
            from dns_update.client.sig0 import asked_again  # for these keys only

            reply = await asked_again(Ask(endpoint, message, key, policy=self.own_policy), reply)
        elif reply.message.rcode == Rcode.REFUSED and not is_query:
            # BIND knows the newer key, and may not let it do yet what the older one may; Knot answers BADKEY then.
            reply = await self._ask_with_other_key(endpoint, message) or reply
        if reply.tsig is not None and reply.tsig.error:
            raise self.refusal(reply, endpoint, message)
        return reply

    async def ask_for(self, endpoint: Endpoint, message: Message, *accepted: int) -> Reply:
        """Do as `ask`, but raise a Refusal for an rcode that is neither NOERROR nor in `accepted`."""
        reply = await self.ask(endpoint, message)
        rcode = reply.message.rcode
        if rcode != Rcode.NOERROR and rcode not in accepted:
            raise self.refusal(reply, endpoint, message)
        return reply

    def refusal(self, reply: Reply, endpoint: Endpoint, message: Message) -> errors.Refusal:
        """Return the error that an answer means."""
        from dns_update.client.reply_errors import refusal_of  # only when something is wrong

        return refusal_of(reply, Ask(endpoint, message, self.key))

    def is_unsigned(self, endpoint: Endpoint) -> bool:
        """Return whether queries to this server are not signed although there is a key: it does not accept the key."""
        return endpoint in self._unsigned

    def notes_at(self, endpoint: Endpoint) -> tuple[str, ...]:
        """Return what the user should know about the result of the request at this server."""
        if self.key is None or not self.is_unsigned(endpoint):
            return tuple(self.notes)
        unsigned = (
            f"{endpoint} does not accept {self.key.called} for queries, so it was asked without a signature; what it "
            "shows is not verified"
        )
        return (*self.notes, unsigned)

    async def _ask_otherwise(self, endpoint: Endpoint, message: Message, first: UnverifiedReply) -> Reply:
        """Try the secret's other reading if the server did not accept the first, and keep it if it is right.

        Then try the key's predecessor, in the same way. If the server does not know the key at all, send a query
        without a signature.
        """
        from dns_update.client.reply_errors import distrust_of  # only when something is wrong

        if first.cause == errors.causes.ECHOED_SIGNATURE:
            from dns_update.client.gss_replies import echoed  # with Kerberos only

            refusal = echoed(first, message)
            if refusal is not None:
                return refusal
        # PowerDNS does not send BADSIG: it answers an update with a bare REFUSED, a query with a bare NOTAUTH.
        is_bare = not first.tsig_error and first.rcode in (Rcode.REFUSED, Rcode.NOTAUTH)
        may_be_secret = first.tsig_error == Rcode.BADSIG or is_bare
        other = self.key.other_reading if self.key is not None else None
        if other is not None and may_be_secret:
            second = await Ask(endpoint, message, other)
            if isinstance(second, Reply):
                self.key = other
                self.notes.append(
                    errors.Hint(
                        "the secret of key {of_key} was read as raw text, not as Base64; {key-encoding:text} says so "
                        "from the start",
                        of_key=other.name,
                    )
                )
                return second
        if may_be_secret or first.tsig_error == Rcode.BADKEY:
            third = await self._ask_with_other_key(endpoint, message)
            if third is not None:
                return third
        # What others than BIND do with queries that are signed by GSS-TSIG is written nowhere.
        is_negotiated = self.key is not None and self.key.is_negotiated
        if message.opcode == Opcode.QUERY and (first.tsig_error == Rcode.BADKEY or is_bare or is_negotiated):
            unsigned = await Ask(endpoint, message, None)
            if isinstance(unsigned, Reply) and unsigned.message.rcode in (Rcode.NOERROR, Rcode.NXDOMAIN):
                self._unsigned.add(endpoint)
                return unsigned
        raise distrust_of(first, Ask(endpoint, message, self.key))

    async def _ask_with_other_key(self, endpoint: Endpoint, message: Message) -> Reply | None:
        """Try the key's predecessor, and keep it if the server accepts it; None if it does not, or there is none.

        A server that refuses the update does not accept it. If an earlier server has made us keep the predecessor, try
        the newest key.
        """
        newest = self.newest_key
        predecessor = newest.predecessor if newest is not None else None
        if newest is None or predecessor is None:
            return None
        other = newest if self.key is predecessor else predecessor
        reply = await Ask(endpoint, message, other)
        if not isinstance(reply, Reply) or reply.message.rcode == Rcode.REFUSED:
            return None
        self.key = other
        note = (
            f"{endpoint} does not accept key {newest.name}, so the older key {predecessor.name} was used; it needs the "
            "newer one before the older one is removed"
        )
        if other is predecessor and note not in self.notes:
            self.notes.append(note)
        return reply

    async def at_first_server(
        self, act: Callable[[Endpoint], Steps[T]], servers: tuple[Server | Endpoint, ...] | None = None
    ) -> T:
        """Do `act` at each server in turn until one succeeds; raise the most useful of their errors.

        `servers` are those that get updates, if not given.
        After a refusal from one address of a host name, its other addresses are not tried: they are the same server. A
        server that was silent at an earlier step of this request is not asked again.
        """
        own: list[errors.DnsUpdateError] = []
        for server in self.servers if servers is None else servers:
            endpoints = (server,) if isinstance(server, Endpoint) else await self._endpoints(server, own)
            for endpoint in endpoints:
                if self._silent and endpoint in self._silent:
                    own.append(self._silent[endpoint])
                    continue
                if own:
                    self.log(f"{own[-1]}; trying {endpoint}")
                try:
                    return await act(endpoint)
                except errors.NoResponse as error:
                    self._silent[endpoint] = error
                    self._fail(error, own)
                except (errors.CommunicationError, errors.Refusal, errors.MalformedMessage) as error:
                    self._fail(self._failure_at(endpoint, error, own), own)
                    break
        chosen = _most_telling(own)
        chosen.notes = tuple(self.notes)
        if chosen is not own[-1]:
            self.log(str(own[-1]))
        raise chosen

    def _failure_at(
        self, endpoint: Endpoint, error: errors.DnsUpdateError, own: list[errors.DnsUpdateError]
    ) -> errors.DnsUpdateError:
        """Return the error of a server that answered, to try the next server; raise it if that would not help."""
        if isinstance(error, errors.MalformedMessage):
            return errors.MalformedMessage(f"{endpoint} sent a malformed record: {error.text}", endpoint=endpoint)
        if isinstance(error, errors.Refusal) and error.is_final:
            error.failures, error.notes = tuple(dict.fromkeys(own)), self.notes_at(endpoint)
            raise error
        return error

    def _fail(self, error: errors.DnsUpdateError, own: list[errors.DnsUpdateError]) -> None:
        own.append(error)
        self.failures.append(error)

    async def _endpoints(self, server: Server, own: list[errors.DnsUpdateError]) -> tuple[Endpoint, ...]:
        if server.is_address:
            return (Endpoint(server.host, server.port),)
        if server in self._silent:
            own.append(self._silent[server])
            return ()
        try:
            addresses = await Resolve(server.host)
        except errors.NoResponse as error:
            if self.primary_of is not None:
                from dns_update.client.primary_name import explain_unknown_primary  # only if it is needed

                explain_unknown_primary(error, server.host, self.primary_of)
            self._silent[server] = error
            self._fail(error, own)
            return ()
        self._addresses[server.host] = addresses
        endpoints = tuple([Endpoint(address, server.port) for address in addresses])
        return (endpoints if self.in_turn is None else self.in_turn(endpoints))[:MAX_ADDRESSES]


def _most_telling(failures: list[errors.DnsUpdateError]) -> errors.DnsUpdateError:
    """Return the failure to report: that of a server that answered, rather than that of a silent one."""
    answered = [failure for failure in failures if not isinstance(failure, errors.NoResponse)]
    chosen = (answered or failures)[-1]
    chosen.failures = tuple(failure for failure in dict.fromkeys(failures) if failure is not chosen)
    return chosen
