"""A request in progress: it asks servers, tries a secret's other reading, and goes on to the next server.

Requests are made of the steps of `steps`, so that each rule is written once, for blocking and for asyncio callers.
"""

from __future__ import annotations

from dns_update import errors
from dns_update.auth import Key
from dns_update.client.steps import Ask, Resolve
from dns_update.exchange import Exchange, Policy, Reply, UnverifiedReply
from dns_update.message import Message
from dns_update.transport import DNS_PORT, Endpoint, Server, check_port
from dns_update.value import Value, setters
from dns_update.wire.codes import Opcode, Rcode, RRType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias, TypeVar

    from dns_update.client.steps import Steps
    from dns_update.message import Question
    from dns_update.rr.record import Record
    from dns_update.wire.name import Name

    Records: TypeAlias = tuple[Record, ...]
    T = TypeVar("T")
    Request: TypeAlias = Callable[["Transaction"], Steps[T]]

MAX_ADDRESSES = 4  # of one host name that are tried, as nsupdate does


def _say_nothing(_line: str) -> None:
    """Drop a log line: the default of callers who want none."""


class Settings(Value):
    """What all requests of a client have in common; the shells say what each part is.

    A server whose address is given is an Endpoint: it is checked once for all requests.
    """

    __slots__ = ("key", "log", "policy", "port", "resolvers", "servers")
    servers: tuple[Server | Endpoint, ...]
    key: Key | None
    port: int
    policy: Policy
    resolvers: tuple[Server, ...] | None
    log: Callable[[str], None]

    def __init__(  # noqa: PLR0913 - every one of them can be left out
        self,
        servers: Iterable[Server | str] = (),
        *,
        key: Key | None = None,
        port: int = DNS_PORT,
        policy: Policy | None = None,
        resolvers: tuple[Server, ...] | None = None,
        log: Callable[[str], None] | None = None,
    ) -> None:
        """Take them; raises InvalidText for a server or port that is none, UsageError for what is of a wrong type."""
        check_port(port)
        if key is not None and not isinstance(key, Key):
            raise errors.UsageError(
                f"key is a Key, not {type(key).__name__}", hint="Key.from_file and Key.from_secret make one"
            )
        if policy is not None and not isinstance(policy, Policy):
            raise errors.UsageError(f"policy is a Policy, not {type(policy).__name__}", hint="as Policy(timeout=2.0)")
        if resolvers is not None:
            _check_resolvers(resolvers)
        if log is not None and not callable(log):
            raise errors.UsageError(f"log is called with lines, and {type(log).__name__} cannot be called")
        self._fill(
            servers=tuple([_checked_server(server, port) for server in servers]),
            key=key,
            port=port,
            policy=policy if policy is not None else Policy(),
            resolvers=resolvers,
            log=log if log is not None else _say_nothing,
        )

    def exchange(self, ask: Ask) -> Exchange:
        """Return the exchange that an `Ask` is about."""
        return Exchange(ask.message, ask.key, self.policy, ask.endpoint)


def _checked_server(server: object, port: int) -> Server | Endpoint:
    if isinstance(server, str):
        server = Server.from_text(server, port)
    if not isinstance(server, Server):
        raise errors.UsageError(f"a server is a Server or a text, not {type(server).__name__}")
    return Endpoint(server.host, server.port) if server.is_address else server


def _check_resolvers(resolvers: object) -> None:
    if not isinstance(resolvers, tuple) or not all(isinstance(resolver, Server) for resolver in resolvers):
        raise errors.UsageError("resolvers is a tuple of Servers", hint='as (Server("192.0.2.53"),)')
    if not resolvers:
        raise errors.UsageError("resolvers is empty", hint="None stands for those of the system")


def check_way(local_address: str | None, transport: object) -> None:
    """Raise UsageError for an address to send from beside a transport, and for a transport that is a mere name."""
    if transport is None:
        return
    if isinstance(transport, str):
        raise errors.UsageError(
            "transport is what carries messages, not str",
            hint=f"policy=Policy(transport={transport!r}) chooses UDP or TCP",
        )
    if local_address is not None:
        raise errors.UsageError(
            "local_address and transport are both given", hint="a transport has an address of its own"
        )


def with_time(result: T, seconds: float) -> T:
    """Return the result of a request; an Outcome with the time that the request took."""
    taking: Callable[[float], T] | None = getattr(result, "taking", None)
    return result if taking is None else taking(seconds)


