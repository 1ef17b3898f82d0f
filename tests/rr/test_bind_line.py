"""Rdata as BIND reads it. tests/nsupdate/test_rdata.py compares it with the real nsupdate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.errors import InvalidText
from dns_update.rr.bind_line import rdata_from_fields
from dns_update.rr.scanner import Scanner, escape_octets
from dns_update.wire.codes import RR_TYPES, RRClass, RRType, rrtype_from_text

OCTET = "\udcff"  # the octet 255, which is not UTF-8, as Python passes it


@pytest.mark.parametrize(
    ("mnemonic", "text", "octets"),
    [
        ("CNAME", "é.x", b"\2\xc3\xa9\1x\0"),
        ("CNAME", f"{OCTET}.x", b"\1\xff\1x\0"),
        ("CNAME", f"\\{OCTET}.x", b"\1\xff\1x\0"),
        ("NXT", f"{OCTET}.x A", b"\1\xff\1x\0\x40"),
        ("CAA", f"0 issue {OCTET}", b"\0\5issue\xff"),
        ("HINFO", f'"{OCTET}" \\200', b"\1\xff\1\xc8"),
        ("NAPTR", f'1 1 "{OCTET}" "" "!{OCTET}!x!" .', b"\0\1\0\1\1\xff\0\5!\xff!x!\0"),
        ("URI", f'1 1 "{OCTET}"', b"\0\1\0\1\xff"),
        ("DOA", f'1 2 3 "{OCTET}" AAAA', b"\0\0\0\1\0\0\0\2\3\1\xff\0\0\0"),
        ("SVCB", f"1 {OCTET} key667={OCTET}", b"\0\1\1\xff\0\2\x9b\0\1\xff"),
        ("TXT", OCTET, b"\1\xff"),
        ("TXT", "\\\N{ARABIC-INDIC DIGIT THREE}", b"\2\xd9\xa3"),
    ],
)
def test_what_is_no_ascii_is_its_octets_and_no_international_name(mnemonic: str, text: str, octets: bytes) -> None:
    assert rdata_from_fields(rrtype_from_text(mnemonic), text) == octets


def test_a_media_type_longer_than_its_length_octet_can_say_is_refused() -> None:
    with pytest.raises(InvalidText, match="a string of 300 octets"):
        rdata_from_fields(259, f'1 2 3 "{"x" * 300}" AAAA')


def test_a_key_longer_than_its_length_can_say_is_refused() -> None:
    with pytest.raises(InvalidText, match="a key of 1 to 65535"):
        rdata_from_fields(55, f"2 20 {'AAAA' * 22000}")


def test_what_only_the_internet_has_is_unknown_in_another_class() -> None:
    assert rdata_from_fields(RRType.MX, "1 a", RRClass.NONE) == b"\0\1\1a\0"
    with pytest.raises(InvalidText):
        rdata_from_fields(RRType.SRV, "1 2 3 a", RRClass.NONE)


_LIKELY = '0123456789abcdefNE .:/-+*"\\#;()=,@!|[]{}%é\udcff\t'


@given(st.sampled_from(sorted(RR_TYPES.values())), st.text(alphabet=_LIKELY, max_size=60))
def test_any_text_is_data_or_refused(rrtype: int, text: str) -> None:
    try:
        rdata_from_fields(rrtype, text)
    except InvalidText:
        return


@given(st.binary(max_size=40))
def test_octets_that_are_escaped_come_back(octets: bytes) -> None:
    text = octets.decode("utf-8", "surrogateescape").replace("\\", "\\\\").replace('"', '\\"')
    assert escape_octets(text).isascii()
    assert Scanner(f'"{escape_octets(text)}"').long_string() == octets
