"""Rdata as zone files have it. dnspython reads the same if it can read the text."""

import re
from pathlib import Path

import dns.exception
import dns.name
import dns.rdata
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_update.errors import InvalidText
from dns_update.rr.record import rdata_from_text, rdata_to_text
from dns_update.wire.codes import RR_TYPES, RRType, rrtype_from_text
from dns_update.wire.cursor import Cursor
from dns_update.wire.name import Name

EXAMPLE = "07 6578616d706c65 03 636f6d 00"
LONG = "x" * 300

# Type, text as it is written, octets, text as it is printed.
VECTORS = [
    ("A", "192.0.2.1", "c0000201", "192.0.2.1"),
    ("A", r"\# 4 c0000201", "c0000201", "192.0.2.1"),
    ("AAAA", "2001:db8::1", "20010db8 00000000 00000000 00000001", "2001:db8::1"),
    ("AAAA", r"\# 16 20010db8000000000000000000000001", "20010db8 00000000 00000000 00000001", "2001:db8::1"),
    ("CNAME", "example.com.", EXAMPLE, "example.com."),
    ("CNAME", "example.com", EXAMPLE, "example.com."),
    ("CNAME", ".", "00", "."),
    ("CNAME", r"a\.b.c", "03 612e62 01 63 00", r"a\.b.c."),
    ("NS", "example.com", EXAMPLE, "example.com."),
    ("PTR", "EXAMPLE.com", "07 4558414d504c45 03 636f6d 00", "EXAMPLE.com."),
    ("MX", "10 example.com.", "000a" + EXAMPLE, "10 example.com."),
    ("MX", "  10   example.com.  ", "000a" + EXAMPLE, "10 example.com."),
    ("MX", "( 10 example.com. )", "000a" + EXAMPLE, "10 example.com."),
    ("SRV", "0 5 5060 example.com", "0000 0005 13c4" + EXAMPLE, "0 5 5060 example.com."),
    ("SOA", "example.com . 1 2 3 4 5", EXAMPLE + "00 00000001 00000002 00000003 00000004 00000005",
     "example.com. . 1 2 3 4 5"),
    ("TXT", "one", "03 6f6e65", '"one"'),
    ("TXT", "one two", "07 6f6e652074776f", '"one two"'),
    ("TXT", " a ", "03 206120", '" a "'),
    ("TXT", "v=DMARC1; p=none", "10 763d444d415243313b20703d6e6f6e65", '"v=DMARC1; p=none"'),
    ("TXT", "(a", "02 2861", '"(a"'),
    ("TXT", r"a\b", "03 615c62", r'"a\\b"'),
    ("TXT", "", "00", '""'),
    ("TXT", "é", "02 c3a9", r'"\195\169"'),
    ("TXT", LONG, "ff" + "78" * 255 + "2d" + "78" * 45, f'"{"x" * 255}" "{"x" * 45}"'),
    ("TXT", '"one" "two"', "03 6f6e65 03 74776f", '"one" "two"'),
    ("TXT", '"one" two', "03 6f6e65 03 74776f", '"one" "two"'),
    ("TXT", '"one; two"', "08 6f6e653b2074776f", '"one; two"'),
    ("TXT", r'"a\"b"', "03 612262", r'"a\"b"'),
    ("TXT", r'"a\059b"', "03 613b62", '"a;b"'),
    ("TXT", '""', "00", '""'),
    ("TXT", 'a"', "02 6122", r'"a\""'),
    ("TXT", 'aaaa"bbb', "08 6161616122626262", r'"aaaa\"bbb"'),
    ("TXT", 'key="some value"', "10 6b65793d22736f6d652076616c756522", r'"key=\"some value\""'),
    ("TXT", '{"a": "b c"}', "0c 7b2261223a202262206322 7d", r'"{\"a\": \"b c\"}"'),
    ("TXT", 'one "two three"', "0f 6f6e65202274776f20746872656522", r'"one \"two three\""'),
    ("TXT", '"one" tw"o"', "03 6f6e65 05 7477226f22", r'"one" "tw\"o\""'),
    ("TXT", '"one""two"', "03 6f6e65 03 74776f", '"one" "two"'),
    ("TXT", '( "one;"\n "(two)" )', "04 6f6e653b 05 2874776f29", '"one;" "(two)"'),
    ("TXT", r"\#hello", "07 5c2368656c6c6f", r'"\\#hello"'),
    ("HINFO", 'Intel"x" "Linux 6"', "08 496e74656c227822 07 4c696e75782036", r'"Intel\"x\"" "Linux 6"'),
    ("CNAME", 'a"b', "03 612262 00", r'a\"b.'),
    ("SVCB", '1 . key667="a; b"', "0001 00 029b 0004 613b2062", '1 . key667="a; b"'),
    ("TXT", r"\# 4 03 6f6e65", "03 6f6e65", '"one"'),
    ("SPF", "v=spf1 -all", "0b 763d73706631202d616c6c", '"v=spf1 -all"'),
    ("CAA", '0 issue "ca.example.net"', "00 05 6973737565 63612e6578616d706c652e6e6574", '0 issue "ca.example.net"'),
    ("CAA", '128 issue ";"', "80 05 6973737565 3b", '128 issue ";"'),
    ("SVCB", "0 example.com.", "0000" + EXAMPLE, "0 example.com."),
    ("HTTPS", "1 . alpn=h2,h3 port=443", "0001 00 0001 0006 02 6832 02 6833 0003 0002 01bb",
     '1 . alpn="h2,h3" port="443"'),
    ("HTTPS", "1 . ipv4hint=192.0.2.1", "0001 00 0004 0004 c0000201", '1 . ipv4hint="192.0.2.1"'),
    ("NAPTR", '100 10 "u" "E2U+sip" "!^.*$!sip:a@b!" .',
     "0064 000a 01 75 07 4532552b736970 0e 215e2e2a24217369703a61406221 00",
     '100 10 "u" "E2U+sip" "!^.*$!sip:a@b!" .'),
    ("LOC", "1 N 1 E 0", "00 12 16 13 8036ee80 8036ee80 00989680", "1 0 0.000 N 1 0 0.000 E 0.00m"),
    ("LOC", "( 52 22 23.000 N 4 53 32.5 E -2.00m 0.5m 10000m 10m )", "00 51 16 13 8b3cf018 810cbed4 009895b8",
     "52 22 23.000 N 4 53 32.500 E -2.00m 0.50m 10000.00m 10.00m"),
    ("TYPE65280", r"\# 3 616263", "616263", r"\# 3 616263"),
    ("TYPE65280", r"\# 0", "", r"\# 0"),
    ("TYPE65280", r"\# 3 61 6263", "616263", r"\# 3 616263"),
]  # fmt: skip
WRONG = [
    ("A", ""), ("A", "192.0.2"), ("A", "192.0.2.1 "), ("A", "::1"), ("A", "host"), ("A", r"\# 3 c00002"), ("A", "\\"),
    ("A", r"\# 4 c00002"), ("A", r"\# x c0000201"), ("A", r"\# 4 c000020g"), ("A", r"\097"), ("A", r"\#"),
    ("AAAA", ""), ("AAAA", r"\097::"), ("AAAA", "192.0.2.1"), ("AAAA", ":::"), ("AAAA", r"\# 4 c0000201"),
    ("CNAME", ""), ("CNAME", "a..b"), ("CNAME", "a b"), ("CNAME", "a" * 64), ("CNAME", r"\256"), ("CNAME", "\\"),
    ("CNAME", "a" + ".a" * 127), ("CNAME", '"'), ("CNAME", "("), ("CNAME", ")"), ("CNAME", "é" * 64),
    ("MX", ""), ("MX", "10"), ("MX", "mail.example.com"), ("MX", "x mail"), ("MX", "65536 mail"), ("MX", "-1 mail"),
    ("MX", "10 mail more"), ("MX", "99999999999999999999 mail"), ("MX", '10 "mail"'), ("MX", ") 10 mail ("),
    ("HINFO", "Intel"), ("HINFO", 'Intel "Linux'), ("HINFO", '"a\nb" c'), ("URI", "10 1 https://www.example.com/"),
    ("SRV", "0 0 mail"), ("SRV", "0 0 65536 mail"), ("SRV", "a b c d"),
    ("SOA", "a b 1 2 3 4"), ("SOA", "a b 1 2 3 4 99999999999"), ("SOA", "a b 1 2 3 4 5 6"),
    ("TXT", '"'), ("TXT", '"a'), ("TXT", r'"\300"'), ("TXT", f'"{LONG}"'), ("TXT", r"\# 2 0"),
    ("TXT", "\udce9"), ("TXT", '"\udce9"'), ("SPF", "\udce9"),
    ("CAA", "0 issue"), ("CAA", "256 issue x"), ("CAA", "0 is-sue x"), ("CAA", '0 "" x'),
    ("SVCB", ""), ("SVCB", "1"), ("SVCB", "1 . alpn"), ("SVCB", "1 . port=x"), ("SVCB", "1 . port=65536"),
    ("SVCB", "1 . nosuchkey=1"), ("SVCB", "1 . ipv4hint=1.2.3"), ("SVCB", "1 . mandatory=alpn"),
    ("HTTPS", "0 . alpn=h2 port=1 port=2"), ("HTTPS", "65536 ."), ("HTTPS", "1 . key65536=x"),
    ("NAPTR", '1 2 "u" "s" "r"'), ("NAPTR", "1 2"),
    ("TYPE65280", "abc"), ("TYPE65280", r"\# 3 6162"), ("TYPE65280", r"\# 1 6162"), ("TYPE65280", ""),
    ("OPT", "x"), ("ANY", "x"), ("AXFR", "x"), ("TSIG", "x"), ("TKEY", "x"), ("TYPE0", "x"),
]  # fmt: skip


