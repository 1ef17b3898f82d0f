"""The router's text for each failure of an update: chosen by its class and its code, never by its words; pure."""

from __future__ import annotations

from dns_update import errors
from dns_update.errors import DnsUpdateError
from dns_update.routeros.remarks import Failure
from dns_update.wire.codes import Rcode

_BY_RCODE = {
    Rcode.SERVFAIL: "failure: server failure",
    Rcode.FORMERR: "failure: format error",
    Rcode.NOTIMP: "failure: not implemented",
}


class ExplainedFailure(Failure):
    """A failure with the router's text for scripts, and `error`, which explains it to people."""

    def __init__(self, message: str, error: DnsUpdateError) -> None:
        super().__init__(message)
        self.error = error


def router_text(error: DnsUpdateError) -> str:
    """Return what a router says of an error. The texts beyond those that were measured are ours, in the same form."""
    if isinstance(error, errors.ServerFailure):
        return _BY_RCODE.get(error.rcode, "failure: update failed")
    return next((text for kind, text in _by_class() if isinstance(error, kind)), "failure: update failed")


def _by_class() -> tuple[tuple[type[DnsUpdateError], str], ...]:
    return (
        (errors.NoResponse, "failure: update send failed"),
        (errors.ReplyNotTrusted, "failure: reply not signed"),
        (errors.KeyRejected, "failure: reply not signed"),
        (errors.ClocksDiffer, "failure: reply not signed"),
        (errors.PermissionDenied, "failure: refused"),
        (errors.ZoneNotFound, "failure: not authoritative for zone"),
        (errors.NameNotInZone, "failure: name not within zone"),
        (errors.NotApplied, "failure: update not applied"),
        (errors.MalformedMessage, "failure: bad reply"),
        (errors.InvalidText, "failure: bad name"),
        (errors.UsageError, "failure: bad argument"),
    )