class Transaction:
    """What one request knows while it is under way: the servers to try, the key in use, what to tell the user."""

    def __init__(self, settings: Settings) -> None:
        """Start with nothing asked yet.

        Where the settings name no servers, the zone's primary is found through their `resolvers` (None: the
        system's) and used at their `port`.
        """
        self.servers: tuple[Server | Endpoint, ...] = settings.servers
        self.primary_of: Name | None = None  # the zone whose SOA record named the server; None: the user did
        self.patience = settings.policy.patience
        self.resolvers = settings.resolvers
        self.port = settings.port
        self.key = settings.key
        self.log = settings.log
        self.in_turn: Callable[[tuple[Endpoint, ...]], tuple[Endpoint, ...]] | None = None  # sorts a host's addresses
        self.has_sent_update = False
        self.notes: list[str] = []
        self.failures: list[errors.DnsUpdateError] = []
        self._silent: dict[Endpoint | Server, errors.NoResponse] = {}
        self._unsigned: set[Endpoint] = set()  # who does not accept the key, and is sent queries without a signature
        self._zones: dict[tuple[Endpoint, Name], Name] = {}  # that hold names, as far as they were looked for

    async def ask(self, endpoint: Endpoint, message: Message) -> Reply:
        """Send a message and return its answer, whatever the rcode; raise a TSIG error or an unbelievable answer.

        A query is repeated without a signature at a server that does not accept the key: it may be a secondary that
        answers everybody, and forwards updates to the primary, which has the key. `is_unsigned` tells that.
        """
        is_query = message.opcode == Opcode.QUERY
        key = None if is_query and endpoint in self._unsigned else self.key
        reply = await Ask(endpoint, message, key)
        if isinstance(reply, UnverifiedReply):
            reply = await self._ask_otherwise(endpoint, message, reply)
        if reply.tsig is not None and reply.tsig.error:
            raise self.refusal(reply, endpoint, message)
        return reply

    async def ask_for(self, endpoint: Endpoint, message: Message, *accepted: int) -> Reply:
        """Do as `ask`, and raise a Refusal for an rcode that is neither NOERROR nor among `accepted`."""
        reply = await self.ask(endpoint, message)
        rcode = reply.message.rcode
        if rcode != Rcode.NOERROR and rcode not in accepted:
            raise self.refusal(reply, endpoint, message)
        return reply

    def refusal(self, reply: Reply, endpoint: Endpoint, message: Message) -> errors.Refusal:
        """Return the error that an answer means."""
        from dns_update.client.reply_errors import Asked, refusal_of  # noqa: PLC0415 - only when something is wrong

        return refusal_of(reply, Asked(message, endpoint, self.key))

    def is_unsigned(self, endpoint: Endpoint) -> bool:
        """Return whether queries to this server are not signed although there is a key: it does not accept the key."""
        return endpoint in self._unsigned

    def notes_at(self, endpoint: Endpoint) -> tuple[str, ...]:
        """Return what the user should read of what came of the request at this server."""
        if self.key is None or not self.is_unsigned(endpoint):
            return tuple(self.notes)
        unsigned = (
            f"{endpoint} does not accept key {self.key.name} for queries, so it was asked without a signature; what it "
            "shows is not verified"
        )
        return (*self.notes, unsigned)

    async def zone_at(self, endpoint: Endpoint, name: Name, place: Place) -> Name:
        """Return the zone of a server that holds `name`, by its SOA record; the place's own if the server does not say.

        It is asked for once.
        """
        from dns_update.client.discovery import ask_up  # noqa: PLC0415 - where no answer tells by itself

        if (endpoint, name) not in self._zones:
            try:
                zone = (await ask_up(self, endpoint, name, place.rrclass, 0)).zone
            except (errors.ZoneNotFound, errors.NoResponse):
                zone = place.zone
            self._zones[endpoint, name] = zone
        return self._zones[endpoint, name]

    async def _ask_otherwise(self, endpoint: Endpoint, message: Message, first: UnverifiedReply) -> Reply:
        """Try the secret's other reading, if the server did not accept the first, and keep it if that one is right.

        If the server does not know the key at all, send a query without a signature.
        """
        from dns_update.client.reply_errors import Asked, distrust_of  # noqa: PLC0415 - only when something is wrong

        other = self.key.other_reading if self.key is not None else None
        # PowerDNS does not say BADSIG: it answers an update with a bare REFUSED, a query with a bare NOTAUTH.
        is_bare = not first.tsig_error and first.rcode in (Rcode.REFUSED, Rcode.NOTAUTH)
        may_be_secret = first.tsig_error == Rcode.BADSIG or is_bare
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
        if message.opcode == Opcode.QUERY and (first.tsig_error == Rcode.BADKEY or is_bare):
            unsigned = await Ask(endpoint, message, None)
            if isinstance(unsigned, Reply) and unsigned.message.rcode in (Rcode.NOERROR, Rcode.NXDOMAIN):
                self._unsigned.add(endpoint)
                return unsigned
        raise distrust_of(first, Asked(message, endpoint, self.key))

    async def at_first_server(self, act: Callable[[Endpoint], Steps[T]]) -> T:
        """Do `act` at each server in turn until one succeeds; raise the most telling of their failures.

        A refusal by one address of a host name ends the attempts at its others: they are the same server. Who was
        silent to an earlier step of this request is not waited for once more.
        """
        own: list[errors.DnsUpdateError] = []
        for server in self.servers:
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
                except (errors.CommunicationError, errors.Refusal) as error:
                    if isinstance(error, errors.Refusal) and error.is_final:
                        error.failures, error.notes = tuple(dict.fromkeys(own)), self.notes_at(endpoint)
                        raise
                    self._fail(error, own)
                    break
                except errors.MalformedMessage as error:
                    text = f"{endpoint} sent a record that is none: {error.text}"
                    self._fail(errors.MalformedMessage(text, endpoint=endpoint), own)
                    break
        chosen = _most_telling(own)
        chosen.notes = tuple(self.notes)
        if chosen is not own[-1]:
            self.log(str(own[-1]))
        raise chosen

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
                error.hint = errors.Hint(
                    "the SOA record of {of_zone} names it as the primary; {dns-server} names another",
                    of_zone=self.primary_of,
                )
            self._silent[server] = error
            self._fail(error, own)
            return ()
        endpoints = tuple([Endpoint(address, server.port) for address in addresses])
        return (endpoints if self.in_turn is None else self.in_turn(endpoints))[:MAX_ADDRESSES]


