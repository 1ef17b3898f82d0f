"""Finding the zone that holds a name, and the zone's primary server, by its SOA record.

The zone's own server is asked if the user named one, and the system's resolvers otherwise. A negative answer has the
zone's SOA record in its authority section (RFC 2308, section 3), so mostly one query is enough. An alias hides the SOA
record, and some forwarders leave it out: then the names above are asked for, label by label.

The zone found is only a guess at what the user means. The root zone and the top-level zones are never guessed: a name
like nas.lan is in no zone of the public tree, and an update for it must not go to the root's primary.
"""

from __future__ import annotations

from dns_update.client.settings import ClientSettings
from dns_update.client.steps import ReadClock
from dns_update.client.transaction import Transaction
from dns_update.errors import DnsUpdateError, Hint, InvalidText, NoResponse, UsageError, ZoneNotFound
from dns_update.message import Message
from dns_update.rr.embedded_names import soa_mname
from dns_update.rr.record import Record
from dns_update.transport import Endpoint, Server
from dns_update.value import Value
from dns_update.wire.codes import Flag, Rcode, RRClass, RRType, rcode_to_text
from dns_update.wire.name import Name

RESOLV_CONF = "/etc/resolv.conf"
LEAST_SECONDS = 10.0  # for all queries to one server, if its patience is shorter: many names may have to be asked for
_GIVE_ZONE = Hint(
    "check the spelling of {name}, or give the zone by {zone} and its primary by {dns-server}",
    toml="check the spelling of {name}, or give the zone, and servers that have it",
)
_REVERSE_TREES = (Name.from_text("in-addr.arpa"), Name.from_text("ip6.arpa"))  # as public as a top-level zone
_BLACK_HOLES = (Name.from_text("prisoner.iana.org"), Name.from_text("blackhole.as112.arpa"))  # RFC 7534, RFC 7535


class ZoneFound(Value):
    """A zone, and the host name of its primary (the SOA record's MNAME)."""

    zone: Name
    primary: Name

    @property
    def is_primary_usable(self) -> bool:
        """Whether `primary` is a host that may take updates.

        It is not if the C library would read it as an address, e.g. 0x7f000042 or 127.1 (RFC 1123, section 2.1), nor
        if it only absorbs leaked queries for private addresses.
        """
        labels = self.primary.labels
        is_host = bool(labels) and all(label.translate(None, b"-_").isalnum() for label in labels)
        return is_host and not _is_number(labels[-1]) and self.primary not in _BLACK_HOLES


async def find_zone(transaction: Transaction, name: Name, rrclass: int = RRClass.IN) -> ZoneFound:
    """Return the zone that holds `name`, as the transaction's servers say, or the resolvers if it has none.

    Raises ZoneNotFound, or the error of the servers if none answers. Each server has as much time as `ask_up` gives it.
    """
    servers = transaction.readers
    if servers:
        return await transaction.at_first_server(
            lambda endpoint: ask_up(transaction, endpoint, name, rrclass, 0), servers
        )
    resolvers = transaction.resolvers if transaction.resolvers is not None else system_resolvers()
    unsigned = Transaction(ClientSettings(resolvers, log=transaction.log))
    unsigned.own_policy = transaction.policy.in_clear
    unsigned.patience = transaction.patience
    try:
        return await unsigned.at_first_server(lambda endpoint: ask_up(unsigned, endpoint, name, rrclass, Flag.RD))
    except DnsUpdateError as error:
        error.at_resolver = True
        if isinstance(error, NoResponse):
            whose = f"of {RESOLV_CONF}" if transaction.resolvers is None else "that was named"
            error.hint = Hint(
                "it is the resolver {whose}, asked which zone holds {owner}; {give_zone}",
                whose=whose,
                owner=name,
                give_zone=_GIVE_ZONE,
            )
        raise


