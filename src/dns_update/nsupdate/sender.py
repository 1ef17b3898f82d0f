"""Sends updates: if one server does not answer, the next one is tried; then the answer is judged.

Updates that do not depend on each other are under way together, or even in one message (see `window.py`). An update
that depends on earlier ones is prepared while those are under way. Outcomes are printed in the order of the sends.
"""

from __future__ import annotations

from dns_update.auth import Key
from dns_update.auth.tsig import sign
from dns_update.errors import KerberosError, MalformedMessage, NoResponse, ReplyNotTrusted, ZoneNotFound
from dns_update.exchange import MAX_UDP_OCTETS, Reply
from dns_update.message import Message
from dns_update.nsupdate import Fatal
from dns_update.nsupdate.bind_words import distrust_text, endpoint_text, failure_text, tkey_refusal_text
from dns_update.nsupdate.footprint import Footprint, footprint_of
from dns_update.nsupdate.window import SendBatch, SendDestination, SendWindow
from dns_update.transport import Endpoint
from dns_update.value import KW_ONLY, Value
from dns_update.wire.codes import Rcode, rcode_to_text, tsig_error_to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from dns_update.nsupdate.advice import Adviser
    from dns_update.nsupdate.network import Network, ReceivedAnswer
    from dns_update.nsupdate.options import NsupdateOptions
    from dns_update.nsupdate.talk import Talk
    from dns_update.transport.pipeline import Flight


class _UnderWay(Value):
    """A message that was sent to the first of its servers and has not been judged yet, with the sends in it.

    `joined` says that other messages were already under way.
    """

    flight: Flight
    sends: Sequence[Message]
    servers: Sequence[Endpoint]
    key: Key | None
    _: KW_ONLY
    joined: bool