@pytest.mark.parametrize(("mnemonic", "text", "octets", "printed"), VECTORS)
def test_text_becomes_octets_and_is_printed(mnemonic: str, text: str, octets: str, printed: str) -> None:
    rrtype = rrtype_from_text(mnemonic)
    rdata = rdata_from_text(rrtype, text)
    assert rdata == bytes.fromhex(octets)
    assert rdata_to_text(rrtype, rdata) == printed


@pytest.mark.parametrize(("mnemonic", "printed"), [(mnemonic, printed) for mnemonic, _, _, printed in VECTORS])
def test_what_is_printed_reads_the_same(mnemonic: str, printed: str) -> None:
    rrtype = rrtype_from_text(mnemonic)
    assert rdata_to_text(rrtype, rdata_from_text(rrtype, printed)) == printed


@pytest.mark.parametrize(("mnemonic", "text"), WRONG)
def test_wrong_data_is_refused(mnemonic: str, text: str) -> None:
    with pytest.raises(InvalidText):
        rdata_from_text(rrtype_from_text(mnemonic), text)


# Rare types, in BIND's text form: type, text, octets.
RARE = [
    ("A6", "0 2001:db8::1", "00 20010db8000000000000000000000001"),
    ("A6", "64 ::1 example.com", "40 0000000000000001" + EXAMPLE),
    ("A6", "128 example.com", "80" + EXAMPLE),
    ("ATMA", "+61200000000", "01 3631323030303030303030"),
    ("ATMA", "39.246f", "00 39246f"),
    ("DOA", '0 1 2 "text/plain; charset=utf-8" AQID',
     "00000000 00000001 02 19 746578742f706c61696e3b20636861727365743d7574662d38 010203"),
    ("DOA", '0 1 2 "" -', "00000000 00000001 02 00"),
    ("EID", "01 02", "0102"),
    ("NIMLOC", "0304", "0304"),
    ("NXT", "example.com A NXT", EXAMPLE + "40000002"),
    ("NXT", "é.com A", "07786e2d2d396361 03636f6d 00 40"),
    ("SINK", "8 0 2 AQID", "08 00 02 010203"),
    ("SINK", "( 8 0 2\n AQID )", "08 00 02 010203"),
    ("SINK", r"\# 3 080002", "080002"),
]  # fmt: skip


