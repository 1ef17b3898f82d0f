"""The network as a session sees it: a message goes to an address and an answer comes; a host name has addresses."""

from __future__ import annotations

from dns_update.errors import InvalidText, NoResponse, UsageError
from dns_update.errors.hints import COMMAND_LINE, rendered
from dns_update.exchange import TCP, UDP, Exchange, Policy
from dns_update.nsupdate import Fatal
from dns_update.transport.blocking import BlockingTransport
from dns_update.value import Value
from dns_update.wire.inet import IPV4_OCTETS, parse_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from dns_update.auth import Key
    from dns_update.exchange import Reply, UnverifiedReply
    from dns_update.message import Message
    from dns_update.nsupdate.options import Settings
    from dns_update.transport import Endpoint
    from dns_update.transport.blocking import Trace
    from dns_update.transport.memory import MemoryTransport
    from dns_update.transport.pipeline import Flight, Pipeline

    Transport: TypeAlias = BlockingTransport | MemoryTransport
    Tell: TypeAlias = Callable[[str, Endpoint, str, bytes], None]

MAX_ADDRESSES = 4  # of one host name that are tried, as nsupdate does
MAX_SECONDS = 2_000_000  # poll(2) counts milliseconds in 31 bits; 23 days are for ever
_LEAST_UDP_TIMEOUT = 1  # seconds, where -u 0 leaves it to the total

# What the exchange says of a network's failure, in BIND's words.
_REASONS = {
    "no answer in time": "timed out",
    "port unreachable: nothing listens there": "connection refused",
    "network is unreachable": "network unreachable",
    "no route to host": "host unreachable",
    "connection reset by peer": "connection reset",
}


class Heard(Value):
    """An answer: what the exchange makes of it, and the octets that came, for showing."""

    __slots__ = ("octets", "reply")
    reply: Reply | UnverifiedReply
    octets: bytes

    def __init__(self, reply: Reply | UnverifiedReply, octets: bytes) -> None:
        fill = object.__setattr__  # not _fill, which takes twice as long: each send has one
        fill(self, "reply", reply)
        fill(self, "octets", octets)


class _TimedPolicy(Policy):
    """A policy whose TCP exchanges have a time of their own."""

    __slots__ = ("total",)
    total: float

    def __init__(self, timeout: float, retries: int, transport: str, total: float) -> None:
        super().__init__(timeout, retries, transport)
        self._fill(total=total)

    @property
    def patience(self) -> float:
        return self.total


