"""`/tool dns-update` sent from this machine, the way of `dns-update set`; each attempt is recorded."""

from __future__ import annotations

from dns_update import errors
from dns_update.auth import Key, read_secret
from dns_update.client import Client
from dns_update.client.locate import Target
from dns_update.client.requests import delete_rdata
from dns_update.routeros.described import ACCEPTED
from dns_update.routeros.machine.failures import ExplainedFailure, router_text
from dns_update.routeros.remarks import Failure
from dns_update.transport.blocking import BlockingTransport
from dns_update.wire.codes import RRType
from dns_update.wire.inet import IPV4_OCTETS, format_address, parse_address
from dns_update.wire.name import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from dns_update.client.outcome import Outcome
    from dns_update.errors import DnsUpdateError
    from dns_update.routeros.machine.logbook import Logbook
    from dns_update.routeros.world import UpdateRequest
    from dns_update.transport.blocking import Trace

TOOL_TOPIC = "dns,"
"""How the topics of the tool's own entries in the log begin."""
NOT_SENT = "dry-run"
"""The outcome of an update that was not sent."""

_FIRST_OF_PRIVATE = frozenset((10, 100, 127, 169, 172, 192, 0xFC, 0xFD, 0xFE))
"""How addresses begin that are of use within a network only; IANA's registries then say whether one is such."""
_DOCUMENTATION = "documentation"


class SentUpdate:
    """An update that a script has asked for, and how it went: `result` is ACCEPTED, NOT_SENT or the router's text."""

    def __init__(self, request: UpdateRequest) -> None:
        self.request = request
        self.result = ""
        self.outcome: Outcome | None = None
        self.error: DnsUpdateError | None = None


class Sender:
    """Sends updates, and logs the router's lines. Threads may share it."""

    def __init__(
        self,
        logbook: Logbook,
        say: Callable[[str], None],
        *,
        is_dry: bool,
        trace: Trace | None,
        open_transport: Callable[[str | None, Trace | None], BlockingTransport] = BlockingTransport,
    ) -> None:
        """Log to a logbook, and explain failures by `say`. With `is_dry`, nothing is sent.

        `trace` gets every message while `is_tracing`. `open_transport` makes what carries the messages.
        """
        self._logbook = logbook
        self._say = say
        self._is_dry = is_dry
        self._trace = trace
        self._open_transport = open_transport
        self._told_private: set[bytes] = set()
        self.is_tracing = False
        self.updates: list[SentUpdate] = []

    def send(self, request: UpdateRequest) -> None:
        """Send an update; raises ExplainedFailure."""
        sent = SentUpdate(request)
        self.updates.append(sent)
        try:
            target, address, client = self._prepared(request)
            self._check_reach(address)
            if self._is_dry:
                sent.result = NOT_SENT
                self._log(f"dry run, not sent: {_described(request)}")
                return
            sent.outcome = _carried_out(client, request, target, address)
        except errors.DnsUpdateError as error:
            failure = ExplainedFailure(router_text(error), error)
            sent.result, sent.error = failure.message, error
            self._tell(error)
            raise failure from error
        sent.result = ACCEPTED
        self._logbook.add("dns,info", "dns-update: update successful")
        for note in sent.outcome.notes:
            self._say(f"note: {_rendered(note)}")

    def fail(self, request: UpdateRequest, text: str) -> None:
        """Record an update that a described server does not carry out; raises Failure with the text."""
        sent = SentUpdate(request)
        sent.result = text
        self.updates.append(sent)
        self._logbook.add("dns,error", f"dns-update: dry run, as described: {request.server}: {text}")
        raise Failure(text)

    def _prepared(self, request: UpdateRequest) -> tuple[Target, bytes, Client]:
        """Check all that an update needs before it is sent; raises UsageError."""
        zone = Name.from_text(request.zone) if request.zone else None
        target = Target(Name.from_text(request.owner), zone)
        _ = target.owner  # checked, also if it is not sent
        if not request.server:
            self._say(f"warning: dns-server= is not given; the primary of the zone of {target.owner} gets the update")
        transport = self._open_transport(None, self._trace if self.is_tracing else None)
        servers = (request.server,) if request.server else ()
        client = Client(*servers, key=_key_of(request), transport=transport, log=self._log)
        return target, parse_address(request.address), client

    def _check_reach(self, address: bytes) -> None:
        """Tell once of an address that is only of use within a network: behind a router, this machine has one."""
        if address[0] not in _FIRST_OF_PRIVATE or address in self._told_private:
            return
        from dns_update.address.special_purpose import unreachable_because  # most addresses are public

        reason = unreachable_because(address)
        if reason not in (None, _DOCUMENTATION):
            self._told_private.add(address)
            self._say(f"note: {format_address(address)} cannot be reached from the Internet ({reason})")

    def _log(self, line: str) -> None:
        self._logbook.add("dns,info", f"dns-update: {line}")

    def _tell(self, error: DnsUpdateError) -> None:
        self._logbook.add("dns,error", f"dns-update: update failed: {error}")
        if error.hint:
            self._say(f"hint: {_rendered(error.hint)}")
        for note in error.notes:
            self._say(f"note: {_rendered(note)}")


def _key_of(request: UpdateRequest) -> Key | None:
    """Return the key, as a router signs: HMAC-MD5; None if there is none. Raises UsageError."""
    if not request.key and not request.key_name:
        return None
    if not request.key or not request.key_name:
        missing, given = ("key", "key-name") if request.key_name else ("key-name", "key")
        raise errors.UsageError(f"{given}= is given without {missing}=", hint="the server knows a key by both")
    return Key.from_secret(request.key_name, read_secret(request.key))


def _carried_out(client: Client, request: UpdateRequest, target: Target, address: bytes) -> Outcome:
    """Set the address; with ttl=0, RouterOS's rule, delete the RRset."""
    if request.ttl == 0:
        rrtype = RRType.A if len(address) == IPV4_OCTETS else RRType.AAAA
        return client.run(
            lambda transaction: delete_rdata(
                transaction, target, {rrtype: ()}, require="any", verify=True, compare=False
            )
        )
    return client.set(target.name, address, zone=target.zone, ttl=request.ttl)


def _described(request: UpdateRequest) -> str:
    server = request.server or "the zone's primary"
    key = f", key {request.key_name}" if request.key_name else ", not signed"
    if request.ttl == 0:
        return f"{request.owner} {request.type} would be deleted at {server}{key}"
    ttl = "" if request.ttl is None else f" {request.ttl}"
    return f"{request.owner}{ttl} {request.type} {request.address} to {server}{key}"


def _rendered(sentence: str) -> str:
    from dns_update.errors.hints import COMMAND_LINE, rendered  # only if there is one

    return rendered(sentence, COMMAND_LINE)
