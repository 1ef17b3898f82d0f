"""What a server's certificate must be, and this client's own, for QUIC; OpenSSL does it for TLS.

By pyOpenSSL, which tells by a number what is wrong with a chain, and service-identity; aioquic needs both anyway.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID
from OpenSSL import crypto
from service_identity import CertificateError, VerificationError
from service_identity.cryptography import verify_certificate_hostname, verify_certificate_ip_address

from dns_update.auth.private_file import read_private_file
from dns_update.errors import causes
from dns_update.transport.failures import TlsFailure
from dns_update.transport.tls import check_pin, untrusted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    from dns_update.auth.tls_settings import TlsSettings

_WRONG_PURPOSE, _WRONG_NAME = 26, 62  # X509_V_ERR_... of OpenSSL
_OF_SERVERS = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)


class CertificateCheck:
    """Checks what servers show, by the settings of a client, whose files were read before and can be used."""

    def __init__(self, settings: TlsSettings) -> None:
        self._pins = settings.pins
        self._store = _authorities(settings.ca) if settings.checks_certificate else None

    def run(self, shown: tuple[x509.Certificate, ...], name: str) -> None:
        """Raise TlsFailure unless a certificate, with those of who signed it, is what the settings ask for."""
        if not shown:
            raise TlsFailure("the server has shown no certificate", causes.CERTIFICATE_NOT_TRUSTED)
        if self._store is not None:
            _check_chain(self._store, shown)
            _check_purpose(shown[0])
            _check_name(shown[0], name)
        if self._pins:
            check_pin(shown[0].public_bytes(Encoding.DER), self._pins)


def own_certificate(certificate: str, key: str) -> tuple[list[x509.Certificate], PrivateKeyTypes]:
    """Return the certificates of one file, this client's first, and the private key of another or of the same one."""
    begin, dashes, rest = read_private_file(key).partition(" PRIVATE KEY-----")
    kind, body = begin.rpartition("-----BEGIN")[2], rest.partition("-----END")[0]
    alone = f"-----BEGIN{kind}{dashes}{body}-----END{kind} PRIVATE KEY-----\n"
    chain = x509.load_pem_x509_certificates(Path(certificate).read_bytes())
    return chain, load_pem_private_key(alone.encode(), password=None)


def _authorities(path: str | None) -> crypto.X509Store:
    """Return those who may have signed a server's certificate; without a path, those whom the system trusts."""
    store = crypto.X509Store()
    if path is not None:
        store.load_locations(path)
        return store
    paths = ssl.get_default_verify_paths()
    if paths.cafile is not None or paths.capath is not None:
        store.load_locations(paths.cafile, paths.capath)
    return store


def _check_chain(store: crypto.X509Store, shown: tuple[x509.Certificate, ...]) -> None:
    """Raise TlsFailure for a certificate that is out of date, or of nobody who is trusted."""
    own, *others = [crypto.X509.from_cryptography(each) for each in shown]
    try:
        crypto.X509StoreContext(store, own, others).verify_certificate()
    except crypto.X509StoreContextError as error:
        code, _depth, words = error.errors
        raise untrusted(int(code), str(words), "") from None


def _check_purpose(certificate: x509.Certificate) -> None:
    """Raise TlsFailure for a certificate that says what it is for, and not that it is one of a server."""
    try:
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return
    except ValueError:
        purposes = x509.ExtendedKeyUsage([])
    if not any(purpose in _OF_SERVERS for purpose in purposes):
        raise untrusted(_WRONG_PURPOSE, "it is not one of a server", "")


def _check_name(certificate: x509.Certificate, name: str) -> None:
    """Raise TlsFailure for a certificate without this name, or address, among its subjectAltNames."""
    is_address = ":" in name or name.rpartition(".")[2].isdecimal()
    check = verify_certificate_ip_address if is_address else verify_certificate_hostname
    try:
        check(certificate, name)
    except (CertificateError, VerificationError, ValueError):
        raise untrusted(_WRONG_NAME, "", name) from None
