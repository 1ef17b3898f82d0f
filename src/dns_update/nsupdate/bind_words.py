"""BIND's words for an endpoint, a failed exchange, a key that is refused, an answer not trusted, a mistake in a name.

Where BIND has no words for a cause, ours are used.
"""

from __future__ import annotations

from dns_update.errors import InvalidText, KerberosError, NoResponse, causes
from dns_update.exchange import Reply, UnverifiedReply
from dns_update.transport import Endpoint
from dns_update.wire.codes import Rcode, rcode_to_text

_FAILURES = {
    causes.TIMED_OUT: "timed out",
    causes.PORT_UNREACHABLE: "connection refused",
    causes.CONNECTION_REFUSED: "connection refused",
    causes.CONNECTION_RESET: "connection reset",
    causes.NETWORK_UNREACHABLE: "network unreachable",
    causes.HOST_UNREACHABLE: "host unreachable",
    causes.NO_TLS: "TLS error",
    causes.TLS_FAILED: "TLS error",
    causes.OWN_CERTIFICATE: "TLS error",
    causes.CERTIFICATE_OF_ANOTHER_NAME: "TLS peer certificate verification failed",
    causes.CERTIFICATE_OUT_OF_DATE: "TLS peer certificate verification failed",
    causes.CERTIFICATE_NOT_TRUSTED: "TLS peer certificate verification failed",
    causes.WRONG_PIN: "TLS peer certificate verification failed",
}
_NAME_MISTAKES = {
    causes.EMPTY_LABEL: "empty label",
    causes.LABEL_TOO_LONG: "label too long",
    causes.NAME_TOO_LONG: "name too long",
    causes.WRONG_ESCAPE: "bad escape",
    causes.UNFINISHED_ESCAPE: "unexpected end of input",
}
_TSIG_ERROR = "tsig indicates error"
_CLOCKS = "clocks are unsynchronized"
_DISTRUST = {
    causes.NOT_SIGNED: "expected a TSIG or SIG(0)",
    causes.WRONG_KEY: "tsig verify failure",
    causes.NO_MAC: "tsig verify failure",
    causes.WRONG_SIGNATURE: "tsig verify failure",
    causes.SIGNED_AT_ANOTHER_TIME: _CLOCKS,
}


def endpoint_text(endpoint: Endpoint) -> str:
    """Return an address and a port, e.g. `192.0.2.1#53`."""
    return f"{endpoint.address}#{endpoint.port}"


def failure_text(error: NoResponse) -> str:
    """Return why no answer came, e.g. `timed out`."""
    return _FAILURES.get(error.cause, error.reason)


def tkey_refusal_text(error: KerberosError) -> str:
    """Return how a server refused to agree on a key; `error.rcode` must not be None."""
    if error.tkey_error:
        return "dns_tkey_gssnegotiate: TKEY is unacceptable"
    return f"response to GSS-TSIG query was unsuccessful ({rcode_to_text(error.rcode or 0)})"


def distrust_text(reply: Reply | UnverifiedReply) -> str:
    """Return what is wrong with the answer's signature; empty if nothing is."""
    if isinstance(reply, Reply):
        if reply.tsig is None or not reply.tsig.error:
            return ""
        return _CLOCKS if reply.tsig.error == Rcode.BADTIME else _TSIG_ERROR
    return _TSIG_ERROR if reply.tsig_error else _DISTRUST.get(reply.cause, reply.reason)


def name_mistake_text(error: InvalidText) -> str:
    """Return what is wrong with the text of a name."""
    return _NAME_MISTAKES.get(error.cause, error.text)
