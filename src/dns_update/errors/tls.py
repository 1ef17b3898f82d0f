"""What to do if there is no connection by TLS or QUIC to a server, by the cause."""

from __future__ import annotations

from dns_update.errors import causes
from dns_update.errors.hints import Hint

_HINTS = {
    causes.NO_TLS: Hint(
        "{transport:tls} needs a port of the server that speaks TLS: 853, unless {dns-server} has another after a colon"
    ),
    causes.NO_QUIC: Hint(
        "{transport:quic} needs a UDP port of the server that speaks DNS over QUIC: 853, unless {dns-server} has "
        "another after a colon; Knot can do it from 3.4 on, BIND and PowerDNS cannot"
    ),
    causes.CERTIFICATE_OF_ANOTHER_NAME: Hint(
        "if this is the right server, give the name that its certificate has (a subjectAltName) by {tls-hostname}"
    ),
    causes.CERTIFICATE_OUT_OF_DATE: "renew the server's certificate; and see that this machine's clock is right",
    causes.CERTIFICATE_NOT_TRUSTED: Hint(
        "if this is the right server, give the certificate of whoever signed its own by {tls-ca}, or the SHA-256 of "
        "its public key by {tls-pin}"
    ),
    causes.WRONG_PIN: Hint(
        "if the server has got a new key, give its pin by {tls-pin}, beside the old one if you like"
    ),
    causes.OWN_CERTIFICATE: Hint(
        "give a certificate that the server accepts, and its key, by {tls-cert} and {tls-key}; the server's "
        "configuration says whose it accepts"
    ),
}
_ABOUT_TRUST = frozenset(_HINTS) - {causes.NO_TLS, causes.NO_QUIC}


def hint_of(cause: str) -> str:
    """Return what to do next; empty if that is the same as in clear."""
    return _HINTS.get(cause, "")


def is_about_tls(cause: str) -> bool:
    """Return whether a cause is that there is no connection by TLS or QUIC, although the server is there."""
    return cause in _HINTS or cause == causes.TLS_FAILED


def is_about_trust(cause: str) -> bool:
    """Return whether one side does not take the other for whom it should be."""
    return cause in _ABOUT_TRUST
