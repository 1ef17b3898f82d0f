"""Records, and the text of addresses."""

import pytest

from dns_update.errors import InvalidText
from dns_update.rr.record import Record, check_rdata, rdata_from_text, rdata_to_text
from dns_update.wire.codes import RRClass, RRType
from dns_update.wire.name import Name


def test_an_address_record_of_each_class_has_the_form_that_bind_gives_it() -> None:
    assert rdata_from_text(RRType.A, "192.0.2.1", RRClass.HS) == b"\xc0\0\2\1"
    assert rdata_to_text(RRType.A, b"\xc0\0\2\1", RRClass.HS) == "192.0.2.1"
    assert rdata_from_text(RRType.A, "a.example 177777", RRClass.CH) == b"\1a\7example\0\xff\xff"
    assert rdata_to_text(RRType.A, b"\1a\7example\0\xff\xff", RRClass.CH) == "a.example. 177777"
    assert rdata_from_text(RRType.A, r"\# 1 61", 7) == b"a"
    assert rdata_to_text(RRType.A, b"abcd", 7) == r"\# 4 61626364"
    assert rdata_to_text(RRType.AAAA, bytes(16), RRClass.HS) == f"\\# 16 {bytes(16).hex()}"


@pytest.mark.parametrize("text", ["a. 200000", "a. 8", "a.", "a. 1 2"])
def test_wrong_chaosnet_addresses_are_refused(text: str) -> None:
    with pytest.raises(InvalidText):
        rdata_from_text(RRType.A, text, RRClass.CH)


@pytest.mark.parametrize(("rrtype", "octets"), [(RRType.A, 4), (RRType.AAAA, 16)])
def test_the_octets_of_an_address_record_are_counted(rrtype: int, octets: int) -> None:
    check_rdata(rrtype, bytes(octets))
    check_rdata(rrtype, b"a", RRClass.CH)
    check_rdata(RRType.TXT, b"")
    with pytest.raises(InvalidText, match=f"has {octets} octets, not 3"):
        check_rdata(rrtype, bytes(3))


def test_a_record_is_written_as_a_line_of_a_zone_file() -> None:
    home = Name.from_text("home.example.com")
    assert Record(home, RRType.A, RRClass.IN, 300, b"\xc0\0\2\1").to_text() == "home.example.com. 300 IN A 192.0.2.1"
    assert Record(home, 65280, 7, 0, b"a").to_text() == r"home.example.com. 0 CLASS7 TYPE65280 \# 1 61"
    assert Record(home, RRType.A, RRClass.IN, 300, b"\xc0\0\2\1").data_text() == "192.0.2.1"


def test_records_are_equal_whatever_the_case_of_their_owner() -> None:
    assert Record(Name.from_text("HOME"), 1, 1, 0, b"") == Record(Name.from_text("home"), 1, 1, 0, b"")
    assert Record(Name.from_text("home"), 1, 1, 0, b"") != Record(Name.from_text("home"), 1, 1, 1, b"")
    assert len({Record(Name.from_text("HOME"), 1, 1, 0, b""), Record(Name.from_text("home"), 1, 1, 0, b"")}) == 1


def test_a_record_cannot_be_altered() -> None:
    record = Record(Name.from_text("home"), 1, 1, 0, b"")
    with pytest.raises(AttributeError):
        record.ttl = 1  # type: ignore[misc]
