"""Where the aliases of a name lead, as authoritative servers have them: not a cache, which may be out of date."""

from __future__ import annotations

from collections.abc import Callable

from dns_update import errors
from dns_update.client.discovery import ask_up, find_zone, system_resolvers
from dns_update.client.locate import LocatedTarget
from dns_update.client.lookup import ZoneView
from dns_update.client.settings import ClientSettings
from dns_update.client.transaction import Transaction
from dns_update.client.wildcards import own
from dns_update.message import Message
from dns_update.transport import Endpoint, Server
from dns_update.wire.codes import Flag, Rcode, RRClass, RRType
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

MAX_ALIASES = 8  # followed one after the other; resolvers follow about as many


class Aliases:
    """The names from one to the end of its aliases, as far as they are known: `end`."""

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

    The servers at which the transaction reads are asked first; for a name that they do not hold, the name servers that
    the resolvers know, unless the name is in `zone`.
    """
    if not transaction.readers:
        return await _alias_in_public(transaction, name)
    own_servers = _beside(transaction, transaction.readers)
    own_servers.own_policy = transaction.own_policy
    own_servers.key, own_servers.newest_key = transaction.key, transaction.newest_key
    try:
        return await own_servers.at_first_server(lambda endpoint: _alias_at(own_servers, endpoint, name))
    except (errors.ZoneNotFound, errors.ReplyNotTrusted) as error:
        # Knot does not sign that it has no such zone.
        is_elsewhere = isinstance(error, errors.ZoneNotFound) or error.claimed_rcode == Rcode.REFUSED
        if not is_elsewhere or (zone is not None and name.is_within(zone)):
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
