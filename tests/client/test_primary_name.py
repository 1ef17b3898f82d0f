"""The name of a primary that lacks its final dot in the zone file."""

import pytest

from dns_update.client.primary_name import explain_unknown_primary, without_final_dot
from dns_update.errors import NoResponse
from dns_update.wire.name import Name


@pytest.mark.parametrize(
    ("host", "meant"),
    [
        ("ns.example.com.example.com", "ns.example.com"),
        ("ns1.provider.com.example.com", "ns1.provider.com"),
        ("NS.Example.COM.example.com", "NS.Example.COM"),
        ("ns.example.com", None),
        ("ns.lan.example.com", None),
        ("com.example.com", None),
        ("ns.example.net", None),
        ("localhost", None),
    ],
)
def test_the_name_that_was_meant(host: str, meant: str | None) -> None:
    found = without_final_dot(Name.from_text(host), Name.from_text("example.com"))
    assert (None if found is None else str(found)) == meant


def test_nothing_is_below_the_root_by_mistake() -> None:
    assert without_final_dot(Name.from_text("ns.example.com"), Name(())) is None


def test_an_empty_zone_of_the_resolver_is_told_as_such() -> None:
    error = NoResponse("unknown", endpoint="168.192.in-addr.arpa")
    explain_unknown_primary(error, "168.192.in-addr.arpa", Name.from_text("168.192.IN-ADDR.ARPA"))
    assert "an empty zone of its own, 168.192.IN-ADDR.ARPA" in error.explanation
    assert "with the server that has the zone" in error.hint


def test_another_primary_without_an_address_is_said_to_be_from_the_soa_record() -> None:
    error = NoResponse("unknown", endpoint="localhost..x")
    explain_unknown_primary(error, "localhost..x", Name.from_text("example.com"))
    assert "the SOA record of example.com names it" in error.hint
    assert error.explanation == ""