class ScriptSender:
    """Sends updates. Once all are settled, `has_failed` says whether any failed; `answer` is that to the last one."""

    def __init__(self, options: NsupdateOptions, network: Network, talk: Talk) -> None:
        self.has_failed = False
        self.answer: Message | None = None
        self._options = options
        self._network = network
        self._talk = talk
        self._adviser: Adviser | None = None
        self._window = SendWindow()
        self._batch: SendBatch | None = None  # the sends that wait to go together
        self._room: tuple[SendDestination | None, int] = (None, 0)  # in a datagram, for a destination
        self._under_way: list[_UnderWay] = []  # in the order in which they were sent

    def send(self, message: Message, servers: Sequence[Endpoint], key: Key | None) -> None:
        """Send an update to the first server that answers, and judge the answer; both may wait until `settle`.

        Raises Fatal if the message is too long.
        """
        if not self._may_share(servers, key):
            self.settle()
            self.answer = None
            self._try_each(message, servers, key)
            return
        footprint = footprint_of(message)
        destination = (servers, key, message.question[0])
        if self._batch is None or not self._batch.takes(message, footprint, destination):
            self._send_batch()
            self._batch = SendBatch(destination, self._room_for(message, destination), self._window.most_sends)
            self._batch.takes(message, footprint, destination)
        if self._batch.is_full:
            self._send_batch()

    def say(self, line: str) -> None:
        """Write a line of talk, after the outcomes of the earlier sends."""
        self.settle()
        self._talk.say(line)

    def fail(self, line: str) -> None:
        """Record that an update failed before it was sent, and write why, after the outcomes of the earlier sends."""
        self.say(line)
        self.answer = None
        self.has_failed = True

    def say_message(self, heading: str, message: Message) -> None:
        """Write a message as talk, if messages are wanted, after the outcomes of the earlier sends."""
        if self._talk.debug:
            self.settle()
            self._talk.say_message(heading, message)

    def settle(self) -> None:
        """Send the waiting updates, wait for all answers, and judge them."""
        self._send_batch()
        while self._under_way:
            self._settle_first()

    def settle_before(self, footprint: Footprint) -> None:
        """Settle all updates if their outcome may matter to a query or an update with this footprint."""
        is_waiting = self._batch is not None and self._batch.footprint.clashes_with(footprint)
        if is_waiting or self._window.clashes_with(footprint):
            self.settle()

    def _send_batch(self) -> None:
        """Send the batch as soon as the window admits it."""
        batch, self._batch = self._batch, None
        if batch is None:
            return
        servers, key, _zone = batch.destination
        footprint = batch.footprint
        flight = self._launch(batch, footprint)
        self._window.enter(batch.destination, footprint)
        self._under_way.append(_UnderWay(flight, batch.messages, servers, key, joined=bool(self._under_way)))

    def _launch(self, batch: SendBatch, footprint: Footprint) -> Flight:
        """Prepare a message, wait until it may be sent, and send it."""
        message, (servers, key, _zone) = batch.to_message(), batch.destination
        tcp = self._options.tcp
        flight = self._network.prepare(message, key, servers[0], tcp=tcp)
        while not self._window.admits(batch.destination, footprint):
            self._settle_first()
        while not self._network.launch(flight, servers[0]):
            flight = self._network.prepare(message, key, servers[0], tcp=tcp)
        return flight

    def _may_share(self, servers: Sequence[Endpoint], key: Key | None) -> bool:
        """Return whether updates may share sockets: not with debug output, which shows each message with its answer.

        Nor if they are signed by SIG(0): BIND verifies one at a time, and refuses others. Nor with Kerberos
        credentials, which may have to negotiate anew before each message.
        """
        if not servers or self._talk.debug or (key is not None and (key.is_negotiated or not key.is_shared)):
            return False
        return self._network.has_pipeline(servers[0])

    def _room_for(self, message: Message, destination: SendDestination) -> int:
        """Return how many octets a datagram has left for records, after the question and the signature."""
        if destination != self._room[0]:
            _servers, key, _zone = destination
            octets = Message(opcode=message.opcode, question=message.question).encode(0)
            if key is not None:
                octets, _mac = sign(octets, key, time_signed=0)
            self._room = (destination, MAX_UDP_OCTETS - len(octets))
        return self._room[1]

    def _settle_first(self) -> None:
        first = self._under_way.pop(0)
        self.answer = None
        try:
            answer = self._network.finish(first.flight)
        except NoResponse as error:
            self._window.leave(was_answered=False, was_carried_out=False)
            if len(first.sends) > 1 or first.flight.was_cut_off:
                self._send_alone(first)
                return
            self._say_no_response(first.servers[0], error)
            self._try_each(first.sends[0], first.servers[1:], first.key)
            return
        rcode = answer.reply.message.rcode if isinstance(answer.reply, Reply) else Rcode.SERVFAIL
        self._window.leave(was_answered=rcode != Rcode.SERVFAIL, was_carried_out=rcode == Rcode.NOERROR)
        in_company = first.joined or bool(self._under_way)
        if (rcode == Rcode.SERVFAIL and in_company) or (rcode != Rcode.NOERROR and len(first.sends) > 1):
            self._send_alone(first)
        else:
            self._judge(answer)
            self._advise((first.servers[0], first.sends[0], first.key), answer)

    def _send_alone(self, shared: _UnderWay) -> None:
        """Send the updates of a message once more, one by one, with nothing else under way."""
        self._network.wait_out()
        for message in shared.sends:
            self.answer = None
            self._try_each(message, shared.servers, shared.key)

    def _try_each(self, message: Message, servers: Sequence[Endpoint], key: Key | None) -> None:
        """Send an update to one server after the other until one answers, and judge the answer."""
        for endpoint in servers:
            if self._talk.debug:
                self._talk.say(f"Sending update to {endpoint_text(endpoint)}")
            try:
                if key is not None and key.is_negotiated:
                    self._network.negotiate(message, key, endpoint, tcp=self._options.tcp)
                self._talk.announce("Outgoing update query:")
                answer = self._asked(message, key, endpoint)
            except NoResponse as error:
                self._say_no_response(endpoint, error)
                self._advise((endpoint, message, key), error)
            except (KerberosError, ReplyNotTrusted, ZoneNotFound) as error:
                self._say_no_key(error)
            else:
                self._judge(answer)
                self._advise((endpoint, message, key), answer)
                return
        self.has_failed = True

    def _say_no_key(self, error: KerberosError | ReplyNotTrusted | ZoneNotFound) -> None:
        """Write why no key could be negotiated; raises Fatal if the server refused to, as that ends nsupdate's run."""
        from dns_update.errors.hints import NSUPDATE, rendered  # only when something is wrong

        hint = [f"; hint: {rendered(error.hint, NSUPDATE)}"] if error.hint and self._talk.is_advised else []
        if isinstance(error, KerberosError) and error.rcode is not None:
            cause = [f"; cause: {error.text}"] if self._talk.is_advised else []
            raise Fatal("\n".join([tkey_refusal_text(error), *cause, *hint]))
        is_local = isinstance(error, KerberosError) and error.endpoint is None  # nothing was asked of the server
        failure = f"tkey query failed: {'GSSAPI error: ' if is_local else ''}{error.text}"
        self._talk.say("\n".join([failure, *hint]))

    def _asked(self, message: Message, key: Key | None, endpoint: Endpoint) -> ReceivedAnswer:
        """Send an update and return the answer; send it again if SIG(0) was refused, which may be for a moment only."""
        answer = self._network.ask(message, key, endpoint, tcp=self._options.tcp)
        if key is None or key.is_shared:
            return answer
        from dns_update.client.sig0 import pauses  # for these keys only

        for seconds in pauses():
            if not isinstance(answer.reply, Reply) or answer.reply.message.rcode != Rcode.REFUSED:
                break
            self._network.pause(endpoint, seconds)
            answer = self._network.ask(message, key, endpoint, tcp=self._options.tcp)
        return answer

    def _advise(self, sent: tuple[Endpoint, Message, Key | None], result: ReceivedAnswer | NoResponse) -> None:
        """Write why an update failed, if it did and somebody wants to know."""
        is_silent = isinstance(result, NoResponse)
        if not self._talk.is_advised or not (is_silent or self.has_failed):
            return
        from dns_update.nsupdate.advice import Adviser  # only when something is wrong

        self._adviser = self._adviser or Adviser(self._talk.say)
        if isinstance(result, NoResponse):
            self._adviser.advise_on_silence(sent, result)
        else:
            self._adviser.advise(sent, result.reply)

    def _say_no_response(self, endpoint: Endpoint, error: NoResponse) -> None:
        self._talk.say(f"; Communication with {endpoint_text(endpoint)} failed: {failure_text(error)}")

    def _judge(self, answer: ReceivedAnswer) -> None:
        reply = answer.reply
        if isinstance(reply, Reply):
            self.answer = reply.message
            rcode, tsig_error = reply.message.rcode, 0 if reply.tsig is None else reply.tsig.error
        else:
            self.answer = _decoded(answer.octets)
            rcode, tsig_error = reply.rcode, reply.tsig_error
        distrust = distrust_text(reply)
        if distrust:
            self._talk.say(f"; TSIG error with server: {distrust}")
        self.has_failed = self.has_failed or bool(distrust) or rcode != Rcode.NOERROR
        if rcode != Rcode.NOERROR and not self._talk.debug:
            which = f"({tsig_error_to_text(tsig_error)})" if tsig_error else ""
            self._talk.say(f"update failed: {rcode_to_text(rcode)}{which}")
        if self.answer is not None:
            self._talk.say_message("\nReply from update query:", self.answer)


def _decoded(octets: bytes) -> Message | None:
    try:
        return Message.decode(octets)
    except MalformedMessage:
        return None
