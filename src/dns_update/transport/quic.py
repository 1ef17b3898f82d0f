"""DNS over QUIC (RFC 9250) without I/O: whom a connection is with, a stream for each message, what each failure means.

The only file that imports aioquic, whose state machine has no I/O either. A shell moves datagrams: it sends what
`outgoing` gives, hands over what comes to `receive`, and calls `expired` at the time of `timer`. It does not send the
last part of the handshake at once, but with the first message.

The server's certificate is verified here and not by aioquic, which tells a wrong name from a wrong authority in words
only. Until that is done nothing is sent that could tell the server of this client's certificate, or a message. But
the handshake ends before the server has looked at that certificate: its refusal comes after the message. Nothing is
ever sent as early data, which could be replayed.

On the wire each message has the ID 0 (section 4.2.1). What the callers give and get has the ID of an attempt in its
place, by which they know whose answer it is.
"""

from __future__ import annotations

from dataclasses import replace

from dns_update.auth.tls_settings import TlsSettings
from dns_update.errors import UsageError, causes
from dns_update.exchange import QUIC
from dns_update.transport import LONGEST_WAIT
from dns_update.transport.failures import TlsFailure, failure_of
from dns_update.transport.tls import TlsClient
from dns_update.wire.framing import Deframer, frame

try:
    import logging
    import ssl

    from aioquic.quic import events
    from aioquic.quic.configuration import QuicConfiguration
    from aioquic.quic.connection import QuicConnection
    from aioquic.quic.packet import QuicErrorCode, QuicFrameType
    from aioquic.tls import AlertDescription

    from dns_update.transport.certificates import CertificateCheck, own_certificate
except ImportError:
    raise UsageError(
        "DNS over QUIC needs the Python library aioquic, which is not installed",
        hint="run: pip install 'dns-update[quic]'; on Debian from 13 on also: apt install python3-aioquic",
    ) from None

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aioquic.tls import SessionTicket
    from cryptography.x509 import Certificate

    from dns_update.transport import Endpoint

_PROTOCOL = "doq"  # RFC 9250, section 4.1.1
KEPT_SECONDS = 2.0  # without a sign of the server; Knot forgets a connection after 4 s, and need not say so
# Knot 3.4 drops what comes while it carries an update out, and forgets a connection on which more than ten streams are
# under way or not acknowledged (libknot/quic/quic_conn.h, MAX_STREAMS_PER_CONN). So one message at a time is under way,
# and each acknowledges the answer to the one before.
MOST_STREAMS = 1
MOST_MESSAGES = 1000  # on a connection; Knot 3.4 lets a client open 1024 streams, and never more
_ACK_SECONDS = 0.0  # aioquic waits for 0.001
_ALIVE_SECONDS = 1.5  # after which a server that owes answers is sent a PING, so that it does not forget about us

_ID_OCTETS = 2
_ALERTS = range(0x100, 0x200)  # CRYPTO_ERROR: an alert of TLS (RFC 9001, section 4.8)
_CERTIFICATE_WANTED = (AlertDescription.certificate_required, AlertDescription.handshake_failure)
_CERTIFICATE_REFUSED = (
    AlertDescription.access_denied,
    AlertDescription.bad_certificate,
    AlertDescription.certificate_expired,
    AlertDescription.certificate_revoked,
    AlertDescription.certificate_unknown,
    AlertDescription.decrypt_error,
    AlertDescription.unknown_ca,
    AlertDescription.unsupported_certificate,
)
_TOO_BUSY = 4  # DOQ_EXCESSIVE_LOAD (RFC 9250, section 8.4)

# aioquic warns of what the errors say anyway, and Python shows that if nobody has asked for it.
logging.getLogger("quic").addHandler(logging.NullHandler())


class QuicClient:
    """What all QUIC connections of a transport have in common: certificates, and the sessions to resume."""

    def __init__(self, settings: TlsSettings) -> None:
        """Read the files; raises UsageError for one that cannot be used, or is a private key that others can read."""
        self.settings = settings
        self.sessions: dict[tuple[str, int], _Session] = {}
        self.configuration = QuicConfiguration(
            alpn_protocols=[_PROTOCOL],
            idle_timeout=LONGEST_WAIT,  # the caller's deadlines, and what the server says, are what ends a connection
            verify_mode=ssl.CERT_NONE,
        )
        if settings.ca is not None or settings.certificate is not None:
            TlsClient(settings)  # it tells what is wrong with files
        self.check = CertificateCheck(settings)
        if settings.certificate is not None:
            chain, key = own_certificate(settings.certificate, settings.private_key or settings.certificate)
            self.configuration.certificate, *self.configuration.certificate_chain = chain
            self.configuration.private_key = key

    def link(self, endpoint: Endpoint, name: str | None, now: float) -> QuicLink:
        """Return a connection to be; `name` is that by which the server was given, None if by its address."""
        expected = self.settings.hostname or name or endpoint.address.partition("%")[0]
        return QuicLink(self, expected.removesuffix("."), (endpoint.address, endpoint.port), now)


