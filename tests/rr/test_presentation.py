"""Rdata as text. Each type's text is in test_types.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.rr.embedded_names import canonical_rdata
from dns_update.rr.record import rdata_to_text
from dns_update.wire.codes import RR_TYPES, RRType
from tests.rr.oracle import LIKE_RDATA, by_dnspython

EXAMPLE = "07 6578616d706c65 03 636f6d 00"


@given(st.sampled_from(sorted(RR_TYPES.values())), st.binary(max_size=80), st.sampled_from([1, 3, 4, 254, 255]))
def test_any_octets_can_be_printed(rrtype: int, octets: bytes, rrclass: int) -> None:
    assert rdata_to_text(rrtype, octets, rrclass)
    canonical = canonical_rdata(rrtype, octets, rrclass)
    assert canonical_rdata(rrtype, canonical, rrclass) == canonical


@pytest.mark.parametrize(
    ("rrtype", "octets", "text"),
    [
        (RRType.A, "c00002", r"\# 3 c00002"),
        (RRType.A, "", r"\# 0"),
        (RRType.AAAA, "c0000201", r"\# 4 c0000201"),
        (RRType.MX, "000a", r"\# 2 000a"),
        (RRType.CNAME, EXAMPLE + "00", r"\# 14 076578616d706c6503636f6d0000"),
        (RRType.CNAME, "c000", r"\# 2 c000"),
        (RRType.TXT, "05 61", r"\# 2 0561"),
        (RRType.SOA, "", r"\# 0"),
        (49, "", r"\# 0"),  # DHCID, whose text is Base64: empty for no octets
        (64, "0001", r"\# 2 0001"),
    ],
)
def test_octets_that_do_not_fit_their_type_are_printed_in_the_generic_form(rrtype: int, octets: str, text: str) -> None:
    assert rdata_to_text(rrtype, bytes.fromhex(octets)) == text


@pytest.mark.parametrize("mnemonic", ["NS", "CNAME", "SOA", "PTR", "MX", "SRV", "DNAME", "TXT", "SPF"])
@given(rdata=LIKE_RDATA)
def test_what_is_printed_is_what_dnspython_prints(mnemonic: str, rdata: bytes) -> None:
    theirs = by_dnspython(RR_TYPES[mnemonic], rdata)
    text = theirs.to_text() if theirs is not None else ""
    assert rdata_to_text(RR_TYPES[mnemonic], rdata) == (text or f"\\# {len(rdata)} {rdata.hex()}".rstrip())
