"""ACME's dns-01 challenge (RFC 8555, section 8.4): a token in a TXT record, and when every name server shows it.

The name that a certificate authority looks up may be an alias: then the token goes to the zone that holds the alias's
target, for which a key of its own is enough. The functions are requests like those of `dns_update.client.requests`:

    outcome = client.run(lambda transaction: present_token(transaction, challenge_name("example.com"), token))
    client.run(lambda transaction: wait_for_tokens(transaction, outcome, token, seconds=120.0))
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from dns_update import errors
from dns_update.client.discovery import ask_up, find_zone, system_resolvers
from dns_update.client.locate import LocatedTarget
from dns_update.client.lookup import ZoneView
from dns_update.client.outcome import Outcome
from dns_update.client.requests import add_records, delete_records
from dns_update.client.settings import ClientSettings
from dns_update.client.steps import Ask, Pause, ReadClock, Resolve
from dns_update.client.transaction import Transaction
from dns_update.client.wildcards import own
from dns_update.exchange import Reply
from dns_update.message import Message
from dns_update.transport import Endpoint, Server
from dns_update.value import Value
from dns_update.wire.codes import Flag, Rcode, RRClass, RRType
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

CHALLENGE_LABEL = b"_acme-challenge"
CHALLENGE_TTL = 60  # seconds: a token is of use for minutes, and a resolver should forget it as soon
MAX_ALIASES = 8  # followed one after the other; resolvers follow about as many
_DIGEST_OCTETS = 32  # of SHA-256
_FIRST_PAUSE = 0.5  # seconds before the name servers are asked again; each further pause is longer by half
_LONGEST_PAUSE = 5.0  # seconds: the servers are not ours alone


class NameServer(Value):
    """A name server of a zone: the host name in its NS record, and the host's addresses."""

    host: Name
    addresses: tuple[str, ...]


def challenge_name(domain: Name | str) -> Name:
    """Return the name whose TXT records prove control of `domain`, or of its wildcard: both have the same.

    Raises InvalidText for a text that is not a name.
    """
    domain = Name.from_text(domain) if isinstance(domain, str) else domain
    labels = domain.labels[1:] if domain.labels[:1] == (b"*",) else domain.labels
    return Name(labels if labels[:1] == (CHALLENGE_LABEL,) else (CHALLENGE_LABEL, *labels))