class _Session:
    """What a later connection goes on with, and the certificates that the server has shown in the first one."""

    def __init__(self, ticket: SessionTicket, shown: tuple[Certificate, ...]) -> None:
        self.ticket = replace(ticket, max_early_data_size=None)
        self.shown = shown


class _Stream:
    """A message under way: the ID of its attempt, and what has come of the answer."""

    def __init__(self, tag: bytes) -> None:
        self.tag = tag
        self.deframer = Deframer()


class QuicLink:
    """A connection to a server by QUIC."""

    def __init__(self, client: QuicClient, name: str, place: tuple[str, int], now: float) -> None:
        """Prepare the first part of the handshake, which `outgoing` gives; `now` is always the monotonic clock."""
        self.is_established = False
        self._client = client
        self._name = name
        self._place = place
        self._streams: dict[int, _Stream] = {}
        self._asked = 0  # how many messages
        self._heard_at = now
        self._ping_at = now
        self._failure: OSError | None = None
        self._closing: list[bytes] = []
        session = self._session = client.sessions.get(place)
        ticket = session.ticket if session is not None else None
        self._quic = QuicConnection(
            configuration=replace(client.configuration, server_name=name, session_ticket=ticket),
            session_ticket_handler=self._keep_session,
        )
        self._quic._ack_delay = _ACK_SECONDS  # noqa: SLF001 - aioquic has no setting for it
        self._quic.connect(place, now)

    @property
    def is_resumed(self) -> bool:
        """Whether it goes on with an earlier session, which spares both sides the certificates."""
        return self._quic.tls.session_resumed

    @property
    def timer(self) -> float:
        """When `expired` must be called, on the monotonic clock."""
        alive = self._ping_at + _ALIVE_SECONDS if self._streams else float("inf")
        return min(self._quic.get_timer() or float("inf"), alive)

    def outgoing(self, now: float) -> list[bytes]:
        """Return the datagrams to send now."""
        closing, self._closing = self._closing, []
        return closing + [datagram for datagram, _place in self._quic.datagrams_to_send(now)]

    def ask(self, octets: bytes, now: float) -> None:
        """Put a message on a stream of its own, once it is established; `outgoing` gives the datagrams."""
        stream = self._quic.get_next_available_stream_id()
        self._streams[stream] = _Stream(octets[:_ID_OCTETS])
        self._asked += 1
        self._ping_at = now
        self._quic.send_stream_data(stream, frame(bytes(_ID_OCTETS) + octets[_ID_OCTETS:]), end_stream=True)

    def receive(self, datagram: bytes, now: float) -> list[bytes]:
        """Take a datagram; return the messages that it completes, which may be none. Raises TlsFailure."""
        self._quic.receive_datagram(datagram, self._place, now)
        self._heard_at = self._ping_at = now
        return self._messages(now)

    def expired(self, now: float) -> list[bytes]:
        """Do what is to be done at the time of `timer`; returns and raises as `receive`.

        Raises TimeoutError if the server was silent so long that it must have forgotten this connection.
        """
        if self._streams and now >= self._ping_at + _ALIVE_SECONDS:
            self._ping_at = now
            self._quic.send_ping(0)
        if now >= (self._quic.get_timer() or float("inf")):
            self._quic.handle_timer(now)
        return self._messages(now, of_timer=True)

    @property
    def is_spent(self) -> bool:
        """Whether it has carried as many messages as a server may let it."""
        return self._asked >= MOST_MESSAGES

    def may_be_used_again(self, now: float) -> bool:
        """Return whether the server was heard of so lately that it surely knows of this connection.

        Ask that before what has come meanwhile is read, since nobody knows when that was.
        """
        is_free = self._failure is None and not self._streams and not self.is_spent
        return is_free and now - self._heard_at < KEPT_SECONDS

    def close(self, now: float) -> list[bytes]:
        """End it; return what tells the server. There is nothing to wait for."""
        self._quic.close(error_code=QuicErrorCode.NO_ERROR)  # DOQ_NO_ERROR has the same number
        return self.outgoing(now)

    def timed_out(self) -> TlsFailure:
        """Return the error of a handshake that took too long."""
        return TlsFailure(
            f"no QUIC handshake in time: nothing speaks QUIC at UDP port {self._place[1]}, or a firewall drops it",
            causes.NO_QUIC,
        )

    def failure_of(self, error: OSError) -> OSError:
        """Return what an error of the socket means here: after a message was sent, that it may have arrived."""
        if not self._asked or isinstance(error, BlockingIOError | TimeoutError):
            return error
        return TlsFailure(*failure_of(error, QUIC), is_broken_off=True)

    def _messages(self, now: float, *, of_timer: bool = False) -> list[bytes]:
        """Return the messages that have come; raises the error that has ended the connection once all were returned."""
        messages: list[bytes] = []
        while self._failure is None and (event := self._quic.next_event()) is not None:
            self._failure = self._handle(event, messages, now, of_timer=of_timer)
        # aioquic reports the end only after a time in which it would answer late packets (RFC 9000, section 10.2).
        end = getattr(self._quic, "_close_event", None)
        if self._failure is None and end is not None:
            self._failure = self._ended(end, now)
        if self._failure is not None and not messages:
            raise self._failure
        return messages

    def _handle(self, event: events.QuicEvent, messages: list[bytes], now: float, *, of_timer: bool) -> OSError | None:
        """Take an event: add messages, or return the error that it is."""
        if isinstance(event, events.StreamDataReceived):
            return self._answered(event, messages)
        if isinstance(event, events.HandshakeCompleted):
            return self._verified(event.alpn_protocol)
        if isinstance(event, events.StreamReset) and event.stream_id in self._streams:
            return self._reset(f"the server broke off its answer (error {event.error_code})")
        if isinstance(event, events.ConnectionTerminated):
            return TimeoutError() if of_timer else self._ended(event, now)
        return None

    def _answered(self, event: events.StreamDataReceived, messages: list[bytes]) -> TlsFailure | None:
        stream = self._streams.get(event.stream_id)
        if stream is None:
            return None
        for octets in stream.deframer.feed(event.data):
            if octets[:_ID_OCTETS] != bytes(_ID_OCTETS):
                return self._reset("the server's answer has an ID, which breaks RFC 9250, section 4.2.1")
            messages.append(stream.tag + octets[_ID_OCTETS:])
        if event.end_stream:
            del self._streams[event.stream_id]
            if not stream.deframer.is_empty:
                return self._reset("the server broke off its answer")
        return None

    def _verified(self, protocol: str | None) -> TlsFailure | None:
        """Return what is wrong with the server at the end of the handshake, and prepare the alert that tells it."""
        if protocol != _PROTOCOL:
            self._refuse(AlertDescription.no_application_protocol)
            return self._no_doq()
        shown = self._shown
        try:
            self._client.check.run(shown, self._name)
        except TlsFailure as failure:
            self._refuse(AlertDescription.bad_certificate)
            return failure
        self.is_established = True
        return None

    def _refuse(self, alert: AlertDescription) -> None:
        self._quic.close(error_code=_ALERTS.start + alert, frame_type=QuicFrameType.CRYPTO)

    @property
    def _shown(self) -> tuple[Certificate, ...]:
        """The server's certificates; in a session that goes on, those of the first connection."""
        if self.is_resumed and self._session is not None:
            return self._session.shown
        tls = self._quic.tls
        own = tls._peer_certificate  # noqa: SLF001 - aioquic has no other way to it
        return () if own is None else (own, *tls._peer_certificate_chain)  # noqa: SLF001 - as above

    def _keep_session(self, ticket: SessionTicket) -> None:
        self._client.sessions[self._place] = _Session(ticket, self._shown)

    def _ended(self, event: events.ConnectionTerminated, now: float) -> TlsFailure:
        """Return why the connection has ended."""
        self._closing += [datagram for datagram, _place in self._quic.datagrams_to_send(now)]
        is_ours = bool(self._closing)
        code = event.error_code
        if code in _ALERTS:
            return self._alerted(code - _ALERTS.start, is_ours=is_ours)
        if not self.is_established:
            what = "failed" if is_ours else "was ended by the server"
            return TlsFailure(f"the QUIC handshake {what} (error {code})", causes.TLS_FAILED)
        if event.frame_type is None and code == _TOO_BUSY:
            return self._reset("the server closed the connection: it has too much to do")
        return self._reset("the server closed the connection" + (f" (error {code})" if code else ""))

    def _alerted(self, alert: int, *, is_ours: bool) -> TlsFailure:
        """Return what an alert means, of the server or, if it `is_ours`, of this side."""
        after = self._asked > 0
        if not is_ours and alert == AlertDescription.no_application_protocol:
            return self._no_doq()
        if not is_ours and self.is_established and alert in _CERTIFICATE_WANTED:
            text = "the server wants a certificate of this client"
            return TlsFailure(text, causes.OWN_CERTIFICATE, is_broken_off=after)
        if not is_ours and self.is_established and alert in _CERTIFICATE_REFUSED:
            text = "the server does not accept this client's certificate"
            return TlsFailure(text, causes.OWN_CERTIFICATE, is_broken_off=after)
        return TlsFailure(f"the QUIC handshake failed: {_name_of(alert)}", causes.TLS_FAILED, is_broken_off=after)

    def _no_doq(self) -> TlsFailure:
        text = f"what answers at UDP port {self._place[1]} speaks QUIC, but not DNS over QUIC"
        return TlsFailure(text, causes.NO_QUIC)

    def _reset(self, text: str) -> TlsFailure:
        return TlsFailure(text, causes.CONNECTION_RESET, is_broken_off=self._asked > 0)


def check_files(settings: TlsSettings) -> None:
    """Raise UsageError if the files of these settings cannot be used."""
    QuicClient(settings)


def _name_of(alert: int) -> str:
    try:
        return AlertDescription(alert).name.replace("_", " ")
    except ValueError:
        return f"alert {alert}"