class Network:
    """Sends from the local addresses that the user chose, one a family, and keeps sockets open."""

    def __init__(
        self, settings: Settings, tell: Tell, open_transport: Callable[..., Transport] = BlockingTransport
    ) -> None:
        """Prepare to send as the settings say.

        `tell` is called as a transport's trace is. `open_transport` makes a transport, as BlockingTransport does.
        """
        self._families = settings.families
        self._settings = settings
        self._tell = tell
        self._open = open_transport
        self._local: dict[int, tuple[str | None, int]] = {}
        self._transports: dict[int, Transport] = {}
        self._last_octets = b""
        self._pipeline: Pipeline | None = None
        self._policies = {transport: _policy(settings, transport) for transport in (UDP, TCP)}

    def send_from(self, address: str, port: int) -> None:
        """Send from `address`, to servers of its IP version, from now on; port 0 is the kernel's choice."""
        family = 6 if ":" in address else 4
        self._local[family] = (address, port)
        self._close_pipeline()
        if family in self._transports:
            self._transports.pop(family).close()

    def ask(self, message: Message, key: Key | None, endpoint: Endpoint, *, tcp: bool) -> Heard:
        """Send a message, signed if there is a key, and return the answer.

        Raises NoResponse, also if nothing can be sent from the local address, and Fatal if the message is too long.
        """
        exchange = Exchange(message, key, self._policies[TCP if tcp else UDP], format_endpoint(endpoint))
        self._last_octets = b""
        try:
            reply = self._transport(6 if endpoint.is_ipv6 else 4).carry(exchange, endpoint)
        except UsageError as error:
            raise _fatal(error) from error
        return Heard(reply, self._last_octets)

    def has_pipeline(self, endpoint: Endpoint) -> bool:
        """Tell whether several messages can be under way to a server at once: not from a port that the user chose.

        That one port the ordinary way needs, whenever an exchange goes on without the others.
        """
        family = 6 if endpoint.is_ipv6 else 4
        has_port = family in self._local and self._local[family][1] != 0
        try:
            return not has_port and isinstance(self._transport(family), BlockingTransport)
        except NoResponse:  # which `ask` will tell
            return False

    def prepare(self, message: Message, key: Key | None, endpoint: Endpoint, *, tcp: bool) -> Flight:
        """Make ready a message to a server that `has_pipeline`; return what `launch` and `finish` take.

        Raises Fatal, as `ask` does.
        """
        from dns_update.transport.pipeline import Flight, random_id  # noqa: PLC0415 - not where messages are shown

        exchange = Exchange(message, key, self._policies[TCP if tcp else UDP], format_endpoint(endpoint))
        try:
            return Flight(exchange, random_id())
        except UsageError as error:
            raise _fatal(error) from error

    def launch(self, flight: Flight, endpoint: Endpoint) -> bool:
        """Send what was made ready; return False if it has waited too long, and must be made ready anew.

        Whatever was launched to another server must be finished.
        """
        pipeline = self._pipeline
        if pipeline is None or (pipeline.endpoint is not endpoint and pipeline.endpoint != endpoint):
            pipeline = self._pipeline = self._open_pipeline(endpoint)
        return pipeline.launch(flight)

    def finish(self, flight: Flight) -> Heard:
        """Return the answer to what `launch` sent; raises NoResponse."""
        if self._pipeline is None:
            raise RuntimeError("nothing is under way")
        return Heard(self._pipeline.wait(flight), flight.octets)

    def wait_out(self) -> None:
        """Wait until nothing that was launched is under way any more."""
        if self._pipeline is not None:
            self._pipeline.drain()

    def addresses(self, host: str) -> tuple[str, ...]:
        """Return the addresses of a host that may be used, four at most; raises InvalidText in nsupdate's words."""
        try:
            family = 4 if len(parse_address(host)) == IPV4_OCTETS else 6
        except InvalidText:
            return self._resolve(host)
        if family not in self._families:
            raise InvalidText(f"couldn't get address for '{host}': address family not supported")
        return (host,)

    def may_use(self, address: str) -> bool:
        """Tell whether the address is of an IP version that the options allow."""
        return (6 if ":" in address else 4) in self._families

    def close(self) -> None:
        """Close the sockets."""
        self._close_pipeline()
        for transport in self._transports.values():
            transport.close()

    def _resolve(self, host: str) -> tuple[str, ...]:
        try:
            addresses = self._open().resolve(host)
        except (OSError, UnicodeError):  # a name that is none cannot be encoded
            addresses = ()
        usable = tuple(filter(self.may_use, addresses))[:MAX_ADDRESSES]
        if not usable:
            raise InvalidText(f"couldn't get address for '{host}': not found")
        return usable

    def _transport(self, family: int) -> Transport:
        transport = self._transports.get(family)
        if transport is None:
            address, port = self._local.get(family, (None, 0))
            trace: Trace = self._trace
            try:
                transport = self._transports[family] = self._open(address, trace, local_port=port)
            except UsageError as error:  # not this machine's address, or not yet: the next send may find it
                raise NoResponse(error.text) from error
            transport.keep_open()
        return transport

    def _open_pipeline(self, endpoint: Endpoint) -> Pipeline:
        from dns_update.transport.pipeline import Pipeline  # noqa: PLC0415 - not where messages are shown

        self._close_pipeline()
        family = 6 if endpoint.is_ipv6 else 4
        transport = self._transport(family)
        if not isinstance(transport, BlockingTransport):
            raise TypeError("only sockets can be shared")
        return Pipeline(transport, endpoint, source=self._local.get(family, (None, 0))[0])

    def _close_pipeline(self) -> None:
        if self._pipeline is not None:
            self._pipeline.close()
            self._pipeline = None

    def _trace(self, direction: str, endpoint: Endpoint, transport: str, octets: bytes) -> None:
        if direction == "received":
            self._last_octets = octets
        self._tell(direction, endpoint, transport, octets)


def _policy(settings: Settings, transport: str) -> Policy:
    total = min(settings.total_timeout or MAX_SECONDS, MAX_SECONDS)
    share = max(_LEAST_UDP_TIMEOUT, total / (1 + settings.udp_retries))
    timeout = min(settings.udp_timeout or share, MAX_SECONDS)
    return _TimedPolicy(timeout, settings.udp_retries, transport, total)


def _fatal(error: UsageError) -> Fatal:
    return Fatal(f"{error}: {rendered(error.hint, COMMAND_LINE)}" if error.hint else str(error))


def reason_of(error: NoResponse) -> str:
    """Return why no answer came, in BIND's words: `timed out`, `connection refused`."""
    reason = error.text.rpartition(" (")[0] or error.text
    return _REASONS.get(reason, reason)


def format_endpoint(endpoint: Endpoint) -> str:
    """Return an address and a port as BIND writes them: `192.0.2.1#53`."""
    return f"{endpoint.address}#{endpoint.port}"
