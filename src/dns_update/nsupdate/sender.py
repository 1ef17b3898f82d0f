"""Sending an update: zone and server found where they are not given, the next server tried, the answer judged."""

from __future__ import annotations

from dns_update.errors import InvalidText, MalformedMessage, NoAnswer, UsageError
from dns_update.exchange import Reply
from dns_update.nsupdate import Fatal
from dns_update.nsupdate.network import format_endpoint, reason_of
from dns_update.transport import Endpoint
from dns_update.value import Value
from dns_update.wire.codes import Rcode, rcode_to_text
from dns_update.wire.message import Message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dns_update.auth import Key
    from dns_update.nsupdate.network import Heard, Network
    from dns_update.nsupdate.options import Settings
    from dns_update.nsupdate.talk import Talk
    from dns_update.wire.name import Name
    from dns_update.wire.record import Record

_DS = 43

# Why an answer is not believed, in BIND's words.
_DISTRUST = {"it is not signed": "expected a TSIG or SIG(0)", "its signature is wrong": "tsig verify failure"}
_TSIG_ERROR = "tsig indicates error"
_CLOCKS = "clocks are unsynchronized"


class Place(Value):
    """A zone, and the servers to which its updates go."""

    __slots__ = ("servers", "zone")
    zone: Name
    servers: Sequence[Endpoint]

    def __init__(self, zone: Name, servers: Sequence[Endpoint]) -> None:
        self._fill(zone=zone, servers=servers)


class Sender:
    """Sends updates; `has_failed` once any of them did, `answer` is what the last one brought."""

    def __init__(self, settings: Settings, network: Network, talk: Talk) -> None:
        self.has_failed = False
        self.answer: Message | None = None
        self._settings = settings
        self._network = network
        self._talk = talk

    def find(
        self, name: Name, rrclass: int, servers: Sequence[Endpoint] | None, key: Key | None, *, is_zone: bool
    ) -> Place | None:
        """Return the zone that holds `name`, and its servers: those given, or, where they are None, its primary's.

        `is_zone` says that `name` is a zone's that the user gave. None if the zone or its primary cannot be found;
        raises Fatal if nobody can be asked.
        """
        from dns_update.nsupdate.discovery import Discovery, Servers  # noqa: PLC0415 - most scripts name both

        endpoints = servers if servers is not None else self._resolvers()
        asked = Servers(endpoints, key, are_resolvers=servers is None, tcp=self._settings.tcp)
        found = Discovery(self._network, self._talk, asked).find(name, rrclass, is_zone=is_zone)
        if found is None:
            self.has_failed = True
            return None
        if self._talk.debug:
            self._talk.say(f"Found zone name: {found.zone}\nThe primary is: {found.primary}")
        primaries = servers if servers is not None else self._primaries(found.primary)
        return Place(found.zone, primaries) if primaries else None

    def send(self, message: Message, servers: Sequence[Endpoint], key: Key | None) -> None:
        """Send an update to the first of the servers that answers, and judge the answer; raises Fatal."""
        for endpoint in servers:
            if self._talk.debug:
                self._talk.say(f"Sending update to {format_endpoint(endpoint)}")
            self._talk.announce("Outgoing update query:")
            try:
                heard = self._network.ask(message, key, endpoint, tcp=self._settings.tcp)
            except NoAnswer as error:
                self._talk.say(f"; Communication with {format_endpoint(endpoint)} failed: {reason_of(error)}")
            else:
                self._judge(heard)
                return
        self.has_failed = True

    def _resolvers(self) -> tuple[Endpoint, ...]:
        """Return the system's resolvers, at the port of the options, as nsupdate does; raises Fatal."""
        from dns_update.client.discovery import system_resolvers  # noqa: PLC0415 - only where no server is named

        try:
            servers = system_resolvers(self._settings.resolv_conf)
        except UsageError as error:
            raise Fatal(str(error)) from error
        return tuple(Endpoint(s.host, self._settings.port) for s in servers if self._network.may_use(s.host))

    def _primaries(self, host: Name) -> tuple[Endpoint, ...]:
        try:
            addresses = self._network.addresses(str(host))
        except InvalidText as error:
            self._talk.say(error.text)
            self.has_failed = True
            return ()
        return tuple(Endpoint(address, self._settings.port) for address in addresses)

    def _judge(self, heard: Heard) -> None:
        reply = heard.reply
        if isinstance(reply, Reply):
            self.answer = reply.message
            rcode, tsig_error = reply.message.rcode, 0 if reply.tsig is None else reply.tsig.error
            distrust = (_CLOCKS if tsig_error == Rcode.BADTIME else _TSIG_ERROR) if tsig_error else ""
        else:
            self.answer = _decoded(heard.octets)
            rcode, tsig_error = reply.rcode, reply.tsig_error
            distrust = _TSIG_ERROR if tsig_error else _DISTRUST.get(reply.reason, reply.reason)
        if distrust:
            self._talk.say(f"; TSIG error with server: {distrust}")
        self.has_failed = self.has_failed or bool(distrust) or rcode != Rcode.NOERROR
        if rcode != Rcode.NOERROR and not self._talk.debug:
            behind = f"({rcode_to_text(tsig_error)})" if tsig_error else ""
            self._talk.say(f"update failed: {rcode_to_text(rcode)}{behind}")
        if self.answer is not None:
            self._talk.say_message("\nReply from update query:", self.answer)


def first_name(changes: Sequence[Record], prerequisites: Sequence[Record]) -> Name:
    """Return the name by which the zone is looked for: the first change's, else the first prerequisite's.

    A DS record stands in the zone above its name (RFC 4034, section 5), so there it is the parent.
    """
    first = (changes or prerequisites)[0]
    return first.name.parent if changes and first.rrtype == _DS else first.name


def _decoded(octets: bytes) -> Message | None:
    try:
        return Message.decode(octets)
    except MalformedMessage:
        return None
