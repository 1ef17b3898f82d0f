"""The router's text for each error of an update: by its class, whatever its words are."""

import pytest

from dns_update.errors import (
    ClocksDiffer,
    DnsUpdateError,
    InvalidText,
    KeyRejected,
    MalformedMessage,
    NameNotInZone,
    NoResponse,
    NotApplied,
    NotNow,
    PermissionDenied,
    ReplyNotTrusted,
    ServerFailure,
    UsageError,
    ZoneNotFound,
)
from dns_update.routeros.machine.failure_texts import router_text


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (NoResponse("x", endpoint="192.0.2.1"), "failure: update send failed"),
        (ReplyNotTrusted("x"), "failure: reply not signed"),
        (KeyRejected("x", tsig_error=16), "failure: reply not signed"),
        (ClocksDiffer("x"), "failure: reply not signed"),
        (PermissionDenied("x"), "failure: refused"),
        (ZoneNotFound("x"), "failure: not authoritative for zone"),
        (NameNotInZone("x"), "failure: name not within zone"),
        (NotApplied("x"), "failure: update not applied"),
        (MalformedMessage("x"), "failure: bad reply"),
        (InvalidText("x"), "failure: bad name"),
        (UsageError("x"), "failure: bad argument"),
        (ServerFailure("x", rcode=2), "failure: server failure"),
        (ServerFailure("x", rcode=1), "failure: format error"),
        (ServerFailure("x", rcode=4), "failure: not implemented"),
        (ServerFailure("x", rcode=15), "failure: update failed"),
        (NotNow("x"), "failure: update failed"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, DnsUpdateError) else "",
)
def test_each_error_has_its_text(error: DnsUpdateError, text: str) -> None:
    assert router_text(error) == text
