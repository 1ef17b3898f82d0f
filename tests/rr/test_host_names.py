"""Host names as owners and in rdata. tests/nsupdate compares the checks with those of BIND's nsupdate."""

import pytest

from dns_update.errors import InvalidText
from dns_update.rr.host_names import check_owner, check_targets, is_host, is_mailbox, may_own
from dns_update.rr.record import rdata_from_text
from dns_update.wire.codes import RRClass, rrtype_from_text
from dns_update.wire.name import ROOT, Name

OWNER = Name.from_text("home.example.com")


@pytest.mark.parametrize(
    ("owner", "mnemonic"),
    [
        ("home.example.com", "A"), ("*.example.com", "A"), ("*.example.com", "MX"), (".", "A"),
        ("a_b.example.com", "TXT"),
        ("gc._msdcs.example.com", "A"), ("0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example.com", "NSEC3"),
    ],
)  # fmt: skip
def test_a_name_that_may_own_records_of_the_type(owner: str, mnemonic: str) -> None:
    check_owner(Name.from_text(owner), rrtype_from_text(mnemonic), RRClass.IN)


@pytest.mark.parametrize(
    ("owner", "mnemonic"),
    [
        ("a_b.example.com", "A"), ("-a.example.com", "AAAA"), ("a.*.example.com", "MX"), ("*.example.com", "WKS"),
        ("gc._msdcs.example_com", "A"), ("gc._msdcs.example.com", "MX"), ("w.example.com", "NSEC3"), (".", "NSEC3"),
        ("aaa.example.com", "NSEC3"),
    ],
)  # fmt: skip
def test_a_name_that_may_not_own_records_of_the_type(owner: str, mnemonic: str) -> None:
    name, rrtype = Name.from_text(owner), rrtype_from_text(mnemonic)
    assert not may_own(name, rrtype, RRClass.IN)
    with pytest.raises(InvalidText, match=f"as the owner of {mnemonic} records must be"):
        check_owner(name, rrtype, RRClass.IN)


@pytest.mark.parametrize(
    ("mnemonic", "text"),
    [
        ("NS", "ns.example.com"), ("SOA", "ns.example. a_b.example. 1 2 3 4 5"), ("MX", "10 ."), ("PTR", "a_b.example"),
        ("A6", "64 ::1 a.example"), ("A6", "0 ::1"), ("SVCB", "1 a.example"), ("HTTPS", "0 a_b.example"),
        ("CNAME", "a_b."),
        ("TXT", "a_b"), ("RP", "a_b.example a_b.example"), ("MX", r"\# 3 000a00"),
    ],
)  # fmt: skip
def test_rdata_with_right_names(mnemonic: str, text: str) -> None:
    rrtype = rrtype_from_text(mnemonic)
    check_targets(OWNER, rrtype, [rdata_from_text(rrtype, text)], RRClass.IN)


@pytest.mark.parametrize(
    ("mnemonic", "text"),
    [
        ("NS", "a_b.example"), ("SOA", "a_b.example. a.example. 1 2 3 4 5"), ("SOA", "a. a.b_c. 1 2 3 4 5"),
        ("A6", "64 ::1 a_b.example"), ("SVCB", "1 a_b.example"), ("RP", "a.b_c. ."), ("SRV", "1 2 3 a_b."),
        ("DSYNC", "CDS NOTIFY 53 a_b."), ("SOA", r"a. a\032b. 1 2 3 4 5"),
    ],
)  # fmt: skip
def test_rdata_with_a_name_that_is_not_a_host_name(mnemonic: str, text: str) -> None:
    rrtype = rrtype_from_text(mnemonic)
    with pytest.raises(InvalidText, match=f"as the data of {mnemonic} records must be"):
        check_targets(OWNER, rrtype, [rdata_from_text(rrtype, text)], RRClass.IN)


@pytest.mark.parametrize("owner", ["1.2.0.192.in-addr.arpa", "1.ip6.arpa"])
def test_a_reverse_record_points_at_a_host(owner: str) -> None:
    rrtype = rrtype_from_text("PTR")
    with pytest.raises(InvalidText, match="not a host name"):
        check_targets(Name.from_text(owner), rrtype, [rdata_from_text(rrtype, "a_b.example")], RRClass.IN)


def test_octets_without_a_name_are_left_to_the_server() -> None:
    check_targets(OWNER, rrtype_from_text("MX"), [b"\0", b""], RRClass.IN)
    check_targets(OWNER, rrtype_from_text("A6"), [b"", b"\x40"], RRClass.IN)


def test_the_root_is_a_host_name_and_a_mailbox() -> None:
    assert is_host(ROOT)
    assert is_mailbox(ROOT)
