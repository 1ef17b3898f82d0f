"""Claims as TXT records, and what is not one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.client.claims import Claim, claims_in, is_shared
from dns_update.rr.record import rdata_from_text, rdata_to_text
from dns_update.wire.codes import RRType
from dns_update.wire.inet import parse_address
from tests.client.replies import record

ONE, TWO, SIX = map(parse_address, ("192.0.2.1", "192.0.2.20", "2001:db8::1"))
OWNERS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-._", min_size=1, max_size=63)
ADDRESSES = st.binary(min_size=4, max_size=4) | st.binary(min_size=16, max_size=16)


def txt(text: str) -> bytes:
    return rdata_from_text(RRType.TXT, text)


def test_a_claim_lists_ipv4_addresses_first() -> None:
    claim = Claim("router-1", frozenset([SIX, TWO, ONE]))
    assert rdata_to_text(RRType.TXT, claim.to_rdata()) == (
        '"dns-update owner=router-1 192.0.2.1 192.0.2.20 2001:db8::1"'
    )


@given(OWNERS, st.frozensets(ADDRESSES, min_size=1, max_size=20))
def test_a_claim_is_read_as_it_was_written(owner: str, addresses: frozenset[bytes]) -> None:
    claim = Claim(owner, addresses)
    assert claims_in([claim.to_rdata()]) == [(claim.to_rdata(), claim)]


@pytest.mark.parametrize(
    "text",
    [
        '"v=spf1 -all"',
        '"dns-update"',
        '"DNS-UPDATE owner=router-1 192.0.2.1"',
        '"dns-update owner=router-1 192.0.2"',
        '"dns-update owner=router-1 home.example.com"',
        '"dns-update owner=router-1  192.0.2.1"',
    ],
)
def test_what_is_not_a_claim(text: str) -> None:
    assert claims_in([txt(text)]) == []


def test_a_claim_may_be_in_several_strings() -> None:
    rdata = txt('"dns-update owner=rou" "ter-1 192.0.2.1"')
    assert claims_in([rdata]) == [(rdata, Claim("router-1", frozenset([ONE])))]


def test_a_name_is_shared_if_another_owner_has_a_claim() -> None:
    ours, other, remark = (
        record("home.example.com", RRType.TXT, f'"{text}"')
        for text in ("dns-update owner=a 192.0.2.1", "dns-update owner=b 192.0.2.20", "hello")
    )
    address = record("home.example.com", RRType.A, "192.0.2.20")
    assert not is_shared((ours, remark, address), "a")
    assert is_shared((ours, other), "a")
