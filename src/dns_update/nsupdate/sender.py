"""Sending an update: zone and server found where they are not given, the next server tried, the answer judged.

Updates that have nothing to do with one another are under way together, or even in one message (see `window.py`); what
has to do with those before it is made ready while they are under way. What comes of them is told in the order of the
sends.
"""

from __future__ import annotations

from dns_update.auth.tsig import sign
from dns_update.errors import InvalidText, MalformedMessage, NoResponse, UsageError
from dns_update.exchange import MAX_UDP_OCTETS, Reply
from dns_update.message import Message
from dns_update.nsupdate import Fatal
from dns_update.nsupdate.footprint import reach_of, reach_of_search
from dns_update.nsupdate.network import format_endpoint, reason_of
from dns_update.nsupdate.window import Batch, Window
from dns_update.transport import Endpoint
from dns_update.value import Value
from dns_update.wire.codes import Rcode, rcode_to_text, tsig_error_to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from dataclasses import KW_ONLY

    from dns_update.auth import Key
    from dns_update.nsupdate.footprint import Reach
    from dns_update.nsupdate.network import Heard, Network
    from dns_update.nsupdate.options import Settings
    from dns_update.nsupdate.talk import Talk
    from dns_update.rr.record import Record
    from dns_update.transport.pipeline import Flight
    from dns_update.wire.name import Name

LOCAL_HOST = ("::1", "127.0.0.1")  # in the order in which BIND tries them

_DS = 43

# Why an answer is not believed, in BIND's words.
_DISTRUST = {"it is not signed": "expected a TSIG or SIG(0)", "its signature is wrong": "tsig verify failure"}
_TSIG_ERROR = "tsig indicates error"
_CLOCKS = "clocks are unsynchronized"


class Place(Value):
    """A zone, and the servers to which its updates go."""

    zone: Name
    servers: Sequence[Endpoint]


