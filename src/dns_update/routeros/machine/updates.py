"""`/tool dns-update` sent from this machine, the way of `dns-update set`; each attempt is recorded."""

from __future__ import annotations

from collections.abc import Callable

from dns_update import errors
from dns_update.auth import Key
from dns_update.client import Client
from dns_update.client.locate import Target
from dns_update.client.outcome import Outcome, success_text
from dns_update.client.requests import delete_rdata
from dns_update.errors import DnsUpdateError
from dns_update.exchange import Policy
from dns_update.routeros.described import ACCEPTED
from dns_update.routeros.machine.failure_texts import ExplainedFailure, router_text
from dns_update.routeros.machine.logbook import Logbook
from dns_update.routeros.remarks import Failure
from dns_update.routeros.world import UpdateRequest
from dns_update.transport import DNS_PORT
from dns_update.transport.blocking import BlockingTransport, Trace
from dns_update.value import Value
from dns_update.wire.codes import RRType
from dns_update.wire.inet import IPV4_OCTETS, format_address, parse_address

FindAccess = Callable[[UpdateRequest, bool], "ResolvedUpdate"]

TOOL_TOPIC = "dns,"
"""How the topics of the tool's own entries in the log begin."""
NOT_SENT = "dry-run"
"""The outcome of an update that was not sent."""

_FIRST_OF_PRIVATE = frozenset((10, 100, 127, 169, 172, 192, 0xFC, 0xFD, 0xFE))
"""How addresses begin that are of use within a network only; IANA's registries then say whether one is such."""
_DOCUMENTATION = "documentation"


class ResolvedUpdate(Value):
    """What an update is about, where it goes, and how: as the script says, and what was added to that.

    `servers` is empty for the zone's primary, `ttl` is None to keep the current one.
    """

    target: Target
    servers: tuple[str, ...]
    key: Key | None
    ttl: int | None
    port: int = DNS_PORT
    policy: Policy = Policy()
    local_address: str | None = None


class SentUpdate:
    """An update that a script has asked for, and how it went: `result` is ACCEPTED, NOT_SENT or the router's text.

    `access` is None if it could not be found out.
    """

    def __init__(self, request: UpdateRequest) -> None:
        self.request = request
        self.access: ResolvedUpdate | None = None
        self.result = ""
        self.outcome: Outcome | None = None
        self.error: DnsUpdateError | None = None


class RouterSender:
    """Sends updates, and logs the router's lines. Threads may share it."""

    def __init__(  # noqa: PLR0913 - what a machine has, and what it gets
        self,
        logbook: Logbook,
        say: Callable[[str], None],
        note: Callable[[str], None],
        *,
        is_dry: bool,
        trace: Trace | None,
        access: FindAccess,
        open_transport: Callable[[str | None, Trace | None], BlockingTransport] = BlockingTransport,
    ) -> None:
        """Log to a logbook, explain failures by `say`, and give notes by `note`. With `is_dry`, nothing is sent.

        `trace` gets every message while `is_tracing`. `access` is asked for each update, and whether it is traced.
        `open_transport` makes what carries the messages.
        """
        self._logbook = logbook
        self._say = say
        self._note = note
        self._is_dry = is_dry
        self._trace = trace
        self._access = access
        self._open_transport = open_transport
        self._told_private: set[bytes] = set()
        self.is_tracing = False
        self.updates: list[SentUpdate] = []

    def send(self, request: UpdateRequest) -> None:
        """Send an update; raises ExplainedFailure."""
        sent = SentUpdate(request)
        self.updates.append(sent)
        try:
            access = sent.access = self._access(request, self.is_tracing)
            owner, address = access.target.owner, parse_address(request.address)
            if not access.servers:
                self._say(f"warning: dns-server= is not given; the primary of the zone of {owner} gets the update")
            client = self._client(access)
            self._check_reach(address)
            if self._is_dry:
                sent.result = NOT_SENT
                self._log(f"dry run, not sent: {_described(request, access)}")
                return
            sent.outcome = _carried_out(client, access, address)
        except errors.DnsUpdateError as error:
            failure = ExplainedFailure(router_text(error), error)
            sent.result, sent.error = failure.message, error
            self._tell(error)
            raise failure from error
        sent.result = ACCEPTED
        self._log(success_text(sent.outcome))
        for note in sent.outcome.notes:
            self._note(_rendered(note))

    def fail(self, request: UpdateRequest, text: str) -> None:
        """Record an update that a described server does not carry out; raises Failure with the text."""
        sent = SentUpdate(request)
        sent.result = text
        self.updates.append(sent)
        self._logbook.add("dns,error", f"dns-update: dry run, as described: {request.server}: {text}")
        raise Failure(text)

    def _client(self, access: ResolvedUpdate) -> Client:
        """Return a client; raises UsageError for a server or a local address that is not one."""
        return Client(
            *access.servers,
            key=access.key,
            port=access.port,
            policy=access.policy,
            transport=self._open_transport(access.local_address, self._trace if self.is_tracing else None),
            log=self._log,
        )

    def _check_reach(self, address: bytes) -> None:
        """Tell once of an address that is only of use within a network: behind a router, this machine has one."""
        if address[0] not in _FIRST_OF_PRIVATE or address in self._told_private:
            return
        from dns_update.address.special_purpose import unreachable_because  # most addresses are public

        reason = unreachable_because(address)
        if reason not in (None, _DOCUMENTATION):
            self._told_private.add(address)
            self._note(f"{format_address(address)} cannot be reached from the Internet ({reason})")

    def _log(self, line: str) -> None:
        self._logbook.add("dns,info", f"dns-update: {line}")

    def _tell(self, error: DnsUpdateError) -> None:
        self._logbook.add("dns,error", f"dns-update: update failed: {error}")
        if error.hint:
            self._say(f"hint: {_rendered(error.hint)}")
        for note in error.notes:
            self._note(_rendered(note))


def _carried_out(client: Client, access: ResolvedUpdate, address: bytes) -> Outcome:
    """Set the address; with ttl=0, RouterOS's rule, delete the RRset."""
    target = access.target
    if access.ttl == 0:
        rrtype = RRType.A if len(address) == IPV4_OCTETS else RRType.AAAA
        return client.run(
            lambda transaction: delete_rdata(
                transaction, target, {rrtype: ()}, require="any", verify=True, compare=True
            )
        )
    return client.set(target.name, address, zone=target.zone, ttl=access.ttl, compare=True)


def _described(request: UpdateRequest, access: ResolvedUpdate) -> str:
    owner, server = access.target.owner.to_text(), ", ".join(access.servers) or "the zone's primary"
    key = f", {access.key.called}" if access.key is not None else ", not signed"
    if access.ttl == 0:
        return f"{owner} {request.type} would be deleted at {server}{key}"
    ttl = "" if access.ttl is None else f" {access.ttl}"
    return f"{owner}{ttl} {request.type} {request.address} to {server}{key}"


def _rendered(sentence: str) -> str:
    from dns_update.errors.hints import COMMAND_LINE, rendered  # only if there is one

    return rendered(sentence, COMMAND_LINE)
