"""Finding the zone and its primary, by nsupdate's rules: by SOA queries, label by label, server by server."""

from __future__ import annotations

from dns_update.errors import NoResponse
from dns_update.exchange import Reply
from dns_update.message import Message
from dns_update.nsupdate import Fatal
from dns_update.nsupdate.network import format_endpoint, reason_of
from dns_update.rr.embedded_names import soa_mname
from dns_update.value import Value
from dns_update.wire.codes import Flag, Rcode, RRType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dns_update.auth import Key
    from dns_update.nsupdate.network import Network
    from dns_update.nsupdate.sender import Sender
    from dns_update.rr.record import Record
    from dns_update.transport import Endpoint
    from dns_update.wire.name import Name


class Servers(Value):
    """The servers to ask: those that the user named (`tcp` and `key` are for them), or the system's resolvers."""

    __slots__ = ("are_resolvers", "endpoints", "key", "tcp")
    endpoints: Sequence[Endpoint]
    are_resolvers: bool
    key: Key | None
    tcp: bool

    def __init__(self, endpoints: Sequence[Endpoint], key: Key | None, *, are_resolvers: bool, tcp: bool) -> None:
        self._fill(
            endpoints=endpoints,
            are_resolvers=are_resolvers,
            key=None if are_resolvers else key,
            tcp=tcp and not are_resolvers,
        )


class Found(Value):
    """A zone, and the host name of its primary (the SOA record's MNAME)."""

    __slots__ = ("primary", "zone")
    zone: Name
    primary: Name

    def __init__(self, zone: Name, primary: Name) -> None:
        self._fill(zone=zone, primary=primary)


class Discovery:
    """One search, which goes on to the next server when one does not answer or refuses to."""

    def __init__(self, network: Network, talk: Sender, servers: Servers) -> None:
        """Prepare to ask `servers`; `talk` takes what is to be said."""
        self._network = network
        self._talk = talk
        self._servers = servers
        self._rest = list(servers.endpoints)

    @property
    def rest(self) -> Sequence[Endpoint]:
        """The servers that have not failed yet: the one that was asked last, and those not asked."""
        return tuple(self._rest)

    def find(self, name: Name, rrclass: int, *, is_zone: bool) -> Found | None:
        """Return the zone that holds `name` and its primary.

        `is_zone` says that `name` is a zone's that the user gave; None if that zone does not exist. Raises Fatal when
        there is no server left to ask, or what they answer is of no use.
        """
        while True:
            message = self._ask(Message.query(name, RRType.SOA, rrclass, self._flags()))
            if message.rcode not in (Rcode.NOERROR, Rcode.NXDOMAIN):
                raise Fatal("response to SOA query was unsuccessful")
            if is_zone and message.rcode == Rcode.NXDOMAIN:
                self._talk.say(f"specified zone '{name}' does not exist (NXDOMAIN)")
                return None
            soa = _soa(message, name)
            if soa is not None:
                return Found(soa.name, soa_mname(soa.rdata))
            if not name.labels:
                raise Fatal("could not find enclosing zone")
            name = name.parent

    def _flags(self) -> int:
        return Flag.RD if self._servers.are_resolvers else 0

    def _ask(self, query: Message) -> Message:
        """Return the first server's answer that is none of refusal."""
        while True:
            if not self._rest:
                raise Fatal("could not reach any name server")
            endpoint = self._rest[0]
            try:
                message = self._ask_one(query, endpoint)
            except NoResponse as error:
                reason = reason_of(error)
            else:
                if message.rcode != Rcode.REFUSED:
                    self._talk.say_message("Reply from SOA query:", message)
                    return message
                reason = "REFUSED"
            self._talk.say(f"; Communication with {format_endpoint(endpoint)} failed: {reason}")
            del self._rest[0]

    def _ask_one(self, query: Message, endpoint: Endpoint) -> Message:
        """Ask one server, once more without a signature if it does not accept ours: the answer is public anyway."""
        servers = self._servers
        reply = self._network.ask(query, servers.key, endpoint, tcp=servers.tcp).reply
        if not isinstance(reply, Reply) or (reply.tsig is not None and reply.tsig.error):
            reply = self._network.ask(query, None, endpoint, tcp=servers.tcp).reply
        if not isinstance(reply, Reply):  # an unsigned question has no other answer
            raise TypeError("an unsigned exchange has an unverified reply")
        return reply.message


def _soa(message: Message, name: Name) -> Record | None:
    """Return the SOA record of the zone above `name`; None if an alias hides it, or none is told."""
    for record in message.answer:
        if record.rrtype in (RRType.CNAME, RRType.DNAME):
            return None
        if _is_soa_above(record, name):
            return record
    return next((record for record in message.authority if _is_soa_above(record, name)), None)


def _is_soa_above(record: Record, name: Name) -> bool:
    return record.rrtype == RRType.SOA and bool(record.rdata) and name.is_within(record.name)