@pytest.mark.parametrize(("mnemonic", "text", "octets"), RARE)
def test_rare_types_have_a_text_form(mnemonic: str, text: str, octets: str) -> None:
    rrtype = rrtype_from_text(mnemonic)
    rdata = rdata_from_text(rrtype, text)
    assert rdata == bytes.fromhex(octets)
    assert rdata_from_text(rrtype, rdata_to_text(rrtype, rdata)) == rdata


@pytest.mark.parametrize(
    ("mnemonic", "text"),
    [
        *[("LOC", f"1 N 1 E {rest}") for rest in ("0 1.555m", "0 90000001m", "1e3", "0 1e3", "0 0.001", "0 -1m", "")],
        *[("LOC", text) for text in ("90 0 0.001 N 1 E 0", "1 N 180 1 E 0", "1 60 N 1 E 0", "1 X 1 E 0", "(1 N 1 E 0")],
        *[("LOC", text) for text in ("1 N 1 E -100000.01m", "1 N 1 E 42849672.96m", "1 N 1 E 0 1m 1m 1m 1m", "é")],
        ("DOA", f'1 2 3 "{LONG}" AAAA'), ("DOA", "1 2 3 x A"), ("NXT", "a TYPE128"), ("EID", "1"), ("A6", "64 ::1"),
        ("ATMA", "39."), ("SINK", "8 0"), ("SINK", "8 0 2 AQID ; x"), ("NXT", "@ A"), ("A6", "64 ::1 @"),
    ],
)  # fmt: skip
def test_wrong_data_of_rare_types_is_refused(mnemonic: str, text: str) -> None:
    with pytest.raises(InvalidText):
        rdata_from_text(rrtype_from_text(mnemonic), text)


