"""Finds the zone and its primary by nsupdate's rules: with SOA queries, label by label, server by server."""

from __future__ import annotations

from dns_update.auth import Key
from dns_update.errors import InvalidText, NoResponse, UsageError
from dns_update.exchange import Reply
from dns_update.message import Message
from dns_update.nsupdate import Fatal
from dns_update.nsupdate.bind_words import endpoint_text, failure_text
from dns_update.nsupdate.footprint import footprint_of_search
from dns_update.nsupdate.options import LOCAL_HOST, NsupdateOptions
from dns_update.rr.embedded_names import soa_mname
from dns_update.rr.record import Record
from dns_update.transport import Endpoint
from dns_update.value import Value
from dns_update.wire.codes import Flag, Rcode, RRType
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dns_update.nsupdate.network import Network
    from dns_update.nsupdate.sender import ScriptSender
    from dns_update.nsupdate.talk import Talk


class ZoneServers(Value):
    """A zone, and the servers to which its updates go."""

    zone: Name
    servers: Sequence[Endpoint]


class SoaSearch(Value):
    """Finds zones and their servers for a session; it writes its talk after the outcomes of earlier sends."""

    options: NsupdateOptions
    network: Network
    sender: ScriptSender
    talk: Talk

    def find(
        self, name: Name, rrclass: int, servers: Sequence[Endpoint] | None, key: Key | None, *, is_zone: bool
    ) -> ZoneServers | None:
        """Return the zone that holds `name`, and the servers to send to.

        These are the ones of `servers` that have not failed; if `servers` is None, the addresses of the zone's primary.
        `is_zone` says that the user gave `name` as a zone. If the zone or its primary cannot be found, the update has
        failed, and None is returned. Raises Fatal if no server can be asked, or none gives a useful answer.
        """
        self.sender.settle_before(footprint_of_search(name))
        if servers is not None:
            search = _Search(self.network, self.sender, servers, key, tcp=self.options.tcp)
            soa = search.run(name, rrclass, 0, is_zone=is_zone)
        else:  # -v and the key are for the zone's servers
            search = _Search(self.network, self.sender, self._resolvers(), None, tcp=False)
            soa = search.run(name, rrclass, Flag.RD, is_zone=is_zone)
        if soa is None:
            return None
        primary = soa_mname(soa.rdata)
        if self.talk.debug:
            self.talk.say(f"Found zone name: {soa.name}\nThe primary is: {primary}")
        endpoints = search.rest if servers is not None else self._addresses_of(primary)
        return ZoneServers(soa.name, endpoints) if endpoints else None

    def _resolvers(self) -> tuple[Endpoint, ...]:
        """Return the system's resolvers, with the port of the options, as nsupdate does; raises Fatal."""
        from dns_update.client.discovery import system_resolvers  # only where no server is named

        try:
            servers = system_resolvers(self.options.resolv_conf, LOCAL_HOST)
        except UsageError as error:
            raise Fatal(str(error)) from error
        return tuple(Endpoint(s.host, self.options.port) for s in servers if self.network.may_use(s.host))

    def _addresses_of(self, primary: Name) -> tuple[Endpoint, ...]:
        self.sender.settle_before(footprint_of_search(primary))
        try:
            addresses = self.network.addresses(str(primary))
        except InvalidText as error:
            self.sender.fail(error.text)
            return ()
        return tuple(Endpoint(address, self.options.port) for address in addresses)


class _Search:
    """One search; if a server does not answer, or refuses, the search continues with the next one."""

    def __init__(
        self, network: Network, sender: ScriptSender, servers: Sequence[Endpoint], key: Key | None, *, tcp: bool
    ) -> None:
        self._network = network
        self._sender = sender
        self._servers = list(servers)
        self._key = key
        self._tcp = tcp

    @property
    def rest(self) -> Sequence[Endpoint]:
        """The servers that have not failed: the one that was asked last, and those not asked yet."""
        return tuple(self._servers)

    def run(self, name: Name, rrclass: int, flags: int, *, is_zone: bool) -> Record | None:
        """Return the SOA record of the zone that holds `name`; None if `name` is a zone that does not exist.

        Raises Fatal if there is no server left to ask, or the answer is not useful.
        """
        while True:
            message = self._ask(Message.query(name, RRType.SOA, rrclass, flags))
            if message.rcode not in (Rcode.NOERROR, Rcode.NXDOMAIN):
                raise Fatal("response to SOA query was unsuccessful")
            if is_zone and message.rcode == Rcode.NXDOMAIN:
                self._sender.fail(f"specified zone '{name}' does not exist (NXDOMAIN)")
                return None
            soa = _soa(message, name)
            if soa is not None:
                return soa
            if not name.labels:
                raise Fatal("could not find enclosing zone")
            name = name.parent

    def _ask(self, query: Message) -> Message:
        """Return the answer of the first server that does not refuse."""
        while True:
            if not self._servers:
                raise Fatal("could not reach any name server")
            endpoint = self._servers[0]
            try:
                message = self._ask_one(query, endpoint)
            except NoResponse as error:
                reason = failure_text(error)
            else:
                if message.rcode != Rcode.REFUSED:
                    self._sender.say_message("Reply from SOA query:", message)
                    return message
                reason = "REFUSED"
            self._sender.say(f"; Communication with {endpoint_text(endpoint)} failed: {reason}")
            del self._servers[0]

    def _ask_one(self, query: Message, endpoint: Endpoint) -> Message:
        """Ask one server; if it does not accept our signature, ask again without: the answer is public anyway."""
        reply = self._network.ask(query, self._key, endpoint, tcp=self._tcp).reply
        if not isinstance(reply, Reply) or (reply.tsig is not None and reply.tsig.error):
            reply = self._network.ask(query, None, endpoint, tcp=self._tcp).reply
        if not isinstance(reply, Reply):  # an unsigned question has no other answer
            raise TypeError("an unsigned exchange has an unverified reply")
        return reply.message


def _soa(message: Message, name: Name) -> Record | None:
    """Return the SOA record of the zone above `name`; None if an alias hides it, or the message has none."""
    for record in message.answer:
        if record.rrtype in (RRType.CNAME, RRType.DNAME):
            return None
        if _is_soa_above(record, name):
            return record
    return next((record for record in message.authority if _is_soa_above(record, name)), None)


def _is_soa_above(record: Record, name: Name) -> bool:
    return record.rrtype == RRType.SOA and bool(record.rdata) and name.is_within(record.name)
