"""DNS over TLS (RFC 7858) without I/O: whom a connection is with, what is encrypted, what each failure means.

A shell makes the TCP connection and moves octets: it sends what `outgoing` gives, and gives `receive` what comes, until
`is_established`. It does not send the last part of the handshake at once, but with the first message: the two together
are one segment.

What is sent before a failure of the handshake is nothing of the message. But under TLS 1.3 the handshake ends before
the server has looked at our own certificate, so its refusal comes after the message.
"""

from __future__ import annotations

import hashlib
from binascii import b2a_base64
from collections.abc import Iterator
from contextlib import contextmanager

from dns_update import errors
from dns_update.auth.tls_settings import HANDSHAKE_SECONDS, TlsSettings
from dns_update.errors import causes, quoted
from dns_update.transport import openssl
from dns_update.transport.failures import TlsFailure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ssl import SSLContext

    from dns_update.transport import Endpoint

_READ = 1 << 16
_PROTOCOL = "dot"  # RFC 7858; Knot closes the connection for any other

# X509_V_ERR_... of OpenSSL, and what they mean for people.
_EXPIRED, _NOT_YET_VALID = 10, 9
_OF_ANOTHER_NAME = (62, 63, 64)  # host name, email address, IP address
_CERTIFICATE_WANTED = ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_HANDSHAKE_FAILURE")
_CERTIFICATE_REFUSED = (
    "SSLV3_ALERT_BAD_CERTIFICATE",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED",
    "SSLV3_ALERT_CERTIFICATE_REVOKED",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
    "TLSV1_ALERT_ACCESS_DENIED",
    "TLSV1_ALERT_DECRYPT_ERROR",
    "TLSV1_ALERT_UNKNOWN_CA",
)


class TlsClient:
    """What all TLS connections of a transport have in common: certificates, and the sessions to resume."""

    def __init__(self, settings: TlsSettings) -> None:
        """Read the files; raises UsageError for one that cannot be used, or is a private key that others can read."""
        self.settings = settings
        self._sessions: dict[tuple[str, int], openssl.TlsSession] = {}
        self._context = openssl.client_context(_PROTOCOL)
        if settings.checks_certificate:
            self._load_authorities(settings.ca)
        else:
            self._context.check_hostname = False
            self._context.verify_mode = openssl.CERT_NONE
        if settings.certificate is not None:
            self._load_own(settings.certificate, settings.private_key)

    def connection(self, endpoint: Endpoint, name: str | None) -> TlsConnection:
        """Return a connection to be; `name` is that by which the server was given, None if by its address."""
        place = endpoint.address, endpoint.port
        expected = self.settings.hostname or name or endpoint.address.partition("%")[0]
        return TlsConnection(self._context, self.settings.pins, expected, self._sessions, place)

    def _load_authorities(self, path: str | None) -> None:
        if path is None:
            self._context.set_default_verify_paths()
            return
        what = f"{quoted(path)} has no certificate that can be read"
        with _reading(path, what, errors.Hint("{tls-ca} takes certificates in PEM")):
            self._context.load_verify_locations(path)

    def _load_own(self, certificate: str, private_key: str | None) -> None:
        from dns_update.auth.private_file import read_private_file  # few clients have a certificate

        own = private_key or certificate
        if "PRIVATE KEY" not in read_private_file(own):
            raise errors.UsageError(
                f"{quoted(own)} has no private key", hint=errors.Hint("{tls-cert} and {tls-key} take files in PEM")
            )
        what = f"{quoted(certificate)} has no certificate for the key in {quoted(own)}"
        with _reading(
            certificate, what, errors.Hint("{tls-cert} and {tls-key} take files in PEM, the key without a password")
        ):
            self._context.load_cert_chain(certificate, own, password=_no_password)


@contextmanager
def _reading(path: str, what: str, hint: str) -> Iterator[None]:
    """Raise UsageError for a file that cannot be read, or whose contents, as `what` says, are wrong."""
    try:
        yield
    except openssl.Error:
        raise errors.UsageError(what, hint=hint) from None
    except OSError as error:
        raise errors.UsageError(f"cannot read {quoted(path)}: {error.strerror}") from None


def check_files(settings: TlsSettings) -> None:
    """Raise UsageError if the files of these settings cannot be used."""
    TlsClient(settings)