class Place(Value):
    """Where a request takes place: the zone, the owner name, the class."""

    __slots__ = ("owner", "rrclass", "zone")
    zone: Name
    owner: Name
    rrclass: int

    def __init__(self, zone: Name, owner: Name, rrclass: int) -> None:
        _place_zone(self, zone)
        _place_owner(self, owner)
        _place_rrclass(self, rrclass)


_place_owner, _place_rrclass, _place_zone = setters(Place)


class Site(Value):
    """A place, and the server at which it is looked at."""

    __slots__ = ("endpoint", "place", "transaction")
    transaction: Transaction
    endpoint: Endpoint
    place: Place

    def __init__(self, transaction: Transaction, endpoint: Endpoint, place: Place) -> None:
        _site_transaction(self, transaction)
        _site_endpoint(self, endpoint)
        _site_place(self, place)

    async def look(self, rrtype: int, owner: Name | None = None) -> tuple[Records, Reply]:
        """Return the records at the owner name that a query for `rrtype` brings, a CNAME among them, and the answer.

        `owner` is another name than the place's, if given. Raises ZoneNotFound for what lies below a delegation or in a
        zone below and cannot be read, for a zone that the server does not have, and for an answer without authority
        (RFC 1035, section 4.1.1): a cache's may be out of date.
        """
        query = Message.query(self.place.owner if owner is None else owner, rrtype, self.place.rrclass)
        reply = await self.transaction.ask_for(self.endpoint, query, Rcode.NXDOMAIN)
        return await self._seen(reply, query.question[0]), reply

    async def read(self, rrtype: int, owner: Name | None = None) -> Records:
        """Do as `look`, and return the records only."""
        query = Message.query(self.place.owner if owner is None else owner, rrtype, self.place.rrclass)
        reply = await self.transaction.ask_for(self.endpoint, query, Rcode.NXDOMAIN)
        return await self._seen(reply, query.question[0])

    def no_zone(self) -> errors.ZoneNotFound:
        """Return the error that the server has no such zone."""
        return errors.ZoneNotFound(
            f"{self.endpoint} has no SOA record for {self.place.zone}: that is no zone of its own there",
            hint=errors.Hint("{zone} must be a zone that this server holds, not a name inside one"),
            endpoint=self.endpoint,
        )

    async def _seen(self, reply: Reply, asked: Question) -> Records:
        """Return the records that an answer shows of what was asked for."""
        owner, message = asked.name, reply.message
        records = tuple([record for record in message.answer if record.name == owner])
        cut = None if records else self._zone_cut(owner, message)
        if cut is not None:
            return self._behind_cut(cut, owner, asked.rrtype, message)
        if not message.is_authoritative:
            raise errors.ZoneNotFound(
                f"{self.endpoint} tells about {owner} without authority: it is a cache, or does not hold "
                f"{self.place.zone}",
                hint=errors.Hint("{dns-server} must be a server of the zone itself"),
                endpoint=self.endpoint,
            )
        zone = self._zone_told(asked, message)
        if zone is None:
            zone = await self.transaction.zone_at(self.endpoint, _in_zone(asked), self.place)
        if zone != self.place.zone:
            raise self._answered_from(zone, owner)
        return records

    def _zone_told(self, asked: Question, message: Message) -> Name | None:
        """Return the zone that an authoritative answer is from, None if it does not tell.

        A server that has the zone below, too, answers from that one. A negative answer has the zone's SOA record (RFC
        2308, section 3), and BIND puts the NS records beside others. Behind an alias they may be those of its target.
        """
        if asked.name == self.place.zone:
            return asked.name
        if asked.rrtype != RRType.CNAME and any(r.rrtype in (RRType.CNAME, RRType.DNAME) for r in message.answer):
            return None
        for record in message.authority:
            if record.rrtype in (RRType.SOA, RRType.NS) and asked.name.is_within(record.name):
                return record.name
        return None

    def _answered_from(self, zone: Name, owner: Name) -> errors.ZoneNotFound:
        """Return the error that an answer is from another zone than the one that was meant."""
        if not zone.is_within(self.place.zone):
            return self.no_zone()
        error = errors.ZoneNotFound(
            f"{owner} lies in {zone}, a zone of its own on {self.endpoint}, which answers from there",
            hint=errors.Hint(
                "give {zone:{below}}; what {above} has there is not shown", below=zone, above=self.place.zone
            ),
            endpoint=self.endpoint,
            is_delegated=True,
        )
        error.zone_below = str(zone)
        return error

    def _zone_cut(self, owner: Name, message: Message) -> Name | None:
        """Return the delegation at or above `owner` to which a referral points (RFC 1034, section 4.3.2, step 3b)."""
        for record in message.authority:
            below_apex = record.name != self.place.zone and record.name.is_within(self.place.zone)
            if record.rrtype == RRType.NS and below_apex and owner.is_within(record.name):
                return record.name
        return None

    def _behind_cut(self, cut: Name, owner: Name, rrtype: int, message: Message) -> Records:
        """Return what a referral shows of the data asked for: the delegation's own NS records, and glue."""
        shown = message.additional if rrtype in (RRType.A, RRType.AAAA) else message.authority
        records = tuple(record for record in shown if record.name == owner and rrtype in (record.rrtype, RRType.ANY))
        if not records and (owner != cut or rrtype not in (RRType.NS, RRType.ANY)):
            raise errors.ZoneNotFound(
                f"{owner} lies in {cut}, which {self.endpoint} delegates and does not show",
                hint="records there are the business of that zone's own servers",
                endpoint=self.endpoint,
                is_delegated=True,
            )
        return records


_site_endpoint, _site_place, _site_transaction = setters(Site)


def _in_zone(asked: Question) -> Name:
    """Return a name in the zone that has what was asked for: a DS record is in the zone above (RFC 4034, section 5)."""
    return asked.name.parent if asked.rrtype == RRType.DS else asked.name


def _most_telling(failures: list[errors.DnsUpdateError]) -> errors.DnsUpdateError:
    """Choose the failure to report: one by a server that answered, rather than that another did not."""
    answered = [failure for failure in failures if not isinstance(failure, errors.NoResponse)]
    chosen = (answered or failures)[-1]
    chosen.failures = tuple(failure for failure in dict.fromkeys(failures) if failure is not chosen)
    return chosen