def system_resolvers(path: str = RESOLV_CONF, otherwise: tuple[str, ...] = ("127.0.0.1",)) -> tuple[Server, ...]:
    """Return the name servers of resolv.conf(5), or `otherwise` if it names none; raises UsageError.

    Lines without the address of a name server are ignored, as in the C library.
    """
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = [line.split() for line in file]
    except FileNotFoundError:
        lines = []
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    found = [_resolver(words[1]) for words in lines if words[:1] == ["nameserver"] and len(words) > 1]
    return tuple(server for server in found if server is not None) or tuple(map(Server, otherwise))


def _resolver(text: str) -> Server | None:
    try:
        server = Server.from_text(text if ":" not in text else f"[{text}]")
    except InvalidText:
        return None
    return server if server.is_address else None


async def ask_up(transaction: Transaction, endpoint: Endpoint, name: Name, rrclass: int, flags: int) -> ZoneFound:
    """Ask one server for the SOA record of `name`, and of the names above if an answer does not have it.

    Raises ZoneNotFound if it does not say, or not in time, or only names a zone that the user cannot have meant.
    """
    limit = max(transaction.patience, LEAST_SECONDS)
    started = await ReadClock()
    candidate = name
    while True:
        reply = await transaction.ask(endpoint, Message.query(candidate, RRType.SOA, rrclass, flags))
        message = reply.message
        if message.rcode not in (Rcode.NOERROR, Rcode.NXDOMAIN):
            raise _unknown(endpoint, name, f"answered {rcode_to_text(message.rcode)}")
        soa = _soa_in(message, candidate)
        if soa is not None:
            if soa.name != name and is_top(soa.name) and not _is_held(soa.name, message, flags):
                raise _unknown(endpoint, name, f"knows only {_top(soa.name)}; no update is sent there on a guess")
            return ZoneFound(soa.name, soa_mname(soa.rdata))
        if _is_referral(message, flags):
            raise _unknown(endpoint, name, "refers to other servers")
        candidate = candidate.parent if candidate.labels else candidate
        if not candidate.labels:
            raise _unknown(endpoint, name, "knows no SOA record above it")
        now = await ReadClock()
        if now - started >= limit:
            raise _unknown(endpoint, name, f"did not say within {limit:g} s")


def _soa_in(message: Message, name: Name) -> Record | None:
    """Return the SOA record of the zone above `name`; None if an alias hides it, or there is none."""
    if any(record.rrtype in (RRType.CNAME, RRType.DNAME) for record in message.answer):
        return None
    records = message.answer + message.authority
    return next((record for record in records if record.rrtype == RRType.SOA and name.is_within(record.name)), None)


def _is_referral(message: Message, flags: int) -> bool:
    """Return whether a server that does not recurse names other servers (RFC 1034, section 4.3.2, step 3b)."""
    is_recursive = bool(flags & Flag.RD and message.flags & Flag.RA)
    names_servers = not message.answer and any(record.rrtype == RRType.NS for record in message.authority)
    return names_servers and message.rcode == Rcode.NOERROR and not message.is_authoritative and not is_recursive


def is_top(zone: Name) -> bool:
    """Return whether a zone is the root, or one below it, which nobody means who does not say so."""
    return len(zone.labels) < 2 or zone in _REVERSE_TREES  # noqa: PLR2004 - a zone of one label is top-level


def _is_held(zone: Name, message: Message, flags: int) -> bool:
    """Return whether a server that the user named has this zone itself, e.g. lan at home; not the root."""
    return bool(zone.labels) and message.is_authoritative and not flags & Flag.RD


def _top(zone: Name) -> str:
    return f"the top-level zone {zone}" if zone.labels else "the root zone"


def _is_number(label: bytes) -> bool:
    """Return whether inet_aton(3) reads this as a number: a name that ends in one is an address to it, or invalid."""
    try:
        int(label, 16 if label[:2].lower() == b"0x" else 10)
    except ValueError:
        return label.lower() == b"0x"
    return True


def _unknown(endpoint: Endpoint, name: Name, reason: str) -> ZoneNotFound:
    return ZoneNotFound(
        f"{endpoint} was asked which zone holds {name}, and {reason}", hint=_GIVE_ZONE, endpoint=endpoint
    )