class TlsConnection:
    """The TLS layer of one TCP connection."""

    def __init__(
        self,
        context: SSLContext,
        pins: tuple[bytes, ...],
        name: str,
        sessions: dict[tuple[str, int], openssl.TlsSession],
        place: tuple[str, int],
    ) -> None:
        """Prepare the first part of the handshake, which `outgoing` gives."""
        self.is_established = False
        self._pins = pins
        self._name = name
        self._sessions = sessions
        self._place = place
        self._incoming, self._outgoing = openssl.MemoryBIO(), openssl.MemoryBIO()
        self._tls = openssl.layer_of(context, self._incoming, self._outgoing, name, sessions.get(place))
        self._has_answer = False
        self._go_on()

    @property
    def is_resumed(self) -> bool:
        """Whether it goes on with an earlier session, which spares both sides the certificates."""
        return bool(self._tls.session_reused)

    def outgoing(self) -> bytes:
        """Return the octets to send now; empty if there are none."""
        return self._outgoing.read()

    def sealed(self, octets: bytes) -> bytes:
        """Return what to send for these octets, once it is established."""
        self._tls.write(octets)
        return self._outgoing.read()

    def receive(self, octets: bytes) -> bytes:
        """Take octets from the network; return those that they carry, which may be none. Raises TlsFailure.

        No octets are the end of the TCP connection.
        """
        if octets:
            self._incoming.write(octets)
        else:
            self._incoming.write_eof()
        if not self.is_established:
            self._go_on()
            if not self.is_established:
                return b""
        return self._opened()

    def timed_out(self) -> TlsFailure:
        """Return the error of a handshake that took too long."""
        return TlsFailure(
            f"no TLS handshake within {HANDSHAKE_SECONDS:g} s: nothing speaks TLS at port {self._place[1]}",
            causes.NO_TLS,
        )

    def closed(self) -> TlsFailure:
        """Return the error of a connection that the server ended during the handshake."""
        text = f"the server closed the connection during the handshake: port {self._place[1]} may not speak TLS"
        return TlsFailure(text, causes.NO_TLS)

    def _go_on(self) -> None:
        """Take the next step of the handshake; raises TlsFailure."""
        try:
            self._tls.do_handshake()
        except openssl.WantRead:
            return
        except openssl.Error as error:
            raise self._failure(error) from None
        if self._pins:
            certificate = self._tls.getpeercert(True)  # noqa: FBT003 - it has no name in `_ssl`
            check_pin(certificate or b"", self._pins)
        self.is_established = True

    def _opened(self) -> bytes:
        parts = []
        try:
            while octets := self._tls.read(_READ):
                parts.append(octets)
            if not parts:  # the server has said that it sends no more
                raise self._ended()
        except openssl.WantRead:
            pass
        except (openssl.ZeroReturn, openssl.EndOfStream):
            if not parts:
                raise self._ended() from None
        except openssl.Error as error:
            raise self._failure(error) from None
        if parts and not self._has_answer:
            self._has_answer = True  # TLS 1.3 sends its tickets after the handshake
            session = self._tls.session
            if session is not None and session.has_ticket:
                self._sessions[self._place] = session
        return b"".join(parts)

    def _ended(self) -> TlsFailure:
        """Return the error of a connection that the server has ended."""
        if self._has_answer:
            return TlsFailure("the server closed the connection", causes.CONNECTION_RESET, is_broken_off=True)
        return TlsFailure(
            "the server closed the connection after the handshake: it may want a certificate of this client",
            causes.OWN_CERTIFICATE,
            is_broken_off=True,
        )

    def _failure(self, error: openssl.Error) -> TlsFailure:
        """Return what an error of OpenSSL means."""
        after = self.is_established
        if isinstance(error, openssl.CertificateError):
            return untrusted(error.verify_code, error.verify_message, self._name)
        if error.reason in _CERTIFICATE_WANTED and (after or error.reason == _CERTIFICATE_WANTED[0]):
            text = "the server wants a certificate of this client"
            return TlsFailure(text, causes.OWN_CERTIFICATE, is_broken_off=after)
        if error.reason in _CERTIFICATE_REFUSED:
            text = "the server does not accept this client's certificate"
            return TlsFailure(text, causes.OWN_CERTIFICATE, is_broken_off=after)
        if isinstance(error, openssl.EndOfStream):
            return self.closed()
        if error.reason in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"}:
            return TlsFailure(
                f"what answers at port {self._place[1]} does not speak TLS", causes.NO_TLS, may_pass=not after
            )
        words = (error.reason or "error").lower().replace("_", " ")
        return TlsFailure(
            f"the TLS handshake failed: {words}", causes.TLS_FAILED, is_broken_off=after, may_pass=not after
        )


def check_pin(certificate: bytes, pins: tuple[bytes, ...]) -> None:
    """Raise TlsFailure unless the public key of a certificate, in DER, has one of the pins."""
    pin = hashlib.sha256(public_key_of(certificate)).digest()
    if pin not in pins:
        text = b2a_base64(pin, newline=False).decode()
        raise TlsFailure(f"the pin of the server's public key is {text}, another one than given", causes.WRONG_PIN)


def untrusted(code: int, words: str, name: str) -> TlsFailure:
    """Return the error of a certificate that should be for `name`; `code` is OpenSSL's, `words` the same for people."""
    if code in _OF_ANOTHER_NAME:
        return TlsFailure(f"the server's certificate is not for {name}", causes.CERTIFICATE_OF_ANOTHER_NAME)
    if code in (_EXPIRED, _NOT_YET_VALID):
        what = "has expired" if code == _EXPIRED else "is not valid yet"
        return TlsFailure(f"the server's certificate {what}", causes.CERTIFICATE_OUT_OF_DATE)
    return TlsFailure(f"the server's certificate is not trusted: {words}", causes.CERTIFICATE_NOT_TRUSTED)


def public_key_of(certificate: bytes) -> bytes:
    """Return the SubjectPublicKeyInfo of a certificate in DER (RFC 5280, section 4.1), empty for what is none."""
    try:
        position, _end = _contents(certificate, _contents(certificate, 0)[0])  # in the certificate: what is signed
        if certificate[position] == 0xA0:  # noqa: PLR2004 - [0], the version
            position = _contents(certificate, position)[1]
        for _field in ("serial number", "signature", "issuer", "validity", "subject"):
            position = _contents(certificate, position)[1]
        return certificate[position : _contents(certificate, position)[1]]
    except IndexError:
        return b""


def _contents(octets: bytes, position: int) -> tuple[int, int]:
    """Return where the contents of a value in DER begin and end; raises IndexError."""
    length, begin = octets[position + 1], position + 2
    if length & 0x80:
        count = length & 0x7F
        length, begin = int.from_bytes(octets[begin : begin + count]), begin + count
    return begin, begin + length


def _no_password() -> str:
    """Return no password: a key that has one cannot be used where nobody can be asked."""
    return ""
