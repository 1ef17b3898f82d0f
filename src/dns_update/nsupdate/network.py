"""The network of a session: sends messages to endpoints, returns their answers, and looks up host names."""

from __future__ import annotations

from dns_update.auth import Key
from dns_update.errors import InvalidText, NoResponse, UsageError, causes
from dns_update.exchange import TCP, TLS, UDP, Exchange, Policy, Reply, TransportName, UnverifiedReply
from dns_update.message import Message
from dns_update.nsupdate import Fatal, hint_of
from dns_update.transport import Endpoint, random_id
from dns_update.transport.blocking import BlockingTransport, Trace
from dns_update.value import KW_ONLY, Value
from dns_update.wire.inet import IPV4_OCTETS, parse_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from dns_update.auth.tls_settings import TlsSettings
    from dns_update.client.steps import Ask
    from dns_update.nsupdate.kerberos import ContextSession
    from dns_update.nsupdate.options import NsupdateOptions
    from dns_update.transport.pipeline import Flight, Pipeline
    from dns_update.transport.protocol import Transport


MAX_ADDRESSES = 4  # tried for one host name, as nsupdate does
MAX_SECONDS = 2_000_000  # 23 days, in place of no limit: poll(2) counts milliseconds in 31 bits
_LEAST_UDP_TIMEOUT = 1  # seconds, when -u 0 makes it a share of the total


class ReceivedAnswer(Value):
    """An answer: the reply that the exchange returns, and its octets as they were received."""

    reply: Reply | UnverifiedReply
    octets: bytes


class _TimedPolicy(Policy):
    """A policy whose patience is the total time that the options give."""

    _: KW_ONLY
    total: float

    @property
    def patience(self) -> float:
        return self.total


