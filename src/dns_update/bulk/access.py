"""What sending many updates needs from the floor above: a server for each zone, and the meaning of its answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from dns_update import errors
from dns_update.auth import Key
from dns_update.bulk import Wish
from dns_update.exchange import Exchange, Policy, Reply, UnverifiedReply
from dns_update.message import Message
from dns_update.rr.record import Record
from dns_update.transport import Endpoint
from dns_update.value import Value
from dns_update.wire.name import Name


class Begun(Value, kw_only=True):
    """A server that has the zone and answers.

    `key_is_known` says that the server has signed an answer with the key. `query_endpoint` is the server that shows the
    zone, the same or another, and `query_key_is_known` says the same of it. A change may be late there by `patience`
    seconds. `ttl`, in seconds, and `serial` are those of
    the zone's SOA record.
    """

    endpoint: Endpoint
    key: Key | None
    key_is_known: bool
    query_endpoint: Endpoint
    query_key_is_known: bool
    patience: float
    policy: Policy
    ttl: int
    serial: int


class Carrier(Protocol):
    """Carries exchanges to one server, several at the same time if it can; `Pipeline` is one."""

    def start(self, exchange: Exchange) -> object:
        """Send the first message of an exchange, and return what `wait` takes."""

    def wait(self, flight: Any) -> Reply | UnverifiedReply:  # noqa: ANN401 - what `start` returned
        """Carry an exchange to its end, and return its result; raises NoResponse."""

    def close(self) -> None:
        """Close the sockets."""


class BulkAccess(Protocol):
    """Access to one zone, at the first of its servers that answers."""

    zone: Name
    rrclass: int

    def begin(self) -> Begun:
        """Find a server that has the zone, and which key it accepts; raises DnsUpdateError."""

    def carrier(self, endpoint: Endpoint) -> Carrier:
        """Return a new carrier of exchanges with a server."""

    def transferred(self, since: int | None = None) -> Iterator[Record]:
        """Yield the records of the zone (AXFR); raises DnsUpdateError.

        With the serial number `since`: what was gained and lost after that version, as `Client.transfer` yields it
        (IXFR). The server may choose the whole zone instead.
        """

    def error_of(self, reply: Reply | UnverifiedReply, message: Message, begun: Begun) -> errors.DnsUpdateError:
        """Return the error that an answer means."""

    def examine(self, wish: Wish) -> errors.DnsUpdateError | None:
        """Look closely at a name that is not as desired; return why, or None if it is as desired after all."""

    def pause(self, seconds: float) -> None:
        """Let time pass."""

    def clock(self) -> float:
        """Return the seconds on the monotonic clock."""