class _UnderWay(Value):
    """A message that was sent to the first of its servers, and has not been judged yet; the sends that it is about.

    `joined` tells whether others were under way already.
    """

    flight: Flight
    sends: Sequence[Message]
    servers: Sequence[Endpoint]
    key: Key | None
    _: KW_ONLY
    joined: bool


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
        self._room: tuple[object, int] = (None, 0)  # in a datagram, and for what
        self._under_way: list[_UnderWay] = []  # in the order in which they were sent

    def find(
        self, name: Name, rrclass: int, servers: Sequence[Endpoint] | None, key: Key | None, *, is_zone: bool
    ) -> Place | None:
        """Return the zone that holds `name`, and the servers to send to.

        They are those of `servers` that have not failed, or, where that is None, the addresses of the zone's primary.
        `is_zone` says that `name` is a zone's that the user gave. None if the zone or its primary cannot be found;
        raises Fatal if nobody can be asked.
        """
        from dns_update.nsupdate.soa_search import Discovery, Servers  # noqa: PLC0415 - most scripts name both

        self._settle_before(reach_of_search(name))
        endpoints = servers if servers is not None else self._resolvers()
        asked = Servers(endpoints, key, are_resolvers=servers is None, tcp=self._settings.tcp)
        discovery = Discovery(self._network, self, asked)
        found = discovery.find(name, rrclass, is_zone=is_zone)
        if found is None:
            self.settle()
            self.answer = None
            self.has_failed = True
            return None
        if self._talk.debug:
            self._talk.say(f"Found zone name: {found.zone}\nThe primary is: {found.primary}")
        primaries = discovery.rest if servers is not None else self._primaries(found.primary)
        return Place(found.zone, primaries) if primaries else None

    def send(self, message: Message, servers: Sequence[Endpoint], key: Key | None) -> None:
        """Send an update to the first of the servers that answers, and judge the answer, at the latest by `settle`.

        Raises Fatal.
        """
        if not self._may_share(servers):
            self.settle()
            self.answer = None
            self._try_each(message, servers, key)
            return
        reach = reach_of(message)
        common = (servers, key, *message.question)
        if self._batch is None or not self._batch.takes(message, reach, common):
            self._send_batch()
            self._batch = Batch(common, (servers, key), self._room_for(message, key, common), self._window.most_sends)
            self._batch.takes(message, reach, common)
        if self._batch.is_full:
            self._send_batch()

    def say(self, line: str) -> None:
        """Write a line of talk, behind what came of the sends before."""
        self.settle()
        self._talk.say(line)

    def say_message(self, heading: str, message: Message) -> None:
        """Write a message as talk, if messages are wanted, behind what came of the sends before."""
        if self._talk.debug:
            self.settle()
            self._talk.say_message(heading, message)

    def settle(self) -> None:
        """Send what waits, wait for the answers to all that is under way, and judge them."""
        self._send_batch()
        while self._under_way:
            self._settle_first()

    def _settle_before(self, reach: Reach) -> None:
        """Settle all, if it may matter to what reaches so far."""
        is_waiting = self._batch is not None and self._batch.reach.clashes_with(reach)
        if is_waiting or self._window.clashes_with(reach):
            self.settle()

    def _send_batch(self) -> None:
        """Send what waits to go together, once it may."""
        batch, self._batch = self._batch, None
        if batch is None:
            return
        servers, key = batch.way
        reach = batch.reach
        flight = self._launch(batch, reach)
        self._window.enter(batch.common, reach)
        self._under_way.append(_UnderWay(flight, batch.messages, servers, key, joined=bool(self._under_way)))

    def _launch(self, batch: Batch, reach: Reach) -> Flight:
        """Make a message ready, wait until it may be sent, and send it."""
        message, (servers, key) = batch.to_message(), batch.way
        tcp = self._settings.tcp
        flight = self._network.prepare(message, key, servers[0], tcp=tcp)
        while not self._window.admits(batch.common, reach):
            self._settle_first()
        while not self._network.launch(flight, servers[0]):
            flight = self._network.prepare(message, key, servers[0], tcp=tcp)
        return flight

    def _may_share(self, servers: Sequence[Endpoint]) -> bool:
        """Tell whether updates may share sockets. Debug output shows each message beside its answer."""
        if not servers or self._talk.debug:
            return False
        return self._network.has_pipeline(servers[0])

    def _room_for(self, message: Message, key: Key | None, common: object) -> int:
        """Return the octets that a datagram has for records, beside those of the question and the signature."""
        if common != self._room[0]:
            octets = Message(opcode=message.opcode, question=message.question).encode(0)
            if key is not None:
                octets, _mac = sign(octets, key, time_signed=0)
            self._room = (common, MAX_UDP_OCTETS - len(octets))
        return self._room[1]

    def _settle_first(self) -> None:
        first = self._under_way.pop(0)
        self.answer = None
        try:
            heard = self._network.finish(first.flight)
        except NoResponse as error:
            self._window.leave(was_answered=False, was_carried_out=False)
            if len(first.sends) > 1 or first.flight.was_cut_off:
                self._send_alone(first)
                return
            self._say_silent(first.servers[0], error)
            self._try_each(first.sends[0], first.servers[1:], first.key)
            return
        rcode = heard.reply.message.rcode if isinstance(heard.reply, Reply) else Rcode.SERVFAIL
        self._window.leave(was_answered=rcode != Rcode.SERVFAIL, was_carried_out=rcode == Rcode.NOERROR)
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
            except NoResponse as error:
                self._say_silent(endpoint, error)
            else:
                self._judge(heard)
                return
        self.has_failed = True

    def _say_silent(self, endpoint: Endpoint, error: NoResponse) -> None:
        self._talk.say(f"; Communication with {format_endpoint(endpoint)} failed: {reason_of(error)}")

    def _resolvers(self) -> tuple[Endpoint, ...]:
        """Return the system's resolvers, at the port of the options, as nsupdate does; raises Fatal."""
        from dns_update.client.discovery import system_resolvers  # noqa: PLC0415 - only where no server is named

        try:
            servers = system_resolvers(self._settings.resolv_conf, LOCAL_HOST)
        except UsageError as error:
            raise Fatal(str(error)) from error
        return tuple(Endpoint(s.host, self._settings.port) for s in servers if self._network.may_use(s.host))

    def _primaries(self, host: Name) -> tuple[Endpoint, ...]:
        self._settle_before(reach_of_search(host))
        try:
            addresses = self._network.addresses(str(host))
        except InvalidText as error:
            self.say(error.text)
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
            behind = f"({tsig_error_to_text(tsig_error)})" if tsig_error else ""
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