@pytest.mark.parametrize(
    ("mnemonic", "text"),
    [
        ("CNAME", "@"), ("CNAME", "( @ )"), ("MX", "10 @"), ("NS", "@"), ("SRV", "0 0 1 @"), ("SOA", "a. @ 1 2 3 4 5"),
        ("HTTPS", "1 @ alpn=h2"), ("NAPTR", '1 1 "" "" "" @'), ("NSEC", "@ A"), ("LP", "1 @"), ("RP", "a. @"),
        ("DSYNC", "CDS NOTIFY 53 @"),
    ],
)  # fmt: skip
def test_an_at_sign_is_refused_as_a_name_for_it_would_be_the_root(mnemonic: str, text: str) -> None:
    with pytest.raises(InvalidText, match="@ is not a name here") as caught:
        rdata_from_text(rrtype_from_text(mnemonic), text)
    assert "in full" in caught.value.hint


@pytest.mark.parametrize(
    ("mnemonic", "text", "octets"),
    [
        ("TXT", "@", "0140"),
        ("TXT", '"@"', "0140"),
        ("TXT", '"a" @', "0161 0140"),
        ("HINFO", "@ @", "0140 0140"),
        ("CNAME", r"\@", "0140 00"),
        ("NAPTR", '1 1 "" "" "!a!b @ c!" .', "0001 0001 00 00 09 216121622040206321 00"),
        ("RP", "a@b .", "03614062 00 00"),
    ],
)
def test_an_at_sign_that_is_no_whole_name_is_a_character(mnemonic: str, text: str, octets: str) -> None:
    assert rdata_from_text(rrtype_from_text(mnemonic), text) == bytes.fromhex(octets)


