"""Sending an update: zone and server found where they are not given, the next server tried, the answer judged.

Signed updates that have nothing to do with one another are under way together, or even in one message (see
`window.py`). What comes of them is told in the order of the sends.
"""

from __future__ import annotations

from collections import deque

from dns_update.auth.tsig import sign
from dns_update.errors import InvalidText, MalformedMessage, NoAnswer, UsageError
from dns_update.exchange import MAX_UDP_OCTETS, Reply
from dns_update.nsupdate import Fatal
from dns_update.nsupdate.network import format_endpoint, reason_of
from dns_update.nsupdate.window import Batch, Window, names_of
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
    from dns_update.transport.pipeline import Flight
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


class _UnderWay(Value):
    """A message that was sent to the first of its servers, and has not been judged yet; the sends that it is about.

    `joined` tells whether others were under way already.
    """

    __slots__ = ("flight", "joined", "key", "sends", "servers")
    flight: Flight
    sends: Sequence[Message]
    servers: Sequence[Endpoint]
    key: Key | None
    joined: bool

    def __init__(
        self, flight: Flight, sends: Sequence[Message], servers: Sequence[Endpoint], key: Key | None, *, joined: bool
    ) -> None:
        self._fill(flight=flight, sends=sends, servers=servers, key=key, joined=joined)


class Sender:
    """Sends updates. Once all is settled, `has_failed` tells whether any failed, and `answer` is the last one's."""

    def __init__(self, settings: Settings, network: Network, talk: Talk) -> None:
        self.has_failed = False
        self.answer: Message | None = None
        self._settings = settings
        self._network = network
        self._talk = talk
        self._window = Window()
        self._batch: Batch | None = None  # what waits to go together
        self._under_way: deque[_UnderWay] = deque()

    def find(
        self, name: Name, rrclass: int, servers: Sequence[Endpoint] | None, key: Key | None, *, is_zone: bool
    ) -> Place | None:
        """Return the zone that holds `name`, and its servers: those given, or, where they are None, its primary's.

        `is_zone` says that `name` is a zone's that the user gave. None if the zone or its primary cannot be found;
        raises Fatal if nobody can be asked.
        """
        from dns_update.nsupdate.discovery import Discovery, Servers  # noqa: PLC0415 - most scripts name both

        self.settle()
        self.answer = None
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
        """Send an update to the first of the servers that answers, and judge the answer, at the latest by `settle`.

        Raises Fatal.
        """
        names = names_of(message) if self._may_share(servers, key) else None
        if names is None or key is None:
            self.settle()
            self.answer = None
            self._try_each(message, servers, key)
            return
        common = (servers, key, *message.question)
        if self._batch is None or not self._batch.takes(message, names, common):
            self._send_batch()
            self._batch = Batch(common, (servers, key), _room(message, key))
            self._batch.takes(message, names, common)
        if not self._window.has_been_answered:
            self._send_batch()

    def settle(self) -> None:
        """Send what waits, wait for the answers to all that is under way, and judge them."""
        self._send_batch()
        while self._under_way:
            self._settle_first()

    def _send_batch(self) -> None:
        """Send what waits to go together, once it may."""
        batch, self._batch = self._batch, None
        if batch is None:
            return
        servers, key = batch.way
        while not self._window.admits(batch.common, batch.names):
            self._settle_first()
        flight = self._network.start(batch.to_message(), key, servers[0])
        self._window.enter(batch.common, batch.names)
        self._under_way.append(_UnderWay(flight, batch.messages, servers, key, joined=bool(self._under_way)))

    def _may_share(self, servers: Sequence[Endpoint], key: Key | None) -> bool:
        """Tell whether updates may share a socket. Debug output shows each message beside its answer."""
        if not servers or key is None or self._settings.tcp or self._talk.debug:
            return False
        return self._network.has_pipeline(servers[0])

    def _settle_first(self) -> None:
        first = self._under_way.popleft()
        self.answer = None
        try:
            heard = self._network.finish(first.flight)
        except NoAnswer as error:
            self._window.leave(answered=False)
            if len(first.sends) > 1:
                self._send_alone(first)
                return
            self._say_silent(first.servers[0], error)
            self._try_each(first.sends[0], first.servers[1:], first.key)
            return
        rcode = heard.reply.message.rcode if isinstance(heard.reply, Reply) else Rcode.SERVFAIL
        self._window.leave(answered=rcode != Rcode.SERVFAIL)
        in_company = first.joined or bool(self._under_way)
        if (rcode == Rcode.SERVFAIL and in_company) or (rcode != Rcode.NOERROR and len(first.sends) > 1):
            self._send_alone(first)
        else:
            self._judge(heard)

    def _send_alone(self, together: _UnderWay) -> None:
        """Send each of the sends once more that shared a message, or whose fate others may have shared."""
        self._network.wait_out()
        for message in together.sends:
            self.answer = None
            self._try_each(message, together.servers, together.key)

    def _try_each(self, message: Message, servers: Sequence[Endpoint], key: Key | None) -> None:
        """Send an update to one server after the other until one answers, and judge the answer."""
        for endpoint in servers:
            if self._talk.debug:
                self._talk.say(f"Sending update to {format_endpoint(endpoint)}")
            self._talk.announce("Outgoing update query:")
            try:
                heard = self._network.ask(message, key, endpoint, tcp=self._settings.tcp)
            except NoAnswer as error:
                self._say_silent(endpoint, error)
            else:
                self._judge(heard)
                return
        self.has_failed = True

    def _say_silent(self, endpoint: Endpoint, error: NoAnswer) -> None:
        self._talk.say(f"; Communication with {format_endpoint(endpoint)} failed: {reason_of(error)}")

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


def _room(message: Message, key: Key) -> int:
    """Return the octets that a signed datagram has for records beside those of the question and the signature."""
    empty = Message(opcode=message.opcode, question=message.question)
    return MAX_UDP_OCTETS - len(sign(empty.encode(0), key, time_signed=0)[0])


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