def check_token(token: str) -> None:
    """Raise InvalidText for anything but 32 octets in base64url without padding (RFC 8555, section 8.4)."""
    try:
        octets = base64.b64decode(token + "=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        octets = b""
    if len(octets) != _DIGEST_OCTETS or base64.urlsafe_b64encode(octets).decode("ascii") != token + "=":
        raise errors.InvalidText(
            f"a text of {len(token)} characters is not a token of a dns-01 challenge",  # it may be the key's secret
            hint="a token has 43: a SHA-256 digest in base64url without padding, as the ACME client gives it",
        )


async def present_token(
    transaction: Transaction,
    name: Name,
    *tokens: str,
    zone: Name | None = None,
    ttl: int = CHALLENGE_TTL,
    dry_run: bool = False,
) -> Outcome:
    """Add tokens to the TXT records of a challenge's name, or of the name that it is an alias of.

    The tokens that are there already stay. `zone` is the zone that holds the records, if it should not be looked up.
    The outcome's `name` is the name that got the tokens.

    Raises UsageError for a token that is not one, NameNotFound for aliases that lead nowhere, and whatever `add` and
    the look-up of the zone raise.
    """
    for token in tokens:
        check_token(token)
    owner = await followed(transaction, name, zone)
    return await add_tokens(transaction, owner, *tokens, zone=zone, ttl=ttl, dry_run=dry_run)


async def remove_token(
    transaction: Transaction, name: Name, *tokens: str, zone: Name | None = None, dry_run: bool = False
) -> Outcome:
    """Remove these tokens, and no others, from where `present_token` has added them; the arguments are the same."""
    for token in tokens:
        check_token(token)
    owner = await followed(transaction, name, zone)
    return await delete_tokens(transaction, owner, *tokens, zone=zone, dry_run=dry_run)


async def add_tokens(
    transaction: Transaction,
    owner: Name,
    *tokens: str,
    zone: Name | None = None,
    ttl: int = CHALLENGE_TTL,
    dry_run: bool = False,
) -> Outcome:
    """Do as `present_token`, at a name that is known to be no alias."""
    values = [token_rdata(token) for token in tokens]
    return await add_records(
        transaction, owner, *values, rrtype=RRType.TXT, zone=zone, ttl=ttl, compare=True, dry_run=dry_run
    )


async def delete_tokens(
    transaction: Transaction, owner: Name, *tokens: str, zone: Name | None = None, dry_run: bool = False
) -> Outcome:
    """Do as `remove_token`, at a name that is known to be no alias."""
    values = [token_rdata(token) for token in tokens]
    return await delete_records(
        transaction, owner, *values, rrtype=RRType.TXT, zone=zone, compare=True, dry_run=dry_run
    )


def token_rdata(token: str) -> bytes:
    """Return the rdata of the TXT record of a token; raises InvalidText for a token that is not one."""
    check_token(token)
    return bytes([len(token)]) + token.encode("ascii")


# Aliases


class Aliases:
    """The names from a challenge's name to the end of its aliases, as far as they are known: `end`."""

    def __init__(self, name: Name) -> None:
        self._names = [name]

    @property
    def end(self) -> Name:
        """The last name."""
        return self._names[-1]

    def add(self, target: Name) -> None:
        """Add what the last name is an alias of; raises NameNotFound for aliases that lead nowhere."""
        self._names.append(target)
        is_circle = target in self._names[:-1]
        if is_circle or len(self._names) > MAX_ALIASES:
            chain = " -> ".join([str(each) for each in self._names])
            what = "goes in a circle" if is_circle else f"has more than {MAX_ALIASES - 1} steps"
            raise errors.NameNotFound(f"the chain of aliases {what}: {chain}", hint="correct the CNAME records")

    def tell(self, log: Callable[[str], None]) -> None:
        """Log what the first name is an alias of, if it is one."""
        if self._names[1:]:
            log(f"{self._names[0]} is an alias of {self.end}")


async def followed(transaction: Transaction, name: Name, zone: Name | None = None) -> Name:
    """Return the name at the end of the aliases that begin at `name`, as authoritative servers have them.

    An alias that only a wildcard gives is not followed: a record at the name itself takes its place.
    """
    aliases = Aliases(name)
    while (target := await alias_of(transaction, aliases.end, zone)) is not None:
        aliases.add(target)
    aliases.tell(transaction.log)
    return aliases.end


async def alias_of(transaction: Transaction, name: Name, zone: Name | None = None) -> Name | None:
    """Return what `name` is an alias of; None if it is not an alias.

    The transaction's servers are asked first; for a name that they do not hold, the name servers that the resolvers
    know, unless the name is in `zone`.
    """
    if not transaction.servers:
        return await _alias_in_public(transaction, name)
    own_servers = _beside(transaction, transaction.servers)
    own_servers.own_policy = transaction.own_policy
    own_servers.key, own_servers.newest_key = transaction.key, transaction.newest_key
    try:
        return await own_servers.at_first_server(lambda endpoint: _alias_at(own_servers, endpoint, name))
    except errors.ZoneNotFound as error:
        if zone is not None and name.is_within(zone):
            raise
        own_failure = error
    try:  # they may only have the zone that the aliases lead to
        return await _alias_in_public(transaction, name)
    except errors.DnsUpdateError as error:
        error.hint = errors.Hint(
            "{dns-server} does not have {owner} either; if that is an alias, give its target by {name}", owner=name
        )
        error.failures = (*error.failures, own_failure)
        raise


async def _alias_in_public(transaction: Transaction, name: Name) -> Name | None:
    """Do as `alias_of`, at the name servers that the resolvers know."""
    resolvers = _beside(transaction, system_resolvers() if transaction.resolvers is None else transaction.resolvers)
    found = await find_zone(_beside(transaction, ()), name)
    query = Message.query(found.zone, RRType.NS, RRClass.IN, Flag.RD)
    reply = await resolvers.at_first_server(lambda endpoint: resolvers.ask_for(endpoint, query))
    hosts = [Cursor(record.rdata).name() for record in reply.message.answer if record.rrtype == RRType.NS]
    public = _beside(
        transaction, tuple([Server(str(host), transaction.public_port) for host in hosts or (found.primary,)])
    )
    return await public.at_first_server(lambda endpoint: _alias_at(public, endpoint, name))


async def _alias_at(transaction: Transaction, endpoint: Endpoint, name: Name) -> Name | None:
    """Do as `alias_of`, at one server; raises ZoneNotFound if it does not hold the name.

    The zone is looked up above the alias, because a server may answer SERVFAIL for an alias that leads back to itself.
    """
    query = Message.query(name, RRType.CNAME)
    message = (await transaction.ask_for(endpoint, query, Rcode.NXDOMAIN, Rcode.REFUSED)).message
    if not message.is_authoritative or message.rcode == Rcode.REFUSED:
        raise errors.ZoneNotFound(f"{endpoint} does not hold {name}", endpoint=endpoint)
    records = tuple([each for each in message.answer if each.rrtype == RRType.CNAME and each.name == name])
    if not records:
        return None
    found = await ask_up(transaction, endpoint, name.parent, RRClass.IN, 0)
    view = ZoneView(transaction, endpoint, LocatedTarget(found.zone, name, RRClass.IN))
    return next((Cursor(record.rdata).name() for record in await own(view, RRType.CNAME, records)), None)


def _beside(transaction: Transaction, servers: tuple[Server | Endpoint, ...]) -> Transaction:
    """Return a transaction for questions to other servers, whose failures are not those of the request."""
    other = Transaction(ClientSettings(port=transaction.public_port, resolvers=transaction.resolvers))
    other.servers = servers
    other.own_policy = transaction.policy.in_clear
    other.patience = transaction.patience
    return other


# Name servers


async def wait_for_tokens(
    transaction: Transaction,
    presented: Outcome,
    *tokens: str,
    seconds: float,
    progress: Callable[[tuple[NameServer, ...], float], None] | None = None,
) -> tuple[NameServer, ...]:
    """Return the zone's name servers once each of them shows the tokens with authority.

    `presented` is the outcome of `present_token`: its server is asked for the name servers, and need not be one of
    them. They are asked at the client's port, without a key. A name server counts as soon as all its addresses that
    answer show the tokens. `progress` is called after each round that is not the last, with the name servers that do
    not show them yet, and the seconds that are left.

    Raises UsageError for another outcome, NotEverywhere if not all show them after `seconds`.
    """
    if presented.name is None:
        raise errors.UsageError("this is not an outcome of present_token")
    query = Message.query(presented.name, RRType.TXT)
    wanted = {token_rdata(token) for token in tokens}
    deadline = await ReadClock() + seconds
    servers = lacking = await name_servers(transaction, presented.zone, presented.server)
    pause = _FIRST_PAUSE
    while True:
        lacking = tuple([server for server in lacking if not await _shows(transaction, server, query, wanted)])
        if not lacking:
            return servers
        left = deadline - await ReadClock()
        if left <= 0:
            raise _not_everywhere(presented, servers, lacking, seconds)
        if progress is not None:
            progress(lacking, left)
        await Pause(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)


async def name_servers(transaction: Transaction, zone: Name, endpoint: Endpoint) -> tuple[NameServer, ...]:
    """Return the name servers of a zone as one of its servers has them; raises ZoneNotFound if it has none."""
    view = ZoneView(transaction, endpoint, LocatedTarget(zone, zone, RRClass.IN))
    hosts = [Cursor(record.rdata).name() for record in await view.read(RRType.NS) if record.rrtype == RRType.NS]
    if not hosts:
        raise view.no_zone()
    return tuple([NameServer(host, await _addresses_of(view, host)) for host in hosts])


async def _addresses_of(view: ZoneView, host: Name) -> tuple[str, ...]:
    """Return the addresses of a name server, from its own zone if that is at hand; none if they are not found."""
    found: list[str] = []
    if host.is_within(view.target.zone):
        for rrtype in (RRType.A, RRType.AAAA):
            try:
                records = await view.read(rrtype, host)
            except errors.ZoneNotFound:  # it is below a delegation
                continue
            found += [record.data_text() for record in records if record.rrtype == rrtype]
    if found:
        return tuple(found)
    try:
        return await Resolve(str(host))
    except errors.NoResponse:
        return ()


async def _shows(transaction: Transaction, server: NameServer, query: Message, wanted: set[bytes]) -> bool:
    """Return whether all addresses of a name server that answer show what is wanted, and at least one answers."""
    answers = 0
    for address in server.addresses:
        try:
            reply = await Ask(
                Endpoint(address, transaction.public_port), query, None, policy=transaction.policy.in_clear
            )
        except (errors.CommunicationError, errors.MalformedMessage):
            continue
        message = reply.message if isinstance(reply, Reply) else None
        if message is None or message.rcode != Rcode.NOERROR or not message.is_authoritative:
            return False
        if not wanted <= {record.rdata for record in message.answer if record.rrtype == RRType.TXT}:
            return False
        answers += 1
    return answers > 0


def _not_everywhere(
    presented: Outcome, servers: tuple[NameServer, ...], lacking: tuple[NameServer, ...], seconds: float
) -> errors.NotEverywhere:
    names = ", ".join([_described(server) for server in lacking])
    return errors.NotEverywhere(
        f"after {round(seconds, 1):g} s, {len(lacking)} of {len(servers)} name servers of {presented.zone} "
        f"{'does' if len(lacking) == 1 else 'do'} not show the token at {presented.name}: {names}",
        hint=errors.Hint(
            "the token was added at {of_server}; see whether it notifies the others and lets them transfer the zone, "
            "or wait longer",
            of_server=presented.server,
        ),
        endpoint=lacking[0].host,
        lacking=tuple([str(server.host) for server in lacking]),
    )


def _described(server: NameServer) -> str:
    return f"{server.host} ({', '.join(server.addresses) or 'its address is not found'})"