@pytest.mark.parametrize(
    ("mnemonic", "text"),
    [
        ("MX", "10 mail ; our first"),
        ("CAA", "0 issue ca.example.net; account=1"),
        ("TXT", '"one" ; two'),
        ("TXT", '"one";"two"'),
        ("CNAME", "a;b"),
        ("SVCB", "1 . alpn=h2;port=1"),
        ("TYPE65280", r"\# 1 61 ; a"),
    ],
)
def test_a_semicolon_outside_quotes_is_refused_for_it_would_hide_what_follows(mnemonic: str, text: str) -> None:
    with pytest.raises(InvalidText, match="semicolon"):
        rdata_from_text(rrtype_from_text(mnemonic), text)


@pytest.mark.parametrize("text", [r"a\;b", r"\;"])
def test_an_escaped_semicolon_is_an_octet(text: str) -> None:
    assert Cursor(rdata_from_text(RRType.CNAME, text)).name() == Name.from_text(text)


@pytest.mark.parametrize(
    ("mnemonic", "text"),
    [("MX", "10 mail.\n20 other."), ("TXT", '"one"\n"two"'), ("CNAME", "a\nb"), ("TYPE65280", "\\# 1 61\n62")],
)
def test_a_line_end_is_refused_for_it_would_hide_what_follows(mnemonic: str, text: str) -> None:
    with pytest.raises(InvalidText):
        rdata_from_text(rrtype_from_text(mnemonic), text)


def test_unquoted_text_may_hold_a_line_end() -> None:
    assert rdata_from_text(RRType.TXT, "a\nb") == b"\x03a\nb"


@given(st.sampled_from(sorted(RR_TYPES.values())), st.text(max_size=60))
def test_any_text_is_data_or_refused(rrtype: int, text: str) -> None:
    try:
        rdata = rdata_from_text(rrtype, text)
    except InvalidText:
        return
    rdata_to_text(rrtype, rdata)


@given(st.sampled_from(sorted(RR_TYPES.values())), st.text(alphabet='0123456789abcdef .:/-+"\\#;()=,', max_size=60))
def test_any_text_of_likely_characters_is_data_or_refused(rrtype: int, text: str) -> None:
    try:
        rdata = rdata_from_text(rrtype, text)
    except InvalidText:
        return
    rdata_to_text(rrtype, rdata)


_FORMS = (Path(__file__).parents[1] / "nsupdate" / "rdata" / "forms.txt").read_text(encoding="utf-8").splitlines()
_SPLIT = [(mnemonic, text) for mnemonic, _, text in (form.partition(" ") for form in _FORMS) if mnemonic in RR_TYPES]
_ESCAPE = re.compile(r"\\[^#]")  # before dnspython 2.4, \200 was two octets in some types

# dnspython reads some wrong locations as others; a TXT without quotes is one text here.
_OTHERWISE_THERE = ("LOC", "TXT", "SPF")


def _by_dnspython(mnemonic: str, text: str) -> bytes | None:
    try:
        return dns.rdata.from_text("IN", mnemonic, text, origin=dns.name.root, relativize=False).to_wire()
    except (dns.exception.DNSException, ValueError, LookupError, TypeError):
        return None


def _ours(mnemonic: str, text: str) -> bytes | None:
    try:
        return rdata_from_text(RR_TYPES[mnemonic], text)
    except InvalidText:
        return None


def test_what_dnspython_reads_too_has_the_same_octets() -> None:
    forms = [(m, text) for m, text in _SPLIT if m not in _OTHERWISE_THERE and not _ESCAPE.search(text)]
    read = [(m, text, _ours(m, text), _by_dnspython(m, text)) for m, text in forms]
    both = [each for each in read if None not in each]
    assert len(both) > len(read) // 4
    assert [each for each in both if each[2] != each[3]] == []