class Network:
    """Sends from the local addresses that the user chose, one for each IP version, and keeps sockets open."""

    def __init__(
        self, options: NsupdateOptions, trace: Trace, open_transport: Callable[..., Transport] = BlockingTransport
    ) -> None:
        """Prepare to send as the options say.

        `trace` is called for each message, as a BlockingTransport does. `open_transport` makes a transport.
        """
        self._families = options.families
        self._options = options
        self._trace = trace
        self._open = open_transport
        self._local: dict[int, tuple[str | None, int]] = {}
        self._transports: dict[int, Transport] = {}
        self._last_octets = b""
        self._pipeline: Pipeline | None = None
        self._stream: TransportName = TLS if options.tls else TCP
        self._policies = {transport: _policy(options, transport) for transport in (UDP, self._stream)}

    def send_from(self, address: str, port: int) -> None:
        """From now on, send to servers with the IP version of `address` from there; the kernel chooses for port 0."""
        family = 6 if ":" in address else 4
        self._local[family] = (address, port)
        self._close_pipeline()
        if family in self._transports:
            self._transports.pop(family).close()

    def ask(self, message: Message, key: Key | None, endpoint: Endpoint, *, tcp: bool) -> ReceivedAnswer:
        """Send a message, signed if there is a key, and return the answer.

        Raises NoResponse, also if nothing can be sent from the local address, Fatal if the message is too long, and
        KerberosError if no key can be negotiated.
        """
        if key is not None and key.is_negotiated:
            from dns_update.client.steps import Ask  # for these credentials only

            reply = self._session(endpoint, tcp=tcp).asked(Ask(endpoint, message, key))
            return ReceivedAnswer(reply, self._last_octets)
        exchange = Exchange(message, key, self._policies[self._stream if tcp else UDP], endpoint)
        self._last_octets = b""
        try:
            reply = self._transport(_family_of(endpoint)).carry(exchange, endpoint)
        except UsageError as error:
            raise _fatal(error) from error
        return ReceivedAnswer(reply, self._last_octets)

    def negotiate(self, message: Message, key: Key, endpoint: Endpoint, *, tcp: bool) -> None:
        """Negotiate a context for a message with Kerberos credentials, unless there is one; raises as `ask`."""
        from dns_update.client.steps import Ask  # for these credentials only

        self._session(endpoint, tcp=tcp).negotiate(Ask(endpoint, message, key))

    def _session(self, endpoint: Endpoint, *, tcp: bool) -> ContextSession:
        from dns_update.nsupdate.kerberos import ContextSession  # as above

        def send(step: Ask) -> Reply | UnverifiedReply:
            return self.ask(step.message, step.key, step.endpoint, tcp=tcp).reply

        return ContextSession(send, self._transport(_family_of(endpoint)).clock)

    def pause(self, endpoint: Endpoint, seconds: float) -> None:
        """Let time pass before a further message to a server."""
        self._transport(_family_of(endpoint)).pause(seconds)

    def has_pipeline(self, endpoint: Endpoint) -> bool:
        """Return whether several messages to a server can be under way at once: not from a port that the user chose.

        An exchange that continues outside the pipeline needs that port for itself.
        """
        family = _family_of(endpoint)
        has_port = family in self._local and self._local[family][1] != 0
        try:
            return not has_port and isinstance(self._transport(family), BlockingTransport)
        except NoResponse:  # `ask` will raise it again
            return False

    def prepare(self, message: Message, key: Key | None, endpoint: Endpoint, *, tcp: bool) -> Flight:
        """Prepare a message to a server for which `has_pipeline` is true; pass the result to `launch` and `finish`.

        Raises Fatal, as `ask` does.
        """
        from dns_update.transport.pipeline import Flight  # not where messages are shown

        exchange = Exchange(message, key, self._policies[self._stream if tcp else UDP], endpoint)
        try:
            return Flight(exchange, random_id())
        except UsageError as error:
            raise _fatal(error) from error

    def launch(self, flight: Flight, endpoint: Endpoint) -> bool:
        """Send a prepared message; return False if it has waited too long and must be prepared again.

        Messages that were launched to another server must be finished first.
        """
        pipeline = self._pipeline
        if pipeline is None or (pipeline.endpoint is not endpoint and pipeline.endpoint != endpoint):
            pipeline = self._pipeline = self._open_pipeline(endpoint)
        return pipeline.launch(flight)

    def finish(self, flight: Flight) -> ReceivedAnswer:
        """Return the answer to a message that `launch` sent; raises NoResponse."""
        if self._pipeline is None:
            raise RuntimeError("nothing was launched")
        return ReceivedAnswer(self._pipeline.wait(flight), flight.octets)

    def wait_out(self) -> None:
        """Wait until every launched message is answered or given up."""
        if self._pipeline is not None:
            self._pipeline.drain()

    def addresses(self, host: str) -> tuple[str, ...]:
        """Return the usable addresses of a host, at most four; raises InvalidText in nsupdate's words."""
        try:
            family = 4 if len(parse_address(host)) == IPV4_OCTETS else 6
        except InvalidText:
            return self._resolve(host)
        if family not in self._families:
            raise InvalidText(f"couldn't get address for '{host}': address family not supported")
        return (host,)

    def may_use(self, address: str) -> bool:
        """Return whether the options allow the IP version of the address."""
        return (6 if ":" in address else 4) in self._families

    def close(self) -> None:
        """Close the sockets."""
        self._close_pipeline()
        for transport in self._transports.values():
            transport.close()

    def _resolve(self, host: str) -> tuple[str, ...]:
        try:
            addresses = self._open().resolve(host)
        except (OSError, UnicodeError):  # not a host name: it cannot be encoded
            addresses = ()
        usable = tuple(filter(self.may_use, addresses))[:MAX_ADDRESSES]
        if not usable:
            raise InvalidText(f"couldn't get address for '{host}': not found")
        return usable

    def _transport(self, family: int) -> Transport:
        transport = self._transports.get(family)
        if transport is None:
            address, port = self._local.get(family, (None, 0))
            try:
                transport = self._transports[family] = self._open(address, self._note, local_port=port)
            except UsageError as error:  # the address may come later, before another send
                raise NoResponse(error.text, cause=causes.CANNOT_SEND_FROM) from error
            transport.keep_open()
        return transport

    def _open_pipeline(self, endpoint: Endpoint) -> Pipeline:
        from dns_update.transport.pipeline import Pipeline  # not where messages are shown

        self._close_pipeline()
        family = _family_of(endpoint)
        transport = self._transport(family)
        if not isinstance(transport, BlockingTransport):
            raise TypeError("only sockets can be shared")
        return Pipeline(transport, endpoint, source=self._local.get(family, (None, 0))[0])

    def _close_pipeline(self) -> None:
        if self._pipeline is not None:
            self._pipeline.close()
            self._pipeline = None

    def _note(self, direction: str, endpoint: Endpoint, transport: TransportName, octets: bytes) -> None:
        if direction == "received":
            self._last_octets = octets
        self._trace(direction, endpoint, transport, octets)


def _family_of(endpoint: Endpoint) -> int:
    return 6 if endpoint.is_ipv6 else 4


def _policy(options: NsupdateOptions, transport: TransportName) -> Policy:
    total = min(options.total_timeout or MAX_SECONDS, MAX_SECONDS)
    share = max(_LEAST_UDP_TIMEOUT, total / (1 + options.udp_retries))
    timeout = min(options.udp_timeout or share, MAX_SECONDS)
    tls = _tls(options) if transport == TLS else None
    return _TimedPolicy(timeout, options.udp_retries, transport, tls, total=total)


def _tls(options: NsupdateOptions) -> TlsSettings:
    """Return whom the server must be, as far as nsupdate has options for it; raises Fatal."""
    from dns_update.auth.tls_settings import TlsSettings  # for TLS only
    from dns_update.transport.tls import check_files

    try:
        settings = TlsSettings(
            ca=options.tls_ca,
            hostname=options.tls_hostname,
            certificate=options.tls_cert,
            private_key=options.tls_key,
            verify=options.tls_verify,
        )
        check_files(settings)
    except UsageError as error:
        raise _fatal(error) from error
    return settings


def _fatal(error: UsageError) -> Fatal:
    return Fatal(f"{error}: {hint_of(error)}" if error.hint else str(error))
