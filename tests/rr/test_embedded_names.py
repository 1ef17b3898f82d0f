"""Names in rdata: compressed ones, and the canonical form. The forms of all types are in test_types.py."""

import pytest
from hypothesis import given

from dns_update.errors import MalformedMessage
from dns_update.rr.embedded_names import canonical_rdata, read_rdata, soa_mname
from dns_update.rr.record import rdata_from_text
from dns_update.wire.codes import RR_TYPES, RRClass, RRType, rrtype_from_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name
from tests.rr.oracle import LIKE_RDATA, by_dnspython

EXAMPLE = "07 6578616d706c65 03 636f6d 00"


@pytest.mark.parametrize(
    ("mnemonic", "one", "other"),
    [
        ("CNAME", "Home.Example.COM", "home.example.com"),
        ("NS", "NS.example.com", "ns.example.com"),
        ("MX", "10 Mail.example.com", "10 mail.EXAMPLE.com"),
        ("SRV", "0 5 5060 SIP.example.com", "0 5 5060 sip.example.com"),
        ("SOA", "NS.example. ADMIN.example. 1 2 3 4 5", "ns.example. admin.example. 1 2 3 4 5"),
    ],
)
def test_canonical_rdata_ignores_the_case_of_names(mnemonic: str, one: str, other: str) -> None:
    rrtype = rrtype_from_text(mnemonic)
    first, second = rdata_from_text(rrtype, one), rdata_from_text(rrtype, other)
    assert first != second
    assert canonical_rdata(rrtype, first) == canonical_rdata(rrtype, second)


@pytest.mark.parametrize(
    ("mnemonic", "one", "other"),
    [
        ("TXT", "Text", "text"),
        ("CAA", '0 issue "CA"', '0 issue "ca"'),
        ("MX", "10 a", "20 a"),
        ("CNAME", "a", "b"),
        ("TYPE65280", r"\# 1 41", r"\# 1 61"),
    ],
)
def test_canonical_rdata_keeps_other_differences(mnemonic: str, one: str, other: str) -> None:
    rrtype = rrtype_from_text(mnemonic)
    first, second = rdata_from_text(rrtype, one), rdata_from_text(rrtype, other)
    assert canonical_rdata(rrtype, first) != canonical_rdata(rrtype, second)


@pytest.mark.parametrize(
    "mnemonic",
    ["NS", "SOA", "MX", "RP", "AFSDB", "RT", "SRV", "NAPTR", "KX", "DNAME", "RRSIG", "TXT", "SVCB"],
)
@given(rdata=LIKE_RDATA)
def test_the_canonical_form_is_dnspythons(mnemonic: str, rdata: bytes) -> None:
    theirs = by_dnspython(RR_TYPES[mnemonic], rdata)
    if theirs is not None:
        assert canonical_rdata(RR_TYPES[mnemonic], rdata) == theirs.to_digestable()


@pytest.mark.parametrize("mnemonic", ["SRV", "PX", "KX"])
def test_a_type_of_class_in_alone_has_no_canonical_form_in_another_class(mnemonic: str) -> None:
    octets = {"SRV": bytes(6), "PX": bytes(3), "KX": bytes(2)}[mnemonic] + Name.from_text("Example").to_wire()
    assert canonical_rdata(RR_TYPES[mnemonic], octets) != octets
    assert canonical_rdata(RR_TYPES[mnemonic], octets, RRClass.CH) == octets


def test_canonical_rdata_leaves_what_it_cannot_read() -> None:
    assert canonical_rdata(RRType.MX, b"\0") == b"\0"


def test_empty_rdata_is_read_for_every_type() -> None:
    assert all(read_rdata(Cursor(b""), rrtype, 0) == b"" for rrtype in RR_TYPES.values())


def test_a_name_in_rdata_may_not_run_over_its_end() -> None:
    with pytest.raises(MalformedMessage):
        read_rdata(Cursor(bytes.fromhex(EXAMPLE)), RRType.NS, 12)


def test_the_primary_is_read_from_a_soa_record() -> None:
    assert soa_mname(rdata_from_text(RRType.SOA, "ns.example.com. . 1 2 3 4 5")) == Name.from_text("ns.example.com")
    with pytest.raises(MalformedMessage):
        soa_mname(b"\x05")
