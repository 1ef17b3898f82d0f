"""What BIND calls an endpoint, the failure of an exchange, and an answer that cannot be trusted."""

from __future__ import annotations

from dns_update.exchange import Reply
from dns_update.wire.codes import Rcode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dns_update.errors import NoResponse
    from dns_update.exchange import UnverifiedReply
    from dns_update.transport import Endpoint

# What the exchange says of a network's failure, in BIND's words.
_REASONS = {
    "no answer in time": "timed out",
    "port unreachable: nothing listens there": "connection refused",
    "network is unreachable": "network unreachable",
    "no route to host": "host unreachable",
    "connection reset by peer": "connection reset",
}
# Why an answer is not believed, in BIND's words.
_DISTRUST = {"it is not signed": "expected a TSIG or SIG(0)", "its signature is wrong": "tsig verify failure"}
_TSIG_ERROR = "tsig indicates error"
_CLOCKS = "clocks are unsynchronized"


def endpoint_text(endpoint: Endpoint) -> str:
    """Return an address and a port: `192.0.2.1#53`."""
    return f"{endpoint.address}#{endpoint.port}"


def failure_text(error: NoResponse) -> str:
    """Return why no answer came: `timed out`, `connection refused`."""
    reason = error.text.rpartition(" (")[0] or error.text
    return _REASONS.get(reason, reason)


def distrust_text(reply: Reply | UnverifiedReply) -> str:
    """Return what is wrong with the answer's signature; empty if nothing is."""
    if isinstance(reply, Reply):
        if reply.tsig is None or not reply.tsig.error:
            return ""
        return _CLOCKS if reply.tsig.error == Rcode.BADTIME else _TSIG_ERROR
    return _TSIG_ERROR if reply.tsig_error else _DISTRUST.get(reply.reason, reply.reason)
