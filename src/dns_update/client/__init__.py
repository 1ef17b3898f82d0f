"""Client: updates and look-ups as a user means them, carried out with blocking sockets."""

from __future__ import annotations

import time

from dns_update.client.dialogue import Ask, Dialogue
from dns_update.client.requests import Target, delete_records, send_update, set_records, show_records
from dns_update.errors import NoAnswer
from dns_update.exchange import Exchange, Policy
from dns_update.transport import DNS_PORT, Server
from dns_update.transport.blocking import BlockingTransport
from dns_update.wire.codes import RRClass, RRType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dns_update.auth import Key
    from dns_update.client.dialogue import Resolve, Steps
    from dns_update.client.requests import Outcome
    from dns_update.exchange import Reply, UnverifiedReply
    from dns_update.transport.memory import MemoryTransport
    from dns_update.update import Update
    from dns_update.wire.name import Name

    Data = Mapping[int, tuple[bytes, ...]]


def _say_nothing(_line: str) -> None:
    """Drop a log line: the default of callers who want none."""


class Client:
    """Talks to the servers of a zone.

    Each call is a request of its own. What goes wrong is raised as an error of `dns_update.errors`: a UsageError for
    what the caller gave, a Silence where nobody answered, a Refusal where a server said no.
    """

    def __init__(  # noqa: PLR0913 - every one of them can be left out
        self,
        *servers: Server | str,
        key: Key | None = None,
        port: int = DNS_PORT,
        policy: Policy | None = None,
        resolvers: tuple[Server, ...] | None = None,
        transport: BlockingTransport | MemoryTransport | None = None,
        log: Callable[[str], None] = _say_nothing,
    ) -> None:
        """Prepare to talk to `servers`, in this order until one succeeds; without any, to the zone's primary.

        `servers` are Servers, or texts as `Server.from_text` takes them, at `port` unless they name one. `key` signs
        every message to them. `policy` says how long to wait. `resolvers` are asked for zone and primary where those
        are left out (None: those of the system). `log` is called with lines for people.
        """
        self._servers = tuple(Server.from_text(s, port) if isinstance(s, str) else s for s in servers)
        self._key = key
        self._port = port
        self._policy = policy if policy is not None else Policy()
        self._resolvers = resolvers
        self._transport = transport if transport is not None else BlockingTransport()
        self._log = log

    def set(  # noqa: PLR0913 - as above
        self,
        name: str,
        data: Data,
        *,
        zone: Name | None = None,
        ttl: int | None = None,
        require: str = "any",
        verify: bool = True,
        rrclass: int = RRClass.IN,
    ) -> Outcome:
        """Make each RRset of `data` (type to values, as octets of rdata) at `name` have exactly those values.

        It is one atomic message; other types at the name are left alone. `name` is relative to `zone`, or a full name.
        `ttl` is in seconds; None keeps the one that stands. `require` is `any`, `existing` or `absent`.
        """
        target = Target(name, zone, rrclass)
        return self._run(lambda dialogue: set_records(dialogue, target, data, ttl=ttl, require=require, verify=verify))

    def delete(  # noqa: PLR0913 - as above
        self,
        name: str,
        data: Data,
        *,
        zone: Name | None = None,
        require: str = "any",
        verify: bool = True,
        rrclass: int = RRClass.IN,
    ) -> Outcome:
        """Remove each type's values in `data`, its whole RRset where there are none, or all of the name."""
        target = Target(name, zone, rrclass)
        return self._run(lambda dialogue: delete_records(dialogue, target, data, require=require, verify=verify))

    def show(
        self,
        name: str,
        rrtypes: Iterable[int] = (RRType.A, RRType.AAAA),
        *,
        zone: Name | None = None,
        rrclass: int = RRClass.IN,
    ) -> Outcome:
        """Return what the authoritative server holds at `name`, in the outcome's `after`."""
        target = Target(name, zone, rrclass)
        return self._run(lambda dialogue: show_records(dialogue, target, rrtypes))

    def send(self, update: Update) -> Outcome:
        """Send an update as it stands, and judge the answer; nothing is read back."""
        return self._run(lambda dialogue: send_update(dialogue, update))

    def _run(self, request: Callable[[Dialogue], Steps[Outcome]]) -> Outcome:
        """Drive a request's steps to their end."""
        dialogue = Dialogue(self._servers, self._key, log=self._log, resolvers=self._resolvers, port=self._port)
        started = time.monotonic()
        steps = request(dialogue)
        try:
            step = next(steps)
            while True:
                try:
                    answer = self._perform(step)
                except NoAnswer as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(answer)
        except StopIteration as stop:
            outcome: Outcome = stop.value
            return outcome.taking(time.monotonic() - started)

    def _perform(self, step: Ask | Resolve) -> Reply | UnverifiedReply | tuple[str, ...]:
        if isinstance(step, Ask):
            exchange = Exchange(step.message, step.key, self._policy, str(step.endpoint))
            return self._transport.carry(exchange, step.endpoint)
        try:
            return self._transport.resolve(step.host)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise NoAnswer(
                f"its address cannot be found: {reason}", server=step.host, hint="check dns-server="
            ) from error
